"""What a panel does between its draw and its conclusion, through the door."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import User
from subsidy.audit.canonical import digest
from subsidy.audit.models import Event
from subsidy.cases.models import Case, Recusal
from subsidy.ledger.models import Reservation
from subsidy.reviews.draw import Inputs, drawn, repeats
from subsidy.reviews.models import Draw, ExpertProfile, Panel, Seat
from subsidy.reviews.selectors import cases_of_expert
from subsidy.reviews.services import sheet_text
from subsidy.work.models import WorkItem
from tests.world import World, days_later, fresh, scores
from workflows.case.panel_jobs import close_due_panels
from workflows.common.refusals import BadData, NotFound, Recused, WrongState
from workflows.common.turn import Origin

JOB = Origin(surface="job")
CONFLICT = {"kind": "kin", "reason": "配偶在该企业任职"}


def panel_of(case: Case) -> Panel:
    return Panel.objects.get(case=case)


def seat_of(case: Case, user: User) -> Seat:
    return Seat.objects.get(panel__case=case, expert=user)


def items(case: Case) -> set[int | None]:
    found = WorkItem.objects.filter(subject_kind="case", subject_id=case.pk, node="score")
    return set(found.values_list("assignee_id", flat=True))


def body(case: Case, action: str) -> dict[str, Any]:
    event = Event.objects.filter(stream="case", stream_id=case.pk, action=action).order_by("-seq")[0]
    return dict(json.loads(event.body)["data"])


def link(world: World, expert: User, case: Case, who: str | User = "acceptance", **more: Any) -> None:
    profile = ExpertProfile.objects.get(user=expert)
    data = {"kind": "shareholder", "uscc": case.company.uscc, "valid_from": "2024-03-01", **more}
    world.act("expert", profile, "record_link" if who == "acceptance" else "declare_link", who, data=data)


def score(world: World, case: Case, people: list[User], share: float = 0.9) -> None:
    for expert in people:
        world.act("case", case, "score", expert, data=scores(case, share))


def test_a_draw_is_recorded_whole_and_can_be_repeated(world: World) -> None:
    case = world.accepted()
    draw = Draw.objects.get(panel__case=case)
    assert repeats(draw.inputs, json.loads(draw.taken))
    assert draw.sha256 == digest(draw.inputs).hex() == body(case, "accept")["draw"]
    assert json.loads(draw.taken) == [user.pk for user in world.experts(case)]
    changed = json.loads(draw.inputs)
    changed["seed"] = "0" * 32
    anew = drawn(Inputs.of(json.dumps(changed)))
    assert len(anew) == 5 and repeats(json.dumps(changed), anew)


@pytest.mark.parametrize("bond", ["employer", "employer_name", "share", "kin_in_group", "joint_work", "member"])
def test_nobody_bound_to_the_applicant_is_drawn(world: World, bond: str) -> None:
    case = world.submitted()
    bound = ExpertProfile.objects.get(user=world.people["expert1"])
    company = case.company
    if bond == "employer":
        ExpertProfile.objects.filter(pk=bound.pk).update(employer_uscc=company.uscc)
    elif bond == "employer_name":
        ExpertProfile.objects.filter(pk=bound.pk).update(employer=company.name)
    elif bond == "member":
        from_file = company.companyuserobjectpermission_set.first()
        assert from_file is not None
        type(from_file).objects.create(
            permission=from_file.permission, user=bound.user, content_object=company, valid_from=dt.date(2020, 1, 1)
        )
    elif bond == "kin_in_group":
        parent = world.company()
        company.held_by.create(
            authority=world.authority,
            parent=parent,
            kind="majority",
            valid_from=dt.date(2020, 1, 1),
            document="章程",
            recorded_at=world.now.at,
            recorded_by=world.people["counter"],
        )
        link_to(world, bound, parent.uscc, "kin", "2020-01-01", None)
    elif bond == "share":
        link_to(world, bound, company.uscc, "shareholder", "2020-01-01", None)
    else:
        link_to(world, bound, company.uscc, "co_author", "2019-01-01", "2021-03-05")
    world.act("case", case, "accept", "acceptance")
    inputs = json.loads(Draw.objects.get(panel__case=case).inputs)
    assert bound.user_id in dict(map(tuple, inputs["excluded"]))
    assert bound.user_id not in dict(map(tuple, inputs["candidates"]))


def link_to(world: World, profile: ExpertProfile, uscc: str, kind: str, since: str, until: str | None) -> None:
    data = {"kind": kind, "uscc": uscc, "valid_from": since, "valid_to": until or ""}
    world.act("expert", profile, "record_link", "acceptance", data=data)


def test_joint_work_of_more_than_three_years_ago_and_a_share_long_sold_bind_no_more(world: World) -> None:
    case = world.submitted()
    one, two = (ExpertProfile.objects.get(user=world.people[name]) for name in ("expert1", "expert2"))
    link_to(world, one, case.company.uscc, "co_author", "2019-01-01", "2021-03-03")
    link_to(world, two, case.company.uscc, "shareholder", "2019-01-01", "2024-03-03")
    world.act("case", case, "accept", "acceptance")
    inputs = json.loads(Draw.objects.get(panel__case=case).inputs)
    assert {one.user_id, two.user_id} <= dict(map(tuple, inputs["candidates"])).keys()


def test_a_pool_that_is_too_small_blocks_and_says_what_it_lacks(world: World) -> None:
    case = world.submitted()
    for number in (1, 2, 3):
        ExpertProfile.objects.filter(user=world.people[f"expert{number}"]).update(valid_to=dt.date(2024, 1, 1))
    with pytest.raises(WrongState, match="还缺1名"):
        world.act("case", case, "accept", "acceptance")
    assert fresh(case).state == "awaiting_acceptance"


def test_a_score_stays_sealed_until_all_are_in_and_opens_as_it_was_sealed(world: World) -> None:
    case = world.accepted()
    first, *others = world.experts(case)
    world.act("case", case, "score", first, data=scores(case, 0.8))
    told = body(case, "score")
    assert not {"points", "comment", "total", "sheets"} & told.keys()
    assert "材料完整" not in Event.objects.get(stream="case", stream_id=case.pk, action="score").body
    score(world, case, others)
    last = body(case, "score")
    opened = next(one for one in last["sheets"] if one["seat"] == seat_of(case, first).position)
    assert (
        digest(sheet_text(opened["salt"], opened["points"], opened["comments"], opened["comment"])).hex()
        == told["seal"]
    )
    assert last["panel_mean"] == fresh(case).score


def test_none_or_all_of_the_points_need_a_word_of_why(world: World) -> None:
    case = world.accepted()
    data = {name: value for name, value in scores(case).items() if not name.startswith("comment_")}
    with pytest.raises(BadData) as refusal:
        world.act("case", case, "score", world.experts(case)[0], data={**data, "points_district": 10})
    assert list(refusal.value.fields) == ["comment_district"]


@pytest.mark.parametrize("value", [-1, 31, "9.5", "viel", ""])
def test_points_outside_the_sheet_are_refused(world: World, value: Any) -> None:
    case = world.accepted()
    with pytest.raises(BadData):
        world.act("case", case, "score", world.experts(case)[0], data={**scores(case), "points_technology": value})
    assert not Seat.objects.filter(panel__case=case, scored_at__isnull=False).exists()


def test_a_declared_conflict_seats_the_next_of_the_draw_and_shuts_the_case(world: World) -> None:
    case = world.accepted()
    before = world.experts(case)
    leaver = before[2]
    world.act("case", case, "declare_conflict", leaver, data=CONFLICT)
    now = world.experts(case)
    assert leaver not in now and len(now) == 5
    draw = Draw.objects.filter(panel__case=case).order_by("-number")[0]
    assert draw.number == 2 and repeats(draw.inputs, json.loads(draw.taken))
    assert "left_the_panel" in dict(map(tuple, json.loads(draw.inputs)["excluded"]))[leaver.pk]
    assert items(case) == {user.pk for user in now}
    assert not cases_of_expert(leaver).exists()
    assert "配偶" not in Event.objects.get(stream="case", stream_id=case.pk, action="declare_conflict").body
    for action, data in (("score", scores(case)), ("declare_conflict", CONFLICT)):
        with pytest.raises(Recused):
            world.act("case", case, action, leaver, data=data)
    score(world, case, now)
    assert fresh(case).state == "amount_check"


def test_only_those_who_sit_may_declare_or_explain(world: World) -> None:
    case = world.accepted()
    outsider = next(
        user for name, user in world.people.items() if name.startswith("expert") and user not in world.experts(case)
    )
    for action, data in (
        ("declare_conflict", CONFLICT),
        ("note_panel", {"note": "专家意见一致"}),
        ("score", scores(case)),
    ):
        with pytest.raises(NotFound):
            world.act("case", case, action, outsider, data=data)
    with pytest.raises(NotFound):  # nobody has asked this seat for a note
        world.act("case", case, "note_panel", world.experts(case)[0], data={"note": "专家意见一致"})


def test_an_expert_bound_by_a_record_may_not_score_and_one_who_scored_is_set_aside(world: World) -> None:
    """The bad input of the issue: an expert made a shareholder after scoring."""
    case = world.accepted()
    people = world.experts(case)
    score(world, case, people[:2])
    link(world, people[0], case)
    assert seat_of(case, people[0]).state == "set_aside" and seat_of(case, people[0]).total == 8900
    assert not cases_of_expert(people[0]).exists()
    assert len(world.experts(case)) == 5
    score(world, case, [user for user in world.experts(case) if seat_of(case, user).scored_at is None], 0.7)
    done = fresh(case)
    assert done.state == "amount_check"
    totals = body(case, "score")["totals"]
    assert len(totals) == 5 and totals.count(seat_of(case, people[1]).total) == 1


def test_a_share_bought_after_the_conclusion_reopens_the_panel_and_the_outcome_is_computed_anew(world: World) -> None:
    case = world.accepted()
    people = world.experts(case)
    score(world, case, people[:4], 0.9)
    score(world, case, people[4:], 0.75)
    concluded = fresh(case)
    link(world, people[4], case, people[4])
    again = fresh(case)
    assert again.state == "under_review" and again.score is None
    assert panel_of(case).concluded_at is None
    new = next(user for user in world.experts(case) if user not in people)
    assert items(case) == {new.pk}
    assert not WorkItem.objects.filter(subject_kind="case", subject_id=case.pk).exclude(node="score").exists()
    told = body(case, "expert_bound")
    assert told["reopened"] and told["mean_before"] == concluded.score
    score(world, case, [new], 0.9)
    done = fresh(case)
    assert done.state == "amount_check" and done.score is not None and done.score > (concluded.score or 0)
    world.act("case", case, "confirm_amount", "amount", data={"remark": ""})


def test_money_set_aside_for_a_case_falls_back_when_its_panel_sits_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.policy_release.calls._allocation", lambda *_said: "first_come")
    case = world.ready(world.call())
    held = Reservation.objects.filter(case_id=case.pk)
    assert [one.state for one in held] == ["reserved"]
    link(world, Seat.objects.filter(panel__case=case)[0].expert, case)
    assert fresh(case).state == "under_review" and fresh(case).computed_fen is None
    assert [one.state for one in held.all()] == ["fallen"]


def test_a_bond_found_after_the_decision_is_recorded_and_changes_nothing_by_itself(world: World) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    expert = Seat.objects.filter(panel__case=case).order_by("position")[0].expert
    link(world, expert, case)
    after = fresh(case)
    assert after.state == "awaiting_account" and after.score is not None
    assert body(case, "expert_bound")["counted_in_a_decision"] is True
    assert Recusal.objects.filter(case=case, user=expert).exists()


def test_totals_far_apart_wait_for_the_chair(world: World) -> None:
    case = world.accepted()
    people = world.experts(case)
    score(world, case, people[:4], 0.9)
    world.act("case", case, "score", people[4], data=scores(case, 0.4))
    assert fresh(case).state == "under_review" and fresh(case).score is None
    assert items(case) == {people[0].pk}
    with pytest.raises(WrongState):
        world.act("case", case, "score", people[0], data=scores(case))
    with pytest.raises(NotFound):
        world.act("case", case, "note_panel", people[1], data={"note": "第五席对市场前景判断不同"})
    with pytest.raises(BadData):
        world.act("case", case, "note_panel", people[0], data={"note": " "})
    world.act("case", case, "note_panel", people[0], data={"note": "第五席对市场前景判断不同"})
    assert fresh(case).state == "amount_check"
    told = body(case, "note_panel")
    assert told["flagged"] == [5] and told["note"] == "第五席对市场前景判断不同"
    assert items(case) == set()


def test_a_chair_who_leaves_hands_the_note_to_the_next(world: World) -> None:
    case = world.accepted()
    people = world.experts(case)
    score(world, case, people[:4], 0.9)
    world.act("case", case, "score", people[4], data=scores(case, 0.4))
    world.act("case", case, "declare_conflict", people[0], data=CONFLICT)
    new = next(user for user in world.experts(case) if user not in people)
    assert items(case) == {new.pk}
    score(world, case, [new], 0.9)
    assert items(case) == {people[1].pk}
    world.act("case", case, "note_panel", people[1], data={"note": "第五席对市场前景判断不同"})
    assert fresh(case).state == "amount_check"


def test_the_clock_concludes_with_a_quorum_and_never_without(world: World) -> None:
    call = world.call()
    with_quorum, without = world.accepted(call), world.accepted(call)
    score(world, with_quorum, world.experts(with_quorum)[:3])
    score(world, without, world.experts(without)[:2])
    late = world.experts(with_quorum)[4]
    for case in (with_quorum, without):
        with pytest.raises(WrongState, match="评分时限未到"):
            world.act("case", case, "conclude_panel", "acceptance")
    world.now = days_later(world.now, 16)
    world.act("case", with_quorum, "close_panel", world.system, origin=JOB)
    assert fresh(with_quorum).state == "amount_check"
    assert (
        seat_of(with_quorum, late).state == "missed" and not cases_of_expert(late).filter(pk=with_quorum.pk).exists()
    )
    for who, action in ((world.system, "close_panel"), ("acceptance", "conclude_panel")):
        with pytest.raises(WrongState, match="未达法定数"):
            world.act("case", without, action, who, origin=JOB)
    assert fresh(without).state == "under_review"


def test_the_job_closes_what_is_due_once_and_leaves_the_rest(world: World) -> None:
    call = world.call()
    due, short, noted = world.accepted(call), world.accepted(call), world.accepted(call)
    score(world, due, world.experts(due)[:3])
    score(world, short, world.experts(short)[:2])
    score(world, noted, world.experts(noted)[:4])
    world.act("case", noted, "score", world.experts(noted)[4], data=scores(noted, 0.4))
    assert close_due_panels(days_later(world.now, 10)) == []
    after = days_later(world.now, 16)
    assert close_due_panels(after) == [due.number] and close_due_panels(after) == []
    assert [fresh(case).state for case in (due, short, noted)] == ["amount_check", "under_review", "under_review"]


def test_an_officer_replaces_who_does_not_score_but_no_sealed_sheet(world: World) -> None:
    case = world.accepted()
    people = world.experts(case)
    score(world, case, people[:1])
    for seat in (1, 99):
        with pytest.raises(WrongState):
            world.act("case", case, "replace_expert", "acceptance", data={"seat": seat, "reason": "出差"})
    world.act("case", case, "replace_expert", "acceptance", data={"seat": 2, "reason": "出差"})
    assert people[1] not in world.experts(case) and len(world.experts(case)) == 5
    world.act("case", case, "replace_expert", "acceptance", data={"seat": 3, "reason": "出差"})
    with pytest.raises(WrongState, match="库中已无"):
        world.act("case", case, "replace_expert", "acceptance", data={"seat": 4, "reason": "出差"})
    assert people[3] in world.experts(case)


def test_a_seat_that_nobody_can_fill_waits_for_the_pool(world: World) -> None:
    case = world.accepted()
    for _ in range(3):
        world.act("case", case, "declare_conflict", world.experts(case)[0], data=CONFLICT)
    assert len(world.experts(case)) == 4 and body(case, "declare_conflict")["vacant"] == 1
    score(world, case, world.experts(case))
    assert fresh(case).state == "under_review"
    with pytest.raises(WrongState, match="库中已无"):
        world.act("case", case, "draw_further", "acceptance")
    new = world.person("expert9", Role.EXPERT, kind=UserKind.EXPERT)
    world.act("case", case, "draw_further", "acceptance")
    score(world, case, [new])
    assert fresh(case).state == "amount_check"
    with pytest.raises(WrongState):
        world.act("case", case, "draw_further", "acceptance")


def test_an_empty_panel_never_passes(world: World) -> None:
    case = world.accepted()
    for name, user in world.people.items():
        if name.startswith("expert") and Seat.objects.filter(panel__case=case, expert=user, state="seated").exists():
            world.act("case", case, "declare_conflict", user, data=CONFLICT)
    for user in world.experts(case):
        world.act("case", case, "declare_conflict", user, data=CONFLICT)
    assert world.experts(case) == [] and items(case) == {None}
    with pytest.raises(NotFound):  # an empty seat is nobody's until it is drawn
        world.act("case", case, "score", world.person("expert10", "expert", kind="expert"), data=scores(case))  # type: ignore[arg-type]
    world.now = days_later(world.now, 40)
    with pytest.raises(WrongState, match="未达法定数"):
        world.act("case", case, "close_panel", world.system, origin=JOB)
    assert fresh(case).state == "under_review"
    for number in range(11, 16):
        world.person(f"expert{number}", Role.EXPERT, kind=UserKind.EXPERT)
    world.act("case", case, "draw_further", "acceptance")
    score(world, case, world.experts(case))
    assert fresh(case).state == "amount_check"


def test_somebody_bound_by_the_time_the_panel_concludes_does_not_count(world: World) -> None:
    """A bond that reaches the bureau by another way than the pool is found before anything counts."""
    case = world.accepted()
    people = world.experts(case)
    score(world, case, people[:4])
    ExpertProfile.objects.filter(user=people[0]).update(employer_uscc=case.company.uscc)
    score(world, case, people[4:])
    assert fresh(case).state == "under_review" and seat_of(case, people[0]).state == "set_aside"
    ExpertProfile.objects.filter(user=people[1]).update(employer=case.company.name)
    new = next(user for user in world.experts(case) if user not in people)
    ExpertProfile.objects.filter(user=new).update(employer=case.company.name)
    with pytest.raises(Recused):
        world.act("case", case, "score", new, data=scores(case))
