from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.enums import AccountState, FactSource
from subsidy.applicants.records import TypedValue
from subsidy.audit.models import Chained


class Company(AuthorityRecord, Chained):
    """An applicant, known by its unified social credit code (统一社会信用代码, GB 32100-2015).

    Who may act for it are guardian object permissions on this row: `file_for` (prepares and files) and `confirm_for`
    (the legal representative or an authorised person: signs, confirms accounts).
    """

    STREAM = "company"

    uscc = models.CharField(_("unified social credit code"), max_length=18)
    name = models.CharField(_("name"), max_length=140)
    region = models.CharField(_("district of registration"), max_length=6)
    industry = models.CharField(_("industry (GB/T 4754-2017)"), max_length=10, blank=True)
    founded_on = models.DateField(_("founded on"))
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=30, blank=True)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        permissions = [("file_for", "file for the company"), ("confirm_for", "confirm for the company")]
        constraints = [models.UniqueConstraint(fields=["authority", "uscc"], name="company_code_once")]
        indexes = [GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="company_name_trigram")]

    def __str__(self) -> str:
        return self.name


class CompanyUserObjectPermission(UserObjectPermissionBase):
    """guardian's permission row with a real foreign key: decided by an indexed join, never by loading ids."""

    content_object = models.ForeignKey(Company, on_delete=models.CASCADE)


class CompanyFact(AuthorityRecord, TypedValue):
    """A value that the state already knows about a company; superseded by a newer row, never edited."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="facts")
    source = models.CharField(max_length=12, choices=FactSource)
    as_of = models.DateField(_("as of"))
    entered_at = models.DateTimeField()
    raw = models.CharField(max_length=500, blank=True, help_text=_("the value as the source gave it"))
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("company fact")
        verbose_name_plural = _("company facts")
        constraints = [
            TypedValue.one_value_constraint("company_fact_one_value"),
            models.UniqueConstraint(
                fields=["company", "name", "source", "as_of"],
                condition=Q(superseded_at__isnull=True),
                name="company_fact_current_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.name}"


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
