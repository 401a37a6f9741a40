"""The bank's answers: files read in, what each statement did, and what has to be asked about."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Authority
from subsidy.console.finance import scope
from subsidy.payouts.answers import Effect
from subsidy.payouts.models import Answer, AnswerFile
from subsidy.payouts.selectors import UNRESOLVED, answer_files_of, effects_of, statements_of, unresolved_of
from subsidy.web.acts import UNPROCESSABLE, act_form, blame, find_act, new_key, submit
from subsidy.web.components import Crumb, DataTable, Text, Tone
from subsidy.web.lists import Column, ListSpec, Sort, respond
from workflows.common.refusals import BadData


@dataclass(frozen=True)
class Word:
    """An effect in words: what the statement did here, and what is to be done about it."""

    label: Text
    tone: Tone
    advice: Text = ""


WORDS: dict[str, Word] = {
    Effect.SETTLED: Word(gettext_lazy("paid"), "done"),
    Effect.REFUSED: Word(
        gettext_lazy("refused; due again"),
        "stop",
        gettext_lazy("The payment is due again. Have the company check its account before it is paid again."),
    ),
    Effect.ACCEPTED: Word(gettext_lazy("accepted, not yet booked"), "info"),
    Effect.RETURNED: Word(
        gettext_lazy("came back; not paid"),
        "stop",
        gettext_lazy("The money is back. Have the company confirm another account before it is paid again."),
    ),
    Effect.ANNOUNCED: Word(
        gettext_lazy("return announced"), "wait", gettext_lazy("Nothing moved yet; a statement will show the money.")
    ),
    Effect.NONE: Word(gettext_lazy("nothing new"), "plain"),
    Effect.UNKNOWN: Word(
        gettext_lazy("unknown"), "wait", gettext_lazy("No payment of ours has this key. Ask the bank what it means.")
    ),
    Effect.CONFLICT: Word(
        gettext_lazy("contradicts what is booked"),
        "stop",
        gettext_lazy("Nothing was changed. Ask the bank which of its statements holds; do not pay again."),
    ),
    Effect.ENQUIRE: Word(
        gettext_lazy("contradicts itself"),
        "stop",
        gettext_lazy(
            "The file rejects the whole batch and accepts a payment of it. Nothing was changed; ask the bank for a "
            "corrected file and do not pay again."
        ),
    ),
    Effect.SUSPENSE_IN: Word(
        gettext_lazy("money in, in suspense"),
        "wait",
        gettext_lazy(
            "Money came that belongs to no payment in flight. It stays in suspense until two people resolve it."
        ),
    ),
    Effect.SUSPENSE_OUT: Word(
        gettext_lazy("money out, in suspense"),
        "stop",
        gettext_lazy(
            "Money left that is no payment in flight for this amount. Ask the bank at once; do not pay again."
        ),
    ),
}


def word(answer: Answer) -> Word:
    return WORDS[answer.effect]


def _batch_number(answer: Answer) -> str | None:
    return answer.line.batch.number if answer.line else None


def _batch_url(answer: Answer) -> str:
    return reverse("console:finance_batch", args=[answer.line.batch.number]) if answer.line else ""


_SAID = (
    Column("end_to_end_id", gettext_lazy("Payment key")),
    Column("batch", gettext_lazy("Batch"), value=_batch_number, link=_batch_url),
    Column("booked_on", gettext_lazy("Booked on"), kind="day"),
    Column("bank_reference", gettext_lazy("Bank's reference")),
    Column(
        "reason",
        gettext_lazy("What the bank said"),
        value=lambda one: f"{one.reason_code} {one.reason_text}".strip() or None,
    ),
    Column(
        "effect",
        gettext_lazy("What it did here"),
        value=lambda one: word(one).label,
        kind="state",
        tone=lambda one: word(one).tone,
    ),
)
_AMOUNT = Column("amount_fen", gettext_lazy("Amount"), kind="yuan")
_ADVICE = Column("advice", gettext_lazy("What to do"), value=lambda one: word(one).advice or None)

STATEMENTS = ListSpec(
    model=Answer,
    columns=(*_SAID, _ADVICE, _AMOUNT),
    sorts=(Sort("id", gettext_lazy("As in the file"), ("id",)),),
    related=("line__batch",),
    file_name="bank-statements",
    empty_title=gettext_lazy("No statement"),
    empty_text=gettext_lazy("The file said nothing that an earlier file had not said."),
)
OPEN = ListSpec(
    model=Answer,
    columns=(
        Column("file", gettext_lazy("File"), value="file.name", link=lambda one: _file_url(one.file_id)),
        *_SAID,
        _ADVICE,
        _AMOUNT,
    ),
    sorts=(Sort("-id", gettext_lazy("Newest first"), ("-id",)), Sort("id", gettext_lazy("Oldest first"), ("id",))),
    related=("line__batch", "file"),
    prepare=lambda answers: answers.defer("file__content"),
    file_name="bank-enquiries",
    empty_title=gettext_lazy("Nothing to ask the bank about"),
    empty_text=gettext_lazy("Every statement that was read belongs to a payment."),
)
FILES = ListSpec(
    model=AnswerFile,
    columns=(
        Column("name", gettext_lazy("File"), link=lambda file: _file_url(file.pk)),
        Column("format", gettext_lazy("Format")),
        Column("imported_at", gettext_lazy("Read at"), kind="instant"),
        Column("imported_by", gettext_lazy("By"), value=lambda file: str(file.imported_by)),
    ),
    sorts=(Sort("-id", gettext_lazy("Newest first"), ("-id",)), Sort("id", gettext_lazy("Oldest first"), ("id",))),
    related=("imported_by",),
    prepare=lambda files: files.defer("content"),
    file_name="bank-files",
    empty_title=gettext_lazy("No file has been read"),
    empty_text=gettext_lazy(
        "Read in what the bank sent: statements, notifications, status reports, returns, result tables or receipts."
    ),
)


def _file_url(pk: int) -> str:
    return reverse("console:finance_answer_file", args=[pk])


@login_required
@require_safe
def answers(request: HttpRequest) -> HttpResponseBase:
    who = scope.reader(request)
    context = {
        "may_import": any(role == Role.FINANCE_PREPARE for _, role in who.grants),
        "open_count": unresolved_of(who.user, on=who.on).count(),
    }
    return respond(request, FILES, [answer_files_of(who.user, on=who.on)], "console/finance/answers.html", context)


@login_required
@require_safe
def enquiries(request: HttpRequest) -> HttpResponseBase:
    """Statements that moved no payment: unknown, contradictory, in suspense."""
    who = scope.reader(request)
    context = {
        "crumbs": [Crumb(_("Bank answers"), reverse("console:finance_answers")), Crumb(_("To ask the bank about"))]
    }
    return respond(request, OPEN, [unresolved_of(who.user, on=who.on)], "console/finance/enquiries.html", context)


@login_required
@require_safe
def answer_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What one file said, statement by statement, and what each did."""
    file = scope.answer_file_for(request, pk)
    effects = effects_of(file)
    rows = [(WORDS[effect].label, str(count)) for effect, count in sorted(effects.items())]
    context = {
        "file": file,
        "asked": sum(effects.get(effect, 0) for effect in UNRESOLVED),
        "effects": DataTable(caption=_("What it did"), head=(_("Effect"), _("Statements")), rows=rows, numeric=(1,)),
        "crumbs": [Crumb(_("Bank answers"), reverse("console:finance_answers")), Crumb(file.name)],
    }
    return respond(request, STATEMENTS, [statements_of(file)], "console/finance/answer_file.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    """Read a file of the bank in, through the door; the same file a second time changes nothing and says so."""
    who = scope.reader(request)
    bureau = Authority.objects.get(pk=who.bureau_as(Role.FINANCE_PREPARE))
    act = find_act("authority", bureau, "import_answers")
    form = act_form(act, bureau)
    status = 200
    if request.method == "POST":
        upload = request.FILES.get("file")
        digest = _sha256(upload) if upload else ""
        known = AnswerFile.objects.filter(authority=bureau, sha256=digest).exists()
        try:
            submit(request, "authority", bureau.pk, "import_answers", files=request.FILES)
        except BadData as refusal:
            form, status = act_form(act, bureau, {}, request.FILES), UNPROCESSABLE
            assert form is not None
            blame(form, refusal)
        else:
            if known:
                messages.warning(request, _("This file was read before. Nothing was changed."))
            else:
                messages.success(request, _("The file was read. Below is what each of its statements did."))
            return HttpResponseRedirect(
                _file_url(AnswerFile.objects.only("pk").get(authority=bureau, sha256=digest).pk)
            )
    context = {
        "form": form,
        "key": request.POST.get("key") or new_key(),
        "action": act.title,
        "back_url": reverse("console:finance_answers"),
        "crumbs": [Crumb(_("Bank answers"), reverse("console:finance_answers")), Crumb(str(act.title))],
    }
    return render(request, "console/finance/import.html", context, status=status)


def _sha256(upload: object) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():  # type: ignore[attr-defined]
        digest.update(chunk)
    upload.seek(0)  # type: ignore[attr-defined]
    return digest.hexdigest()
