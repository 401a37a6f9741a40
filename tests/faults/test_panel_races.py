"""A panel under acts at the same moment: nobody scores who has left, no seat is filled twice, it concludes once."""

from __future__ import annotations

from functools import partial
from typing import Any

from subsidy.accounts.enums import Role
from subsidy.cases.enums import CaseState
from subsidy.reviews.models import Draw, ExpertProfile, Seat
from tests.faults.sound import faults
from tests.harness.together import Together
from tests.world import World, fresh, scores
from workflows.common.refusals import Busy, NotFound, Recused, Stale, WrongState

LATE = (WrongState, Stale, Busy, Recused, NotFound)
CONFLICT = {"kind": "kin", "reason": "配偶在该企业任职"}


def attempt(world: World, subject: Any, action: str, who: Any, kind: str = "case", **more: Any) -> Any:
    return partial(world.act, kind, subject, action, who, key=world.key(), **more)


def finish(world: World, case: Any) -> None:
    for seat in Seat.objects.filter(panel__case=case, state="seated", scored_at__isnull=True):
        world.act("case", case, "score", seat.expert, data=scores(case))
    assert fresh(case).state == CaseState.AMOUNT_CHECK


def test_an_expert_who_scores_while_a_record_binds_the_expert(bureau: World, together: Together) -> None:
    for _ in range(4):
        case = bureau.accepted(bureau.call())
        expert = bureau.experts(case)[0]
        profile = ExpertProfile.objects.get(user=expert)
        link = {"kind": "shareholder", "uscc": case.company.uscc, "valid_from": "2024-03-01"}
        scored, bound = together(
            [
                attempt(bureau, case, "score", expert, data=scores(case)),
                attempt(bureau, profile, "record_link", "acceptance", kind="expert", data=link),
            ]
        )
        assert bound.ok, bound.error
        assert scored.ok or isinstance(scored.error, LATE), repr(scored.error)
        seat = Seat.objects.get(panel__case=case, expert=expert)
        assert seat.state == ("set_aside" if scored.ok else "recused")
        assert len(bureau.experts(case)) == 5 and expert not in bureau.experts(case)
        finish(bureau, case)
    assert faults() == []


def test_a_seat_that_two_officers_replace_and_its_expert_leaves(bureau: World, together: Together) -> None:
    case = bureau.accepted(bureau.call())
    leaver = bureau.experts(case)[1]
    bureau.person("acceptance2", Role.ACCEPTANCE)
    outcomes = together(
        [
            attempt(bureau, case, "replace_expert", "acceptance", data={"seat": 2, "reason": "出差"}),
            attempt(bureau, case, "replace_expert", "acceptance2", data={"seat": 2, "reason": "生病"}),
            attempt(bureau, case, "declare_conflict", leaver, data=CONFLICT),
        ]
    )
    assert [one.ok for one in outcomes].count(True) == 1
    assert all(one.ok or isinstance(one.error, LATE) for one in outcomes), outcomes
    assert Draw.objects.filter(panel__case=case).count() == 2 and len(bureau.experts(case)) == 5
    finish(bureau, case)
    assert faults() == []


def test_everybody_leaves_or_scores_at_once(bureau: World, together: Together) -> None:
    case = bureau.accepted(bureau.call())
    people = bureau.experts(case)
    calls = [attempt(bureau, case, "score", expert, data=scores(case)) for expert in people]
    calls += [attempt(bureau, case, "declare_conflict", expert, data=CONFLICT) for expert in people[:2]]
    outcomes = together(calls)
    assert all(one.ok or isinstance(one.error, LATE) for one in outcomes), outcomes
    for place, expert in enumerate(people[:2]):
        if outcomes[5 + place].ok:
            assert Seat.objects.get(panel__case=case, expert=expert).state != "seated"
    if fresh(case).state == CaseState.UNDER_REVIEW:
        finish(bureau, case)
    assert fresh(case).panels.get().concluded_at is not None
    assert faults() == []
