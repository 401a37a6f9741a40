"""Undertakings of an award: what its recipient must do or keep, one row a day on which it is checked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.audit.models import Chained


class UndertakingState(models.TextChoices):
    AWAITED = "awaited", _("to be kept")
    OVERDUE = "overdue", _("day passed, not answered")
    REPORTED = "reported", _("answered, to be checked")
    WAIVER = "waiver", _("waiver proposed")
    KEPT = "kept", _("kept")
    WAIVED = "waived", _("waived")
    BREACHED = "breached", _("not kept")
    ENDED = "ended", _("ended with the award")


OPEN_UNDERTAKINGS = (
    UndertakingState.AWAITED,
    UndertakingState.OVERDUE,
    UndertakingState.REPORTED,
    UndertakingState.WAIVER,
)


class Breach(models.TextChoices):
    """What a breach leads to, as the policy says."""

    RECOVERY = "recovery", _("recovery")
    SUSPENSION = "suspension", _("payments are stopped")
    WARNING = "warning", _("warning")


class Undertaking(AuthorityRecord, Chained):
    """One check of an undertaking: `term` is its name in the pinned version of the policy, `due_on` its last day.

    `occurred_on` is the day of what the recipient had to report, for undertakings that an event starts. What the
    company says, and what an officer finds, stand here as they were said last; each saying is an event.
    """

    STREAM = "undertaking"

    number = models.CharField(_("number"), max_length=40, unique=True)
    state = models.CharField(_("state"), max_length=12, choices=UndertakingState, default=UndertakingState.AWAITED)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="undertakings")
    company = models.ForeignKey("applicants.Company", on_delete=models.PROTECT, related_name="undertakings")
    company_name = models.CharField(max_length=200)
    term = models.CharField(max_length=60)
    breach = models.CharField(_("if it is not kept"), max_length=12, choices=Breach)
    due_on = models.DateField(_("due on"))
    occurred_on = models.DateField(_("occurred on"), null=True, blank=True)
    opened_at = models.DateTimeField()
    answer = models.TextField(_("the company's answer"), blank=True)
    document = models.ForeignKey("documents.StoredFile", on_delete=models.PROTECT, related_name="+", null=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(_("what the bureau found"), blank=True)
    waiver_proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("undertaking")
        verbose_name_plural = _("undertakings")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "term", "due_on"],
                name="undertaking_once",
                violation_error_message=_("This undertaking stands for that day already. Look at the list."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_UNDERTAKINGS) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="undertaking_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=UndertakingState.WAIVED) | ~Q(waiver_proposed_by=models.F("decided_by")),
                name="undertaking_waived_by_another",
                violation_error_message=_("Who proposed a waiver may not approve it."),
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "state", "due_on"], name="undertaking_by_state"),
            models.Index(fields=["state", "due_on"], name="undertaking_due"),
        ]

    def __str__(self) -> str:
        return self.number
