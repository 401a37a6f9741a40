"""The pool of experts: who may be drawn, what they judge, and what binds them to companies."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.audit.models import Chained
from subsidy.reviews.enums import Branch, ExpertLinkKind, LinkSaidBy


class ExpertProfile(AuthorityRecord, Chained):
    """An expert of one bureau's pool. Without fields the expert judges every field of the branch.

    Only who stands here for a day can be drawn on that day: of anybody else nobody knows what binds them to whom.
    """

    STREAM = "expert"

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="expert_profiles")
    branch = models.CharField(_("branch"), max_length=12, choices=Branch)
    fields = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("fields"))
    employer = models.CharField(_("employer"), max_length=140)
    employer_uscc = models.CharField(_("credit code of the employer"), max_length=18, blank=True, default="")
    title = models.CharField(_("title"), max_length=60, blank=True, default="")
    valid_from = models.DateField(_("in the pool from"))
    valid_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "user"],
                name="expert_once",
                violation_error_message=_("This person stands in the pool already. Open that entry and change it."),
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="expert_forward"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class ExpertLink(AuthorityRecord):
    """What binds an expert to a company, named by its credit code, for a time (both days included).

    A joint work stands with the day on which it ended; it binds for three years more.
    """

    profile = models.ForeignKey(ExpertProfile, on_delete=models.PROTECT, related_name="links")
    kind = models.CharField(max_length=16, choices=ExpertLinkKind)
    uscc = models.CharField(_("credit code of the company"), max_length=18)
    company_name = models.CharField(_("company"), max_length=140, blank=True, default="")
    valid_from = models.DateField(_("since"))
    valid_to = models.DateField(_("until"), null=True, blank=True)
    said_by = models.CharField(max_length=8, choices=LinkSaidBy)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("link of an expert")
        verbose_name_plural = _("links of experts")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="expert_link_forward"
            )
        ]
        indexes = [models.Index(fields=["uscc"], name="expert_link_by_company")]

    def __str__(self) -> str:
        return f"{self.kind} {self.uscc}"
