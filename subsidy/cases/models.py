from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord, Subject
from subsidy.applicants.enums import FactSource
from subsidy.applicants.records import TypedValue
from subsidy.cases.enums import CaseState


class Case(Subject):
    """One matter of one applicant from opening to closing; pinned to its policy version and route."""

    STREAM = "case"

    call = models.ForeignKey("programmes.Call", on_delete=models.PROTECT, related_name="cases")
    policy_version = models.ForeignKey("programmes.PolicyVersion", on_delete=models.PROTECT, related_name="cases")
    company = models.ForeignKey("applicants.Company", on_delete=models.PROTECT, related_name="cases")
    company_name = models.CharField(max_length=140, help_text=_("the name as at filing"))
    state = models.CharField(_("state"), max_length=24, choices=CaseState)
    submitted_at = models.DateTimeField(null=True, blank=True)
    filing_number = models.BigIntegerField(
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text=_("place in the order of filing, drawn by the database when the application was filed"),
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    score = models.PositiveIntegerField(null=True, blank=True, help_text=_("panel mean in hundredths of a point"))
    tier = models.CharField(max_length=40, blank=True)
    computed_fen = models.BigIntegerField(null=True, blank=True, help_text=_("amount as checked"))
    amount_fen = models.BigIntegerField(null=True, blank=True, help_text=_("amount as decreed"))
    payee_account = models.ForeignKey(
        "applicants.PayeeAccount", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                fields=["call", "company"],
                condition=~Q(state__in=[CaseState.WITHDRAWN, CaseState.NOT_ACCEPTED]),
                name="one_live_case_per_call",
                violation_error_message=_("This company already has a case in this call; open that one."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[CaseState.DRAFT, CaseState.WITHDRAWN]) | Q(submitted_at__isnull=False),
                name="case_submitted_coherent",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__isnull=True) | Q(amount_fen__gt=0), name="case_amount_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "state", "-id"], name="case_by_state"),
            models.Index(fields=["company", "-id"], name="case_by_company"),
            models.Index(fields=["call", "state"], name="case_by_call"),
        ]


class Answer(TypedValue):
    """What the company says in its application; the current value, its history stands in the case's events.

    Under the name of a list, of kind `list`: whether the company calls the list complete (1) or not (0); its records are
    `AnswerRecord`s.
    """

    LIST = "list"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="answers")
    prefilled_from = models.ForeignKey(
        "applicants.CompanyFact", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            TypedValue.one_value_constraint("answer_one_value"),
            models.UniqueConstraint(fields=["case", "name"], name="answer_once"),
        ]

    def __str__(self) -> str:
        return self.name


class AnswerRecord(models.Model):
    """One record of a list as the company gives it in its application, beside what a source held when it was begun.

    `values` and `stored` are fields by name in the form of `facts_from_json` (money in minor units, days as ISO text);
    `stored` is empty for a record that the company has added. A source's record is never taken away: `removed` says that
    the company denies it. The history stands in the case's events.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="records")
    list_name = models.CharField(max_length=60)
    record_key = models.CharField(max_length=120)
    values = models.JSONField(default=dict)
    stored = models.JSONField(null=True, blank=True)
    source = models.CharField(max_length=20, choices=FactSource, default=FactSource.APPLICANT)
    as_of = models.DateField(null=True, blank=True, help_text=_("the day of which its source speaks"))
    removed = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True, default="")
    evidence = models.ForeignKey(
        "documents.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("record of an application")
        verbose_name_plural = _("records of an application")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "list_name", "record_key"],
                name="answer_record_once",
                violation_error_message=_("This record is in the list already. Open it there and correct it."),
            ),
            models.CheckConstraint(
                condition=Q(stored__isnull=True, as_of__isnull=True, removed=False)
                | Q(stored__isnull=False, as_of__isnull=False),
                name="answer_record_of_a_source_or_the_company",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_name}: {self.record_key}"

    @property
    def is_corrected(self) -> bool:
        """Whether the company says something else than the source."""
        return self.stored is not None and (self.removed or self.values != self.stored)


class Correction(AuthorityRecord):
    """One return for correction: what must be mended, by when; the clock stops until it is answered."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="corrections")
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    due_provisional = models.BooleanField(default=False, help_text=_("beyond the published calendar"))
    message = models.TextField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(answered_at__isnull=True), name="one_open_correction")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.due_on}"

    @property
    def has_begun(self) -> bool:
        """Whether the company's days run: its letter was served."""
        return self.due_on != dt.date.max


class CorrectionItem(models.Model):
    """One named field or document of a correction, with the value before and after, as shown to people."""

    correction = models.ForeignKey(Correction, on_delete=models.CASCADE, related_name="items")
    name = models.CharField(max_length=60, help_text=_("fact or document of the pack"))
    reason = models.CharField(max_length=500)
    before = models.CharField(max_length=500, blank=True)
    after = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name


class Recusal(AuthorityRecord):
    """A person who may not touch a case, and why; guardian has no deny, so this is our own table."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recusals")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="recusals")
    reason = models.CharField(max_length=500)
    declared_at = models.DateTimeField()

    class Meta:
        verbose_name = _("recusal")
        verbose_name_plural = _("recusals")
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="recusal_once")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.case_id}"
