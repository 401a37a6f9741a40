"""Where a company is paid."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.enums import AccountState
from subsidy.applicants.models.company import Company


class PayeeAccount(AuthorityRecord):
    """A bank account of a company: entered by one person, confirmed by another; a change is a new row."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="accounts")
    holder_name = models.CharField(_("account holder"), max_length=140)
    account_number = models.CharField(_("account number"), max_length=34)
    bank_name = models.CharField(_("bank"), max_length=140)
    bank_code = models.CharField(_("bank code (CNAPS)"), max_length=12)
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of holder, number and bank code"))
    state = models.CharField(max_length=10, choices=AccountState, default=AccountState.PROPOSED)
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    valid = DateTimeRangeField(null=True, blank=True, help_text=_("from confirmation to its end"))

    class Meta:
        verbose_name = _("payee account")
        verbose_name_plural = _("payee accounts")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="account_two_people",
                violation_error_message=_("The person who entered an account may not confirm it."),
            ),
            models.CheckConstraint(
                condition=Q(state=AccountState.PROPOSED, valid__isnull=True)
                | (~Q(state=AccountState.PROPOSED) & Q(valid__isnull=False, confirmed_by__isnull=False)),
                name="account_confirmed_coherent",
            ),
            ExclusionConstraint(
                name="one_valid_account_at_a_time",
                expressions=[("company", RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
                condition=Q(valid__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder_name} …{self.account_number[-4:]}"
