"""The foreign subsidies calculated a second time, from their clauses, in plain Python with fractions.

Facts come as in JSON: money in minor units (pence, yen, fils), areas as decimal texts in hectares, days as YYYY-MM-DD,
None where there is none. An answer is (met, tier, amount in minor units); tier and amount are None and 0 where it is
not met, and the tier is None where the subsidy has no grades.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any

Facts = Mapping[str, Any]
Answer = tuple[bool, str | None, int]

NOT_MET: Answer = (False, None, 0)
NEW_RATES = date(2024, 4, 6)
# pence for a hectare: first rates, new rates
RATES = {
    "soil": (580, 600),
    "grassland": (15_100, 15_100),
    "flowers": (61_400, 73_900),
    "winter_food": (73_200, 85_300),
}
SOIL_BASE = (9_500, 9_700)
MANAGEMENT = (2_000, 4_000)


def years_after(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes the 28th where the year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def english_fiscal_year(day: date) -> int:
    """The year in which the fiscal year of a day starts, on 6 April."""
    return day.year if (day.month, day.day) >= (4, 6) else day.year - 1


def half_up(value: Fraction) -> int:
    """The nearest whole number, a half upwards."""
    return floor(value + Fraction(1, 2))


def half_even(value: Fraction) -> int:
    """The nearest whole number, a half to the even one."""
    return round(value)


def farming_actions(facts: Facts) -> Answer:
    """Clauses 2 to 4 of the English payment."""
    on = date.fromisoformat(facts["applied_on"])
    farm = Fraction(facts["farm_area"])
    areas = _areas(facts["parcels"])
    limited = areas["flowers"] + areas["winter_food"]
    tenancy = facts["control_until"]
    holds_land = facts["tenure"] == "owner" or (
        tenancy is not None and date.fromisoformat(tenancy) >= years_after(on, 3)
    )
    share = Fraction(1, 2) if farm <= 20 else Fraction(1, 4)
    if facts["barred"] or not facts["registered"] or not holds_land:
        return NOT_MET
    if farm < 3 or not facts["parcels"] or limited > share * farm:
        return NOT_MET
    tier, yearly_cap = ("small", 5_000_000) if farm <= 50 else ("large", 10_000_000)
    this_year, in_window = _awarded(facts["earlier"], on)
    owed = min(
        _full_payment(facts["parcels"], areas, farm, 1 if on >= NEW_RATES else 0),
        Fraction(max(0, yearly_cap - this_year)),
        Fraction(max(0, 25_000_000 - in_window)),
    )
    return True, tier, half_up(owed)


def farming_year_end(facts: Facts) -> Answer:
    """Clause 5 of the English payment: what is owed in all after the year."""
    if facts["barred"] or not facts["records_kept"]:
        return NOT_MET
    agreed, found = sum(_areas(facts["parcels"]).values()), Fraction(facts["verified_area"])
    if found >= agreed * Fraction(97, 100):
        tier, owed = "kept", Fraction(1)
    elif found >= agreed * Fraction(80, 100):
        tier, owed = "short", Fraction(9, 10)
    else:
        tier, owed = "broken", Fraction(0)
    per_cent = min(100, floor(100 * found / agreed)) if agreed else 0
    return True, tier, half_up(owed * facts["granted"] * per_cent / 100)


def it_introduction(facts: Facts) -> Answer:
    """The Japanese subsidy; yen have no minor unit."""
    on, last = date.fromisoformat(facts["applied_on"]), facts["last_grant"]
    half = Fraction(facts["cost"], 2)
    lately = last is not None and on < years_after(date.fromisoformat(last), 1)
    if not facts["has_id"] or lately or half < 50_000 or facts["processes"] < 1:
        return NOT_MET
    tier, cap = ("wide", 4_500_000) if facts["processes"] >= 4 else ("narrow", 1_499_999)
    return True, tier, floor(min(half, Fraction(cap)))


def trainee_support(facts: Facts) -> Answer:
    """The Kuwaiti support: fees in fils, arrears in cents, the grant in steps of five fils."""
    if facts["arrears"] > 100_050 or facts["trainees"] < 2:
        return NOT_MET
    owed = min(Fraction(facts["fees"], 2), Fraction(250_125 * facts["trainees"]))
    return True, None, 5 * half_even(owed / 5)


def _areas(parcels: Iterable[Facts]) -> dict[str, Fraction]:
    totals = {action: Fraction(0) for action in RATES}
    for parcel in parcels:
        totals[parcel["action"]] += Fraction(parcel["area"])
    return totals


def _full_payment(parcels: Iterable[Facts], areas: Mapping[str, Fraction], farm: Fraction, period: int) -> Fraction:
    actions = sum((RATES[action][period] * area for action, area in areas.items()), Fraction(0))
    base = SOIL_BASE[period] if any(parcel["action"] == "soil" for parcel in parcels) else 0
    return actions + base + MANAGEMENT[period] * min(farm, Fraction(50))


def _awarded(earlier: Iterable[Facts], on: date) -> tuple[int, int]:
    """Pence awarded in the fiscal year of a day, and in awards that are not yet three years old."""
    days = [(award["paid"], date.fromisoformat(award["awarded_on"])) for award in earlier]
    year = english_fiscal_year(on)
    this_year = sum(paid for paid, day in days if english_fiscal_year(day) == year)
    return this_year, sum(paid for paid, day in days if on < years_after(day, 3))
