"""Titles that companies hold and lists that they stand on."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.registers.enums import Change, Register
from subsidy.registers.models.imports import RegisterImport


class RegisterEntry(AuthorityRecord):
    """One row of a register; never edited (by trigger). A change is a new row that names the one it follows.

    `valid_from` and `valid_to` are the first and last day (no last day: until taken off). `effective_on` is the day
    from which the change holds: of an ending, the first day on which the company no longer has it. What a decree of this
    bureau conferred names the case by plain key, with the title and its level in the words of the policy.
    """

    company = models.ForeignKey("applicants.Company", on_delete=models.PROTECT, related_name="register_entries")
    kind = models.SlugField(max_length=40)
    level = models.CharField(max_length=40, blank=True)
    certificate_number = models.CharField(_("certificate or document number"), max_length=60, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text=_("last day of validity"))
    change = models.CharField(max_length=10, choices=Change, default=Change.NOTED)
    effective_on = models.DateField()
    follows = models.OneToOneField("self", on_delete=models.PROTECT, related_name="followed_by", null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    brought_by = models.ForeignKey(RegisterImport, on_delete=models.PROTECT, related_name="entries", null=True)
    case_key = models.BigIntegerField(null=True, help_text=_("the case whose decree conferred it"))
    document_number = models.CharField(
        max_length=60, blank=True, default="", db_default="", help_text=_("of the decree or the decision")
    )
    words = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True)

    class Meta:
        verbose_name = _("register entry")
        verbose_name_plural = _("register entries")
        indexes = [
            models.Index(fields=["authority", "kind", "-id"], name="entry_by_register"),
            models.Index(fields=["case_key"], name="entry_by_case", condition=Q(case_key__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "kind", "certificate_number"],
                condition=Q(change=Change.NOTED) & ~Q(certificate_number=""),
                name="certificate_once",
                violation_error_message=_("This certificate is in the register already. Look at its entry."),
            ),
            models.UniqueConstraint(
                fields=["company", "kind"],
                condition=Q(change=Change.NOTED, certificate_number=""),
                name="listed_once_without_number",
                violation_error_message=_("The company stands on this list already. Look at its entry."),
            ),
            models.CheckConstraint(
                condition=Q(change=Change.NOTED, follows__isnull=True)
                | (~Q(change=Change.NOTED) & Q(follows__isnull=False)),
                name="entry_follows_unless_noted",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="entry_forward",
                violation_error_message=_("The last day lies before the first. Compare both with the certificate."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.certificate_number}"

    @property
    def level_name(self) -> str:
        """The level in the words of the policy that conferred it; of others as their list writes it."""
        return self._said("level") or self.level

    @property
    def title_name(self) -> str:
        """The title in the words of the policy that conferred it, else the register's name."""
        return self._said("title") or self.register_name

    def _said(self, what: str) -> str:
        said = self.words.get(what, {})
        return str(said.get("zh" if (get_language() or "zh").startswith("zh") else "en", ""))

    @property
    def register_name(self) -> str:
        """The register in words; an older one that is no longer kept by its code."""
        return str(Register(self.kind).label) if self.kind in Register.values else self.kind
