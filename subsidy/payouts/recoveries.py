"""Getting money back (追回): who owes what, why, and what came of it. What is still owed stands in the cash book."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import Subject


class RecoveryGround(models.TextChoices):
    TERM = "term", _("a ground that the policy names")
    CORRECTED = "corrected", _("decision corrected or revoked after payment")
    RATED = "rated", _("less is owed than was paid")
    FOUND = "found", _("found by an inspection or audit")


class RecoveryState(models.TextChoices):
    PROPOSED = "proposed", _("proposed, awaiting decision")
    OPEN = "open", _("to be paid back")
    PAID = "paid", _("paid back")
    DROPPED = "dropped", _("dropped")
    WRITTEN_OFF = "written_off", _("written off")


LIVE_RECOVERIES = (RecoveryState.PROPOSED, RecoveryState.OPEN)
DECIDED_RECOVERIES = (RecoveryState.OPEN, RecoveryState.PAID, RecoveryState.WRITTEN_OFF)


class Recovery(Subject):
    """What one company is to pay back of one case, in fen.

    `term` names the ground in the pinned version of the policy, `occurred_on` the day that the version counts from
    (such as the day of the move). `amount_fen` stands from the decision on: at most what was proposed, and `interest_fen` of
    interest, where that version asks for it.
    """

    STREAM = "recovery"

    state = models.CharField(_("state"), max_length=12, choices=RecoveryState)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="recoveries")
    company = models.ForeignKey("applicants.Company", on_delete=models.PROTECT, related_name="recoveries")
    company_name = models.CharField(max_length=200)
    ground = models.CharField(_("ground"), max_length=12, choices=RecoveryGround)
    term = models.CharField(max_length=60, blank=True)
    occurred_on = models.DateField(_("occurred on"))
    reason = models.TextField(_("reason"))
    proposed_fen = models.BigIntegerField(_("amount proposed"))
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    answer_until = models.DateField(_("the company may answer until"))
    answer = models.TextField(_("the company's answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    amount_fen = models.BigIntegerField(_("amount to be paid back"), null=True, blank=True)
    interest_fen = models.BigIntegerField(_("interest in it"), default=0, db_default=0)
    decision_text = models.TextField(_("reasons of the decision"), blank=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(_("to be paid by"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")
        constraints = [
            models.CheckConstraint(condition=Q(proposed_fen__gt=0), name="recovery_positive"),
            models.CheckConstraint(
                condition=Q(amount_fen__isnull=True)
                | Q(
                    amount_fen__gt=models.F("interest_fen"),
                    amount_fen__lte=models.F("proposed_fen") + models.F("interest_fen"),
                    decided_by__isnull=False,
                ),
                name="recovery_amount",
            ),
            models.CheckConstraint(condition=Q(interest_fen__gte=0), name="recovery_interest"),
            models.CheckConstraint(
                condition=Q(state__in=[RecoveryState.PROPOSED, RecoveryState.DROPPED]) | Q(amount_fen__isnull=False),
                name="recovery_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
                name="recovery_decided_by_another",
                violation_error_message=_("The person who proposed a recovery may not decide on it."),
            ),
            models.UniqueConstraint(
                fields=["case", "ground", "term"],
                condition=Q(state__in=LIVE_RECOVERIES),
                name="one_live_recovery_a_ground",
                violation_error_message=_("This is being recovered already. Look at the recovery that is open."),
            ),
        ]
        indexes = [models.Index(fields=["authority", "state", "-id"], name="recovery_by_state")]
