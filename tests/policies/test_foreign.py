"""Subsidies of other countries: packs that hold, and decisions beside a second calculation and beside a sweep.

England's counts in pence, in hectares and in fiscal years from 6 April, Japan's in yen without a minor unit, Kuwait's
in dinars of a thousand fils.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from policies.language import Pack, decide, facts_from_json, facts_to_json, load_pack
from policies.language.check.cases import Case, read_cases
from policies.language.check.lint import check_pack
from policies.language.sweep.whole import sweep
from tests.policies.foreign import oracle

FOLDER = Path(__file__).resolve().parent / "foreign"
FARMING = FOLDER / "farming_actions" / "2023.1"
IT = FOLDER / "it_introduction" / "2024.1"
TRAINEES = FOLDER / "trainee_support" / "2024.1"
PACKS = (FARMING, IT, TRAINEES)
STAGES = (
    pytest.param(FARMING, None, id="farming"),
    pytest.param(FARMING, "year_end", id="farming_year_end"),
    pytest.param(IT, None, id="it_introduction"),
    pytest.param(TRAINEES, None, id="trainee_support"),
)
COMPANIES = 300
JSON = dict[str, Any]


def _near(chance: Random, *marks: int, far: int) -> int:
    """A mark give or take one unit, or now and then anything up to `far`; never below 0."""
    if chance.random() < 0.3:
        return chance.randint(0, far)
    return max(0, chance.choice(marks) + chance.choice((-1, 0, 1)))


def _day_near(chance: Random, *marks: date) -> str:
    return (chance.choice(marks) + timedelta(days=chance.randint(-2, 2))).isoformat()


def _hectares(units: int, decimals: int) -> str:
    return f"{units // 10**decimals}.{units % 10**decimals:0{decimals}d}"


def _farm(chance: Random) -> JSON:
    marks = (date(2024, 2, 29), date(2024, 4, 6), date(2025, 4, 6), date(2027, 2, 28))
    on = date.fromisoformat(_day_near(chance, *marks))
    farm = _near(chance, 300, 2_000, 2_001, 4_000, 5_000, far=9_000)  # in 0.01 ha
    # Flowers and bird food at a quarter of the farm, or half of it, give or take 0.0001 ha; cut in two parcels.
    limited = _near(chance, farm * 25, farm * 50, 0, far=farm * 50)
    part = chance.randint(0, limited)
    areas = [("flowers", part), ("winter_food", limited - part), ("grassland", _near(chance, 50, far=9_000_000))]
    areas += [("soil", chance.randint(0, 900_000))] * chance.randint(0, 2)
    parcels = [
        {"parcel": f"p{number}", "action": action, "area": _hectares(area, 4)}
        for number, (action, area) in enumerate(areas)
        if area or chance.random() < 0.5
    ]
    window = oracle.years_after(on, -3)
    return {
        "applied_on": on.isoformat(),
        "barred": chance.random() < 0.05,
        "registered": chance.random() < 0.95,
        "farm_area": _hectares(farm, 2),
        "tenure": chance.choice(("owner", "owner", "tenant")),
        "control_until": None if chance.random() < 0.2 else _day_near(chance, oracle.years_after(on, 3)),
        "parcels": [] if chance.random() < 0.03 else parcels,
        "earlier": [
            {
                "agreement": f"e{number}",
                "paid": _near(chance, 5_000_000, 10_000_000, 25_000_000, 1_000, far=6_000_000),
                "awarded_on": _day_near(
                    chance, window, date(2024, 2, 29), date(on.year, 4, 6), date(on.year - 1, 4, 6)
                ),
            }
            for number in range(chance.choice((0, 1, 1, 2, 3)))
        ],
    }


def _farm_year_end(chance: Random) -> JSON:
    facts = _farm(chance)
    agreed = sum(round(float(row["area"]) * 10_000) for row in facts["parcels"])
    found = _near(chance, agreed, agreed * 97 // 100, agreed * 80 // 100, far=2 * agreed)
    return facts | {
        "declared_on": "2025-01-01",
        "granted": chance.randint(0, 10_000_000),
        "records_kept": chance.random() < 0.9,
        "verified_area": _hectares(found, 4),
    }


def _it_firm(chance: Random) -> JSON:
    on = chance.choice((date(2024, 4, 1), date(2025, 2, 27), date(2025, 2, 28), date(2025, 3, 1)))
    return {
        "applied_on": on.isoformat(),
        "has_id": chance.random() < 0.9,
        "cost": _near(chance, 100_000, 2_999_998, 9_000_000, far=12_000_000),
        "processes": _near(chance, 1, 4, far=9),
        "last_grant": None
        if chance.random() < 0.3
        else _day_near(chance, oracle.years_after(on, -1), date(2024, 2, 29)),
    }


def _trainer(chance: Random) -> JSON:
    trainees = _near(chance, 2, 40, far=5_000)
    return {
        "applied_on": "2024-04-01",
        "fees": _near(chance, 500_250 * trainees, 300_005, far=9_999_999),
        "trainees": trainees,
        "arrears": _near(chance, 0, 100_050, far=200_000),
    }


@dataclass(frozen=True)
class Second:
    """A decision's second calculation, and companies crowded around its thresholds."""

    company: Callable[[Random], JSON]
    calculate: Callable[[Mapping[str, Any]], oracle.Answer]


SECOND = {
    (FARMING, None): Second(_farm, oracle.farming_actions),
    (FARMING, "year_end"): Second(_farm_year_end, oracle.farming_year_end),
    (IT, None): Second(_it_firm, oracle.it_introduction),
    (TRAINEES, None): Second(_trainer, oracle.trainee_support),
}


def _companies(folder: Path, stage: str | None) -> list[JSON]:
    return [SECOND[folder, stage].company(Random(seed)) for seed in range(COMPANIES)]


def _worked(pack: Pack, folder: Path, stage: str | None) -> list[Case]:
    cases = read_cases(pack, (folder / "cases.yaml").read_text(encoding="utf-8"), "cases.yaml")
    return [case for case in cases if case.stage == stage]


def _decided(pack: Pack, facts: JSON, stage: str | None) -> oracle.Answer:
    decision = decide(pack, facts_from_json(pack, facts, stage=stage), stage=stage)
    assert decision.outcome != "unknown"
    assert decision.amount is not None
    return decision.outcome == "met", decision.tier if decision.outcome == "met" else None, decision.amount


@pytest.mark.parametrize("folder", PACKS, ids=lambda folder: folder.parent.name)
def test_pack_passes_check_with_proofs(folder: Path) -> None:
    assert check_pack(folder) == ()


@pytest.mark.parametrize(("folder", "stage"), STAGES)
def test_random_companies_agree_with_second_calculation(folder: Path, stage: str | None) -> None:
    pack = load_pack(folder)
    answers = set()
    for facts in _companies(folder, stage):
        answer = SECOND[folder, stage].calculate(facts)
        assert _decided(pack, facts, stage) == answer, facts
        answers.add(answer[:2])
    tiers = {tier for met, tier in answers if met}
    assert (False, None) in answers
    assert tiers == {FARMING: {"small", "large"}, IT: {"wide", "narrow"}, TRAINEES: {None}}[folder] or stage
    assert stage is None or tiers == {"kept", "short", "broken"}


@pytest.mark.parametrize(("folder", "stage"), STAGES)
def test_worked_cases_agree_with_second_calculation(folder: Path, stage: str | None) -> None:
    pack = load_pack(folder)
    worked = 0
    for case in _worked(pack, folder, stage):
        if case.outcome == "unknown" or case.id == "list_not_complete":
            continue
        met, tier, amount = SECOND[folder, stage].calculate(facts_to_json(pack, case.facts, stage=stage))
        assert (case.outcome == "met") == met, case.id
        assert case.tier in (None, tier), case.id
        assert case.amount in (None, amount), case.id
        worked += 1
    assert worked >= 9


@pytest.mark.parametrize(("folder", "stage"), STAGES)
def test_a_hidden_fact_never_contradicts_what_it_turns_out_to_be(folder: Path, stage: str | None) -> None:
    pack = load_pack(folder)
    for seed, facts in enumerate(_companies(folder, stage)):
        hidden = Random(seed).choice([name for name in sorted(facts) if name not in ("applied_on", "declared_on")])
        seen = {name: value for name, value in facts.items() if name != hidden}
        decision = decide(pack, facts_from_json(pack, seen, stage=stage), stage=stage)
        met, _tier, amount = SECOND[folder, stage].calculate(facts)
        assert decision.outcome in ("met" if met else "not_met", "unknown"), (hidden, facts)
        assert decision.amount in (amount, None), (hidden, facts)
        low, high = decision.amount_range or (amount, amount)
        assert low <= amount <= high, (hidden, facts)


def _tables(pack: Pack, companies: list[JSON]) -> dict[str, pl.DataFrame]:
    """The tables of a sweep: a column a fact, a table a list, null for unknown, and beside what exists or not."""
    optional = {name for name, fact in pack.facts.items() if fact.optional}
    cases: list[JSON] = []
    rows: dict[str, list[JSON]] = {name: [] for name in pack.records}
    for number, facts in enumerate(companies):
        case: JSON = {"case": str(number)}
        for name, value in facts.items():
            if name in rows:
                given = value if isinstance(value, Mapping) else {"rows": value, "complete": True}
                case[f"{name}+"] = not given["complete"]
                rows[name] += [{"case": str(number), **row} for row in given["rows"]]
            else:
                case[name] = value
            if name in optional:
                case[f"{name}?"] = value is not None
        cases.append(case)
    tables = {
        name: pl.DataFrame(found, schema=["case", *pack.records[name].fields], infer_schema_length=None)
        for name, found in rows.items()
    }
    return {"cases": pl.DataFrame(cases, infer_schema_length=None), **tables}


def _assert_sweep_agrees(pack: Pack, companies: list[JSON], stage: str | None) -> None:
    swept = sweep(pack, _tables(pack, companies), stage=stage).to_dicts()
    assert len(swept) == len(companies)
    for row, facts in zip(swept, companies, strict=True):
        decision = decide(pack, facts_from_json(pack, facts, stage=stage), stage=stage)
        bounds = decision.amount_range or (decision.amount, decision.amount)
        expected = (decision.outcome, decision.tier, decision.amount, *bounds)
        assert tuple(row[name] for name in ("outcome", "tier", "amount", "amount_low", "amount_high")) == expected, (
            facts
        )


@pytest.mark.parametrize(("folder", "stage"), STAGES)
def test_sweep_agrees_with_decide_on_worked_cases(folder: Path, stage: str | None) -> None:
    pack = load_pack(folder)
    companies = [facts_to_json(pack, case.facts, stage=stage) for case in _worked(pack, folder, stage)]
    assert len(companies) >= 9
    _assert_sweep_agrees(pack, companies, stage)


@pytest.mark.parametrize(("folder", "stage"), STAGES)
def test_sweep_agrees_with_decide_on_random_companies(folder: Path, stage: str | None) -> None:
    _assert_sweep_agrees(load_pack(folder), _companies(folder, stage), stage)
