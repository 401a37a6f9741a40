from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord, Subject
from subsidy.payouts.enums import LIVE_LINE_STATES, BatchState, LineState
from subsidy.payouts.recoveries import Recovery

__all__ = ["Answer", "AnswerFile", "Batch", "BatchLine", "ExportFile", "LineShare", "Recovery"]


class Batch(Subject):
    """Payments that leave together: one paying account, one format, frozen when prepared; three people."""

    STREAM = "batch"

    state = models.CharField(_("state"), max_length=10, choices=BatchState)
    format = models.CharField(_("format"), max_length=20)
    paying_account = models.ForeignKey("ledger.PayingAccount", on_delete=models.PROTECT, related_name="batches")
    currency = models.CharField(max_length=3, default="CNY")
    execution_on = models.DateField(_("execution date"))
    purpose = models.CharField(_("purpose"), max_length=100)
    line_count = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
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
        ]
        indexes = [models.Index(fields=["authority", "state", "-id"], name="batch_by_state")]


class BatchLine(models.Model):
    """One payment, frozen when the batch is prepared; `key` is natural: award:instalment:attempt."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="lines")
    row = models.PositiveIntegerField()
    instalment = models.ForeignKey("decisions.Instalment", on_delete=models.PROTECT, related_name="lines")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="payments")
    key = models.CharField(max_length=60, unique=True)
    end_to_end_id = models.CharField(max_length=35, unique=True)
    amount_fen = models.BigIntegerField()
    payee_name = models.CharField(max_length=140)
    payee_account = models.ForeignKey("applicants.PayeeAccount", on_delete=models.PROTECT, related_name="+")
    account_number = models.CharField(max_length=34)
    bank_name = models.CharField(max_length=140)
    bank_code = models.CharField(max_length=12)
    account_fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=LineState, default=LineState.FROZEN)
    reason_code = models.CharField(max_length=20, blank=True)
    reason_text = models.CharField(max_length=200, blank=True)
    settled_on = models.DateField(null=True, blank=True)

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
        ]

    def __str__(self) -> str:
        return self.end_to_end_id


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

    class Meta:
        verbose_name = _("bank answer")
        verbose_name_plural = _("bank answers")
        constraints = [models.UniqueConstraint(fields=["authority", "entry"], name="bank_entry_once")]

    def __str__(self) -> str:
        return f"{self.end_to_end_id} {self.status}"
