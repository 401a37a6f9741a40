"""The round as the door knows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.models import Objection, Round, RoundRow
from subsidy.payouts.models import BatchLine
from subsidy.work.enums import Duty
from workflows.common.claims import CLAIMS
from workflows.common.reminders import REMINDERS
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.round import collecting
from workflows.round.flow import FREE_ACTS, OPEN, RoundV1


def card(round_: Round) -> Card:
    return Card(title=round_.call.title_zh, policy_id=round_.call.policy_version.policy_id, call_id=round_.call_id)


def kin(ids: Iterable[int]) -> Q:
    """Acts on the cases in the rounds, on those of their calls that wait, on objections, and on batches that pay."""
    return bound_to(list(ids))


def bound_to(rounds: Any) -> Q:
    """The same of rounds by their keys, given as a list or as a query."""
    listed = RoundRow.objects.filter(round__in=rounds).values("case")
    waiting = Case.objects.filter(call__rounds__in=rounds, state=CaseState.AWAITING_ROUND).values("pk")
    paying = BatchLine.objects.filter(case__round_rows__round__in=rounds).values("batch")
    helped = Case.objects.filter(Q(pk__in=listed) | Q(pk__in=waiting)).values("company")
    return (
        Q(subject_kind="case", subject_id__in=listed)
        | Q(subject_kind="case", subject_id__in=waiting)
        | Q(subject_kind="batch", subject_id__in=paying)
        | Q(subject_kind="objection", subject_id__in=Objection.objects.filter(round__in=rounds).values("pk"))
        | Q(subject_kind="company", subject_id__in=helped, duty=Duty.ASSISTS)
    )


def pins(round_: Round) -> dict[str, Any]:
    return {"policy_version": round_.call.policy_version.content_hash, "route": f"round v{round_.route_version}"}


ROUND = register(
    Kind(
        name="round",
        model=Round,
        card=card,
        flows={("round", 1): RoundV1},
        free_acts=(*FREE_ACTS, *CLAIMS, *REMINDERS),
        opens={"open": Opening(act=OPEN, make=collecting.make, route=collecting.route_of)},
        kin=kin,
        pins=pins,
        related=("call", "call__policy_version"),
        deferred=(
            "call__policy_version__policy_text",
            "call__policy_version__source_text",
            "call__policy_version__cases_text",
        ),
    )
)
