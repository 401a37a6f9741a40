from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.audit.models import Chained
from subsidy.programmes.enums import Allocation, CallNews, Filing


class Policy(AuthorityRecord):
    """A measure of a bureau; its rules stand in its versions."""

    code = models.SlugField(max_length=40)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        constraints = [models.UniqueConstraint(fields=["authority", "code"], name="policy_code_once")]

    def __str__(self) -> str:
        return self.title_zh


class PolicyVersion(AuthorityRecord, Chained):
    """The immutable text and rules of a policy, in force for a time; a case is pinned to one by `content_hash`.

    The three texts are what the pack folder held; a trigger refuses any change of them.
    """

    STREAM = "policy_version"

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=20)
    content_hash = models.CharField(max_length=64)
    policy_text = models.TextField(help_text="policy.yaml")
    source_text = models.TextField(help_text="source.md")
    cases_text = models.TextField(help_text="cases.yaml")
    document_number = models.CharField(max_length=60, blank=True)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True, help_text=_("last day in force"))
    illustrative = models.BooleanField(help_text=_("has assumed clauses"))
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        constraints = [
            models.UniqueConstraint(fields=["policy", "version"], name="policy_version_once"),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="policy_version_range_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.version}"


class Call(AuthorityRecord, Chained):
    """An opening of a policy version for filing: window, rounds, route, budget lines, allocation mode.

    `cut_offs` are the instants before `closes_at` at which an earlier round stops collecting; the last round collects
    until `closes_at`. `budget_line` bears what the further lines (`CallLine`) do not.
    A call of a policy that confers a title and pays nothing has no line and a budget of 0.
    """

    STREAM = "call"

    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="calls")
    number = models.CharField(_("number"), max_length=40, unique=True)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField(help_text=_("the first instant at which filing is refused"))
    filing = models.CharField(max_length=12, choices=Filing, default=Filing.WINDOW)
    cut_offs = ArrayField(models.DateTimeField(), default=list, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    route = models.CharField(max_length=30)
    route_version = models.PositiveSmallIntegerField()
    allocation = models.CharField(max_length=12, choices=Allocation)
    budget_line = models.ForeignKey("ledger.BudgetLine", on_delete=models.PROTECT, related_name="+", null=True)
    budget_fen = models.BigIntegerField(help_text=_("what this call may grant in all, in fen"))
    contact = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="call_window_forward"),
            models.CheckConstraint(
                condition=Q(budget_line__isnull=False, budget_fen__gt=0) | Q(budget_line__isnull=True, budget_fen=0),
                name="call_budget_or_no_money",
            ),
            models.CheckConstraint(
                condition=Q(filing=Filing.ROUNDS, cut_offs__len__gt=0) | (~Q(filing=Filing.ROUNDS) & Q(cut_offs=[])),
                name="call_cut_offs_of_rounds",
            ),
        ]
        indexes = [models.Index(fields=["authority", "closes_at", "id"], name="call_by_end")]

    def __str__(self) -> str:
        return self.title_zh

    @property
    def pays(self) -> bool:
        """Whether money can move under it; else its decrees confer titles alone."""
        return self.budget_line_id is not None


class CallLine(models.Model):
    """A further budget line of a call and how much of the call's budget it bears, in fen; used after the lines before."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="further_lines")
    line = models.ForeignKey("ledger.BudgetLine", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()

    class Meta:
        verbose_name = _("budget line of a call")
        verbose_name_plural = _("budget lines of calls")
        constraints = [
            models.UniqueConstraint(fields=["call", "line"], name="call_line_once"),
            models.UniqueConstraint(fields=["call", "position"], name="call_line_position_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="call_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.position}"


class CallNotice(AuthorityRecord):
    """A line that everybody reads on the page of a call: what changed, when, why. Never changed, never deleted.

    A change for an outage of the system says from when to when filing was not possible.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="notices")
    news = models.CharField(max_length=12, choices=CallNews)
    published_at = models.DateTimeField()
    reason_zh = models.CharField(max_length=500, blank=True)
    reason_en = models.CharField(max_length=500, blank=True)
    closed_before = models.DateTimeField(null=True, blank=True, help_text=_("the end of filing until then"))
    closes_at = models.DateTimeField(help_text=_("the end of filing from then on"))
    outage_from = models.DateTimeField(_("outage from"), null=True, blank=True)
    outage_to = models.DateTimeField(_("outage until"), null=True, blank=True)

    class Meta:
        verbose_name = _("public line about a call")
        verbose_name_plural = _("public lines about calls")
        indexes = [models.Index(fields=["call", "-id"], name="call_notice_by_call")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outage_from__isnull=True, outage_to__isnull=True)
                | Q(outage_from__isnull=False, outage_to__isnull=False, outage_from__lt=F("outage_to")),
                name="call_outage_forward",
            )
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.news}"
