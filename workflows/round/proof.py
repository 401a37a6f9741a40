"""What the graph of a round must show beyond its stages: somebody approved, and only a waiver leaves out the notice."""

from __future__ import annotations

from viewflow.workflow.base import Flow

from workflows.common.graph import Graph, edges, reach, skipped
from workflows.common.nodes import Start, Switch
from workflows.round.flow import APPROVED_BY, NOTICE
from workflows.round.rules import without_notice


def round_findings(flow_class: type[Flow], goal: str = "decreed") -> list[str]:
    """What is wrong with a round's flow, one sentence each; empty when nothing is."""
    graph = edges(flow_class)
    nodes = {node.name: node for node in flow_class.instance.nodes()}
    start = next(name for name, node in nodes.items() if isinstance(node, Start))
    found = []
    if goal in reach(start, _without(graph, APPROVED_BY)):
        found.append(f"a way from {start} to {goal} avoids all of {', '.join(APPROVED_BY)}; close it")
    found += [
        f"a way from {start} to {goal} avoids {node} without the policy's waiver; close it"
        for node in skipped(_unwaived(flow_class, graph), start, goal, NOTICE)
    ]
    return [f"{flow_class.__name__}: {text}" for text in found]


def _without(graph: Graph, names: tuple[str, ...]) -> dict[str, list[str]]:
    return {name: [to for to in targets if to not in names] for name, targets in graph.items() if name not in names}


def _unwaived(flow_class: type[Flow], graph: Graph) -> dict[str, list[str]]:
    """The graph without the branches that are taken where the policy waives the notice, and without no others."""
    waived = {
        (node.name, to.name)
        for node in flow_class.instance.nodes()
        if isinstance(node, Switch)
        for to, condition in node._branches
        if condition is without_notice
    }
    return {name: [to for to in targets if (name, to) not in waived] for name, targets in graph.items()}
