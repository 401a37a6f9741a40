"""Proofs of a case for outsiders: each event of its chain, and that it is under the newest signed head of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from subsidy.api import scope
from subsidy.api.resources import Reading
from subsidy.api.shapes import HASH, INSTANT, NUMBER, TEXT, many, maybe, record
from subsidy.audit.log.proofs import proofs
from subsidy.audit.models import Event
from subsidy.audit.selectors import latest_checkpoint
from subsidy.cases.models import Case


def proven(case: Case, request: Request, _given: Mapping[str, Any]) -> dict[str, Any]:
    """The hashes of the chain with their proofs (C2SP tlog-proof); null where the event waits for the next head.

    Raises LogDamaged where the stored tree contradicts itself.
    """
    events = list(Event.objects.filter(stream="case", stream_id=case.pk).order_by("seq"))
    head = latest_checkpoint()
    found = proofs([one.pk for one in events], head) if head is not None else {}
    shown = [
        {
            "seq": one.seq,
            "hash": bytes(one.hash).hex(),
            "prev_hash": bytes(one.prev_hash).hex(),
            "proof": found[one.pk].as_text() if one.pk in found else None,
            # What the bureau did, and when, a company learns from its letters.
            **({} if scope.is_company(request) else {"action": one.action, "at": one.at.isoformat()}),
        }
        for one in events
    ]
    return {"case": case.number, "checkpoint": head.text if head is not None else None, "events": shown}


_EVENT = {
    **record(seq=NUMBER, hash=HASH, prev_hash=HASH, proof=maybe(TEXT), action=TEXT, at=INSTANT),
    "required": ["seq", "hash", "prev_hash", "proof"],
}
READINGS = (
    Reading(
        "proof",
        _("The chain of the case's events and their places in the signed log"),
        proven,
        gives=record(case=TEXT, checkpoint=maybe(TEXT), events=many(_EVENT)),
    ),
)
