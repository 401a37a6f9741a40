"""The direction of imports is checked by import-linter; here, that nothing slips past it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import dotted, modules, tree

OURS = ("policies", "workflows", "subsidy")
# Named, not imported: these would carry a dependency past the contracts.
DODGES = ("import_module", "__import__", "get_model", "import_string")


def inner_imports(path: Path) -> Iterator[str]:
    """Imports of our own rooms made inside a function."""
    for function in ast.walk(tree(path)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
            if any(name.split(".")[0] in OURS for name in names):
                yield f"{path}:{node.lineno}"


def dodges(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            name = dotted(node.func).rpartition(".")[2]
            if name in DODGES:
                yield f"{path}:{node.lineno} {name}"


def test_no_import_of_a_room_inside_a_function() -> None:
    # AppConfig.ready is where Django wants registrations imported.
    found = [line for path in modules(*OURS) if path.name != "apps.py" for line in inner_imports(path)]
    assert not found, "import at the top; if that is a circle, the direction is wrong: " + "; ".join(found)


def test_no_import_by_name() -> None:
    found = [line for path in modules(*OURS) if path.name != "apps.py" for line in dodges(path)]
    assert not found, "import plainly, so that the contracts see it: " + "; ".join(found)


def test_the_checks_see_what_they_forbid(tmp_path: Path) -> None:
    path = tmp_path / "dodge.py"
    path.write_text("def f():\n    from subsidy.cases import models\n    return apps.get_model('cases', 'Case')\n")
    assert len(list(inner_imports(path))) == 1
    assert len(list(dodges(path))) == 1
