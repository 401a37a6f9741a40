"""The program's own modules, read as syntax trees."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def modules(*rooms: str) -> Iterator[Path]:
    """Every Python file of the rooms (a folder or a file each) but migrations; paths are relative to the clone."""
    for room in rooms:
        place = ROOT / room
        found = [place] if place.is_file() else sorted(place.rglob("*.py"))
        yield from (path.relative_to(ROOT) for path in found if "migrations" not in path.parts)


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def dotted(node: ast.expr) -> str:
    """`datetime.datetime.now` for the expression of that name; empty for anything that is not a plain dotted name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (head := dotted(node.value)):
        return f"{head}.{node.attr}"
    return ""
