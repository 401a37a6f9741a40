"""Finds every message of the program that asks to be translated, in Python by its syntax, in templates by their nodes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template import Template, engines
from django.template.base import Node, NodeList
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parents[2]
PYTHON_ROOMS = ("subsidy", "workflows", "policies")
SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop", "pgettext", "pgettext_lazy"}
PLURAL = {"ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy"}


@dataclass(frozen=True)
class Message:
    """A msgid and where it stands; a plural's msgid is its singular form."""

    text: str
    where: str


def in_python() -> Iterator[Message]:
    for room in PYTHON_ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from _calls(path)


def in_templates() -> Iterator[Message]:
    engine = engines["django"]
    for path in sorted((ROOT / "templates").rglob("*.html")):
        template = engine.from_string(path.read_text(encoding="utf-8")).template  # type: ignore[attr-defined]
        yield from (Message(text, str(path.relative_to(ROOT))) for text in _texts(template))


def _calls(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in SINGULAR | PLURAL:
            continue
        place = 1 if name in WITH_CONTEXT else 0
        argument = node.args[place]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value:
            yield Message(argument.value, f"{path.relative_to(ROOT)}:{node.lineno}")


def _texts(template: Template) -> Iterator[str]:
    for node in _walk(template.nodelist):
        if isinstance(node, TranslateNode):
            literal = node.filter_expression.var
            text = literal if isinstance(literal, str) else literal.literal
            if isinstance(text, str) and text:
                yield text
        elif isinstance(node, BlockTranslateNode):
            text, _names = node.render_token_list(node.singular)
            yield text.strip() if node.trimmed else text


def _walk(nodes: NodeList) -> Iterator[Node]:
    for node in nodes:
        yield node
        children: list[Any] = [getattr(node, name, None) for name in node.child_nodelists]
        for child in children:
            if isinstance(child, NodeList):
                yield from _walk(child)
        if not hasattr(node, "nodelist") and hasattr(node, "conditions_nodelists"):
            for _condition, inner in node.conditions_nodelists:
                yield from _walk(inner)
