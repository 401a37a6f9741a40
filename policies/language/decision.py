"""A decision as a value: outcome, tier, amount, the tree of reasons, and its canonical JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from policies.language.findings import Text


@dataclass(frozen=True, slots=True)
class Input:
    """One value that a reason rests on: its name, label, value (JSON-ready) and how people read it."""

    name: str
    text: Text
    value: int | str | bool | None
    shown: Text

    def to_json(self) -> dict[str, object]:
        """Return the JSON object."""
        return {"name": self.name, "text": _text(self.text), "value": self.value, "shown": _text(self.shown)}


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the explanation.

    `kind` is veto, leaf, all_of, any_of, not, at_least, tier, table, best_of or amount. `verdict` is met, not_met or
    unknown, and always speaks of the requirement: a veto that applies is "not_met". For a table or best_of it is "met"
    where the band hit is known; `shown` then says the value, for the amount the sum paid.
    """

    kind: str
    id: str
    clause: str
    text: Text
    certainty: str
    source: str
    verdict: str
    inputs: tuple[Input, ...] = ()
    children: tuple[Reason, ...] = ()
    shown: Text | None = None

    def to_json(self) -> dict[str, object]:
        """Return the JSON object, children included."""
        return {
            "kind": self.kind,
            "id": self.id,
            "clause": self.clause,
            "text": _text(self.text),
            "certainty": self.certainty,
            "source": self.source,
            "verdict": self.verdict,
            "inputs": [item.to_json() for item in self.inputs],
            "children": [item.to_json() for item in self.children],
            "shown": None if self.shown is None else _text(self.shown),
        }


@dataclass(frozen=True, slots=True)
class Ask:
    """An unknown fact that the outcome or the amount still hangs on, and whom to ask."""

    fact: str
    from_: str
    text: Text

    def to_json(self) -> dict[str, object]:
        """Return the JSON object."""
        return {"fact": self.fact, "from": self.from_, "text": _text(self.text)}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a pack says about one set of facts. Amounts are minor units of `currency`.

    `amount` is None where it is not yet known (`amount_range` then bounds it) or where the pack pays nothing. Only
    outcome "met" with an `amount` may ever be paid. In a stage the amount is the total owed so far.
    """

    code: str
    version: str
    stage: str | None
    outcome: str
    tier: str | None
    amount: int | None
    amount_range: tuple[int, int] | None
    currency: str
    reasons: tuple[Reason, ...] = field(repr=False)
    ask: tuple[Ask, ...] = ()
    content_hash: str = field(default="", repr=False)

    @property
    def payable(self) -> bool:
        """Whether the outcome is met and the amount known."""
        return self.outcome == "met" and self.amount is not None

    def leaves(self) -> tuple[Reason, ...]:
        """Return the reasons of kind veto and leaf, in order."""
        found: list[Reason] = []
        stack = list(reversed(self.reasons))
        while stack:
            reason = stack.pop()
            if reason.kind in ("veto", "leaf"):
                found.append(reason)
            else:
                stack.extend(reversed(reason.children))
        return tuple(found)

    def to_json(self) -> dict[str, object]:
        """Return everything as JSON-ready values."""
        return {
            "format": 1,
            "code": self.code,
            "version": self.version,
            "content_hash": self.content_hash,
            "stage": self.stage,
            "outcome": self.outcome,
            "tier": self.tier,
            "amount": self.amount,
            "amount_range": None if self.amount_range is None else list(self.amount_range),
            "currency": self.currency,
            "ask": [item.to_json() for item in self.ask],
            "reasons": [item.to_json() for item in self.reasons],
        }

    def canonical(self) -> str:
        """Return the one text of this decision: sorted keys, no blanks. Equal decisions have equal texts."""
        return json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
