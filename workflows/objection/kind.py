"""The objection as the door knows it: filed by anybody on the public page, so that a system actor brings it in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.decisions.models import Objection
from workflows.common.acts import Act
from workflows.common.claims import CLAIMS
from workflows.common.recount import recount_items
from workflows.common.reminders import REMINDERS
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.objection import steps
from workflows.objection.flow import FILE, ObjectionV1
from workflows.round.kind import bound_to


def card(objection: Objection) -> Card:
    """The list that it is about; whom it concerns stays on its page."""
    call = objection.round.call
    return Card(title=call.title_zh, policy_id=call.policy_version.policy_id, amount_fen=objection.row.amount_fen)


def kin(ids: Iterable[int]) -> Q:
    """Acts on the rounds that the objections are about, and on all that is bound to those."""
    rounds = Objection.objects.filter(pk__in=list(ids)).values("round")
    return Q(subject_kind="round", subject_id__in=rounds) | bound_to(rounds)


def pins(objection: Objection) -> dict[str, Any]:
    version = objection.round.call.policy_version
    return {"policy_version": version.content_hash, "route": f"objection v{objection.route_version}"}


OBJECTION = register(
    Kind(
        name="objection",
        model=Objection,
        card=card,
        flows={("objection", 1): ObjectionV1},
        free_acts=(
            Act("recount_due", _("Count the deadlines again"), recount_items, system=True, versioned=False),
            *CLAIMS,
            *REMINDERS,
        ),
        opens={"file": Opening(act=FILE, make=steps.make, route=steps.route_of)},
        kin=kin,
        pins=pins,
        related=("round", "round__call", "round__call__policy_version", "row", "case", "case__process"),
        deferred=tuple(
            f"round__call__policy_version__{name}" for name in ("policy_text", "source_text", "cases_text")
        ),
    )
)
