from __future__ import annotations

import datetime as dt
import hashlib
import math
import os
import statistics
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from stdnum.cn import uscc

from policies.language import Pack, facts_from_json, load_pack
from subsidy.bankfiles.cnaps import is_cnaps
from subsidy.demo import names
from subsidy.demo.district import (
    BANKS,
    HOME,
    REFERENCE_YEAR,
    CreditFlag,
    GeneratedCompany,
    generate_companies,
    generate_district,
    generated_company,
    high_tech_certificate,
)
from subsidy.demo.facts import answers_for, facts_for, known_facts_for, officer_facts_for
from subsidy.demo.industries import BY_CODE, INDUSTRIES

ROOT = Path(__file__).resolve().parents[3]
PACKS = ROOT / "policies" / "packs" / "flying_sky"
MANY = 3000


@pytest.fixture(scope="module")
def companies() -> list[GeneratedCompany]:
    return generate_district(scale=MANY).companies


@pytest.fixture(scope="module", params=["2022.1", "2023.1"])
def pack(request: pytest.FixtureRequest) -> Pack:
    return load_pack(PACKS / request.param)


def test_the_same_seed_gives_the_same_bytes_in_another_process_with_another_hash_seed() -> None:
    script = "from subsidy.demo.district import *; print(generate_district(scale=200))"
    outputs = {
        hashlib.sha256(
            subprocess.run(
                [sys.executable, "-c", script],
                cwd=ROOT,
                env={**os.environ, "PYTHONHASHSEED": seed},
                check=True,
                capture_output=True,
            ).stdout
        ).hexdigest()
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_another_seed_gives_another_district() -> None:
    assert generate_district(scale=20, seed=1) != generate_district(scale=20, seed=2)


def test_a_larger_district_contains_the_smaller_one(companies: list[GeneratedCompany]) -> None:
    assert generate_district(scale=100).companies == companies[:100]


@pytest.mark.parametrize("number", [0, 10_000, 199_999])
def test_any_company_of_a_large_district_can_be_made_alone(number: int) -> None:
    assert uscc.is_valid(generated_company(number).uscc)


def test_companies_come_one_at_a_time() -> None:
    first = list(islice(generate_companies(scale=100_000), 3))
    assert first == generate_district(scale=3).companies


@pytest.mark.parametrize("scale", [0, -1])
def test_an_empty_district_is_refused(scale: int) -> None:
    with pytest.raises(ValueError, match="at least one company"):
        generate_district(scale=scale)


def test_codes_names_and_certificates_are_unique(companies: list[GeneratedCompany]) -> None:
    certificates = [held.certificate_number for company in companies for held in company.recognitions]
    assert len({company.uscc for company in companies}) == MANY
    assert len({company.name for company in companies}) == MANY
    assert len(set(certificates)) == len(certificates)


def test_brands_never_repeat_up_to_the_largest_district() -> None:
    assert names.BRANDS >= 200_000
    assert len({names.brand(number) for number in range(200_000)}) == 200_000
    pairs = len(names._FIRST) * len(names._SECOND)
    assert math.gcd(names._SPREAD, pairs) == 1
    with pytest.raises(ValueError, match="generate fewer"):
        names.brand(names.BRANDS)


def test_sizes_follow_their_distribution(companies: list[GeneratedCompany]) -> None:
    sales = [
        figures.revenue_fen
        for company in companies
        if (figures := company.figures(REFERENCE_YEAR)) and figures.revenue_fen
    ]
    assert 13_000_000_00 < statistics.median(sales) < 17_000_000_00
    assert 1.5 < statistics.stdev(math.log(each) for each in sales) < 1.7


def test_the_odd_companies_are_about_as_many_as_in_a_real_district(companies: list[GeneratedCompany]) -> None:
    def share(chosen: int) -> float:
        return round(100 * chosen / MANY)

    assert share(sum(bool(company.credit_flags) for company in companies)) in (4, 5, 6)
    assert share(sum(company.move is not None for company in companies)) in (2, 3, 4)
    assert share(sum(company.former_name is not None for company in companies)) in (1, 2, 3)
    assert share(MANY - len({company.account.number for company in companies})) in (1, 2, 3)
    assert len({company.legal.telephone for company in companies}) < MANY
    assert {company.region for company in companies} > {HOME}


def test_a_renamed_company_still_has_its_old_name_on_its_account(companies: list[GeneratedCompany]) -> None:
    renamed = [company for company in companies if company.former_name]
    assert renamed
    assert all(company.account.holder_name == company.former_name != company.name for company in renamed)


def test_no_year_lies_before_the_founding(companies: list[GeneratedCompany]) -> None:
    assert all(figures.year >= company.founded_on.year for company in companies for figures in company.years)


def test_figures_hang_together(companies: list[GeneratedCompany]) -> None:
    for company in companies:
        for figures in company.years:
            assert 0 <= figures.rd_staff <= figures.staff
            assert figures.rd_fen <= figures.revenue_fen * 12 // 10
            # Money is whole fen; a float would slip through every comparison.
            assert type(figures.revenue_fen) is type(figures.rd_fen) is int


def test_names_that_try_a_program_are_in_every_demo() -> None:
    found = {company.name for company in generate_district().companies}
    assert any("𠮷" in name and "㛃" in name for name in found)
    assert any(name.startswith("=") for name in found)


def test_telephones_are_nobodys(companies: list[GeneratedCompany]) -> None:
    assert all(company.handler.telephone.startswith("0571-0") for company in companies)


def test_bank_codes_are_those_of_head_offices() -> None:
    assert all(is_cnaps(code) for code, _ in BANKS)


def test_industries_have_one_code_each_and_words_for_names() -> None:
    assert len(BY_CODE) == len(INDUSTRIES) >= 60
    assert all(industry.words and industry.weight > 0 for industry in INDUSTRIES)


def test_every_company_speaks_the_language_of_the_pack(companies: list[GeneratedCompany], pack: Pack) -> None:
    for company in companies[:300]:
        facts_from_json(pack, facts_for(company, pack))


def test_each_fact_comes_from_one_side(companies: list[GeneratedCompany], pack: Pack) -> None:
    company = companies[0]
    typed, checked = set(answers_for(company, pack)), set(officer_facts_for(company, pack))
    known = {fact.name for fact in known_facts_for(company, pack)}
    assert all(len(side) > 0 for side in (typed, known, checked))
    assert not typed & known and not typed & checked and not known & checked
    assert typed | known | checked | {"submitted_on"} == set(facts_for(company, pack))


def test_a_year_not_reported_is_unknown_and_one_before_the_founding_is_absent() -> None:
    pack = load_pack(PACKS / "2023.1")
    districts = generate_district(scale=MANY).companies
    unreported = next(company for company in districts if company.years and company.years[-1].year == 2022)
    young = next(company for company in districts if company.founded_on.year == 2022 and company.figures(2023))
    assert "sales_y1" not in facts_for(unreported, pack)
    assert facts_for(young, pack)["sales_y3"] is None


def test_tax_office_follows_a_moving_company_later() -> None:
    pack = load_pack(PACKS / "2023.1")
    moved = next(company for company in generate_companies(scale=MANY) if company.move and company.region == HOME)
    assert moved.move is not None
    soon = facts_for(moved, pack, filed_on=moved.move.on + dt.timedelta(days=10))
    later = facts_for(moved, pack, filed_on=moved.move.on + dt.timedelta(days=70))
    assert (soon["registered_in_district"], soon["taxed_in_district"]) == (True, False)
    assert (later["registered_in_district"], later["taxed_in_district"]) == (True, True)


@pytest.mark.parametrize(
    ("on", "counts"),
    [("2022-02-27", False), ("2022-02-28", True), ("2024-02-28", True), ("2024-02-29", False)],
)
def test_an_incident_counts_for_two_years(on: str, counts: bool) -> None:
    pack = load_pack(PACKS / "2023.1")
    flag = CreditFlag("major_incident", dt.date.fromisoformat(on), None)
    company = replace(generated_company(0), credit_flags=(flag,))
    assert officer_facts_for(company, pack, filed_on=dt.date(2024, 2, 28)) == {"major_incident": counts}


def test_the_certificate_that_counts_is_the_longest_of_those_issued() -> None:
    pack = load_pack(PACKS / "2023.1")
    issued = [dt.date(2019, 12, 4), dt.date(2022, 12, 24), dt.date(2024, 12, 6)]
    held = tuple(high_tech_certificate(number, on) for number, on in enumerate(issued))
    company = replace(generated_company(0), recognitions=held)
    assert facts_for(company, pack, filed_on=dt.date(2024, 2, 28))["high_tech_until"] == "2025-12-23"
    assert facts_for(replace(company, recognitions=()), pack)["high_tech_until"] is None


def test_a_fact_that_the_district_does_not_know_is_named() -> None:
    pack = load_pack(PACKS / "2023.1")
    odd = replace(pack, facts={"moon_phase": pack.facts["sales_y1"]})
    with pytest.raises(ValueError, match="no fact 'moon_phase'"):
        facts_for(generated_company(0), odd)


def test_a_version_without_a_day_of_filing_asks_for_one() -> None:
    pack = replace(load_pack(PACKS / "2023.1"), version="2025.1")
    with pytest.raises(ValueError, match="pass filed_on"):
        facts_for(generated_company(0), pack)


def test_sources_speak_chinese_and_of_yuan() -> None:
    pack = load_pack(PACKS / "2023.1")
    company = next(company for company in generate_companies(scale=100) if not company.recognitions and company.years)
    raw = {fact.name: fact.raw for fact in known_facts_for(company, pack)}
    assert raw["high_tech_until"] == "高新技术企业认定名册：无"
    assert raw["registered_in_district"] == "市场主体登记：是"
    figures = company.figures(2023)
    assert figures is not None
    assert raw["contribution_y1"] == f"区税务局：{figures.contribution_fen // 100}.00元"
