"""Payee accounts: two people, a cooling period, names and their explanations, bank codes, court orders."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from subsidy.accounts.models import User
from subsidy.applicants.account_services import accounts_end
from subsidy.applicants.banks import bank_warnings, same_name
from subsidy.applicants.enums import AccountState
from subsidy.applicants.holds import hold_on, payable_accounts
from subsidy.applicants.models import AccountFreeze, Company, PayeeAccount
from subsidy.audit.models import Event
from subsidy.audit.moment import ZONE, Moment
from subsidy.work.enums import Duty
from subsidy.work.models import Hand
from tests.world import World, fresh, pdf
from workflows.common.refusals import BadData, DutiesClash, Forbidden, NotFound, WrongState


@pytest.fixture
def world(db: None) -> World:
    return World()


def _moment(day: str, hour: int = 10) -> Moment:
    at = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), tzinfo=ZONE)
    return Moment(at=at, real=at)


def _entry(company: Company, **changed: Any) -> dict[str, Any]:
    return {
        "holder_name": company.name,
        "account_number": "622200001234",
        "bank_name": "招商银行杭州分行",
        "bank_code": "308584000013",
        **changed,
    }


def _enter(world: World, company: Company, who: Any = None, files: Any = None, **changed: Any) -> PayeeAccount:
    action = "propose_account" if who is None else "enter_account_at_counter"
    who = who or world.filer(company)
    world.act("company", company, action, who, data=_entry(company, **changed), files=files or {})
    return company.accounts.order_by("-pk")[0]


def _confirm(world: World, account: PayeeAccount, who: Any = None, action: str = "confirm_account") -> PayeeAccount:
    who = who or world.legal(account.company)
    world.act("company", account.company, action, who, data={"account": account.pk})
    return fresh(account)


def _freeze(world: World, account: PayeeAccount, number: str = "（2024）浙0106执12号") -> AccountFreeze:
    data = {"account": account.pk, "issuer": "西湖区人民法院", "number": number}
    world.act(
        "company", account.company, "freeze_account", "supervision", data=data, files={"order": pdf("order.pdf")}
    )
    return account.freezes.get(number=number)


@pytest.mark.parametrize(
    ("name", "code", "warned"),
    [
        ("招商银行杭州分行", "308584000013", 0),
        ("招商银行杭州分行", "308584000014", 1),  # the check digit
        ("中国工商银行西湖支行", "308584000013", 1),  # the bank
        ("中国工商银行西湖支行", "308584000014", 2),
        ("北京银行", "313100000013", 0),  # a class of many banks says nothing of the name
        ("随便", "12", 0),  # another form is the form's to refuse
    ],
)
def test_an_odd_bank_code_is_a_warning(name: str, code: str, warned: int) -> None:
    assert len(bank_warnings(bank_name=name, bank_code=code)) == warned


def test_names_differ_in_more_than_the_width_of_their_signs() -> None:
    assert same_name("云帆（杭州）科技有限公司", "云帆(杭州)科技有限公司 ")
    assert not same_name("云帆（杭州）科技有限公司", "云帆杭州科技有限公司")


def test_an_odd_bank_code_refuses_nothing_and_is_recorded(world: World) -> None:
    company = world.company()
    account = _enter(world, company, bank_code="308584000014", bank_name="中国工商银行")
    event = Event.objects.filter(stream="company", stream_id=company.pk, action="propose_account").get()
    assert '"warnings":2' in event.body and account.state == AccountState.PROPOSED


def test_the_first_account_is_paid_to_at_once_and_a_changed_one_cools(world: World) -> None:
    company = world.company()
    world.now = _moment("2024-04-01")
    first = _confirm(world, _enter(world, company))
    assert hold_on(first, at=world.now.at) == ""
    # Wednesday; Thursday to Saturday are Qingming, Sunday 7 April is a make-up working day.
    world.now = _moment("2024-04-03")
    second = _confirm(world, _enter(world, company, account_number="622200009999"))
    assert fresh(first).state == AccountState.ENDED
    assert second.payable_from == dt.datetime(2024, 4, 10, tzinfo=ZONE)
    for day, held in (("2024-04-03", True), ("2024-04-09", True), ("2024-04-10", False)):
        at = _moment(day, 0).at
        if day == "2024-04-03":
            at = world.now.at
        assert bool(hold_on(second, at=at)) is held
        assert payable_accounts(at=at).filter(company=company).exists() is not held
    assert "2024-04-10" in str(hold_on(second, at=world.now.at))


@override_settings(ACCOUNT_COOLING_WORKING_DAYS=0)
def test_a_bureau_may_do_without_cooling(world: World) -> None:
    company = world.company()
    _confirm(world, _enter(world, company))
    second = _confirm(world, _enter(world, company, account_number="622200009999"))
    assert hold_on(second, at=world.now.at) == ""


def test_a_company_whose_account_has_ended_does_not_escape_the_cooling(world: World) -> None:
    company = world.company()
    _confirm(world, _enter(world, company))
    accounts_end(company.pk, now=world.now, reason="销户")
    second = _confirm(world, _enter(world, company, account_number="622200009999"))
    assert hold_on(second, at=world.now.at) != ""


def test_whoever_entered_it_may_not_confirm_it_by_any_way(world: World) -> None:
    company = world.company()
    account = _enter(world, company, "counter")
    with pytest.raises(DutiesClash):
        _confirm(world, account, "counter", "confirm_account_at_counter")
    with pytest.raises(Forbidden):
        _confirm(world, account, world.filer(company))
    assert _confirm(world, account).confirmed_by == world.legal(company)


def test_two_people_change_places_on_the_next_account(world: World) -> None:
    """The pair is of one account: whoever entered this one may confirm the next, but none that they entered."""
    company = world.company()
    filer, legal = world.filer(company), world.legal(company)
    for user, right in ((filer, "confirm_for"), (legal, "file_for")):
        data = {"username": user.username, "right": right}
        world.act("company", company, "grant_at_counter", "counter", data=data)
    _confirm(world, _enter(world, company))
    second = _propose(world, company, legal)
    with pytest.raises(DutiesClash):
        _confirm(world, second, legal)
    assert _confirm(world, second, filer).confirmed_by == filer
    own = _propose(world, company, filer)
    for disguised in (own.pk, str(own.pk), f" {own.pk} ", own):
        with pytest.raises(DutiesClash):
            world.act("company", company, "confirm_account", filer, data={"account": disguised})
    assert fresh(own).state == AccountState.PROPOSED


def test_a_hand_from_before_accounts_were_told_apart_counts_for_the_whole_company(world: World) -> None:
    company = world.company()
    Hand.objects.create(
        authority=world.authority,
        key=world.key(),
        subject_kind="company",
        subject_id=company.pk,
        action="propose_account",
        duty=Duty.ENTERS_ACCOUNT,
        actor=world.legal(company),
        at=world.now.at,
        seq=1,
        data_hash="0" * 64,
    )
    with pytest.raises(DutiesClash):
        _confirm(world, _enter(world, company))


def _propose(world: World, company: Company, who: User) -> PayeeAccount:
    world.act(
        "company", company, "propose_account", who, data=_entry(company, account_number=f"62220{world.key()[3:]:0>9}")
    )
    return company.accounts.order_by("-pk")[0]


def test_the_counter_confirms_what_the_company_entered(world: World) -> None:
    account = _enter(world, world.company())
    with pytest.raises(Forbidden):
        _confirm(world, account, "acceptance", "confirm_account_at_counter")
    assert _confirm(world, account, "counter", "confirm_account_at_counter").state == AccountState.CONFIRMED


def test_another_name_needs_an_explanation_that_an_officer_accepts(world: World) -> None:
    company = world.company()
    with pytest.raises(BadData) as refused:
        _enter(world, company, holder_name="别家有限公司")
    assert set(refused.value.fields) == {"holder_name"} and not company.accounts.exists()
    account = _enter(world, company, holder_name="别家有限公司", files={"explanation": pdf("说明.pdf")})
    with pytest.raises(WrongState, match=r"explanation|说明"):
        _confirm(world, account)
    with pytest.raises(NotFound):
        world.act("company", company, "accept_explanation", world.filer(company), data={"account": account.pk})
    world.act("company", company, "accept_explanation", "counter", data={"account": account.pk})
    with pytest.raises(WrongState):
        world.act("company", company, "accept_explanation", "counter", data={"account": account.pk})
    assert _confirm(world, account).state == AccountState.CONFIRMED


def test_whoever_entered_another_name_may_not_accept_its_explanation(world: World) -> None:
    company = world.company()
    account = _enter(world, company, "counter", {"explanation": pdf()}, holder_name="别家有限公司")
    with pytest.raises(DutiesClash):
        world.act("company", company, "accept_explanation", "counter", data={"account": account.pk})


def test_a_refused_account_cannot_be_confirmed(world: World) -> None:
    account = _enter(world, world.company())
    data = {"account": account.pk, "reason": "公章不清"}
    world.act("company", account.company, "refuse_account", "counter", data=data)
    assert fresh(account).state == AccountState.REFUSED and fresh(account).closing_reason == "公章不清"
    with pytest.raises(BadData):
        _confirm(world, account)
    assert hold_on(fresh(account), at=world.now.at) != ""


def test_the_bank_letter_is_kept_and_a_file_of_another_kind_refused(world: World) -> None:
    company = world.company()
    with pytest.raises(BadData) as refused:
        _enter(world, company, files={"certification": pdf("letter.exe")})
    assert set(refused.value.fields) == {"certification"}
    account = _enter(world, company, files={"certification": pdf("开户证明.pdf")})
    assert account.certification is not None and account.certification.name == "开户证明.pdf"


def test_a_frozen_account_is_not_paid_to_until_every_order_is_lifted(world: World) -> None:
    company = world.company()
    account = _confirm(world, _enter(world, company))
    first = _freeze(world, account)
    second = _freeze(world, account, "（2024）浙01执7号")
    assert "西湖区人民法院" in str(hold_on(account, at=world.now.at))
    with pytest.raises(WrongState):
        _freeze(world, account)  # the same order again
    for freeze in (first, second):
        assert hold_on(account, at=world.now.at) != ""
        data = {"freeze": freeze.pk, "number": "解1号"}
        with pytest.raises(BadData):
            world.act("company", company, "lift_freeze", "supervision", data=data)  # without the paper
        world.act("company", company, "lift_freeze", "supervision", data=data, files={"lifting_order": pdf()})
    assert hold_on(account, at=world.now.at) == ""
    assert fresh(first).lifted_by == world.people["supervision"]


def test_a_freeze_is_of_an_account_of_this_company_and_by_supervision_alone(world: World) -> None:
    account, other = _confirm(world, _enter(world, world.company())), world.company()
    data = {"account": account.pk, "issuer": "法院", "number": "1"}
    for who in ("counter", "finance1", "leader"):
        with pytest.raises(Forbidden):
            world.act("company", account.company, "freeze_account", who, data=data, files={"order": pdf()})
    with pytest.raises(BadData):
        world.act("company", other, "freeze_account", "supervision", data=data, files={"order": pdf()})
    assert not AccountFreeze.objects.exists()


@pytest.mark.parametrize("column", ["account_number", "holder_name", "bank_code", "fingerprint"])
def test_what_was_entered_cannot_be_edited(world: World, column: str) -> None:
    account = _enter(world, world.company())
    with pytest.raises(IntegrityError), transaction.atomic():
        PayeeAccount.objects.filter(pk=account.pk).update(**{column: "1"})


def test_a_lifted_freeze_stays_lifted(world: World) -> None:
    account = _confirm(world, _enter(world, world.company()))
    freeze = _freeze(world, account)
    world.act(
        "company",
        account.company,
        "lift_freeze",
        "supervision",
        data={"freeze": freeze.pk, "number": "解1号"},
        files={"lifting_order": pdf()},
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountFreeze.objects.filter(pk=freeze.pk).update(lifted_at=None, lifted_by=None, lifting_order=None)
