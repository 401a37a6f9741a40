"""What every company of the generated district must come to, unknown facts and all, with nothing of the language.

Facts are known (a JSON value), absent (null), or unknown (left out). A second calculation takes complete facts alone;
so what is left out is filled with values from one end of what it can be to the other: where all of them give the same
answer, that is the answer, else it is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from tests.policies.packs import oracle_flying_sky, oracle_rd_subsidy, oracle_tech_sme

HUGE = 10**13  # 1000亿元 in fen
MONEY = (0, 1, 2_000_000_000, HUGE)
POSSIBLE: Mapping[str, tuple[Any, ...]] = {
    "sales_y1": MONEY,
    "sales_y3": (None, 1, HUGE),
    "rd_y1": (0, HUGE),
    "rd_y2": (None, 0, HUGE),
    "contribution_y1": (0, HUGE),
    "contribution_y2": (0, HUGE),
    "staff": (0, 1, 1_000),
    "science_staff": (0, 1_000),
    "sales": (0, 1, HUGE),
    "assets": (0, HUGE),
    "costs": (0, 1, HUGE),
    "rd": (0, HUGE),
    "above_scale": (False, True),
}
Answer = tuple[str, int | None]
SECOND: Mapping[str, Callable[[Mapping[str, Any]], tuple[bool, int | None]]] = {
    "flying_sky": lambda facts: oracle_flying_sky.first("2023.1", facts),
    "rd_subsidy": oracle_rd_subsidy.calculate,
    "tech_sme": lambda facts: (oracle_tech_sme.recognised(facts), None),
}


def expected(code: str, names: tuple[str, ...], facts: Mapping[str, Any]) -> Answer:
    """Met, not_met or unknown, and fen (None without an amount or where it is not known), for a policy of these facts."""
    calculate = SECOND[code]
    hidden = [name for name in names if name not in facts]
    found = {
        calculate({**facts, **dict(zip(hidden, values, strict=True))})
        for values in product(*(POSSIBLE[name] for name in hidden))
    }
    outcomes = {met for met, _ in found}
    outcome = "unknown" if len(outcomes) > 1 else "met" if outcomes == {True} else "not_met"
    amounts = {fen for _, fen in found}
    return outcome, next(iter(amounts)) if len(amounts) == 1 else None
