"""A stage of a case as the nodes of a flow, and the chain of stages that makes a route.

A stage names the node at which it is entered and makes its nodes anew for every flow class, for a node belongs to one.
Where a policy may leave a stage out, a switch before it asks the policy; what a route must pass is proven from its graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from viewflow import this

from policies.language.model import RouteDef
from subsidy.accounts.enums import Role
from subsidy.programmes.packs import pack_of
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm, Step
from workflows.common.nodes import Switch
from workflows.common.refusals import Message

FILE_FOR, CONFIRM_FOR = "file_for", "confirm_for"
Nodes = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """`nodes(next)` makes the stage's nodes, the last of which lead to the node named `next`."""

    entry: str
    nodes: Callable[[Any], Nodes]


def chain(stages: Sequence[Stage], *, last: str) -> Nodes:
    """The nodes of all stages, each leading to the one after it; the last leads to `last`."""
    entries = [*(stage.entry for stage in stages[1:]), last]
    found: Nodes = {}
    for stage, entry in zip(stages, entries, strict=True):
        made = stage.nodes(getattr(this, entry))
        twice = made.keys() & found.keys()
        if twice:
            raise ValueError(f"two stages of one route name the node {sorted(twice)}")
        found |= made
    return found


def where_asked(stage: Stage, asks: Callable[[RouteDef], object]) -> Stage:
    """The stage as one that a policy asks for or leaves out."""
    gate = f"asks_{stage.entry}"

    def nodes(following: Any) -> Nodes:
        switch = (
            Switch()
            .Case(
                getattr(this, stage.entry),
                lambda activation: bool(asks(_route(activation.turn))),
                label=_("asked for"),
            )
            .Default(following, label=_("left out by the policy"))
        )
        return {gate: switch, **stage.nodes(following)}

    return Stage(gate, nodes)


def _route(turn: Any) -> RouteDef:
    return pack_of(turn.subject.policy_version).route


def officer(
    name: str,
    title: Message,
    step: Step,
    role: Role,
    duty: Duty,
    form: type[ActForm] | None = None,
    *,
    danger: bool = False,
    bulk: bool = False,
    most: int = 0,
) -> Act:
    return Act(name, title, step, role=role, duty=duty, form=form, danger=danger, bulk=bulk, most=most)
