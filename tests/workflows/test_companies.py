"""Who acts for a company and until when; what becomes of companies, and what was true on an earlier day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.applicants.enums import CompanyState
from subsidy.applicants.history import group_of, name_at, predecessors_of, region_at, state_at, successor_of
from subsidy.applicants.models import Company, CompanyChange, CompanyUserObjectPermission, GroupLink, PayeeAccount
from subsidy.applicants.selectors import rights_of
from subsidy.cases.selectors import cases_of_member
from subsidy.demo.uscc import generated_uscc
from tests.world import World, days_later, fresh, pdf
from workflows.common.refusals import BadData, DutiesClash, Forbidden, NotFound, RightEnded, WrongState

LETTER = {"right": "file_for", "valid_to": "2024-03-31"}


@pytest.fixture
def company(world: World) -> Company:
    return world.company()


def newcomer(world: World, name: str = "newcomer") -> User:
    return world.person(name, None, kind=UserKind.COMPANY)


def administrator(world: World, company: Company) -> User:
    """The filer made administrator at the counter, as the companies of these tests have none."""
    data = {"username": world.filer(company).username, "right": "administer_for"}
    world.act("company", company, "grant_at_counter", "counter", data=data)
    return world.filer(company)


def change(world: World, company: Company, act: str, **data: Any) -> Company:
    entry = {"effective_on": world.now.on.isoformat(), "document": "杭市监〔2024〕1号", **data}
    world.act("company", company, act, "counter", data=entry)
    return fresh(company)


def account_of(world: World, company: Company) -> PayeeAccount:
    """A confirmed account in the company's own name."""
    entry = {
        "holder_name": company.name,
        "account_number": f"62220000{company.pk:08d}",
        "bank_name": "招商银行杭州分行",
        "bank_code": "308584000013",
    }
    world.act("company", company, "propose_account", world.filer(company), data=entry)
    account = company.accounts.get()
    world.act("company", company, "confirm_account", world.legal(company), data={"account": account.pk})
    return account


class TestRights:
    def test_a_letter_gives_the_right_until_its_last_day_and_says_so_afterwards(
        self, world: World, company: Company
    ) -> None:
        chief, clerk = administrator(world, company), newcomer(world)
        data, files = {"username": clerk.username, **LETTER}, {"letter": pdf("letter.pdf")}
        world.act("company", company, "grant_right", chief, data=data, files=files)
        call = world.call()
        world.now = days_later(world.now, 27)
        assert world.now.on == dt.date(2024, 3, 31)
        assert rights_of(clerk, on=world.now.on) == {company.pk: {"file_for"}}
        call.closes_at = days_later(world.now, 30).at
        call.save(update_fields=["closes_at"])
        case = world.open("case", "open", clerk, {"call": call.pk, "company": company.pk})
        world.now = days_later(world.now, 1)
        with pytest.raises(RightEnded) as refusal:
            world.act("case", case, "withdraw", clerk, data={"reason": "x"})
        assert "2024-03-31" in str(refusal.value.message)
        assert rights_of(clerk, on=world.now.on) == {}
        assert not cases_of_member(clerk, on=world.now.on).exists()

    def test_a_right_that_begins_later_is_none_yet(self, world: World, company: Company) -> None:
        row = CompanyUserObjectPermission.objects.filter(content_object=company)[0]
        clerk = newcomer(world)
        CompanyUserObjectPermission.objects.create(
            user=clerk, permission=row.permission, content_object=company, valid_from=dt.date(2024, 3, 5)
        )
        with pytest.raises(RightEnded):
            world.act("company", company, "hand_over", clerk, data={"username": "nobody", "reason": "x"})

    def test_an_ended_right_tells_when_and_a_stranger_learns_nothing(self, world: World, company: Company) -> None:
        chief, clerk = administrator(world, company), newcomer(world)
        world.act(
            "company", company, "grant_right", chief, data={"username": clerk.username, "right": "administer_for"}
        )
        row = CompanyUserObjectPermission.objects.get(user=clerk)
        world.act("company", company, "end_right", chief, data={"right": row.pk, "reason": "离职"})
        entry = {"username": clerk.username, "right": "file_for"}
        with pytest.raises(RightEnded) as refusal:
            world.act("company", company, "grant_right", clerk, data=entry)
        assert "2024-03-04" in str(refusal.value.message)
        with pytest.raises(NotFound):
            world.act("company", company, "grant_right", newcomer(world, "stranger"), data=entry)
        with pytest.raises(Forbidden) as plain:
            world.act("company", company, "grant_right", world.legal(company), data=entry)
        assert not isinstance(plain.value, RightEnded)

    def test_the_same_right_twice_is_refused_and_an_ended_one_given_anew(self, world: World, company: Company) -> None:
        chief, clerk = administrator(world, company), newcomer(world)
        data = {"username": clerk.username, "right": "file_for"}
        world.act("company", company, "grant_right", chief, data=data)
        with pytest.raises(WrongState), transaction.atomic():
            world.act("company", company, "grant_right", chief, data=data)
        row = CompanyUserObjectPermission.objects.get(user=clerk)
        world.act("company", company, "end_right", chief, data={"right": row.pk, "reason": "离职"})
        world.act("company", company, "grant_right", chief, data=data)
        assert CompanyUserObjectPermission.objects.filter(user=clerk).count() == 2

    def test_a_letter_of_yesterday_gives_nothing(self, world: World, company: Company) -> None:
        chief, clerk = administrator(world, company), newcomer(world)
        with pytest.raises(BadData) as refusal:
            world.act(
                "company",
                company,
                "grant_right",
                chief,
                data={"username": clerk.username, "right": "file_for", "valid_to": "2024-03-03"},
                files={"letter": pdf()},
            )
        assert "valid_to" in refusal.value.fields

    def test_the_administrator_hands_over_and_leaves(self, world: World, company: Company) -> None:
        chief, clerk = administrator(world, company), newcomer(world)
        row = CompanyUserObjectPermission.objects.get(user=chief, permission__codename="administer_for")
        with pytest.raises(WrongState):
            world.act("company", company, "end_right", chief, data={"right": row.pk, "reason": "离职"})
        world.act("company", company, "hand_over", chief, data={"username": clerk.username, "reason": "离职"})
        assert rights_of(clerk, on=world.now.on) == {company.pk: {"file_for", "administer_for"}}
        assert rights_of(chief, on=world.now.on) == {}

    def test_the_legal_representative_replaces_an_administrator_who_is_gone(
        self, world: World, company: Company
    ) -> None:
        chief, clerk = administrator(world, company), newcomer(world)
        data = {"username": clerk.username, "reason": "原管理员失联"}
        world.act("company", company, "appoint_administrator", world.legal(company), data=data)
        assert rights_of(clerk, on=world.now.on) == {company.pk: {"administer_for"}}
        assert rights_of(chief, on=world.now.on) == {company.pk: {"file_for"}}

    def test_rows_of_rights_and_changes_stay_as_they_were(self, world: World, company: Company) -> None:
        change(world, company, "rename", name="杭州新名科技有限公司")
        rows = CompanyUserObjectPermission.objects.filter(content_object=company)
        for forge in (
            lambda: rows.update(valid_to=dt.date(2030, 1, 1)),
            lambda: rows.delete(),
            lambda: CompanyChange.objects.update(before="x"),
            lambda: CompanyChange.objects.all().delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                forge()


class TestCounter:
    def test_who_assisted_a_company_acts_on_no_case_of_it(self, world: World) -> None:
        RoleGrant.objects.create(
            user=world.people["counter"], authority=world.authority, role=Role.ACCEPTANCE, valid_from="2020-01-01"
        )
        case = world.submitted()
        with pytest.raises(DutiesClash):
            world.act("case", case, "accept", "counter")
        world.act("case", case, "accept", "acceptance")

    def test_registered_with_the_people_who_stand_there(self, world: World) -> None:
        clerk, legal = newcomer(world), newcomer(world, "legal")
        data = {
            "uscc": generated_uscc(88_001, region="330106"),
            "name": "杭州柜台科技有限公司",
            "region": "330106",
            "founded_on": "2019-01-01",
            "representative": "法人",
            "administrator": clerk.username,
            "confirmer": legal.username,
            "valid_to": "2024-06-30",
        }
        pk = world.open("company", "register", "counter", data, files={"letter": pdf()})
        assert rights_of(clerk, on=world.now.on) == {pk: {"file_for", "administer_for"}}
        assert rights_of(legal, on=world.now.on) == {pk: {"confirm_for", "administer_for"}}
        assert rights_of(clerk, on=dt.date(2024, 7, 1)) == {}
        with pytest.raises(BadData) as refusal:
            world.open("company", "register", "counter", data, files={"letter": pdf()})
        assert "杭州柜台科技有限公司" in refusal.value.fields["uscc"][0]

    def test_a_branch_names_its_company_and_does_not_file(self, world: World, company: Company) -> None:
        data = {
            "uscc": generated_uscc(88_002, region="330106"),
            "name": "杭州云帆分公司",
            "region": "330106",
            "founded_on": "2019-01-01",
            "legal_form": "branch",
        }
        with pytest.raises(BadData) as refusal:
            world.open("company", "register", "counter", data)
        assert "head_office" in refusal.value.fields
        clerk = newcomer(world)
        data |= {"head_office": company.uscc, "administrator": clerk.username}
        branch = Company.objects.get(pk=world.open("company", "register", "counter", data))
        assert branch.head_office == company
        with pytest.raises(WrongState):
            world.open("case", "open", clerk, {"call": world.call().pk, "company": branch.pk})


class TestLife:
    def test_names_are_as_at_the_date(self, world: World, company: Company) -> None:
        first = company.name
        change(world, company, "rename", name="杭州二名科技有限公司", effective_on="2024-02-01")
        company = change(world, company, "rename", name="杭州三名科技有限公司", effective_on="2024-03-01")
        days = ("2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01")
        names = [name_at(company, dt.date.fromisoformat(day)) for day in days]
        assert names == [first, "杭州二名科技有限公司", "杭州二名科技有限公司", "杭州三名科技有限公司"]

    @pytest.mark.parametrize("day", ["2024-03-05", "2024-01-31"])
    def test_a_change_is_neither_of_tomorrow_nor_before_the_last(
        self, world: World, company: Company, day: str
    ) -> None:
        change(world, company, "rename", name="杭州二名科技有限公司", effective_on="2024-02-01")
        with pytest.raises(BadData) as refusal:
            change(world, company, "rename", name="杭州三名科技有限公司", effective_on=day)
        assert "effective_on" in refusal.value.fields

    def test_the_case_keeps_the_name_it_was_filed_under(self, world: World) -> None:
        case = world.submitted()
        was = case.company_name
        change(world, case.company, "rename", name="杭州二名科技有限公司")
        assert fresh(case).company_name == was and fresh(case).company.name == "杭州二名科技有限公司"

    def test_a_company_that_moved_away_files_nothing_here(self, world: World, company: Company) -> None:
        company = change(world, company, "move", region="330108", effective_on="2024-03-01")
        assert region_at(company, dt.date(2024, 2, 29)) == "330106" and company.region == "330108"

    def test_a_merger_in_the_middle_of_a_case(self, world: World) -> None:
        call = world.call()
        case, heir = world.submitted(call), world.company()
        old, draft = case.company, world.filled(world.call(), case.company)
        merged = change(world, old, "merge", other=heir.uscc)
        assert merged.state == CompanyState.MERGED and state_at(merged, dt.date(2024, 3, 3)) == CompanyState.ACTIVE
        assert successor_of(merged) == heir and predecessors_of(heir) == {old.pk}
        with pytest.raises(RightEnded):
            world.act("case", case, "withdraw", world.filer(old), data={"reason": "x"})
        with pytest.raises(WrongState):
            world.act("case", draft, "submit", world.filer(heir), data={"declaration": True})
        with pytest.raises(WrongState):
            world.open("case", "open", world.filer(heir), {"call": world.call().pk, "company": old.pk})
        wanted = {"message": "补正", "reason_sales_y1": "不符"}
        world.act("case", case, "return_for_correction", "acceptance", data=wanted)
        world.act("case", case, "save_answers", world.filer(heir), data={"sales_y1": 12_000_000_001})
        world.act("case", case, "resubmit", world.filer(heir), data={"declaration": True})
        assert fresh(case).state == "awaiting_acceptance" and fresh(case).company == old
        with pytest.raises(WrongState):
            change(world, merged, "rename", name="x")

    def test_money_due_to_a_merged_company_goes_to_its_successor(self, world: World) -> None:
        call = world.call()
        case = world.ready(call)
        world.decreed(call)
        case, heir = world.accounted(case), world.company()
        change(world, case.company, "merge", other=heir.uscc)
        assert fresh(case.payee_account).state == "ended"
        account, other = account_of(world, heir), account_of(world, world.company())
        with pytest.raises(BadData):
            world.act("case", case, "change_account", world.legal(heir), data={"account": other.pk})
        world.act("case", case, "change_account", world.legal(heir), data={"account": account.pk})
        assert fresh(case).payee_account == account
        assert world.batch([fresh(case)]).lines.get().payee_name == heir.name

    def test_mergers_in_a_row_lead_to_the_last(self, world: World) -> None:
        first, second, third = world.company(), world.company(), world.company()
        change(world, first, "merge", other=second.uscc)
        change(world, second, "merge", other=third.uscc)
        assert successor_of(first) == third and predecessors_of(third) == {first.pk, second.pk}
        with pytest.raises(BadData):
            change(world, third, "merge", other=first.uscc)

    def test_a_split_that_goes_on_keeps_its_people(self, world: World, company: Company) -> None:
        heir = world.company()
        after = change(world, company, "split", other=heir.uscc, survives=True)
        assert after.state == CompanyState.ACTIVE and rights_of(world.filer(company), on=world.now.on)
        gone = change(world, company, "split", other=world.company().uscc)
        assert gone.state == CompanyState.SPLIT and not rights_of(world.filer(company), on=world.now.on)

    def test_a_new_legal_representative_ends_the_rights_of_the_old(self, world: World, company: Company) -> None:
        legal, row = newcomer(world, "old-legal"), CompanyUserObjectPermission.objects.get(user=world.legal(company))
        CompanyUserObjectPermission.objects.create(
            user=legal, permission=row.permission, content_object=company, basis="representative"
        )
        assert rights_of(legal, on=world.now.on)
        change(world, company, "change_representative", representative="新法人")
        assert not rights_of(legal, on=world.now.on)
        assert rights_of(world.legal(company), on=world.now.on)

    def test_a_closed_company_files_nothing(self, world: World, company: Company) -> None:
        change(world, company, "close")
        with pytest.raises(WrongState):
            world.open("case", "open", world.filer(company), {"call": world.call().pk, "company": company.pk})

    def test_groups_are_joined_by_links_that_hold_on_the_day(self, world: World) -> None:
        mother, child, grandchild, other = (world.company() for _ in range(4))
        change(world, mother, "link", other=child.uscc, kind="majority", share="51.00", effective_on="2024-01-01")
        change(world, child, "link", other=grandchild.uscc, kind="control", effective_on="2024-02-01")
        assert GroupLink.objects.get(parent=mother).share == 5_100
        whole = {mother.pk, child.pk, grandchild.pk}
        assert group_of(grandchild, dt.date(2024, 2, 1)) == whole == group_of(mother, dt.date(2024, 2, 1))
        assert group_of(mother, dt.date(2024, 1, 31)) == {mother.pk, child.pk}
        link = GroupLink.objects.get(parent=mother)
        change(world, mother, "end_link", link=link.pk, effective_on="2024-02-15")
        assert group_of(mother, dt.date(2024, 2, 15)) == whole
        assert group_of(mother, dt.date(2024, 2, 16)) == {mother.pk} and group_of(other, world.now.on) == {other.pk}
        with pytest.raises(BadData):
            change(world, mother, "link", other=mother.uscc, kind="control")
