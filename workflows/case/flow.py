"""The route R3 of a case, version 1: filing, acceptance check, expert panel, amount check, round, account, payment.

The class, its module, its app label and its node names are stored with every open case: a change of any of them is a
new version, and this one stays until its last case ends.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from subsidy.accounts.enums import Role
from subsidy.cases.enums import CaseState
from subsidy.work.enums import Duty
from workflows.case import checking, filing, forms, granting
from workflows.case.due import acceptance_due, amount_due, correction_due, recount_due, score_due
from workflows.case.window import told_of_call
from workflows.common.acts import ANY_MEMBER, Act, ReasonForm
from workflows.common.nodes import End, Human, Join, Seats, Start, Switch, Wait, verdict

FILE_FOR, CONFIRM_FOR = "file_for", "confirm_for"


class CaseR3V1(Flow):
    """Case, route R3

    From the company's draft to the bank's answer, with an expert panel and a decision in a round.
    """

    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)
    opening_state = CaseState.DRAFT

    start = Start().Next(this.draft)

    draft = Human(
        state=CaseState.DRAFT,
        title=_("Fill in and submit"),
        acts=(Act("submit", _("Submit"), filing.submit, member=FILE_FOR, duty=Duty.FILES, form=forms.SubmitForm),),
    ).Next(this.acceptance)

    acceptance = Human(
        state=CaseState.AWAITING_ACCEPTANCE,
        title=_("Check acceptance"),
        role=Role.ACCEPTANCE,
        due=acceptance_due,
        acts=(
            Act("accept", _("Accept"), checking.accept, role=Role.ACCEPTANCE, duty=Duty.CHECKS_ACCEPTANCE),
            Act(
                "return_for_correction",
                _("Return for correction"),
                checking.return_for_correction,
                role=Role.ACCEPTANCE,
                duty=Duty.CHECKS_ACCEPTANCE,
                form=forms.ReturnForm,
            ),
            Act(
                "refuse",
                _("Do not accept"),
                checking.refuse,
                role=Role.ACCEPTANCE,
                duty=Duty.CHECKS_ACCEPTANCE,
                form=ReasonForm,
                danger=True,
            ),
        ),
    ).Next(this.after_acceptance)

    after_acceptance = (
        Switch()
        .Case(this.seats, verdict("accept"), label=_("accepted"))
        .Case(this.correction, verdict("return_for_correction"), label=_("returned"))
        .Case(this.not_accepted, verdict("refuse"), label=_("not accepted"))
    )

    correction = Human(
        state=CaseState.AWAITING_CORRECTION,
        title=_("Correct and resubmit"),
        due=correction_due,
        acts=(
            Act("resubmit", _("Resubmit"), filing.resubmit, member=FILE_FOR, duty=Duty.FILES, form=forms.SubmitForm),
        ),
    ).Next(this.acceptance)

    seats = Seats(people=checking.seated).Next(this.score)

    score = Human(
        state=CaseState.UNDER_REVIEW,
        title=_("Score"),
        role=Role.EXPERT,
        due=score_due,
        acts=(
            Act(
                "score",
                _("Submit scores"),
                checking.score,
                role=Role.EXPERT,
                duty=Duty.SCORES,
                form=forms.ScoreForm,
                versioned=False,
            ),
        ),
    ).Next(this.panel_join)

    panel_join = Join().Next(this.after_panel)

    after_panel = Switch().Default(this.amount_check, label=_("panel concluded"))

    amount_check = Human(
        state=CaseState.AMOUNT_CHECK,
        title=_("Check the amount"),
        role=Role.AMOUNT,
        due=amount_due,
        acts=(
            Act(
                "confirm_amount",
                _("Confirm the amount"),
                checking.confirm_amount,
                role=Role.AMOUNT,
                duty=Duty.CHECKS_AMOUNT,
                form=forms.RemarkForm,
            ),
            Act(
                "reject",
                _("Reject"),
                checking.reject,
                role=Role.AMOUNT,
                duty=Duty.CHECKS_AMOUNT,
                form=ReasonForm,
                danger=True,
            ),
        ),
    ).Next(this.after_amount)

    after_amount = (
        Switch()
        .Case(this.round, verdict("confirm_amount"), label=_("entitled"))
        .Case(this.rejected, verdict("reject"), label=_("rejected"))
    )

    round = Wait(
        state=CaseState.AWAITING_ROUND,
        title=_("Awaits its round"),
        acts=(
            Act("enter_round", _("Enter the round"), granting.enter_round, system=True),
            Act("award", _("Award"), granting.award, system=True),
            Act("leave_unfunded", _("Leave unfunded"), granting.leave_unfunded, system=True),
        ),
    ).Next(this.after_round)

    after_round = (
        Switch()
        .Case(this.account, verdict("award"), label=_("decreed"))
        .Case(this.not_funded, verdict("leave_unfunded"), label=_("below the cut-off"))
    )

    account = Human(
        state=CaseState.AWAITING_ACCOUNT,
        title=_("Confirm the payee account"),
        acts=(
            Act(
                "choose_account",
                _("Confirm the account"),
                granting.choose_account,
                member=CONFIRM_FOR,
                duty=Duty.CONFIRMS_ACCOUNT,
                form=forms.AccountForm,
            ),
        ),
    ).Next(this.payment)

    payment = Wait(
        state=CaseState.AWAITING_PAYMENT,
        title=_("Awaits payment"),
        acts=(
            Act("payment_settled", _("Paid"), granting.payment_settled, system=True),
            Act("payment_refused", _("Payment refused"), granting.payment_refused, system=True),
        ),
    ).Next(this.paid)

    paid = End(state=CaseState.PAID, title=_("Paid"))
    not_accepted = End(state=CaseState.NOT_ACCEPTED, title=_("Not accepted"))
    rejected = End(state=CaseState.REJECTED, title=_("Rejected"))
    not_funded = End(state=CaseState.NOT_FUNDED, title=_("Not funded"))


FREE_ACTS = (
    Act(
        "change_account",
        _("Choose another account"),
        granting.change_account,
        member=CONFIRM_FOR,
        duty=Duty.CONFIRMS_ACCOUNT,
        form=forms.AccountForm,
        states=frozenset({CaseState.AWAITING_PAYMENT}),
    ),
    Act(
        "save_answers",
        _("Save"),
        filing.save_answers,
        member=FILE_FOR,
        duty=Duty.FILES,
        form=forms.AnswersForm,
        versioned=False,
        states=frozenset({CaseState.DRAFT, CaseState.AWAITING_CORRECTION}),
    ),
    Act(
        "attach",
        _("Add document"),
        filing.attach,
        member=FILE_FOR,
        duty=Duty.FILES,
        form=forms.AttachForm,
        versioned=False,
        states=frozenset({CaseState.DRAFT, CaseState.AWAITING_CORRECTION}),
    ),
    Act(
        "detach",
        _("Remove document"),
        filing.detach,
        member=FILE_FOR,
        duty=Duty.FILES,
        form=forms.DetachForm,
        versioned=False,
        states=frozenset({CaseState.DRAFT, CaseState.AWAITING_CORRECTION}),
    ),
    Act(
        "withdraw",
        _("Withdraw"),
        filing.withdraw,
        member=FILE_FOR,
        duty=Duty.FILES,
        form=ReasonForm,
        states=filing.withdraw_states(),
        exits=CaseState.WITHDRAWN,
        danger=True,
    ),
    Act(
        "serve_letter",
        _("Open the letter"),
        filing.serve_letter,
        member=ANY_MEMBER,
        form=forms.ServeForm,
        versioned=False,
    ),
    Act(
        "call_changed",
        _("The call has changed"),
        told_of_call,
        system=True,
        versioned=False,
        states=frozenset({CaseState.DRAFT}),
    ),
    Act("recount_due", _("Count the deadlines again"), recount_due, system=True, versioned=False),
    Act("issue_letter", _("Issue letter"), granting.issue_letter, system=True, versioned=False, form=forms.LetterForm),
)
OPEN = Act("open", _("Start an application"), filing.opened, member=FILE_FOR, duty=Duty.FILES, form=forms.OpenForm)
# What must lie on every way to payment, and in the order of its people.
MUST_PASS = ("acceptance", "panel_join", "amount_check", "round", "account", "payment")
