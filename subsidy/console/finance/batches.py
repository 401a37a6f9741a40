"""Batches: the list, one batch with its lines, checks and people, its acts, its sealed file and its cover sheet."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_filters import ChoiceFilter, FilterSet

from subsidy.accounts.enums import Role
from subsidy.bankfiles import FORMATS
from subsidy.console import scope as console_scope
from subsidy.console.finance import scope
from subsidy.console.finance.checks import checks_of
from subsidy.console.finance.money import format_name, preview_of
from subsidy.console.offers import offers, time_left
from subsidy.correspondence.list_papers import compose_cover
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.payouts.enums import BatchState, LineState
from subsidy.payouts.files import preview
from subsidy.payouts.models import BankTransfer, Batch, BatchLine, ExportFile
from subsidy.payouts.selectors import FINANCE, shares_by_line
from subsidy.web import formats
from subsidy.web.acts import ActPage, find_act
from subsidy.web.components import Crumb, DataTable, File, KeyFact, Preview, Step
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.work.selectors import items_of
from workflows.common.acts import Act
from workflows.common.refusals import WrongState

ACTS = ("check", "give_up", "release", "refuse_release", "export")
SEES_ACCOUNTS = (Role.FINANCE_CHECK, Role.FINANCE_RELEASE)
TONES = {
    BatchState.PREPARED: "wait",
    BatchState.CHECKED: "wait",
    BatchState.RELEASED: "info",
    BatchState.EXPORTED: "info",
    BatchState.ANSWERED: "wait",
    BatchState.SETTLED: "done",
    BatchState.WITHDRAWN: "plain",
}
LINE_TONES = {
    LineState.SETTLED: "done",
    LineState.REFUSED: "stop",
    LineState.RETURNED: "stop",
    LineState.IN_FLIGHT: "info",
}
OUT = (BatchState.EXPORTED, BatchState.ANSWERED, BatchState.SETTLED)


class BatchFilter(FilterSet):
    state = ChoiceFilter(choices=BatchState.choices, label=gettext_lazy("State"), empty_label=gettext_lazy("all"))

    class Meta:
        model = Batch
        fields = ("state",)


BATCHES = ListSpec(
    model=Batch,
    columns=(
        Column(
            "number", gettext_lazy("Number"), link=lambda batch: reverse("console:finance_batch", args=[batch.number])
        ),
        Column("purpose", gettext_lazy("Purpose")),
        Column("format", gettext_lazy("Format")),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda batch: BatchState(batch.state).label,
            kind="state",
            tone=lambda batch: TONES[batch.state],
        ),
        Column("execution_on", gettext_lazy("Execution date"), kind="day"),
        Column("line_count", gettext_lazy("Payments"), kind="number"),
        Column("total_fen", gettext_lazy("Total"), kind="yuan"),
    ),
    sorts=(Sort("-id", gettext_lazy("Newest first"), ("-id",)), Sort("id", gettext_lazy("Oldest first"), ("id",))),
    filterset=BatchFilter,
    search=lambda batches, text: batches.filter(number__icontains=text),
    search_label=gettext_lazy("Batch number"),
    file_name="batches",
    empty_title=gettext_lazy("No batch yet"),
    empty_text=gettext_lazy("Batches are prepared from the page of what is to be paid."),
)


def lines_spec(*, accounts_shown: bool) -> ListSpec:
    """The lines of a batch; account numbers in full only for those who check and release, and never in an export."""

    def account(line: BatchLine) -> str:
        return line.account_number if accounts_shown else f"…{line.account_number[-4:]}"

    return ListSpec(
        model=BatchLine,
        columns=(
            Column("row", gettext_lazy("Row"), kind="number"),
            Column("payee_name", gettext_lazy("Payee")),
            Column("case", gettext_lazy("Case"), value="case.number"),
            Column("account", gettext_lazy("Account"), value=account, exported=False),
            Column("bank_name", gettext_lazy("Bank")),
            Column("end_to_end_id", gettext_lazy("Payment key")),
            Column(
                "state",
                gettext_lazy("State"),
                value=lambda line: LineState(line.state).label,
                kind="state",
                tone=lambda line: LINE_TONES.get(line.state, "plain"),
            ),
            Column("reason", gettext_lazy("What the bank said"), value=_reason),
            Column("other", gettext_lazy("Other attempts"), value=_others),
            Column("amount_fen", gettext_lazy("Amount"), kind="yuan"),
            Column("offset_fen", gettext_lazy("Set off"), kind="yuan"),
            Column("sent_fen", gettext_lazy("In the file"), kind="yuan"),
        ),
        sorts=(Sort("row", gettext_lazy("Row"), ("row",)),),
        search=lambda lines, text: lines.filter(payee_name__contains=text),
        search_label=gettext_lazy("Payee"),
        related=("case", "instalment"),
        prepare=lambda lines: lines.prefetch_related("instalment__lines__batch"),
        file_name="batch-lines-not-payable",
    )


def _others(line: BatchLine) -> str | None:
    """The batches in which the same instalment stood before or stands since."""
    others = [one for one in line.instalment.lines.all() if one.pk != line.pk]
    return ", ".join(f"{one.batch.number} ({LineState(one.state).label})" for one in others) or None


def _reason(line: BatchLine) -> str | None:
    return f"{line.reason_code} {line.reason_text}".strip() or None


@login_required
@require_safe
def batches(request: HttpRequest) -> HttpResponseBase:
    return respond(request, BATCHES, [scope.batches_for(request)], "console/finance/batches.html")


@login_required
@require_safe
def batch(request: HttpRequest, number: str) -> HttpResponseBase:
    who, found = scope.reader(request), scope.batch_for(request, number)
    spec = lines_spec(accounts_shown=who.may(found.authority_id, *SEES_ACCOUNTS))
    return respond(request, spec, [found.lines.all()], "console/finance/batch.html", _context(request, found))


def _context(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    who = scope.reader(request)
    file = None
    if batch.state in (BatchState.RELEASED, *OUT):
        file = ExportFile.objects.defer("content").get(batch=batch)
    items = items_of("batch", batch.pk)
    standing = console_scope.standing(request)
    is_preview = batch.state in (BatchState.PREPARED, BatchState.CHECKED)
    return {
        "batch": batch,
        "crumbs": [Crumb(_("Batches"), reverse("console:finance_batches")), Crumb(batch.number)],
        "steps": steps_of(batch),
        "offers": offers("batch", batch, standing, items, lambda name: act_url(batch, name)),
        "time": time_left(items, on=moment_of(request).on),
        "facts": [
            KeyFact(_("Total"), formats.money(batch.total_fen), note=_offset_note(batch)),
            KeyFact(_("Payments"), str(batch.line_count)),
            KeyFact(_("Format"), format_name(batch.format), note=_("frozen when the batch was prepared")),
            KeyFact(_("Execution date"), formats.day(batch.execution_on)),
            KeyFact(_("Paying account"), str(batch.paying_account)),
            *_way(file),
        ],
        "shares": _shares_table(batch),
        "checks": checks_of(batch, at=who.at, on=who.on) if is_preview else (),
        "is_preview": is_preview,
        "accounts_shown": who.may(batch.authority_id, *SEES_ACCOUNTS),
        "file": file,
        "files": _files(batch, file, may_take=who.may(batch.authority_id, *FINANCE)),
        "illustrative": batch.lines.filter(case__policy_version__illustrative=True).exists(),
    }


def _way(file: ExportFile | None) -> list[KeyFact]:
    """How far the file is on its way to the bank, where it goes by a channel."""
    transfer = BankTransfer.objects.filter(file=file).first() if file is not None else None
    if transfer is None:
        return []
    return [KeyFact(_("Way to the bank"), transfer.get_state_display(), note=f"{transfer.channel} {transfer.fault}")]


def _offset_note(batch: Batch) -> str:
    """What of the payments is set off, and so stands in no file; or why nothing is although something is owed."""
    if batch.offset_fen:
        return _("in the file; %(fen)s yuan more are set off against recoveries") % {
            "fen": formats.yuan(batch.offset_fen)
        }
    return _("paid in full: %(why)s") % {"why": batch.full_reason} if batch.full_reason else ""


def act_url(batch: Batch, action: str) -> str:
    return reverse("console:finance_batch_act", args=[batch.number, action])


def steps_of(batch: Batch) -> list[Step]:
    """From preparing to settling: who did it and when."""
    hands = (
        (_("preparing"), batch.prepared_by, batch.prepared_at),
        (_("checking"), batch.checked_by, batch.checked_at),
        (_("releasing"), batch.released_by, batch.released_at),
    )
    steps = [
        Step(label, "done", note=f"{who} · {formats.instant(at)}") if at else Step(label, "todo")
        for label, who, at in hands
    ]
    steps.append(Step(_("exporting"), "done" if batch.state in OUT else "todo"))
    steps.append(Step(_("settling"), "done" if batch.state == BatchState.SETTLED else "todo"))
    following = next((place for place, step in enumerate(steps) if step.state == "todo"), None)
    if batch.state == BatchState.WITHDRAWN:
        return [step for step in steps if step.state == "done"] + [Step(_("withdrawn"), "stopped")]
    if following is not None:
        steps[following] = Step(steps[following].label, "current")
    return steps


def _shares_table(batch: Batch) -> DataTable:
    rows = [
        (
            share.code,
            f"{share.year} {formats.pick(share.name_zh, share.name_en)}",
            str(share.count),
            formats.yuan(share.fen),
        )
        for share in shares_by_line(batch)
    ]
    return DataTable(
        caption=_("By budget line"),
        head=(_("Code"), _("Budget line"), _("Payments"), _("Amount (CNY)")),
        rows=rows,
        numeric=(2, 3),
        foot=(_("Total"), "", "", formats.yuan(batch.total_fen + batch.offset_fen)),
    )


def _files(batch: Batch, file: Any, *, may_take: bool) -> list[File]:
    """The sealed file (with its address once it has been exported) and the cover sheet."""
    if file is None:
        return []
    out = batch.state in OUT
    return [
        File(
            name=file.name,
            url=reverse("console:finance_file", args=[batch.number]) if out and may_take else "",
            octets=file.size,
            at=file.sealed_at,
            what=_("payment file no. %(n)d of this account") % {"n": file.sequence},
            state=_("exported") if out else _("sealed, not yet exported"),
            tone="done" if out else "wait",
            sha256=file.sha256,
        )
    ]


@login_required
@require_safe
def sealed_file(request: HttpRequest, number: str) -> HttpResponse:
    """The sealed bytes, always the same, once they have been exported; asking for another format is refused."""
    who, batch = scope.reader(request), scope.batch_for(request, number)
    scope.require(who.may(batch.authority_id, *FINANCE))
    wanted = request.GET.get("format", batch.format)
    if wanted != batch.format:
        raise WrongState(
            _(
                "Batch %(number)s was frozen as %(format)s when it was prepared. The same money never exists in two "
                "payable files: return the batch and prepare it again if the bank needs another format."
            )
            % {"number": batch.number, "format": batch.format}
        )
    if batch.state not in OUT:
        raise WrongState(
            _(
                "The file of batch %(number)s has not been exported. Export it on the batch's page; then it can be downloaded."
            )
            % {"number": batch.number}
        )
    file = batch.export_file
    return _attachment(bytes(file.content), FORMATS[batch.format].media_type, file.name)


@login_required
@require_safe
def preview_file(request: HttpRequest, number: str) -> HttpResponse:
    """The file as it would be, without account numbers; no bank takes it, and it is none of the batch's files."""
    batch = scope.batch_for(request, number)
    info = FORMATS[batch.format]
    return _attachment(preview(batch), info.media_type, f"{batch.number}-not-payable.{info.extension}")


@login_required
@require_safe
def cover_sheet(request: HttpRequest, number: str) -> HttpResponse:
    """The cover sheet as it was issued, in the reader's language; composed from the frozen batch until it is."""
    batch = scope.batch_for(request, number)
    if batch.state not in (BatchState.RELEASED, *OUT):
        raise Http404("A batch that is not released has no cover sheet.")
    language = formats.pick("zh", "en")
    issued = Letter.objects.filter(
        subject_kind="batch", subject_id=batch.pk, kind=LetterKind.BATCH_COVER, language=language
    ).first()
    content = bytes(issued.content) if issued else compose_cover(batch, "zh" if language == "zh" else "en")
    return _attachment(content, "application/pdf", f"{batch.number}-cover.pdf")


def _attachment(content: bytes, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


class BatchAct(ActPage):
    """One act on a batch: what it would do, and doing it."""

    kind = "batch"
    template_name = "console/finance/act.html"

    def get_subject(self) -> Batch:
        return scope.batch_for(self.request, self.kwargs["number"])

    def get_action(self) -> str:
        if self.kwargs["action"] not in ACTS:
            raise Http404("A batch has no such act.")
        return str(self.kwargs["action"])

    def preview(self, subject: Batch) -> Preview:
        return preview_of(subject, self.get_action())

    def crumbs(self, subject: Batch) -> list[Crumb]:
        return [
            Crumb(_("Batches"), reverse("console:finance_batches")),
            Crumb(subject.number, self.success_url(subject)),
            Crumb(self.heading(subject, self._act(subject))),
        ]

    def heading(self, subject: Batch, act: Act) -> str:
        return f"{act.title} · {subject.number}"

    def success_url(self, subject: Batch) -> str:
        return reverse("console:finance_batch", args=[subject.number])

    def context(self, subject: Batch) -> dict[str, Any]:
        who = scope.reader(self.request)
        return {
            "checks": checks_of(subject, at=who.at, on=who.on) if self.get_action() in ("check", "release") else (),
            "batch": subject,
        }

    def _act(self, subject: Batch) -> Act:
        return find_act(self.kind, subject, self.get_action())
