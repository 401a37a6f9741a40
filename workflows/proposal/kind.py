"""Proposals as the door knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db.models import Q

from subsidy.cases.models import Case
from subsidy.decisions.models import Proposal
from subsidy.work.enums import Duty
from workflows.budget import changes, year_end
from workflows.common.acts import Act
from workflows.common.claims import CLAIMS
from workflows.common.reminders import REMINDERS
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.common.turn import Turn
from workflows.proposal import erasing, giving_up, refunding, steps, suspense
from workflows.proposal.flow import (
    FREE_ACTS,
    PROPOSE_AUTHORISATION,
    PROPOSE_ERASURE,
    PROPOSE_MOVE,
    PROPOSE_RECOVERY_LESS,
    PROPOSE_RECOVERY_REFUND,
    PROPOSE_REDUCTION,
    PROPOSE_REOPENING,
    PROPOSE_SUSPENSE,
    PROPOSE_TITLE_CHANGE,
    PROPOSE_TITLE_TEST,
    PROPOSE_WRITE_OFF,
    PROPOSE_YEAR_END,
    FinanceProposalV1,
    ProposalV1,
)


def kin(ids: Iterable[int]) -> Q:
    """Acts on the cases that the proposals are about, and help given to their companies at the counter.

    Whoever filed a case, or helped who filed it, has no part in its reopening.
    """
    about = Proposal.objects.filter(pk__in=list(ids), about_kind="case").values("about_id")
    helped = Case.objects.filter(pk__in=about).values("company")
    return Q(subject_kind="case", subject_id__in=about) | Q(
        subject_kind="company", subject_id__in=helped, duty=Duty.ASSISTS
    )


def _of_finance(act: Act, make: Callable[[Turn], Proposal]) -> Opening:
    return Opening(act=act, make=make, route=steps.route_of_finance)


PROPOSAL = register(
    Kind(
        name="proposal",
        model=Proposal,
        card=lambda proposal: Card(title=proposal.title),
        flows={("proposal", 1): ProposalV1, ("finance", 1): FinanceProposalV1},
        free_acts=(*FREE_ACTS, *CLAIMS, *REMINDERS),
        opens={
            "propose_authorisation": Opening(
                act=PROPOSE_AUTHORISATION, make=steps.make_authorisation, route=steps.route_of
            ),
            "propose_title_change": Opening(
                act=PROPOSE_TITLE_CHANGE, make=steps.make_title_change, route=steps.route_of
            ),
            "propose_title_test": Opening(act=PROPOSE_TITLE_TEST, make=steps.make_title_test, route=steps.route_of),
            "propose_write_off": Opening(act=PROPOSE_WRITE_OFF, make=giving_up.make_write_off, route=steps.route_of),
            "propose_recovery_less": Opening(
                act=PROPOSE_RECOVERY_LESS, make=giving_up.make_reduction, route=steps.route_of
            ),
            "propose_recovery_refund": Opening(
                act=PROPOSE_RECOVERY_REFUND, make=refunding.make_refund, route=steps.route_of
            ),
            "propose_reopening": Opening(act=PROPOSE_REOPENING, make=steps.make_reopening, route=steps.route_of),
            "propose_erasure": Opening(act=PROPOSE_ERASURE, make=erasing.make_erasure, route=steps.route_of),
            "propose_reduction": _of_finance(PROPOSE_REDUCTION, changes.make_reduction),
            "propose_move": _of_finance(PROPOSE_MOVE, changes.make_move),
            "propose_year_end": _of_finance(PROPOSE_YEAR_END, year_end.make_year_end),
            "propose_suspense": _of_finance(PROPOSE_SUSPENSE, suspense.make_suspense),
        },
        kin=kin,
    )
)
