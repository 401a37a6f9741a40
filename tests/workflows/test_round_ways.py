"""The ways of a round: how money is shared, who approves which amount, with whom present, and with or without a notice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case, Recusal
from subsidy.decisions.enums import RoundState, RowState
from subsidy.decisions.models import Award, Meeting, Notice, Round, RoundRow
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import Reservation
from subsidy.programmes.enums import Allocation
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from tests.world import MINUTE, World, days_later, fresh
from workflows.common.graph import edges
from workflows.common.refusals import BadData, Forbidden, InsufficientFunds, WrongState
from workflows.round import proof
from workflows.round.flow import RoundV1
from workflows.round.reserving import _parts, left_of, reserved_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


SMALL = 80_000_000  # 80万元, below the 100万元 up to which the head of the division approves


def sized(case: Case, fen: int) -> Case:
    Case.objects.filter(pk=case.pk).update(computed_fen=fen)
    found: Case = fresh(case)
    return found


def shared(world: World, monkeypatch: pytest.MonkeyPatch, allocation: Allocation, **kwargs: Any) -> Call:
    """A call of a policy that shares its money in that way."""
    monkeypatch.setattr("workflows.policy_release.calls._allocation", lambda *_said: allocation.value)
    return world.call(**kwargs)


def collected(world: World, call: Call) -> Round:
    round_ = world.round_on(call)
    world.act("round", round_, "close_collection", "amount")
    found: Round = fresh(round_)
    return found


def rows(round_: Round) -> dict[int, RoundRow]:
    return {row.case_id: row for row in RoundRow.objects.filter(round=round_)}


def to_decree(world: World, round_: Round, number: str = "西科〔2024〕8号") -> Round:
    world.act("round", round_, "publish", "notice", data={"title_zh": "公示", "title_en": "Notice"})
    world.now = days_later(world.now, 10)
    world.act("round", round_, "close_notice", world.system)
    world.act("round", round_, "issue_decree", "notice", data={"number": number})
    found: Round = fresh(round_)
    return found


def test_pro_rata_shares_the_budget_to_the_fen_and_keeps_what_was_computed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = shared(world, monkeypatch, Allocation.PRO_RATA)
    cases = [sized(world.ready(call), fen) for fen in (135_000_000, 135_000_000, 120_000_001)]
    Call.objects.filter(pk=call.pk).update(budget_fen=360_000_001)
    round_ = collected(world, call)
    found = rows(round_)
    parts = [found[case.pk].amount_fen for case in cases]
    assert sum(parts) == 360_000_001 and parts[0] >= parts[1] > parts[2]
    assert [found[case.pk].computed_fen for case in cases] == [135_000_000, 135_000_000, 120_000_001]
    assert {row.state for row in found.values()} == {RowState.LISTED}
    world.act("round", round_, "approve", "leader", data=MINUTE)
    to_decree(world, round_)
    assert [Award.objects.get(case=case).amount_fen for case in cases] == parts
    assert [fresh(case).amount_fen for case in cases] == parts
    assert fresh(call).budget_line.obligated == 360_000_001
    assert list(violations()) == []


def test_pro_rata_gives_each_its_own_where_the_budget_suffices(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    call = shared(world, monkeypatch, Allocation.PRO_RATA)
    case = world.ready(call)
    round_ = collected(world, call)
    assert rows(round_)[case.pk].amount_fen == case.computed_fen


def test_first_come_reserves_at_the_amount_check_until_the_budget_is_used_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second waits at its amount check and says so; the round only lists what is reserved, and keeps it when sent back."""
    call = shared(world, monkeypatch, Allocation.FIRST_COME, budget_fen=200_000_000)
    first, second = world.ready(call), world.scored(call)
    assert reserved_of([first, second]) == {first.pk: first.computed_fen}
    with pytest.raises(InsufficientFunds, match="used up"):
        world.act("case", second, "confirm_amount", "amount", data={"remark": ""})
    assert fresh(second).state == CaseState.AMOUNT_CHECK and left_of(call) == 200_000_000 - (first.computed_fen or 0)
    round_ = collected(world, call)
    assert {row.case_id: row.state for row in rows(round_).values()} == {first.pk: RowState.LISTED}
    world.act("round", round_, "send_back", "leader", data={"reason": "请复核"})
    assert reserved_of([first]) == {first.pk: first.computed_fen}, "its place is not lost by a meeting"
    world.act("round", round_, "close_collection", "amount")
    world.act("round", round_, "approve", "leader", data=MINUTE)
    assert to_decree(world, round_).state == RoundState.DECREED
    assert (fresh(first).state, fresh(second).state) == (CaseState.AWAITING_ACCOUNT, CaseState.AMOUNT_CHECK)
    assert list(violations()) == []


def test_each_amount_goes_to_its_level(world: World) -> None:
    call = world.call()
    small, large = sized(world.ready(call), SMALL), world.ready(call)
    round_ = collected(world, call)
    assert round_.state == RoundState.AWAITING_DIVISION
    assert (rows(round_)[small.pk].level, rows(round_)[large.pk].level) == ("division_head", "leader")
    sheet = {"minute_number": "审批单1", "statement": "同意", "others": True}
    with pytest.raises(Forbidden):
        world.act("round", round_, "sign", "leader", data=sheet)
    with pytest.raises(WrongState):
        world.act("round", round_, "approve", "leader", data=MINUTE)
    world.act("round", round_, "sign", "division", data=sheet)
    assert fresh(round_).state == RoundState.AWAITING_MEETING
    world.act("round", round_, "approve", "leader", data=MINUTE)
    assert fresh(round_).state == RoundState.AWAITING_NOTICE
    by_level = {one.level: one.rows_text for one in Meeting.objects.filter(round=round_)}
    assert small.number in by_level["division_head"] and large.number not in by_level["division_head"]
    assert large.number in by_level["leader"] and small.number not in by_level["leader"]


def test_small_amounts_alone_need_no_meeting_and_can_be_sent_back(world: World) -> None:
    call = world.call()
    case = sized(world.ready(call), SMALL)
    round_ = collected(world, call)
    world.act("round", round_, "return_ranking", "division", data={"reason": "请复核"})
    assert fresh(round_).state == RoundState.COLLECTING
    assert Reservation.objects.get(case_id=case.pk).state == ReservationState.FALLEN
    world.act("round", round_, "close_collection", "amount")
    world.act(
        "round", round_, "sign", "division", data={"minute_number": "审批单2", "statement": "同意", "others": True}
    )
    assert fresh(round_).state == RoundState.AWAITING_NOTICE


def test_a_level_that_no_office_has_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    call = world.call()
    world.ready(call)
    pack = pack_of(call.policy_version)
    level = replace(pack.route.approval[-1], by="county_mayor")
    odd = replace(pack, route=replace(pack.route, approval=(level,)))
    monkeypatch.setattr("workflows.round.collecting.pack_of", lambda _version: odd)
    with pytest.raises(WrongState, match="county_mayor"):
        collected(world, call)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"present": "郑重\n冯正"}, "present", "quorum"),
        ({"present": "郑重\n冯正\n郑重"}, "present", "twice"),
        ({"members": 2}, "present", "More people"),
        ({"members": 0}, "members", "1"),
        ({"present": ""}, "present", "required"),
        ({"minute_number": ""}, "minute_number", "required"),
    ],
)
def test_a_minute_says_who_was_there_and_that_they_were_enough(
    world: World, change: dict[str, Any], field: str, words: str
) -> None:
    call = world.call()
    world.ready(call)
    round_ = collected(world, call)
    with pytest.raises(BadData) as refused:
        world.act("round", round_, "approve", "leader", data={**MINUTE, **change})
    assert words in str(refused.value.fields[field])
    assert fresh(round_).state == RoundState.AWAITING_MEETING and not Meeting.objects.exists()


def test_silence_about_a_row_approves_nothing(world: World) -> None:
    call = world.call()
    case, other = world.ready(call), world.ready(call)
    round_ = collected(world, call)
    named, unnamed = rows(round_)[case.pk], rows(round_)[other.pk]
    data = {**MINUTE, "others": False, f"decision_{named.pk}": "approve"}
    with pytest.raises(BadData) as refused:
        world.act("round", round_, "approve", "leader", data=data)
    assert set(refused.value.fields) == {f"decision_{unnamed.pk}"}
    world.act("round", round_, "approve", "leader", data={**data, f"decision_{unnamed.pk}": "approve"})
    assert fresh(round_).state == RoundState.AWAITING_NOTICE


def test_a_correction_that_the_lines_cannot_bear_is_refused_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = world.call()
    lines = [call.budget_line, world.line(function_code="2060499")]
    monkeypatch.setattr("workflows.round.reserving.shares_of", lambda _call: [(one, 10) for one in lines])
    case = sized(world.ready(call), 21)
    with pytest.raises(InsufficientFunds, match=r"0\.01"):
        list(_parts(call, [case], {case.pk: 21}))
    assert [fen for _case, _line, fen in _parts(call, [case], {case.pk: 20})] == [10, 10]


def test_whoever_has_a_conflict_leaves_for_that_row_and_it_is_written_down(world: World) -> None:
    call = world.call()
    case, other = world.ready(call), world.ready(call)
    round_ = collected(world, call)
    row = rows(round_)[case.pk]
    leader = world.people["leader"]
    leader.name = "郑重"
    leader.save(update_fields=["name"])
    Recusal.objects.create(authority=world.authority, case=case, user=leader, reason="亲属", declared_at=world.now.at)
    with pytest.raises(BadData) as refused:
        world.act("round", round_, "approve", "leader", data=MINUTE)
    assert "left the room" in str(refused.value.fields[f"left_{row.pk}"])
    with pytest.raises(BadData) as refused:
        world.act("round", round_, "approve", "leader", data={**MINUTE, f"left_{row.pk}": "路人"})
    assert "not among those present" in str(refused.value.fields[f"left_{row.pk}"])
    with pytest.raises(BadData) as refused:
        world.act("round", round_, "approve", "leader", data={**MINUTE, f"left_{row.pk}": "郑重"})
    assert "no quorum for this row" in str(refused.value.fields[f"left_{row.pk}"])
    full = {**MINUTE, "present": "郑重\n冯正\n何川\n王立", f"left_{row.pk}": "郑重"}
    world.act("round", round_, "approve", "leader", data=full)
    meeting = Meeting.objects.get(round=round_)
    assert '"left":["郑重"]' in meeting.rows_text and meeting.quorum == 3
    assert {row.state for row in rows(round_).values()} == {RowState.LISTED}
    assert fresh(other).state == CaseState.AWAITING_ROUND


def test_a_meeting_strikes_and_puts_off_single_rows(world: World) -> None:
    call = world.call()
    kept, struck, later = world.ready(call), world.ready(call), world.ready(call)
    round_ = collected(world, call)
    found = rows(round_)
    one, two = found[struck.pk].pk, found[later.pk].pk
    data = {**MINUTE, f"decision_{one}": "strike", f"decision_{two}": "put_off"}
    with pytest.raises(BadData) as refused:
        world.act("round", round_, "approve", "leader", data=data)
    assert set(refused.value.fields) == {f"reason_{one}", f"reason_{two}"}
    world.act(
        "round", round_, "approve", "leader", data={**data, f"reason_{one}": "材料存疑", f"reason_{two}": "待核实"}
    )
    found = rows(round_)
    assert [found[case.pk].state for case in (kept, struck, later)] == ["listed", "struck", "put_off"]
    assert [fresh(case).state for case in (kept, struck, later)] == ["awaiting_round", "rejected", "awaiting_round"]
    live = Reservation.objects.filter(state=ReservationState.RESERVED).values_list("case_id", flat=True)
    assert set(live) == {kept.pk}
    to_decree(world, round_)
    assert fresh(later).state == CaseState.AWAITING_ROUND, "it waits for the next round"
    again = Round.objects.get(pk=world.open("round", "open", "amount", {"call": call.pk}))
    world.act("round", again, "close_collection", "amount")
    assert set(rows(again)) == {later.pk}
    assert list(violations()) == []


def test_a_round_of_which_nothing_is_left_ends_without_a_decree(world: World) -> None:
    call = world.call()
    case = world.ready(call)
    round_ = collected(world, call)
    pk = rows(round_)[case.pk].pk
    data = {**MINUTE, f"decision_{pk}": "strike", f"reason_{pk}": "材料存疑"}
    world.act("round", round_, "approve", "leader", data=data)
    assert fresh(round_).state == RoundState.CLOSED
    next_one = Round.objects.get(pk=world.open("round", "open", "amount", {"call": call.pk}))
    with pytest.raises(WrongState, match="No case"):
        world.act("round", next_one, "close_collection", "amount")
    world.act("round", next_one, "close_empty", "amount")
    assert fresh(next_one).state == RoundState.CLOSED


def test_a_round_for_which_cases_wait_is_not_closed_as_empty(world: World) -> None:
    call = world.call()
    world.ready(call)
    with pytest.raises(WrongState, match="Rank them"):
        world.act("round", world.round_on(call), "close_empty", "amount")


def waived(monkeypatch: pytest.MonkeyPatch, reason: str | None) -> None:
    def pack(version: Any) -> Any:
        return replace(pack_of(version), notice=None, no_notice_reason=reason)

    monkeypatch.setattr("workflows.round.rules.pack_of", pack)


def test_a_policy_without_a_notice_names_its_reason_and_skips_the_node(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waived(monkeypatch, "风险补偿涉及商业秘密")
    call = world.call()
    case = world.ready(call)
    round_ = collected(world, call)
    world.act("round", round_, "approve", "leader", data=MINUTE)
    assert fresh(round_).state == RoundState.AWAITING_DECREE
    world.act("round", round_, "issue_decree", "notice", data={"number": "西科〔2024〕8号"})
    assert fresh(case).state == CaseState.AWAITING_ACCOUNT and not Notice.objects.exists()


def test_a_policy_without_notice_and_without_a_reason_does_not_get_past_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waived(monkeypatch, None)
    call = world.call()
    world.ready(call)
    round_ = collected(world, call)
    world.act("round", round_, "approve", "leader", data=MINUTE)
    assert fresh(round_).state == RoundState.AWAITING_NOTICE


def test_the_proof_accepts_the_round_and_only_the_policys_waiver() -> None:
    assert proof.round_findings(RoundV1) == []


def test_the_proof_finds_a_round_that_goes_round_the_notice_or_the_approval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.round.proof.without_notice", lambda _activation: True)
    assert any("avoids publication" in text for text in proof.round_findings(RoundV1))
    monkeypatch.undo()
    who = RoundV1.instance.node("who_decides")
    monkeypatch.setattr("workflows.round.proof.edges", _with_edge(who.name, "publication"))
    assert any("division, meeting" in text for text in proof.round_findings(RoundV1))


def _with_edge(source: str, target: str) -> Callable[[Any], dict[str, list[str]]]:
    def changed(flow_class: Any) -> dict[str, list[str]]:
        found = edges(flow_class)
        return {**found, source: [*found[source], target]}

    return changed


def test_a_notice_over_a_make_up_saturday_counts_it(world: World) -> None:
    """Five working days from Tuesday 2024-04-23: the make-up Sunday 28th is one; Wednesday 1 May is none."""
    call = world.call()
    world.ready(call)
    world.now = replace(world.now, at=world.now.at.replace(day=23, month=4), real=world.now.real)
    round_ = Round.objects.get(pk=world.open("round", "open", "amount", {"call": call.pk}))
    world.act("round", round_, "close_collection", "amount")
    world.act("round", round_, "approve", "leader", data=MINUTE)
    world.act("round", round_, "publish", "notice", data={"title_zh": "公示", "title_en": "Notice"})
    assert Notice.objects.get(round=round_).ends_on == dt.date(2024, 4, 29)
