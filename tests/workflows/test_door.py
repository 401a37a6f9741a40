"""What the door refuses whoever asks, and that a refused or failing act leaves every table as it was."""

from __future__ import annotations

import pytest
from django.db import connection
from viewflow.workflow.models import Task

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case, Recusal
from subsidy.work.models import Hand, WorkItem
from tests.faults.sound import counts, faults
from tests.world import World, fresh
from workflows.common import door, flush
from workflows.common.nodes import OutsideTheDoor
from workflows.common.refusals import BadData, Forbidden, KeyReused, NotFound, Recused, Refused, Stale, WrongState


def refused(world: World, error: type[Refused], case: Case, action: str, who: str | User, **kwargs: object) -> None:
    before = counts()
    with pytest.raises(error) as caught:
        world.act("case", case, action, who, **kwargs)
    assert type(caught.value) is error
    assert str(caught.value.message)
    assert counts() == before


def test_what_the_door_refuses_leaves_nothing(world: World) -> None:
    case = world.submitted(world.call())
    reason = {"reason": "材料不符"}
    refused(world, Stale, case, "accept", "acceptance", version=case.head_seq - 1)
    refused(world, NotFound, case, "grant_everything", "acceptance")
    refused(world, BadData, case, "refuse", "acceptance", data={})
    refused(world, NotFound, case, "refuse", world.filer(world.company()), data={})
    refused(world, WrongState, case, "confirm_amount", "amount", data={})
    with pytest.raises(NotFound):
        world.act("case", 999_999_999, "accept", "acceptance")
    left = world.person("left", Role.ACCEPTANCE)
    User.objects.filter(pk=left.pk).update(is_active=False)
    refused(world, Forbidden, case, "accept", left)
    linked = world.person("linked", Role.ACCEPTANCE)
    Recusal.objects.create(authority=world.authority, case=case, user=linked, reason="亲属", declared_at=world.now.at)
    refused(world, Recused, case, "accept", linked)

    world.act("case", case, "refuse", "acceptance", data=reason, key="one")
    assert world.act("case", case, "refuse", "acceptance", data=reason, key="one").replayed
    for who, action, data in (
        ("acceptance", "refuse", {"reason": "另一理由"}),
        ("acceptance", "accept", None),
        (world.person("acceptance2", Role.ACCEPTANCE), "refuse", reason),
    ):
        refused(world, KeyReused, case, action, who, data=data, key="one")
    assert faults() == []


def test_an_exit_cancels_what_was_open(world: World) -> None:
    case = world.accepted(world.call())
    assert WorkItem.objects.filter(subject_kind="case", subject_id=case.pk).count() == 5
    world.act("case", case, "withdraw", world.filer(case.company), data={"reason": "不再申报"})
    assert fresh(case).state == CaseState.WITHDRAWN
    assert not WorkItem.objects.filter(subject_kind="case", subject_id=case.pk).exists()
    assert set(fresh(case).process.task_set.filter(flow_task__contains=".score").values_list("status", flat=True)) == {
        "CANCELED"
    }
    assert fresh(case).process.finished == world.now.at
    with pytest.raises(WrongState):
        world.act("case", case, "withdraw", world.filer(case.company), data={"reason": "再一次"})
    assert faults() == []


def test_an_act_that_holds_leaves_the_matter_where_it_stands(world: World) -> None:
    call = world.call()
    case = world.ready(call)
    world.act("round", world.round_on(call), "close_collection", "amount")
    held = fresh(case)
    assert (held.state, held.head_seq) == (CaseState.AWAITING_ROUND, case.head_seq + 1)
    assert held.process.task_set.filter(finished__isnull=True).count() == 1
    assert faults() == []


def test_a_fault_in_the_last_write_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = world.submitted(world.call())
    before = counts()

    def broken(*_args: object, **_kwargs: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(flush, "post", broken)
        with pytest.raises(ZeroDivisionError):
            world.act("case", case, "accept", "acceptance")
    assert counts() == before
    world.act("case", case, "accept", "acceptance")
    assert Hand.objects.filter(subject_kind="case", subject_id=case.pk, action="accept").count() == 1


def test_nothing_moves_a_flow_past_the_door(world: World) -> None:
    case = world.submitted(world.call())
    task = Task.objects.get(process=case.process, finished__isnull=True)
    activation = task.flow_task.activation_class(task)
    with pytest.raises(OutsideTheDoor):
        activation.assign(world.people["acceptance"])
    with pytest.raises(OutsideTheDoor):
        activation.take()
    with pytest.raises(OutsideTheDoor):
        task.flow_task.flow_class.instance.start.run()
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE


@pytest.mark.django_db
def test_the_constraint_that_tells_a_request_under_way_bears_the_name_the_door_knows() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [door.HAND_ONCE_PER_KEY])
        assert cursor.fetchone() == (1,)
