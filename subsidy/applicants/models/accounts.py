"""Where a company is paid, and what keeps an account from being paid to."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.enums import AccountState
from subsidy.applicants.models.company import Company
from subsidy.documents.models import StoredFile
from subsidy.sealing import SealedField

NEVER_VALID = [AccountState.PROPOSED, AccountState.REFUSED]


class PayeeAccount(AuthorityRecord):
    """A bank account of a company: entered by one person, confirmed by another; a change is a new row.

    An account in another name than the company's waits until an officer has accepted the stamped explanation. One that
    takes the place of another cools until `payable_from`. What was entered is frozen by trigger.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="accounts")
    holder_name = models.CharField(_("account holder"), max_length=140)
    account_number = SealedField(_("account number"))
    bank_name = models.CharField(_("bank"), max_length=140)
    bank_code = models.CharField(_("bank code (CNAPS)"), max_length=12)
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of holder, number and bank code"))
    state = models.CharField(max_length=10, choices=AccountState, default=AccountState.PROPOSED)
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    valid = DateTimeRangeField(null=True, blank=True, help_text=_("from confirmation to its end"))
    payable_from = models.DateTimeField(null=True, blank=True, help_text=_("end of the cooling period"))
    certification = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", null=True, help_text=_("the bank's letter")
    )
    explanation = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", null=True, help_text=_("why another name, stamped")
    )
    accepted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    accepted_at = models.DateTimeField(null=True, blank=True, help_text=_("when the explanation was accepted"))
    closing_reason = models.CharField(max_length=500, blank=True, default="")

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
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("proposed_by")),
                name="account_explanation_by_another",
                violation_error_message=_("The person who entered an account may not accept its explanation."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=NEVER_VALID, valid__isnull=True)
                | (~Q(state__in=NEVER_VALID) & Q(valid__isnull=False, confirmed_by__isnull=False)),
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


class AccountFreeze(AuthorityRecord):
    """An order of a court (or another organ) that nothing be paid to an account, until it is lifted by another paper."""

    account = models.ForeignKey(PayeeAccount, on_delete=models.PROTECT, related_name="freezes")
    issuer = models.CharField(_("court or authority"), max_length=100)
    number = models.CharField(_("number of the order"), max_length=60)
    order = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    frozen_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()
    lifting_number = models.CharField(_("number of the lifting order"), max_length=60, blank=True, default="")
    lifting_order = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", null=True)
    lifted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("freeze of an account")
        verbose_name_plural = _("freezes of accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number"],
                name="account_frozen_once_by_order",
                violation_error_message=_("This order has been entered for this account already."),
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifting_order__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False, lifting_order__isnull=False),
                name="account_freeze_lifted_coherent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.number}"
