"""The routes of a case, version 1, as chains of stages, and the acts that belong to no stage.

A class, its module, its app label and its node names are stored with every open case: a change of any of them is a new
version, and this one stays until its last case ends.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from subsidy.accounts.enums import Role
from subsidy.cases.enums import CaseState
from subsidy.payouts.answers import GOES_BACK
from subsidy.work.enums import Duty
from workflows.case import by_rule, filing, forms, granting, granting_stages, opinions, stages
from workflows.case.due import recount_due
from workflows.case.lapsing import LAPSE
from workflows.case.stage import CONFIRM_FOR, FILE_FOR, Nodes, chain
from workflows.case.window import told_of_call
from workflows.common.acts import ANY_MEMBER, Act, ReasonForm
from workflows.common.graph import Required


def _route(
    name: str, title: str, told: str, nodes: Nodes, *, opening_state: CaseState = CaseState.DRAFT
) -> type[Flow]:
    """A flow class of these nodes. Its name and module are stored with every open case; `told` describes it to people."""
    return type(Flow)(
        name,
        (Flow,),
        {
            "__module__": __name__,
            "__doc__": f"{title}\n\n{told}\n",
            "lock_impl": SelectForUpdateLock(nowait=False, attempts=1),
            "opening_state": opening_state,
            **nodes,
        },
    )


_TO_PAYMENT = (granting_stages.ROUND, granting_stages.ACCOUNT, granting_stages.PAYMENT)
_BEFORE = (stages.FILING, stages.ACCEPTANCE, stages.RECOMMENDATION)

CaseR0V1 = _route(
    "CaseR0V1",
    "Case, route R0",
    "Without an application: the bureau's data and a rule under a standing authorisation, a list, the account, payment.",
    {**chain((stages.OFFER, *_TO_PAYMENT), last="paid"), **chain((stages.AMOUNT,), last="round")},
    opening_state=CaseState.AWAITING_ROUND,
)
CaseR1V1 = _route(
    "CaseR1V1",
    "Case, route R1",
    "Decided by rule as soon as it is filed, under a standing authorisation; a sample is checked after payment.",
    chain((stages.FILING_BY_RULE, stages.ACCEPTANCE, stages.AMOUNT, *_TO_PAYMENT), last="paid"),
)
CaseR2V1 = _route(
    "CaseR2V1",
    "Case, route R2",
    "Officers review, departments where the policy asks them, and a decision in a round.",
    chain((*_BEFORE, stages.VISIT_WHERE_ASKED, stages.CO_REVIEW, stages.AMOUNT, *_TO_PAYMENT), last="paid"),
)
CaseR3V1 = _route(
    "CaseR3V1",
    "Case, route R3",
    "As R2, with an expert panel.",
    chain(
        (*_BEFORE, stages.PANEL, stages.VISIT_WHERE_ASKED, stages.CO_REVIEW, stages.AMOUNT, *_TO_PAYMENT), last="paid"
    ),
)
CaseR4V1 = _route(
    "CaseR4V1",
    "Case, route R4",
    "As R3, with a visit to the site; the bureau recommends and a higher level decides.",
    chain(
        (*_BEFORE, stages.PANEL, stages.VISIT, stages.CO_REVIEW, stages.AMOUNT, stages.UPPER, *_TO_PAYMENT),
        last="paid",
    ),
)
CaseR5V1 = _route(
    "CaseR5V1",
    "Case, route R5",
    "As R2, with an agreement signed by both and parts that are paid as they are reached.",
    chain(
        (
            *_BEFORE,
            stages.PANEL_WHERE_ASKED,
            stages.VISIT_WHERE_ASKED,
            stages.CO_REVIEW,
            stages.AMOUNT,
            granting_stages.ROUND,
            granting_stages.AGREEMENT,
            granting_stages.ACCOUNT,
            granting_stages.PAYMENT,
        ),
        last="paid",
    ),
)

FLOWS: dict[tuple[str, int], type[Flow]] = {
    ("R0", 1): CaseR0V1,
    ("R1", 1): CaseR1V1,
    ("R2", 1): CaseR2V1,
    ("R3", 1): CaseR3V1,
    ("R4", 1): CaseR4V1,
    ("R5", 1): CaseR5V1,
}


# Where a case goes on when a review or a court sends it back, by the state in which it had ended: before what is in doubt.
REMANDED: dict[str, str] = {
    CaseState.NOT_ACCEPTED: "acceptance",
    CaseState.REJECTED: "amount_check",
    CaseState.REFUSED_ABOVE: "upper",
    CaseState.NOT_FUNDED: "round",
}
FREE_ACTS = (
    Act(
        "payment_returned",
        _("Payment returned"),
        granting.payment_returned,
        system=True,
        states=frozenset(GOES_BACK),
        enters=dict.fromkeys(GOES_BACK, "payment"),
    ),
    Act(
        "payment_not_repaid",
        _("Payment returned, not payable again"),
        granting.payment_not_repaid,
        system=True,
        versioned=False,
    ),
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
    Act(
        "add_photograph",
        _("Add a photograph"),
        opinions.add_photograph,
        role=Role.ACCEPTANCE,
        duty=Duty.VISITS,
        form=opinions.PhotographForm,
        versioned=False,
        states=frozenset({CaseState.VISIT_RECORDED}),
    ),
    Act(
        "question_offer",
        _("Something in it is wrong"),
        by_rule.question,
        member=FILE_FOR,
        duty=Duty.FILES,
        form=ReasonForm,
        states=frozenset({CaseState.AWAITING_ROUND}),
        enters={CaseState.AWAITING_ROUND: "amount_check"},
    ),
    Act(
        "decline_offer",
        _("Decline"),
        by_rule.decline,
        member=CONFIRM_FOR,
        duty=Duty.FILES,
        form=ReasonForm,
        states=frozenset({CaseState.AWAITING_ROUND}),
        exits=CaseState.DECLINED,
        danger=True,
    ),
    Act(
        "objection_upheld",
        _("An objection was upheld"),
        granting.objection_upheld,
        system=True,
        states=frozenset({CaseState.AWAITING_ROUND}),
        exits=CaseState.REJECTED,
    ),
    Act(
        "objection_returned",
        _("An objection sends it back to the amount check"),
        granting.give_cause,
        system=True,
        states=frozenset({CaseState.AWAITING_ROUND}),
        enters={CaseState.AWAITING_ROUND: "amount_check"},
    ),
    Act(
        "reopen",
        _("Reopened"),
        granting.give_cause,
        system=True,
        states=frozenset(REMANDED),
        enters=REMANDED,
    ),
    LAPSE,
    Act("recount_due", _("Count the deadlines again"), recount_due, system=True, versioned=False),
    Act("issue_letter", _("Issue letter"), granting.issue_letter, system=True, versioned=False, form=forms.LetterForm),
)
OFFER = Act("offer", _("Offer from the bureau's data"), by_rule.offered, system=True, form=forms.OpenForm)
OPEN = Act("open", _("Start an application"), filing.opened, member=FILE_FOR, duty=Duty.FILES, form=forms.OpenForm)
# What must lie on every way to payment, by route. In place of the checks by people stands the authorisation by two.
_DECIDED = ("round", "account", "payment")
_MUST = ("acceptance", "amount_check", *_DECIDED)
MUST_PASS: dict[type[Flow], tuple[Required, ...]] = {
    CaseR0V1: ("by_rule", *_DECIDED),
    CaseR1V1: (("acceptance", "by_rule"), ("amount_check", "by_rule"), *_DECIDED),
    CaseR5V1: (*_MUST, "agreement", "agreement_signature"),
    CaseR2V1: _MUST,
    CaseR3V1: (*_MUST, "panel_join"),
    CaseR4V1: (*_MUST, "panel_join", "visit_signature", "upper"),
}
