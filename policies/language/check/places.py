"""The places of a new pack that are still to be filled in, marked «…» in its three texts.

The marks are the one thing that the language itself never reads as content: a pack with a mark left is refused by
`check`, place by place, whatever else it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.language.findings import Finding, PolicyError, Position, finding
from policies.language.reader import ListNode, Node, Scalar, read_yaml
from policies.language.source import PackSource

PLACE = re.compile(r"«([^»]*)»")


def unfilled(source: PackSource) -> tuple[Finding, ...]:
    """Return a finding for every place of a pack's texts that is still to be filled in; none for what is no YAML."""
    found: list[Finding] = []
    for name, text in (("policy.yaml", source.policy), ("cases.yaml", source.cases)):
        if "«" in text:
            try:
                tree = read_yaml(text, source.file(name))
            except PolicyError:
                continue  # the reading of the pack reports it
            found += [_place(at, mark) for at, mark in _marks(tree)]
    for number, line in enumerate(source.source.splitlines(), start=1):
        for mark in PLACE.finditer(line):
            found.append(_place(Position(source.file("source.md"), number, mark.start() + 1), mark[1]))
    return tuple(found)


def _marks(node: Node) -> Iterator[tuple[Position, str]]:
    if isinstance(node, Scalar):
        for mark in PLACE.finditer(node.value):
            yield node.at.moved(mark.start()), mark[1]
        return
    if isinstance(node, ListNode):
        for item in node.items:
            yield from _marks(item)
        return
    for key, value in node.items:
        yield from _marks(key)
        yield from _marks(value)


def _place(at: Position, mark: str) -> Finding:
    return finding(
        at, "TO_FILL", f"still to be filled in: {mark}; write it in place of «…»", f"待填写：{mark}，请替换 «…»"
    )
