"""An act on many rows of the queue: the rows chosen, what the act would do with them, and what came of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from subsidy.accounts.models import RoleGrant
from subsidy.accounts.selectors import in_force
from subsidy.calendars.selectors import working_calendar
from subsidy.console import scope
from subsidy.console.bulk_acts import allowed, preview_of
from subsidy.console.queue_list import Days, choices_for, item_spec
from subsidy.web.acts import new_key, origin_of
from subsidy.web.components import Crumb, DataTable, Preview, Text
from subsidy.web.lists import COUNT_CAP
from subsidy.web.person import moment_of
from subsidy.work.models import WorkItem
from subsidy.work.queues import TABS, seen_items, sources
from subsidy.work.selectors import Standing
from workflows.common import door
from workflows.common.acts import Act, ActForm
from workflows.common.outcomes import RowOutcome
from workflows.common.subjects import kind_named


@dataclass(frozen=True)
class Row:
    """A chosen matter as the preview showed it. Written into the page and read back; the door judges it anew."""

    kind: str
    subject_id: int
    version: int
    number: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.subject_id}:{self.version}:{self.number}"

    @classmethod
    def read(cls, text: str) -> Row:
        """Raises Http404 for what no page of ours has written."""
        parts = text.split(":", 3)
        if len(parts) != 4 or not (parts[1].isdecimal() and parts[2].isdecimal()):
            raise Http404("These rows were not chosen on a page of this site.")
        return cls(parts[0], int(parts[1]), int(parts[2]), parts[3])


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bulk(request: HttpRequest) -> HttpResponse:
    """GET shows the rows and what is to be said; POST looks at what it would do, and with `confirm` does it."""
    standing = scope.standing(request)
    said = request.POST if request.method == "POST" else request.GET
    act = allowed(standing).get(said.get("act", ""))
    if act is None:
        raise Http404("There is no such act on many rows.")
    if request.method != "POST":
        rows, left = _within(act, rows_of(_chosen(request, standing)))
        form = _form(act, standing, rows, None, request)
        preview = _rehearse(request, act, rows) if form is None else None
        return _page(request, act, rows, form, preview=preview, left=left)
    rows, _left = _within(act, [Row.read(text) for text in said.get("rows", "").split(",") if text])
    form = _form(act, standing, rows, said, request)
    if form is not None and not form.is_valid():
        return _page(request, act, rows, form, status=422)
    data = _data(form)
    if "confirm" in said:
        return _done(request, act, rows, data)
    return _page(request, act, rows, form, preview=_rehearse(request, act, rows, data))


def _within(act: Act, rows: list[Row]) -> tuple[list[Row], int]:
    """The rows that one request may do the act with, and how many are left for another."""
    most = act.most or COUNT_CAP
    return rows[:most], len(rows[most:])


def _chosen(request: HttpRequest, standing: Standing) -> list[WorkItem]:
    """The items that are ticked, or the first of the list as it was filtered."""
    if "all" not in request.GET:
        ticked = [int(text) for text in request.GET.getlist("row") if text.isdecimal()][:COUNT_CAP]
        return list(seen_items(standing).filter(pk__in=ticked).order_by("id"))
    tab = request.GET.get("about", "")
    if tab not in TABS or tab == "done":
        raise Http404("There is no such list to choose from.")
    days = Days(moment_of(request).on, working_calendar())
    spec = item_spec(tab, days, choices_for(standing), (), ("", ""))
    found = spec.rows(
        QueryDict(request.GET.get("list", "")), sources(tab, standing, today=days.today, soon=days.soon())
    )
    return [item for item, _n in zip(found, range(COUNT_CAP), strict=False)]


def rows_of(items: Sequence[WorkItem]) -> list[Row]:
    """A row a matter, with the version that it has now: one statement a kind."""
    by_kind: dict[str, dict[int, str]] = {}
    for item in items:
        by_kind.setdefault(item.subject_kind, {})[item.subject_id] = item.number
    rows = []
    for kind, numbers in by_kind.items():
        heads = dict(kind_named(kind).model.objects.filter(pk__in=numbers).values_list("pk", "head_seq"))
        rows += [Row(kind, pk, heads[pk], number) for pk, number in numbers.items()]
    return rows


def _form(act: Act, standing: Standing, rows: Sequence[Row], data: Any, request: HttpRequest) -> ActForm | None:
    if act.form is None:
        return None
    form = act.form(data, None, subject=None)
    if "to" in form.fields:
        people = _people(standing, rows, request)
        widget = forms.Select(choices=[("", _("back to the pool")), *people])
        form.fields["to"].widget = widget
    return form


def _people(standing: Standing, rows: Sequence[Row], request: HttpRequest) -> list[tuple[int, str]]:
    """Who holds the roles in whose pools the rows stand."""
    items = seen_items(standing).filter(subject_id__in=[row.subject_id for row in rows], pool__isnull=False)
    pools = items.values_list("pool__authority_id", "pool__role").distinct()
    names: dict[int, str] = {}
    for authority_id, role in pools:
        grants = RoleGrant.objects.filter(in_force(moment_of(request).on), authority=authority_id, role=role)
        for grant in grants.filter(user__is_active=True).select_related("user"):
            names[grant.user_id] = str(grant.user)
    return sorted(names.items(), key=lambda pair: pair[1])


def _data(form: ActForm | None) -> dict[str, Any] | None:
    """What is sent to the door: plain texts, as the act's own form reads them."""
    if form is None:
        return None
    return {name: "" if value is None else value for name, value in form.cleaned_data.items()}


def _by_kind(rows: Sequence[Row]) -> dict[str, dict[int, Row]]:
    found: dict[str, dict[int, Row]] = {}
    for row in rows[:COUNT_CAP]:
        try:
            kind_named(row.kind)
        except KeyError as fault:
            raise Http404("There is nothing of that kind.") from fault
        found.setdefault(row.kind, {})[row.subject_id] = row
    return found


def _asked(request: HttpRequest, rows: dict[int, Row], data: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "actor": scope.person(request),
        "now": moment_of(request),
        "key": request.POST.get("key") or new_key(),
        "versions": {pk: row.version for pk, row in rows.items()},
        "data": data,
    }


def _rehearse(request: HttpRequest, act: Act, rows: Sequence[Row], data: dict[str, Any] | None = None) -> Preview:
    found = [
        (kind, door.rehearse_many(kind, some, act.name, **_asked(request, some, data)))
        for kind, some in _by_kind(rows).items()
    ]
    return preview_of(act.name, found, {(row.kind, row.subject_id): row.number for row in rows})


def _page(
    request: HttpRequest,
    act: Act,
    rows: Sequence[Row],
    form: ActForm | None,
    *,
    preview: Preview | None = None,
    left: int = 0,
    status: int = 200,
) -> HttpResponse:
    context = {
        "act": act,
        "crumbs": [Crumb(_("Queue"), reverse("console:queue")), Crumb(act.title)],
        "form": form,
        "left": left,
        "numbers": [row.number for row in rows],
        "rows": ",".join(str(row) for row in rows),
        "key": request.POST.get("key") or new_key(),
        "preview": preview,
        "going": len(rows) - len(preview.refused) if preview else 0,
        "back_url": reverse("console:queue"),
    }
    return render(request, "console/bulk.html", context, status=status)


def _done(request: HttpRequest, act: Act, rows: Sequence[Row], data: dict[str, Any] | None) -> HttpResponse:
    results: list[tuple[Row, RowOutcome]] = []
    for kind, some in _by_kind(rows).items():
        outcomes = door.perform_many(kind, some, act.name, origin=origin_of(request), **_asked(request, some, data))
        results += [(some[one.subject_id], one) for one in outcomes]
    done = sum(one.refusal is None for _row, one in results)
    context = {
        "act": act,
        "crumbs": [Crumb(_("Queue"), reverse("console:queue")), Crumb(act.title)],
        "summary": ngettext("%(done)d of %(n)d row done.", "%(done)d of %(n)d rows done.", len(results))
        % {"done": done, "n": len(results)},
        "table": results_table(results),
        "back_url": reverse("console:queue"),
    }
    return render(request, "console/bulk_done.html", context)


def results_table(results: Sequence[tuple[Row, RowOutcome]]) -> DataTable:
    """What came of each row; what was refused stands first, for it is what is left to do."""

    def words(one: RowOutcome) -> Text:
        if one.refusal is not None:
            return one.refusal.message
        return _("done before") if getattr(one.result, "replayed", False) else _("done")

    ordered = sorted(results, key=lambda pair: pair[1].refusal is None)
    return DataTable(
        caption=_("What came of each row"),
        head=(_("Number"), _("Result"), _("Message")),
        rows=[(row.number, _("done") if one.refusal is None else _("refused"), words(one)) for row, one in ordered],
    )
