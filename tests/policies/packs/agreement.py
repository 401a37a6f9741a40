"""What the tests of single packs share: companies crowded around thresholds, and a decision beside a second calculation."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st

from policies.language import Pack, decide, facts_from_json, facts_to_json
from policies.language.check.cases import read_cases
from policies.language.facts import UNKNOWN, RecordList

WAN, YI = 1_000_000, 10_000_000_000  # 1万元 and 1亿元 in fen
PACKS = Path(__file__).resolve().parents[3] / "policies" / "packs"
# Companies are invented from a seed that Hypothesis draws: drawing each fact by itself takes ten times as long as
# deciding. SUBSIDY_EXAMPLES runs more.
CHANCES = st.randoms(use_true_random=True)
EXAMPLES = int(os.environ.get("SUBSIDY_EXAMPLES", "300"))

Answer = tuple[bool, int | None]
Facts = Mapping[str, Any]


def near(chance: Random, *marks: int, far: int) -> int:
    """A mark give or take one unit (mostly), or anything up to `far`; never below 0."""
    if chance.random() < 0.3:
        return chance.randint(0, far)
    return max(0, chance.choice(marks) + chance.choice((-1, 0, 1)))


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier; 29 February becomes the 28th where the year has none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def day_between(chance: Random, first: date, last: date, *special: date) -> date:
    """A day from `first` to `last`, often one of `special` or an end."""
    if chance.random() < 0.4:
        return chance.choice([first, last, *special])
    return first + timedelta(days=chance.randint(0, (last - first).days))


def day_near(chance: Random, day: date, *, years: int = 0, far: int = 2000) -> str:
    """The day `years` before `day` give or take two days (mostly), or any day up to `far` days from it; as JSON."""
    reach = far if chance.random() < 0.3 else 2
    return (years_before(day, years) + timedelta(days=chance.randint(-reach, reach))).isoformat()


def perhaps(chance: Random, value: str) -> str | None:
    """The value, or now and then that there is none."""
    return None if chance.random() < 0.1 else value


def flipped(chance: Random, usual: Mapping[str, bool]) -> dict[str, bool]:
    """Yes-or-no facts as they usually are, now and then with one of them turned."""
    odd = chance.choice(sorted(usual)) if chance.random() < 0.2 else None
    return {name: value != (name == odd) for name, value in usual.items()}


def assert_both_sides(company: Callable[[Random], Facts], calculate: Callable[[Facts], bool]) -> None:
    """Fail where the invented companies do not stand on both sides of the conditions."""
    met = sum(calculate(company(Random(seed))) for seed in range(400))
    assert 20 <= met <= 380, met


def assert_agrees(pack: Pack, facts: Facts, answer: Answer, stage: str | None = None) -> None:
    """Fail where deciding and the second calculation differ."""
    decision = decide(pack, facts_from_json(pack, facts, stage=stage), stage=stage)
    assert (decision.outcome == "met", decision.amount) == answer
    assert decision.ask == ()


def assert_hidden_agrees(pack: Pack, facts: Facts, hidden: set[str], answer: Answer, stage: str | None = None) -> None:
    """Fail where deciding without some facts contradicts what they turn out to be."""
    seen = {name: value for name, value in facts.items() if name not in hidden}
    decision = decide(pack, facts_from_json(pack, seen, stage=stage), stage=stage)
    met, fen = answer
    assert decision.outcome in ("met" if met else "not_met", "unknown")
    assert decision.amount in (fen, None)
    if decision.outcome == "unknown":
        assert decision.ask and {ask.fact for ask in decision.ask} <= hidden


def assert_worked_cases_agree(pack: Pack, calculate: Callable[[str | None, Facts], Answer]) -> None:
    """Fail where a worked case without unknown facts and the second calculation differ."""
    folder = PACKS / pack.code / pack.version
    seen = 0
    for case in read_cases(pack, (folder / "cases.yaml").read_text(encoding="utf-8"), "cases.yaml"):
        if any(_unknown(value) for value in case.facts.values()):
            continue
        met, fen = calculate(case.stage, facts_to_json(pack, case.facts, stage=case.stage))
        assert (case.outcome == "met") == met, case.id
        assert case.amount in (None, fen), case.id
        seen += 1
    assert seen > 10


def _unknown(value: object) -> bool:
    if isinstance(value, RecordList):
        return not value.complete or any(_unknown(field) for row in value.rows for field in row.values())
    return value is UNKNOWN
