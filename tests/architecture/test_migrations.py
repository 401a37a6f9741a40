"""Migrations are one line per room and agree with the models."""

from __future__ import annotations

import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

OURS = sorted(
    config.label for config in apps.get_app_configs() if config.name.split(".")[0] in ("subsidy", "workflows")
)


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


@pytest.mark.parametrize("label", OURS)
def test_migrations_are_linear(loader: MigrationLoader, label: str) -> None:
    leaves = loader.graph.leaf_nodes(label)
    assert len(leaves) <= 1, f"two ends: {leaves}; renumber the newer one behind the older"
    numbers = sorted(name for owner, name in loader.disk_migrations if owner == label)
    assert [name[:4] for name in numbers] == [f"{i:04}" for i in range(1, len(numbers) + 1)]


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    out = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out, verbosity=1)
    except SystemExit:
        pytest.fail(f"run makemigrations: {out.getvalue()}")
