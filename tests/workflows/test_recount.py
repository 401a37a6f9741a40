"""Days beyond the published calendar become final when it is imported, and only then does anything fire on them."""

from __future__ import annotations

import datetime as dt

import pytest

from subsidy.audit.models import Event
from subsidy.audit.moment import ZONE, Moment
from subsidy.calendars.models import CalendarDay
from subsidy.calendars.services import calendar_import
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.enums import RoundState
from subsidy.programmes.models import Call
from subsidy.work.models import WorkItem
from tests.world import MINUTE, World, fresh
from workflows.case.jobs import issue_letter
from workflows.common.recount import recount_provisional
from workflows.common.refusals import WrongState
from workflows.round.jobs import close_due_notices


def on(day: str) -> Moment:
    instant = dt.datetime.fromisoformat(day).replace(hour=9, tzinfo=ZONE)
    return Moment(at=instant, real=instant)


def published_to(last: dt.date) -> None:
    CalendarDay.objects.filter(day__gt=last).delete()


def test_a_notice_over_an_unpublished_holiday_stays_open_until_it_is_known(world: World) -> None:
    """Five working days from Wednesday 3 April 2024: Thursday to Saturday are the Qingming days off, Sunday is worked."""
    call = world.call()
    world.ready(call)
    published_to(dt.date(2024, 3, 31))
    Call.objects.filter(pk=call.pk).update(closes_at=on("2024-04-02").at)
    world.now = on("2024-04-03")
    pk = world.open("round", "open", "amount", {"call": call.pk})
    world.act("round", pk, "close_collection", "amount")
    world.act("round", pk, "approve", "leader", data=MINUTE)
    world.act("round", pk, "publish", "notice", data={"title_zh": "公示", "title_en": "Notice"})
    notice = call.rounds.get().notice
    assert (notice.ends_on, notice.ends_provisional) == (dt.date(2024, 4, 10), True)

    world.now = on("2024-04-20")
    assert close_due_notices(world.now) == []
    assert recount_provisional(world.now) == [], "the calendar does not reach it yet"
    with pytest.raises(WrongState):
        world.act("round", pk, "close_notice", world.system)

    calendar_import(years=[2024, 2025])
    assert ("round", pk) in recount_provisional(world.now)
    notice.refresh_from_db()
    assert (notice.ends_on, notice.ends_provisional) == (dt.date(2024, 4, 11), False)
    assert '"notice":["2024-04-10","2024-04-11"]' in Event.objects.get(stream="round", action="recount_due").body
    assert recount_provisional(world.now) == []
    assert close_due_notices(world.now) == [call.rounds.get().number]
    assert fresh(call.rounds.get()).state == RoundState.AWAITING_DECREE


def test_the_deadlines_of_a_case_are_counted_from_the_day_they_began(world: World) -> None:
    call = world.call()
    waiting, returned = world.filled(call), world.submitted(call)
    published_to(dt.date(2024, 3, 31))
    Call.objects.filter(pk=call.pk).update(closes_at=on("2024-05-01").at)
    world.now = on("2024-04-03")
    world.act("case", waiting, "submit", world.filer(waiting.company), data={"declaration": True})
    wanted = {"message": "请补正", "reason_sales_y1": "与报表不符"}
    world.act("case", returned, "return_for_correction", "acceptance", data=wanted)
    issue_letter(returned.pk, LetterKind.CORRECTION, now=world.now)
    letter = Letter.objects.filter(case=returned, kind=LetterKind.CORRECTION)[0]
    world.act("case", returned, "serve_letter", world.filer(returned.company), data={"letter": letter.pk})
    items = WorkItem.objects.filter(subject_kind="case", due_provisional=True)
    assert {item.due_on for item in items} == {dt.date(2024, 4, 10)}
    WorkItem.objects.filter(due_provisional=True, subject_id=waiting.pk).update(assignee=world.people["acceptance"])

    world.now = on("2024-04-20")
    calendar_import(years=[2024, 2025])
    assert recount_provisional(world.now) == [("case", waiting.pk), ("case", returned.pk)]
    assert not items.all().exists()
    for case in (waiting, returned):
        assert WorkItem.objects.get(subject_kind="case", subject_id=case.pk).due_on == dt.date(2024, 4, 11)
    held = WorkItem.objects.get(subject_kind="case", subject_id=waiting.pk)
    assert held.assignee == world.people["acceptance"], "who has taken it over keeps it"
    correction = returned.corrections.get()
    assert (correction.due_on, correction.due_provisional) == (dt.date(2024, 4, 11), False)
    assert recount_provisional(world.now) == []
