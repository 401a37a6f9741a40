"""Acts at the same moment: whatever the order, each matter moves exactly once and nothing contradicts anything."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.audit.models import Event
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.enums import RoundState
from subsidy.ledger.models import Reservation
from subsidy.work.models import Hand
from tests.faults.sound import counts, faults
from tests.harness.together import Outcome, Together
from tests.world import MINUTE, World, fresh, scores
from workflows.common import subjects
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import Busy, InsufficientFunds, Stale, WrongState
from workflows.common.subjects import Card, Kind
from workflows.common.turn import Turn

LATE = (WrongState, Stale, Busy)


def attempt(world: World, subject: Any, action: str, who: str | User, kind: str = "case", **kwargs: Any) -> Any:
    """A call for `together`: the act under a key of its own unless one is given."""
    kwargs.setdefault("key", world.key())
    return partial(world.act, kind, subject, action, who, **kwargs)


def done(outcomes: list[Outcome]) -> list[Outcome]:
    """Those that did it; every other one must have come too late or repeated what was done."""
    for outcome in outcomes:
        assert outcome.ok or isinstance(outcome.error, LATE), repr(outcome.error)
    return [outcome for outcome in outcomes if outcome.ok and not outcome.value.replayed]


def test_fifty_officers_at_one_task(bureau: World, together: Together) -> None:
    call = bureau.call()
    case, other = bureau.submitted(call), bureau.submitted(call)
    officers = [bureau.person(f"acceptance{n}", Role.ACCEPTANCE) for n in range(50)]
    before = case.head_seq
    outcomes = together([attempt(bureau, case, "accept", officer) for officer in officers])
    assert len(done(outcomes)) == 1
    assert fresh(case).head_seq == before + 1
    assert Hand.objects.filter(subject_kind="case", subject_id=case.pk, action="accept").count() == 1
    assert fresh(case).panels.count() == 1

    same = [attempt(bureau, other, "accept", officers[0], key="the same click") for _n in range(50)]
    outcomes = together(same)
    assert len(done(outcomes)) == 1
    assert sum(outcome.ok and outcome.value.replayed for outcome in outcomes) == 49
    assert {outcome.value.seq for outcome in outcomes} == {fresh(other).head_seq}
    assert faults() == []


def test_contradictory_decisions_at_the_same_moment(bureau: World, together: Together) -> None:
    call = bureau.call()
    second = bureau.person("acceptance2", Role.ACCEPTANCE)
    cases = [bureau.submitted(call) for _n in range(20)]
    for start in range(0, 20, 5):
        some = cases[start : start + 5]
        pairs: list[Callable[[], Any]] = []
        for case in some:
            pairs.append(attempt(bureau, case, "accept", "acceptance"))
            pairs.append(attempt(bureau, case, "refuse", second, data={"reason": "材料不符"}))
        outcomes = together(pairs)
        for n, case in enumerate(some):
            pair = outcomes[2 * n : 2 * n + 2]
            assert len(done(pair)) == 1, case
            expected = CaseState.UNDER_REVIEW if pair[0].ok else CaseState.NOT_ACCEPTED
            assert fresh(case).state == expected
    assert faults() == []


def test_five_experts_at_once_conclude_each_panel_once(bureau: World, together: Together) -> None:
    call = bureau.call()
    cases = [bureau.accepted(call) for _n in range(40)]
    for some in range(0, len(cases), 8):
        calls = [
            attempt(bureau, case, "score", expert, data=scores(case))
            for case in cases[some : some + 8]
            for expert in bureau.experts(case)
        ]
        assert len(calls) == 40
        assert [outcome.error for outcome in together(calls) if not outcome.ok] == []
    for case in cases:
        after = fresh(case)
        assert after.state == CaseState.AMOUNT_CHECK
        points = sum(value for name, value in scores(case).items() if name.startswith("points_"))
        assert after.score == points * 100
        tasks = Counter(task.flow_task.name for task in after.process.task_set.all())
        assert (tasks["score"], tasks["panel_join"], tasks["amount_check"]) == (5, 1, 1)
        assert after.panels.get().concluded_at is not None
        assert Event.objects.filter(stream="case", stream_id=case.pk, body__contains='"panel_mean"').count() == 1
    assert faults() == []


def test_two_leaders_at_one_meeting(bureau: World, together: Together) -> None:
    call = bureau.call()
    bureau.ready(call)
    round_ = bureau.round_on(call)
    bureau.act("round", round_, "close_collection", "amount")
    second = bureau.person("leader2", Role.LEADER)
    minute = MINUTE
    outcomes = together(
        [
            attempt(bureau, round_, "approve", "leader", kind="round", data=minute),
            attempt(bureau, round_, "approve", second, kind="round", data={**minute, "minute_number": "2024-4"}),
        ]
    )
    assert len(done(outcomes)) == 1
    winner = "会议纪要2024-3" if outcomes[0].ok else "2024-4"
    assert (fresh(round_).state, fresh(round_).minute_number) == (RoundState.AWAITING_NOTICE, winner)
    assert faults() == []


def test_a_reservation_beyond_the_budget_writes_nothing(bureau: World) -> None:
    line = bureau.line(appropriated_fen=1_00)
    call = bureau.call(line=line)
    case = bureau.ready(call)
    round_ = bureau.round_on(call)
    before = counts()
    with pytest.raises(InsufficientFunds):
        bureau.act("round", round_, "close_collection", "amount")
    assert counts() == before
    assert (fresh(case).head_seq, fresh(round_).head_seq) == (case.head_seq, round_.head_seq)
    assert (fresh(line).available, Reservation.objects.count()) == (1_00, 0)
    assert faults() == []


class CrossForm(ActForm):
    other = forms.IntegerField()


def test_two_matters_taken_in_opposite_order(
    bureau: World, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each passage holds one case and asks for the other's: the database undoes one, and its second try is whole."""
    call = bureau.call()
    first, second = bureau.ready(call), bureau.ready(call)
    both_hold = threading.Barrier(2, timeout=60)
    tries: Counter[int] = Counter()

    def cross(turn: Turn) -> None:
        tries[turn.subject.pk] += 1
        if tries[turn.subject.pk] == 1:
            both_hold.wait()
        turn.passage.also("case", [turn.data["other"]], "enter_round", {"round": "crossing"})

    act = Act("cross", _("Cross"), cross, role=Role.AMOUNT, form=CrossForm)
    crossing = Kind(name="crossing", model=Case, card=lambda case: Card(title=case.number), free_acts=(act,))
    monkeypatch.setitem(subjects._KINDS, "crossing", crossing)
    outcomes = together(
        [
            attempt(bureau, first, "cross", "amount", kind="crossing", data={"other": second.pk}),
            attempt(bureau, second, "cross", "amount", kind="crossing", data={"other": first.pk}),
        ]
    )
    assert sum(tries.values()) > 2, "the two passages never met"
    through = len(done(outcomes))
    assert through >= 1
    events = Event.objects.filter(stream="case", action__in=["cross", "enter_round"])
    assert Counter(events.values_list("action", flat=True)) == {"cross": through, "enter_round": through}
    moved = sum(fresh(case).head_seq - case.head_seq for case in (first, second))
    assert moved == 2 * through
    assert [one for one in faults() if "crossing" not in one and "has no event" not in one] == []
