"""NOTICE names every library that requirements.txt pins, once, under terms that the library's own metadata state."""

from __future__ import annotations

import re
from email.message import Message
from importlib.metadata import metadata
from pathlib import Path
from typing import cast

import pytest

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^([\w.-]+)(?:\[[^]]*\])?==", re.MULTILINE)
HEADING = re.compile(r"^([A-Z][\w.-]*) {2,}(?=\S)", re.MULTILINE)
# Where a library's metadata name its terms otherwise than NOTICE does.
ALSO = {
    "AGPL-3.0-or-later": "AGPL",
    "LGPL-2.1-or-later": "LGPL",
    "MPL-2.0": "MPL",
    "Apache-2.0": "Apache",
    "PSF-2.0": "PSF",
}


def named() -> dict[str, str]:
    """Library by its terms, from the table at the end of NOTICE."""
    text = (ROOT / "NOTICE").read_text(encoding="utf-8")
    table = text[text.index("AGPL-3.0-or-later   ") : text.index("The exact terms")]
    parts = HEADING.split(table)[1:]
    found: dict[str, str] = {}
    for terms, listed in zip(parts[::2], parts[1::2], strict=True):
        for one in re.sub(r"\([^)]*\)", "", listed).split(","):
            assert one.strip() not in found, f"{one.strip()} is named twice"
            found[one.strip()] = terms
    return found


NAMED = named()


def test_every_library_is_named_once() -> None:
    pinned = PINNED.findall((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert sorted(pinned, key=str.lower) == sorted(NAMED, key=str.lower)


@pytest.mark.parametrize(("library", "terms"), NAMED.items())
def test_the_terms_are_those_of_the_library(library: str, terms: str) -> None:
    told = cast(Message, metadata(library))
    stated = [
        told.get("License-Expression") or "",
        (told.get("License") or "")[:60],
        *(told.get_all("Classifier") or []),
    ]
    assert any(ALSO.get(terms, terms) in one for one in stated if "Classifier" not in one), stated
