"""The payout batch as the door knows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from subsidy.decisions.models import Objection, RoundRow
from subsidy.payouts.models import Batch, BatchLine
from workflows.common.claims import CLAIMS
from workflows.common.reminders import REMINDERS
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.payout_batch import steps
from workflows.payout_batch.flow import FREE_ACTS, PREPARE, BatchV1


def card(batch: Batch) -> Card:
    return Card(title=f"{batch.purpose} ({batch.format})", amount_fen=batch.total_fen)


def kin(ids: Iterable[int]) -> Q:
    """Acts on the cases that the batches pay, on their rounds, on the payees as a whole and on the accounts paid to."""
    lines = BatchLine.objects.filter(batch__in=list(ids))
    cases = lines.values("case")
    whole = Q(subject_kind="company", part__isnull=True)
    return (
        Q(subject_kind="case", subject_id__in=cases)
        | Q(subject_kind="round", subject_id__in=RoundRow.objects.filter(case__in=cases).values("round"))
        | Q(
            subject_kind="objection", subject_id__in=Objection.objects.filter(round__rows__case__in=cases).values("pk")
        )
        | Q(whole, subject_id__in=lines.values("case__company"))
        | Q(whole, subject_id__in=lines.values("payee_account__company"))
        | Q(subject_kind="company", part__in=lines.values("payee_account"))
    )


def pins(batch: Batch) -> dict[str, Any]:
    return {"route": f"batch v{batch.route_version}", "format": batch.format}


BATCH = register(
    Kind(
        name="batch",
        model=Batch,
        card=card,
        flows={("batch", 1): BatchV1},
        free_acts=(*FREE_ACTS, *CLAIMS, *REMINDERS),
        opens={"prepare": Opening(act=PREPARE, make=steps.make, route=steps.route_of)},
        kin=kin,
        pins=pins,
    )
)
