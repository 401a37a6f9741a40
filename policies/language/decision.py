"""A decision as a value: outcome, tier, amount, the tree of reasons, and its canonical JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from policies.language.findings import Text

# How a verdict is held (0, 1 as the core has them, 2 for unknown) and how it is said.
VERDICTS = ("not_met", "met", "unknown")


class Input(NamedTuple):
    """One value that a reason rests on: its name, label, value (JSON-ready) and how people read it."""

    name: str
    text: Text
    value: int | str | bool | None
    shown: Text

    def to_json(self) -> dict[str, object]:
        """Return the JSON object."""
        return {"name": self.name, "text": _text(self.text), "value": self.value, "shown": _text(self.shown)}


class Reason(NamedTuple):
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
    source: Text | None
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
            "source": _source(self.source),
            "verdict": self.verdict,
            "inputs": [item.to_json() for item in self.inputs],
            "children": [item.to_json() for item in self.children],
            "shown": None if self.shown is None else _text(self.shown),
        }


@dataclass(frozen=True, slots=True)
class Ask:
    """An unknown fact that the outcome or the amount still hangs on, and whom to ask.

    `as_of` is the day of a value that is at hand but too old to count.
    """

    fact: str
    from_: str
    text: Text
    as_of: date | None = None

    def to_json(self) -> dict[str, object]:
        """Return the JSON object; `as_of` only where there is one."""
        found: dict[str, object] = {"fact": self.fact, "from": self.from_, "text": _text(self.text)}
        return found if self.as_of is None else {**found, "as_of": self.as_of.isoformat()}


class Issuer(NamedTuple):
    """What every decision of one program says alike: of which policy it is, and its requirements' ids in order."""

    code: str
    version: str
    stage: str | None
    currency: str
    content_hash: str
    leaves: tuple[str, ...]


class Decision:
    """What a pack says about one set of facts; an immutable value. Amounts are minor units of `currency`.

    `amount` is None where it is not yet known (`amount_range` then bounds it) or where the pack pays nothing. Only
    outcome "met" with an `amount` may ever be paid. In a stage the amount is the total owed so far. `verdicts` are kept
    with every decision; `reasons`, the same with texts and numbers, are written when they are first read.
    """

    __slots__ = ("_amount", "_amount_range", "_ask", "_explain", "_issuer", "_outcome", "_tier", "_verdicts")

    def __init__(
        self, issuer: Issuer, outcome: str, tier: str | None, amount: int | None,
        amount_range: tuple[int, int] | None, verdicts: tuple[int, ...], ask: tuple[Ask, ...],
        explain: tuple[Reason, ...] | Callable[[], tuple[Reason, ...]],
    ) -> None:  # fmt: skip
        """Keep what was decided; `verdicts` are numbers of `VERDICTS`, `explain` the reasons or how to write them."""
        self._issuer = issuer
        self._outcome = outcome
        self._tier = tier
        self._amount = amount
        self._amount_range = amount_range
        self._verdicts = verdicts
        self._ask = ask
        self._explain = explain

    @property
    def code(self) -> str:
        """The policy's code."""
        return self._issuer.code

    @property
    def version(self) -> str:
        """The policy's version."""
        return self._issuer.version

    @property
    def stage(self) -> str | None:
        """The later decision that this is; None for the first."""
        return self._issuer.stage

    @property
    def outcome(self) -> str:
        """met, not_met or unknown."""
        return self._outcome

    @property
    def tier(self) -> str | None:
        """The id of the tier met, if the outcome is met and the tier known."""
        return self._tier

    @property
    def amount(self) -> int | None:
        """What is due, in minor units; None where that is not known or nothing is ever paid."""
        return self._amount

    @property
    def amount_range(self) -> tuple[int, int] | None:
        """Least and most that may be due, where the amount is not known."""
        return self._amount_range

    @property
    def currency(self) -> str:
        """The currency of the amount."""
        return self._issuer.currency

    @property
    def content_hash(self) -> str:
        """The hash of the policy's text."""
        return self._issuer.content_hash

    @property
    def ask(self) -> tuple[Ask, ...]:
        """The unknown facts that outcome or amount still hang on."""
        return self._ask

    @property
    def verdicts(self) -> Mapping[str, str]:
        """The verdict of every requirement by its id, in the order of the file; a veto that applies is not_met."""
        words = (VERDICTS[verdict] for verdict in self._verdicts)
        return MappingProxyType(dict(zip(self._issuer.leaves, words, strict=True)))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The tree of reasons, as of the moment of deciding."""
        if not isinstance(self._explain, tuple):
            self._explain = self._explain()
        return self._explain

    def _settled(self) -> tuple[object, ...]:
        return (
            self._issuer, self._outcome, self._tier, self._amount, self._amount_range, self._verdicts, self._ask,
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        """Equal decisions say the same of the same policy, reasons included."""
        if not isinstance(other, Decision):
            return NotImplemented
        return self._settled() == other._settled() and self.reasons == other.reasons

    def __hash__(self) -> int:
        return hash(self._settled())

    def __repr__(self) -> str:
        return (
            f"Decision({self.code}@{self.version}, stage={self.stage!r}, outcome={self.outcome!r}, tier={self.tier!r}, "
            f"amount={self.amount!r}, amount_range={self.amount_range!r}, currency={self.currency!r}, ask={self.ask!r})"
        )

    def __reduce__(self) -> tuple[type[Decision], tuple[object, ...]]:
        """Return what a copy or pickle is made from: everything written out, the pack left behind."""
        return (Decision, (*self._settled(), self.reasons))

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


def _source(source: Text | None) -> str | dict[str, str]:
    """One writing as it is, so that decisions under packs without languages stay the same to the byte."""
    if source is None:
        return ""
    return source.zh if source.zh == source.en else _text(source)
