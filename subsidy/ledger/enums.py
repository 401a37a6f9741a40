from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Book(models.TextChoices):
    BUDGET = "budget", _("budget book")
    CASH = "cash", _("cash book")


class BudgetAccount(models.TextChoices):
    """The accounts of one budget line and year; each but APPROPRIATED (contra) is a column of its `BudgetLine`."""

    APPROPRIATED = "appropriated", _("appropriated")
    AVAILABLE = "available", _("available")
    COMMITTED = "committed", _("reserved")
    OBLIGATED = "obligated", _("obligated")
    IN_FLIGHT = "in_flight", _("in flight")
    SPENT = "spent", _("spent")
    LAPSED = "lapsed", _("lapsed")
    CARRIED_OUT = "carried_out", _("carried out")


class CashAccountKind(models.TextChoices):
    BANK = "bank", _("bank")
    FUNDING = "funding", _("funding")
    EXPENSE = "expense", _("expense")
    SUSPENSE_IN = "suspense_in", _("suspense, in")
    SUSPENSE_OUT = "suspense_out", _("suspense, out")


class Kind(models.TextChoices):
    """The events of the ledger (rows of `subsidy.ledger.table`)."""

    FUND = "fund", _("received from the treasury")
    APPROPRIATE = "appropriate", _("appropriated")
    RESERVE = "reserve", _("reserved")
    UNRESERVE = "unreserve", _("reservation fell")
    OBLIGATE = "obligate", _("obligated by decree")
    CORRECT_UP = "correct_up", _("raised by corrigendum")
    CORRECT_DOWN = "correct_down", _("lowered by corrigendum, or award revoked")
    RELEASE = "release", _("released in a batch")
    REFUSE = "refuse", _("refused by the bank")
    SETTLE = "settle", _("settled by the bank")
    RETURN = "return", _("returned by the bank, payable again")
    SUSPEND_IN = "suspend_in", _("bank credit that nobody knows")
    SUSPEND_OUT = "suspend_out", _("bank debit that nobody knows")


class ReservationState(models.TextChoices):
    RESERVED = "reserved", _("reserved")
    OBLIGATED = "obligated", _("obligated")
    FALLEN = "fallen", _("fallen")
