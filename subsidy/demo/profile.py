"""What else offices hold about a generated company: legal form, grades, rights by class, prizes, standards, delivery.

Drawn from the company's code alone, so that it never disturbs what the district draws, and fitted companies have it too.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from functools import lru_cache

from subsidy.demo.district import LAST_YEAR, SEED, GeneratedCompany, YearFigures

ABOVE_SCALE_FEN = 2_000_000_000
"""Sales of last year from which the statistics office counts a company as above scale (规上): 20 million yuan."""

FIRST_CLASS = ("invention", "ic_layout", "plant_variety")
FIRST_MIX = (95, 4, 1)
SECOND_CLASS = ("utility_model", "software", "design")
SECOND_MIX = (50, 35, 15)
GRADES, GRADE_MIX = "abcd", (15, 35, 40, 10)
LEVELS, LEVEL_MIX = ("international", "national", "industry", "local"), (5, 25, 40, 30)


@dataclass(frozen=True, slots=True)
class Right:
    """A right in the register of intellectual property, of a kind as the packs name it."""

    number: str
    kind: str


@dataclass(frozen=True, slots=True)
class Prize:
    number: str
    conferred_on: dt.date
    place: int


@dataclass(frozen=True, slots=True)
class Standard:
    number: str
    issued_on: dt.date
    level: str
    led: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """`late`: its last year reaches the offices after their first delivery. `tech_sme_until` ends with March."""

    legal_person: bool
    late: bool
    grade: str
    city_subsidy: bool
    rd_body: bool
    research_dishonesty: bool
    banned_product: bool
    tech_sme_until: dt.date | None
    costs_per_mille: int
    assets_per_mille: int
    rights: tuple[Right, ...]
    prizes: tuple[Prize, ...]
    standards: tuple[Standard, ...]

    def costs_fen(self, figures: YearFigures) -> int:
        return figures.revenue_fen * self.costs_per_mille // 1000

    def assets_fen(self, figures: YearFigures) -> int:
        return figures.revenue_fen * self.assets_per_mille // 1000


@lru_cache(maxsize=16)  # a company is asked for many facts in a row
def profile_of(company: GeneratedCompany, *, seed: int = SEED) -> Profile:
    """The profile of a company; the same code and seed give the same one."""
    rng = random.Random(f"{seed}:{company.uscc}:profile")
    tag = company.uscc[8:17]
    return Profile(
        legal_person=rng.randrange(100) > 0,
        # One year of figures at least must have been there to be late with.
        late=rng.randrange(100) < 1 and company.figures(LAST_YEAR) is not None,
        grade=rng.choices(GRADES, GRADE_MIX)[0],
        city_subsidy=rng.randrange(100) < 5,
        rd_body=rng.randrange(100) < 6,
        research_dishonesty=rng.randrange(200) < 1,
        banned_product=rng.randrange(100) < 1,
        tech_sme_until=dt.date(rng.choice((2022, 2023, 2024, 2024)), 3, 31) if rng.randrange(5) < 2 else None,
        costs_per_mille=rng.randint(650, 1_150),
        assets_per_mille=rng.randint(400, 3_000),
        rights=_rights(rng, company, tag),
        prizes=tuple(_prize(rng, f"{tag}-{n}") for n in range(1 if rng.randrange(100) < 2 else 0)),
        standards=tuple(_standard(rng, f"{tag}-{n}") for n in range(_few(rng))),
    )


def _rights(rng: random.Random, company: GeneratedCompany, tag: str) -> tuple[Right, ...]:
    first = rng.choices(FIRST_CLASS, FIRST_MIX, k=company.inventions)
    second = rng.choices(SECOND_CLASS, SECOND_MIX, k=company.other_rights)
    return tuple(Right(f"ZL{tag}{place:03d}", kind) for place, kind in enumerate((*first, *second)))


def _few(rng: random.Random) -> int:
    return rng.choices((0, 1, 2), (95, 4, 1))[0]


def _prize(rng: random.Random, number: str) -> Prize:
    return Prize(f"J-{number}", _day(rng, 2014), rng.randint(1, 6))


def _standard(rng: random.Random, number: str) -> Standard:
    return Standard(f"T/{number}", _day(rng, 2014), rng.choices(LEVELS, LEVEL_MIX)[0], rng.randrange(3) > 0)


def _day(rng: random.Random, first_year: int) -> dt.date:
    return dt.date(rng.randint(first_year, LAST_YEAR), 1, 1) + dt.timedelta(days=rng.randrange(365))
