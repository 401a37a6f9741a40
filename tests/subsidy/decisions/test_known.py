"""Facts that the system knows by itself: from a company's life, registers and earlier awards, on the day that decides."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from policies.language import ABSENT, Pack, decide, load_pack
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import Company, CompanyFact
from subsidy.decisions.books import books_of
from subsidy.decisions.facts import Known, assembled, facts_of, gathered, held_on
from subsidy.decisions.models import Award
from subsidy.decisions.rows import Reads
from subsidy.programmes.packs import pack_of
from tests.subsidy.registers.lists import AWARDS, apply, deliver, note, said
from tests.world import PACKS, START, World, fresh

DAY = dt.date.fromisoformat
TODAY = DAY("2024-03-04")
LISTED = ",,2024-01-10,"
OLD_AWARD = "high_tech_award_xihu,,,,300000.00,2023-11-05,杭财〔2023〕5号"


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def company(world: World) -> Company:
    return world.company()


def pack_named(code: str, version: str) -> Pack:
    return load_pack(PACKS / code / version)


XIHU = ("high_tech_award_xihu", "2023.1")
EAGLE = ("new_fledgling_eagle_award_binjiang", "2024.1")
FLYING = ("flying_sky", "2023.1")


def known(company: Company, name: str, on: dt.date = TODAY, pack: tuple[str, str] = FLYING) -> Known:
    read = pack_named(*pack)
    return assembled(read, held_on(company.pk, Reads.of(read), on=on), filed_on=on)[name]


def value(*args: Any, **more: Any) -> Any:
    found = known(*args, **more)
    return found.value if found.is_known else "unknown"


def change(world: World, company: Company, act: str, **data: Any) -> Company:
    entry = {"effective_on": world.now.on.isoformat(), "document": "杭市监〔2024〕1号", **data}
    world.act("company", company, act, "counter", data=entry)
    return fresh(company)


def keep(world: World, company: Company, source: str, as_of: str, name: str, kind: str, held: Any) -> None:
    facts = [{"name": name, "kind": kind, "value": held}]
    world.act("company", company, "keep_facts", "counter", data={"source": source, "as_of": as_of, "facts": facts})


def forget(company: Company, *names: str) -> None:
    """As if no source had ever said these."""
    CompanyFact.objects.filter(company=company, name__in=names).update(superseded_at=START.at)


class TestLists:
    def test_a_list_that_was_never_imported_leaves_it_unknown(self, company: Company) -> None:
        forget(company, "is_dishonest")
        assert value(company, "is_dishonest") == "unknown"

    def test_an_empty_complete_list_says_no_from_its_day_on(self, world: World, company: Company) -> None:
        forget(company, "is_dishonest")
        apply(world, deliver(world, register="dishonest", as_of="2024-02-01", complete=True))
        found: Any = known(company, "is_dishonest")
        assert found.value is False
        assert (found.row.source, found.row.as_of, found.row.raw) == (
            FactSource.REGISTER,
            DAY("2024-02-01"),
            "list.csv",
        )
        assert value(company, "is_dishonest", DAY("2024-01-31")) == "unknown"

    @pytest.mark.parametrize("applied, complete", [(False, True), (True, False)])
    def test_a_list_that_is_not_applied_or_not_complete_says_nothing_of_others(
        self, world: World, company: Company, applied: bool, complete: bool
    ) -> None:
        forget(company, "is_dishonest")
        about = deliver(world, said(world.company(), LISTED), register="dishonest", complete=complete)
        if applied:
            apply(world, about)
        assert value(company, "is_dishonest") == "unknown"

    def test_a_company_whose_line_could_not_be_read_is_not_cleared(self, world: World, company: Company) -> None:
        forget(company, "is_dishonest")
        other = world.company()
        forget(other, "is_dishonest")
        apply(world, deliver(world, said(company, ",,不知道,"), register="dishonest", complete=True))
        assert value(company, "is_dishonest") == "unknown" and value(other, "is_dishonest") is False

    def test_a_company_that_stands_on_the_list_does_not_pass_whatever_a_source_says(
        self, world: World, company: Company
    ) -> None:
        apply(world, deliver(world, said(company, LISTED), register="dishonest", as_of="2024-01-31"))
        keep(world, company, "registry", "2024-03-04", "is_dishonest", "yes_no", False)
        found: Any = known(company, "is_dishonest")
        assert found.value is True and [row.source for row in found.conflicts] == ["registry"]
        assert value(company, "is_dishonest", DAY("2024-01-09")) is False

    def test_a_decision_is_unknown_until_the_list_is_there_and_never_passes_before(self, world: World) -> None:
        case = world.submitted()
        pack = pack_of(case.policy_version)
        forget(case.company, "is_dishonest")
        found = decide(pack, facts_of(case, pack, on=TODAY))
        assert found.outcome == "unknown" and "is_dishonest" in {one.fact for one in found.ask}
        about = deliver(world, said(case.company, LISTED), register="dishonest", complete=True)
        apply(world, about)
        assert decide(pack, facts_of(case, pack, on=TODAY)).outcome == "not_met"


class TestTitles:
    def test_a_title_gives_its_days_and_a_complete_list_says_that_there_is_none(self, world: World) -> None:
        one, other = world.company(), world.company()
        assert value(other, "certificate_on", pack=XIHU) == "unknown"
        apply(world, deliver(world, said(one), complete=True))
        assert value(one, "certificate_on", pack=XIHU) == DAY("2023-12-01")
        assert value(one, "certificate_on", DAY("2023-11-30"), pack=XIHU) == "unknown"
        assert value(other, "certificate_on", pack=XIHU) is ABSENT

    def test_a_revoked_title_is_no_title(self, world: World, company: Company) -> None:
        entry = note(world, company)
        assert value(company, "certificate_on", pack=XIHU) == DAY("2021-12-01")
        data = {"entry": entry.pk, "change": "ended", "effective_on": "2024-02-01", "reason": "国科火字〔2024〕1号"}
        world.act("company", company, "change_entry", "counter", data=data)
        assert value(company, "certificate_on", pack=XIHU) == "unknown"
        assert value(company, "certificate_on", DAY("2024-01-31"), pack=XIHU) == DAY("2021-12-01")

    def test_a_second_certificate_is_a_renewal_and_a_first_one_is_not_guessed(self, world: World) -> None:
        company, pack = world.company(), ("high_tech_award_binjiang", "2024.1")
        note(world, company)
        assert value(company, "recognition", pack=pack) == "unknown"
        apply(world, deliver(world, said(company)))
        assert value(company, "recognition", pack=pack) == "renewed"

    def test_the_highest_platform_counts_and_none_only_by_a_complete_list(self, world: World) -> None:
        pack = ("rd_platform_award", "2024.1")
        one, other = world.company(), world.company()
        lines = [
            said(one, f"P{level},{level},2023-0{n}-01,2026-11-30")
            for n, level in ((5, "市级研发中心"), (3, "省级企业研究院"))
        ]
        apply(world, deliver(world, lines[0], register="rd_platform"))
        assert value(one, "platform", pack=pack) == "city_centre"
        assert value(other, "platform", pack=pack) == "unknown"
        note(
            world,
            other,
            kind="rd_platform",
            level="省级企业研究院",
            certificate_number="P9",
            valid_from="2023-03-01",
            valid_to="2026-01-01",
        )
        assert value(other, "platform", pack=pack) == "provincial_institute"
        assert value(other, "recognised_on", pack=pack) == DAY("2023-03-01")
        apply(world, deliver(world, lines[0], register="rd_platform", complete=True))
        assert value(world.company(), "platform", pack=pack) == "none"


class TestLife:
    def test_a_move_away_counts_from_its_day_until_the_registry_says_otherwise(
        self, world: World, company: Company
    ) -> None:
        change(world, company, "move", region="330108", effective_on="2024-03-01")
        before, after = DAY("2024-02-29"), DAY("2024-03-01")
        assert value(company, "registered_in_district", before) is True
        assert value(company, "taxed_in_district", before) is True
        assert value(company, "registered_in_district", after) is False
        assert value(company, "taxed_in_district", after) is False
        keep(world, company, "registry", "2024-03-02", "registered_in_district", "yes_no", True)
        found: Any = known(company, "registered_in_district", DAY("2024-03-04"))
        assert found.value is True and FactSource.SYSTEM in {row.source for row in found.conflicts}

    def test_who_moved_in_is_not_taxed_here_before_the_tax_office_says_so(
        self, world: World, company: Company
    ) -> None:
        change(world, company, "move", region="330108", effective_on="2023-03-01")
        change(world, company, "move", region="330106", effective_on="2024-03-01")
        assert value(company, "moved_in_on", pack=EAGLE) == DAY("2024-03-01")
        assert value(company, "moved_in_on", DAY("2024-02-29"), pack=EAGLE) == "unknown"
        assert value(company, "taxed_in_district") == "unknown"
        keep(world, company, "tax", "2024-03-02", "taxed_in_district", "yes_no", True)
        assert value(company, "taxed_in_district") is True

    def test_without_any_source_the_companys_own_record_says_it(self, world: World, company: Company) -> None:
        forget(company, "registered_in_district", "founded_on")
        found: Any = known(company, "registered_in_district")
        assert (found.value, found.row.source, found.row.raw) == (True, FactSource.SYSTEM, "330106")
        assert value(company, "founded_on") == DAY("2016-05-01")
        city = ("high_tech_award_hangzhou", "2025.1")
        change(world, company, "move", region="330108")
        assert value(company, "registered_in_city", pack=city) is True

    def test_a_branch_is_no_legal_person_whatever_the_registry_says(self, world: World, company: Company) -> None:
        eagle = ("fledgling_eagle", "2022.1")
        assert value(company, "is_legal_person", pack=eagle) is True
        Company.objects.filter(pk=company.pk).update(legal_form="branch")
        keep(world, company, "registry", "2024-03-01", "is_legal_person", "yes_no", True)
        assert value(company, "is_legal_person", pack=eagle) is False


def awards(company: Company, on: dt.date = TODAY, case_id: int | None = None) -> list[tuple[str, str, int]]:
    found = books_of(company.pk, on=on, case_id=case_id).awards
    return [(one.holder, one.measure, one.amount_fen) for one in found]


def tell(world: World, *lines: str, complete: bool = True) -> None:
    about = deliver(world, *lines, register="prior_awards", heading=AWARDS, complete=complete)
    assert about.bad == 0
    apply(world, about)


class TestAwards:
    def test_no_list_of_earlier_awards_means_that_nobody_knows(self, world: World, company: Company) -> None:
        assert value(company, "paid_before", pack=EAGLE) == "unknown"
        assert not known(company, "prior_awards", pack=XIHU).value.complete
        tell(world, f"{company.uscc},p,,,,1,2021-06-01,文", complete=False)
        assert value(world.company(), "paid_before", pack=EAGLE) == "unknown"

    def test_a_complete_list_says_who_was_never_granted_anything(self, world: World, company: Company) -> None:
        tell(world, f"{company.uscc},{EAGLE[0]},,,,1,2021-06-01,文")
        assert value(company, "paid_before", pack=EAGLE) is True
        other = world.company()
        assert value(other, "paid_before", pack=EAGLE) is False
        found = known(other, "prior_awards", pack=XIHU).value
        assert found.complete and found.rows == ()

    def test_an_award_under_a_measure_that_nobody_knows_may_have_been_this_one(self, world: World) -> None:
        company = world.company()
        tell(world, f"{company.uscc},老政策,,,,1,2021-06-01,文")
        assert value(company, "paid_before", pack=EAGLE) == "unknown"
        [row] = known(company, "prior_awards", pack=XIHU).value.rows
        assert "kind" not in row

    def test_an_award_of_this_system_counts_for_others_once_and_not_against_its_own_case(self, world: World) -> None:
        call = world.call()
        case = world.ready(call)
        world.decreed(call, number="西科〔2024〕8号")
        award = Award.objects.get(case=case)
        today = world.now.on
        mine = [("own", "flying_sky", award.amount_fen)]
        assert awards(case.company, today) == mine
        assert awards(case.company, today, case.pk) == []
        line = f"{case.company.uscc},flying_sky,,,,{award.amount_fen / 100:.2f},{today},西科〔2024〕8号"
        tell(world, line)
        assert awards(case.company, today) == mine
        [row] = known(case.company, "prior_awards", today, pack=XIHU).value.rows
        assert row["kind"] == "other" and row["award"] == fresh(case).number
        day_before = award.decree.issued_on - dt.timedelta(days=1)
        assert awards(case.company, day_before) == []

    def test_who_was_merged_into_it_counts_with_all_and_who_it_came_out_of_with_what_was_before(
        self, world: World
    ) -> None:
        old, heir, child = world.company(), world.company(), world.company()
        change(world, old, "merge", other=heir.uscc, effective_on="2024-02-01")
        change(world, heir, "split", other=child.uscc, survives=True, effective_on="2024-03-01")
        tell(
            world,
            f"{old.uscc},a,,,,1,2024-02-10,文1",
            f"{heir.uscc},b,,,,2,2024-02-29,文2",
            f"{heir.uscc},c,,,,3,2024-03-01,文3",
        )
        assert awards(heir) == [("predecessor", "a", 100), ("own", "b", 200), ("own", "c", 300)]
        assert awards(child) == [("predecessor", "a", 100), ("predecessor", "b", 200)]
        assert awards(heir, DAY("2024-01-31")) == []

    def test_the_group_counts_on_the_days_of_its_links(self, world: World) -> None:
        mother, child = world.company(), world.company()
        change(world, mother, "link", other=child.uscc, kind="majority", share="51.00", effective_on="2024-03-01")
        tell(world, f"{mother.uscc},a,,,,1,2022-01-01,文1")
        assert awards(child) == [("group", "a", 100)] and awards(child, DAY("2024-02-29")) == []
        assert known(child, "prior_awards", pack=XIHU).value.rows == ()

    def test_an_award_taken_back_counts_no_more(self, world: World, company: Company) -> None:
        tell(world, f"{company.uscc},a,,,,1,2022-01-01,文1")
        tell(world, f"{company.uscc},a,,,,0,2022-01-01,文1")
        assert awards(company) == []

    def test_the_same_certificate_is_not_paid_twice(self, world: World) -> None:
        """The whole of a measure without an application: list, place, list of awards, and no word typed."""
        world.policy()
        company = world.company()
        pack = pack_named(*XIHU)
        heading = f"{AWARDS},证书发证日期"

        def outcome() -> str:
            read = held_on(company.pk, Reads.of(pack), on=TODAY)
            facts = {name: one.value for name, one in assembled(pack, read, filed_on=TODAY).items() if one.is_known}
            return decide(pack, {**facts, "decided_on": TODAY, "account_confirmed": True}).outcome

        for register in ("dishonest", "serious_violation"):
            apply(world, deliver(world, register=register, complete=True))
        apply(world, deliver(world, said(company), complete=True))
        assert outcome() == "unknown"
        first = deliver(
            world,
            f"{company.uscc},{OLD_AWARD},2020-12-01",
            register="prior_awards",
            heading=heading,
            complete=True,
        )
        apply(world, first)
        assert outcome() == "met"
        again = f"{company.uscc},{OLD_AWARD.replace('5号', '6号')},2023-12-01"
        apply(world, deliver(world, again, register="prior_awards", heading=heading))
        assert outcome() == "not_met"


def test_what_the_system_knows_nobody_types(world: World, company: Company) -> None:
    keep(world, company, "officer", "2024-03-01", "paid_before", "yes_no", False)
    assert value(company, "paid_before", pack=EAGLE) == "unknown"


def test_the_page_of_a_fact_has_source_and_day(world: World) -> None:
    case = world.submitted()
    pack = pack_of(case.policy_version)
    forget(case.company, "serious_violation")
    apply(world, deliver(world, register="serious_violation", as_of="2024-02-01", complete=True))
    row: Any = gathered(case, pack, on=TODAY)["serious_violation"].row
    assert (row.source, row.as_of, row.is_kept) == (FactSource.REGISTER, DAY("2024-02-01"), False)
