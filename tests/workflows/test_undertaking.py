"""Undertakings: dated with the award, answered, checked, waived by two people; what a breach leads to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.services import system_actor
from subsidy.cases.models import Case
from subsidy.decisions.models import Undertaking, UndertakingState
from subsidy.payouts.models import PayoutHold, Recovery
from subsidy.payouts.recoveries import RecoveryGround
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.world import World, days_later, fresh, pdf
from workflows.common.jobs import ORIGIN
from workflows.common.refusals import BadData, DutiesClash, Forbidden, NotFound, WrongState
from workflows.undertaking.jobs import begin_undertakings, propose_recovery_of_breach, run_undertakings

NOTE = {"note": "材料齐全，已核对"}


@pytest.fixture
def paid(world: World) -> Case:
    """A case whose award the bank has paid, with its undertakings."""
    cases = obligated(world, 1)
    for document in answered(world.released(cases), world):
        imported(world, document.content, name=document.name)
    begin_undertakings(cases[0].pk, now=world.now)
    return fresh(cases[0])


def first(case: Case, term: str = "annual_report") -> Undertaking:
    return Undertaking.objects.filter(case=case, term=term).order_by("due_on")[0]


def also(world: World, user: User, role: Role) -> None:
    RoleGrant.objects.create(user=user, authority=world.authority, role=role, valid_from=dt.date(2020, 1, 1))


def act(world: World, one: Undertaking, name: str, who: Any = "amount", **data: Any) -> None:
    world.act("undertaking", fresh(one), name, who, data=data or NOTE)


@pytest.mark.django_db
def test_an_award_brings_its_undertakings_once(world: World, paid: Case) -> None:
    begin_undertakings(paid.pk, now=days_later(world.now, 1))
    rows = Undertaking.objects.filter(case=paid).order_by("due_on", "pk")
    found = [(one.term, one.due_on.isoformat(), one.breach) for one in rows]
    awarded_on = paid.award.decree.issued_on
    assert found == [
        ("annual_report", "2024-05-31", "suspension"),
        ("annual_report", "2025-05-31", "suspension"),
        ("annual_report", "2026-05-31", "suspension"),
        ("true_filing", awarded_on.replace(year=awarded_on.year + 10).isoformat(), "recovery"),
    ]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE decisions_undertaking SET due_on = due_on + 1")


@pytest.mark.django_db
def test_reminded_overdue_answered_late_sent_back_and_kept(world: World, paid: Case) -> None:
    one = first(paid)
    assert run_undertakings(world.now) == []
    world.now = days_later(world.now, (one.due_on - world.now.on).days - 30)
    assert run_undertakings(world.now) == [("remind_undertaking", one.pk)]
    assert run_undertakings(days_later(world.now, 1)) == [], "reminded once"
    world.now = days_later(world.now, 30)
    assert run_undertakings(world.now) == [], "its last day is no day too late"
    world.now = days_later(world.now, 1)
    assert run_undertakings(world.now) == [("fall_overdue", one.pk)]
    filer = world.filer(paid.company)
    with pytest.raises(NotFound):
        act(world, one, "report", world.filer(world.company()), answer="不是我的")
    world.act("undertaking", fresh(one), "report", filer, data={"answer": "年度报告"}, files={"document": pdf()})
    act(world, one, "send_back", note="缺少研发费用明细")
    assert fresh(one).state == UndertakingState.OVERDUE
    act(world, one, "report", filer, answer="已补充研发费用明细")
    act(world, one, "keep")
    done = fresh(one)
    assert (done.state, done.decided_by, done.document is None) == ("kept", world.people["amount"], False)
    with pytest.raises(WrongState):
        act(world, one, "find_breach", note="又不认可了", occurred_on="2024-06-01")


@pytest.mark.django_db
def test_waived_by_a_second_person_alone(world: World, paid: Case) -> None:
    one = first(paid)
    act(world, one, "propose_waiver", note="企业已停产，无从报告")
    with pytest.raises(Forbidden):
        act(world, one, "waive", "amount")
    both = world.person("amount-and-leader", Role.LEADER)
    also(world, both, Role.AMOUNT)
    act(world, one, "refuse_waiver", "leader", note="理由不足，应予报告")
    assert fresh(one).state == UndertakingState.AWAITED
    act(world, one, "propose_waiver", both, note="企业已停产，无从报告")
    with pytest.raises(DutiesClash):
        act(world, one, "waive", both)
    act(world, one, "waive", "leader", note="情况属实，同意豁免")
    assert fresh(one).state == UndertakingState.WAIVED


@pytest.mark.django_db
def test_a_breach_stops_payments_where_the_policy_says_so(world: World, paid: Case) -> None:
    act(world, first(paid), "find_breach", note="逾期未报，催告无果", occurred_on="2024-03-01")
    hold = PayoutHold.objects.get(company=paid.company, lifted_at=None)
    assert hold.placed_by == world.people["amount"] and "催告无果" in hold.reason


@pytest.mark.django_db
def test_a_breach_proposes_the_recovery_that_the_policy_names_once(world: World, paid: Case) -> None:
    one = first(paid, "true_filing")
    with pytest.raises(BadData) as ahead:
        act(world, one, "find_breach", note="原始凭证虚假", occurred_on="2034-01-01", term="false_filing")
    assert "occurred_on" in ahead.value.fields
    act(world, one, "find_breach", note="原始凭证虚假", occurred_on=world.now.on.isoformat(), term="false_filing")
    for _again in range(2):
        propose_recovery_of_breach(one.pk, term="false_filing", occurred_on=world.now.on.isoformat(), now=world.now)
    recovery = Recovery.objects.get(case=paid)
    assert (recovery.ground, recovery.term) == (RecoveryGround.TERM, "false_filing")
    assert recovery.proposed_fen == paid.award.amount_fen and one.number in recovery.reason
    assert recovery.proposed_by == world.people["amount"]
    world.now = days_later(world.now, 30)
    decision = {"amount_fen": recovery.proposed_fen, "reasons": "事实清楚，依据充分"}
    finder = world.people["amount"]
    also(world, finder, Role.LEADER)
    with pytest.raises(DutiesClash):
        world.act("recovery", recovery, "decide", finder, data=decision)
    world.act("recovery", recovery, "decide", "leader", data=decision)


@pytest.mark.django_db
def test_what_happened_starts_its_own_days(world: World, paid: Case) -> None:
    said = {"case": paid.pk, "term": "change_report", "occurred_on": world.now.on.isoformat()}
    found = Undertaking.objects.get(pk=world.open("undertaking", "begin_after", "amount", said))
    assert found.due_on > world.now.on + dt.timedelta(days=80) and found.occurred_on == world.now.on
    for changes in ({"term": "annual_report"}, {"term": "nothing"}, {"occurred_on": "2030-01-01"}, {}):
        with pytest.raises((BadData, WrongState)):
            world.open("undertaking", "begin_after", "amount", {**said, **changes})


@pytest.mark.django_db
def test_pages_of_both_sides(world: World, paid: Case, client: Client) -> None:
    one = first(paid)
    client.force_login(world.filer(paid.company))
    page = client.get(reverse("portal:undertaking-report", args=[one.number]))
    assert page.status_code == 200
    for officer in (False, True):
        if officer:
            client.force_login(world.people["amount"])
        name = "console" if officer else "portal"
        assert one.number in client.get(reverse(f"{name}:case", args=[paid.number])).content.decode()
        shown = client.get(reverse(f"{name}:undertaking", args=[one.number])).content.decode()
        assert "5月31日" in shown and "停止拨付" in shown
    listed = client.get(reverse("console:undertakings"), {"state": "awaited"}).content.decode()
    assert one.number in listed
    assert one.number not in client.get(reverse("console:undertakings"), {"state": "queue"}).content.decode()
    form = client.get(reverse("console:undertaking-act", args=[one.number, "find_breach"]))
    assert form.status_code == 200
    assert client.get(reverse("console:begin-undertaking", args=[paid.number])).status_code == 200


@pytest.mark.django_db
def test_what_is_open_ends_with_a_revoked_award_and_what_was_found_stays(world: World, paid: Case) -> None:
    one, other = Undertaking.objects.filter(case=paid, term="annual_report").order_by("due_on")[:2]
    act(world, one, "keep")
    act(world, other, "propose_waiver", note="企业已停产，无从报告")
    assert run_undertakings(world.now) == [], "the award stands"
    with pytest.raises(WrongState):
        world.act("undertaking", fresh(other), "end_undertaking", system_actor("system:clock"), origin=ORIGIN)
    round_ = paid.award.decree.round
    world.act(
        "round",
        round_,
        "revoke_award",
        "notice",
        data={"rank": 1, "number": "西科〔2024〕9号", "reason": "提供虚假材料"},
    )
    still = Undertaking.objects.filter(case=paid).exclude(pk=one.pk).order_by("pk")
    assert run_undertakings(world.now) == [("end_undertaking", other_.pk) for other_ in still]
    assert run_undertakings(days_later(world.now, 4000)) == [], "nothing is reminded of or overdue any more"
    assert fresh(one).state == UndertakingState.KEPT
    assert {row.state for row in still} == {UndertakingState.ENDED}
    with pytest.raises(WrongState):
        act(world, other, "waive", "leader")
    begin_undertakings(paid.pk, now=world.now)
    assert Undertaking.objects.filter(case=paid).count() == 4
