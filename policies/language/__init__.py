"""The policy language: one definition of a policy, read to decide, to check and to explain.

Pure functions over frozen values: no clock, no database, no file outside the pack that is named.
"""

from __future__ import annotations

from policies.language.build import load_pack, parse_pack
from policies.language.decide import decide, required_documents
from policies.language.decision import Ask, Decision, Input, Reason
from policies.language.facts import (
    ABSENT,
    UNKNOWN,
    Facts,
    Outdated,
    RecordList,
    Value,
    facts_from_json,
    facts_to_json,
)
from policies.language.findings import Finding, PolicyError, Position, Text
from policies.language.freshness import is_outdated
from policies.language.model import FactDef, Leaf, Pack
from policies.language.shown import format_value
from policies.language.source import PackSource

__all__ = [
    "ABSENT",
    "UNKNOWN",
    "Ask",
    "Decision",
    "FactDef",
    "Facts",
    "Finding",
    "Input",
    "Leaf",
    "Outdated",
    "Pack",
    "PackSource",
    "PolicyError",
    "Position",
    "Reason",
    "RecordList",
    "Text",
    "Value",
    "decide",
    "facts_from_json",
    "facts_to_json",
    "format_value",
    "is_outdated",
    "load_pack",
    "parse_pack",
    "required_documents",
]
