"""The stages of a case until it waits for its round, in their legal order."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from viewflow import this

from subsidy.accounts.enums import Role
from subsidy.cases.enums import CaseState
from subsidy.work.enums import Duty
from workflows.case import by_rule, checking, filing, forms, opinions, panel
from workflows.case.due import (
    acceptance_due,
    amount_due,
    co_review_due,
    correction_due,
    recommendation_due,
    score_due,
    visit_due,
)
from workflows.case.stage import FILE_FOR, Nodes, Stage, officer, where_asked
from workflows.common.acts import Act, ReasonForm
from workflows.common.nodes import End, Human, Join, Seats, Start, Switch, Units, verdict

READING_MOST = 50
"""Rows of one request for acts that draw a panel or decide by the policy for each row."""


def _filing(following: Any) -> Nodes:
    submit = Act("submit", _("Submit"), filing.submit, member=FILE_FOR, duty=Duty.FILES, form=forms.SubmitForm)
    return {
        "start": Start().Next(this.draft),
        "draft": Human(state=CaseState.DRAFT, title=_("Fill in and submit"), acts=(submit,)).Next(following),
    }


def _filing_by_rule(following: Any) -> Nodes:
    """Filed and decided at once by rule where two people have authorised it; else it goes on to people."""
    submit = Act(
        "submit", _("Submit"), by_rule.submit_or_decide, member=FILE_FOR, duty=Duty.FILES, form=forms.SubmitForm
    )
    return {
        "start": Start().Next(this.draft),
        "draft": Human(state=CaseState.DRAFT, title=_("Fill in and submit"), acts=(submit,)).Next(this.after_filing),
        "after_filing": Switch()
        .Case(this.by_rule, verdict(by_rule.DECIDED), label=_("entitled by rule, within the authorisation"))
        .Case(following, verdict("submit"), label=_("for people to decide")),
        "by_rule": Switch().Default(this.round, label=_("decided under a standing authorisation")),
    }


def _offer(_following: Any) -> Nodes:
    """Opened from data: there is a case only where the rule decided it under a standing authorisation."""
    return {
        "start": Start().Next(this.by_rule),
        "by_rule": Switch().Default(this.round, label=_("decided under a standing authorisation")),
    }


def _acceptance(following: Any) -> Nodes:
    duty, role = Duty.CHECKS_ACCEPTANCE, Role.ACCEPTANCE
    acceptance = Human(
        state=CaseState.AWAITING_ACCEPTANCE,
        title=_("Check acceptance"),
        role=role,
        due=acceptance_due,
        acts=(
            officer("accept", _("Accept"), checking.accept, role, duty, bulk=True, most=READING_MOST),
            officer(
                "return_for_correction",
                _("Return for correction"),
                checking.return_for_correction,
                role,
                duty,
                forms.ReturnForm,
            ),
            officer("refuse", _("Do not accept"), checking.refuse, role, duty, ReasonForm, danger=True, bulk=True),
        ),
    )
    correction = Human(
        state=CaseState.AWAITING_CORRECTION,
        title=_("Correct and resubmit"),
        due=correction_due,
        acts=(
            Act("resubmit", _("Resubmit"), filing.resubmit, member=FILE_FOR, duty=Duty.FILES, form=forms.SubmitForm),
        ),
    )
    return {
        "acceptance": acceptance.Next(this.after_acceptance),
        "after_acceptance": Switch()
        .Case(following, verdict("accept"), label=_("accepted"))
        .Case(this.correction, verdict("return_for_correction"), label=_("returned"))
        .Case(this.not_accepted, verdict("refuse"), label=_("not accepted")),
        "correction": correction.Next(this.acceptance),
        "not_accepted": End(state=CaseState.NOT_ACCEPTED, title=_("Not accepted")),
    }


def _recommendation(following: Any) -> Nodes:
    role, duty, form = Role.TOWNSHIP, Duty.RECOMMENDS, opinions.OpinionForm
    return {
        "recommendation": Human(
            state=CaseState.AWAITING_RECOMMENDATION,
            title=_("Recommend"),
            role=role,
            unit=opinions.township_of,
            due=recommendation_due,
            acts=(
                officer("recommend", _("Recommend"), opinions.recommend, role, duty, form),
                officer("advise_against", _("Do not recommend"), opinions.advise_against, role, duty, form),
            ),
        ).Next(following)
    }


def _panel(following: Any) -> Nodes:
    score = Act(
        "score",
        _("Submit scores"),
        panel.score,
        role=Role.EXPERT,
        duty=Duty.SCORES,
        form=forms.ScoreForm,
        versioned=False,
    )
    return {
        "seats": Seats(people=panel.drawn).Next(this.score),
        "score": Human(
            state=CaseState.UNDER_REVIEW, title=_("Score"), role=Role.EXPERT, due=score_due, acts=(score,)
        ).Next(this.panel_join),
        "panel_join": Join().Next(this.after_panel),
        "after_panel": Switch().Default(following, label=_("panel concluded")),
    }


def _visit(following: Any) -> Nodes:
    role = Role.ACCEPTANCE
    return {
        "visit": Human(
            state=CaseState.AWAITING_VISIT,
            title=_("Visit the site"),
            role=role,
            due=visit_due,
            acts=(
                officer(
                    "record_visit", _("Record the visit"), opinions.record_visit, role, Duty.VISITS, opinions.VisitForm
                ),
            ),
        ).Next(this.visit_signature),
        "visit_signature": Human(
            state=CaseState.VISIT_RECORDED,
            title=_("Sign the record of the visit"),
            role=role,
            due=visit_due,
            acts=(officer("sign_visit", _("Sign"), opinions.sign_visit, role, Duty.COUNTERSIGNS_VISIT),),
        ).Next(following),
    }


def _co_review(following: Any) -> Nodes:
    role, duty, form = Role.DEPARTMENT, Duty.CO_REVIEWS, opinions.OpinionForm
    return {
        "departments": Units(units=opinions.departments_asked).Next(this.co_review),
        "co_review": Human(
            state=CaseState.CO_REVIEW,
            title=_("Review for your department"),
            role=role,
            due=co_review_due,
            acts=tuple(
                Act(name, title, step, role=role, duty=duty, form=form, versioned=False, danger=danger)
                for name, title, step, danger in (
                    ("agree", _("Agree"), opinions.agree, False),
                    ("object_to", _("Do not agree"), opinions.object_to, True),
                )
            ),
        ).Next(this.co_review_join),
        "co_review_join": Join().Next(this.after_co_review),
        "after_co_review": Switch().Default(following, label=_("every department has answered")),
    }


def _amount(following: Any) -> Nodes:
    role, duty = Role.AMOUNT, Duty.CHECKS_AMOUNT
    return {
        "amount_check": Human(
            state=CaseState.AMOUNT_CHECK,
            title=_("Check the amount"),
            role=role,
            due=amount_due,
            acts=(
                officer(
                    "confirm_amount",
                    _("Confirm the amount"),
                    checking.confirm_amount,
                    role,
                    duty,
                    forms.RemarkForm,
                    bulk=True,
                    most=READING_MOST,
                ),
                officer("reject", _("Reject"), checking.reject, role, duty, ReasonForm, danger=True),
            ),
        ).Next(this.after_amount),
        "after_amount": Switch()
        .Case(following, verdict("confirm_amount"), label=_("entitled"))
        .Case(this.rejected, verdict("reject"), label=_("rejected")),
        "rejected": End(state=CaseState.REJECTED, title=_("Rejected")),
    }


def _upper(following: Any) -> Nodes:
    role, duty, form = Role.ACCEPTANCE, Duty.RECORDS_UPPER, opinions.UpperForm
    return {
        "upper": Human(
            state=CaseState.AWAITING_UPPER,
            title=_("Record the decision of the higher level"),
            role=role,
            acts=(
                officer("grant_above", _("Granted above"), opinions.grant_above, role, duty, form),
                officer("refuse_above", _("Refused above"), opinions.refuse_above, role, duty, form, danger=True),
            ),
        ).Next(this.after_upper),
        "after_upper": Switch()
        .Case(following, verdict("grant_above"), label=_("granted above"))
        .Case(this.refused_above, verdict("refuse_above"), label=_("refused above")),
        "refused_above": End(state=CaseState.REFUSED_ABOVE, title=_("Refused by the higher level")),
    }


FILING = Stage("draft", _filing)
FILING_BY_RULE = Stage("draft", _filing_by_rule)
OFFER = Stage("by_rule", _offer)
ACCEPTANCE = Stage("acceptance", _acceptance)
RECOMMENDATION = where_asked(Stage("recommendation", _recommendation), lambda route: route.recommendation)
PANEL = Stage("seats", _panel)
PANEL_WHERE_ASKED = where_asked(PANEL, lambda route: route.panel)
VISIT = Stage("visit", _visit)
VISIT_WHERE_ASKED = where_asked(VISIT, lambda route: route.visit)
CO_REVIEW = where_asked(Stage("departments", _co_review), lambda route: route.co_review)
AMOUNT = Stage("amount_check", _amount)
UPPER = Stage("upper", _upper)
