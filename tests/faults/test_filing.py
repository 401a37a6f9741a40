"""Filing at the deadline, and while the call itself changes: who was in time is in, nobody else, and in a fair order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from subsidy.audit.models import Event
from subsidy.audit.moment import ZONE, Moment
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.programmes.models import Call
from tests.faults.sound import faults
from tests.harness.together import Outcome, Together
from tests.world import World, fresh
from workflows.common.refusals import Busy, WrongState
from workflows.round.collecting import ranking

MIDNIGHT = dt.datetime(2024, 3, 16, tzinfo=ZONE)
IN_TIME, TOO_LATE = MIDNIGHT - dt.timedelta(seconds=1), MIDNIGHT
REASON = {"reason_zh": "资金不足", "reason_en": ""}


def at(instant: dt.datetime) -> Moment:
    return Moment(at=instant, real=instant)


def call_to_midnight(bureau: World) -> Call:
    call = bureau.call()
    Call.objects.filter(pk=call.pk).update(closes_at=MIDNIGHT)
    return fresh(call)


def files(bureau: World, case: Case, instant: dt.datetime) -> Callable[[], Any]:
    filer = bureau.filer(case.company)
    return partial(
        bureau.act, "case", case, "submit", filer, data={"declaration": True}, now=at(instant), key=bureau.key()
    )


def test_the_last_second_is_in_and_midnight_is_out_whoever_else_files(bureau: World, together: Together) -> None:
    call = call_to_midnight(bureau)
    cases = [bureau.filled(call) for _n in range(16)]
    instants = [IN_TIME if n % 2 else TOO_LATE for n in range(16)]
    outcomes = together([files(bureau, case, instant) for case, instant in zip(cases, instants, strict=True)])
    for case, instant, outcome in zip(cases, instants, outcomes, strict=True):
        assert outcome.ok == (instant == IN_TIME), outcome.error
        assert outcome.ok or isinstance(outcome.error, WrongState)
        assert fresh(case).state == (CaseState.AWAITING_ACCEPTANCE if outcome.ok else CaseState.DRAFT)
        assert (fresh(case).filing_number is None) == (not outcome.ok)
    filed = list(Case.objects.filter(call=call, filing_number__isnull=False))
    assert len({case.filing_number for case in filed}) == 8
    # All at one instant of the clock: the database's sequence alone says who came first, and no place is shared.
    Case.objects.filter(call=call).update(computed_fen=1_00, score=90_00)
    places = ranking(list(Case.objects.filter(pk__in=[case.pk for case in filed])), call)
    by_number = sorted(filed, key=lambda case: case.filing_number or 0)
    assert [place.key for place in places] == [str(case.pk) for case in by_number]
    assert not any(place.tied for place in places)
    assert faults() == []


def test_a_call_is_cancelled_or_filed_under_never_both(bureau: World, together: Together) -> None:
    for _round in range(6):
        call = call_to_midnight(bureau)
        cases = [bureau.filled(call) for _n in range(4)]
        cancel = partial(bureau.act, "call", call, "cancel", "policy2", data=REASON, key=bureau.key())
        filing = [files(bureau, case, bureau.now.at) for case in cases]
        outcomes: list[Outcome] = together([*filing[:2], cancel, *filing[2:]])
        cancelled, others = outcomes[2], [*outcomes[:2], *outcomes[3:]]
        for outcome in outcomes:
            assert outcome.ok or isinstance(outcome.error, WrongState | Busy), repr(outcome.error)
        assert (fresh(call).cancelled_at is not None) == cancelled.ok
        assert not cancelled.ok or not any(outcome.ok for outcome in others)
        told = Event.objects.filter(stream="case", stream_id__in=[case.pk for case in cases], action="call_changed")
        assert told.count() == (len(cases) if cancelled.ok else 0)
    assert faults() == []


def test_two_publishers_change_one_call_one_after_the_other(bureau: World, together: Together) -> None:
    call = call_to_midnight(bureau)
    bureau.draft(call)
    version = call.head_seq
    ends = ["2024-03-20", "2024-03-22"]
    outcomes = together(
        [
            partial(
                bureau.act,
                "call",
                call,
                "extend",
                "policy2",
                data={"closes_at": end, "cause": "other", **REASON},
                version=version,
                key=bureau.key(),
            )
            for end in ends
        ]
    )
    assert sum(outcome.ok for outcome in outcomes) == 1
    assert fresh(call).head_seq == version + 1
    assert call.notices.count() == 2
    assert faults() == []
