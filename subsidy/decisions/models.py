from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord, Subject
from subsidy.decisions.agreements import Agreement, PartReport
from subsidy.decisions.enums import (
    FINAL_ROUNDS,
    RESERVED_ROWS,
    AfterUpheld,
    DecreeKind,
    InstalmentState,
    NoticeEntryKind,
    ObjectionState,
    ObjectorKind,
    RoundState,
    RowState,
)
from subsidy.decisions.offering import OfferRun
from subsidy.decisions.proposals import Proposal, ProposalKind, ProposalState, RuleDecision, StandingAuthorisation
from subsidy.decisions.titles import TitleTest
from subsidy.decisions.undertakings import Undertaking, UndertakingState

__all__ = [
    "Agreement",
    "Award",
    "AwardChange",
    "Decree",
    "Finding",
    "Instalment",
    "Meeting",
    "Notice",
    "NoticeEntry",
    "Objection",
    "OfferRun",
    "PartReport",
    "Proposal",
    "ProposalKind",
    "ProposalState",
    "Round",
    "RoundRow",
    "RuleDecision",
    "StandingAuthorisation",
    "TitleTest",
    "Undertaking",
    "UndertakingState",
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
                fields=["call"], condition=~Q(state__in=FINAL_ROUNDS), name="one_open_round_per_call"
            )
        ]

    @property
    def decree(self) -> Decree:
        """The main decree (Decree.DoesNotExist before it is issued)."""
        return self.decrees.get(kind=DecreeKind.MAIN)


class RoundRow(models.Model):
    """One case in a round, with its rank and the amount proposed.

    `amount_fen` is what the round gives it, `computed_fen` what the policy computed: less where the money is shared pro
    rata. `name` is the name on the list, which a corrigendum may change.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="rows")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="round_rows")
    rank = models.PositiveIntegerField()
    score = models.PositiveIntegerField(null=True, blank=True)
    amount_fen = models.BigIntegerField()
    computed_fen = models.BigIntegerField(null=True, blank=True)
    name = models.CharField(max_length=140, blank=True)
    level = models.CharField(max_length=20, blank=True, help_text=_("who must approve it, by its amount"))
    state = models.CharField(max_length=10, choices=RowState, default=RowState.LISTED)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "case"], name="case_once_in_round"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=RESERVED_ROWS),
                name="case_live_in_one_round",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="round_row_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.case_id}"

    @property
    def listed_name(self) -> str:
        """The name on the list."""
        return self.name or self.case.company_name


class Meeting(AuthorityRecord):
    """What one level of approval decided on the rows that are its to decide, as its minute says; append-only.

    `rows_text` is the list that was decided: rank, case, amount, decision, reason, and who left the room for it.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="meetings")
    level = models.CharField(max_length=20)
    minute_number = models.CharField(_("number of the minute"), max_length=60)
    statement = models.TextField()
    members = models.PositiveSmallIntegerField(help_text=_("how many the meeting has"))
    quorum = models.PositiveSmallIntegerField()
    present = models.JSONField(help_text=_("names of those present"))
    rows_text = models.TextField(help_text="canonical JSON")
    rows_hash = models.CharField(max_length=64)
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")

    def __str__(self) -> str:
        return self.minute_number


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


class NoticeEntry(AuthorityRecord):
    """A line appended to a notice after it was published; append-only. The list as it stands after it is hashed anew.

    `rank` names the row as the list does. `count` and `total_fen` restate what is left that nothing holds.
    """

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="entries")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=NoticeEntryKind)
    rank = models.PositiveIntegerField()
    name = models.CharField(max_length=140, help_text=_("as the list had it"))
    name_after = models.CharField(max_length=140, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    count = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    list_text = models.TextField(help_text="canonical JSON of the masked rows as they stand now")
    list_hash = models.CharField(max_length=64)
    appended_at = models.DateTimeField()

    class Meta:
        verbose_name = _("line appended to a notice")
        verbose_name_plural = _("lines appended to notices")
        ordering = ["notice", "position"]
        constraints = [models.UniqueConstraint(fields=["notice", "position"], name="notice_entry_once")]

    def __str__(self) -> str:
        return f"{self.notice_id}/{self.position} {self.kind}"


class Objection(Subject):
    """Somebody objects to one row of a public list; who it is stands beside the event, where it can be erased."""

    STREAM = "objection"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="objections")
    row = models.ForeignKey(RoundRow, on_delete=models.PROTECT, related_name="objections")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="objections")
    state = models.CharField(_("state"), max_length=20, choices=ObjectionState)
    objector_kind = models.CharField(max_length=10, choices=ObjectorKind)
    grounds = models.TextField(_("grounds"))
    decided_at = models.DateTimeField(null=True, blank=True)
    reasons = models.TextField(_("reasons of the decision"), blank=True)
    consequence = models.CharField(max_length=20, choices=AfterUpheld, blank=True)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")


class Decree(AuthorityRecord):
    """A decision on a round under one document number; its count and total are computed from the awards.

    A round has one main decree, a supplementary one for rows that were held, and later papers that correct or revoke
    single awards: each under a number of its own, none edited.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="decrees")
    kind = models.CharField(max_length=20, choices=DecreeKind, default=DecreeKind.MAIN)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    number = models.CharField(_("document number"), max_length=60)
    issued_on = models.DateField()
    issued_at = models.DateTimeField()

    class Meta:
        verbose_name = _("decree")
        verbose_name_plural = _("decrees")
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "number"],
                name="decree_number_once",
                violation_error_message=_("This document number is used already. Enter the next free one."),
            ),
            models.UniqueConstraint(fields=["round"], condition=Q(kind=DecreeKind.MAIN), name="one_main_decree"),
        ]

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


class AwardChange(AuthorityRecord):
    """What a corrigendum or a revocation changed of an award; append-only. The last one says what holds."""

    decree = models.ForeignKey(Decree, on_delete=models.PROTECT, related_name="changes")
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="changes")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+")
    before_fen = models.BigIntegerField()
    after_fen = models.BigIntegerField(help_text=_("0: revoked"))
    name_before = models.CharField(max_length=140)
    name_after = models.CharField(max_length=140)
    reason = models.CharField(max_length=500)
    count = models.PositiveIntegerField(help_text=_("awards of the corrected decree that stand after it"))
    total_fen = models.BigIntegerField(help_text=_("their total"))
    back_fen = models.BigIntegerField(
        default=0, db_default=0, help_text=_("what of the parts that stand is to be paid back, after this change")
    )
    recover_fen = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text=_("what of the difference is proposed to be recovered because of this change"),
    )

    class Meta:
        verbose_name = _("change of an award")
        verbose_name_plural = _("changes of awards")
        constraints = [
            models.CheckConstraint(condition=Q(after_fen__gte=0), name="award_change_not_negative"),
            models.CheckConstraint(
                condition=Q(back_fen__gte=0, recover_fen__gte=0), name="award_change_back_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.award_id}: {self.before_fen} → {self.after_fen}"


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
