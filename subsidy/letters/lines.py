"""Chinese line breaking: no line ends with an opening bracket or quote.

reportlab itself keeps only closing marks off the start of a line.
"""

from __future__ import annotations

from typing import Any

from reportlab.platypus import Paragraph

OPENING = frozenset("（〔《〈「『【［“‘(")


class ChineseParagraph(Paragraph):  # type: ignore[misc]  # reportlab carries no types
    """A paragraph broken between characters, in which an opening mark moves to the line that it opens."""

    frags: list[Any]

    def breakLinesCJK(self, maxWidths: Any) -> Any:  # noqa: N802, N803  # reportlab's names
        if not hasattr(self, "unbroken"):
            self.unbroken = list(self.frags)
        self.frags = list(self.unbroken)
        while True:
            broken = super().breakLinesCJK(list(maxWidths))
            mark = dangling_mark(broken)
            if mark is None:
                return broken
            self.frags = broken_before(self.frags, mark)


def dangling_mark(broken: Any) -> int | None:
    """Which opening mark of the text, counted from 0, first ends a line (the last line aside); None when none does."""
    seen = 0
    for line in broken.lines[:-1]:
        text = "".join(word.text for word in line.words) if broken.kind == 1 else "".join(line[1])
        opening = sum(character in OPENING for character in text)
        stripped = text.rstrip()
        if len(stripped) > 1 and stripped[-1] in OPENING:
            return seen + opening - 1
        seen += opening
    return None


def broken_before(fragments: list[Any], mark: int) -> list[Any]:
    """The fragments with a line break before the given opening mark."""
    made: list[Any] = []
    seen = 0
    for fragment in fragments:
        places = [at for at, character in enumerate(fragment.text) if character in OPENING]
        if seen <= mark < seen + len(places):
            cut = places[mark - seen]
            pieces = [fragment.clone(text=fragment.text[:cut])] if cut else []
            made += [*pieces, fragment.clone(text="", lineBreak=True), fragment.clone(text=fragment.text[cut:])]
        else:
            made.append(fragment)
        seen += len(places)
    return made
