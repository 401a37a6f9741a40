"""Which chains of events carry a case: one case is one chain of matters, from the policy to the payment."""

from __future__ import annotations

from subsidy.cases.models import Case
from subsidy.decisions.models import RoundRow
from subsidy.payouts.models import BatchLine


def streams_of(case: Case) -> list[tuple[str, int]]:
    """The case's own stream first, then those of its call, policy version, company, rounds and batches."""
    rounds = RoundRow.objects.filter(case=case).order_by("round").values_list("round", flat=True)
    batches = BatchLine.objects.filter(case=case).order_by("batch").values_list("batch", flat=True).distinct()
    return [
        ("case", case.pk),
        ("call", case.call_id),
        ("policy_version", case.policy_version_id),
        ("company", case.company_id),
        *(("round", pk) for pk in rounds),
        *(("batch", pk) for pk in batches),
    ]
