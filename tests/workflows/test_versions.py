"""Which changes make an open page stale, and which do not."""

from __future__ import annotations

import pytest

from tests.world import World, fresh, scores
from workflows.common.refusals import Stale


def test_a_letter_issued_meanwhile_does_not_make_a_page_stale(world: World) -> None:
    case = world.submitted()
    seen = case.head_seq
    world.act("case", case, "issue_letter", world.system, data={"kind": "receipt"})
    assert fresh(case).head_seq > seen
    world.act("case", case, "refuse", "acceptance", data={"reason": "缺少材料"}, version=seen)
    assert fresh(case).state == "not_accepted"


def test_what_moved_the_matter_makes_a_page_stale(world: World) -> None:
    case = world.submitted()
    seen = case.head_seq
    world.act(
        "case",
        case,
        "return_for_correction",
        "acceptance",
        data={"message": "请更正", "reason_rd_y1": "与审计报告不符"},
    )
    world.act("case", case, "resubmit", world.filer(case.company), data={"declaration": True})
    with pytest.raises(Stale):
        world.act("case", case, "accept", "acceptance", version=seen)


def test_experts_who_score_from_pages_of_the_same_moment_are_all_heard(world: World) -> None:
    case = world.accepted()
    seen = case.head_seq
    for expert in world.experts(case):
        world.act("case", case, "score", expert, data=scores(case), version=seen)
    assert fresh(case).state == "amount_check"
