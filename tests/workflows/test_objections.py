"""Objections to a public list, and what follows a decree: rows held alone, supplements, corrigenda, revocations."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.accounts.services import system_actor
from subsidy.audit.models import Event
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.enums import DecreeKind, NoticeEntryKind, ObjectionState, RoundState, RowState
from subsidy.decisions.models import (
    Award,
    AwardChange,
    Decree,
    Instalment,
    Notice,
    NoticeEntry,
    Objection,
    Round,
    RoundRow,
)
from subsidy.decisions.selectors import objector_of
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import Reservation
from subsidy.payouts.enums import BatchState
from subsidy.payouts.selectors import payable
from subsidy.programmes.models import Call
from subsidy.web import person
from subsidy.work.models import WorkItem
from tests.world import World, days_later, fresh, kept, pdf
from workflows.common import door
from workflows.common.refusals import BadData, DutiesClash, NotFound, WrongState

pytestmark = pytest.mark.django_db
GROUNDS = "该企业的研发费用与年报不一致，附年报第12页。"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def filed(world: World, round_: Round, rank: int, **said: Any) -> Objection:
    notice = Notice.objects.get(round=round_)
    data = {
        "notice": notice.pk,
        "rank": rank,
        "objector_kind": "person",
        "name": "李真名",
        "contact": "13900001111",
        "grounds": GROUNDS,
        **said,
    }
    pk = world.open("objection", "file", system_actor("system:public"), data, files={"document": pdf("signed.pdf")})
    return Objection.objects.get(pk=pk)


def row(round_: Round, case: Case) -> RoundRow:
    return RoundRow.objects.get(round=round_, case=case)


@kept
def on_notice(world: World, count: int) -> tuple[Round, list[Case]]:
    call = world.call()
    cases = [world.ready(call, points=0.95 - place / 100) for place in range(count)]
    return world.published(call), cases


def close(world: World, round_: Round) -> None:
    world.now = days_later(world.now, 10)
    world.act("round", round_, "close_notice", world.system)


def decree(world: World, round_: Round, number: str, action: str = "issue_decree") -> None:
    world.act("round", round_, action, "notice", data={"number": number})


def decide(world: World, objection: Objection, action: str, **data: Any) -> None:
    world.act("objection", objection, action, "supervision", data={"reasons": "经核查属实", **data})


def sound() -> list[Any]:
    return list(violations())


def test_an_objection_holds_its_row_alone_and_names_nobody(world: World) -> None:
    round_, (first, second) = on_notice(world, 2)
    objection = filed(world, round_, row(round_, first).rank)
    assert (row(round_, first).state, row(round_, second).state) == (RowState.HELD, RowState.LISTED)
    assert fresh(first).state == CaseState.AWAITING_ROUND and fresh(round_).state == RoundState.ON_NOTICE
    assert Reservation.objects.get(case_id=first.pk).state == ReservationState.RESERVED
    item = WorkItem.objects.get(subject_kind="objection")
    assert item.due_on == dt.date(2024, 4, 8), "15 working days from 16 March, Qingming left out"
    assert objector_of(objection)["name"] == "李真名"
    for text in Event.objects.values_list("body", flat=True):
        assert "李真名" not in text and "13900001111" not in text
    shown = Client().get(reverse("public:notice", args=[round_.notice.pk])).text
    assert "李真名" not in shown and "暂缓" in shown
    entry = NoticeEntry.objects.get()
    assert (entry.kind, entry.count, entry.total_fen) == (NoticeEntryKind.HELD, 1, second.computed_fen)
    assert [one["name"] for one in json.loads(entry.list_text)] == [second.company_name]
    sent = Client().get(reverse("public:notice-entry-text", args=[round_.notice.pk, 1]))
    assert sent.text == entry.list_text


def test_the_others_go_on_and_a_dismissed_row_follows_by_a_supplementary_decree(world: World) -> None:
    round_, (first, second) = on_notice(world, 2)
    objection = filed(world, round_, row(round_, first).rank)
    close(world, round_)
    decree(world, round_, "西科〔2024〕8号")
    assert fresh(round_).state == RoundState.PART_DECREED
    assert not Award.objects.filter(case=first).exists() and fresh(second).state == CaseState.AWAITING_ACCOUNT
    with pytest.raises(WrongState, match="held"):
        decree(world, round_, "西科〔2024〕9号", "issue_supplement")
    with pytest.raises(WrongState, match="settle"):
        world.act("round", round_, "finish", "notice")
    decide(world, objection, "dismiss")
    assert row(round_, first).state == RowState.LISTED
    with pytest.raises(WrongState, match="used already"):
        decree(world, round_, "西科〔2024〕8号", "issue_supplement")
    decree(world, round_, "西科〔2024〕9号", "issue_supplement")
    assert fresh(round_).state == RoundState.DECREED and fresh(first).state == CaseState.AWAITING_ACCOUNT
    kinds = list(Decree.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [DecreeKind.MAIN, DecreeKind.SUPPLEMENTARY]
    assert sound() == []


def test_a_dismissal_before_the_decree_needs_no_supplement(world: World) -> None:
    round_, (first,) = on_notice(world, 1)
    objection = filed(world, round_, 1, objector_kind="unit", name="某某公司")
    close(world, round_)
    with pytest.raises(WrongState, match="held"):
        decree(world, round_, "西科〔2024〕8号")
    decide(world, objection, "dismiss")
    decree(world, round_, "西科〔2024〕8号")
    assert fresh(round_).state == RoundState.DECREED and fresh(first).state == CaseState.AWAITING_ACCOUNT
    assert [one.kind for one in NoticeEntry.objects.order_by("position")] == ["held", "freed"]


def test_a_row_goes_on_only_when_the_last_objection_to_it_is_decided(world: World) -> None:
    round_, (first,) = on_notice(world, 1)
    one, two = filed(world, round_, 1), filed(world, round_, 1, name="王真名")
    assert (one.number, two.number) == (f"{round_.number}-O1", f"{round_.number}-O2")
    decide(world, one, "dismiss")
    assert row(round_, first).state == RowState.HELD
    decide(world, two, "dismiss")
    assert row(round_, first).state == RowState.LISTED


@pytest.mark.parametrize(
    ("consequence", "state"), [("rejected", CaseState.REJECTED), ("amount_check", CaseState.AMOUNT_CHECK)]
)
def test_an_upheld_objection_strikes_the_row_and_its_reservation_falls(
    world: World, consequence: str, state: str
) -> None:
    round_, (first, second) = on_notice(world, 2)
    objection = filed(world, round_, row(round_, first).rank)
    decide(world, objection, "uphold", consequence=consequence)
    assert fresh(objection).state == ObjectionState.UPHELD and fresh(first).state == state
    assert row(round_, first).state == RowState.STRUCK
    assert Reservation.objects.get(case_id=first.pk).state == ReservationState.FALLEN
    close(world, round_)
    decree(world, round_, "西科〔2024〕8号")
    assert fresh(round_).state == RoundState.DECREED and fresh(second).amount_fen == second.computed_fen
    assert sound() == []


def test_a_round_whose_only_row_was_struck_is_closed_without_a_decree(world: World) -> None:
    round_, (_first,) = on_notice(world, 1)
    decide(world, filed(world, round_, 1), "uphold", consequence="rejected")
    close(world, round_)
    with pytest.raises(WrongState, match="Nothing is left"):
        decree(world, round_, "西科〔2024〕8号")
    world.act("round", round_, "close_undecreed", "notice")
    assert fresh(round_).state == RoundState.CLOSED and not Decree.objects.exists()


def test_after_the_notice_an_objection_is_refused_with_what_to_do_instead(world: World) -> None:
    round_, _cases = on_notice(world, 1)
    world.now = days_later(world.now, 8)
    with pytest.raises(WrongState, match="行政复议"):
        filed(world, round_, 1)
    world.act("round", round_, "close_notice", world.system)
    with pytest.raises(WrongState, match="行政复议"):
        filed(world, round_, 1)
    shown = Client().get(reverse("public:object", args=[round_.notice.pk]))
    assert "行政复议" in shown.text
    assert not Objection.objects.exists()


def test_the_last_day_counts_and_a_provisional_one_keeps_the_notice_open(world: World) -> None:
    round_, _cases = on_notice(world, 2)
    notice = Notice.objects.get(round=round_)
    last = replace(
        world.now,
        at=world.now.at.replace(year=notice.ends_on.year, month=notice.ends_on.month, day=notice.ends_on.day, hour=23),
    )
    world.now = last
    filed(world, round_, 1)
    Notice.objects.filter(pk=notice.pk).update(ends_provisional=True)
    world.now = days_later(last, 3)
    filed(world, round_, 2)
    with pytest.raises(WrongState, match="provisional"):
        world.act("round", round_, "close_notice", world.system)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "李"}, "name"),
        ({"contact": ""}, "contact"),
        ({"grounds": "不对"}, "grounds"),
        ({"rank": 99}, "rank"),
        ({"rank": "x"}, "rank"),
        ({"objector_kind": "anonymous"}, "objector_kind"),
    ],
)
def test_an_objection_needs_a_real_name_grounds_and_an_entry(world: World, said: dict[str, Any], field: str) -> None:
    round_, _cases = on_notice(world, 1)
    with pytest.raises(BadData) as refused:
        filed(world, round_, **{"rank": 1, **said})
    assert field in refused.value.fields
    assert RoundRow.objects.get().state == RowState.LISTED


def test_an_objection_needs_its_signed_paper_and_its_own_bureau(world: World) -> None:
    round_, _cases = on_notice(world, 1)
    data = {
        "notice": round_.notice.pk, "rank": 1, "objector_kind": "person", "name": "李真名", "contact": "13900001111",
        "grounds": GROUNDS,
    }  # fmt: skip
    public = system_actor("system:public")
    with pytest.raises(BadData) as refused:
        world.open("objection", "file", public, data)
    assert "document" in refused.value.fields
    other = World(code="yh")
    with pytest.raises(NotFound):
        door.open_matter(
            "objection", "file", actor=public, now=world.now, key="other", authority_id=other.authority.pk, data=data,
            files={"document": pdf()},
        )  # fmt: skip


def test_who_published_or_approved_decides_no_objection_and_the_other_way_round(world: World) -> None:
    round_, _cases = on_notice(world, 2)
    objection = filed(world, round_, 1)
    since = {"authority": world.authority, "valid_from": dt.date(2020, 1, 1), "granted_by": None}
    for who in ("notice", "leader", "amount", "acceptance"):
        RoleGrant.objects.create(user=world.people[who], role=Role.SUPERVISION, **since)
        with pytest.raises(DutiesClash):
            world.act("objection", objection, "dismiss", who, data={"reasons": "经核查不属实"})
    decide(world, objection, "dismiss")
    close(world, round_)
    RoleGrant.objects.create(user=world.people["supervision"], role=Role.FINANCE_PREPARE, **since)
    decree(world, round_, "西科〔2024〕8号")
    paid = [world.accounted(case) for case in _cases]
    instalments = list(Instalment.objects.filter(award__case__in=paid).values_list("pk", flat=True))
    with pytest.raises(DutiesClash):
        world.open(
            "batch", "prepare", "supervision",
            {"instalments": instalments, "format": "pain.001.001.09", "paying_account": world.paying_account.pk,
             "execution_on": world.now.on.isoformat(), "purpose": "奖补"},
        )  # fmt: skip


def test_a_round_with_one_row_held_one_withdrawn_one_over_budget(world: World) -> None:
    call = world.call()
    cases = [world.ready(call, points=0.95 - place / 100) for place in range(4)]
    good, held, gone, over = cases
    Call.objects.filter(pk=call.pk).update(budget_fen=3 * (good.computed_fen or 0))
    round_ = world.published(call)
    assert row(round_, over).state == RowState.BELOW_CUT
    objection = filed(world, round_, row(round_, held).rank)
    world.act("case", gone, "withdraw", world.filer(gone.company), data={"reason": "不再申报"})
    close(world, round_)
    entries = list(NoticeEntry.objects.order_by("position").values_list("kind", "count"))
    assert entries == [("held", 2), ("withdrawn", 1)]
    decree(world, round_, "西科〔2024〕8号")
    assert [fresh(case).state for case in cases] == [
        CaseState.AWAITING_ACCOUNT, CaseState.AWAITING_ROUND, CaseState.WITHDRAWN, CaseState.NOT_FUNDED,
    ]  # fmt: skip
    assert fresh(round_).state == RoundState.PART_DECREED
    decide(world, objection, "dismiss")
    decree(world, round_, "西科〔2024〕9号", "issue_supplement")
    line = fresh(call).budget_line
    assert (line.obligated, line.committed) == (2 * (good.computed_fen or 0), 0)
    assert sound() == []


def test_the_company_of_a_held_row_may_withdraw_and_the_objection_is_still_decided(world: World) -> None:
    round_, (first, _second) = on_notice(world, 2)
    objection = filed(world, round_, row(round_, first).rank)
    world.act("case", first, "withdraw", world.filer(first.company), data={"reason": "不再申报"})
    assert row(round_, first).state == RowState.REMOVED
    decide(world, objection, "uphold", consequence="rejected")
    assert fresh(objection).state == ObjectionState.UPHELD and fresh(first).state == CaseState.WITHDRAWN


def barred_now(world: World, case: Case) -> None:
    facts = [{"name": "is_dishonest", "kind": "yes_no", "value": True}]
    said = {"source": "registry", "as_of": world.now.on.isoformat(), "facts": facts}
    world.act("company", case.company, "keep_facts", "counter", data=said)


def test_a_company_on_a_dishonesty_list_after_the_notice_has_its_row_held_by_name(world: World) -> None:
    round_, (first, second) = on_notice(world, 2)
    close(world, round_)
    barred_now(world, first)
    decree(world, round_, "西科〔2024〕8号")
    held = row(round_, first)
    assert held.state == RowState.HELD and "defaulter" in held.reason
    assert row(round_, second).state == RowState.AWARDED and fresh(round_).state == RoundState.PART_DECREED
    settled = {"rank": held.rank, "goes_on": "yes", "reason": "请复核"}
    world.act("round", round_, "settle_row", "supervision", data=settled)
    decree(world, round_, "西科〔2024〕9号", "issue_supplement")
    assert row(round_, first).state == RowState.HELD, "it still stands on the list"
    assert not Decree.objects.filter(number="西科〔2024〕9号").exists()
    world.act("round", round_, "settle_row", "supervision", data={**settled, "goes_on": "no", "reason": "失信"})
    assert fresh(first).state == CaseState.REJECTED
    world.act("round", round_, "finish", "notice")
    assert fresh(round_).state == RoundState.DECREED and sound() == []


def test_a_row_with_an_open_objection_is_settled_by_the_objection_alone(world: World) -> None:
    round_, _cases = on_notice(world, 2)
    filed(world, round_, 1)
    with pytest.raises(WrongState, match="Decide the objection"):
        world.act("round", round_, "settle_row", "supervision", data={"rank": 1, "goes_on": "yes", "reason": "无"})


def cleared(world: World, case: Case) -> None:
    """The registry says later that the company stands on no list."""
    facts = [{"name": "is_dishonest", "kind": "yes_no", "value": False}]
    said = {"source": "registry", "as_of": world.now.on.isoformat(), "facts": facts}
    world.act("company", case.company, "keep_facts", "counter", data=said)


def to_be_paid(world: World, count: int) -> list[Case]:
    round_, cases = on_notice(world, count)
    close(world, round_)
    decree(world, round_, "西科〔2024〕8号")
    return [world.accounted(case) for case in cases]


def payable_now(world: World) -> set[str]:
    unpaid = Instalment.objects.filter(authority=world.authority)
    return {one.award.case.number for one in payable(unpaid, at=world.now.at)}


def test_a_payment_stops_with_the_list_and_goes_on_when_the_company_is_off_it(world: World) -> None:
    cases = to_be_paid(world, 2)
    barred_now(world, cases[0])
    assert payable_now(world) == {cases[1].number}
    with pytest.raises(WrongState, match=cases[0].number):
        world.batch(cases)
    assert world.batch(cases[1:]).line_count == 1
    world.now = days_later(world.now, 1)
    cleared(world, cases[0])
    assert payable_now(world) == {cases[0].number}
    assert world.released([fresh(cases[0])]).line_count == 1


@pytest.mark.parametrize("step", ["check", "release"])
def test_a_list_that_appears_after_a_batch_was_prepared_stops_it(world: World, step: str) -> None:
    cases = to_be_paid(world, 2)
    batch = world.batch(cases)
    if step == "release":
        world.act("batch", batch, "check", "finance2")
    barred_now(world, cases[1])
    with pytest.raises(WrongState, match=cases[1].company_name):
        world.act("batch", batch, step, {"check": "finance2", "release": "finance3"}[step])
    assert fresh(batch).state == {"check": BatchState.PREPARED, "release": BatchState.CHECKED}[step]


def test_a_name_is_corrected_beside_the_original_and_the_decree_carries_it(world: World) -> None:
    round_, (first,) = on_notice(world, 1)
    notice = Notice.objects.get(round=round_)
    before = notice.list_text
    right = "杭州云帆科技股份有限公司"
    world.act("round", round_, "correct_name", "notice", data={"rank": 1, "name": right, "reason": "名称有误"})
    entry = NoticeEntry.objects.get(notice=notice)
    assert (entry.name, entry.name_after) == (first.company_name, right)
    assert fresh(notice).list_text == before and right in entry.list_text and entry.list_hash != notice.list_hash
    shown = Client().get(reverse("public:notice", args=[notice.pk])).text
    assert right in shown and first.company_name in shown and entry.list_hash in shown
    with pytest.raises(WrongState, match=r"already|无须更正"):
        world.act("round", round_, "correct_name", "notice", data={"rank": 1, "name": right, "reason": "名称有误"})
    close(world, round_)
    decree(world, round_, "西科〔2024〕8号")
    assert Award.objects.get(case=first).company_name == right


def correct(world: World, round_: Round, number: str, **data: Any) -> None:
    said = {"rank": 1, "number": number, "reason": "计算有误", **data}
    world.act("round", round_, "correct_award", "notice", data=said)


def test_a_corrigendum_changes_the_amount_both_ways_and_restates_the_total(world: World) -> None:
    call = world.call()
    case, other = world.ready(call, points=0.95), world.ready(call)
    round_ = world.decreed(call)
    full = case.computed_fen or 0
    correct(world, round_, "西科〔2024〕9号", amount_yuan=f"{(full - 10_000) / 100:.2f}")
    line = fresh(call).budget_line
    assert line.obligated == 2 * full - 10_000 and fresh(case).amount_fen == full - 10_000
    change = AwardChange.objects.get()
    assert (change.before_fen, change.after_fen, change.count, change.total_fen) == (
        full,
        full - 10_000,
        2,
        2 * full - 10_000,
    )
    assert Award.objects.get(case=case).amount_fen == full, "the decree stays as it was issued"
    assert sound() == []
    correct(world, round_, "西科〔2024〕10号", amount_yuan=f"{full / 100:.2f}")
    assert fresh(call).budget_line.obligated == 2 * full and fresh(case).amount_fen == full
    assert [one.amount_fen for one in Instalment.objects.filter(award__case=case)] == [full]
    assert sound() == []
    with pytest.raises(BadData) as refused:
        correct(world, round_, "西科〔2024〕11号", amount_yuan=f"{full / 100 + 1:.2f}")
    assert "does not compute" in str(refused.value.fields["amount_yuan"])
    with pytest.raises(WrongState, match="used already"):
        correct(world, round_, "西科〔2024〕9号", name="杭州改名科技有限公司")
    with pytest.raises(BadData):
        correct(world, round_, "西科[2024]11号", name="杭州改名科技有限公司")
    with pytest.raises(BadData):
        correct(world, round_, "西科〔2024〕11号")
    shown = Client().get(reverse("public:decree", args=[round_.decree.pk])).text
    assert "西科〔2024〕9号" in shown and "西科〔2024〕10号" in shown
    assert fresh(other).amount_fen == full


def test_a_corrected_name_is_the_one_the_account_is_compared_with(world: World) -> None:
    call = world.call()
    case = world.ready(call)
    round_ = world.decreed(call)
    correct(world, round_, "西科〔2024〕9号", name="杭州改名科技有限公司")
    assert Award.objects.get(case=case).company_name == case.company_name
    world.accounted(case)  # the company's own name still fits: its row says how it is called today
    assert fresh(case).state == CaseState.AWAITING_PAYMENT


def test_an_award_is_revoked_before_payment_and_not_while_it_stands_in_a_batch(world: World) -> None:
    call = world.call()
    first, second = world.ready(call, points=0.95), world.ready(call)
    round_ = world.decreed(call)
    said = {"rank": 1, "number": "西科〔2024〕9号", "reason": "提供虚假材料"}
    world.act("round", round_, "revoke_award", "notice", data=said)
    assert fresh(first).state == CaseState.REVOKED and fresh(call).budget_line.obligated == second.computed_fen
    assert Reservation.objects.get(case_id=first.pk).state == ReservationState.FALLEN
    assert sound() == []
    batch = world.batch([world.accounted(second)])
    with pytest.raises(WrongState, match="have the batch returned first"):
        world.act("round", round_, "revoke_award", "notice", data={**said, "rank": 2, "number": "西科〔2024〕10号"})
    with pytest.raises(WrongState, match="have the batch returned first"):
        correct(world, round_, "西科〔2024〕10号", rank=2, amount_yuan="100.00")
    world.act("batch", batch, "check", "finance2")
    assert sound() == []


def test_what_was_appended_and_changed_cannot_be_edited(world: World) -> None:
    round_, _cases = on_notice(world, 2)
    objection = filed(world, round_, 1)
    for change in (
        lambda: NoticeEntry.objects.update(count=9),
        lambda: NoticeEntry.objects.all().delete(),
        lambda: Objection.objects.filter(pk=objection.pk).update(grounds="没有"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


def test_the_pages_of_an_objection(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    round_, _cases = on_notice(world, 1)
    monkeypatch.setattr(person, "business_now", lambda: world.now)
    address = reverse("public:object", args=[round_.notice.pk])
    assert client.get(address).status_code == 200
    sent = {"objector_kind": "person", "rank": 1, "name": "李真名", "contact": "13900001111", "grounds": GROUNDS}
    missing = client.post(address, sent)
    assert missing.status_code == 422 and "李真名" in missing.text
    done = client.post(address, {**sent, "document": pdf("signed.pdf"), "key": "page:one"})
    again = client.post(address, {**sent, "document": pdf("signed.pdf"), "key": "page:one"})
    assert done.status_code == 302 and done["Location"] == again["Location"] and Objection.objects.count() == 1
    receipt = client.get(done["Location"])
    assert receipt.status_code == 200 and "李真名" not in receipt.text
    objection = Objection.objects.get()
    page = reverse("console:objection", args=[objection.number])
    for who, status in (("supervision", 200), ("auditor", 200), ("leader", 404), ("notice", 404), ("amount", 404)):
        visitor = Client()
        visitor.force_login(world.people[who])
        answer = visitor.get(page)
        assert answer.status_code == status, who
        assert ("李真名" in answer.text) == (status == 200)
        listed = visitor.get(reverse("console:objections"))
        assert (objection.number in listed.text) == (status == 200) and "李真名" not in listed.text
    desk = Client()
    desk.force_login(world.people["supervision"])
    shown = desk.get(reverse("console:objection-act", args=[objection.number, "uphold"]))
    assert shown.status_code == 200
    data = {"key": shown.context["key"], "version": shown.context["version"], "reasons": "经核查属实"}
    url = reverse("console:objection-act", args=[objection.number, "uphold"])
    assert desk.post(url, data).status_code == 422
    assert desk.post(url, {**data, "consequence": "rejected"}).status_code == 302
    assert fresh(objection).state == ObjectionState.UPHELD and objection.number in desk.get(page).text
