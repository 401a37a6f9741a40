"""Files of facts that offices deliver: what was read, what it changed, and which lines could not be taken."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.enums import FactSource, ImportState
from subsidy.audit.models import Chained
from subsidy.documents.models import StoredFile


class FactImport(AuthorityRecord, Chained):
    """One file of one source: checked, shown, applied in chunks, and undone if need be.

    `layout` names the description of its columns (subsidy.sources). Lines are counted from 1, the heading included.
    `read_to`, `applied_to` and `undone_to` say how far each pass has come, so that an interrupted one is taken up
    where it stopped; the counts are of facts, `lines_bad` of lines.
    """

    STREAM = "fact_import"

    layout = models.CharField(max_length=30)
    source = models.CharField(max_length=20, choices=FactSource)
    as_of = models.DateField(_("as of"))
    year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="the year that the figures are of")
    complete = models.BooleanField(default=False, help_text="lists are complete for each company of the file")
    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    document = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(_("state"), max_length=12, choices=ImportState, default=ImportState.UPLOADED)
    fault = models.CharField(max_length=500, blank=True, help_text="why the file cannot be read, as code and detail")
    octets = models.PositiveBigIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0, help_text="lines of the file, when they have been counted")
    read_to = models.PositiveIntegerField(default=0)
    applied_to = models.PositiveIntegerField(default=0)
    undone_to = models.BigIntegerField(default=0)
    lines_bad = models.PositiveIntegerField(default=0)
    facts_new = models.PositiveIntegerField(default=0)
    facts_changed = models.PositiveIntegerField(default=0)
    facts_renewed = models.PositiveIntegerField(default=0, help_text="same value as of a later day")
    facts_same = models.PositiveIntegerField(default=0)
    facts_older = models.PositiveIntegerField(default=0, help_text="a later value is held already")
    facts_gone = models.PositiveIntegerField(default=0, help_text="of records that a complete list no longer has")
    uploaded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    applied_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import of facts")
        verbose_name_plural = _("imports of facts")
        indexes = [models.Index(fields=["authority", "-id"], name="fact_import_newest")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[ImportState.APPLYING, ImportState.APPLIED]) | Q(applied_by__isnull=False),
                name="fact_import_applied_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"


class FactImportFault(models.Model):
    """Why a line was not taken: the column, a code of subsidy.sources.faults with its detail, and what stood there."""

    fact_import = models.ForeignKey(FactImport, on_delete=models.PROTECT, related_name="faults")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=30)
    detail = models.CharField(max_length=200, blank=True)
    found = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("line not taken")
        verbose_name_plural = _("lines not taken")
        constraints = [
            models.UniqueConstraint(fields=["fact_import", "line", "column", "code"], name="fact_import_fault_once")
        ]

    def __str__(self) -> str:
        return f"{self.fact_import_id}:{self.line} {self.code}"
