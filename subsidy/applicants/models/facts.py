"""What is known about a company, from whom and as of when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models.company import Company
from subsidy.applicants.records import TypedValue


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
