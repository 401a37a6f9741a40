"""The stages of a case in their legal order, each as the nodes of a flow: a route is a chain of them.

A stage names the node at which it is entered and makes its nodes anew for every flow class, for a node belongs to one.
Where a policy may leave a stage out, a switch before it asks the policy; what a route must pass is proven from its graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from viewflow import this

from policies.language.model import RouteDef
from subsidy.accounts.enums import Role
from subsidy.cases.enums import CaseState
from subsidy.programmes.packs import pack_of
from subsidy.work.enums import Duty
from workflows.case import by_rule, checking, filing, forms, granting, opinions, panel, parts
from workflows.case.due import (
    acceptance_due,
    amount_due,
    co_review_due,
    correction_due,
    recommendation_due,
    sample_due,
    score_due,
    visit_due,
)
from workflows.common.acts import Act, ActForm, ReasonForm, Step
from workflows.common.nodes import End, Human, Join, Seats, Start, Switch, Units, Wait, verdict
from workflows.common.refusals import Message

FILE_FOR, CONFIRM_FOR = "file_for", "confirm_for"
Nodes = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """`nodes(next)` makes the stage's nodes, the last of which lead to the node named `next`."""

    entry: str
    nodes: Callable[[Any], Nodes]


def chain(stages: Sequence[Stage], *, last: str) -> Nodes:
    """The nodes of all stages, each leading to the one after it; the last leads to `last`."""
    entries = [*(stage.entry for stage in stages[1:]), last]
    found: Nodes = {}
    for stage, entry in zip(stages, entries, strict=True):
        made = stage.nodes(getattr(this, entry))
        twice = made.keys() & found.keys()
        if twice:
            raise ValueError(f"two stages of one route name the node {sorted(twice)}")
        found |= made
    return found


def where_asked(stage: Stage, asks: Callable[[RouteDef], object]) -> Stage:
    """The stage as one that a policy asks for or leaves out."""
    gate = f"asks_{stage.entry}"

    def nodes(following: Any) -> Nodes:
        switch = (
            Switch()
            .Case(
                getattr(this, stage.entry),
                lambda activation: bool(asks(_route(activation.turn))),
                label=_("asked for"),
            )
            .Default(following, label=_("left out by the policy"))
        )
        return {gate: switch, **stage.nodes(following)}

    return Stage(gate, nodes)


def _route(turn: Any) -> RouteDef:
    return pack_of(turn.subject.policy_version).route


def _officer(
    name: str,
    title: Message,
    step: Step,
    role: Role,
    duty: Duty,
    form: type[ActForm] | None = None,
    *,
    danger: bool = False,
    bulk: bool = False,
) -> Act:
    return Act(name, title, step, role=role, duty=duty, form=form, danger=danger, bulk=bulk)


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
            _officer("accept", _("Accept"), checking.accept, role, duty),
            _officer(
                "return_for_correction",
                _("Return for correction"),
                checking.return_for_correction,
                role,
                duty,
                forms.ReturnForm,
            ),
            _officer("refuse", _("Do not accept"), checking.refuse, role, duty, ReasonForm, danger=True, bulk=True),
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
                _officer("recommend", _("Recommend"), opinions.recommend, role, duty, form),
                _officer("advise_against", _("Do not recommend"), opinions.advise_against, role, duty, form),
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
                _officer(
                    "record_visit", _("Record the visit"), opinions.record_visit, role, Duty.VISITS, opinions.VisitForm
                ),
            ),
        ).Next(this.visit_signature),
        "visit_signature": Human(
            state=CaseState.VISIT_RECORDED,
            title=_("Sign the record of the visit"),
            role=role,
            due=visit_due,
            acts=(_officer("sign_visit", _("Sign"), opinions.sign_visit, role, Duty.COUNTERSIGNS_VISIT),),
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
                _officer(
                    "confirm_amount", _("Confirm the amount"), checking.confirm_amount, role, duty, forms.RemarkForm
                ),
                _officer("reject", _("Reject"), checking.reject, role, duty, ReasonForm, danger=True),
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
                _officer("grant_above", _("Granted above"), opinions.grant_above, role, duty, form),
                _officer("refuse_above", _("Refused above"), opinions.refuse_above, role, duty, form, danger=True),
            ),
        ).Next(this.after_upper),
        "after_upper": Switch()
        .Case(following, verdict("grant_above"), label=_("granted above"))
        .Case(this.refused_above, verdict("refuse_above"), label=_("refused above")),
        "refused_above": End(state=CaseState.REFUSED_ABOVE, title=_("Refused by the higher level")),
    }


def _round(following: Any) -> Nodes:
    return {
        "round": Wait(
            state=CaseState.AWAITING_ROUND,
            title=_("Awaits its round"),
            acts=(
                Act("enter_round", _("Enter the round"), granting.enter_round, system=True),
                Act("award", _("Award"), granting.award, system=True),
                Act("leave_unfunded", _("Leave unfunded"), granting.leave_unfunded, system=True),
            ),
        ).Next(this.after_round),
        "after_round": Switch()
        .Case(following, verdict("award"), label=_("decreed"))
        .Case(this.recognised, verdict("recognise"), label=_("decreed, without money"))
        .Case(this.not_funded, verdict("leave_unfunded"), label=_("below the cut-off")),
        "not_funded": End(state=CaseState.NOT_FUNDED, title=_("Not funded")),
        "recognised": End(state=CaseState.RECOGNISED, title=_("Recognised")),
    }


def _account(following: Any) -> Nodes:
    choose = Act(
        "choose_account",
        _("Confirm the account"),
        granting.choose_account,
        member=CONFIRM_FOR,
        duty=Duty.CONFIRMS_ACCOUNT,
        form=forms.AccountForm,
    )
    return {
        "account": Human(state=CaseState.AWAITING_ACCOUNT, title=_("Confirm the payee account"), acts=(choose,)).Next(
            this.after_account
        ),
        "after_account": Switch()
        .Case(following, verdict("choose_account"), label=_("something is due"))
        .Case(this.next_part, verdict("nothing_due_yet"), label=_("every part waits for its check")),
    }


def _agreement(following: Any) -> Nodes:
    sign = Act(
        "sign_agreement",
        _("Sign the agreement"),
        parts.sign_agreement,
        member=CONFIRM_FOR,
        duty=Duty.FILES,
        form=parts.AgreementForm,
    )
    role, duty = Role.LEADER, Duty.SIGNS_AGREEMENT
    return {
        "agreement": Human(state=CaseState.AWAITING_AGREEMENT, title=_("Sign the agreement"), acts=(sign,)).Next(
            this.agreement_signature
        ),
        "agreement_signature": Human(
            state=CaseState.AGREEMENT_SIGNED,
            title=_("Sign the agreement for the bureau"),
            role=role,
            acts=(
                _officer("countersign", _("Sign"), parts.countersign, role, duty, parts.CountersignForm),
                _officer("return_agreement", _("Return"), checking.give_reason, role, duty, ReasonForm, danger=True),
            ),
        ).Next(this.after_signature),
        "after_signature": Switch()
        .Case(following, verdict("countersign"), label=_("signed by both"))
        .Case(this.agreement, verdict("return_agreement"), label=_("returned")),
    }


def _payment(following: Any) -> Nodes:
    return {
        "payment": Wait(
            state=CaseState.AWAITING_PAYMENT,
            title=_("Awaits payment"),
            acts=(
                Act("payment_settled", _("Paid"), granting.payment_settled, system=True),
                Act("payment_refused", _("Payment refused"), granting.payment_refused, system=True),
            ),
        ).Next(this.after_payment),
        "after_payment": Switch()
        .Case(this.next_part, verdict("part_settled"), label=_("a further part is planned"))
        .Case(this.sample_check, verdict("drawn_settled"), label=_("drawn for a check"))
        .Default(this.paid, label=_("all is paid")),
        "paid": End(state=CaseState.PAID, title=_("Paid")),
        **_further_parts(),
        **_sample(),
    }


def _further_parts() -> Nodes:
    """The parts after the first: what was reached is reported, checked and rated before it is paid."""
    report = Act(
        "report_part",
        _("Report on this part"),
        parts.report_part,
        member=FILE_FOR,
        duty=Duty.FILES,
        form=parts.ReportForm,
    )
    role, duty = Role.AMOUNT, Duty.CHECKS_COMPLETION
    return {
        "next_part": Switch()
        .Case(this.milestone, lambda activation: parts.is_reported(activation.turn), label=_("the company reports"))
        .Default(this.completion, label=_("the bureau holds the rating")),
        "milestone": Human(
            state=CaseState.AWAITING_MILESTONE, title=_("Report on the next part"), acts=(report,)
        ).Next(this.completion),
        "completion": Human(
            state=CaseState.COMPLETION_CHECK,
            title=_("Check completion"),
            role=role,
            due=acceptance_due,
            acts=(
                _officer("confirm_part", _("Confirm this part"), parts.confirm_part, role, duty, parts.PartForm),
                _officer("return_part", _("Return the report"), parts.return_part, role, duty, ReasonForm),
            ),
        ).Next(this.after_completion),
        "after_completion": Switch()
        .Case(this.payment, verdict("confirm_part"), label=_("a part is due"))
        .Case(this.next_part, verdict("part_falls", "return_part"), label=_("nothing is due of it, or reported anew"))
        .Case(this.nothing_more_due, verdict("last_part_falls"), label=_("nothing more is due"))
        .Case(this.nothing_due, verdict("nothing_ever_due"), label=_("nothing was ever due")),
        "nothing_more_due": End(state=CaseState.PAID, title=_("Paid, the rest has fallen away")),
        "nothing_due": End(state=CaseState.LAPSED, title=_("Nothing was due")),
    }


def _sample() -> Nodes:
    role, duty = Role.ACCEPTANCE, Duty.CHECKS_SAMPLE
    return {
        "sample_check": Human(
            state=CaseState.SAMPLE_CHECK,
            title=_("Check the sample"),
            role=role,
            due=sample_due,
            acts=(
                _officer("confirm_sample", _("In order"), by_rule.confirm_sample, role, duty, forms.RemarkForm),
                _officer(
                    "find_irregular", _("Irregular"), by_rule.find_irregular, role, duty, ReasonForm, danger=True
                ),
            ),
        ).Next(this.after_sample),
        "after_sample": Switch()
        .Case(this.paid, verdict("confirm_sample"), label=_("in order"))
        .Case(this.irregular, verdict("find_irregular"), label=_("irregular")),
        "irregular": End(state=CaseState.IRREGULAR, title=_("Found irregular after payment")),
    }


FILING = Stage("draft", _filing)
FILING_BY_RULE = Stage("draft", _filing_by_rule)
OFFER = Stage("by_rule", _offer)
AGREEMENT = Stage("agreement", _agreement)
ACCEPTANCE = Stage("acceptance", _acceptance)
RECOMMENDATION = where_asked(Stage("recommendation", _recommendation), lambda route: route.recommendation)
PANEL = Stage("seats", _panel)
PANEL_WHERE_ASKED = where_asked(PANEL, lambda route: route.panel)
VISIT = Stage("visit", _visit)
VISIT_WHERE_ASKED = where_asked(VISIT, lambda route: route.visit)
CO_REVIEW = where_asked(Stage("departments", _co_review), lambda route: route.co_review)
AMOUNT = Stage("amount_check", _amount)
UPPER = Stage("upper", _upper)
ROUND = Stage("round", _round)
ACCOUNT = Stage("account", _account)
PAYMENT = Stage("payment", _payment)
