"""English is written in the code; every such text has a Chinese one, in the catalogue of some room, and is compiled."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest

from tests.architecture.messages import ROOT, Message, in_python, in_templates

LOCALES = ROOT / "subsidy" / "locale"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def compiled() -> dict[str, str]:
    """msgid (of a plural: its singular) to Chinese, from every room's compiled catalogue."""
    found: dict[str, str] = {}
    for path in sorted(LOCALES.glob("*/zh_Hans/LC_MESSAGES/django.mo")):
        with path.open("rb") as file:
            entries = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        for key, value in entries.items():
            found[key[0] if isinstance(key, tuple) else key.rpartition("\x04")[2]] = value
    return found


def missing(messages: list[Message]) -> list[str]:
    known = compiled()
    return sorted({f"{message.where}: {message.text!r}" for message in messages if message.text not in known})


def test_templates_are_translated() -> None:
    messages = list(in_templates())
    assert len(messages) > 50
    assert not (found := missing(messages)), "no Chinese for:\n" + "\n".join(found)


@pytest.mark.parametrize("room", ["subsidy", "workflows", "policies"])
def test_python_is_translated(room: str) -> None:
    messages = [message for message in in_python() if message.where.startswith(room)]
    assert not (found := missing(messages)), "no Chinese for:\n" + "\n".join(found)


def test_translations_keep_their_placeholders() -> None:
    wrong = [
        text
        for text, zh in compiled().items()
        if text and set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(zh))
    ]
    assert not wrong


def test_compiled_catalogues_are_those_of_the_sources() -> None:
    """Whoever changes a django.po compiles it: msgfmt -o django.mo django.po."""
    known = compiled()
    for path in sorted(LOCALES.glob("*/zh_Hans/LC_MESSAGES/django.po")):
        stale = [text for text, zh in _source(path).items() if known.get(text) != zh]
        assert not stale, f"{path.relative_to(ROOT)} was not compiled: {stale}"


def _source(path: Path) -> dict[str, str]:
    """The entries of a .po file; its strings have the escapes of C, which are Python's."""
    entries: dict[str, str] = {}
    msgid, field, parts = "", "", {"msgid": "", "msgstr": ""}
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if match := re.match(r'(msgid|msgid_plural|msgstr(?:\[0\])?)\s+(".*")$', line):
            field = match[1].removesuffix("[0]")
            if field == "msgid":
                parts = {"msgid": "", "msgstr": ""}
            parts[field] = ast.literal_eval(match[2])
        elif line.startswith('"') and field:
            parts[field] += ast.literal_eval(line)
        elif not line.strip():
            msgid = parts["msgid"]
            if msgid and parts["msgstr"]:
                entries[msgid] = parts["msgstr"]
            field, parts = "", {"msgid": "", "msgstr": ""}
    return entries
