"""Lists that other offices deliver: what a file says, and what of it changed the registers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.models import Company
from subsidy.audit.models import Chained
from subsidy.documents.models import StoredFile
from subsidy.registers.enums import ImportKind, LineOutcome, Register, RegisterImportState


class RegisterImport(AuthorityRecord, Chained):
    """One delivered file: compared with what is held, shown, applied or discarded, and undone if need be.

    `complete` says that whoever of the register is missing from the file is no longer on it as of `as_of`; of earlier
    awards, that the file names all of them. The counts are of lines; of `same` no line is kept. A long file is worked
    through in parts: `read_to` (line), `gone_to` (company), `applied_to` (row) and `undone_to` (company) say how far each
    pass has come, so that an interrupted one is taken up where it stopped.
    """

    STREAM = "register_import"

    kind = models.CharField(max_length=20, choices=ImportKind)
    register = models.CharField(_("register"), max_length=40, choices=Register, blank=True)
    as_of = models.DateField(_("as of"))
    complete = models.BooleanField(default=False)
    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    document = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", null=True)
    state = models.CharField(
        _("state"), max_length=12, choices=RegisterImportState, default=RegisterImportState.CHECKED
    )
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    applied = models.PositiveIntegerField(default=0, help_text="lines that changed a register when it was applied")
    uploaded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    passed_over = models.PositiveIntegerField(
        default=0, db_default=0, help_text="lines not written, as the register says something else by now"
    )
    fault = models.CharField(
        max_length=500, blank=True, default="", db_default="", help_text="why the file cannot be read: code:detail"
    )
    read_to = models.PositiveIntegerField(default=0, db_default=0)
    gone_to = models.BigIntegerField(default=0, db_default=0)
    applied_to = models.BigIntegerField(default=0, db_default=0)
    undone_to = models.BigIntegerField(default=0, db_default=0)
    undone = models.PositiveIntegerField(default=0, db_default=0, help_text="entries and awards that stand as before")
    left_alone = models.PositiveIntegerField(
        default=0, db_default=0, help_text="those that somebody has changed since, which undoing leaves as they are"
    )
    applied_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undo_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("import of a register")
        verbose_name_plural = _("imports of registers")
        indexes = [models.Index(fields=["authority", "-id"], name="register_import_newest")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"


class RegisterImportLine(models.Model):
    """A line that would change something, or could not be taken; never edited. `gone` has no line in the file (0)."""

    register_import = models.ForeignKey(RegisterImport, on_delete=models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=LineOutcome)
    uscc = models.CharField(max_length=18, blank=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+", null=True)
    said = models.JSONField(default=dict, help_text="what the line says, by name")
    before = models.CharField(max_length=300, blank=True, help_text="what is held, in words")
    code = models.CharField(max_length=30, blank=True, help_text="why it is not taken (subsidy.sources.faults)")
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("line of an import")
        verbose_name_plural = _("lines of imports")
        indexes = [models.Index(fields=["register_import", "line", "id"], name="register_line_in_order")]

    def __str__(self) -> str:
        return f"{self.register_import_id}:{self.line} {self.outcome}"
