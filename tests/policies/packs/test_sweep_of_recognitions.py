"""The recognitions and their awards swept: every company, known whole or in part, as deciding it says."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from policies.language import Pack, facts_from_json
from tests.policies.packs import test_high_tech_recognition as recognition
from tests.policies.packs import test_tech_sme as tech_sme
from tests.policies.packs.agreement import EXAMPLES
from tests.policies.packs.test_recognition_awards import AWARDS
from tests.policies.test_sweep import assert_equal

Company = Callable[[Random], dict[str, Any]]
PROGRAMS: list[tuple[Pack, Company, str | None]] = [
    (recognition.OLD, recognition.company_of_2008, None),
    (recognition.NEW, recognition.eligible_otherwise, None),
    (recognition.NEW, recognition.holder, "upkeep"),
    (tech_sme.PACK, tech_sme.company, None),
    *((award.pack, award.company, None) for award in AWARDS),
]


@pytest.mark.parametrize(
    ("pack", "company", "stage"), PROGRAMS, ids=[f"{pack.code}@{pack.version}-{stage}" for pack, _, stage in PROGRAMS]
)
def test_the_sweep_says_what_decide_says(pack: Pack, company: Company, stage: str | None) -> None:
    chance = Random(20240620)
    found = []
    for index in range(max(40, EXAMPLES // 4)):
        raw = company(chance)
        for name in chance.sample(sorted(raw), chance.randint(1, 3)) if index % 3 == 0 else ():
            del raw[name]
        found.append(facts_from_json(pack, raw, stage=stage))
    assert_equal(pack, found, stage)
