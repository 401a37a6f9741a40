"""The stages of a case from its round on: decree, agreement, account, payment, further parts, sample."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from viewflow import this

from subsidy.accounts.enums import Role
from subsidy.cases.enums import CaseState
from subsidy.work.enums import Duty
from workflows.case import by_rule, checking, forms, granting, parts
from workflows.case.due import (
    acceptance_due,
    sample_due,
)
from workflows.case.lapsing import confirmation_due
from workflows.case.stage import CONFIRM_FOR, FILE_FOR, Nodes, Stage, officer
from workflows.common.acts import Act, ReasonForm
from workflows.common.nodes import End, Human, Switch, Wait, verdict


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
        "account": Human(
            state=CaseState.AWAITING_ACCOUNT,
            title=_("Confirm the payee account"),
            acts=(choose,),
            due=confirmation_due,
        ).Next(this.after_account),
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
                officer("countersign", _("Sign"), parts.countersign, role, duty, parts.CountersignForm),
                officer("return_agreement", _("Return"), checking.give_reason, role, duty, ReasonForm, danger=True),
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
                officer("confirm_part", _("Confirm this part"), parts.confirm_part, role, duty, parts.PartForm),
                officer("return_part", _("Return the report"), parts.return_part, role, duty, ReasonForm),
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
                officer("confirm_sample", _("In order"), by_rule.confirm_sample, role, duty, forms.RemarkForm),
                officer("find_irregular", _("Irregular"), by_rule.find_irregular, role, duty, ReasonForm, danger=True),
            ),
        ).Next(this.after_sample),
        "after_sample": Switch()
        .Case(this.paid, verdict("confirm_sample"), label=_("in order"))
        .Case(this.irregular, verdict("find_irregular"), label=_("irregular")),
        "irregular": End(state=CaseState.IRREGULAR, title=_("Found irregular after payment")),
    }


AGREEMENT = Stage("agreement", _agreement)
ROUND = Stage("round", _round)
ACCOUNT = Stage("account", _account)
PAYMENT = Stage("payment", _payment)
