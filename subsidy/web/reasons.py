"""A decision by the rules as page components: its tree of reasons and what is still to be asked.

Takes the JSON form of a decision (`Decision.to_json()`, or what a finding has stored), so that a decision made now and
one made years ago are shown by the same code.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from subsidy.applicants.enums import FactSource
from subsidy.web.components import Reason, Text
from subsidy.web.formats import day, pick


@dataclass(frozen=True)
class Asked:
    """A fact that the outcome or the amount still hangs on, and who knows it."""

    fact: str
    label: str
    source: Text


def reason_tree(decision: Mapping[str, Any]) -> list[Reason]:
    """The reasons in the active language, in the order of the policy."""
    return [_reason(node) for node in decision["reasons"]]


def asked(decision: Mapping[str, Any]) -> list[Asked]:
    """What is unknown and would decide it, in the active language."""
    return [Asked(one["fact"], _said(one["text"]), _whom(one)) for one in decision["ask"]]


def _whom(one: Mapping[str, Any]) -> Text:
    """Who knows it, and of what day the value is that is held but too old to count."""
    source = FactSource(one["from"]).label
    if "as_of" not in one:
        return source
    held = day(dt.date.fromisoformat(one["as_of"]))
    return _("%(source)s; held only as of %(day)s, too long ago") % {"source": source, "day": held}


def stored(decision_text: str) -> dict[str, Any]:
    """The JSON of a decision from the text that a finding keeps."""
    decision: dict[str, Any] = json.loads(decision_text)
    return decision


def _reason(node: Mapping[str, Any]) -> Reason:
    numbers = [pick(f"{_said(one['text'])}：{_said(one['shown'])}", f"{_said(one['text'])}: {_said(one['shown'])}")
               for one in node["inputs"]]  # fmt: skip
    sentence = _said(node["text"])
    if node["shown"] is not None:
        sentence = pick(f"{sentence}：{_said(node['shown'])}", f"{sentence}: {_said(node['shown'])}")
    return Reason(
        sentence=sentence,
        outcome=node["verdict"],
        clause=node["clause"],
        # A name and what stands behind it may read the same: said once.
        numbers=list(dict.fromkeys(numbers)),
        certainty=node["certainty"] or None,
        children=_children(node["children"]),
    )


def _children(nodes: Sequence[Mapping[str, Any]]) -> list[Reason]:
    return [_reason(node) for node in nodes]


def _said(text: Mapping[str, str]) -> str:
    return pick(text["zh"], text["en"])
