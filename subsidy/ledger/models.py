"""Two books, each balanced by itself; amounts in the currency's minor unit (fen).

What lies above this room is named by plain key: `subject_kind` (case, round, batch …) and `subject_id`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.audit.models import Chained
from subsidy.ledger.enums import Book, BudgetAccount, CashAccountKind, Kind, MoneySource, ReservationState
from subsidy.ledger.table import CREDIT_SIDE, DEBIT_SIDE, KEPT_BY


def _no_account_negative() -> Q:
    accounts = [account.value for account in BudgetAccount]
    return Q(**{f"{name}__gte": 0 for name in accounts})


def _named_by_its_kind() -> Q:
    """Each account names what its kind is kept by, and nothing else."""
    fields = sorted(set(KEPT_BY.values()))
    allowed = Q()
    for kind in CashAccountKind:
        named = KEPT_BY.get(kind)
        allowed |= Q(kind=kind) & Q(**{f"{field}__isnull": field != named for field in fields})
    return allowed


class BudgetLine(AuthorityRecord, Chained):
    """A budget line of one year (预算指标); its columns are the balances of its accounts.

    Wide on purpose: one conditional UPDATE moves money between two accounts under both checks below, which are
    invariants I2 and I3 at every commit. `programme` groups the lines of a year in the tree; `carried_to` is the line of
    the next year that took over what the year's end carried over.
    """

    STREAM = "budget_line"

    year = models.PositiveSmallIntegerField(_("year"))
    code = models.CharField(_("code"), max_length=40)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    source = models.CharField(_("source of the money"), max_length=20, choices=MoneySource)
    programme = models.CharField(_("programme"), max_length=60, blank=True, default="", db_default="")
    function_code = models.CharField(_("function class"), max_length=10, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    closed_at = models.DateTimeField(null=True, blank=True)
    carried_to = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="carried_from"
    )

    appropriated = models.BigIntegerField(default=0, editable=False)
    available = models.BigIntegerField(default=0, editable=False)
    committed = models.BigIntegerField(default=0, editable=False)
    obligated = models.BigIntegerField(default=0, editable=False)
    in_flight = models.BigIntegerField(default=0, editable=False)
    spent = models.BigIntegerField(default=0, editable=False)
    lapsed = models.BigIntegerField(default=0, editable=False)
    carried_out = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "year", "code"],
                name="budget_line_once",
                violation_error_message=_("This year has a line with this code already. Choose another code."),
            ),
            models.CheckConstraint(condition=Q(source__in=MoneySource.values), name="budget_line_source"),
            models.CheckConstraint(condition=_no_account_negative(), name="budget_never_negative"),
            models.CheckConstraint(
                condition=Q(
                    appropriated=F("available")
                    + F("committed")
                    + F("obligated")
                    + F("in_flight")
                    + F("spent")
                    + F("lapsed")
                    + F("carried_out")
                ),
                name="budget_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.name_zh}"


class PayingAccount(AuthorityRecord):
    """A bank account that the bureau pays from."""

    name = models.CharField(max_length=140)
    account_number = models.CharField(max_length=34, unique=True)
    bank_name = models.CharField(max_length=140)
    bank_code = models.CharField(max_length=12)
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        verbose_name = _("paying account")
        verbose_name_plural = _("paying accounts")

    def __str__(self) -> str:
        return f"{self.name} …{self.ends_in}"

    @property
    def ends_in(self) -> str:
        """The last four digits, by which an account is told apart where its number is nobody's business."""
        return self.account_number[-4:]


class CashAccount(AuthorityRecord):
    """An account of the cash book with its cached balance; debit is positive."""

    kind = models.CharField(max_length=12, choices=CashAccountKind)
    currency = models.CharField(max_length=3, default="CNY")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, null=True, help_text=_("of EXPENSE"))
    paying_account = models.ForeignKey(PayingAccount, on_delete=models.PROTECT, null=True, help_text=_("of BANK"))
    recovery_id = models.BigIntegerField(null=True, help_text=_("of RECEIVABLE and OFFSET_PENDING"))
    year = models.PositiveSmallIntegerField(null=True, help_text=_("of RECOVERED: of the decision"))
    balance = models.BigIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "kind", "currency", "line", "paying_account", "recovery_id", "year"],
                name="cash_account_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind=CashAccountKind.BANK)
                | Q(kind__in=sorted(CREDIT_SIDE), balance__lte=0)
                | Q(kind__in=sorted(DEBIT_SIDE), balance__gte=0),
                name="cash_on_its_side",
            ),
            models.CheckConstraint(condition=_named_by_its_kind(), name="cash_account_named"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Transaction(AuthorityRecord):
    """One event of the ledger; append-only, once per natural key."""

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField()
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    memo = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="transaction_by_subject")]

    def __str__(self) -> str:
        return self.key


class Leg(models.Model):
    """One side of a transaction; debit positive, credit negative; the legs of one book and currency sum to zero.

    In the budget book, money that an account gains is positive. Append-only.
    """

    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="legs")
    book = models.CharField(max_length=6, choices=Book)
    currency = models.CharField(max_length=3)
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, null=True, related_name="legs")
    budget_account = models.CharField(max_length=12, choices=BudgetAccount, null=True)
    cash_account = models.ForeignKey(CashAccount, on_delete=models.PROTECT, null=True, related_name="legs")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="leg_not_zero"),
            models.CheckConstraint(
                condition=Q(
                    book=Book.BUDGET, line__isnull=False, budget_account__isnull=False, cash_account__isnull=True
                )
                | Q(book=Book.CASH, budget_account__isnull=True, cash_account__isnull=False),
                name="leg_names_one_account",
            ),
        ]
        indexes = [models.Index(fields=["line", "budget_account"], name="leg_by_budget_account")]

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.book} {self.amount}"


class Reservation(AuthorityRecord):
    """Money set aside on one line for one case, before the decree (reserved) and after it (obligated)."""

    case_id = models.BigIntegerField()
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="reservations")
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=ReservationState, default=ReservationState.RESERVED)
    reserved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="reservation_positive"),
            models.UniqueConstraint(
                fields=["case_id", "line"],
                condition=~Q(state=ReservationState.FALLEN),
                name="one_live_reservation",
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.case_id}: {self.amount_fen}"
