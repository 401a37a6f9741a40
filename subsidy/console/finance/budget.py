"""The budget: each line and year as one bar, and the ledger entries behind each figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.console.finance import scope
from subsidy.ledger.enums import BudgetAccount, CashAccountKind, Kind
from subsidy.ledger.models import BudgetLine, CashAccount, Leg
from subsidy.ledger.selectors import budget_lines_of, cash_of, legs_of_line
from subsidy.web import formats
from subsidy.web.components import Crumb, DataTable, Text
from subsidy.web.lists import Column, ListSpec, Sort, respond

# The parts of a bar in the order in which money walks; lightest where it is still free.
PARTS: tuple[tuple[BudgetAccount, str], ...] = (
    (BudgetAccount.AVAILABLE, "0.12"),
    (BudgetAccount.COMMITTED, "0.3"),
    (BudgetAccount.OBLIGATED, "0.5"),
    (BudgetAccount.IN_FLIGHT, "0.75"),
    (BudgetAccount.SPENT, "1"),
)
BAR_WIDTH = 720
LABEL_WIDTH_MIN = 84


@dataclass(frozen=True)
class Part:
    """One account of a line: its part of the bar in pixels, and the page with the entries behind it."""

    label: Text
    fen: int
    x: int
    width: int
    opacity: str
    url: str

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def labelled(self) -> bool:
        return self.width >= LABEL_WIDTH_MIN


@dataclass(frozen=True)
class LineBar:
    line: BudgetLine
    name: str
    parts: Sequence[Part]
    appropriated_url: str


LEGS = ListSpec(
    model=Leg,
    columns=(
        Column("at", gettext_lazy("When"), value="transaction.at", kind="instant"),
        Column("event", gettext_lazy("Event"), value=lambda leg: Kind(leg.transaction.kind).label),
        Column("account", gettext_lazy("Account"), value=lambda leg: BudgetAccount(leg.budget_account).label),
        Column("subject", gettext_lazy("For"), value=lambda leg: leg.transaction.memo or leg.transaction.key),
        Column("amount", gettext_lazy("Amount"), kind="yuan", value=lambda leg: shown_fen(leg)),
    ),
    sorts=(Sort("-id", gettext_lazy("Newest first"), ("-id",)), Sort("id", gettext_lazy("Oldest first"), ("id",))),
    related=("transaction",),
    file_name="ledger-entries",
    empty_title=gettext_lazy("No entries"),
    empty_text=gettext_lazy("Nothing has been booked on this account yet."),
)


def shown_fen(leg: Leg) -> int:
    """What the leg adds to its figure; APPROPRIATED is the contra account and counts the other way round."""
    return -leg.amount if leg.budget_account == BudgetAccount.APPROPRIATED else leg.amount


@login_required
@require_safe
def budget(request: HttpRequest) -> HttpResponse:
    who = scope.budget_reader(request)
    lines = list(budget_lines_of(who.user, on=who.on).select_related("authority"))
    context = {
        "bars": [_bar(line) for line in lines],
        "lines": lines,
        "cash": _cash_table(list(cash_of(who.user, on=who.on))),
        "bar_width": BAR_WIDTH,
    }
    return render(request, "console/finance/budget.html", context)


@login_required
@require_safe
def entries(request: HttpRequest, pk: int, account: str = "") -> HttpResponseBase:
    """The entries of a line, or behind one of its figures."""
    line = scope.line_for(request, pk)
    if account and account not in BudgetAccount.values:
        raise Http404("A budget line has no such account.")
    chosen = BudgetAccount(account) if account else None
    context = {
        "line": line,
        "name": line_name(line),
        "account": chosen.label if chosen else "",
        "total_fen": getattr(line, account) if account else None,
        "crumbs": [Crumb(_("Budget"), reverse("console:finance_budget")), Crumb(line_name(line))],
    }
    return respond(request, LEGS, [legs_of_line(line, chosen)], "console/finance/entries.html", context)


def line_name(line: Any) -> str:
    return f"{line.year} {formats.pick(line.name_zh, line.name_en)} ({line.code})"


def _bar(line: BudgetLine) -> LineBar:
    """The accounts of a line as parts of one bar whose whole is what was appropriated."""
    parts, before = [], 0
    for account, opacity in PARTS:
        fen: int = getattr(line, account)
        start = before * BAR_WIDTH // (line.appropriated or 1)
        before += fen
        end = before * BAR_WIDTH // (line.appropriated or 1)
        url = reverse("console:finance_entries", args=[line.pk, account.value])
        # Something is never drawn as nothing.
        parts.append(Part(account.label, fen, start, max(end - start, 1) if fen else 0, opacity, url))
    appropriated = reverse("console:finance_entries", args=[line.pk, BudgetAccount.APPROPRIATED.value])
    return LineBar(line, line_name(line), parts, appropriated)


def _cash_table(accounts: Sequence[CashAccount]) -> DataTable | None:
    """Bank, funding and suspense; a contra account is shown as the amount it stands for."""
    if not accounts:
        return None
    rows = []
    for account in accounts:
        kind = CashAccountKind(account.kind)
        bank = account.paying_account
        contra = kind in (CashAccountKind.FUNDING, CashAccountKind.SUSPENSE_IN)
        rows.append(
            (kind.label, str(bank) if bank else "—", formats.yuan(-account.balance if contra else account.balance))
        )
    head = (_("Account"), _("At the bank"), _("Balance (CNY)"))
    return DataTable(caption=_("Cash book"), head=head, rows=rows, numeric=(2,))
