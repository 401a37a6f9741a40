"""The title that a policy confers: its levels, its time, its test, and what the reading refuses."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from policies.language import PackSource, PolicyError, load_pack, parse_pack
from policies.language.diff.versions import diff
from policies.language.recognition import RecognitionDef

PACKS = Path(__file__).resolve().parents[2] / "policies" / "packs"
SPACE = PackSource.from_folder(PACKS / "maker_space" / "2024.1")


def title_of(code: str, version: str) -> RecognitionDef:
    found = load_pack(PACKS / code / version).recognition
    assert found is not None
    return found


def test_the_tiers_are_the_levels_and_a_policy_without_tiers_has_one_or_none() -> None:
    space, centre, eagle = (
        title_of(*one)
        for one in (("maker_space", "2024.1"), ("city_rd_centre", "2019.1"), ("fledgling_eagle", "2022.1"))
    )
    assert [space.level_of(tier) for tier in ("model", "standard", "")] == ["model", "standard", ""]
    assert [space.below(level) for level in ("model", "standard", "other")] == ["standard", None, None]
    assert (centre.level_of(""), eagle.level_of("")) == ("city_centre", "")


def test_a_title_runs_for_its_years_or_until_the_day_of_the_next_year() -> None:
    assert title_of("maker_space", "2024.1").last_day(dt.date(2024, 3, 20)) == dt.date(2027, 3, 19)
    assert title_of("maker_space", "2024.1").last_day(dt.date(2024, 2, 29)) == dt.date(2027, 2, 27)
    assert title_of("tech_sme", "2017.1").last_day(dt.date(2024, 12, 31)) == dt.date(2025, 3, 31)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  valid: 3年\n", "", "either valid"),
        ("  valid: 3年\n", "  valid: 3年\n  until: 03-31\n", "either valid"),
        ("  valid: 3年\n", "  until: 02-29\n", "every year has"),
        ("  valid: 3年\n", "  valid: 0天\n", "longer than nothing"),
        ("  reminder: 90 days\n", "  reminder: 90\n", "90 days"),
        ("stage: yearly, failures", "stage: monthly, failures", "expected one of yearly"),
        ("failures: 2", "failures: 0", "from 1 to 9"),
        ("  register: maker_space\n", "  register: maker_space\n  level: {id: a, zh: 甲, en: A}\n", "are its levels"),
    ],
)
def test_what_is_refused(old: str, new: str, words: str) -> None:
    assert old in SPACE.policy
    with pytest.raises(PolicyError, match=words):
        parse_pack(replace(SPACE, policy=SPACE.policy.replace(old, new, 1)))


def test_a_longer_title_is_a_difference() -> None:
    old, new = parse_pack(SPACE), parse_pack(replace(SPACE, policy=SPACE.policy.replace("valid: 3年", "valid: 5年")))
    found = [one for one in diff(old, new) if one.kind == "recognition"]
    assert len(found) == 1 and found[0].after is not None and "5 years" in found[0].after.en
