from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from policies.language import Decision, Pack, decide, facts_from_json, load_pack
from subsidy.demo.boundary import BoundaryFirm, boundary_firms
from subsidy.demo.district import GeneratedCompany, generate_district
from subsidy.demo.facts import FILED_ON, answers_for, facts_for, known_facts_for
from subsidy.demo.fitted import WAN, fitted_first_batch
from subsidy.demo.waiting import visitor_company, waiting_2023
from subsidy.letters import missing_glyphs

PACKS = Path(__file__).resolve().parents[3] / "policies" / "packs" / "flying_sky"
FIRST, SECOND = load_pack(PACKS / "2022.1"), load_pack(PACKS / "2023.1")
# The share that each version asks of a nearly flying enterprise, in per mille.
NEARLY_RESEARCH = {"2022.1": 50, "2023.1": 60}


def decided(company: GeneratedCompany, pack: Pack, filed_on: dt.date | None = None) -> Decision:
    return decide(pack, facts_from_json(pack, facts_for(company, pack, filed_on=filed_on)))


@pytest.fixture(scope="module")
def batch() -> list[GeneratedCompany]:
    return fitted_first_batch(FIRST)


@pytest.mark.parametrize("filed_on", [dt.date(2022, 3, 1), FILED_ON["2022.1"], dt.date(2022, 12, 31)])
def test_the_engine_alone_finds_seventeen_and_the_total_of_the_report(
    batch: list[GeneratedCompany], filed_on: dt.date
) -> None:
    decisions = [decided(company, FIRST, filed_on) for company in batch]
    assert [decision.outcome for decision in decisions] == ["met"] * 17
    assert 6200 * WAN <= sum(decision.amount or 0 for decision in decisions) < 6300 * WAN
    assert {decision.tier for decision in decisions} == {"flying", "nearly"}


def test_the_first_batch_is_the_same_every_time(batch: list[GeneratedCompany]) -> None:
    assert fitted_first_batch(FIRST) == batch


def test_caps_bind_for_one_company_of_each_tier(batch: list[GeneratedCompany]) -> None:
    amounts = [decided(company, FIRST).amount for company in batch]
    assert amounts.count(1000 * WAN) == amounts.count(300 * WAN) == 1


def test_a_pack_that_some_of_them_do_not_meet_is_noticed() -> None:
    with pytest.raises(ValueError, match="does not meet the pack"):
        fitted_first_batch(SECOND)


@pytest.mark.parametrize("pack", [FIRST, SECOND], ids=lambda pack: pack.version)
def test_every_threshold_holds_on_it_and_one_fen_or_day_beside_it(pack: Pack) -> None:
    filed_on = FILED_ON[pack.version]
    firms = list(boundary_firms(filed_on=filed_on, nearly_research=NEARLY_RESEARCH[pack.version]))
    assert len(firms) == 24

    def reached(firm: BoundaryFirm) -> str | None:
        return decided(firm.company, pack, filed_on).tier

    assert [(firm.what, reached(firm)) for firm in firms] == [(firm.what, firm.tier) for firm in firms]


def test_of_the_waiting_companies_five_qualify() -> None:
    outcomes = {company.name: decided(company, SECOND) for company in waiting_2023(SECOND)}
    assert sorted(decision.outcome for decision in outcomes.values()) == ["met"] * 5 + ["not_met"] * 3
    assert {decision.tier for decision in outcomes.values()} == {"flying", "nearly", None}


def test_research_of_the_revision_turns_one_away_whom_the_first_version_took() -> None:
    company = next(company for company in waiting_2023(SECOND) if company.name.startswith("杭州漱壑"))
    assert decided(company, SECOND).outcome == "not_met"
    old = {**facts_for(company, SECOND), "submitted_on": "2022-05-20"}
    assert decide(FIRST, facts_from_json(FIRST, old)).tier == "nearly"


def test_the_visitor_qualifies_with_the_figures_that_are_printed() -> None:
    visitor = visitor_company(SECOND)
    assert answers_for(visitor, SECOND) == {
        "sales_y1": 4_900_000_000,
        "sales_y3": 2_500_000_000,
        "rd_y1": 392_000_000,
        "valuation": None,
        "commitment_signed": True,
    }
    assert decided(visitor, SECOND).tier == "nearly"
    short = {**facts_for(visitor, SECOND), "rd_y1": 293_999_900}
    assert decide(SECOND, facts_from_json(SECOND, short)).outcome == "not_met"


def test_before_the_visitor_types_nothing_is_decided() -> None:
    known = {fact.name: fact.value for fact in known_facts_for(visitor_company(SECOND), SECOND)}
    assert decide(SECOND, facts_from_json(SECOND, known)).outcome == "unknown"


@pytest.mark.parametrize("make", [waiting_2023, visitor_company])
def test_the_open_call_is_of_the_second_version(make: object) -> None:
    with pytest.raises(ValueError, match=r"file under 2023\.1"):
        make(FIRST)  # type: ignore[operator]


def test_no_two_companies_of_the_demo_share_a_code_a_name_an_account_or_a_certificate(
    batch: list[GeneratedCompany],
) -> None:
    fitted = [*batch, *waiting_2023(SECOND), visitor_company(SECOND)]
    everyone = [*fitted, *generate_district(scale=2000).companies]
    assert len({company.uscc for company in everyone}) == len(everyone)
    assert len({company.name for company in everyone}) == len(everyone)
    numbers = [company.account.number for company in fitted]
    assert len(set(numbers)) == len(numbers)
    certificates = [held.certificate_number for company in everyone for held in company.recognitions]
    assert len(set(certificates)) == len(certificates)


def test_every_name_can_be_printed(batch: list[GeneratedCompany]) -> None:
    for company in [*batch, *waiting_2023(SECOND), visitor_company(SECOND)]:
        assert missing_glyphs(company.name + company.legal.name + company.handler.name) == ()
