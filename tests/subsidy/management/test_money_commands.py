"""`payouts` and `ledger`: what they print, what they change, and what their exit status says."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from subsidy.audit.models import Event
from subsidy.ledger.models import BudgetLine, Transaction
from subsidy.management.base import BadUsage, Findings
from subsidy.payouts.models import Answer, AnswerFile
from tests.harness.database import FreshDatabase
from tests.subsidy.payouts.bank import answered, ids, obligated
from tests.world import World, fresh

CLONE = Path(__file__).resolve().parents[3]


@pytest.fixture
def world(db: None) -> World:
    """A bureau in this test's transaction."""
    return World()


def run(*arguments: object, **options: Any) -> str:
    out = io.StringIO()
    call_command(*[str(argument) for argument in arguments], stdout=out, **options)
    return out.getvalue()


def test_from_the_sealed_file_to_the_booked_debit(world: World, tmp_path: Path) -> None:
    cases = obligated(world, 2)
    batch, target = world.batch(cases), tmp_path / "batch.xml"
    export = ["payouts", "export", batch.number, "--as", "finance1", "--output", target]

    with pytest.raises(Findings, match="has no file yet"):
        run(*export, "--commit")
    world.act("batch", batch, "check", "finance2")
    world.act("batch", batch, "release", "finance3")
    assert json.loads(run("payouts", "list", "--json")) == [
        {
            "number": batch.number,
            "state": "released",
            "format": "pain.001.001.09",
            "lines": 2,
            "total_fen": sum(case.amount_fen or 0 for case in cases),
        }
    ]

    with pytest.raises(Findings, match="needs --commit"):
        run(*export)
    assert not target.exists()
    assert fresh(batch).state == "released", "a run without --commit changes nothing"
    with pytest.raises(Findings, match="frozen as"):
        run(*export, "--format", "bank_csv", "--commit")
    with pytest.raises(Findings, match="role"):
        run("payouts", "export", batch.number, "--as", "finance3", "--output", target, "--commit")
    with pytest.raises(Findings, match="no batch"):
        run("payouts", "export", batch.number, "--as", "acceptance", "--output", target, "--commit")
    run(*export, "--commit")
    assert target.read_bytes() == bytes(batch.export_file.content)
    assert (
        Event.objects.get(stream="batch", stream_id=batch.pk, action="export").body.count('"surface":"command"') == 1
    )

    events = Event.objects.count()
    run(*export)
    second = tmp_path / "again.xml"
    said = tmp_path / "manifest.json"
    run(*export[:-1], second, "--manifest", said)
    [told] = json.loads(said.read_text())["files"]
    assert told["sha256"] == hashlib.sha256(second.read_bytes()).hexdigest()
    assert (told["message_id"], told["sequence"], told["count"]) == (batch.number, batch.export_file.sequence, 2)
    with pytest.raises(BadUsage, match="name a new file"):
        run(*export[:-1], second, "--manifest", said)
    assert second.read_bytes() == target.read_bytes()
    assert Event.objects.count() == events, "the same bytes again are no new export"
    target.write_text("something else")
    with pytest.raises(Findings, match="exists with other content"):
        run(*export)
    assert target.read_text() == "something else"
    with pytest.raises(BadUsage):
        run(*export[:-1], tmp_path / "missing" / "file.xml")

    report, booked = answered(batch, world, reject={ids(batch)[1]: "AC01"})
    _read_both(world, tmp_path, report.content, booked.content)
    line = BudgetLine.objects.get(spent__gt=0)
    assert (line.spent, line.obligated) == (cases[0].amount_fen, cases[1].amount_fen)
    assert "✗" not in run("ledger", "check")


def _read_both(world: World, folder: Path, report: bytes, booked: bytes) -> None:
    """The bank's two files by command: tried, refused, written, read again."""
    answer = folder / "pain.002.xml"
    answer.write_bytes(report)
    reading = ["payouts", "import", answer, "--as", "finance1"]
    before = Transaction.objects.count()
    tried = run(*reading)
    assert "refused 1" in tried and "--commit" in tried
    assert (Transaction.objects.count(), AnswerFile.objects.count()) == (before, 0)
    with pytest.raises(Findings, match=r"separation of duties|role"):
        run("payouts", "import", answer, "--as", "finance3", "--commit")
    assert json.loads(run(*reading, "--commit", "--json"))["effects"] == {"accepted": 1, "none": 1, "refused": 1}
    assert json.loads(run(*reading, "--commit", "--json"))["already_read"] is True
    answer.write_bytes(booked)
    assert "settled 1" in run(*reading, "--commit")


def test_bad_usage_and_bad_files(world: World, tmp_path: Path) -> None:
    for arguments in (
        ["payouts"],
        ["payouts", "import", "x.xml"],
        ["payouts", "export", "B1", "--as", "finance1"],
        ["ledger"],
        ["ledger", "check", "now"],
    ):
        with pytest.raises(CommandError) as usage:
            run(*arguments)
        assert not isinstance(usage.value, Findings)
    bad = tmp_path / "answer.xml"
    with pytest.raises(BadUsage, match="no file"):
        run("payouts", "import", bad, "--as", "finance1")
    bad.write_bytes(b"<!DOCTYPE a><a/>")
    with pytest.raises(BadUsage, match="no person"):
        run("payouts", "import", bad, "--as", "nobody")
    with pytest.raises(BadUsage, match="no person"):
        run("payouts", "import", bad, "--as", "system:clock")
    with pytest.raises(Findings, match="DOCTYPE") as refused:
        run("payouts", "import", bad, "--as", "finance1", "--commit")
    assert refused.value.returncode == 1
    assert not Answer.objects.exists()
    assert run("payouts", "list") == ""


def manage(database: FreshDatabase, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "DATABASE_URL": database.url, "SUBSIDY_DATA_DIR": str(folder)}
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, str(CLONE / "manage.py"), *arguments]
    return subprocess.run(command, env=environ, cwd=CLONE, capture_output=True, text=True, timeout=300, check=False)


def test_exit_status_of_the_program_itself(fresh_db: FreshDatabase, tmp_path: Path) -> None:
    assert manage(fresh_db, tmp_path, "ledger", "check").returncode == 0
    assert manage(fresh_db, tmp_path, "payouts", "list", "--json").stdout.strip() == "[]"
    with fresh_db.connect() as direct:
        direct.execute("ALTER TABLE ledger_leg DISABLE TRIGGER ledger_leg_append_only")
    found = manage(fresh_db, tmp_path, "ledger", "check")
    assert found.returncode == 1
    assert "ledger_leg_append_only" in found.stdout
    assert "1 findings" in found.stderr
    assert manage(fresh_db, tmp_path, "ledger", "mend").returncode == 2
    assert manage(fresh_db, tmp_path, "payouts", "import", "x.xml", "--as", "nobody").returncode == 2
