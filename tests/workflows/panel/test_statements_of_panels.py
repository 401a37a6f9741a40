"""What a score costs does not grow with the panel."""

from __future__ import annotations

import dataclasses
from unittest import mock

from policies.language.model import PanelDef
from subsidy.accounts.enums import Role, UserKind
from tests.workflows.tally import tally
from tests.world import World, fresh, pack, scores
from workflows.case import panel

LIMIT = 20


def test_a_score_costs_the_same_with_five_seats_and_with_twenty_five(world: World) -> None:
    for number in range(8, 30):
        world.person(f"expert{number}", Role.EXPERT, kind=UserKind.EXPERT)
    call = world.call()
    cost = {}
    for seats in (5, 25):
        case = world.submitted(call)
        spec: PanelDef = dataclasses.replace(pack(case).route.panel, seats=seats, quorum=seats)
        with mock.patch.object(panel, "panel_spec", return_value=spec), tally() as passed:
            world.act("case", case, "accept", "acceptance")
            for expert in world.experts(case):
                world.act("case", case, "score", expert, data=scores(case))
        assert fresh(case).state == "amount_check"
        counts = [one.statements for one in passed if one.action == "score"]
        assert len(counts) == seats and max(counts) <= LIMIT, passed[-1].texts
        cost[seats] = (passed[0].statements, counts[1], counts[-1])
    assert cost[5][1:] == cost[25][1:] and cost[25][0] <= LIMIT
