"""The finance pages in the main navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import UserKind
from subsidy.ledger.selectors import SEES_BUDGET
from subsidy.payouts.selectors import SEES_MONEY
from subsidy.web.nav import NavEntry, add


def add_entries() -> None:
    """Called when the console starts."""
    officers = (UserKind.OFFICER,)
    add(NavEntry(30, _("To pay"), "console:finance_pay", kinds=officers, roles=SEES_MONEY))
    add(NavEntry(31, _("Batches"), "console:finance_batches", kinds=officers, roles=SEES_MONEY))
    add(NavEntry(32, _("Bank answers"), "console:finance_answers", kinds=officers, roles=SEES_MONEY))
    add(NavEntry(32, _("Reconciliation"), "console:finance_reconciliation", kinds=officers, roles=SEES_MONEY))
    add(NavEntry(33, _("Budget"), "console:finance_budget", kinds=officers, roles=SEES_BUDGET))
