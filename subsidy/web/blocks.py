"""A pack put into words (`policies.language.render`) as pages show it: the same blocks, in the active language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policies.language import Pack
from policies.language import Text as Both
from policies.language.render.blocks import Block, Grid, Heading, Item, Line, Listing
from policies.language.render.pack import rule_blocks
from subsidy.web.formats import pick

FOR_OFFICERS = frozenset({"参数", "概念与计算"})
SECTION = 2
# What programs call a rule says nothing to people.
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class ShownItem:
    """An entry of a list with the rule below it, marks beside it, and what it consists of."""

    text: str
    detail: str = ""
    marks: str = ""
    children: Sequence[ShownItem] = ()


@dataclass(frozen=True)
class ShownBlock:
    """One block: `kind` is heading (with its level), line (`strong`: nobody may overlook it), list or grid."""

    kind: str
    text: str = ""
    level: int = 2
    strong: bool = False
    items: Sequence[ShownItem] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[tuple[str, str]]] = ()
    caption: str = ""


def guide_of(pack: Pack) -> list[ShownBlock]:
    """What applicants need of the pack: who, how much, the terms, the procedure, the questions and the papers.

    The numbers stand in the rules themselves, so the lists of parameters and of named terms are left to the policy page.
    """
    return shown(_without(FOR_OFFICERS, rule_blocks(pack)))


def _without(headings: frozenset[str], blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks without the sections of those (Chinese) headings."""
    left_out = False
    for block in blocks:
        if isinstance(block, Heading) and block.level <= SECTION:
            left_out = block.text.zh in headings
        if not left_out:
            yield block


def shown(blocks: Iterable[Block]) -> list[ShownBlock]:
    """Blocks in the active language; a grid takes the heading before it as its caption."""
    found: list[ShownBlock] = []
    heading = ""
    for block in blocks:
        if isinstance(block, Heading):
            heading = _said(block.text)
            found.append(ShownBlock("heading", heading, level=min(max(block.level, 2), 4)))
        elif isinstance(block, Line):
            found.append(ShownBlock("line", _said(block.text), strong=block.strong))
        elif isinstance(block, Listing):
            found.append(ShownBlock("list", items=[_item(item) for item in block.items]))
        else:
            found.append(_grid(block, heading))
    return found


def _grid(grid: Grid, caption: str) -> ShownBlock:
    head = [_said(column) for column in grid.columns]
    rows = [[(label, _said(cell)) for label, cell in zip(head, row, strict=True)] for row in grid.rows]
    return ShownBlock("grid", head=head, rows=rows, caption=caption)


def _item(item: Item) -> ShownItem:
    return ShownItem(
        text=_said(item.text),
        detail=_said(item.detail) if item.detail is not None else "",
        marks=pick("；", "; ").join(mark for mark in map(_said, item.marks) if mark and not _NAME.fullmatch(mark)),
        children=[_item(child) for child in item.children],
    )


def _said(text: Both) -> str:
    return pick(text.zh, text.en)
