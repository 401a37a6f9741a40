"""Delivered lists: uploading one, what it would change line by line, applying or discarding it, its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts.enums import Role
from subsidy.accounts.selectors import grants_of
from subsidy.console import scope
from subsidy.console.registers import bureaus, register_crumbs
from subsidy.registers.columns import AWARD_COLUMNS, ENTRY_COLUMNS, columns_of
from subsidy.registers.enums import LineOutcome
from subsidy.registers.models import RegisterImport, RegisterImportLine
from subsidy.sources import fault_words
from subsidy.web.acts import UNPROCESSABLE, blame, new_key, submit_new
from subsidy.web.components import Crumb, DataTable, Preview, Text, Tone
from subsidy.web.formats import is_chinese
from subsidy.web.imports import AT_WORK, TONES, ImportAct, file_view, offers
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import acting_of, moment_of
from workflows.common.refusals import BadData, Forbidden, Message
from workflows.registers.kind import UPLOAD

OUTCOME_TONES: Mapping[str, Tone] = {
    LineOutcome.ADDED: "done",
    LineOutcome.CHANGED: "info",
    LineOutcome.GONE: "wait",
    LineOutcome.BAD: "stop",
}


def about_words(one: RegisterImport) -> Text:
    return one.get_register_display() or one.get_kind_display()


IMPORTS = ListSpec(
    model=RegisterImport,
    columns=(
        Column("file_name", gettext_lazy("File"), link=lambda one: reverse("console:register-import", args=[one.pk])),
        Column("register", gettext_lazy("Register"), value=about_words),
        Column("as_of", gettext_lazy("As of"), kind="day"),
        Column("added", gettext_lazy("Added"), kind="number"),
        Column("changed", gettext_lazy("Changed"), kind="number"),
        Column("gone", gettext_lazy("Gone"), kind="number"),
        Column("bad", gettext_lazy("Lines not taken"), kind="number"),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda one: one.get_state_display(),
            kind="state",
            tone=lambda one: TONES[one.state],
        ),
        Column("uploaded_at", gettext_lazy("Uploaded"), kind="instant"),
    ),
    sorts=(Sort("-id", gettext_lazy("Newest first"), ("-id",)), Sort("id", gettext_lazy("Oldest first"), ("id",))),
    search=lambda imports, text: imports.filter(file_name__icontains=text),
    search_label=gettext_lazy("File name"),
    file_name="register-imports",
    empty_title=gettext_lazy("No list has been imported"),
    empty_text=gettext_lazy(
        "Import the lists that other offices publish; you see what each changes before it counts."
    ),
)


def line_filter() -> type[django_filters.FilterSet]:
    class LineFilter(django_filters.FilterSet):
        outcome = django_filters.ChoiceFilter(
            label=_("What it does"), choices=LineOutcome.choices, empty_label=_("all")
        )

    return LineFilter


def lines_spec() -> ListSpec:
    """The report of an import; its export is what the office that sent the list gets back."""
    return ListSpec(
        model=RegisterImportLine,
        columns=(
            Column("line", _("Line"), kind="number", value=lambda one: one.line or None),
            Column(
                "outcome",
                _("What it does"),
                value=lambda one: one.get_outcome_display(),
                kind="state",
                tone=lambda one: OUTCOME_TONES[one.outcome],
            ),
            Column("uscc", _("Credit code")),
            Column("company", _("Company"), value="company.name"),
            Column("before", _("Held until now"), value=lambda one: one.before or None),
            Column("said", _("The list says"), value=_said),
            Column("why", _("What is wrong, and what to do"), value=_why),
        ),
        sorts=(Sort("line", _("As in the file"), ("line", "id")),),
        filterset=line_filter(),
        related=("company", "register_import"),
        file_name="list-report",
        empty_title=_("Nothing to change"),
        empty_text=_("Every line says what is held already."),
    )


def _said(one: RegisterImportLine) -> str | None:
    said: dict[str, Any] = dict(one.said)
    if "amount_fen" in said:
        said["amount_fen"] = f"{said['amount_fen'] / 100:.2f}"
    named = [said[column.name] for column in columns_of(one.register_import.kind) if column.name in said]
    return " · ".join("|".join(each) if isinstance(each, list) else str(each) for each in named) or None


def _why(one: RegisterImportLine) -> str | None:
    return fault_words(one.code, one.detail, chinese=is_chinese()) if one.code else None


def import_for(request: HttpRequest, pk: int) -> RegisterImport:
    imports = RegisterImport.objects.filter(authority__in=bureaus(request))
    return get_object_or_404(imports.select_related("uploaded_by", "applied_by", "undone_by", "document"), pk=pk)


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    imports: QuerySet[RegisterImport] = RegisterImport.objects.filter(authority__in=bureaus(request))
    title = _("Imports of lists")
    context = {
        "title": title,
        "crumbs": register_crumbs(Crumb(title)),
        "may_upload": Role.COUNTER in acting_of(request).roles,
    }
    return respond(request, IMPORTS, [imports], "console/registers/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a list in and compare it; nothing of it counts before it is applied."""
    scope.standing(request)
    clerk = grants_of(scope.person(request), on=moment_of(request).on, roles=[Role.COUNTER]).order_by("authority")
    bureau = clerk.values_list("authority", flat=True).first()
    if bureau is None:
        raise Forbidden
    assert UPLOAD.form is not None
    form, status = UPLOAD.form(subject=None, initial={"as_of": moment_of(request).on}), 200
    if request.method == "POST":
        data = {name: request.POST[name] for name in ("register", "as_of", "complete") if name in request.POST}
        try:
            done = submit_new(
                request, "register_import", "upload", authority_id=bureau, data=data, files=request.FILES
            )
        except BadData as refusal:
            form, status = UPLOAD.form(data, request.FILES, subject=None), UNPROCESSABLE
            blame(form, refusal)
        else:
            return HttpResponseRedirect(reverse("console:register-import", args=[done.subject_id]))
    context = {
        "form": form,
        "key": request.POST.get("key") or new_key(),
        "action": UPLOAD.title,
        "version": None,
        "back_url": reverse("console:registers"),
        "tables": _column_tables(),
        "crumbs": register_crumbs(Crumb(str(UPLOAD.title))),
    }
    return render(request, "console/registers/upload.html", context, status=status)


def _column_tables() -> list[DataTable]:
    found = []
    for caption, columns in ((_("Registers and lists"), ENTRY_COLUMNS), (_("Earlier awards"), AWARD_COLUMNS)):
        rows = [(one.zh, one.en, _("yes") if one.needed else "") for one in columns]
        found.append(DataTable(caption=caption, head=(_("Heading"), _("Heading in English"), _("Needed")), rows=rows))
    return found


@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a list would change or has changed, line by line."""
    about = import_for(request, pk)
    counts: list[tuple[Text, int]] = [
        (LineOutcome.ADDED.label, about.added),
        (LineOutcome.CHANGED.label, about.changed),
        (LineOutcome.GONE.label, about.gone),
        (_("held already"), about.same),
        (LineOutcome.BAD.label, about.bad),
    ]
    code, _colon, detail = about.fault.partition(":")
    clerk = Role.COUNTER in acting_of(request).roles
    context = {
        "about": about,
        "words": about_words(about),
        "tone": TONES[about.state],
        "counts": DataTable(
            caption=_("What the list changes"),
            head=(_("What it does"), _("Number of lines")),
            rows=[(str(label), str(number)) for label, number in counts],
            numeric=(1,),
        ),
        "changes": about.added + about.changed + about.gone,
        "fault": fault_words(code, detail, chinese=is_chinese()) if code else "",
        "at_work": about.state in AT_WORK,
        "to_apply": about.added + about.changed + about.gone,
        "done": about.applied + about.passed_over,
        "offers": offers("register_import", about, act_url="console:register-import-act") if clerk else [],
        "crumbs": register_crumbs(
            Crumb(_("Imports of lists"), reverse("console:register-imports")), Crumb(about.file_name)
        ),
    }
    return respond(request, lines_spec(), [about.rows.all()], "console/registers/import.html", context)


file = file_view(import_for)


class RegisterImportAct(ImportAct):
    """An act on a delivered list."""

    kind = "register_import"
    page_url = "console:register-import"
    done_words: Mapping[str, Message] = {
        "apply": gettext_lazy("Applied; of a long list the work goes on, and you may leave this page."),
        "discard": gettext_lazy("Discarded. Nothing of the list counts."),
        "undo": gettext_lazy("What the list brought counts no more; of a long list the work goes on."),
        "resume": gettext_lazy("The work goes on where it stopped."),
    }

    def find(self, pk: int) -> RegisterImport:
        return import_for(self.request, pk)

    def root(self) -> Crumb:
        return register_crumbs(Crumb(_("Imports of lists"), reverse("console:register-imports")))[-1]

    def previews(self, subject: RegisterImport) -> Mapping[str, Callable[[], Preview]]:
        return {"apply": lambda: _applying(subject), "discard": _discarding, "undo": _undoing}


def _applying(subject: RegisterImport) -> Preview:
    numbers = {"added": subject.added, "changed": subject.changed, "gone": subject.gone}
    return Preview(
        changes=(
            _("%(added)d entries are added, %(changed)d changed, %(gone)d ended.") % numbers,
            _("Each change is a new row; nothing is overwritten."),
        )
    )


def _discarding() -> Preview:
    return Preview(changes=(_("The list is set aside; no register changes."),))


def _undoing() -> Preview:
    return Preview(
        changes=(
            _("Everything that this list brought counts no more, as if it had not been applied."),
            _("What stood before stands again, by rows that follow; what was changed since stays."),
            _("Decisions that were made keep the values of their moment."),
        )
    )
