"""Proves things of a flow from its graph alone: no dead end, no half-joined branch, no way round a required stage.

Run at start-up (a Django check) and in CI. Every finding names the node or the edge and says what to mend. The graph
shows that a stage lies on every way; that n of m people voted there is the join's tally, and that they are different
people is `workflows.common.duties`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock

from workflows.common.acts import Act
from workflows.common.nodes import Branches, End, Human, Join, Standing, Start, Switch

Graph = Mapping[str, list[str]]
# A node, or nodes of which any one will do.
Required = str | tuple[str, ...]


def edges(flow_class: type[Flow]) -> dict[str, list[str]]:
    """Each node's successors by name, in the flow's order; a successor of another class stands as its own name."""
    return {
        node.name: [edge.dst.name if edge.dst is not None else "" for edge in node._outgoing()]
        for node in flow_class.instance.nodes()
    }


def reach(start: str, graph: Graph, stop: Iterable[str] = ()) -> set[str]:
    """Every node that can be reached from `start`, itself included, without walking on from `stop`."""
    halt = set(stop)
    seen: set[str] = set()
    todo = [start]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            if node not in halt:
                todo.extend(graph.get(node, []))
    return seen


def any_of(required: Required) -> tuple[str, ...]:
    return (required,) if isinstance(required, str) else required


def skipped(graph: Graph, start: str, goal: str, required: Iterable[Required]) -> list[Required]:
    """What is required and some way from start to goal avoids (a node that does not exist is always avoided)."""
    found = []
    for one in required:
        gone = set(any_of(one))
        without = {
            name: [to for to in targets if to not in gone] for name, targets in graph.items() if name not in gone
        }
        if gone - graph.keys() or goal in reach(start, without):
            found.append(one)
    return found


def findings(
    flow_class: type[Flow], *, required: Mapping[str, Iterable[Required]], free_acts: Iterable[Act] = ()
) -> list[str]:
    """What is wrong with a flow, one sentence each; empty when nothing is.

    `required` maps a goal node to the nodes that must lie on every way to it; a tuple of nodes is met by any one of
    them. `free_acts` are the kind's: those that enter a node are ways as well.
    """
    nodes = {node.name: node for node in flow_class.instance.nodes()}
    graph = edges(flow_class)
    found = [*_shape(flow_class, nodes, graph)] or _way(nodes, graph, required, free_acts)
    return [f"{flow_class.__name__}: {text}" for text in found]


def with_entries(nodes: Mapping[str, Any], graph: Graph, free_acts: Iterable[Act]) -> dict[str, list[str]]:
    """The graph with a further edge from each node to the one that a free act enters from its state."""
    entered: dict[str, list[str]] = {}
    for act in free_acts:
        for state, name in act.enters.items():
            entered.setdefault(state, []).append(name)
    return {
        name: [*targets, *(to for to in entered.get(getattr(nodes[name], "state", ""), []) if to in nodes)]
        for name, targets in graph.items()
    }


def _way(
    nodes: Mapping[str, Any], graph: Graph, required: Mapping[str, Iterable[Required]], free_acts: Iterable[Act]
) -> list[str]:
    """Findings about a flow whose nodes are sound each on its own."""
    start = next(name for name, node in nodes.items() if isinstance(node, Start))
    found = _regions(nodes, graph)
    graph = with_entries(nodes, graph, list(free_acts))
    found = [*_reachability(nodes, graph, start), *found]
    for goal, must in required.items():
        if goal not in nodes:
            found.append(f"goal {goal} does not exist; correct the list of required stages")
            continue
        found += [
            f"a way from {start} to {goal} avoids {' and '.join(any_of(one))}; close it"
            for one in skipped(graph, start, goal, must)
        ]
    return found


def _shape(flow_class: type[Flow], nodes: Mapping[str, Any], graph: Graph) -> Iterable[str]:
    lock = flow_class.lock_impl
    if not (isinstance(lock, SelectForUpdateLock) and lock.nowait is False):
        yield "lock_impl must be SelectForUpdateLock(nowait=False, attempts=1)"
    starts = [name for name, node in nodes.items() if isinstance(node, Start)]
    if len(starts) != 1:
        yield f"needs exactly one start, has {starts}"
    known = (Start, Human, Standing, Branches, Join, Switch, End)
    for name, node in nodes.items():
        if not isinstance(node, known):
            yield f"{name} is a {type(node).__name__}: use the nodes of workflows.common.nodes"
        if node._boundary_events:
            yield f"{name} has a boundary event: they are not proven here; use a deadline job and an act"
        for target in graph[name]:
            if target not in nodes or nodes[target].flow_class is not flow_class:
                yield f"the edge {name} → {target or '?'} leaves this flow"
        if isinstance(node, Human):
            yield from _human(name, node)


def _human(name: str, node: Human) -> Iterable[str]:
    if not node.acts:
        yield f"{name} waits for a person but offers no act"
    for act in node.acts:
        if act.duty is None:
            yield f"{name}: act {act.name} names no duty, so separation of duties could not see it"
        if act.system:
            yield f"{name}: act {act.name} is for system actors, but the node waits for a person"
        if node.role is not None and act.role != node.role:
            yield f"{name}: act {act.name} is for role {act.role}, the work item goes to {node.role}"
        if node.role is None and not act.member:
            yield f"{name}: the node waits for the company, act {act.name} does not"


def _reachability(nodes: Mapping[str, Any], graph: Graph, start: str) -> list[str]:
    found = []
    ends = {name for name, node in nodes.items() if isinstance(node, End)}
    seen = reach(start, graph)
    for name in nodes:
        if name not in seen:
            found.append(f"{name} is never reached")
        if not graph[name] and name not in ends:
            found.append(f"{name} is a dead end")
        elif not reach(name, graph) & ends:
            found.append(f"{name} never reaches an end")
    return found


def _regions(nodes: Mapping[str, Any], graph: Graph) -> list[str]:
    """Each split has one join of its own; nothing enters or leaves between them, nothing ends inside."""
    found: list[str] = []
    claimed: dict[str, str] = {}
    joins = {name for name, node in nodes.items() if isinstance(node, Join)}
    for name, node in nodes.items():
        if not isinstance(node, Branches):
            continue
        join = _join_of(name, graph, joins)
        if join is None:
            found.append(f"the branches of {name} do not all meet in one join")
            continue
        if join in claimed:
            found.append(f"{join} joins both {claimed[join]} and {name}; give each its own")
        claimed[join] = name
        found += _region(name, join, nodes, graph)
    found += [f"{name} joins what nothing has split" for name in sorted(joins - claimed.keys())]
    for name in joins:
        after = graph[name]
        if len(after) != 1 or not isinstance(nodes[after[0]], Switch):
            found.append(f"{name} must be followed by one switch that decides on what was joined")
    return found


def _join_of(split: str, graph: Graph, joins: set[str]) -> str | None:
    """The nearest join that every branch reaches."""
    common: set[str] | None = None
    for branch in graph[split]:
        first = {name for name in reach(branch, graph, stop=joins) if name in joins}
        common = first if common is None else common & first
    return next(iter(common)) if common and len(common) == 1 else None


def _region(split: str, join: str, nodes: Mapping[str, Any], graph: Graph) -> list[str]:
    inside: set[str] = set()
    for branch in graph[split]:
        inside |= reach(branch, graph, stop=[join])
    inside.discard(join)
    found = []
    if split in inside:
        found.append(f"a branch of {split} leads back to it before {join}")
    for name in sorted(inside):
        if isinstance(nodes[name], End):
            found.append(f"{name} ends the matter between {split} and {join}")
    for name, targets in graph.items():
        for target in targets:
            if target in inside and name not in inside and name != split:
                found.append(f"the edge {name} → {target} enters between {split} and {join}")
    return found
