"""Imports of facts: the list, uploading, what a file would change, how far the work is, its report, undoing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.accounts.selectors import SEES_CASES, grants_of
from subsidy.applicants.enums import ImportState
from subsidy.applicants.models import FactImport, FactImportFault
from subsidy.console import scope
from subsidy.sources import LAYOUTS, fault_words
from subsidy.web.acts import UNPROCESSABLE, blame, new_key, submit_new
from subsidy.web.components import Crumb, DataTable, Preview, Text
from subsidy.web.formats import is_chinese, pick
from subsidy.web.imports import AT_WORK, TONES, ImportAct, Offer, file_view, offers
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from workflows.common.refusals import BadData, Forbidden, Message
from workflows.fact_import.kind import UPLOAD

COUNTS: tuple[tuple[str, Text], ...] = (
    ("new", gettext_lazy("new")),
    ("changed", gettext_lazy("changed")),
    ("renewed", gettext_lazy("unchanged, as of a later day")),
    ("gone", gettext_lazy("no longer in the list")),
    ("same", gettext_lazy("held already")),
    ("older", gettext_lazy("older than what is held")),
)


def layout_words(name: str) -> str:
    layout = LAYOUTS.get(name)
    return pick(layout.zh, layout.en) if layout else name


def _words(fault: FactImportFault) -> str:
    return fault_words(fault.code, fault.detail, chinese=is_chinese())


IMPORTS = ListSpec(
    model=FactImport,
    columns=(
        Column("file_name", gettext_lazy("File"), link=lambda one: reverse("console:sources-import", args=[one.pk])),
        Column("layout", gettext_lazy("Source"), value=lambda one: layout_words(one.layout)),
        Column("as_of", gettext_lazy("As of"), kind="day"),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda one: one.get_state_display(),
            kind="state",
            tone=lambda one: TONES[one.state],
        ),
        Column("lines_bad", gettext_lazy("Lines not taken"), kind="number"),
        Column("uploaded_at", gettext_lazy("Uploaded"), kind="instant"),
        Column("uploaded_by", gettext_lazy("By"), value=lambda one: str(one.uploaded_by)),
    ),
    sorts=(Sort("-id", gettext_lazy("Newest first"), ("-id",)), Sort("id", gettext_lazy("Oldest first"), ("id",))),
    related=("uploaded_by",),
    search=lambda imports, text: imports.filter(file_name__icontains=text),
    search_label=gettext_lazy("File name"),
    file_name="fact-imports",
    empty_title=gettext_lazy("No file of facts has been imported"),
    empty_text=gettext_lazy(
        "Import what the tax office, the court or another office delivers; nobody has to type it."
    ),
)
FAULTS = ListSpec(
    model=FactImportFault,
    columns=(
        Column("line", gettext_lazy("Line"), kind="number"),
        Column("column", gettext_lazy("Column")),
        Column("found", gettext_lazy("What stands there")),
        Column("why", gettext_lazy("What is wrong, and what to do"), value=_words),
    ),
    sorts=(Sort("line", gettext_lazy("As in the file"), ("line", "id")),),
    file_name="lines-not-taken",
    empty_title=gettext_lazy("Every line was taken"),
)


def bureaus_as_clerk(request: HttpRequest) -> list[int]:
    """The bureaus for which the reader keeps records."""
    user = cast(User, request.user)
    grants = grants_of(user, on=moment_of(request).on, roles=[Role.COUNTER]).order_by("authority")
    return list(grants.values_list("authority", flat=True))


def imports_for(request: HttpRequest) -> Any:
    """The imports of the bureaus whose cases the reader sees. Raises Forbidden for those who have no business here."""
    scope.standing(request)
    user = cast(User, request.user)
    authorities = grants_of(user, on=moment_of(request).on, roles=SEES_CASES).values("authority")
    return FactImport.objects.filter(authority__in=authorities)


def import_for(request: HttpRequest, pk: int) -> FactImport:
    people = ("uploaded_by", "applied_by", "undone_by", "document")
    return get_object_or_404(imports_for(request).select_related(*people), pk=pk)


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    context = {"may_upload": bool(bureaus_as_clerk(request))}
    return respond(request, IMPORTS, [imports_for(request)], "console/sources/list.html", context)


@login_required
@require_safe
def layouts(request: HttpRequest) -> HttpResponse:
    """Which columns each source's file may have: what to ask the office for."""
    scope.standing(request)
    tables = [
        DataTable(
            caption=pick(layout.zh, layout.en),
            head=(_("Heading"), _("Heading in English"), _("Name in the program"), _("Kind")),
            rows=[
                (column.zh, column.en, column.fact, f"{column.kind} {column.unit}".strip())
                for column in layout.columns
            ],
        )
        for layout in LAYOUTS.values()
    ]
    crumbs = [Crumb(_("Facts from sources"), reverse("console:sources")), Crumb(_("Columns of the files"))]
    return render(request, "console/sources/layouts.html", {"tables": tables, "crumbs": crumbs})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file in; it is checked in the background and nothing of it counts before it is applied."""
    scope.standing(request)
    bureaus = bureaus_as_clerk(request)
    if not bureaus:
        raise Forbidden
    assert UPLOAD.form is not None
    form, status = UPLOAD.form(subject=None, initial={"as_of": moment_of(request).on}), 200
    if request.method == "POST":
        data = {name: request.POST[name] for name in ("layout", "as_of", "year", "complete") if name in request.POST}
        try:
            done = submit_new(
                request, "fact_import", "upload", authority_id=bureaus[0], data=data, files=request.FILES
            )
        except BadData as refusal:
            form, status = UPLOAD.form(data, request.FILES, subject=None), UNPROCESSABLE
            blame(form, refusal)
        else:
            return HttpResponseRedirect(reverse("console:sources-import", args=[done.subject_id]))
    context = {
        "form": form,
        "key": request.POST.get("key") or new_key(),
        "action": UPLOAD.title,
        "version": None,
        "back_url": reverse("console:sources"),
        "crumbs": [Crumb(_("Facts from sources"), reverse("console:sources")), Crumb(str(UPLOAD.title))],
    }
    return render(request, "console/sources/upload.html", context, status=status)


@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What a file would change or has changed, how far the work is, and the lines that were not taken."""
    found = import_for(request, pk)
    code, _colon, detail = found.fault.partition(":")
    earlier = (
        FactImport.objects.filter(
            authority=found.authority_id, sha256=found.sha256, state=ImportState.APPLIED, pk__lt=found.pk
        )
        .exclude(sha256="")
        .order_by("-pk")
        .first()
    )
    context = {
        "found": found,
        "layout": layout_words(found.layout),
        "tone": TONES[found.state],
        "fault": fault_words(code, detail, chinese=is_chinese()) if code else "",
        "at_work": found.state in AT_WORK,
        "done": found.applied_to if found.state == ImportState.APPLYING else found.read_to,
        "counts": _counts(found),
        "changes": found.facts_new + found.facts_changed + found.facts_renewed + found.facts_gone,
        "earlier": earlier,
        "offers": _offers(request, found),
        "crumbs": [Crumb(_("Facts from sources"), reverse("console:sources")), Crumb(found.file_name)],
    }
    return respond(request, FAULTS, [found.faults.all()], "console/sources/import.html", context)


def _counts(found: FactImport) -> DataTable:
    rows = [(label, str(getattr(found, f"facts_{name}"))) for name, label in COUNTS]
    return DataTable(
        caption=_("What the file says, compared with what is held"),
        head=(_("Facts"), _("How many")),
        rows=rows,
        numeric=(1,),
    )


def _offers(request: HttpRequest, found: FactImport) -> list[Offer]:
    """What its reader may do with it now."""
    if found.authority_id not in bureaus_as_clerk(request):
        return []
    return offers("fact_import", found, act_url="console:sources-act")


file = file_view(import_for)


class FactImportAct(ImportAct):
    """An act on a file of facts."""

    kind = "fact_import"
    page_url = "console:sources-import"
    done_words: Mapping[str, Message] = {
        "apply": gettext_lazy("The facts are being written. You may leave this page; the work goes on."),
        "discard": gettext_lazy("Discarded. Nothing of the file counts."),
        "undo": gettext_lazy("What the file brought is being taken back. You may leave this page; the work goes on."),
        "resume": gettext_lazy("The work goes on where it stopped."),
    }

    def find(self, pk: int) -> FactImport:
        return import_for(self.request, pk)

    def root(self) -> Crumb:
        return Crumb(_("Facts from sources"), reverse("console:sources"))

    def previews(self, subject: FactImport) -> Mapping[str, Callable[[], Preview]]:
        return {"apply": lambda: _applying(subject), "undo": _undoing}


def _applying(subject: FactImport) -> Preview:
    changes = [
        _("%(n)d facts: %(what)s") % {"n": n, "what": label}
        for name, label in COUNTS
        if (n := getattr(subject, f"facts_{name}"))
    ]
    if subject.lines_bad:
        changes.append(_("%(n)d lines are not taken.") % {"n": subject.lines_bad})
    return Preview(changes=changes)


def _undoing() -> Preview:
    return Preview(
        changes=(
            _("Every fact that this file brought and that still counts is superseded."),
            _("What it had replaced counts again; what was said since stays."),
            _("Decisions that were made keep the values of their moment."),
        )
    )
