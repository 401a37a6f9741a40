"""Every policy of the tree with its second calculation: what a company with complete facts comes to, by version and stage.

Nothing here, and nothing that is called from here, knows the language; tests/policies/test_neighbours.py holds that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.policies.packs import (
    oracle_city_rd_centre,
    oracle_enterprise_institute,
    oracle_fledgling_eagle,
    oracle_flying_sky,
    oracle_high_tech_award_binjiang,
    oracle_high_tech_award_hangzhou,
    oracle_high_tech_award_jinhua,
    oracle_high_tech_award_xihu,
    oracle_high_tech_recognition,
    oracle_key_enterprise_institute,
    oracle_lab_construction,
    oracle_maker_space,
    oracle_new_fledgling_eagle_award_binjiang,
    oracle_provincial_rd_centre,
    oracle_provincial_tech_sme_award,
    oracle_rd_platform_award,
    oracle_rd_subsidy,
    oracle_science_prize_award,
    oracle_tech_sme,
    oracle_technology_trade,
    oracle_upper_matching,
)

Facts = Mapping[str, Any]
# Whether the company meets the policy, and fen; None where the second calculation says nothing of money.
Answer = tuple[bool, int | None]
Calculation = Callable[[str | None, Facts], Answer]


def _recognises(recognise: Callable[[Facts], bool]) -> Calculation:
    return lambda _stage, facts: (bool(recognise(facts)), None)


def _pays(calculate: Callable[[Facts], tuple[bool, int]]) -> Calculation:
    return lambda _stage, facts: calculate(facts)


def _flying_sky(version: str) -> Calculation:
    return lambda stage, facts: (oracle_flying_sky.yearly if stage else oracle_flying_sky.first)(version, facts)


def _high_tech_2016(stage: str | None, facts: Facts) -> Answer:
    found = oracle_high_tech_recognition.stands(facts) if stage else oracle_high_tech_recognition.of_2016(facts)
    return all(found.values()), None


def _key_institute(stage: str | None, facts: Facts) -> Answer:
    judge = oracle_key_enterprise_institute.accept if stage else oracle_key_enterprise_institute.recognise
    return bool(judge(facts)), None


def _laboratory(stage: str | None, facts: Facts) -> Answer:
    if stage is not None:
        return oracle_lab_construction.reached(facts, stage), None
    return oracle_lab_construction.agreed(facts)


SECOND: Mapping[tuple[str, str], Calculation] = {
    ("city_rd_centre", "2019.1"): _pays(oracle_city_rd_centre.calculate),
    ("enterprise_institute", "2024.1"): _recognises(oracle_enterprise_institute.recognise),
    ("fledgling_eagle", "2022.1"): _recognises(oracle_fledgling_eagle.recognise),
    ("flying_sky", "2022.1"): _flying_sky("2022.1"),
    ("flying_sky", "2023.1"): _flying_sky("2023.1"),
    ("high_tech_award_binjiang", "2024.1"): _pays(oracle_high_tech_award_binjiang.calculate),
    ("high_tech_award_hangzhou", "2025.1"): _pays(oracle_high_tech_award_hangzhou.calculate),
    ("high_tech_award_jinhua", "2022.1"): _pays(oracle_high_tech_award_jinhua.calculate),
    ("high_tech_award_xihu", "2023.1"): _pays(oracle_high_tech_award_xihu.calculate),
    ("high_tech_recognition", "2008.1"): _recognises(
        lambda facts: all(oracle_high_tech_recognition.of_2008(facts).values())
    ),
    ("high_tech_recognition", "2016.1"): _high_tech_2016,
    ("key_enterprise_institute", "2024.1"): _key_institute,
    ("lab_construction", "2022.1"): _laboratory,
    ("maker_space", "2024.1"): lambda stage, facts: (
        oracle_maker_space.stands(facts) if stage else oracle_maker_space.recognised(facts),
        None,
    ),
    ("new_fledgling_eagle_award_binjiang", "2024.1"): _pays(oracle_new_fledgling_eagle_award_binjiang.calculate),
    ("provincial_rd_centre", "2020.1"): _recognises(oracle_provincial_rd_centre.recognise),
    ("provincial_tech_sme_award", "2024.1"): _pays(oracle_provincial_tech_sme_award.calculate),
    ("rd_platform_award", "2024.1"): _pays(oracle_rd_platform_award.calculate),
    ("rd_subsidy", "2024.1"): _pays(oracle_rd_subsidy.calculate),
    ("science_prize_award", "2024.1"): _pays(oracle_science_prize_award.calculate),
    ("tech_sme", "2017.1"): _recognises(oracle_tech_sme.recognised),
    ("technology_trade", "2024.1"): oracle_technology_trade.calculate,
    ("upper_matching", "2022.1"): lambda stage, facts: (
        oracle_upper_matching.later if stage else oracle_upper_matching.first
    )(facts),
}
