"""What a policy has granted, year by year: from the decrees and from what the bank has booked, both of which are public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, ExtractYear

from subsidy.decisions.models import Award, AwardChange
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import BatchLine


@dataclass(frozen=True)
class Granted:
    """The decrees of one year: awards made, how many of them were revoked since, what they come to now, what is paid (fen)."""

    year: int
    awards: int
    revoked: int
    granted_fen: int
    paid_fen: int


def granted_under(policy_id: int) -> Sequence[Granted]:
    """What all versions of the policy granted, by the year of the decree, the newest first. Two statements."""
    last = AwardChange.objects.filter(award=OuterRef("pk")).order_by("-pk").values("after_fen")[:1]
    made = (
        Award.objects.filter(case__policy_version__policy=policy_id)
        .order_by()
        .annotate(year=ExtractYear("decree__issued_on"), now_fen=Coalesce(Subquery(last), F("amount_fen")))
        .values("year")
        .annotate(
            awards=Count("pk"),
            revoked=Count("pk", filter=Q(now_fen=0, amount_fen__gt=0)),
            granted_fen=Sum("now_fen"),
        )
    )
    paid = dict(
        BatchLine.objects.filter(state=LineState.SETTLED, case__policy_version__policy=policy_id)
        .order_by()
        .values(year=ExtractYear("instalment__award__decree__issued_on"))
        .annotate(fen=Sum("amount_fen"))
        .values_list("year", "fen")
    )
    found = (Granted(paid_fen=paid.get(row["year"], 0), **row) for row in made)
    return sorted(found, key=lambda one: -one.year)
