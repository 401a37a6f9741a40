from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    """Where a case stands, in officers' words; the company's words are `subsidy.cases.words`."""

    DRAFT = "draft", _("draft")
    AWAITING_ACCEPTANCE = "awaiting_acceptance", _("awaiting acceptance check")
    AWAITING_CORRECTION = "awaiting_correction", _("awaiting correction")
    AWAITING_RECOMMENDATION = "awaiting_recommendation", _("awaiting the township's recommendation")
    UNDER_REVIEW = "under_review", _("under expert review")
    AWAITING_VISIT = "awaiting_visit", _("awaiting the site visit")
    VISIT_RECORDED = "visit_recorded", _("awaiting the second signature on the visit")
    CO_REVIEW = "co_review", _("under co-review by departments")
    AMOUNT_CHECK = "amount_check", _("awaiting amount check")
    AWAITING_UPPER = "awaiting_upper", _("awaiting the decision of a higher level")
    AWAITING_ROUND = "awaiting_round", _("awaiting its round")
    AWAITING_AGREEMENT = "awaiting_agreement", _("awaiting the company's signature")
    AGREEMENT_SIGNED = "agreement_signed", _("awaiting the bureau's signature")
    AWAITING_ACCOUNT = "awaiting_account", _("awaiting payee account")
    AWAITING_PAYMENT = "awaiting_payment", _("awaiting payment")
    AWAITING_MILESTONE = "awaiting_milestone", _("awaiting the company's report on the next part")
    COMPLETION_CHECK = "completion_check", _("awaiting the completion check")
    SAMPLE_CHECK = "sample_check", _("paid, drawn for a check afterwards")
    PAID = "paid", _("paid")
    RECOGNISED = "recognised", _("recognised")
    NOT_ACCEPTED = "not_accepted", _("not accepted")
    REJECTED = "rejected", _("rejected")
    NOT_FUNDED = "not_funded", _("not funded in its round")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REFUSED_ABOVE = "refused_above", _("refused by the higher level")
    DECLINED = "declined", _("offer declined")
    LAPSED = "lapsed", _("lapsed")
    IRREGULAR = "irregular", _("found irregular after payment")
    REVOKED = "revoked", _("award revoked")


FINAL_STATES = (
    CaseState.PAID,
    CaseState.RECOGNISED,
    CaseState.NOT_ACCEPTED,
    CaseState.REJECTED,
    CaseState.NOT_FUNDED,
    CaseState.WITHDRAWN,
    CaseState.REFUSED_ABOVE,
    CaseState.DECLINED,
    CaseState.LAPSED,
    CaseState.IRREGULAR,
    CaseState.REVOKED,
)

# When a decision has been made known: before its decree an application's amount is the bureau's own.
DECIDED = (
    CaseState.AWAITING_AGREEMENT,
    CaseState.AGREEMENT_SIGNED,
    CaseState.AWAITING_ACCOUNT,
    CaseState.AWAITING_PAYMENT,
    CaseState.AWAITING_MILESTONE,
    CaseState.COMPLETION_CHECK,
    CaseState.SAMPLE_CHECK,
    CaseState.PAID,
    CaseState.IRREGULAR,
    CaseState.REJECTED,
    CaseState.NOT_FUNDED,
)
