"""Reminders and escalation: once a deadline, to the right people, and never a step further."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.audit.models import Event
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.correspondence.models import Notification
from subsidy.work.models import WorkItem
from tests.workflows.test_telling import run_jobs, told
from tests.world import World, days_later, fresh
from workflows.common import door
from workflows.common.jobs import ORIGIN
from workflows.common.refusals import Forbidden, NotFound, WrongState
from workflows.common.reminders import run_reminders


@pytest.fixture
def case(world: World) -> Case:
    """Filed; its acceptance check is due five working days later."""
    return world.submitted()


def item_of(case: Case) -> WorkItem:
    return WorkItem.objects.get(subject_kind="case", subject_id=case.pk)


def days_until(world: World, day: dt.date) -> int:
    return (day - world.now.on).days


def test_who_must_act_is_reminded_once_before_the_day(world: World, case: Case) -> None:
    due = item_of(case).due_on
    assert run_reminders(world.now) == []
    soon = days_later(world.now, days_until(world, due) - 1)
    assert run_reminders(soon) == [("remind_due", "case", case.pk)]
    assert run_reminders(soon) == [] and run_reminders(days_later(soon, 1)) == []
    world.now = soon
    run_jobs(world)
    assert told("remind_due", case) == {"acceptance"}
    assert Notification.objects.filter(words="*.remind_due.0").count() == 0
    row = Notification.objects.get(recipient__username="acceptance", words="case.remind_due.0")
    assert row.params["due_on"] == due.isoformat() and row.params["what"]["zh"] != row.params["what"]["en"]


def test_overdue_goes_to_the_leader_and_nowhere_else(world: World, case: Case) -> None:
    late = days_later(world.now, days_until(world, item_of(case).due_on) + 1)
    assert run_reminders(late) == [("escalate_overdue", "case", case.pk)]
    assert run_reminders(days_later(late, 30)) == []
    world.now = late
    run_jobs(world)
    assert told("escalate_overdue", case) == {"acceptance", "leader"}
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE and item_of(case).assignee_id is None
    body = json.loads(Event.objects.get(stream="case", stream_id=case.pk, action="escalate_overdue").body)
    assert body["data"]["leaders"] == [world.people["leader"].pk]
    assert body["actor"]["username"] == "system:clock"


def test_a_bureau_without_a_leader_says_so(world: World, case: Case, caplog: pytest.LogCaptureFixture) -> None:
    RoleGrant.objects.filter(role=Role.LEADER).update(valid_to=dt.date(2024, 1, 1))
    run_reminders(days_later(world.now, 60))
    assert "no leader" in caplog.text
    body = json.loads(Event.objects.get(stream="case", stream_id=case.pk, action="escalate_overdue").body)
    assert body["data"]["leaders"] == []


def test_a_provisional_day_fires_nothing(world: World, case: Case) -> None:
    WorkItem.objects.filter(pk=item_of(case).pk).update(due_provisional=True)
    assert run_reminders(days_later(world.now, 60)) == []
    with pytest.raises(WrongState):
        door.perform(
            "case",
            case.pk,
            "escalate_overdue",
            actor=world.system,
            now=days_later(world.now, 60),
            key="k",
            data={"task": item_of(case).task_id},
            origin=ORIGIN,
        )


def test_a_day_that_moves_is_a_new_deadline(world: World, case: Case) -> None:
    due = item_of(case).due_on
    run_reminders(days_later(world.now, days_until(world, due)))
    WorkItem.objects.filter(pk=item_of(case).pk).update(due_on=due + dt.timedelta(days=7))
    later = days_later(world.now, days_until(world, due) + 7)
    assert run_reminders(later) == [("remind_due", "case", case.pk)]


def test_what_is_done_is_not_reminded_of(world: World, case: Case) -> None:
    task = item_of(case).task_id
    world.act("case", case, "refuse", "acceptance", data={"reason": "不属于受理范围"})
    assert run_reminders(days_later(world.now, 60)) == []
    with pytest.raises(NotFound):
        door.perform(
            "case",
            case.pk,
            "remind_due",
            actor=world.system,
            now=world.now,
            key="k",
            data={"task": task},
            origin=ORIGIN,
        )


def test_nobody_but_the_clock_reminds(world: World, case: Case) -> None:
    for who in ("acceptance", "leader"):
        with pytest.raises(Forbidden):
            world.act("case", case, "remind_due", who, data={"task": item_of(case).task_id})


def test_experts_who_hold_a_seat_are_reminded_each(world: World) -> None:
    case = world.accepted()
    due = WorkItem.objects.filter(subject_id=case.pk, subject_kind="case").values_list("due_on", flat=True)[0]
    late = days_later(world.now, days_until(world, due) + 1)
    done = run_reminders(late)
    assert len(done) == len(world.experts(case))
    world.now = late
    run_jobs(world)
    rows = Notification.objects.filter(words="case.escalate_overdue.0", recipient__in=world.experts(case))
    assert rows.count() == len(world.experts(case))
    assert fresh(case).state == CaseState.UNDER_REVIEW  # silence never passes
