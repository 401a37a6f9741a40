"""Lending a role for a time: what the delegate may do, and that no pair of duties is opened by it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, Unit, User
from subsidy.audit.models import Event
from subsidy.work.enums import Duty
from subsidy.work.models import Hand
from tests.world import World, days_later, fresh
from workflows.common.refusals import BadData, DutiesClash, Forbidden, NotFound, WrongState


def grant_of(user: User, role: Role) -> RoleGrant:
    return RoleGrant.objects.get(user=user, role=role, source__isnull=True)


def lend(world: World, who: str, role: Role, to: User, *, days: int = 5, **changes: Any) -> None:
    lender = world.people[who]
    data = {
        "grant": grant_of(lender, role).pk,
        "to": to.pk,
        "valid_from": world.now.on.isoformat(),
        "valid_to": (world.now.on + dt.timedelta(days=days)).isoformat(),
        "reason": "休假",
    }
    world.act("person", lender, "delegate", lender, data={**data, **changes})


def plant(world: World, case: Any, duty: Duty, who: User, behalf: User | None = None) -> None:
    Hand.objects.create(
        authority=world.authority, key=world.key(), subject_kind="case", subject_id=case.pk, action="earlier",
        duty=duty, actor=who, on_behalf_of=behalf, at=world.now.at, seq=1, data_hash="0" * 64,
    )  # fmt: skip


def test_a_lent_role_works_for_its_time_and_says_for_whom(world: World) -> None:
    call = world.call()
    cases = [world.submitted(call) for _n in range(4)]
    stand_in = world.person("stand-in", Role.NOTICE)
    with pytest.raises(Forbidden):
        world.act("case", cases[0], "claim", stand_in)
    lend(world, "acceptance", Role.ACCEPTANCE, stand_in)
    world.act("case", cases[0], "accept", stand_in)
    hand = Hand.objects.get(subject_id=cases[0].pk, action="accept")
    assert (hand.actor, hand.on_behalf_of) == (stand_in, world.people["acceptance"])
    assert '"on_behalf_of"' in Event.objects.get(stream="case", stream_id=cases[0].pk, seq=hand.seq).body
    world.act("case", cases[1], "accept", "acceptance")
    assert Hand.objects.get(subject_id=cases[1].pk, action="accept").on_behalf_of is None

    lent = RoleGrant.objects.get(user=stand_in, role=Role.ACCEPTANCE)
    with pytest.raises(NotFound):
        world.act("person", world.people["leader"], "end_delegation", "leader", data={"grant": lent.pk})
    world.act("person", stand_in, "end_delegation", stand_in, data={"grant": lent.pk})
    with pytest.raises(Forbidden):
        world.act("case", cases[2], "accept", stand_in)
    lend(world, "acceptance", Role.ACCEPTANCE, stand_in)
    world.now = days_later(world.now, 6)
    with pytest.raises(Forbidden):
        world.act("case", cases[3], "accept", stand_in)


def test_a_delegation_ends_with_the_role_that_it_lends(world: World) -> None:
    case = world.submitted()
    stand_in = world.person("stand-in", Role.NOTICE)
    lend(world, "acceptance", Role.ACCEPTANCE, stand_in)
    RoleGrant.objects.filter(pk=grant_of(world.people["acceptance"], Role.ACCEPTANCE).pk).update(ended_at=world.now.at)
    with pytest.raises(Forbidden):
        world.act("case", case, "accept", stand_in)


def test_the_hands_of_both_count(world: World) -> None:
    """A delegate who already acted; a lender who already acted; and the lender afterwards, for what was done for them."""
    call = world.call()
    own, theirs, after = (world.submitted(call) for _n in range(3))
    lender, stand_in = world.people["acceptance"], world.person("stand-in", Role.AMOUNT)
    lend(world, "acceptance", Role.ACCEPTANCE, stand_in)
    plant(world, own, Duty.SCORES, stand_in)
    plant(world, theirs, Duty.SCORES, lender)
    for case in (own, theirs):
        with pytest.raises(DutiesClash):
            world.act("case", case, "accept", stand_in)

    plant(world, after, Duty.SCORES, stand_in, behalf=lender)
    with pytest.raises(DutiesClash):
        world.act("case", after, "accept", lender)
    # What the lender did does not bind the delegate in a role of the delegate's own.
    RoleGrant.objects.create(
        user=stand_in, authority=world.authority, role=Role.COUNTER, valid_from=dt.date(2020, 1, 1)
    )
    assert fresh(theirs).state == theirs.state


def test_what_cannot_be_lent(world: World) -> None:
    stand_in = world.person("stand-in", Role.NOTICE)
    acceptance = grant_of(world.people["acceptance"], Role.ACCEPTANCE)
    outsider = World(code="qt").people["notice"]
    admin = world.person("admin", Role.SYSTEM_ADMIN)
    for to in (outsider, admin, world.people["acceptance"], world.people["expert1"]):
        with pytest.raises(BadData):
            lend(world, "acceptance", Role.ACCEPTANCE, to)
    with pytest.raises(WrongState):
        lend(world, "acceptance", Role.ACCEPTANCE, world.person("acceptance2", Role.ACCEPTANCE))
    today = world.now.on
    wrong: list[dict[str, Any]] = [
        {"valid_from": (today - dt.timedelta(days=1)).isoformat()},
        {"valid_to": (today - dt.timedelta(days=1)).isoformat()},
        {"valid_to": (today + dt.timedelta(days=92)).isoformat()},
    ]
    for days in wrong:
        with pytest.raises(BadData):
            lend(world, "acceptance", Role.ACCEPTANCE, stand_in, **days)
    lend(world, "acceptance", Role.ACCEPTANCE, stand_in, days=91)
    with pytest.raises(WrongState):
        lend(world, "acceptance", Role.ACCEPTANCE, stand_in)
    lent = RoleGrant.objects.get(user=stand_in, role=Role.ACCEPTANCE)
    with pytest.raises(NotFound):  # not lent on
        data = {"grant": lent.pk, "to": world.people["amount"].pk, "valid_from": today, "valid_to": today}
        world.act("person", stand_in, "delegate", stand_in, data={**data, "reason": "转授"})
    with pytest.raises(NotFound):  # nor another's
        world.act("person", stand_in, "delegate", "acceptance", data={**data, "grant": acceptance.pk, "reason": "x"})
    for nobody in ("auditor", "expert1"):
        with pytest.raises(Forbidden):
            lend(world, nobody, Role.AUDITOR if nobody == "auditor" else Role.EXPERT, world.people["amount"])


def test_a_role_of_a_unit_is_lent_within_the_unit(world: World) -> None:
    unit = Unit.objects.create(authority=world.authority, code="east", name_zh="东片", name_en="East")
    RoleGrant.objects.filter(user=world.people["acceptance"]).update(unit=unit)
    stand_in = world.person("stand-in", Role.NOTICE)
    with pytest.raises(BadData):
        lend(world, "acceptance", Role.ACCEPTANCE, stand_in)
    RoleGrant.objects.filter(user=stand_in).update(unit=unit)
    lend(world, "acceptance", Role.ACCEPTANCE, stand_in)
    assert RoleGrant.objects.get(user=stand_in, role=Role.ACCEPTANCE).unit == unit


def test_a_leader_ends_the_delegations_of_somebody_who_leaves(world: World) -> None:
    stand_in = world.person("stand-in", Role.NOTICE)
    lend(world, "acceptance", Role.ACCEPTANCE, stand_in)
    lend(world, "amount", Role.AMOUNT, world.people["acceptance"])
    with pytest.raises(Forbidden):
        world.act("person", world.people["acceptance"], "end_delegations", stand_in, data={"reason": "调离"})
    world.act("person", world.people["acceptance"], "end_delegations", "leader", data={"reason": "调离"})
    assert not RoleGrant.objects.filter(source__isnull=False, ended_at__isnull=True).exists()
    assert grant_of(world.people["acceptance"], Role.ACCEPTANCE).ended_at is None
