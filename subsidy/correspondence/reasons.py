"""From a stored decision to the lines of a letter: the clauses that carried the outcome, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from subsidy.decisions.models import Finding
from subsidy.letters import Bilingual, ReasonLine

Node = Mapping[str, Any]


def reason_lines(finding: Finding) -> tuple[ReasonLine, ...]:
    """What the finding rests on, clause by clause, in the order of the policy.

    Of a company that is entitled: vetoes, requirements and the tier it reached, without the ways that it did not need;
    then how the amount comes about. Of one that is not: everything that was examined, tier by tier.
    """
    decision: Node = json.loads(finding.decision_text)
    met = decision["outcome"] == "met"
    lines: list[ReasonLine] = []
    for node in decision["reasons"]:
        if node["kind"] == "tier" and met and node["id"] != decision["tier"]:
            continue
        if node["kind"] == "amount":
            if met:
                lines.append(_line(node, amount=True))
            continue
        lines += [_line(leaf) for leaf in _leaves(node, needed_only=met)]
    return tuple(lines)


def _leaves(node: Node, *, needed_only: bool) -> Iterator[Node]:
    """The leaves below a node; with `needed_only`, of alternatives only those that were met."""
    if node["kind"] in ("leaf", "veto"):
        yield node
        return
    for child in node["children"]:
        unneeded = node["kind"] in ("any_of", "at_least") and child["verdict"] != "met"
        if not (needed_only and unneeded):
            yield from _leaves(child, needed_only=needed_only)


def _line(node: Node, *, amount: bool = False) -> ReasonLine:
    return ReasonLine(
        clause=node["clause"],
        text=Bilingual(_sentence(node, "zh"), _sentence(node, "en")),
        verdict="noted" if amount else node["verdict"],
        certainty=node["certainty"],
    )


def _sentence(node: Node, lang: str) -> str:
    """The clause's own sentence, then the values that it rests on; a plain yes or no is said by the verdict."""
    text: str = node["text"][lang]
    colon, stop, open_, close = ("：", "；", "（", "）") if lang == "zh" else (": ", "; ", " (", ")")
    if node["shown"] is not None:
        text = f"{text}{colon}{node['shown'][lang]}"
    if all(isinstance(item["value"], bool) for item in node["inputs"]):
        return text
    values = dict.fromkeys(f"{item['text'][lang]}{colon}{item['shown'][lang]}" for item in node["inputs"])
    return f"{text}{open_}{stop.join(values)}{close}"
