"""What goes to a bank by a channel, and what came from one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.payouts.enums import TransferState


class BankTransfer(AuthorityRecord):
    """A sealed file on its way to the bank by a channel of the installation; each file once.

    UNKNOWN: nobody can say whether the bank has it. It is enquired about and never sent again unless the bank says that
    it has nothing of that message.
    """

    file = models.OneToOneField("payouts.ExportFile", on_delete=models.PROTECT, related_name="transfer")
    channel = models.SlugField(max_length=40)
    state = models.CharField(max_length=12, choices=TransferState, default=TransferState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=60, blank=True)
    changed_at = models.DateTimeField(help_text="real time")

    class Meta:
        verbose_name = _("transfer to a bank")
        verbose_name_plural = _("transfers to banks")

    def __str__(self) -> str:
        return f"{self.channel} {self.file_id}"


class BankDelivery(AuthorityRecord):
    """A file that a channel brought, read once whatever it is called; `fault` says why it could not be read."""

    channel = models.SlugField(max_length=40)
    sequence = models.PositiveBigIntegerField(null=True, help_text=_("of the bank, where its channel counts"))
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    fault = models.CharField(max_length=500, blank=True)
    came_at = models.DateTimeField(help_text="real time")

    class Meta:
        verbose_name = _("delivery of a bank")
        verbose_name_plural = _("deliveries of banks")
        constraints = [
            models.UniqueConstraint(fields=["channel", "sha256"], name="bank_delivery_once"),
            models.UniqueConstraint(fields=["channel", "sequence"], name="bank_sequence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.name}"
