"""What is known about a company, from whom and as of when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models.company import Company
from subsidy.applicants.models.imports import FactImport
from subsidy.applicants.records import TypedValue

# A list of records is one row a field of each record, and this one that says the list is complete as of its day.
COMPLETE = "complete"


class CompanyFact(AuthorityRecord, TypedValue):
    """A value that somebody knows about a company; superseded by a newer row, never edited (a trigger sees to it).

    Of one source, one row at a time is current for a name and period; several sources may hold different values. A
    field of a record carries the list's name and the record's key.
    """

    # Read by company alone; an index by bureau would only make large imports slow.
    authority = models.ForeignKey("accounts.Authority", on_delete=models.PROTECT, db_index=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="facts")
    source = models.CharField(max_length=20, choices=FactSource)
    unit = models.CharField(max_length=20, blank=True, default="")
    period = models.CharField(_("period"), max_length=10, blank=True, default="", help_text=_("such as 2023"))
    list_name = models.CharField(max_length=60, blank=True, default="")
    record_key = models.CharField(max_length=120, blank=True, default="")
    as_of = models.DateField(_("as of"))
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    reason = models.CharField(max_length=500, blank=True, default="", help_text=_("why an officer overrode it"))
    raw = models.CharField(max_length=500, blank=True, help_text=_("the value as the source gave it"))
    brought_by = models.ForeignKey(
        FactImport, on_delete=models.PROTECT, related_name="facts", null=True, blank=True, db_index=False
    )
    superseded_at = models.DateTimeField(null=True, blank=True)
    superseded_in = models.ForeignKey(
        FactImport, on_delete=models.PROTECT, related_name="replaced", null=True, blank=True, db_index=False
    )

    class Meta:
        verbose_name = _("company fact")
        verbose_name_plural = _("company facts")
        constraints = [
            TypedValue.one_value_constraint("company_fact_one_value"),
            models.CheckConstraint(
                condition=~Q(list_name="") | Q(record_key=""), name="company_fact_key_belongs_to_a_list"
            ),
            models.UniqueConstraint(
                fields=["company", "name", "source", "period", "list_name", "record_key"],
                condition=Q(superseded_at__isnull=True),
                name="company_fact_current_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brought_by", "company"], condition=Q(brought_by__isnull=False), name="fact_by_import"
            ),
            models.Index(
                fields=["superseded_in", "company"], condition=Q(superseded_in__isnull=False), name="fact_replaced_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.name}"

    @property
    def is_kept(self) -> bool:
        """Whether it is a row of the store; what a register says of the same fact is shown beside it and is none."""
        return not self._state.adding

    @property
    def is_override(self) -> bool:
        """Whether an officer set it against what the sources say, and said why."""
        return self.source == FactSource.OFFICER and bool(self.reason)
