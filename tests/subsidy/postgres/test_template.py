"""The remembered template follows everything that migrations are made of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.harness import template


def test_it_depends_on_migrations_and_on_what_they_import() -> None:
    names = {str(path.relative_to(template.CLONE)) for path in template.migration_sources()}
    assert "subsidy/migrations/0001_foundations.py" in names
    assert "subsidy/audit/append_only.py" in names


def test_another_server_release_has_another_template() -> None:
    older, newer = template.parts(17), template.parts(18)
    assert older.keys() == newer.keys()
    assert template.place(older) != template.place(newer) == template.place(dict(newer))


def test_the_nearest_has_most_parts_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "KEPT", tmp_path)
    now = {"server": "18", "one.py": "a", "two.py": "b", "three.py": "c"}
    kept = [
        {"server": "18", "one.py": "a"},
        {"server": "18", "one.py": "a", "two.py": "b"},
        {"server": "18", "one.py": "changed", "two.py": "b", "three.py": "c"},
        {"server": "18", "one.py": "a", "two.py": "b", "gone.py": "d"},
        {"server": "17", "one.py": "a", "two.py": "b", "three.py": "c"},
    ]
    for parts in kept:
        template.place(parts).write_text("")
        template.place(parts).with_suffix(".json").write_text(json.dumps(parts))
    assert template.nearest(now) == template.place(kept[1])
    template.place(kept[1]).unlink()
    assert template.nearest(now) == template.place(kept[0])
    assert template.nearest({"server": "16"}) is None
