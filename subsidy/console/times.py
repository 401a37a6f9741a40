"""Time by stage and what is overdue, as tables and files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import Role
from subsidy.calendars.selectors import working_calendar
from subsidy.console import scope
from subsidy.console.titles import node_title
from subsidy.reporting.times import Load, stage_times
from subsidy.reporting.times import loads as pool_loads
from subsidy.web import exports
from subsidy.web.components import Crumb, DataTable, Text
from subsidy.web.formats import pick
from subsidy.web.lists import Column, ListSpec
from subsidy.web.person import moment_of
from subsidy.work.models import WorkItem

DAYS = 365


def _where(load: Load) -> str:
    unit = pick(load.unit_zh, load.unit_en)
    role = str(Role(load.role).label)
    return f"{role} · {unit}" if unit else role


STAGES = (
    Column("node", gettext_lazy("Stage"), value=lambda one: str(node_title("case", one.node))),
    Column("done", gettext_lazy("Done"), kind="number"),
    Column("median", gettext_lazy("Half within (working days)"), kind="number"),
    Column("ninetieth", gettext_lazy("Nine of ten within (working days)"), kind="number"),
    Column("longest", gettext_lazy("Longest (working days)"), kind="number"),
)
LOADS = (
    Column("role", gettext_lazy("Unit or role"), value=_where),
    Column("open", gettext_lazy("Open"), kind="number"),
    Column("overdue", gettext_lazy("Overdue"), kind="number"),
    Column("longest", gettext_lazy("Longest overdue (working days)"), kind="number"),
)


@require_safe
@login_required
def times(request: HttpRequest) -> HttpResponseBase:
    """The figures of the bureaus whose cases the reader sees; `export` and `table` give one table as a file."""
    standing = scope.standing(request)
    now, calendar = moment_of(request), working_calendar()
    stages = stage_times(standing.authorities, since=now.at - dt.timedelta(days=DAYS), calendar=calendar)
    loads = pool_loads(standing.authorities, today=now.on, calendar=calendar)
    found: dict[str, tuple[tuple[Column, ...], Sequence[Any]]] = {"stages": (STAGES, stages), "loads": (LOADS, loads)}
    wanted = request.GET.get("export", "")
    if wanted:
        if request.GET.get("table", "") not in found:
            raise Http404("There is no such table.")
        columns, rows = found[request.GET["table"]]
        spec = ListSpec(model=WorkItem, columns=columns, sorts=(), file_name=request.GET["table"])
        return exports.response(wanted, spec, rows)
    context = {
        "crumbs": [Crumb(_("Queue"), reverse("console:queue")), Crumb(_("Time by stage"))],
        "stages": _table(_("Time by stage"), STAGES, stages) if stages else None,
        "loads": _table(_("Overdue by unit"), LOADS, loads) if loads else None,
        "days": DAYS,
    }
    return render(request, "console/times.html", context)


def _table(caption: Text, columns: tuple[Column, ...], rows: Sequence[Any]) -> DataTable:
    return DataTable(
        caption=caption,
        head=[column.label for column in columns],
        rows=[[str(column.of(row)) for column in columns] for row in rows],
        numeric=range(1, len(columns)),
    )
