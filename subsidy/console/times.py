"""Time by stage and what is overdue, as tables and files."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.calendars.selectors import working_calendar
from subsidy.console import scope
from subsidy.console.queue_list import pool_words
from subsidy.console.titles import node_title
from subsidy.reporting.times import Load, stage_times
from subsidy.reporting.times import loads as pool_loads
from subsidy.web.components import Crumb
from subsidy.web.formats import pick
from subsidy.web.lists import Column
from subsidy.web.person import moment_of
from subsidy.web.tables import SmallTable, taken
from subsidy.work.queues import items_of_bureaus

DAYS = 365


def where(load: Load) -> str:
    return pool_words(load.role, pick(load.unit_zh, load.unit_en))


STAGES = (
    Column("node", gettext_lazy("Stage"), value=lambda one: str(node_title("case", one.node))),
    Column("done", gettext_lazy("Done"), kind="number"),
    Column("median", gettext_lazy("Half within (working days)"), kind="number"),
    Column("ninetieth", gettext_lazy("Nine of ten within (working days)"), kind="number"),
    Column("longest", gettext_lazy("Longest (working days)"), kind="number"),
)
LOADS = (
    Column("role", gettext_lazy("Unit or role"), value=where),
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
    loads = pool_loads(items_of_bureaus(standing.user, standing.authorities), today=now.on, calendar=calendar)
    tables = {
        "stages": SmallTable("stages", _("Time by stage"), STAGES, stages, caption_shown=True),
        "loads": SmallTable("loads", _("Overdue by unit"), LOADS, loads, caption_shown=True),
    }
    if "export" in request.GET:
        return taken(request, tables)
    context = {
        "crumbs": [Crumb(_("Queue"), reverse("console:queue")), Crumb(_("Time by stage"))],
        **{name: table.shown if table.rows else None for name, table in tables.items()},
        "days": DAYS,
    }
    return render(request, "console/times.html", context)
