"""Calls: opened from a version, extended, closed early, cancelled; and what each refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from subsidy.audit.models import Event
from subsidy.audit.moment import ZONE, Moment
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.enums import RoundState
from subsidy.decisions.models import Round
from subsidy.ledger.models import Reservation
from subsidy.programmes.enums import CallNews, CallState
from subsidy.programmes.models import Call, CallNotice
from subsidy.programmes.packs import pack_of
from subsidy.programmes.window import last_minute, state_of
from subsidy.web.calls import news_of, outage_words, window_lines
from tests.world import World, fresh
from workflows.common.refusals import BadData, Forbidden, NotFound, Refused, WrongState
from workflows.round.collecting import ranking


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What is refused is said in the reader's language."""
    with translation.override("en"):
        yield


REASON = {"reason_zh": "因系统升级", "reason_en": "The system was upgraded"}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def stands(world: World, text: str) -> None:
    """Move the world to an instant."""
    world.now = Moment(at=at(text), real=at(text))


def opened(world: World, **changes: Any) -> Call:
    """A call from 4 March 9:00 that ends on 15 March 2024, unless said otherwise."""
    data: dict[str, Any] = {
        "policy_version": world.policy().pk,
        "number": f"XH-CALL-{next(world.serial)}",
        "title_zh": "飞天计划申报",
        "title_en": "Flying-Sky call",
        "opens_at": "2024-03-04 09:00",
        "closes_at": "2024-03-15",
        "budget_line": changes.get("budget_line") or world.line().pk,
        "budget_fen": 100_000_000_00,
        **changes,
    }
    return Call.objects.get(pk=world.open("call", "open", "policy2", data))


def refused(world: World, field: str, **changes: Any) -> str:
    with pytest.raises(BadData) as refusal:
        opened(world, **changes)
    return refusal.value.fields[field][0]


def news(call: Call) -> list[str]:
    return list(call.notices.order_by("id").values_list("news", flat=True))


# opening -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end", ["2024-03-15", "2024-03-15 23:59", "2024-03-15T23:59", "2024-03-15 23:59:59", "2024-03-16 00:00"]
)
def test_a_window_that_ends_on_a_day_ends_at_midnight_and_reads_23_59(world: World, end: str) -> None:
    call = opened(world, closes_at=end)
    assert call.closes_at == at("2024-03-16 00:00")
    assert f"{last_minute(call).astimezone(ZONE):%d %H:%M}" == "15 23:59"
    assert state_of(call, at("2024-03-15 23:59:59.999999")) == CallState.OPEN
    assert state_of(call, at("2024-03-16 00:00:00")) == CallState.CLOSED


def test_route_and_allocation_come_from_the_pack(world: World) -> None:
    call = opened(world)
    assert (call.route, call.route_version, call.allocation) == ("R3", 1, "ranked")
    assert news(call) == [CallNews.OPENED]
    assert "leave" in refused(world, "allocation", allocation="first_come").casefold()
    assert "R3" in refused(world, "route", route="R2", route_version=1)
    assert "cannot lead" in refused(world, "policy_version", route="R3", route_version=9)


def test_a_call_is_of_the_own_bureaus_version_and_line(world: World) -> None:
    other = World(code="yh")
    assert "own bureau" in refused(world, "policy_version", budget_line=other.line().pk)
    assert "own bureau" in refused(world, "policy_version", policy_version=other.policy().pk)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"closes_at": "2024-03-04 08:00"}, "closes_at", "after it begins"),
        ({"closes_at": "2024-03-03", "opens_at": "2024-03-01 09:00"}, "closes_at", "ended already"),
        ({"closes_at": "2024-08-01"}, "closes_at", "2024-07-31"),
        ({"opens_at": "2024-08-02 09:00", "closes_at": "2024-08-09"}, "opens_at", "in force"),
        ({"closes_at": "2024-02-30"}, "closes_at", "no such day"),
        ({"closes_at": "in March"}, "closes_at", "valid date"),
        ({"budget_fen": 0}, "budget_fen", "at least"),
        ({"number": "XH 1"}, "number", "hyphens"),
        ({"cut_offs": "2024-03-08"}, "cut_offs", "several rounds"),
        ({"filing": "rounds"}, "cut_offs", "at least one"),
        ({"filing": "rounds", "cut_offs": "2024-03-15"}, "cut_offs", "within the window"),
        ({"filing": "rounds", "cut_offs": "2024-03-12\n2024-03-08"}, "cut_offs", "later than the one before"),
        ({"filing": "rounds", "cut_offs": "soon"}, "cut_offs", "valid date"),
    ],
)
def test_what_cannot_be_a_call_is_refused_beside_its_field(
    world: World, changes: dict[str, Any], field: str, words: str
) -> None:
    assert words in refused(world, field, **changes)
    assert not Call.objects.exists()


def test_the_last_day_of_the_version_may_be_the_last_day_of_filing(world: World) -> None:
    assert opened(world, closes_at="2024-07-31").closes_at == at("2024-08-01 00:00")


def test_a_number_stands_once(world: World) -> None:
    opened(world, number="XH-2024-1")
    assert "exists already" in refused(world, "number", number="XH-2024-1")


def test_only_a_publisher_opens_a_call(world: World) -> None:
    version, line = world.policy(), world.line()
    data = {"policy_version": version.pk, "number": "N-1", "title_zh": "甲", "title_en": "A", "budget_line": line.pk}
    data |= {"opens_at": "2024-03-04 09:00", "closes_at": "2024-03-15", "budget_fen": 1}
    for who, refusal in (
        ("leader", Forbidden),
        ("auditor", Forbidden),
        (World(code="yh").people["policy2"], NotFound),
    ):
        with pytest.raises(refusal):
            world.open("call", "open", who, data)


def test_further_lines_are_counted_against_the_budget(world: World) -> None:
    first, second = world.line(), world.line()
    asked = {"budget_line": first.pk, "line_2": second.pk}
    assert "or neither" in refused(world, "share_2", **asked)
    assert "bear a part" in refused(world, "budget_fen", **asked, share_2=100_000_000_00)
    assert "stands once" in refused(world, "line_2", budget_line=first.pk, line_2=first.pk, share_2=1_00)
    call = opened(world, **asked, share_2="40,000,000")
    assert list(call.further_lines.values_list("line", "amount_fen")) == [(second.pk, 40_000_000_00)]


def test_what_was_announced_and_the_terms_of_a_call_cannot_be_rewritten(world: World) -> None:
    call = opened(world)
    for write in (
        lambda: CallNotice.objects.filter(call=call).update(reason_zh="别的"),
        lambda: CallNotice.objects.filter(call=call).delete(),
        lambda: Call.objects.filter(pk=call.pk).update(opens_at=at("2024-03-01")),
        lambda: Call.objects.filter(pk=call.pk).update(allocation="pro_rata"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            write()


# filing ------------------------------------------------------------------------------------------------------------


def test_filing_counts_to_the_last_microsecond_of_23_59_and_not_at_midnight(world: World) -> None:
    call = opened(world)
    early, late = world.filled(call), world.filled(call)
    stands(world, "2024-03-15 23:59:59.999999")
    world.act("case", early, "submit", world.filer(early.company), data={"declaration": True})
    stands(world, "2024-03-16 00:00:00")
    with pytest.raises(WrongState, match=r"2024-03-15 23:59.*kept"):
        world.act("case", late, "submit", world.filer(late.company), data={"declaration": True})
    assert (fresh(early).state, fresh(late).state) == (CaseState.AWAITING_ACCEPTANCE, CaseState.DRAFT)
    assert late.answers.exists(), "what was entered stays"
    with pytest.raises(WrongState, match="has closed"):
        world.draft(call)


def test_before_the_window_nothing_is_begun(world: World) -> None:
    call = opened(world, opens_at="2024-03-05 09:00")
    company = world.company()
    stands(world, "2024-03-05 08:59:59")
    with pytest.raises(WrongState, match="not open yet"):
        world.draft(call, company)
    stands(world, "2024-03-05 09:00:00")
    assert world.draft(call, company).state == CaseState.DRAFT


def test_a_draft_begun_in_time_has_the_grace_of_the_policy_and_no_longer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = opened(world)
    cases = [world.filled(call) for _n in range(3)]
    route = world_pack(world).route
    graced = replace(world_pack(world), route=replace(route, filing=replace(route.filing, draft_grace_days=1)))
    monkeypatch.setattr("workflows.case.window.pack_of", lambda _version: graced)
    monkeypatch.setattr("workflows.round.collecting.pack_of", lambda _version: graced)
    # Friday 15 March; one working day later is Monday 18 March, to its end.
    stands(world, "2024-03-18 23:59:59")
    world.act("case", cases[0], "submit", world.filer(cases[0].company), data={"declaration": True})
    with pytest.raises(WrongState, match="has closed"):
        world.draft(call)
    with pytest.raises(WrongState, match="still open"):
        world.open("round", "open", "amount", {"call": call.pk})
    stands(world, "2024-03-19 00:00:00")
    with pytest.raises(WrongState, match="has closed"):
        world.act("case", cases[1], "submit", world.filer(cases[1].company), data={"declaration": True})
    world.open("round", "open", "amount", {"call": call.pk})


def world_pack(world: World) -> Any:
    return pack_of(world.policy())


def test_a_branch_files_only_where_the_policy_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    call, company = opened(world), world.company()
    type(company).objects.filter(pk=company.pk).update(legal_form="branch")
    with pytest.raises(WrongState, match="no legal personality"):
        world.draft(call, company)
    pack = world_pack(world)
    for applicants, words in ((("company", "branch"), ""), (("branch",), "Only branches")):
        filing = replace(pack.route.filing, applicants=applicants)
        changed = replace(pack, route=replace(pack.route, filing=filing))
        monkeypatch.setattr("workflows.case.window.pack_of", lambda _version, changed=changed: changed)
        if words:
            with pytest.raises(WrongState, match=words):
                world.draft(call)
        else:
            assert world.draft(call, company).state == CaseState.DRAFT


def test_where_the_policy_says_so_only_companies_of_the_district_file(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, company = opened(world), world.company()
    pack = world_pack(world)
    here = replace(pack, route=replace(pack.route, filing=replace(pack.route.filing, registered_here=True)))
    monkeypatch.setattr("workflows.case.window.pack_of", lambda _version: here)
    type(company).objects.filter(pk=company.pk).update(region="330108")
    with pytest.raises(WrongState, match="registered in this district"):
        world.draft(call, company)
    type(company).objects.filter(pk=company.pk).update(region="330106")
    assert world.draft(call, company).state == CaseState.DRAFT


# extending ---------------------------------------------------------------------------------------------------------


def extend(world: World, call: Call, end: str, who: Any = "policy2", **changes: Any) -> None:
    world.act("call", call, "extend", who, data={"closes_at": end, "cause": "other", **REASON, **changes})


def test_an_open_window_is_extended_for_any_reason_and_everybody_is_told(world: World) -> None:
    call = opened(world)
    draft, filed = world.draft(call), world.submitted(call)
    extend(world, call, "2024-03-20")
    assert fresh(call).closes_at == at("2024-03-21 00:00")
    line = call.notices.latest("id")
    assert (line.news, line.closed_before, line.closes_at) == ("extended", at("2024-03-16"), at("2024-03-21"))
    assert (line.reason_zh, line.reason_en) == (REASON["reason_zh"], REASON["reason_en"])
    told = Event.objects.filter(stream="case", action="call_changed")
    assert [event.stream_id for event in told] == [draft.pk], "who has filed need not do anything"
    assert '"told":1' in Event.objects.get(stream="call", stream_id=call.pk, action="extend").body
    stands(world, "2024-03-20 12:00")
    world.draft(call)
    assert fresh(filed).state == CaseState.AWAITING_ACCEPTANCE


@pytest.mark.parametrize(
    ("end", "words"), [("2024-03-15", "later than"), ("2024-03-14", "later than"), ("2024-08-01", "2024-07-31")]
)
def test_an_extension_is_later_and_within_the_version(world: World, end: str, words: str) -> None:
    call = opened(world)
    with pytest.raises(BadData) as refusal:
        extend(world, call, end)
    assert words in refusal.value.fields["closes_at"][0]
    assert news(call) == [CallNews.OPENED]


def test_an_extension_without_an_outage_says_none(world: World) -> None:
    call = opened(world)
    extend(world, call, "2024-03-20")
    assert call.notices.get(news="extended").outage_from is None
    assert not [line for line in window_lines(fresh(call), pack_of(call.policy_version)) if "was down" in line]


def test_an_extension_needs_its_reason_and_a_publisher(world: World) -> None:
    call = opened(world)
    with pytest.raises(BadData) as refusal:
        extend(world, call, "2024-03-20", reason_zh=" ")
    assert "reason_zh" in refusal.value.fields
    for who, expected in (("leader", Forbidden), (World(code="yh").people["policy2"], NotFound)):
        with pytest.raises(expected):
            extend(world, call, "2024-03-20", who)


OUTAGE = {"cause": "outage", "outage_from": "2024-03-15 22:00", "outage_to": "2024-03-16 01:00"}
OUTAGE_AT = (at("2024-03-15 22:00"), at("2024-03-16 01:00"))


def test_after_closing_only_an_outage_opens_filing_again(world: World) -> None:
    call = opened(world)
    late = world.filled(call)
    stands(world, "2024-03-18 10:00")
    with pytest.raises(WrongState, match="only for an outage"):
        extend(world, call, "2024-03-20")
    extend(world, call, "2024-03-20", **OUTAGE)
    assert news(call) == ["opened", "reopened"]
    assert '"outage":["2024-03-15T22:00' in Event.objects.get(stream="call", action="extend").body
    line = call.notices.get(news="reopened")
    assert (line.outage_from, line.outage_to) == OUTAGE_AT
    told = outage_words(*OUTAGE_AT)
    assert told in news_of(call)[0].window and told in window_lines(fresh(call), pack_of(call.policy_version))
    world.act("case", late, "submit", world.filer(late.company), data={"declaration": True})
    assert fresh(late).state == CaseState.AWAITING_ACCEPTANCE


@pytest.mark.parametrize(
    ("now", "changes", "field", "words"),
    [
        ("2024-03-18 10:00", {"closes_at": "2024-03-18 23:00"}, "closes_at", "24 hours"),
        ("2024-03-18 10:00", {"outage_from": "2024-03-16 00:00"}, "outage_from", "did not touch"),
        ("2024-03-18 10:00", {"outage_from": ""}, "outage_from", "from when to when"),
        ("2024-03-18 10:00", {"outage_to": "2024-03-15 21:00"}, "outage_to", "after it began"),
        (
            "2024-03-18 10:00",
            {"outage_from": "2024-03-01 10:00", "outage_to": "2024-03-02 10:00"},
            "outage_from",
            "did not touch",
        ),
    ],
)
def test_opening_again_needs_an_outage_in_the_window_and_time_to_learn_of_it(
    world: World, now: str, changes: dict[str, str], field: str, words: str
) -> None:
    call = opened(world)
    stands(world, now)
    with pytest.raises(BadData) as refusal:
        extend(world, call, **{"end": "2024-03-20", **OUTAGE, **_renamed(changes)})
    assert words in refusal.value.fields[field][0]
    assert fresh(call).closes_at == at("2024-03-16")


def _renamed(changes: dict[str, str]) -> dict[str, str]:
    return {"end" if name == "closes_at" else name: value for name, value in changes.items()}


def test_filing_is_opened_again_within_ten_working_days_and_before_any_round(world: World) -> None:
    first, second = opened(world), opened(world)
    # Ten working days after Friday 15 March: Friday 29 March.
    stands(world, "2024-03-29 10:00")
    extend(world, first, "2024-04-01", **OUTAGE)
    stands(world, "2024-03-30 10:00")
    with pytest.raises(WrongState, match="10 working days"):
        extend(world, second, "2024-04-02", **OUTAGE)
    third = opened(world, closes_at="2024-03-30 12:00", opens_at="2024-03-29 09:00")
    stands(world, "2024-03-30 13:00")
    world.open("round", "open", "amount", {"call": third.pk})
    with pytest.raises(WrongState, match="round of this call has been opened"):
        extend(
            world, third, "2024-04-02", cause="outage", outage_from="2024-03-30 11:00", outage_to="2024-03-30 12:00"
        )


# closing early -----------------------------------------------------------------------------------------------------


def close(world: World, call: Call, end: str) -> None:
    world.act("call", call, "close_early", "policy2", data={"closes_at": end, **REASON})


def test_closing_early_leaves_companies_the_next_working_day(world: World) -> None:
    call = opened(world)
    draft = world.filled(call)
    stands(world, "2024-03-08 17:00")  # a Friday
    with pytest.raises(BadData) as refusal:
        close(world, call, "2024-03-10")
    assert "2024-03-11 23:59" in refusal.value.fields["closes_at"][0]
    close(world, call, "2024-03-11")
    assert fresh(call).closes_at == at("2024-03-12 00:00")
    assert news(call) == ["opened", "closed_early"]
    assert Event.objects.filter(stream="case", stream_id=draft.pk, action="call_changed").count() == 1
    stands(world, "2024-03-12 00:00")
    with pytest.raises(WrongState, match="2024-03-11 23:59"):
        world.act("case", draft, "submit", world.filer(draft.company), data={"declaration": True})
    with pytest.raises(WrongState, match="ended already"):
        close(world, call, "2024-03-13")


@pytest.mark.parametrize(("end", "words"), [("2024-03-15", "earlier than"), ("2024-03-08", "announced round")])
def test_closing_early_is_earlier_and_keeps_announced_rounds(world: World, end: str, words: str) -> None:
    call = opened(world, filing="rounds", cut_offs="2024-03-08")
    with pytest.raises(BadData) as refusal:
        close(world, call, end)
    assert words in refusal.value.fields["closes_at"][0]


# cancelling --------------------------------------------------------------------------------------------------------


def test_a_cancelled_call_takes_nothing_and_keeps_every_draft(world: World) -> None:
    call = opened(world)
    draft = world.filled(call)
    answers = draft.answers.count()
    world.act("call", call, "cancel", "policy2", data=REASON)
    assert state_of(fresh(call), world.now.at) == CallState.CANCELLED
    assert news(call) == ["opened", "cancelled"]
    assert Event.objects.filter(stream="case", stream_id=draft.pk, action="call_changed").count() == 1
    with pytest.raises(WrongState, match="cancelled"):
        world.act("case", draft, "submit", world.filer(draft.company), data={"declaration": True})
    with pytest.raises(WrongState, match="cancelled"):
        world.draft(call)
    assert (fresh(draft).state, draft.answers.count()) == (CaseState.DRAFT, answers)
    for action, data in (
        ("cancel", REASON),
        ("extend", {"closes_at": "2024-03-20", "cause": "other", **REASON}),
        ("close_early", {"closes_at": "2024-03-12", **REASON}),
    ):
        with pytest.raises(WrongState, match="final"):
            world.act("call", call, action, "policy2", data=data)
    stands(world, "2024-03-18 09:00")
    with pytest.raises(WrongState):
        world.open("round", "open", "amount", {"call": call.pk})


def test_a_call_under_which_something_was_filed_is_not_cancelled(world: World) -> None:
    call = opened(world)
    case = world.submitted(call)
    with pytest.raises(WrongState, match="1 filed applications"):
        world.act("call", call, "cancel", "policy2", data=REASON)
    world.act("case", case, "withdraw", world.filer(case.company), data={"reason": "不再申报"})
    world.act("call", call, "cancel", "policy2", data=REASON)
    assert fresh(call).cancelled_at == world.now.at


# rounds and lines --------------------------------------------------------------------------------------------------


def test_each_round_decides_what_was_filed_before_its_cut_off(world: World) -> None:
    call = opened(world, filing="rounds", cut_offs="2024-03-08")
    first = world.ready(call)
    with pytest.raises(WrongState, match="still open"):
        world.open("round", "open", "amount", {"call": call.pk})
    stands(world, "2024-03-09 00:00")
    second = world.ready(call)
    pk = world.open("round", "open", "amount", {"call": call.pk})
    world.act("round", pk, "close_collection", "amount")
    assert (fresh(first).state, fresh(second).state) == (CaseState.AWAITING_ROUND, CaseState.AWAITING_ROUND)
    assert list(Reservation.objects.values_list("case_id", flat=True)) == [first.pk]
    with pytest.raises(WrongState, match="under way"):
        world.open("round", "open", "amount", {"call": call.pk})


def test_continuous_filing_is_decided_while_it_goes_on_within_one_budget(world: World) -> None:
    call = opened(world, filing="continuous")
    first = world.ready(call)
    Call.objects.filter(pk=call.pk).update(budget_fen=(first.computed_fen or 0) * 2 - 1)
    one = world.open("round", "open", "amount", {"call": call.pk})
    world.act("round", one, "close_collection", "amount")
    with pytest.raises(WrongState, match="under way"):
        world.open("round", "open", "amount", {"call": call.pk})
    Round.objects.filter(pk=one).update(state=RoundState.DECREED)
    second = world.ready(call)
    two = world.open("round", "open", "amount", {"call": call.pk})
    with pytest.raises(WrongState, match="budget does not reach"):
        world.act("round", two, "close_collection", "amount")
    assert list(Reservation.objects.values_list("case_id", flat=True)) == [first.pk]
    assert fresh(second).state == CaseState.AWAITING_ROUND


def test_the_lines_of_a_call_are_used_one_after_the_other(world: World) -> None:
    lines = [world.line(), world.line()]
    call = opened(world, budget_line=lines[0].pk, line_2=lines[1].pk, share_2=99_000_000_00)
    cases = [world.ready(call), world.ready(call)]
    amount = cases[0].computed_fen or 0
    Call.objects.filter(pk=call.pk).update(budget_fen=99_000_000_00 + amount + 1)
    stands(world, "2024-03-18 09:00")
    pk = world.open("round", "open", "amount", {"call": call.pk})
    world.act("round", pk, "close_collection", "amount")
    parts = Reservation.objects.order_by("case_id", "line_id").values_list("case_id", "line_id", "amount_fen")
    assert list(parts) == [
        (cases[0].pk, lines[0].pk, amount),
        (cases[1].pk, lines[0].pk, 1),
        (cases[1].pk, lines[1].pk, amount - 1),
    ]
    assert [fresh(line).committed for line in lines] == [amount + 1, amount - 1]


def test_of_equal_scores_who_filed_first_ranks_first_even_at_the_same_instant(world: World) -> None:
    call = opened(world)
    cases = [world.filled(call) for _n in range(3)]
    for case in reversed(cases):
        world.act("case", case, "submit", world.filer(case.company), data={"declaration": True})
    numbers = [fresh(case).filing_number or 0 for case in cases]
    assert numbers == sorted(numbers, reverse=True)
    Case.objects.filter(call=call).update(computed_fen=1_00, score=80_00)
    places = ranking(list(Case.objects.filter(call=call)), call)
    assert [place.key for place in places] == [str(case.pk) for case in reversed(cases)]
    assert not any(place.tied for place in places)


def test_nothing_is_written_where_an_act_is_refused(world: World) -> None:
    call = opened(world)
    before = Event.objects.count()
    with pytest.raises(Refused):
        extend(world, call, "2024-03-01")
    assert (Event.objects.count(), call.notices.count()) == (before, 1)
