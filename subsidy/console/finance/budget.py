"""The budget of a year: one bar, the tree of its programmes and lines with their sums, the same by source, the cash."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import Role
from subsidy.console.finance import scope
from subsidy.console.finance.figures import BAR_WIDTH, FIGURES, Row, bar_of, figures_of, line_row, sums_of
from subsidy.ledger.enums import CashAccountKind, MoneySource
from subsidy.ledger.models import BudgetLine, CashAccount
from subsidy.ledger.selectors import budget_lines_of, cash_of
from subsidy.ledger.table import CREDIT_SIDE
from subsidy.web import formats
from subsidy.web.components import DataTable, Text
from workflows.budget.cash import CASH_ACTS


@login_required
@require_safe
def budget(request: HttpRequest) -> HttpResponse:
    """One year of the budget; `year` names it, else the newest that is open."""
    who = scope.budget_reader(request)
    every = list(budget_lines_of(who.user, on=who.on))
    years = sorted({line.year for line in every}, reverse=True)
    year = _year(request, every)
    lines = [line for line in every if line.year == year]
    sums = sums_of(lines)
    context = {
        "year": year,
        "years": [(each, f"?year={each}") for each in years if each != year],
        "heads": [account.label for account in FIGURES],
        "rows": _tree(lines),
        "total": Row(_("All lines"), 0, figures_of(sums)),
        "parts": bar_of(sums),
        "bar_width": BAR_WIDTH,
        "sources": _by_source(lines),
        "cash": _cash_table(list(cash_of(who.user, on=who.on))),
        "acts": _acts(who),
        "open": any(line.closed_at is None for line in lines),
    }
    return render(request, "console/finance/budget.html", context)


def _year(request: HttpRequest, lines: Sequence[BudgetLine]) -> int | None:
    wanted = request.GET.get("year", "")
    known = {line.year for line in lines}
    if wanted:
        if not wanted.isdecimal() or int(wanted) not in known:
            raise Http404("There is no budget line of this year.")
        return int(wanted)
    return max({line.year for line in lines if line.closed_at is None} or known, default=None)


def _tree(lines: Sequence[BudgetLine]) -> list[Row]:
    """Programmes with their sums, each followed by its lines; lines without a programme come last."""
    groups: dict[str, list[BudgetLine]] = defaultdict(list)
    for line in lines:
        groups[line.programme].append(line)
    rows = []
    for programme in sorted(groups, key=lambda name: (not name, name)):
        here = groups[programme]
        query = urlencode({"year": here[0].year, "programme": programme})
        url = f"{reverse('console:finance_lines')}?{query}" if programme else ""
        rows.append(Row(programme or _("Without a programme"), 0, figures_of(sums_of(here)), url))
        rows += [line_row(line) for line in here]
    return rows


def _by_source(lines: Sequence[BudgetLine]) -> list[Row]:
    rows = []
    for source in MoneySource:
        here = [line for line in lines if line.source == source]
        if here:
            query = urlencode({"year": here[0].year, "source": source.value})
            url = f"{reverse('console:finance_lines')}?{query}"
            rows.append(Row(source.label, 0, figures_of(sums_of(here)), url))
    return rows


def _acts(who: scope.Reader) -> list[tuple[Text, str]]:
    """What the reader may enter on this page."""
    acts: list[tuple[Text, str]] = []
    if any(role == Role.FINANCE_CHECK for _authority, role in who.grants):
        acts.append((_("Establish a budget line"), reverse("console:finance_establish")))
        acts += [(act.title, reverse("console:finance_cash_act", args=[act.name])) for act in CASH_ACTS]
    return acts


def _cash_table(accounts: Sequence[CashAccount]) -> DataTable | None:
    """Every account but the expenses, one row a kind and bank account; contra accounts as the amount they stand for."""
    if not accounts:
        return None
    sums: dict[tuple[str, Any], int] = defaultdict(int)
    for account in accounts:
        fen = -account.balance if account.kind in CREDIT_SIDE else account.balance
        sums[account.kind, account.paying_account] += fen
    rows = [
        (CashAccountKind(kind).label, str(bank) if bank else "—", formats.yuan(fen))
        for (kind, bank), fen in sums.items()
    ]
    head = (_("Account"), _("At the bank"), _("Balance (CNY)"))
    return DataTable(caption=_("Cash book"), head=head, rows=rows, numeric=(2,))
