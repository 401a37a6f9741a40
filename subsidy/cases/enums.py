from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    """Where a case stands, in officers' words; the company's words are `subsidy.cases.words`."""

    DRAFT = "draft", _("draft")
    AWAITING_ACCEPTANCE = "awaiting_acceptance", _("awaiting acceptance check")
    AWAITING_CORRECTION = "awaiting_correction", _("awaiting correction")
    UNDER_REVIEW = "under_review", _("under expert review")
    AMOUNT_CHECK = "amount_check", _("awaiting amount check")
    AWAITING_ROUND = "awaiting_round", _("awaiting its round")
    AWAITING_ACCOUNT = "awaiting_account", _("awaiting payee account")
    AWAITING_PAYMENT = "awaiting_payment", _("awaiting payment")
    PAID = "paid", _("paid")
    NOT_ACCEPTED = "not_accepted", _("not accepted")
    REJECTED = "rejected", _("rejected")
    NOT_FUNDED = "not_funded", _("not funded in its round")
    WITHDRAWN = "withdrawn", _("withdrawn")


FINAL_STATES = (
    CaseState.PAID,
    CaseState.NOT_ACCEPTED,
    CaseState.REJECTED,
    CaseState.NOT_FUNDED,
    CaseState.WITHDRAWN,
)
