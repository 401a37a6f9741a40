"""What was entered wrongly about a company is taken back by a correcting act, unless something rests on it by then."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from subsidy.accounts.enums import Role, UserKind
from subsidy.applicants.enums import CompanyState
from subsidy.applicants.history import predecessors_of, state_at, successor_of
from subsidy.applicants.models import Company, CompanyChange, Succession
from subsidy.applicants.selectors import rights_of
from subsidy.audit.models import Event
from tests.workflows.test_companies import account_of, change
from tests.world import World, days_later, fresh, pdf
from workflows.common.refusals import BadData, Forbidden, NotFound, RightEnded, WrongState

SAID = {"document": "杭市监更〔2024〕3号", "reason": "合并对象录错"}


@pytest.fixture
def company(world: World) -> Company:
    return world.company()


def later(world: World, days: int = 1) -> None:
    world.now = days_later(world.now, days)


def reverse(world: World, company: Company, **data: Any) -> Company:
    world.act("company", company, "reverse", "counter", data={**SAID, **data})
    return fresh(company)


def test_a_merger_taken_back_leaves_the_company_as_if_it_had_never_been(world: World, company: Company) -> None:
    heir, account = world.company(), account_of(world, company)
    before = rights_of(world.filer(company), on=world.now.on), rights_of(world.legal(company), on=world.now.on)
    later(world)
    merged_on = world.now.on
    change(world, company, "merge", other=heir.uscc)
    later(world)
    company = reverse(world, company)
    assert company.state == CompanyState.ACTIVE
    for day in (merged_on - dt.timedelta(days=1), merged_on, world.now.on):
        assert state_at(company, day) == CompanyState.ACTIVE
    assert successor_of(company) is None and predecessors_of(heir) == set()
    on = world.now.on
    assert (rights_of(world.filer(company), on=on), rights_of(world.legal(company), on=on)) == before
    assert company.pk not in rights_of(world.filer(heir), on=on)
    assert fresh(account).state == "ended", "an account is entered anew and confirmed by two people"
    event = Event.objects.get(stream="company", stream_id=company.pk, action="reverse")
    assert SAID["reason"] in event.body and f'"accounts_that_stay_ended":[{account.pk}]' in event.body


def test_rows_stay_as_they_were_entered(world: World, company: Company) -> None:
    change(world, company, "merge", other=world.company().uscc)
    reverse(world, company)
    changes = CompanyChange.objects.filter(company=company, what="state").order_by("id")
    assert [(row.before, row.after) for row in changes] == [("active", "merged"), ("merged", "active")]
    row = Succession.objects.get(predecessor=company)
    assert row.reversed_at is not None and row.reversing_document == SAID["document"]
    for forge in ({"reversed_at": None, "reversed_by": None}, {"document": "x"}, {"reversing_document": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Succession.objects.filter(pk=row.pk).update(**forge)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()


def test_after_the_correction_the_right_company_can_be_entered(world: World, company: Company) -> None:
    wrong, right = world.company(), world.company()
    change(world, company, "merge", other=wrong.uscc)
    reverse(world, company)
    change(world, company, "merge", other=right.uscc)
    assert successor_of(company) == right and predecessors_of(wrong) == set()
    reverse(world, company)
    change(world, company, "merge", other=wrong.uscc)
    assert successor_of(company) == wrong


def test_a_letter_that_ended_meanwhile_gives_nothing_back(world: World, company: Company) -> None:
    clerk = world.person("clerk", None, kind=UserKind.COMPANY)
    data = {"username": "clerk", "right": "administer_for", "valid_to": "2024-03-10"}
    world.act("company", company, "grant_at_counter", "counter", data=data, files={"letter": pdf()})
    change(world, company, "merge", other=world.company().uscc)
    later(world, 10)
    reverse(world, company)
    assert rights_of(clerk, on=world.now.on) == {}
    with pytest.raises(RightEnded):
        world.act("company", company, "hand_over", clerk, data={"username": "counter", "reason": "x"})


def test_a_closing_taken_back(world: World, company: Company) -> None:
    change(world, company, "close")
    company = reverse(world, company)
    world.open("case", "open", world.filer(company), {"call": world.call().pk, "company": company.pk})
    with pytest.raises(WrongState):
        reverse(world, company)


def test_a_split_that_dissolved_and_one_that_went_on(world: World, company: Company) -> None:
    first, second = world.company(), world.company()
    change(world, company, "split", other=first.uscc, survives=True)
    change(world, company, "split", other=second.uscc)
    assert reverse(world, company).state == CompanyState.ACTIVE
    assert rights_of(world.filer(company), on=world.now.on)
    rows = {row.successor_id: row for row in Succession.objects.filter(predecessor=company)}
    assert rows[second.pk].reversed_at is not None and rows[first.pk].reversed_at is None
    data = {**SAID, "succession": rows[first.pk].pk}
    world.act("company", company, "reverse_split", "counter", data=data)
    with pytest.raises(WrongState):
        world.act("company", company, "reverse_split", "counter", data=data)
    other = world.company()
    change(world, other, "split", other=first.uscc, survives=True)
    with pytest.raises(WrongState):  # of another company
        world.act(
            "company", company, "reverse_split", "counter", data={**SAID, "succession": other.successions.get().pk}
        )


def test_refused_when_a_case_was_decided_since(world: World) -> None:
    call = world.call()
    case, heir = world.scored(call), world.company()
    later(world)
    change(world, case.company, "merge", other=heir.uscc)
    later(world)
    world.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    with pytest.raises(WrongState, match=case.number):
        reverse(world, case.company)
    assert fresh(case.company).state == CompanyState.MERGED


def test_refused_when_the_successor_was_decided_on_since(world: World) -> None:
    call = world.call()
    case, gone = world.scored(call), world.company()
    later(world)
    change(world, gone, "merge", other=case.company.uscc)
    later(world)
    world.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    with pytest.raises(WrongState, match=case.number):
        reverse(world, gone)


def test_what_was_decided_before_is_no_hindrance(world: World) -> None:
    case = world.ready(world.call())
    later(world)
    change(world, case.company, "merge", other=world.company().uscc)
    assert reverse(world, case.company).state == CompanyState.ACTIVE


def test_refused_when_money_is_to_go_to_the_successor(world: World) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    case, heir = world.accounted(case), world.company()
    later(world)
    change(world, case.company, "merge", other=heir.uscc)
    assert rights_of(world.legal(heir), on=world.now.on)[case.company_id]
    account = account_of(world, heir)
    with transaction.atomic():
        reverse(world, case.company)
        transaction.set_rollback(True)
    world.act("case", case, "change_account", world.legal(heir), data={"account": account.pk})
    with pytest.raises(WrongState, match=case.number):
        reverse(world, case.company)


@pytest.mark.parametrize("missing", ["document", "reason"])
def test_a_correction_says_by_what_and_why(world: World, company: Company, missing: str) -> None:
    change(world, company, "close")
    with pytest.raises(BadData) as refusal:
        reverse(world, company, **{missing: ""})
    assert missing in refusal.value.fields


def test_by_the_counter_of_the_bureau_alone(world: World, company: Company) -> None:
    change(world, company, "close")
    for who in (Role.ACCEPTANCE, Role.LEADER, Role.AUDITOR):
        with pytest.raises(Forbidden):
            world.act("company", company, "reverse", who.value, data=SAID)
    with pytest.raises(NotFound):
        world.act("company", company, "reverse", World(code="yh").people["counter"], data=SAID)
