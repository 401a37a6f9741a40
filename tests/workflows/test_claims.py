"""Taking a matter over from its pool and giving it back."""

from __future__ import annotations

import pytest

from subsidy.accounts.enums import Role
from subsidy.work.models import WorkItem
from tests.world import World, fresh
from workflows.common.refusals import Claimed, Forbidden, NotFound, WrongState


def test_a_claim_is_held_by_one_person_and_moves_nothing(world: World) -> None:
    case = world.submitted(world.call())
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
