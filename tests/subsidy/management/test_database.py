"""What a backup is worth, and what the running program's role may do to evidence."""

from __future__ import annotations

import io
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.audit.models import Event
from subsidy.management.base import BadUsage, Findings
from tests.harness.database import FreshDatabase
from tests.world import World


def left_over(database: FreshDatabase) -> int:
    with database.connect() as server:
        row = server.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'subsidy_drill_%'").fetchone()
    assert row is not None
    return int(str(row[0]))


@pytest.mark.fresh_db
def test_an_old_backup_is_told_by_the_published_head_and_a_damaged_one_by_itself(
    fresh_db: FreshDatabase, tmp_path: Path
) -> None:
    world = World()
    world.submitted()
    old = tmp_path / "old.dump"
    call_command("database", "dump", str(old))
    assert old.stat().st_mode & 0o077 == 0
    checkpoint = checkpoint_make(now=world.now, by="test")
    out = io.StringIO()
    with pytest.raises(Findings):
        call_command("database", "drill", dump=old, stdout=out)
    told = [line for line in out.getvalue().splitlines() if line[0] in "✓✗"]
    assert [line[0] for line in told] == ["✓", "✓", "✗", "✓", "✓"], (
        "whole in itself; the published head says that it is old"
    )
    assert "continues the last published checkpoint" in told[2] and f"{Event.objects.count()} in the" in told[4]
    broken = tmp_path / "broken.dump"
    broken.write_bytes(old.read_bytes()[: old.stat().st_size // 2])
    with pytest.raises(Findings):
        call_command("database", "drill", dump=broken, stdout=out)
    assert left_over(fresh_db) == 0 and checkpoint.size > 0


def test_a_file_that_is_not_there_is_bad_usage(db: None) -> None:
    with pytest.raises(BadUsage):
        call_command("database", "drill", dump=Path("/nonexistent/dump"))


@pytest.mark.parametrize("role", ["x; DROP TABLE a", "", "Admin", 'a"b'])
def test_a_role_is_a_plain_name(db: None, role: str) -> None:
    with pytest.raises(BadUsage):
        call_command("database", "grants", role)


def test_the_role_of_the_program_adds_to_evidence_and_changes_none(db: None) -> None:
    world = World()
    out = io.StringIO()
    call_command("database", "grants", "subsidy_runs_test", stdout=out)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE subsidy_runs_test")
        cursor.execute(out.getvalue())
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("SET LOCAL ROLE subsidy_runs_test")
        for statement in (
            "UPDATE audit_event SET action = 'x'",
            "DELETE FROM audit_event",
            "TRUNCATE audit_event CASCADE",
            "DELETE FROM payouts_batchline",
            "UPDATE ledger_leg SET id = id",
            "ALTER TABLE audit_event DISABLE TRIGGER USER",
            "DELETE FROM django_migrations",
        ):
            with pytest.raises(ProgrammingError) as refused, transaction.atomic():
                cursor.execute(statement)
            assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege), statement
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")
        cursor.execute("SET LOCAL ROLE subsidy_runs_test")
    world.submitted(world.call())
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
