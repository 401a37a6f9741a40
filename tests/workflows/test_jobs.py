"""Jobs act through the door, once; the deadlines of the day are done on the day after and never on a provisional one."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from subsidy.accounts.models import User
from subsidy.audit.models import Event
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.enums import RoundState
from tests.harness.database import FreshDatabase
from tests.world import World, days_later, fresh
from workflows import jobs
from workflows.case.jobs import issue_letter, issue_letter_job
from workflows.common import door
from workflows.common.door import Outcome
from workflows.common.refusals import NotFound, WrongState
from workflows.round.jobs import close_due_notices

WORKFLOWS = Path(jobs.__file__).parent
EVERY_JOB = [task for path in settings.PROCRASTINATE_IMPORT_PATHS for task in import_module(path).ALL]


def test_a_letter_asked_for_twice_is_issued_once(world: World) -> None:
    case = world.submitted(world.call())
    first = issue_letter(case.pk, LetterKind.RECEIPT, now=world.now)
    again = issue_letter(case.pk, LetterKind.RECEIPT, now=days_later(world.now, 3))
    assert (first.replayed, again.replayed) == (False, True)
    assert Letter.objects.filter(case=case).count() == 2  # one a language
    event = Event.objects.get(stream="case", stream_id=case.pk, action="issue_letter")
    assert User.objects.get(pk=event.actor_id).username == "system:letters"


def test_filing_leaves_the_job_that_issues_its_receipt(world: World) -> None:
    case = world.submitted(world.call())
    job = ProcrastinateJob.objects.get(task_name="issue_letter")
    assert job.args == {"case_id": case.pk, "kind": "receipt"}
    issue_letter_job(**job.args)
    assert Letter.objects.filter(case=case, kind=LetterKind.RECEIPT).exists()


def test_a_letter_for_a_case_that_does_not_exist_is_refused(world: World) -> None:
    with pytest.raises(NotFound):
        issue_letter(10**9, LetterKind.RECEIPT, now=world.now)


def test_every_job_that_a_step_defers_is_one_that_the_worker_knows() -> None:
    names = set()
    for path in sorted(WORKFLOWS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("passage.defer"):
                names.add(ast.literal_eval(node.args[0]))
    assert names
    assert names <= {task.name for task in EVERY_JOB}


def test_the_worker_finds_every_job() -> None:
    assert {task.name for task in EVERY_JOB} <= set(app.tasks)


@pytest.mark.fresh_db
def test_a_worker_issues_what_is_due_and_shows_what_failed(fresh_db: FreshDatabase) -> None:
    world = World()
    case = world.submitted(world.call())
    app.configure_task("issue_letter").defer(case_id=10**9, kind="receipt")
    work(fresh_db)
    assert Letter.objects.filter(case=case, kind=LetterKind.RECEIPT).count() == 2
    jobs_ = dict(ProcrastinateJob.objects.filter(task_name="issue_letter").values_list("args__case_id", "status"))
    assert jobs_ == {case.pk: "succeeded", 10**9: "failed"}


def work(database: FreshDatabase) -> None:
    """Run a worker until nothing is left to do."""
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "DJANGO_SETTINGS_MODULE": "subsidy.settings.testing",
    }
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--one-shot"]
    subprocess.run(command, cwd=WORKFLOWS.parent, env=environment, check=True, capture_output=True)


def test_a_notice_closes_on_the_day_after_its_last_and_once(world: World) -> None:
    call = world.call()
    world.ready(call)
    round_ = world.published(call)
    last = round_.notice.ends_on
    world.now = days_later(world.now, (last - world.now.on).days)
    assert close_due_notices(world.now) == []
    after = days_later(world.now, 1)
    assert close_due_notices(after) == [round_.number]
    assert fresh(round_).state == RoundState.AWAITING_DECREE
    assert close_due_notices(after) == []
    assert Event.objects.filter(stream="round", stream_id=round_.pk, action="close_notice").count() == 1


def test_a_provisional_notice_stays_open(world: World) -> None:
    call = world.call()
    world.ready(call)
    round_ = world.published(call)
    round_.notice.ends_provisional = True
    round_.notice.save(update_fields=["ends_provisional"])
    assert close_due_notices(days_later(world.now, 400)) == []
    assert fresh(round_).state == RoundState.ON_NOTICE


def test_a_notice_that_is_refused_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = []
    for _ in range(2):
        call = world.call()
        world.ready(call)
        rounds.append(world.published(call))
    stuck, free = rounds
    perform = door.perform

    def sometimes(kind: str, subject_id: int, action: str, **kwargs: Any) -> Outcome:
        if subject_id == stuck.pk:
            raise WrongState
        return perform(kind, subject_id, action, **kwargs)

    monkeypatch.setattr("workflows.round.jobs.door.perform", sometimes)
    with pytest.raises(ExceptionGroup):
        close_due_notices(days_later(world.now, 30))
    assert fresh(stuck).state == RoundState.ON_NOTICE
    assert fresh(free).state == RoundState.AWAITING_DECREE
