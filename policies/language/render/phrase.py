"""Phrases: words in two languages with how tightly they bind, so that brackets stand where they must."""

from __future__ import annotations

from typing import NamedTuple

from policies.language.findings import Text

# How tightly a phrase binds: what binds looser than its place wants stands in brackets.
CHOOSE, JOIN, NEGATE, COMPARE, PHRASE, SUM, PRODUCT, ATOM = range(8)


class Phrase(NamedTuple):
    """Words and how tightly they bind; `op` is what stands at the root."""

    text: Text
    level: int
    op: str = ""


def quoted(text: Text) -> Text:
    """Return a label as it stands in a sentence: English labels are phrases of their own and need quotes."""
    return Text(text.zh, f"“{text.en}”")


def bracketed(phrase: Phrase, level: int) -> Text:
    """Return the words of a phrase, in brackets if it binds looser than `level`."""
    if phrase.level >= level:
        return phrase.text
    return Text(f"（{phrase.text.zh}）", f"({phrase.text.en})")


def say(level: int, zh: str, en: str, *parts: Text, op: str = "") -> Phrase:
    """Return a phrase: the parts put into a template for each language."""
    return Phrase(Text(zh.format(*(part.zh for part in parts)), en.format(*(part.en for part in parts))), level, op)
