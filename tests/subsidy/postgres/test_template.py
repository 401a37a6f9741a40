"""The remembered template follows everything that migrations are made of."""

from __future__ import annotations

from tests.harness import template


def test_it_depends_on_migrations_and_on_what_they_import() -> None:
    names = {str(path.relative_to(template.CLONE)) for path in template.migration_sources()}
    assert "subsidy/migrations/0001_foundations.py" in names
    assert "subsidy/audit/append_only.py" in names


def test_another_server_release_has_another_template() -> None:
    assert template.remembered(17) != template.remembered(18)
    assert template.remembered(18) == template.remembered(18)
