"""Decisions by rule as the page components show them: from a fresh decision, or from the text that a finding pinned."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from policies.language import Decision
from subsidy.decisions.models import Finding
from subsidy.web.components import OUTCOMES, Reason
from subsidy.web.formats import pick


def tree_of(decision: Decision | Finding) -> list[Reason]:
    """Why, clause by clause, in the active language."""
    return _reasons(_lines(decision))


def amount_of(decision: Decision | Finding) -> list[Reason]:
    """Of the same, only how the amount comes about: the formula, its clause, and the values in it."""
    return _reasons([line for line in _lines(decision) if line["kind"] == "amount"])


def _lines(decision: Decision | Finding) -> list[dict[str, Any]]:
    text = decision.decision_text if isinstance(decision, Finding) else decision.canonical()
    found: list[dict[str, Any]] = json.loads(text)["reasons"]
    return found


def _reasons(lines: Sequence[Mapping[str, Any]]) -> list[Reason]:
    return [_reason(line) for line in lines]


def _reason(line: Mapping[str, Any]) -> Reason:
    numbers = [f"{_spoken(item['text'])}: {_spoken(item['shown'])}" for item in line["inputs"]]
    if line["shown"] is not None:
        numbers.append(f"= {_spoken(line['shown'])}")
    return Reason(
        sentence=_spoken(line["text"]),
        outcome=line["verdict"],
        clause=line["clause"],
        numbers=numbers,
        certainty=line["certainty"] or None,
        children=_reasons(line["children"]),
    )


def _spoken(text: Mapping[str, str]) -> str:
    return pick(text["zh"], text["en"])


def outcome_words(outcome: str) -> str:
    return str(OUTCOMES[outcome][1])  # type: ignore[index]
