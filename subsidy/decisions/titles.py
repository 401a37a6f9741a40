"""Tests of titles while they run: what the policy found, pinned like every finding."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.decisions.proposals import Proposal


class TestOutcome(models.TextChoices):
    """What a test of a title led to."""

    __test__ = False  # not one of pytest's

    KEPT = "kept", _("passed")
    FAILED = "failed", _("failed, the title stands")
    LOWERED = "lowered", _("one level lower")
    ENDED = "ended", _("the title has ended")


class TitleTest(AuthorityRecord):
    """A repeated test of one title by the stage that its policy names; append-only.

    Recomputing the stage of the pinned version from `facts_text` must give `decision_text`. `failures` counts the failed
    tests of the title, this one included.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="title_tests")
    entry = models.ForeignKey("registers.RegisterEntry", on_delete=models.PROTECT, related_name="+")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="title_test")
    stage = models.CharField(max_length=60)
    tested_on = models.DateField()
    content_hash = models.CharField(max_length=64, help_text=_("of the policy version"))
    facts_text = models.TextField(help_text="canonical JSON")
    decision_text = models.TextField(help_text="canonical JSON")
    decision_hash = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=TestOutcome)
    failures = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("test of a title")
        verbose_name_plural = _("tests of titles")

    def __str__(self) -> str:
        return f"case {self.case_id}: {self.outcome} on {self.tested_on}"
