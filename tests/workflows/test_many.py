"""One act on many matters: what each row answers, what it costs, and what happens beside it at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subsidy.accounts.enums import Role
from subsidy.audit.models import Event
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case, Recusal
from subsidy.ledger.enums import Kind as Movement
from subsidy.ledger.posting import Posting
from subsidy.work.enums import Duty
from subsidy.work.models import Hand, SavedView, WorkItem
from tests.harness.database import FreshDatabase
from tests.harness.together import Together
from tests.workflows.copies import copies
from tests.workflows.tally import KEPT
from tests.world import World, fresh
from workflows.common import door, subjects
from workflows.common.acts import Act
from workflows.common.outcomes import RowOutcome
from workflows.common.refusals import WrongState
from workflows.common.subjects import Card, Kind
from workflows.common.turn import Origin, Turn

REASON = {"reason": "材料不符"}
STATEMENTS_MAX = 30


def many(
    world: World, cases: Sequence[Case | int], action: str, who: str = "acceptance", **kwargs: Any
) -> list[RowOutcome]:
    kwargs.setdefault("key", world.key())
    kind = kwargs.pop("kind", "case")
    ids = [case if isinstance(case, int) else case.pk for case in cases]
    return door.perform_many(kind, ids, action, actor=world.people[who], now=world.now, **kwargs)


def codes(outcomes: list[RowOutcome]) -> list[str]:
    return [
        one.refusal.code if one.refusal is not None else "again" if one.result.replayed else "done"  # type: ignore[union-attr]
        for one in outcomes
    ]


def plant(world: World, case: Case, duty: Duty, who: str) -> None:
    Hand.objects.create(
        authority=world.authority, key=world.key(), subject_kind="case", subject_id=case.pk, action="earlier",
        duty=duty, actor=world.people[who], at=world.now.at, seq=1, data_hash="0" * 64,
    )  # fmt: skip


def test_each_row_answers_for_itself(world: World) -> None:
    call, other = world.call(), World(code="yh")
    fine, stale, judged, recused, held, gone, also_fine = copies(world.submitted(call), 7)
    foreign = other.submitted(other.call())
    world.person("acceptance2", Role.ACCEPTANCE)
    versions = {one.pk: one.head_seq for one in (fine, stale, judged, recused, held)}
    versions[stale.pk] -= 1 if stale.head_seq else -1
    plant(world, judged, Duty.SCORES, "acceptance")
    Recusal.objects.create(
        authority=world.authority,
        case=recused,
        user=world.people["acceptance"],
        reason="亲属",
        declared_at=world.now.at,
    )
    world.act("case", held, "claim", "acceptance2")
    world.act("case", gone, "refuse", "acceptance2", data=REASON)
    rows = [fine, stale, judged, recused, held, gone, foreign, also_fine]
    done = many(world, [*rows, 10**9], "refuse", key="sent once", versions=versions, data=REASON)
    assert codes(done) == [
        "done",
        "version",
        "duties",
        "recused",
        "claimed",
        "state",
        "not_found",
        "done",
        "not_found",
    ]
    assert [one.subject_id for one in done] == [*(case.pk for case in rows), 10**9], "in the order of the request"
    assert {fresh(case).state for case in (fine, also_fine)} == {CaseState.NOT_ACCEPTED}
    assert {fresh(case).state for case in (stale, judged, recused, held, foreign)} == {CaseState.AWAITING_ACCEPTANCE}

    again = many(world, rows, "refuse", key="sent once", versions=versions, data=REASON)
    assert codes(again)[0] == codes(again)[-1] == "again"
    other_words = many(world, [fine], "refuse", key="sent once", data={"reason": "别的理由"})
    assert codes(other_words) == ["key"], "the same request with other content is not a repeat"
    assert codes(many(world, rows, "refuse", who="amount", data=REASON))[0] == "permission"
    assert set(codes(many(world, rows, "refuse", who="auditor", data=REASON))) == {"permission"}
    assert codes(many(world, [stale, stale], "refuse", data={})) == ["data"], "a row named twice is one row"


def test_one_and_many_leave_the_same_behind(world: World) -> None:
    call = world.call()
    one, *two = copies(world.submitted(call), 3)
    world.act("case", one, "refuse", "acceptance", data=REASON)
    many(world, two, "refuse", data=REASON)
    shapes = set()
    for case in (one, *two):
        event = Event.objects.get(stream="case", stream_id=case.pk)
        hand = Hand.objects.get(subject_kind="case", subject_id=case.pk)
        tasks = sorted(
            (task.flow_task.name, task.status, task.owner_id) for task in fresh(case).process.task_set.all()
        )
        assert f'"{hand.key}"' in event.body and hand.seq == event.seq == fresh(case).head_seq == 1
        shapes.add((event.action, hand.duty, hand.role, hand.data_hash, fresh(case).state, tuple(tasks)))
    assert len(shapes) == 1
    assert not WorkItem.objects.filter(subject_id__in=[case.pk for case in (one, *two)]).exists()


def test_five_hundred_rows_cost_what_ten_cost(world: World) -> None:
    call = world.call()
    case = world.submitted(call)
    leader = {"to": world.person("acceptance2", Role.ACCEPTANCE).pk, "reason": "外出学习"}
    costs: dict[str, list[int]] = {}
    for size, start in ((10, 1), (500, 1_000)):
        rows = copies(case, size, start=start)
        for action, who, data in (
            ("claim", "acceptance", None),
            ("unclaim", "acceptance", None),
            ("reassign", "leader", leader),
            ("reassign", "leader", {"to": "", "reason": "收回"}),
            ("refuse", "acceptance", REASON),
        ):
            with CaptureQueriesContext(connection) as caught:
                done = many(
                    world, rows, action, who, data=data, origin=Origin(surface="page", address="10.0.0.1", proven=True)
                )
            assert set(codes(done)) == {"done"}, (action, Counter(codes(done)))
            counted = [one["sql"] for one in caught if not any(kept in one["sql"] for kept in KEPT)]
            costs.setdefault(action, []).append(len(counted))
    for action, found in costs.items():
        assert max(found) <= STATEMENTS_MAX, (action, found)
        assert len(set(found[:: len(found) // 2])) == 1, (action, found)


def trial(monkeypatch: pytest.MonkeyPatch, act: Act) -> str:
    kind = Kind(name="trial", model=Case, card=lambda case: Card(title=case.number), free_acts=(act,))
    monkeypatch.setitem(subjects._KINDS, "trial", kind)
    return "trial"


def test_what_a_refused_row_had_written_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step writes, then refuses: the others begin anew, and nothing of it is left."""
    cases = copies(world.submitted(world.call()), 4)

    def step(turn: Turn) -> None:
        SavedView.objects.create(user=turn.actor, page="/", name=str(turn.subject.pk), query="")
        if turn.subject.pk == cases[2].pk:
            raise WrongState("not this one")

    kind = trial(monkeypatch, Act("try", "Try", step, role=Role.ACCEPTANCE))
    assert codes(many(world, cases, "try", kind=kind)) == ["done", "done", "state", "done"]
    assert set(SavedView.objects.values_list("name", flat=True)) == {str(cases[n].pk) for n in (0, 1, 3)}
    assert [fresh(case).head_seq for case in cases] == [1, 1, 0, 1]


def test_money_for_some_pays_some(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that does not hold enough for all refuses no more rows than it must, and is not overspent."""
    line = world.line(appropriated_fen=100_00)
    cases = copies(world.submitted(world.call()), 4)

    def step(turn: Turn) -> None:
        turn.passage.post(
            Posting(
                Movement.RESERVE, f"try:{turn.subject.pk}", 40_00, turn.authority_id, "case", turn.subject.pk, line.pk
            )
        )

    kind = trial(monkeypatch, Act("try", "Try", step, role=Role.ACCEPTANCE))
    assert codes(many(world, cases, "try", kind=kind)) == ["done", "done", "funds", "funds"]
    assert fresh(line).available == 20_00


def test_a_list_and_single_acts_at_the_same_moment(fresh_db: FreshDatabase, together: Together) -> None:
    """A list refuses cases while colleagues accept them one by one: each case moves once, and nothing waits for ever."""
    world = World()
    call = world.call()
    world.person("acceptance2", Role.ACCEPTANCE)
    cases = [world.submitted(call) for _n in range(6)]

    def refuse_all() -> list[RowOutcome]:
        return many(world, cases, "refuse", key="the list", data=REASON)

    def accept(case: Case) -> Any:
        return lambda: world.act("case", case, "accept", "acceptance2", key=f"single {case.pk}")

    outcomes = together([refuse_all, refuse_all, *(accept(case) for case in cases)])
    lists = [one.value for one in outcomes[:2]]
    for n, case in enumerate(cases):
        after = fresh(case)
        refused = sum(codes(found)[n] == "done" for found in lists)
        accepted = outcomes[2 + n].ok
        assert refused + accepted == 1, (n, [codes(found) for found in lists], outcomes[2 + n])
        assert after.state == (CaseState.UNDER_REVIEW if accepted else CaseState.NOT_ACCEPTED)
        assert after.head_seq == case.head_seq + 1
    assert {code for found in lists for code in codes(found)} <= {"done", "again", "state", "busy", "duties"}
