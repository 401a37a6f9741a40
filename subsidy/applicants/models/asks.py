"""Live sources that were asked about a company: by whom, when, and what came of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.enums import AskState
from subsidy.applicants.models.company import Company


class SourceAsk(AuthorityRecord):
    """One asking of one source. What was said stands in the store of facts; what stays unknown, and why, stands here."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="source_asks")
    layout = models.CharField(max_length=30)
    state = models.CharField(_("state"), max_length=10, choices=AskState, default=AskState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    said = models.PositiveIntegerField(default=0, help_text="facts that the source gave")
    unknown = models.JSONField(default=dict, blank=True, help_text="why, by name of the fact")
    refusal = models.CharField(max_length=500, blank=True, default="", help_text="why the answer was not kept")

    class Meta:
        verbose_name = _("asking of a source")
        verbose_name_plural = _("askings of sources")
        indexes = [models.Index(fields=["company", "layout", "-id"], name="source_ask_newest")]

    def __str__(self) -> str:
        return f"{self.company_id}: {self.layout} {self.state}"
