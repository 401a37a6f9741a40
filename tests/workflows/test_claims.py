"""Taking a matter over from its pool and giving it back."""

from __future__ import annotations

import pytest

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, Unit, User
from subsidy.audit.models import Event
from subsidy.cases.models import Recusal
from subsidy.work.enums import Duty
from subsidy.work.models import Assignment, Hand, Pool, WorkItem
from tests.world import World, fresh
from workflows.common.refusals import BadData, Claimed, DutiesClash, Forbidden, NotFound, WrongState


def test_a_claim_is_held_by_one_person_and_moves_nothing(world: World) -> None:
    case = world.submitted()
    second = world.person("acceptance2", Role.ACCEPTANCE)
    item = WorkItem.objects.get(subject_kind="case", subject_id=case.pk)
    world.act("case", case, "claim", "acceptance", key="once")
    assert world.act("case", case, "claim", "acceptance", key="once").replayed
    assert WorkItem.objects.get(pk=item.pk).assignee == world.people["acceptance"]
    assert (fresh(case).state, fresh(case).head_seq) == (case.state, case.head_seq + 1)
    with pytest.raises(Claimed):
        world.act("case", case, "claim", second)
    with pytest.raises(Claimed):
        world.act("case", case, "accept", second)
    with pytest.raises(Claimed):
        world.act("case", case, "unclaim", second)
    with pytest.raises(WrongState):
        world.act("case", case, "claim", "acceptance")
    with pytest.raises(Forbidden):
        world.act("case", case, "claim", "amount")
    with pytest.raises(NotFound):
        world.act("case", case, "claim", world.legal(case.company))
    world.act("case", case, "unclaim", "acceptance")
    world.act("case", case, "accept", second)
    with pytest.raises(WrongState):
        world.act("case", case, "claim", world.experts(fresh(case))[0])
    with pytest.raises(WrongState):
        world.act("case", case, "claim", "acceptance")


def test_a_leader_gives_a_matter_to_somebody_else_and_every_hand_it_was_in_is_kept(world: World) -> None:
    case = world.submitted()
    second, amount = world.person("acceptance2", Role.ACCEPTANCE), world.people["amount"]
    world.act("case", case, "claim", "acceptance")

    def give(to: User | None, who: str = "leader") -> None:
        data = {"to": to.pk if to else "", "reason": "外出学习"}
        world.act("case", case, "reassign", who, data=data)

    give(second)
    assert WorkItem.objects.get(subject_id=case.pk).assignee == second
    with pytest.raises(Claimed):
        world.act("case", case, "accept", "acceptance")
    for to in (second, amount, world.people["auditor"], World(code="qt").people["acceptance"]):
        with pytest.raises(WrongState):
            give(to)
    for nobody in (world.filer(case.company), world.people["expert1"]):
        with pytest.raises(BadData):
            give(nobody)
    with pytest.raises(Forbidden):
        give(amount, who="acceptance")
    give(None)
    held = Assignment.objects.filter(subject_kind="case", subject_id=case.pk).order_by("id")
    assert [(one.holder_id, one.reason) for one in held] == [
        (world.people["acceptance"].pk, ""),
        (second.pk, "外出学习"),
        (None, "外出学习"),
    ]
    assert Event.objects.filter(stream="case", stream_id=case.pk, action="reassign").count() == 2
    assert fresh(case).state == case.state
    with pytest.raises(WrongState):
        world.act("case", world.draft(world.call()), "reassign", "leader", data={"to": second.pk, "reason": "错"})


def test_nobody_is_given_what_they_may_not_do(world: World) -> None:
    """Who is recused, or has acted in a way that excludes the next step, cannot be handed the matter."""
    case = world.submitted()
    second = world.person("acceptance2", Role.ACCEPTANCE)
    recusal = Recusal.objects.create(
        authority=world.authority, case=case, user=second, reason="亲属", declared_at=world.now.at
    )
    with pytest.raises(WrongState):
        world.act("case", case, "reassign", "leader", data={"to": second.pk, "reason": "代班"})
    recusal.delete()
    Hand.objects.create(
        authority=world.authority, key=world.key(), subject_kind="case", subject_id=case.pk, action="score",
        duty=Duty.SCORES, actor=second, at=world.now.at, seq=1, data_hash="0" * 64,
    )  # fmt: skip
    with pytest.raises(DutiesClash):
        world.act("case", case, "reassign", "leader", data={"to": second.pk, "reason": "代班"})


def test_a_leader_of_a_unit_gives_away_only_what_waits_there(world: World) -> None:
    case = world.submitted()
    second = world.person("acceptance2", Role.ACCEPTANCE)
    unit = Unit.objects.create(authority=world.authority, code="east", name_zh="东片", name_en="East")
    RoleGrant.objects.filter(user=world.people["leader"]).update(unit=unit)
    give = {"to": second.pk, "reason": "代班"}
    with pytest.raises(Forbidden):
        world.act("case", case, "reassign", "leader", data=give)
    pool = Pool.objects.create(authority=world.authority, role=Role.ACCEPTANCE, unit=unit)
    WorkItem.objects.filter(subject_id=case.pk).update(pool=pool)
    world.act("case", case, "reassign", "leader", data=give)
    assert WorkItem.objects.get(subject_id=case.pk).assignee == second
