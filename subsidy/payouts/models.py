from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord, Subject
from subsidy.payouts.channel_models import BankDelivery, BankTransfer
from subsidy.payouts.enums import LIVE_LINE_STATES, BatchState, HoldScope, LineState, Movement, Resolution
from subsidy.payouts.recoveries import Recovery
from subsidy.sealing import SealedField

__all__ = [
    "Answer",
    "AnswerFile",
    "BankDelivery",
    "BankStatement",
    "BankTransfer",
    "Batch",
    "BatchLine",
    "ExportFile",
    "LineOffset",
    "LineShare",
    "PayoutHold",
    "Recovery",
    "StatementEntry",
    "SuspenseItem",
]


class Batch(Subject):
    """Payments that leave together: one paying account, one format, frozen when prepared; three people.

    `line_count` and `total_fen` are those of the file. `offset_fen` is what of the payments is set off against what
    their companies owe, and stands in no file; `full_reason` says why nothing is set off although something is owed.
    """

    STREAM = "batch"

    state = models.CharField(_("state"), max_length=10, choices=BatchState)
    format = models.CharField(_("format"), max_length=20)
    paying_account = models.ForeignKey("ledger.PayingAccount", on_delete=models.PROTECT, related_name="batches")
    currency = models.CharField(max_length=3, default="CNY")
    execution_on = models.DateField(_("execution date"))
    purpose = models.CharField(_("purpose"), max_length=100)
    line_count = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    offset_fen = models.BigIntegerField(_("set off"), default=0, db_default=0)
    full_reason = models.CharField(max_length=200, blank=True, db_default="")
    prepared_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    checked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    released_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("payout batch")
        verbose_name_plural = _("payout batches")
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("prepared_by")),
                name="checker_not_preparer",
                violation_error_message=_("The person who prepared a batch may not check it."),
            ),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True)
                | (~Q(released_by=F("prepared_by")) & ~Q(released_by=F("checked_by")) & Q(checked_by__isnull=False)),
                name="releaser_is_third",
                violation_error_message=_("A batch is released by a third person."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BatchState.PREPARED, BatchState.WITHDRAWN])
                | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="batch_checked_coherent",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[BatchState.PREPARED, BatchState.CHECKED, BatchState.WITHDRAWN])
                | Q(released_by__isnull=False, released_at__isnull=False),
                name="batch_released_coherent",
            ),
            models.CheckConstraint(condition=Q(total_fen__gt=0, line_count__gt=0), name="batch_not_empty"),
            models.CheckConstraint(condition=Q(offset_fen__gte=0), name="batch_offset_not_negative"),
        ]
        indexes = [models.Index(fields=["authority", "state", "-id"], name="batch_by_state")]


class BatchLine(models.Model):
    """One payment, frozen when the batch is prepared; `key` is natural: award:instalment:attempt.

    Of `amount_fen` the company is sent what is not set off (`sent_fen`): nothing where all of it is.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField()
    instalment = models.ForeignKey("decisions.Instalment", on_delete=models.PROTECT, related_name="lines")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="payments")
    key = models.CharField(max_length=60, unique=True)
    end_to_end_id = models.CharField(max_length=35, unique=True)
    amount_fen = models.BigIntegerField()
    offset_fen = models.BigIntegerField(_("set off"), default=0, db_default=0)
    payee_name = models.CharField(max_length=140)
    payee_account = models.ForeignKey("applicants.PayeeAccount", on_delete=models.PROTECT, related_name="+")
    account_number = SealedField()
    bank_name = models.CharField(max_length=140)
    bank_code = models.CharField(max_length=12)
    account_fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=LineState, default=LineState.FROZEN)
    reason_code = models.CharField(max_length=20, blank=True)
    reason_text = models.CharField(max_length=200, blank=True)
    settled_on = models.DateField(null=True, blank=True)
    returned_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["batch", "row"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "row"], name="batch_row_once"),
            models.UniqueConstraint(
                fields=["instalment"],
                condition=Q(state__in=LIVE_LINE_STATES),
                name="one_live_payment",
                violation_error_message=_("One of these instalments is already in another batch; leave it out."),
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_positive"),
            models.CheckConstraint(
                condition=Q(offset_fen__gte=0, offset_fen__lte=F("amount_fen")), name="offset_within_payment"
            ),
        ]

    def __str__(self) -> str:
        return self.end_to_end_id

    @property
    def sent_fen(self) -> int:
        """What stands in the file, in fen."""
        return self.amount_fen - self.offset_fen


class LineShare(models.Model):
    """What one budget line bears of one payment."""

    batch_line = models.ForeignKey(BatchLine, on_delete=models.PROTECT, related_name="shares")
    budget_line = models.ForeignKey("ledger.BudgetLine", on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch_line", "budget_line"], name="share_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="share_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_line_id}: {self.amount_fen}"


class LineOffset(models.Model):
    """What of one payment is set off against one recovery, of the share of one budget line."""

    batch_line = models.ForeignKey(BatchLine, on_delete=models.PROTECT, related_name="offsets")
    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="offsets")
    budget_line = models.ForeignKey("ledger.BudgetLine", on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch_line", "recovery", "budget_line"], name="offset_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="offset_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_line_id}: {self.amount_fen}"


class ExportFile(AuthorityRecord):
    """The sealed bytes of a released batch; no UPDATE and no DELETE, by trigger."""

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="export_file")
    name = models.CharField(max_length=100)
    sequence = models.PositiveIntegerField(help_text=_("running number of the paying account"))
    paying_account = models.ForeignKey("ledger.PayingAccount", on_delete=models.PROTECT, related_name="+")
    content = models.BinaryField()
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("export file")
        verbose_name_plural = _("export files")
        constraints = [models.UniqueConstraint(fields=["paying_account", "sequence"], name="export_sequence_once")]

    def __str__(self) -> str:
        return self.name


class AnswerFile(AuthorityRecord):
    """A file that the bank sent; known by its hash, so that reading it twice changes nothing."""

    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    format = models.CharField(max_length=30)
    message_id = models.CharField(max_length=100, blank=True)
    content = models.BinaryField()
    imported_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        verbose_name = _("bank answer file")
        verbose_name_plural = _("bank answer files")
        constraints = [models.UniqueConstraint(fields=["authority", "sha256"], name="answer_file_once")]

    def __str__(self) -> str:
        return self.name


class Answer(AuthorityRecord):
    """One statement of the bank about one payment, or about none that we know (`line` is null: suspense)."""

    file = models.ForeignKey(AnswerFile, on_delete=models.PROTECT, related_name="answers")
    line = models.ForeignKey(BatchLine, on_delete=models.PROTECT, null=True, related_name="bank_answers")
    statement = models.CharField(
        max_length=64, db_index=True, help_text=_("SHA-256 of the bank's reference and entry")
    )
    entry = models.CharField(max_length=90, help_text=_("the statement, and the payment where it speaks of several"))
    end_to_end_id = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=12)
    amount_fen = models.BigIntegerField(null=True, blank=True)
    bank_reference = models.CharField(max_length=100, blank=True)
    booked_on = models.DateField(null=True, blank=True)
    reason_code = models.CharField(max_length=20, blank=True)
    reason_text = models.CharField(max_length=200, blank=True)
    effect = models.CharField(max_length=20, help_text=_("what it did here"))
    paying_account = models.ForeignKey("ledger.PayingAccount", on_delete=models.PROTECT, null=True, related_name="+")
    booking = models.CharField(
        max_length=100, blank=True, db_default="", help_text=_("the booked entry, which details of one booking share")
    )
    bank_fen = models.BigIntegerField(
        default=0, db_default=0, help_text=_("by how much the bank account moved in the books because of it")
    )
    stands_for = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("the same movement, told before by another kind of file"),
    )

    class Meta:
        verbose_name = _("bank answer")
        verbose_name_plural = _("bank answers")
        constraints = [models.UniqueConstraint(fields=["authority", "entry"], name="bank_entry_once")]
        indexes = [models.Index(fields=["booking"], name="answer_by_booking", condition=~Q(booking=""))]

    def __str__(self) -> str:
        return f"{self.end_to_end_id} {self.status}"


class SuspenseItem(AuthorityRecord):
    """A movement of the bank that fitted nothing when it was read, until it is known what it is.

    `left_fen` is what of it is still unknown: details of one booking that are read later take their part of it. It leaves
    by rule, when a later file says what it is, or by two people (`proposal` names theirs).
    """

    answer = models.OneToOneField(Answer, on_delete=models.PROTECT, related_name="suspense")
    paying_account = models.ForeignKey("ledger.PayingAccount", on_delete=models.PROTECT, related_name="+")
    movement = models.CharField(_("movement"), max_length=10, choices=Movement)
    is_credit = models.BooleanField(help_text=_("money in"))
    amount_fen = models.BigIntegerField()
    left_fen = models.BigIntegerField()
    end_to_end_id = models.CharField(max_length=100, blank=True)
    booking = models.CharField(max_length=100, blank=True)
    other_name = models.CharField(max_length=140, blank=True)
    remittance = models.CharField(max_length=200, blank=True)
    booked_on = models.DateField()
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=20, choices=Resolution, blank=True)
    proposal = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("item in suspense")
        verbose_name_plural = _("items in suspense")
        constraints = [
            models.CheckConstraint(
                condition=Q(left_fen__gte=0) & Q(left_fen__lte=F("amount_fen")) & Q(amount_fen__gt=0),
                name="suspense_within_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True, left_fen__gt=0)
                | Q(resolved_at__isnull=False, left_fen=0) & ~Q(resolution=""),
                name="suspense_open_or_resolved",
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "booked_on"], name="suspense_open", condition=Q(resolved_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount_fen}"


class BankStatement(AuthorityRecord):
    """What the bank says of one account between two balances: opening + entries = closing. Append-only."""

    file = models.ForeignKey(AnswerFile, on_delete=models.PROTECT, related_name="bank_statements")
    paying_account = models.ForeignKey(
        "ledger.PayingAccount", on_delete=models.PROTECT, related_name="bank_statements"
    )
    name = models.CharField(max_length=100)
    sequence = models.PositiveIntegerField(null=True)
    page = models.PositiveIntegerField(default=1)
    opening_fen = models.BigIntegerField()
    opening_on = models.DateField(null=True)
    closing_fen = models.BigIntegerField()
    closing_on = models.DateField(null=True)
    moved_fen = models.BigIntegerField()

    class Meta:
        verbose_name = _("account statement")
        verbose_name_plural = _("account statements")
        constraints = [
            models.UniqueConstraint(
                fields=["paying_account", "name", "page", "opening_fen", "closing_fen", "closing_on"],
                name="bank_statement_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(closing_fen=F("opening_fen") + F("moved_fen")), name="bank_statement_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StatementEntry(models.Model):
    """One booked movement as a statement lists it, by the identity that it has in every file. Append-only."""

    bank_statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="entries")
    statement = models.CharField(max_length=64, db_index=True)
    booking = models.CharField(max_length=100, blank=True)
    booked_on = models.DateField()
    moved_fen = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.booked_on} {self.moved_fen}"


class PayoutHold(AuthorityRecord):
    """Nothing is paid to this company, or under this policy, until the hold is lifted; both with a reason."""

    scope = models.CharField(max_length=10, choices=HoldScope)
    company = models.ForeignKey("applicants.Company", on_delete=models.PROTECT, null=True, related_name="+")
    policy = models.ForeignKey("programmes.Policy", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    placed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("hold on payments")
        verbose_name_plural = _("holds on payments")
        constraints = [
            models.CheckConstraint(
                condition=Q(scope=HoldScope.PAYEE, company__isnull=False, policy__isnull=True)
                | Q(scope=HoldScope.PROGRAMME, company__isnull=True, policy__isnull=False),
                name="hold_names_its_scope",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("placed_by")),
                name="hold_lifted_by_another",
                violation_error_message=_("Who placed a hold may not lift it: ask a colleague who checks batches."),
            ),
            models.UniqueConstraint(
                fields=["authority", "company", "policy"],
                condition=Q(lifted_at__isnull=True),
                name="one_open_hold",
                nulls_distinct=False,
                violation_error_message=_("Payments to it are held already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.reason}"
