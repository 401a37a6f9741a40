"""The end of a budget year: what would move now, what stands in the way; of a closed year what lapsed and went over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import Role
from subsidy.console.finance import scope
from subsidy.console.finance.figures import FIGURES, Row, figures_of, line_row, sums_of
from subsidy.decisions.models import Proposal, ProposalKind, ProposalState
from subsidy.ledger.models import BudgetLine
from subsidy.ledger.selectors import LineBalance, balances_of, budget_lines_of
from subsidy.reporting.year_end import YearEnd, open_lines, year_end
from subsidy.web.components import Crumb, Text, Tone


@dataclass(frozen=True)
class Year:
    """An open year of one bureau, as the matter of a proposal."""

    authority_id: int
    year: int

    @classmethod
    def of(cls, authority_id: int, year: int) -> Year:
        """Raises Http404 for a year without an open line."""
        if not open_lines(authority_id, year):
            raise Http404("This year has no open line.")
        return cls(authority_id, year)

    @property
    def pk(self) -> int:
        """What the form of its proposal carries."""
        return self.year

    @cached_property
    def rehearsed(self) -> YearEnd:
        """What would move if everything available lapsed."""
        return year_end(self.authority_id, self.year, carry=())


@dataclass(frozen=True)
class Balanced:
    """A line with what invariant I3 compares on it."""

    line: BudgetLine
    balance: LineBalance
    words: Text
    tone: Tone


@login_required
@require_safe
def year(request: HttpRequest, year: int) -> HttpResponse:
    """One year: closed lines as they ended, open ones as they would end now."""
    who = scope.budget_reader(request)
    lines = list(budget_lines_of(who.user, on=who.on).filter(year=year).select_related("carried_to").order_by("code"))
    if not lines:
        raise Http404("There is no budget line of this year.")
    closed = [line for line in lines if line.closed_at is not None]
    bureaus = sorted({line.authority_id for line in lines if line.closed_at is None})
    rehearsals = [year_end(bureau, year, carry=()) for bureau in bureaus]
    balances = _balances(lines)
    context = {
        "year": year,
        "heads": [account.label for account in FIGURES],
        "closed": [line_row(line) for line in closed],
        "closed_total": Row(_("All lines"), 0, figures_of(sums_of(closed))),
        "closed_on": max((line.closed_at for line in closed if line.closed_at), default=None),
        "rehearsals": rehearsals,
        "balances": balances,
        "broken": not all(row.balance.holds for row in balances),
        "proposals": Proposal.objects.filter(
            kind=ProposalKind.YEAR_END, authority__in={line.authority_id for line in lines}, title=str(year)
        ).order_by("-pk"),
        "may_propose": bureaus
        and who.may(bureaus[0], Role.FINANCE_PREPARE)
        and not any(found.obstacles for found in rehearsals)
        and not Proposal.objects.filter(
            kind=ProposalKind.YEAR_END, authority__in=bureaus, state=ProposalState.PROPOSED
        ).exists(),
        "crumbs": [
            Crumb(_("Budget"), f"{reverse('console:finance_budget')}?year={year}"),
            Crumb(_("Year end %(year)d") % {"year": year}),
        ],
    }
    return render(request, "console/finance/year.html", context)


def _balances(lines: Sequence[BudgetLine]) -> list[Balanced]:
    by_key = {line.pk: line for line in lines}
    return [
        Balanced(by_key[one.line_id], one, _("holds"), "done")
        if one.holds
        else Balanced(by_key[one.line_id], one, _("does not hold"), "stop")
        for one in balances_of(lines)
    ]
