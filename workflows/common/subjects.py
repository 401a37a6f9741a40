"""The kinds of matter that the door knows: their model, flows, acts and what is bound to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from viewflow.workflow.base import Flow

from workflows.common.acts import Act
from workflows.common.turn import Turn


def no_kin(_ids: Iterable[int]) -> Q:
    return Q(pk__in=[])


def no_pins(_subject: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Card:
    """How an open task of this matter shows in a list, and by what lists find it: all of it columns of the work item.

    `company_id` is the company that the matter is about, `township_id` the unit that recommends it, `filed_on` the day
    of its filing. Experts judge blind: for them `blind` stands in place of the title, and nothing finds the company.
    """

    title: str
    policy_id: int | None = None
    company_id: int | None = None
    amount_fen: int = 0
    call_id: int | None = None
    township_id: int | None = None
    filed_on: dt.date | None = None
    blind: str = ""

    def for_experts(self) -> Card:
        """The card without anything that names the applicant, its district or its money."""
        return Card(title=self.blind, policy_id=self.policy_id, call_id=self.call_id)


@dataclass(frozen=True)
class Kind:
    """One kind of matter.

    `flows` maps (route, version) to its flow class; a kind without flows (a company, a call) has free acts only.
    `opens` are acts that make a new matter: their step returns nothing and must `turn.make(...)` it.
    `kin` is a condition over hands: the acts on other matters that count for separation of duties on these ids.
    `company_path` names the attribute that holds the id of the company whose members may act.
    `pins` gives what each event of this kind pins, such as the hash of the policy version.
    """

    name: str
    model: type[Any]
    card: Callable[[Any], Card]
    flows: Mapping[tuple[str, int], type[Flow]] = field(default_factory=dict)
    free_acts: tuple[Act, ...] = ()
    opens: Mapping[str, Opening] = field(default_factory=dict)
    kin: Callable[[Iterable[int]], Q] = no_kin
    company_path: str = ""
    pins: Callable[[Any], dict[str, Any]] = no_pins
    related: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()

    def free_act(self, name: str) -> Act | None:
        return next((act for act in self.free_acts if act.name == name), None)


@dataclass(frozen=True)
class Opening:
    """An act that makes a matter. `make(turn)` returns the unsaved record with everything but its process set;
    `act.step` then runs when the record is saved and stands at its first node.

    `route(turn)` answers (route, version) from what is being opened.
    """

    act: Act
    make: Callable[[Turn], Any]
    route: Callable[[Turn], tuple[str, int]] | None = None
    company_id: Callable[[Turn], int | None] = lambda _turn: None


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make `kind` known to the door; each name once."""
    if kind.name in _KINDS:
        raise ValueError(f"kind {kind.name} is registered twice")
    _KINDS[kind.name] = kind
    return kind


def kind_named(name: str) -> Kind:
    """The kind of that name (KeyError if there is none: a bug of the caller)."""
    return _KINDS[name]


def kinds() -> tuple[Kind, ...]:
    return tuple(_KINDS.values())
