"""Agreements that payments rest on, and what companies report for each further part (routes with milestones)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord


class Agreement(AuthorityRecord):
    """The agreement of one awarded case: signed by the company, then by the bureau under a number."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="agreement")
    document = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("number of the agreement"), max_length=60, blank=True)
    signed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    countersigned_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    countersigned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number"],
                condition=~Q(number=""),
                name="agreement_number_once",
                violation_error_message=_("Another agreement has this number. Enter the number on this agreement."),
            )
        ]

    def __str__(self) -> str:
        return self.number or f"agreement of case {self.case_id}"


class PartReport(AuthorityRecord):
    """What a company reports to have reached for one instalment, with its document; rows are only added."""

    instalment = models.ForeignKey("decisions.Instalment", on_delete=models.PROTECT, related_name="reports")
    text = models.TextField(_("what was reached"))
    document = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+")
    reported_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()

    class Meta:
        verbose_name = _("report on a part")
        verbose_name_plural = _("reports on parts")

    def __str__(self) -> str:
        return f"report on instalment {self.instalment_id}"
