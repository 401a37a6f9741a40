"""What the nodes of the flows are called, for lists that hold only their names."""

from __future__ import annotations

from functools import cache

from subsidy.web.components import Text
from workflows.common.nodes import Standing
from workflows.common.subjects import kinds


@cache
def node_titles() -> dict[tuple[str, str], Text]:
    """(kind, node) to its title; a node of a newer route version speaks for the older ones."""
    titles: dict[tuple[str, str], Text] = {}
    for kind in kinds():
        for _, flow_class in sorted(kind.flows.items()):
            for node in flow_class.instance.nodes():
                if isinstance(node, Standing):
                    titles[kind.name, node.name] = node.title
    return titles


def node_title(kind: str, node: str) -> Text:
    """The title, or the bare name of a node that no flow has any longer."""
    return node_titles().get((kind, node), node)
