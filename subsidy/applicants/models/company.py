"""Companies and who may act for them."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from subsidy.accounts.records import AuthorityRecord
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
