"""Decisions over the generated district against the oracle: by themselves, swept, and through the store."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from policies.language import ABSENT, Decision, Pack, decide, facts_from_json, facts_to_json, load_pack
from policies.language.sweep.whole import sweep
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import Company, CompanyFact
from subsidy.applicants.services import _fact_row
from subsidy.cases.models import Answer, AnswerRecord
from subsidy.cases.values import columns, is_asked
from subsidy.decisions.facts import facts_of, held_on, values_held
from subsidy.decisions.lists import records_held
from subsidy.decisions.rows import Reads
from subsidy.demo.accounts import People
from subsidy.demo.district import GeneratedCompany, generate_companies, generated_company
from subsidy.demo.facts import facts_for
from subsidy.demo.marks import MarkFirm, all_mark_firms, deliveries, mark_firms, settle_mark
from subsidy.demo.profile import profile_of
from subsidy.demo.settle import FIRST_AS_OF, settle
from subsidy.demo.stage import Stage
from tests.policies.generated import tables_of
from tests.policies.packs.agreement import EXAMPLES
from tests.policies.packs.second_calculations import SECOND
from tests.subsidy.demo.oracle import expected
from tests.world import World

PACKS = Path(__file__).resolve().parents[3] / "policies" / "packs"
CODES = {"flying_sky": "2023.1", "rd_subsidy": "2024.1", "tech_sme": "2017.1"}
ON = FIRST_AS_OF
MANY = 10_000
# With as many examples asked for (make test-deep), every company of the district; else so many of them.
DEEP = EXAMPLES >= MANY
SWEPT, STORED = (MANY, 2_000) if DEEP else (2_000, 500)


@cache
def pack_of(code: str) -> Pack:
    return load_pack(PACKS / code / CODES[code])


@cache
def names_of(code: str) -> tuple[str, ...]:
    pack = pack_of(code)
    return (*pack.facts, *pack.records)


def of(decision: Decision) -> tuple[str, int | None]:
    return decision.outcome, decision.amount


@cache
def oracle(code: str, company: GeneratedCompany) -> tuple[str, int | None]:
    return expected(code, names_of(code), facts_for(company, pack_of(code), filed_on=ON))


@cache
def at_marks() -> tuple[MarkFirm, ...]:
    return tuple(all_mark_firms())


@pytest.fixture(scope="module")
def district() -> list[GeneratedCompany]:
    return list(generate_companies(scale=MANY))


# --- by themselves ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_deciding_agrees_with_the_oracle(code: str, district: list[GeneratedCompany]) -> None:
    pack, outcomes = pack_of(code), Counter[str]()
    for company in district[:2_000]:
        decision = decide(pack, facts_from_json(pack, facts_for(company, pack, filed_on=ON)))
        assert of(decision) == oracle(code, company), company.name
        outcomes[decision.outcome] += 1
    assert min(outcomes[outcome] for outcome in ("met", "not_met", "unknown")) >= 5, outcomes


@pytest.mark.parametrize("code", CODES)
def test_a_sweep_over_thousands_agrees_with_the_oracle(code: str, district: list[GeneratedCompany]) -> None:
    pack = pack_of(code)
    swept = district[:SWEPT]
    facts = [facts_from_json(pack, facts_for(company, pack, filed_on=ON)) for company in swept]
    result = sweep(pack, tables_of(pack, facts))
    assert result.height == SWEPT
    for company, row in zip(swept, result.iter_rows(named=True), strict=True):
        assert (row["outcome"], row["amount"]) == oracle(code, company), company.name


# --- through the store -----------------------------------------------------------------------------------------------


class Said(tuple[Any, ...]):
    """Rows of an application that is not in the database, asked for as those of one that is."""

    def select_related(self, *_names: str) -> Said:
        return self

    def order_by(self, *_names: str) -> Said:
        return self


@dataclass
class Filed:
    """An application as `facts_of` reads it: whose, since when, what was answered, and the lists as they were prefilled."""

    company_id: int
    submitted_at: dt.datetime
    answers: Said
    records: Said
    pk: int = 0
    route: str = "R2"


def filed(company_id: int, pack: Pack, facts: Mapping[str, Any], now: dt.datetime) -> Any:
    known = facts_from_json(pack, facts)
    answers = [
        Answer(name=name, **columns(pack.facts[name], value))
        for name, value in known.items()
        if name in pack.facts and is_asked(pack.facts[name])
    ]
    records = []
    asked = [record for record in pack.records.values() if is_asked(record)]
    held = held_on(company_id, Reads.of(pack), on=ON) if asked else []
    for record in asked:
        answers.append(Answer(name=record.name, kind=Answer.LIST, integer=1))
        rows = [row for row in held if row.list_name == record.name]
        for one in records_held(record, rows):
            records.append(AnswerRecord(list_name=record.name, record_key=one.key, values=one.values, as_of=one.as_of))
    return Filed(company_id, now, Said(answers), Said(records))


def through_store(stage: Stage, companies: Iterable[GeneratedCompany], code: str) -> int:
    """Decide each from what the store holds and its answers; fails where the oracle says something else."""
    pack, ids = pack_of(code), dict(Company.objects.values_list("uscc", "pk"))
    at, count = stage.moment(ON, 12).at, 0
    for company in companies:
        case = filed(ids[company.uscc], pack, facts_for(company, pack, filed_on=ON), at)
        assert of(decide(pack, facts_of(case, pack, on=ON))) == oracle(code, company), company.name
        count += 1
    return count


@pytest.fixture
def stage() -> Stage:
    return Stage(World().authority, People())


def quiet(zh: str, en: str) -> None:
    """Take a step's report and say nothing."""


@pytest.mark.django_db
def test_every_decision_through_the_store_is_that_of_the_oracle(
    stage: Stage, district: list[GeneratedCompany]
) -> None:
    """At 100 companies under every policy, and when the district has grown, under one of them in turn."""
    settle(stage, 100, quiet)
    for code in CODES:
        assert through_store(stage, district[:100], code) == 100
    settle(stage, STORED, quiet)
    turns = 1 if DEEP else len(CODES)
    decided = [
        through_store(stage, district[(place if turns > 1 else 0) : STORED : turns], code)
        for place, code in enumerate(CODES)
    ]
    assert sum(decided) >= STORED


@pytest.mark.django_db
def test_what_is_late_is_unknown_until_it_comes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    late = next(n for n in range(2_000) if profile_of(generated_company(n)).late)
    monkeypatch.setattr("subsidy.demo.settle.deliver", lambda *_args: None)
    settle(stage, late + 1, quiet)
    monkeypatch.undo()
    company = Company.objects.get(uscc=generated_company(late).uscc)
    pack = pack_of("flying_sky")

    def contribution() -> Any:
        return values_held(pack, held_on(company.pk, Reads.of(pack), on=ON), on=ON).get("contribution_y1")

    assert contribution() is None
    settle(stage, late + 1, quiet)
    figures = generated_company(late).figures(2023)
    assert figures is not None and contribution() == figures.contribution_fen


# --- at the marks ----------------------------------------------------------------------------------------------------


def own_to_the_system(firm: MarkFirm) -> bool:
    """Whether its policy asks what only the books of this system say (earlier awards), or a later stage is meant.

    Those are held against the second calculation by themselves (tests/policies/test_neighbours.py).
    """
    facts = {name for name, fact in firm.pack.facts.items() if fact.source == "system"} - set(system_facts_of(firm))
    lists = {name for name, record in firm.pack.records.items() if record.source == "system"}
    return firm.stage is not None or bool(facts) or bool(lists)


def either_side(firms: Iterable[MarkFirm]) -> Iterator[MarkFirm]:
    """Of each mark the first company, and the first that its policy decides otherwise (all are decided alone elsewhere)."""
    seen: dict[tuple[str, str, int], set[tuple[str, int | None]]] = {}
    for firm in firms:
        known = seen.setdefault((firm.pack.code, firm.pack.version, firm.mark), set())
        answer = of(decide(firm.pack, firm.facts, stage=firm.stage))
        if len(known) < 2 and answer not in known:
            known.add(answer)
            yield firm


def system_facts_of(firm: MarkFirm) -> dict[str, Any]:
    days = {name: firm.facts.get(name, firm.filed_on) for name in ("submitted_on", "decided_on", "matched_on")}
    return {name: day for name, day in days.items() if name in firm.pack.facts}


def settled(stage: Stage, firms: list[MarkFirm]) -> list[Company]:
    """The companies with their facts, written at once as the act would keep them."""
    companies = Company.objects.bulk_create(
        Company(authority=stage.authority, uscc=firm.uscc, name=firm.name, region="330106", founded_on=firm.founded_on)
        for firm in firms
    )
    CompanyFact.objects.bulk_create(
        _fact_row(company, FactSource(source), firm.filed_on, fact, stage.moment(firm.filed_on), None, "")
        for firm, company in zip(firms, companies, strict=True)
        for source, facts in deliveries(firm).items()
        for fact in facts
    )
    return companies


@pytest.mark.django_db
def test_at_every_mark_the_store_says_what_the_second_calculation_says(stage: Stage) -> None:
    firms = [firm for firm in either_side(at_marks()) if not own_to_the_system(firm)]
    answers: dict[tuple[str, str, int], set[tuple[str, int | None]]] = {}
    for firm, company in zip(firms, settled(stage, firms), strict=True):
        pack = firm.pack
        held = held_on(company.pk, Reads.of(pack), on=firm.filed_on)
        decision = decide(pack, {**values_held(pack, held, on=firm.filed_on), **system_facts_of(firm)})
        met, fen = SECOND[pack.code, pack.version](None, facts_to_json(pack, firm.facts))
        assert decision.outcome == ("met" if met else "not_met"), (pack.code, firm.words, firm.number)
        assert fen is None or decision.amount == fen, (pack.code, firm.words, firm.number)
        answers.setdefault((pack.code, pack.version, firm.mark), set()).add(of(decision))
    assert len(firms) > 300
    assert len({(firm.pack.code, firm.pack.version) for firm in firms}) >= 14
    decisive = {(firm.pack.code, firm.pack.version, firm.mark) for firm in firms if firm.decides}
    flat = [mark for mark in decisive if len(answers[mark]) == 1]
    assert not flat, "a company one fen, person or day beside the mark is decided otherwise"


@pytest.mark.django_db
def test_a_company_at_a_mark_is_entered_at_the_counter_once(stage: Stage) -> None:
    firms = list(mark_firms(PACKS / "rd_platform_award" / "2024.1"))
    ids = [settle_mark(stage, firm) for firm in firms]
    assert [settle_mark(stage, firm) for firm in firms] == ids
    firm = firms[0]
    held = held_on(ids[0], Reads.of(firm.pack), on=firm.filed_on)
    known = values_held(firm.pack, held, on=firm.filed_on)
    for name, value in firm.facts.items():
        assert name in system_facts_of(firm) or known[name] == value or value is ABSENT


def test_numbers_of_companies_at_marks_are_their_own() -> None:
    firms = at_marks()
    assert len({firm.uscc for firm in firms}) == len(firms) == len({firm.number for firm in firms})
    assert min(firm.number for firm in firms) >= 910_000


# --- shares ----------------------------------------------------------------------------------------------------------


def test_the_odd_ones_are_as_many_as_chance_allows(district: list[GeneratedCompany]) -> None:
    """Each share lies within four standard deviations of what was asked for (one seed, so it does not vary)."""
    accounts = Counter(company.account.number for company in district)
    found = {
        "credit flag": (sum(bool(company.credit_flags) for company in district), 0.05),
        "moved": (sum(company.move is not None for company in district), 0.03),
        "renamed": (sum(company.former_name is not None for company in district), 0.02),
        "shared account": (sum(count - 1 for count in accounts.values()), 0.02),
        "shared representative": (MANY - len({company.legal.telephone for company in district}), 0.01),
        "missing or late": (sum(missing(company) or profile_of(company).late for company in district), 0.04),
    }
    for what, (count, share) in found.items():
        assert abs(count - share * MANY) <= 4 * sqrt(MANY * share * (1 - share)), (what, count)


def missing(company: GeneratedCompany) -> bool:
    """Whether the last year was left out (a company founded after it has none either, which nobody expects)."""
    return company.founded_on.year <= 2023 and company.figures(2023) is None


def test_rights_are_of_both_classes_in_their_mix(district: list[GeneratedCompany]) -> None:
    kinds = Counter(right.kind for company in district[:2_000] for right in profile_of(company).rights)
    second = kinds["utility_model"] + kinds["software"] + kinds["design"]
    assert 0.47 < kinds["utility_model"] / second < 0.53
    assert 0.32 < kinds["software"] / second < 0.38
    assert kinds["invention"] > 10 * kinds["ic_layout"] > 0
