"""A district of companies that do not exist, generated from a seed: the same seed gives the same district anywhere.

Sizes: revenue is log-normal (median 15 million yuan, sigma 1.6) in the reference year and moves by yearly shocks;
staff grows with revenue to the power 0.7; research intensity is beta-distributed by industry; most companies are
younger than eight years. As in a real district 5 % carry a dated credit flag, 3 % moved in or out, 2 % were renamed
(their account still bears the old name), 2 % share a bank account with another, 1 % share a legal representative,
3 % have not reported their last year (one in a hundred of the others is late with it: subsidy/demo/profile.py).

A company depends on the seed and its own number alone, so a larger district contains the smaller one. All money is
integer fen; the curves are floating-point and rounded to whole thousand yuan, where a last bit does not matter.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from subsidy.demo.industries import INDUSTRIES, Industry
from subsidy.demo.names import ODD_NAMES, brand, company_name, person_name, telephone
from subsidy.demo.uscc import generated_uscc

SEED = 2024
SCALE = 300
HOME = "330106"
FIRST_YEAR, LAST_YEAR = 2018, 2023
REFERENCE_YEAR = 2021

MEDIAN_REVENUE_YUAN = 15_000_000
SIGMA = 1.6
FEN = 100
_WEIGHTS = tuple(accumulate(industry.weight for industry in INDUSTRIES))
_ELSEWHERE = ("330105", "330108", "330109", "330110", "330113", "330114")


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    telephone: str


@dataclass(frozen=True, slots=True)
class BankAccount:
    """`bank_code` is the CNAPS number of the bank's head office."""

    holder_name: str
    number: str
    bank_name: str
    bank_code: str


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What the tax and statistics offices hold for one year. Money in fen; `staff` is the mean of the months.

    `contribution_fen` is what the district received of the taxes paid (区级贡献).
    """

    year: int
    revenue_fen: int
    rd_fen: int
    contribution_fen: int
    staff: int
    rd_staff: int


@dataclass(frozen=True, slots=True)
class RecognitionHeld:
    """A row of the bureau's register; `valid_to` is the last day of validity."""

    kind: str
    level: str
    certificate_number: str
    valid_from: dt.date
    valid_to: dt.date


@dataclass(frozen=True, slots=True)
class CreditFlag:
    """An entry of the credit platform, one of FLAGS; open while `ended_on` is None."""

    kind: str
    since_on: dt.date
    ended_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Move:
    """A change of seat between districts (six-digit codes)."""

    on: dt.date
    from_region: str
    to_region: str


@dataclass(frozen=True, slots=True)
class GeneratedCompany:
    """One company with all that registry, tax office, bureau and credit platform hold about it.

    `years` is in order and may lack the last year (not reported). `former_name` is what the account still bears.
    `valuation_fen` comes from its last financing round, if there was one.
    """

    uscc: str
    name: str
    former_name: str | None
    region: str
    move: Move | None
    industry: str
    founded_on: dt.date
    handler: Person
    legal: Person
    years: tuple[YearFigures, ...]
    valuation_fen: int | None
    inventions: int
    other_rights: int
    recognitions: tuple[RecognitionHeld, ...]
    credit_flags: tuple[CreditFlag, ...]
    account: BankAccount

    @property
    def contact(self) -> Person:
        """Whom the bureau calls: the person who prepares the application."""
        return self.handler

    def figures(self, year: int) -> YearFigures | None:
        """The figures of one year; None when there are none (not founded, not reported)."""
        return next((figures for figures in self.years if figures.year == year), None)


@dataclass(frozen=True, slots=True)
class District:
    companies: list[GeneratedCompany]


def generate_district(*, scale: int = SCALE, seed: int = SEED) -> District:
    """A district of `scale` companies. Raises ValueError when the scale is below 1 or exceeds the stock of names."""
    return District(companies=list(generate_companies(scale=scale, seed=seed)))


def generate_companies(*, scale: int, seed: int = SEED) -> Iterator[GeneratedCompany]:
    """The companies of a district, one at a time; memory does not grow with the scale."""
    if scale < 1:
        raise ValueError(f"a district has at least one company, not {scale}; raise --scale")
    return (generated_company(number, seed=seed) for number in range(scale))


def generated_company(number: int, *, seed: int = SEED) -> GeneratedCompany:
    """The company with this number."""
    rng = _rng(seed, number, "company")
    industry = rng.choices(INDUSTRIES, cum_weights=_WEIGHTS)[0]
    founded_on = _founded_on(rng)
    years = _years(rng, industry, founded_on)
    drawn = company_name(rng, number, rng.choice(industry.words))
    name = ODD_NAMES.get(number, drawn)
    former_name = name.replace(brand(number), f"{brand(number)}时代") if rng.randrange(100) < 2 else None
    move = _move(rng)
    valued = years and rng.randrange(100) < 12
    return GeneratedCompany(
        uscc=generated_uscc(number, region=move.from_region if move else HOME),
        name=name,
        former_name=former_name,
        region=move.to_region if move else HOME,
        move=move,
        industry=industry.code,
        founded_on=founded_on,
        handler=Person(person_name(rng), telephone(2 * number)),
        legal=_legal(number, seed),
        years=years[:-1] if rng.randrange(100) < 3 else years,
        valuation_fen=_thousand_yuan(years[-1].revenue_fen / FEN * rng.uniform(3, 12)) if valued else None,
        inventions=_poisson(rng, 1.5 * industry.research[0]),
        other_rights=_poisson(rng, 6),
        recognitions=_recognitions(rng, number, founded_on),
        credit_flags=_credit_flags(rng),
        account=_account(number, seed, holder=former_name or name),
    )


def _rng(seed: int, number: int, purpose: str) -> random.Random:
    # Seeded by text: Python hashes it with SHA-512, alike on every machine and in every process.
    return random.Random(f"{seed}:{number}:{purpose}")


def _thousand_yuan(yuan: float) -> int:
    """Whole thousands of yuan, in fen."""
    return round(yuan / 1000) * 1000 * FEN


def _founded_on(rng: random.Random) -> dt.date:
    """Three in four within the eight years before the last year, the others as far back as 1996."""
    first, last = (2016, LAST_YEAR) if rng.randrange(4) else (1996, 2015)
    return dt.date(rng.randint(first, last), 1, 1) + dt.timedelta(days=rng.randrange(365))


def _years(rng: random.Random, industry: Industry, founded_on: dt.date) -> tuple[YearFigures, ...]:
    revenue = MEDIAN_REVENUE_YUAN * math.exp(SIGMA * rng.gauss(0, 1))
    shocks = {year: math.exp(rng.gauss(0.12, 0.25)) for year in range(FIRST_YEAR, LAST_YEAR + 1)}
    intensity = rng.betavariate(*industry.research)
    density = 30 * math.exp(rng.gauss(0, 0.3))
    share = rng.uniform(0.015, 0.04)
    figures: list[YearFigures] = []
    for year in range(max(FIRST_YEAR, founded_on.year), LAST_YEAR + 1):
        size = revenue * _path(shocks, year)
        staff = max(3, round(density * (size / MEDIAN_REVENUE_YUAN) ** 0.7))
        figures.append(
            YearFigures(
                year=year,
                revenue_fen=_thousand_yuan(size),
                rd_fen=_thousand_yuan(size * intensity * rng.uniform(0.85, 1.15)),
                contribution_fen=_thousand_yuan(size * share * rng.uniform(0.8, 1.2)),
                staff=staff,
                rd_staff=min(staff, round(staff * (0.1 + 2 * intensity))),
            )
        )
    return tuple(figures)


def _path(shocks: dict[int, float], year: int) -> float:
    """What the shocks between the reference year and this one make of the revenue."""
    after = math.prod(shocks[each] for each in range(REFERENCE_YEAR + 1, year + 1))
    before = math.prod(shocks[each] for each in range(year + 1, REFERENCE_YEAR + 1))
    return after / before


def _poisson(rng: random.Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def _move(rng: random.Random) -> Move | None:
    if rng.randrange(100) >= 3:
        return None
    on = dt.date(rng.randint(2021, LAST_YEAR), 1, 1) + dt.timedelta(days=rng.randrange(365))
    elsewhere = rng.choice(_ELSEWHERE)
    return Move(on, elsewhere, HOME) if rng.randrange(2) else Move(on, HOME, elsewhere)


def _recognitions(rng: random.Random, number: int, founded_on: dt.date) -> tuple[RecognitionHeld, ...]:
    """A national high-tech certificate for two in five, valid three years, the oldest already run out."""
    earliest = max(2019, founded_on.year + 1)
    if earliest > LAST_YEAR or rng.randrange(5) >= 2:
        return ()
    valid_from = dt.date(rng.randint(earliest, LAST_YEAR), 12, rng.randint(1, 28))
    return (high_tech_certificate(number, valid_from),)


def high_tech_certificate(number: int, valid_from: dt.date) -> RecognitionHeld:
    """A national high-tech certificate (国高企): three years from its date of issue."""
    valid_to = valid_from.replace(year=valid_from.year + 3) - dt.timedelta(days=1)
    return RecognitionHeld(
        "national_high_tech", "national", f"GR{valid_from.year}33{number:06d}", valid_from, valid_to
    )


FLAGS = ("dishonest_debtor", "abnormal_operation", "serious_violation", "major_incident")


def _credit_flags(rng: random.Random) -> tuple[CreditFlag, ...]:
    if rng.randrange(100) >= 5:
        return ()
    kind = rng.choice(FLAGS)
    since_on = dt.date(rng.randint(2020, LAST_YEAR), 1, 1) + dt.timedelta(days=rng.randrange(365))
    ended_on = since_on + dt.timedelta(days=rng.randint(30, 700)) if rng.randrange(2) else None
    return (CreditFlag(kind, since_on, ended_on),)


def _legal(number: int, seed: int) -> Person:
    """The legal representative; in one company of a hundred that of the company before it."""
    rng = _rng(seed, number, "legal")
    if number and rng.randrange(100) < 1:
        return _legal(number - 1, seed)
    return Person(person_name(rng), telephone(2 * number + 1))


BANKS: tuple[tuple[str, str], ...] = (
    ("102100099996", "中国工商银行"),
    ("103100000026", "中国农业银行"),
    ("104100000004", "中国银行"),
    ("105100000017", "中国建设银行"),
    ("308584000013", "招商银行"),
    ("313100000013", "北京银行"),
)


def _account(number: int, seed: int, *, holder: str) -> BankAccount:
    """An account of nineteen digits; in two companies of a hundred the number of the company before it."""
    rng = _rng(seed, number, "account")
    if number and rng.randrange(100) < 2:
        shared = _account(number - 1, seed, holder=holder)
        return BankAccount(holder, shared.number, shared.bank_name, shared.bank_code)
    code, bank = rng.choice(BANKS)
    return BankAccount(holder, f"{rng.randint(12, 95)}{rng.randrange(10**8):08d}{number:09d}", bank, code)
