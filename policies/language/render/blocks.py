"""What a rendering consists of: frozen blocks with texts in two languages, and how they are written as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.language.findings import Text


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the page's."""

    level: int
    text: Text


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; `strong` marks what nobody may overlook."""

    text: Text
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list: its text, the rule in words below it, small marks beside it, and what it consists of."""

    text: Text
    detail: Text | None = None
    marks: tuple[Text, ...] = ()
    children: tuple[Item, ...] = ()

    def walk(self) -> Iterator[Item]:
        """Yield the item and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, nested as its items are."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the heads of its columns, and rows of as many cells."""

    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


Block = Heading | Line | Listing | Grid


def texts_of(blocks: Iterable[Block]) -> Iterator[Text]:
    """Yield every text of the blocks."""
    for block in blocks:
        if isinstance(block, Heading | Line):
            yield block.text
        elif isinstance(block, Grid):
            yield from block.columns
            for row in block.rows:
                yield from row
        else:
            for top in block.items:
                for item in top.walk():
                    yield item.text
                    yield from item.marks
                    if item.detail is not None:
                        yield item.detail


def markdown(blocks: Iterable[Block], lang: str) -> str:
    """Return blocks as Markdown in one language ("zh" or "en"), ending in a line break."""
    parts = [_part(block, lang) for block in blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


def _part(block: Block, lang: str) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_escaped(_plain(block.text, lang))}"
    if isinstance(block, Line):
        text = _escaped(_plain(block.text, lang))
        return f"> **{text}**" if block.strong else text
    if isinstance(block, Grid):
        return _grid(block, lang)
    return "\n".join(line for item in block.items for line in _item(item, lang, 0))


def _plain(text: Text, lang: str) -> str:
    return " ".join(text.in_language(lang).split("\n"))


def _escaped(text: str) -> str:
    """Keep what a policy writes from being read as Markdown or HTML."""
    for character in "\\`*_[]<>":
        text = text.replace(character, f"\\{character}")
    return text


def _item(item: Item, lang: str, depth: int) -> Iterator[str]:
    indent = "  " * depth
    between = "；" if lang == "zh" else "; "
    marks = between.join(_escaped(mark.in_language(lang)) for mark in item.marks if mark.in_language(lang))
    beside = "" if not marks else f"〔{marks}〕" if lang == "zh" else f" [{marks}]"
    yield f"{indent}- {_escaped(_plain(item.text, lang))}{beside}"
    if item.detail is not None:
        yield f"{indent}  <br>{_escaped(_plain(item.detail, lang))}"
    for child in item.children:
        yield from _item(child, lang, depth + 1)


def _grid(grid: Grid, lang: str) -> str:
    rows = [_row(grid.columns, lang), "|" + " --- |" * len(grid.columns)]
    return "\n".join([*rows, *(_row(row, lang) for row in grid.rows)])


def _row(cells: tuple[Text, ...], lang: str) -> str:
    written = (_escaped(cell.in_language(lang)).replace("|", "\\|").replace("\n", "<br>") for cell in cells)
    return f"| {' | '.join(written)} |"
