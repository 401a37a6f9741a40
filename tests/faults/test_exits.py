"""A process that dies in the middle of an act leaves all of it or nothing, and the same request may simply be sent again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from tests.faults.sound import counts, faults
from tests.faults.victim import DIED
from tests.harness.database import FreshDatabase
from tests.world import World, fresh

CLONE = Path(__file__).resolve().parents[2]
REASON = {"reason": "材料不符"}


def victim(world: World, database: FreshDatabase, point: str, case: Case, key: str) -> subprocess.Popen[str]:
    """Starts the process that refuses the case and dies at `point`."""
    words = [point, str(case.pk), "refuse", "acceptance", key, json.dumps(REASON), world.now.at.isoformat()]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.victim", *words],
        cwd=CLONE,
        env={**os.environ, "DATABASE_URL": database.url, "DJANGO_SETTINGS_MODULE": "subsidy.settings.testing"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def letters(case: Case) -> int:
    """Letters that wait to be written for the case."""
    return ProcrastinateJob.objects.filter(task_name="issue_letter", args__case_id=case.pk).count()


def test_a_death_at_any_point_leaves_all_or_nothing(bureau: World, fresh_db: FreshDatabase) -> None:
    call = bureau.call()
    cases = {point: bureau.submitted(call) for point in ("events", "hand", "before_commit", "after_commit")}
    for point, case in cases.items():
        before, waiting = counts(), letters(case)
        running = victim(bureau, fresh_db, point, case, key=point)
        _out, said = running.communicate(timeout=120)
        assert running.returncode == DIED, said
        kept = point == "after_commit"
        assert (counts() != before) == kept, point
        assert fresh(case).state == (CaseState.NOT_ACCEPTED if kept else CaseState.AWAITING_ACCEPTANCE)
        again = bureau.act("case", case, "refuse", "acceptance", key=point, data=REASON)
        assert again.replayed == kept
        assert fresh(case).state == CaseState.NOT_ACCEPTED
        assert fresh(case).head_seq == case.head_seq + 1
        assert letters(case) == waiting + 1
        assert bureau.act("case", case, "refuse", "acceptance", key=point, data=REASON).replayed
    assert faults() == []


def test_a_process_killed_within_an_act(bureau: World, fresh_db: FreshDatabase) -> None:
    case = bureau.submitted(bureau.call())
    before = counts()
    with victim(bureau, fresh_db, "killed", case, key="killed") as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "there\n"
        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    assert counts() == before
    assert not bureau.act("case", case, "refuse", "acceptance", key="killed", data=REASON).replayed
    assert fresh(case).head_seq == case.head_seq + 1
    assert faults() == []


@pytest.mark.parametrize("state", ["40P01", "40001"])
def test_a_second_try_writes_nothing_of_the_first(bureau: World, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """A deadlock strikes when everything is gathered: what the failed attempt meant to write must not come back."""
    import psycopg
    from django.db import OperationalError

    from workflows.common import flush

    case = bureau.submitted(bureau.call())
    waiting = letters(case)
    real = flush.write
    tries: list[int] = []

    def struck(*args: object) -> None:
        tries.append(len(tries))
        real(*args)  # type: ignore[arg-type]
        if len(tries) == 1:
            cause = {"40P01": psycopg.errors.DeadlockDetected, "40001": psycopg.errors.SerializationFailure}[state]
            raise OperationalError from cause()

    monkeypatch.setattr(flush, "write", struck)
    outcome = bureau.act("case", case, "refuse", "acceptance", data=REASON)
    assert (len(tries), outcome.replayed) == (2, False)
    assert fresh(case).head_seq == case.head_seq + 1
    assert letters(case) == waiting + 1
    assert faults() == []
