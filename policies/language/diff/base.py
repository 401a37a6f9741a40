"""One difference between two versions of a pack, and helpers that tell entries with names apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from policies.language.diff.surface import LESS, MORE
from policies.language.findings import Text
from policies.language.model import Pack
from policies.language.render.blocks import Item
from policies.language.render.words import joined

STRICTER, LOOSER, OTHER = "stricter", "looser", "other"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Difference:
    """One change from the old version to the new.

    `kind` is what changed (parameter, requirement, veto, table …), `subject` its name, with its stage before a slash.
    `change` is added, removed, changed, or wording (other words, same meaning). `direction` is stricter where the
    change alone can only take companies away from the requirement, looser where it can only let more meet it, other
    where neither is certain or the change concerns no condition.
    """

    kind: str
    subject: str
    change: str
    clause: str
    before: Text | None
    after: Text | None
    direction: str = OTHER

    def to_json(self) -> dict[str, object]:
        """Return the JSON object."""
        return {
            "kind": self.kind, "subject": self.subject, "change": self.change, "clause": self.clause,
            "direction": self.direction, "before": _json(self.before), "after": _json(self.after),
        }  # fmt: skip


def _json(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"zh": text.zh, "en": text.en}


def direction_of(way: int) -> str:
    """Return the word for what a change does to a requirement."""
    return {MORE: LOOSER, LESS: STRICTER}.get(way, OTHER)


def shown(item: Item) -> Text:
    """Return an item with its rule and marks in one text."""
    text = item.text if item.detail is None else joined([item.text, item.detail], "；", "; ")
    marks = joined(item.marks)
    return Text(f"{text.zh}〔{marks.zh}〕", f"{text.en} [{marks.en}]") if marks.en else text


def keyed(
    kind: str, old: Mapping[str, T], new: Mapping[str, T], equal: Callable[[T, T], bool], words: Callable[[int, T], Text],
    clause: Callable[[T], str] = lambda _: "",
) -> Iterator[Difference]:  # fmt: skip
    """Yield what differs between two maps; `words` says an entry of the old (0) or new (1) pack."""
    for name, a in old.items():
        if name not in new:
            yield Difference(kind, name, "removed", clause(a), words(0, a), None)
        elif not equal(a, new[name]):
            yield Difference(kind, name, "changed", clause(new[name]), words(0, a), words(1, new[name]))
    for name, b in new.items():
        if name not in old:
            yield Difference(kind, name, "added", clause(b), None, words(1, b))


def entries_of(
    kind: str, packs: tuple[Pack, Pack], of: Callable[[Pack], Mapping[str, T]], words: Callable[[Pack, T], Text],
    clause: Callable[[T], str] = lambda _: "", key: Callable[[T], object] = lambda entry: entry,
) -> Iterator[Difference]:  # fmt: skip
    """Yield what differs between the entries that `of` finds in each pack; they are alike where `key` is equal."""
    yield from keyed(
        kind,
        of(packs[0]),
        of(packs[1]),
        lambda a, b: key(a) == key(b),
        lambda side, one: words(packs[side], one),
        clause,
    )


def outline(item: Item) -> Text:
    """Return a tree as one text, a line an entry, without rules and marks."""
    lines = list(_lines(item, 0))
    return joined(lines, "\n", "\n")


def _lines(item: Item, depth: int) -> Iterator[Text]:
    lead = f"{'  ' * depth}- "
    yield Text(lead + item.text.zh, lead + item.text.en)
    for child in item.children:
        yield from _lines(child, depth + 1)
