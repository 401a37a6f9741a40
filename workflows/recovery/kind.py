"""The recovery as the door knows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from subsidy.decisions.models import Undertaking
from subsidy.payouts.recoveries import Recovery
from subsidy.work.enums import Duty
from workflows.common.claims import CLAIMS
from workflows.common.reminders import REMINDERS
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.recovery import steps
from workflows.recovery.flow import FREE_ACTS, PROPOSE, PROPOSE_BREACH, PROPOSE_DIFFERENCE, RecoveryV1


def card(recovery: Recovery) -> Card:
    case = recovery.case
    return Card(
        title=recovery.company_name,
        policy_id=case.policy_version.policy_id,
        company_id=recovery.company_id,
        amount_fen=recovery.amount_fen or recovery.proposed_fen,
        call_id=case.call_id,
    )


def kin(ids: Iterable[int]) -> Q:
    """Acts on the cases whose money is to come back and on their undertakings, and help given at the counter."""
    recoveries = Recovery.objects.filter(pk__in=list(ids))
    undertakings = Undertaking.objects.filter(case__in=recoveries.values("case"))
    return (
        Q(subject_kind="case", subject_id__in=recoveries.values("case"))
        | Q(subject_kind="undertaking", subject_id__in=undertakings.values("pk"))
        | Q(subject_kind="company", subject_id__in=recoveries.values("company"), duty=Duty.ASSISTS)
    )


def pins(recovery: Recovery) -> dict[str, Any]:
    return {
        "policy_version": recovery.case.policy_version.content_hash,
        "route": f"recovery v{recovery.route_version}",
    }


RECOVERY = register(
    Kind(
        name="recovery",
        model=Recovery,
        card=card,
        flows={("recovery", 1): RecoveryV1},
        free_acts=(*FREE_ACTS, *CLAIMS, *REMINDERS),
        opens={
            "propose": Opening(act=PROPOSE, make=steps.make, route=steps.route_of),
            "propose_difference": Opening(act=PROPOSE_DIFFERENCE, make=steps.make_of_difference, route=steps.route_of),
            "propose_breach": Opening(act=PROPOSE_BREACH, make=steps.make_of_breach, route=steps.route_of),
        },
        kin=kin,
        pins=pins,
        company_path="company_id",
        related=("case", "case__policy_version"),
        deferred=tuple(f"case__policy_version__{name}" for name in ("policy_text", "source_text", "cases_text")),
    )
)
