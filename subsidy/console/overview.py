"""The overview for those who lead: the figures of a year as charts and tables, each opening what it is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.calendars.selectors import working_calendar
from subsidy.cases.models import Case
from subsidy.console import scope
from subsidy.console.case_list import STAGE_WORDS, case_spec, policies_of
from subsidy.console.finance.figures import line_name
from subsidy.console.queue_list import Days, choices_for, item_spec
from subsidy.console.times import where
from subsidy.ledger.enums import BudgetAccount
from subsidy.ledger.selectors import SEES_BUDGET, budget_lines_of
from subsidy.reporting import overview as figures
from subsidy.reporting.overview import Burn, LineBurn, PolicyMoney, Span
from subsidy.reporting.times import Load, loads
from subsidy.web import formats
from subsidy.web.components import Bar, Crumb, Text
from subsidy.web.formats import pick
from subsidy.web.lists import Column, respond
from subsidy.web.person import grants_of_request, moment_of
from subsidy.web.tables import SmallTable, taken
from subsidy.work.queues import in_pools_of, items_of_bureaus
from subsidy.work.selectors import cases_seen
from workflows.common.refusals import Forbidden

MONTHS = range(1, figures.MONTHS + 1)
SPAN_WORDS: Mapping[str, Text] = {
    "acceptance": gettext_lazy("From filing to acceptance"),
    "decision": gettext_lazy("From acceptance to decree"),
    "payment": gettext_lazy("From decree to first payment"),
    "whole": gettext_lazy("From filing to first payment"),
}


@login_required
@require_safe
def show(request: HttpRequest) -> HttpResponseBase:
    """The figures of a year (`year`, else this one) and what is overdue now; `export` and `table` give a table as a file."""
    authorities, cases = _bureaus(request), _cases(request)
    now, calendar, user = moment_of(request), working_calendar(), scope.person(request)
    every = list(budget_lines_of(user, on=now.on))
    years = sorted({line.year for line in every} | {now.on.year}, reverse=True)
    year = _year(request, years, now.on.year)
    funnel = figures.funnel(cases, year=year)
    paid = figures.money(cases, year=year)
    spans = figures.spans(cases, year=year, calendar=calendar)
    waiting = loads(items_of_bureaus(user, authorities), today=now.on, calendar=calendar)
    burn = figures.burn([line for line in every if line.year == year], year=year, today=now.on)
    tables = {
        "funnel": _funnel_table(funnel, year),
        "money": _money_table(paid, year),
        "spans": _spans_table(spans, year),
        "overdue": _overdue_table(waiting),
        "months": _months_table(burn, year),
        "lines": _lines_table(burn),
    }
    if "export" in request.GET:
        return taken(request, tables)
    context = {
        "crumbs": [Crumb(_("Overview"))],
        "year": year,
        "years": [(one, f"?year={one}") for one in years if one != year],
        "today": now.on,
        "tables": {name: table.shown if table.rows else None for name, table in tables.items()},
        "filed": funnel["filed"],
        "charts": {
            "funnel": _funnel_bars(funnel, year),
            "by_month": _month_bars(paid, year),
            "by_policy": _policy_bars(paid, year),
            "spans": _span_bars(spans),
            "overdue": _overdue_bars(waiting),
            "burn": _burn_bars(burn, year),
        },
        "estimated": burn.estimated,
        "over": burn.booked == figures.MONTHS,
        "last_finished": formats.month(year, burn.finished) if burn.finished else "",
    }
    return render(request, "console/overview.html", context)


@login_required
@require_safe
def cases(request: HttpRequest) -> HttpResponseBase:
    """The cases behind the figures, as the filters say."""
    spec = case_spec("console:case", policies_of(_bureaus(request)))
    context = {"title": _("Cases"), "crumbs": _crumbs(_("Cases"))}
    return respond(request, spec, [_cases(request)], "console/overview_list.html", context)


@login_required
@require_safe
def tasks(request: HttpRequest) -> HttpResponseBase:
    """The open tasks of the bureau behind the figures, as the filters say."""
    authorities, standing = _bureaus(request), scope.standing(request)
    days = Days(moment_of(request).on, working_calendar())
    empty = (_("No open task"), _("Everything is done."))
    spec = item_spec("overview", days, choices_for(standing), (), empty)
    wanted = request.GET.get("pool", "")
    pool = int(wanted) if wanted.isdecimal() else None
    context = {"title": _("Open tasks"), "crumbs": _crumbs(_("Open tasks"))}
    return respond(request, spec, in_pools_of(standing, authorities, pool), "console/overview_list.html", context)


def _bureaus(request: HttpRequest) -> frozenset[int]:
    """The bureaus whose money the reader may look at. Raises Forbidden for whoever may nowhere."""
    found = frozenset(grant.authority_id for grant in grants_of_request(request) if grant.role in SEES_BUDGET)
    if not found:
        raise Forbidden
    return found


def _cases(request: HttpRequest) -> QuerySet[Case]:
    """The filed cases of these bureaus, without those that the reader is recused from."""
    held = [grant for grant in grants_of_request(request) if grant.role in SEES_BUDGET]
    return cases_seen(scope.person(request), on=moment_of(request).on, grants=held)


def _crumbs(here: Text) -> list[Crumb]:
    return [Crumb(_("Overview"), reverse("console:overview")), Crumb(here)]


def _year(request: HttpRequest, years: Sequence[int], this: int) -> int:
    wanted = request.GET.get("year", "")
    if not wanted:
        return this
    for year in years:
        if str(year) == wanted:
            return year
    raise Http404("There are no figures of this year.")


def _cases_url(**filters: Any) -> str:
    return f"{reverse('console:overview-cases')}?{urlencode(filters)}"


def _paid_url(year: int, month: int | None = None, **more: Any) -> str:
    """The cases that were paid in the year, or in a month of it."""
    first, last = figures.year_of(year) if month is None else month_of(year, month)
    return _cases_url(paid_from=first, paid_to=last, **more)


def month_of(year: int, month: int) -> tuple[dt.date, dt.date]:
    """Its first and its last day."""
    after = dt.date(year + month // 12, month % 12 + 1, 1)
    return dt.date(year, month, 1), after - dt.timedelta(days=1)


def _stage_url(stage: str, year: int) -> str:
    first, last = figures.year_of(year)
    return _cases_url(reached=stage, filed_from=first, filed_to=last)


def _percent(part: int, whole: int) -> int | None:
    return part * 100 // whole if whole else None


def _funnel_table(funnel: Mapping[str, int], year: int) -> SmallTable:
    whole = funnel["filed"]
    return SmallTable(
        "funnel",
        _("From filing to payment"),
        (
            Column("stage", _("Came as far as"), value=lambda stage: str(STAGE_WORDS[stage])),
            Column("cases", _("Cases"), kind="number", value=funnel.get, link=lambda stage: _stage_url(stage, year)),
            Column(
                "share",
                _("Share of those filed in %"),
                kind="number",
                value=lambda stage: _percent(funnel[stage], whole),
            ),
        ),
        figures.STAGES if whole else (),
    )


def _funnel_bars(funnel: Mapping[str, int], year: int) -> list[Bar]:
    return [Bar(STAGE_WORDS[name], count, str(count), _stage_url(name, year)) for name, count in funnel.items()]


def _money_table(paid: Sequence[PolicyMoney], year: int) -> SmallTable:
    """Policies by months; a month in which nothing was paid has no column."""
    every = PolicyMoney(
        0,
        "合计",
        "Total",
        [sum(fens) for fens in zip(*(one.fen for one in paid), strict=True)],
        [sum(counts) for counts in zip(*(one.payments for one in paid), strict=True)],
    )

    def url(one: PolicyMoney, month: int | None = None) -> str:
        return _paid_url(year, month, **({} if one is every else {"policy": one.policy_id}))

    def column(month: int) -> Column:
        return Column(
            f"month{month}",
            pick(f"{month}月", formats.MONTHS_EN[month - 1]),
            kind="yuan",
            value=lambda one: one.fen[month - 1] or None,
            link=lambda one: url(one, month),
        )

    return SmallTable(
        "money",
        _("Paid by policy and month"),
        (
            Column("policy", _("Policy"), value=lambda one: pick(one.title_zh, one.title_en)),
            *(column(month) for month in MONTHS if paid and every.payments[month - 1]),
            Column("payments", _("Payments"), kind="number", value=lambda one: sum(one.payments), link=url),
            Column("total_fen", _("Together"), kind="yuan", link=url),
        ),
        paid,
        foot=every if paid else None,
        caption_shown=True,
        dense=True,
        short=True,
    )


def _month_bars(paid: Sequence[PolicyMoney], year: int) -> list[Bar]:
    found = [sum(one.fen[month - 1] for one in paid) for month in MONTHS]
    return [
        Bar(formats.month(year, month), fen, formats.money_short(fen), _paid_url(year, month))
        for month, fen in zip(MONTHS, found, strict=True)
        if fen
    ]


def _policy_bars(paid: Sequence[PolicyMoney], year: int) -> list[Bar]:
    return [
        Bar(
            pick(one.title_zh, one.title_en),
            one.total_fen,
            formats.money_short(one.total_fen),
            _paid_url(year, policy=one.policy_id),
        )
        for one in paid
    ]


def _spans_table(spans: Sequence[Span], year: int) -> SmallTable:
    return SmallTable(
        "spans",
        _("Time to the money by stage"),
        (
            Column("name", _("Stage"), value=lambda span: str(SPAN_WORDS[span.name])),
            Column("cases", _("Cases"), kind="number", link=lambda _span: _paid_url(year, payment="first")),
            Column("median", _("Half within (working days)"), kind="number"),
            Column("ninetieth", _("Nine of ten within (working days)"), kind="number"),
            Column("longest", _("Longest (working days)"), kind="number"),
        ),
        spans,
    )


def _span_bars(spans: Sequence[Span]) -> list[Bar]:
    words = gettext_lazy("%(median)d; nine of ten %(ninetieth)d")
    return [
        Bar(SPAN_WORDS[span.name], span.median, str(words) % {"median": span.median, "ninetieth": span.ninetieth})
        for span in spans
    ]


def _tasks_url(load: Load, **more: str) -> str:
    return f"{reverse('console:overview-tasks')}?{urlencode({'pool': load.pool_id, **more})}"


def _overdue_url(load: Load) -> str:
    return _tasks_url(load, due="overdue")


def _overdue_table(waiting: Sequence[Load]) -> SmallTable:
    return SmallTable(
        "overdue",
        _("Overdue by unit"),
        (
            Column("role", _("Unit or role"), value=where),
            Column("overdue", _("Overdue"), kind="number", link=_overdue_url),
            Column("longest", _("Longest overdue (working days)"), kind="number"),
            Column("open", _("Open"), kind="number", link=_tasks_url),
        ),
        waiting,
    )


def _overdue_bars(waiting: Sequence[Load]) -> list[Bar]:
    return [Bar(where(load), load.overdue, str(load.overdue), _overdue_url(load)) for load in waiting if load.overdue]


def _months_table(burn: Burn, year: int) -> SmallTable:
    def url(month: int) -> str:
        first, last = month_of(year, month)
        return f"{reverse('console:finance_entries_year', args=[year])}?{urlencode(_spent(first, last, month))}"

    def basis(month: int) -> str:
        if month > burn.booked:
            return _("estimate") if burn.estimated else _("no estimate yet")
        return _("so far") if month > burn.finished else _("booked")

    return SmallTable(
        "months",
        _("Spent by month"),
        (
            Column("month", _("Month"), value=lambda month: formats.month(year, month)),
            Column(
                "spent",
                _("Spent in the month"),
                kind="yuan",
                value=lambda month: burn.spent_in(month) if month <= burn.booked else None,
                link=url,
            ),
            Column("by_end", _("Spent by its end"), kind="yuan", value=burn.spent_by),
            Column("basis", _("Standing on"), value=basis),
        ),
        MONTHS if burn.lines else (),
    )


def _spent(first: dt.date, last: dt.date, month: int) -> dict[str, Any]:
    """The entries of a month; the last month has those that were booked after the year, too."""
    query: dict[str, Any] = {"account": BudgetAccount.SPENT.value, "since": first}
    return query if month == figures.MONTHS else {**query, "until": last}


def _burn_bars(burn: Burn, year: int) -> list[Bar]:
    bars = []
    for month in MONTHS:
        fen = burn.spent_by(month)
        if fen is None:
            continue
        guessed = month > burn.booked
        text = formats.money_short(fen)
        bars.append(Bar(formats.month(year, month), fen, f"≈ {text}" if guessed else text, estimated=guessed))
    whole = burn.appropriated
    return [*bars, Bar(_sentence(BudgetAccount.APPROPRIATED.label), whole, formats.money_short(whole))]


def _lines_table(burn: Burn) -> SmallTable:
    def entries(account: BudgetAccount) -> Callable[[Any], str]:
        return lambda one: reverse("console:finance_entries", args=[one.line.pk, account.value])

    def account(one: BudgetAccount) -> Column:
        return Column(one.value, _sentence(one.label), kind="yuan", value=f"line.{one.value}", link=entries(one))

    accounts = (
        BudgetAccount.APPROPRIATED,
        BudgetAccount.SPENT,
        BudgetAccount.IN_FLIGHT,
        BudgetAccount.OBLIGATED,
        BudgetAccount.COMMITTED,
        BudgetAccount.AVAILABLE,
    )

    def every(one: LineBurn) -> str:
        return reverse("console:finance_entries_all", args=[one.line.pk])

    columns = [
        Column("line", _("Budget line"), value=lambda one: line_name(one.line), link=every),
        *map(account, accounts),
    ]
    if burn.estimated:
        columns.append(Column("estimate", _("Spent at the year's end (estimate)"), kind="yuan"))
        columns.append(Column("share", _("Share of the appropriation in %"), kind="number", value=_estimated_share))
    return SmallTable("lines", _("By budget line"), columns, burn.lines, caption_shown=True, dense=True, short=True)


def _estimated_share(one: LineBurn) -> int | None:
    return None if one.estimate is None else _percent(one.estimate, one.line.appropriated)


def _sentence(text: Text) -> str:
    return str(text)[:1].upper() + str(text)[1:]
