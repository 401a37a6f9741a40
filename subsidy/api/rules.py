"""What a policy version answers: one calculation with its reasons, ten thousand at once, what differs from another.

The facts are read as the rules declare them: money in minor units, days in ISO 8601, null for what does not exist; what
is left out is not known, and unknown never pays. Nothing is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from policies.language import Decision, Pack, PolicyError, decide, facts_from_json
from policies.language.diff.versions import diff
from subsidy.api.problems import BadRequest, body_of_refusal
from subsidy.api.resources import Reading
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.web.formats import pick
from workflows.common.refusals import BadData

ROWS_MAX = 10_000
_FACTS = {
    "type": "object",
    "description": "Facts by name. Money in minor units, days as YYYY-MM-DD, null: there is none; left out: not known.",
}
_STAGE = {"type": ["string", "null"], "description": "A later decision of the same policy; left out: the first."}
CALCULATOR = {
    "type": "object",
    "properties": {"facts": _FACTS, "stage": _STAGE},
    "required": ["facts"],
    "additionalProperties": False,
}
DECIDE = {
    "type": "object",
    "properties": {
        "rows": {
            "type": "array",
            "minItems": 1,
            "maxItems": ROWS_MAX,
            "items": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "facts": _FACTS},
                "required": ["id", "facts"],
                "additionalProperties": False,
            },
        },
        "stage": _STAGE,
    },
    "required": ["rows"],
    "additionalProperties": False,
}


def calculated(version: PolicyVersion, _request: Request, given: Mapping[str, Any]) -> dict[str, Any]:
    """Verdict, amount and the tree of reasons for one set of facts. Raises BadRequest, BadData for wrong facts."""
    pack, stage = pack_of(version), _stage(version, given)
    if not isinstance(given["facts"], dict):
        raise BadRequest(fields={"facts": ["object"]})
    try:
        return _said(decide(pack, facts_from_json(pack, given["facts"], stage=stage), stage=stage))
    except PolicyError as error:
        raise _wrong(error) from error


def _said(decision: Decision) -> dict[str, Any]:
    found = dict(decision.to_json())
    return {**found, "amount_fen": found.pop("amount"), "amount_range_fen": found.pop("amount_range")}


def decided(version: PolicyVersion, _request: Request, given: Mapping[str, Any]) -> dict[str, Any]:
    """Verdict and amount of each row; a row that cannot be read is named with its problem and stops no other."""
    pack, stage, rows = pack_of(version), _stage(version, given), given["rows"]
    if not isinstance(rows, list) or not 0 < len(rows) <= ROWS_MAX:
        raise BadRequest(fields={"rows": [f"1-{ROWS_MAX}"]})
    results = [_row(pack, stage, place, row) for place, row in enumerate(rows)]
    bad = sum("problem" in one for one in results)
    return {"decided": len(rows) - bad, "bad": bad, "rows": results}


def _row(pack: Pack, stage: str | None, place: int, row: Any) -> dict[str, Any]:
    if not isinstance(row, dict) or row.keys() != {"id", "facts"} or not isinstance(row["facts"], dict):
        return {"row": place, "id": None, "problem": body_of_refusal(BadRequest())}
    if not isinstance(row["id"], str):
        return {"row": place, "id": None, "problem": body_of_refusal(BadRequest(fields={"id": ["string"]}))}
    try:
        found = decide(pack, facts_from_json(pack, row["facts"], stage=stage), stage=stage)
    except PolicyError as error:
        return {"row": place, "id": row["id"], "problem": body_of_refusal(_wrong(error))}
    return {
        "row": place,
        "id": row["id"],
        "outcome": found.outcome,
        "tier": found.tier,
        "amount_fen": found.amount,
        "amount_range_fen": found.amount_range,
        "ask": [one.fact for one in found.ask],
    }


def differing(version: PolicyVersion, _request: Request, given: Mapping[str, Any]) -> dict[str, Any]:
    """What version `to` of the same policy says otherwise than this one. Raises Http404 where there is no such version."""
    other = PolicyVersion.objects.filter(policy=version.policy_id, version=given["to"].replace("\x00", "")).first()
    if other is None:
        raise Http404(f"no version {given['to']}")
    found = diff(pack_of(version), pack_of(other))
    return {"from": version.version, "to": other.version, "differences": [one.to_json() for one in found]}


def _stage(version: PolicyVersion, given: Mapping[str, Any]) -> str | None:
    """The stage asked for. Raises BadRequest for one that the policy has not."""
    stage = given.get("stage")
    if stage is None:
        return None
    if not isinstance(stage, str) or stage not in pack_of(version).stages:
        raise BadRequest(fields={"stage": ["unknown"]})
    return stage


def _wrong(error: PolicyError) -> BadData:
    return BadData(fields={"facts": [pick(one.message_zh, one.message_en) for one in error.findings]})


READINGS = (
    Reading("calculator", _("Verdict, amount and reasons for one set of facts"), calculated, takes=CALCULATOR),
    Reading("decide", _("Verdict and amount for up to 10,000 sets of facts"), decided, takes=DECIDE),
    Reading("diff", _("What another version of the policy says otherwise"), differing, parameters=("to",)),
)
