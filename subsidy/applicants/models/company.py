"""Companies and who may act for them."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.enums import CompanyState, LegalForm, RightBasis
from subsidy.audit.models import Chained
from subsidy.documents.models import StoredFile


class Company(AuthorityRecord, Chained):
    """An applicant, known by its unified social credit code (统一社会信用代码, GB 32100-2015).

    Who may act for it are guardian object permissions on this row: `file_for` (prepares and files), `confirm_for`
    (the legal representative or an authorised person: signs, confirms accounts) and `administer_for` (says who else
    may act). The row says how the company is today; what it was called and how it stood before is in `CompanyChange`.
    """

    STREAM = "company"

    uscc = models.CharField(_("unified social credit code"), max_length=18)
    name = models.CharField(_("name"), max_length=140)
    region = models.CharField(_("district of registration"), max_length=6)
    township = models.ForeignKey(
        "accounts.Unit",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("township"),
        help_text=_("the township or platform that recommends it"),
    )
    industry = models.CharField(_("industry (GB/T 4754-2017)"), max_length=10, blank=True)
    founded_on = models.DateField(_("founded on"))
    contact_name = models.CharField(_("contact"), max_length=60, blank=True)
    contact_phone = models.CharField(_("telephone"), max_length=30, blank=True)
    representative = models.CharField(_("legal representative"), max_length=60, blank=True, default="")
    legal_form = models.CharField(
        _("legal form"), max_length=12, choices=LegalForm, default=LegalForm.LEGAL_PERSON, db_default="legal_person"
    )
    head_office = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="branches", null=True, blank=True, verbose_name=_("head office")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=CompanyState, default=CompanyState.ACTIVE, db_default="active"
    )

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        permissions = [
            ("file_for", "file for the company"),
            ("confirm_for", "confirm for the company"),
            ("administer_for", "say who acts for the company"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "uscc"],
                name="company_code_once",
                violation_error_message=_(
                    "A company with this unified social credit code is registered already. Find it by its code."
                ),
            ),
            models.CheckConstraint(
                condition=Q(head_office__isnull=True) | Q(legal_form=LegalForm.BRANCH),
                name="only_branch_has_head_office",
            ),
        ]
        indexes = [
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="company_name_trigram"),
            models.Index(fields=["authority", "-id"], name="company_newest"),
        ]

    def __str__(self) -> str:
        return self.name


class CompanyUserObjectPermission(UserObjectPermissionBase):
    """guardian's permission row with a real foreign key: decided by an indexed join, never by loading ids.

    A right has a basis and a time: in force from `valid_from` to `valid_to`, both days included (empty: without end),
    unless somebody ended it before. Rows stay as history (a trigger sees to it); a renewal is a new row.
    """

    content_object = models.ForeignKey(Company, on_delete=models.PROTECT)
    basis = models.CharField(max_length=16, choices=RightBasis, default=RightBasis.COUNTER, db_default="counter")
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    granted_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    granted_at = models.DateTimeField(null=True, blank=True)
    letter = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    end_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("right for a company")
        verbose_name_plural = _("rights for companies")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission", "content_object"],
                condition=Q(ended_at__isnull=True),
                name="company_right_once",
                violation_error_message=_("This person has this right already. End it first to give it anew."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="company_right_range_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.permission.codename} {self.content_object}"

    def in_force(self, on: dt.date) -> bool:
        """Whether the right holds on that day."""
        begun = self.valid_from is None or self.valid_from <= on
        return begun and self.ended_at is None and (self.valid_to is None or on <= self.valid_to)
