from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord, Subject
from subsidy.decisions.agreements import Agreement, PartReport
from subsidy.decisions.enums import InstalmentState, RoundState, RowState
from subsidy.decisions.proposals import Proposal, ProposalKind, ProposalState, RuleDecision, StandingAuthorisation

__all__ = [
    "Agreement",
    "Award",
    "Decree",
    "Finding",
    "Instalment",
    "Notice",
    "PartReport",
    "Proposal",
    "ProposalKind",
    "ProposalState",
    "Round",
    "RoundRow",
    "RuleDecision",
    "StandingAuthorisation",
]


class Finding(AuthorityRecord):
    """What the policy decided of one case at one time: pinned version, facts and reasons, all as hashed text.

    Recomputing `policies.language.decide` from the pinned version and `facts_text` must give `decision_text`.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="findings")
    made_at = models.DateTimeField()
    content_hash = models.CharField(max_length=64, help_text=_("of the policy version"))
    facts_text = models.TextField(help_text="canonical JSON")
    decision_text = models.TextField(help_text="canonical JSON")
    decision_hash = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10)
    tier = models.CharField(max_length=40, blank=True)
    amount_fen = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")

    def __str__(self) -> str:
        return f"case {self.case_id}: {self.outcome}"


class Round(Subject):
    """Cases of one call decided together: ranking, meeting, notice list, decree."""

    STREAM = "round"

    call = models.ForeignKey("programmes.Call", on_delete=models.PROTECT, related_name="rounds")
    state = models.CharField(_("state"), max_length=20, choices=RoundState)
    minute_number = models.CharField(_("number of the minute"), max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints = [
            models.UniqueConstraint(
                fields=["call"], condition=~Q(state=RoundState.DECREED), name="one_open_round_per_call"
            )
        ]


class RoundRow(models.Model):
    """One case in a round, with its rank and the amount proposed."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="rows")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="round_rows")
    rank = models.PositiveIntegerField()
    score = models.PositiveIntegerField(null=True, blank=True)
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=RowState, default=RowState.LISTED)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "case"], name="case_once_in_round"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=[RowState.LISTED, RowState.AWARDED]),
                name="case_live_in_one_round",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="round_row_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.case_id}"


class Notice(AuthorityRecord):
    """The public list of a round, frozen and masked, open to objection until its last day (公示)."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="notice")
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField(help_text=_("last day for objections"))
    ends_provisional = models.BooleanField(default=False)
    list_text = models.TextField(help_text="canonical JSON of the masked rows")
    list_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")

    def __str__(self) -> str:
        return self.title_zh


class Decree(AuthorityRecord):
    """The decision on a round under one document number; its count and total are computed from the awards."""

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="decree")
    number = models.CharField(_("document number"), max_length=60)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()

    class Meta:
        verbose_name = _("decree")
        verbose_name_plural = _("decrees")
        constraints = [models.UniqueConstraint(fields=["authority", "number"], name="decree_number_once")]

    def __str__(self) -> str:
        return self.number


class Award(AuthorityRecord):
    """What was granted to one case by one decree."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="award")
    decree = models.ForeignKey(Decree, on_delete=models.PROTECT, related_name="awards")
    company = models.ForeignKey("applicants.Company", on_delete=models.PROTECT, related_name="awards")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+")
    company_name = models.CharField(max_length=140, help_text=_("the name in the decree"))
    rank = models.PositiveIntegerField()
    tier = models.CharField(max_length=40, blank=True)
    amount_fen = models.BigIntegerField()

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gte=0), name="award_positive")]

    def __str__(self) -> str:
        return f"{self.company_name}: {self.amount_fen}"


class Instalment(AuthorityRecord):
    """A planned part of an award: `part` is its id in the policy; its amount is that of the best rating until it is rated."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="instalments")
    position = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=60, default="whole", db_default="whole")
    rating = models.CharField(max_length=40, blank=True, default="", db_default="")
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=InstalmentState, default=InstalmentState.PLANNED)

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        constraints = [
            models.UniqueConstraint(fields=["award", "position"], name="instalment_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="instalment_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.award_id}/{self.position}"
