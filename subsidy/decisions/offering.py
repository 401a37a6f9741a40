"""Runs in which a call is matched with the companies of the bureau, and what came of each company."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord


class OfferRun(AuthorityRecord):
    """One walk over the active companies by key: `done_to` is the last that was looked at, `companies` how many there are.

    Each company is counted once: offered, or under the reason why not; a case up to `cases_to` is none of this run.
    `finished_at` is empty while the walk goes on; `stopped_by` is who ended it before its end.
    """

    call = models.ForeignKey("programmes.Call", on_delete=models.PROTECT, related_name="offer_runs")
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    companies = models.PositiveIntegerField()
    cases_to = models.BigIntegerField(default=0, help_text="the last case by key when it began")
    done_to = models.BigIntegerField(default=0)
    offered = models.PositiveIntegerField(_("offered"), default=0)
    had_one = models.PositiveIntegerField(_("have a case under this call already"), default=0)
    unfit = models.PositiveIntegerField(_("not of the kind that the policy names, or from elsewhere"), default=0)
    not_met = models.PositiveIntegerField(_("not entitled by rule"), default=0)
    unknown = models.PositiveIntegerField(_("something that decides it is not known"), default=0)
    not_covered = models.PositiveIntegerField(_("beyond the standing authorisation"), default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    COUNTS = ("offered", "had_one", "unfit", "not_met", "unknown", "not_covered")

    class Meta:
        verbose_name = _("matching of a call with companies")
        verbose_name_plural = _("matchings of calls with companies")
        constraints = [
            models.UniqueConstraint(
                fields=["call"], condition=Q(finished_at__isnull=True), name="one_offer_run_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"matching of call {self.call_id}, {self.asked_at}"

    @property
    def looked_at(self) -> int:
        """How many companies have been looked at."""
        return sum(getattr(self, name) for name in self.COUNTS)
