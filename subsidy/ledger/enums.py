from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Book(models.TextChoices):
    BUDGET = "budget", _("budget book")
    CASH = "cash", _("cash book")


class MoneySource(models.TextChoices):
    """Whose money a budget line holds."""

    PROVINCE = "province", _("provincial money")
    CITY = "city", _("municipal money")
    DISTRICT = "district", _("district money")
    OWN = "own", _("own funds")


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
    RECEIVABLE = "receivable", _("receivable of a recovery")
    OFFSET_PENDING = "offset", _("offset, on its way")
    RECOVERED = "recovered", _("recovered")
    PRIOR_YEAR = "prior_year", _("come back after its year closed")
    WRITTEN_OFF = "written_off", _("written off")
    CHARGES = "charges", _("bank charges")
    INTEREST = "interest", _("interest")
    SUSPENSE_IN = "suspense_in", _("suspense, in")
    SUSPENSE_OUT = "suspense_out", _("suspense, out")


class Kind(models.TextChoices):
    """The events of the ledger (rows of `subsidy.ledger.table`)."""

    FUND = "fund", _("received from the treasury")
    PAY_OVER = "pay_over", _("paid over to the treasury")
    CHARGE = "charge", _("bank charge")
    EARN_INTEREST = "earn_interest", _("interest received")
    APPROPRIATE = "appropriate", _("appropriated")
    REDUCE = "reduce", _("appropriation reduced")
    MOVE_OUT = "move_out", _("moved to another line")
    MOVE_IN = "move_in", _("moved from another line")
    RESERVE = "reserve", _("reserved")
    UNRESERVE = "unreserve", _("reservation fell")
    OBLIGATE = "obligate", _("obligated by decree")
    CORRECT_UP = "correct_up", _("raised by corrigendum")
    CORRECT_DOWN = "correct_down", _("lowered by corrigendum, or award revoked")
    RELEASE = "release", _("released in a batch")
    OFFSET = "offset", _("offset against a recovery")
    OFFSET_WHOLE = "offset_whole", _("offset in full, nothing paid out")
    OFFSET_UNDONE = "offset_undone", _("offset undone, payment refused")
    REFUSE = "refuse", _("refused by the bank")
    SETTLE = "settle", _("settled by the bank")
    SETTLE_OFFSET = "settle_offset", _("settled by offset")
    CONFIRM_QUOTA = "confirm_quota", _("quota confirmed by the budget unit")
    WITHDRAW_QUOTA = "withdraw_quota", _("quota withdrawn, payable again")
    CANCEL_QUOTA = "cancel_quota", _("quota withdrawn, back to the line")
    RETURN = "return", _("returned by the bank, payable again")
    RETURN_CANCELLED = "return_cancelled", _("returned by the bank, back to the line")
    RETURN_PRIOR = "return_prior", _("returned by the bank after its year closed")
    RECOVER = "recover", _("recovery decided")
    RECOVER_LESS = "recover_less", _("recovery reduced")
    RECOVER_REFUND = "recover_refund", _("recovery paid back")
    RECOVERY_RECEIVED = "recovery_received", _("recovery received")
    RESTORE = "restore", _("recovered money restored to the line")
    WRITE_OFF = "write_off", _("written off")
    RECEIVED_AFTER = "received_after", _("received after it was written off")
    SUSPEND_IN = "suspend_in", _("bank credit that nobody knows")
    SUSPEND_OUT = "suspend_out", _("bank debit that nobody knows")
    SEND_BACK = "send_back", _("unknown credit sent back")
    ENTERED_IN = "entered_in", _("unknown credit that was entered by hand before")
    ENTERED_OUT = "entered_out", _("unknown debit that was entered by hand before")
    LAPSE = "lapse", _("lapsed at the end of the year")
    CARRY_AVAILABLE = "carry_available", _("carried over to the next year, available")
    CARRY_COMMITTED = "carry_committed", _("carried over to the next year, reserved")
    CARRY_OBLIGATED = "carry_obligated", _("carried over to the next year, obligated")
    BRING_AVAILABLE = "bring_available", _("carried over from the year before, available")
    BRING_COMMITTED = "bring_committed", _("carried over from the year before, reserved")
    BRING_OBLIGATED = "bring_obligated", _("carried over from the year before, obligated")


class ReservationState(models.TextChoices):
    RESERVED = "reserved", _("reserved")
    OBLIGATED = "obligated", _("obligated")
    FALLEN = "fallen", _("fallen")
