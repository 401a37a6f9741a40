from __future__ import annotations

import datetime as dt

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.accounts.records import AuthorityRecord
from subsidy.work.enums import Duty

NO_DUE = dt.date.max


class Pool(AuthorityRecord):
    """The queue of one role in one unit of one bureau."""

    role = models.CharField(max_length=20, choices=Role)
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        constraints = [
            models.UniqueConstraint(fields=["authority", "role", "unit"], name="pool_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.authority_id} {self.role}"


class WorkItem(AuthorityRecord):
    """Something that waits for a person: an open human task as the lists read it. Written by the door alone.

    Exactly one of `pool` (officers) and `company` (the applicant's people) says whom it waits for; an expert's seat
    has a pool and an assignee from the start.
    """

    task_id = models.BigIntegerField(unique=True, help_text=_("viewflow's task"))
    node = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200, help_text=_("company, or the round's or batch's title"))
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, null=True)
    company = models.ForeignKey("applicants.Company", on_delete=models.PROTECT, null=True)
    assignee = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="work_items")
    policy = models.ForeignKey("programmes.Policy", on_delete=models.PROTECT, null=True)
    call = models.ForeignKey("programmes.Call", on_delete=models.PROTECT, null=True, db_index=False)
    applicant = models.ForeignKey(
        "applicants.Company", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    township = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, null=True, db_index=False)
    filed_on = models.DateField(default=NO_DUE, help_text=_("date.max: not filed, or not a matter that is filed"))
    amount_fen = models.BigIntegerField(default=0)
    due_on = models.DateField(default=NO_DUE, help_text=_("date.max: no deadline"))
    due_provisional = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("work item")
        verbose_name_plural = _("work items")
        constraints = [
            models.CheckConstraint(
                condition=Q(pool__isnull=False, company__isnull=True) | Q(pool__isnull=True, company__isnull=False),
                name="work_item_waits_for_one",
            )
        ]
        indexes = [
            models.Index(fields=["pool", "due_on", "id"], condition=Q(assignee__isnull=True), name="work_pool_due"),
            models.Index(
                fields=["pool", "-amount_fen", "id"], condition=Q(assignee__isnull=True), name="work_pool_amount"
            ),
            models.Index(
                fields=["pool", "policy", "due_on", "id"],
                condition=Q(assignee__isnull=True),
                name="work_pool_policy_due",
            ),
            models.Index(
                fields=["assignee", "due_on", "id"], condition=Q(assignee__isnull=False), name="work_mine_due"
            ),
            models.Index(fields=["pool", "number", "id"], condition=Q(assignee__isnull=True), name="work_pool_number"),
            models.Index(
                fields=["pool", "filed_on", "id"], condition=Q(assignee__isnull=True), name="work_pool_filed"
            ),
            *(
                models.Index(
                    fields=["pool", name, "due_on", "id"],
                    condition=Q(assignee__isnull=True),
                    name=f"work_pool_{name}_due",
                )
                for name in ("call", "township", "node")
            ),
            models.Index(fields=["pool", "due_on", "id"], condition=Q(assignee__isnull=False), name="work_pool_held"),
            models.Index(fields=["applicant"], condition=Q(applicant__isnull=False), name="work_by_applicant"),
            models.Index(OpClass("number", name="varchar_pattern_ops"), name="work_number_begins"),
            models.Index(OpClass(Reverse("number"), name="text_pattern_ops"), name="work_number_ends"),
            models.Index(fields=["company", "due_on", "id"], name="work_company_due"),
            models.Index(
                fields=["authority", "due_on", "id"],
                condition=Q(company__isnull=False) & ~Q(node="draft"),
                name="work_waits_for_company",
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="work_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.number}"


class Assignment(AuthorityRecord):
    """Into whose hands a task came, by whom and why: a row for each claim, return and reassignment; never changed.

    Without a holder it went back to its pool.
    """

    task_id = models.BigIntegerField()
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    node = models.CharField(max_length=40)
    holder = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    given_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes = [models.Index(fields=["subject_kind", "subject_id", "id"], name="assignment_by_subject")]

    def __str__(self) -> str:
        return f"{self.node} {self.subject_kind} {self.subject_id}"


class SavedView(models.Model):
    """A list as its reader wants to find it again: the query of its address under a name. Nobody else sees it."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=60, help_text=_("the path of the list"))
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1_000)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name


class Hand(AuthorityRecord):
    """Who did which act on which matter, and under which key: separation of duties and idempotency read this.

    `key` is bound to subject, action, actor and `data_hash`; the same key with other content is refused. `part` is the
    part of the matter that the hand was on, such as one payee account of a company; none: the matter as a whole. A hand
    `on_behalf_of` somebody who had delegated the role counts as the hand of both.
    """

    key = models.CharField(max_length=120, unique=True)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    part = models.BigIntegerField(null=True, blank=True)
    action = models.CharField(max_length=60)
    duty = models.CharField(max_length=20, choices=Duty, blank=True)
    role = models.CharField(max_length=20, choices=Role, blank=True)
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="hands")
    on_behalf_of = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("who had delegated the role"),
    )
    at = models.DateTimeField()
    seq = models.PositiveIntegerField(help_text=_("of the event in the subject's stream"))
    data_hash = models.CharField(max_length=64)
    task_id = models.BigIntegerField(null=True, unique=True)

    class Meta:
        verbose_name = _("hand")
        verbose_name_plural = _("hands")
        indexes = [
            models.Index(fields=["actor", "subject_kind", "subject_id"], name="hand_by_actor"),
            models.Index(fields=["subject_kind", "subject_id"], name="hand_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.action}"


class RouteVersion(models.Model):
    """A published route: its flow class and the fingerprint of its graph, checked at start-up."""

    route = models.CharField(max_length=30)
    version = models.PositiveSmallIntegerField()
    flow_ref = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["route", "version"], name="route_version_once")]

    def __str__(self) -> str:
        return f"{self.route} v{self.version}"


class JobFault(models.Model):
    """Why a background job failed last: the class of the fault alone, never its text, which may hold what a job read."""

    job_id = models.BigIntegerField(unique=True, help_text=_("procrastinate's job"))
    error = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("failure of a job")
        verbose_name_plural = _("failures of jobs")

    def __str__(self) -> str:
        return f"{self.job_id} {self.error}"
