"""On which days an undertaking is checked, and what a policy may not write of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from policies.language import Pack, PolicyError, load_pack
from policies.language.award.undertakings import checks, due_after
from policies.language.findings import Text
from policies.language.model import Undertaking
from policies.language.reader import read_yaml
from policies.language.schema import read_undertaking

PACKS = Path(__file__).resolve().parents[2] / "policies" / "packs"
WORDS = Text("报告", "report")


@pytest.fixture(scope="module")
def flying() -> Pack:
    return load_pack(PACKS / "flying_sky" / "2023.1")


@pytest.fixture(scope="module")
def recognised() -> Pack:
    return load_pack(PACKS / "high_tech_recognition" / "2016.1")


def undertaking(due: str, **terms: object) -> Undertaking:
    return replace(Undertaking("annual", due, WORDS, "warning"), **terms)  # type: ignore[arg-type]


def days(pack: Pack, one: Undertaking, awarded_on: str) -> list[str]:
    pack = replace(pack, undertakings=(one,))
    return [check.due.isoformat() for check in checks(pack, awarded_on=dt.date.fromisoformat(awarded_on))]


def test_a_day_of_each_year_returns_as_often_as_written(flying: Pack) -> None:
    one = undertaking("05-31", years=3)
    assert days(flying, one, "2024-03-20") == ["2024-05-31", "2025-05-31", "2026-05-31"]
    assert days(flying, one, "2024-05-31")[0] == "2025-05-31", "the day of the award is no such day"
    assert days(flying, undertaking("05-31"), "2024-06-01") == ["2025-05-31"], "once where nothing says how often"
    assert days(flying, undertaking("02-29", years=2), "2024-01-01") == ["2024-02-29", "2025-02-28"]


def test_where_no_years_are_written_the_title_says_how_long(recognised: Pack) -> None:
    found = days(recognised, undertaking("05-31"), "2024-06-15")
    assert found == ["2025-05-31", "2026-05-31", "2027-05-31"]


def test_a_span_counts_calendar_days_from_the_award_or_from_what_happened(flying: Pack) -> None:
    assert days(flying, undertaking("10 years"), "2024-02-29") == ["2034-02-28"]
    assert days(flying, undertaking("3 months", after="event"), "2024-02-29") == []
    assert due_after(undertaking("3 months"), dt.date(2024, 11, 30)) == dt.date(2025, 2, 28)
    assert due_after(undertaking("10 days"), dt.date(2024, 12, 25)) == dt.date(2025, 1, 4)
    with pytest.raises(ValueError, match="expected a span"):
        due_after(undertaking("05-31"), dt.date(2024, 1, 1))


@pytest.mark.parametrize(
    "terms",
    [
        "due: 13-01, breach: warning",
        "due: 02-30, breach: warning",
        "due: 0 months, breach: warning",
        "due: 05-31, breach: warning, after: event",
        "due: 3 months, breach: warning, for: 3 years",
        "due: 05-31, breach: warning, for: 0 years",
        "due: 05-31, breach: warning, ground: misuse",
        "due: 05-31, breach: recovery, after: sometimes",
    ],
)
def test_what_cannot_be_dated_is_refused(terms: str) -> None:
    node = read_yaml(f"{{id: annual, zh: 报告, en: report, {terms}}}", "policy.yaml")
    with pytest.raises(PolicyError):
        read_undertaking(node)
