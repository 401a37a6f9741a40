"""A service that is slow, wrong, down, or says two things at once: unknown, never a value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from subsidy.sources import LAYOUTS, Answer, HttpSource
from tests.subsidy.sources.server import Service, service

CODE = "91330106MALGLLGF6G"
ON = dt.date(2024, 3, 4)
NAMES = ("is_dishonest", "dishonest_since")


@pytest.fixture
def court() -> Iterator[Service]:
    with service() as server:
        server.facts[CODE] = [
            {"name": "is_dishonest", "value": False, "as_of": "2024-03-01"},
            {"name": "dishonest_since", "value": None, "as_of": "2024-03-01"},
        ]
        yield server


def ask(server: Service, *, timeout: float = 5.0, names: tuple[str, ...] = NAMES, layout: str = "court") -> Answer:
    return HttpSource(LAYOUTS[layout], server.url, timeout=timeout).fetch(CODE, names, ON)


def test_what_a_service_says_is_known_with_its_day(court: Service) -> None:
    answer = ask(court)
    assert {one.name: (one.value, one.as_of) for one in answer.said} == {
        "is_dishonest": (0, dt.date(2024, 3, 1)),
        "dishonest_since": (None, dt.date(2024, 3, 1)),
    }
    assert answer.unknown == {}
    assert court.asked == [{"uscc": CODE, "on": "2024-03-04", "names": "is_dishonest,dishonest_since"}]


@pytest.mark.parametrize(
    ("manner", "why"),
    [
        ("other", "another company or another form"),
        ("words", "no JSON"),
        ("broken", "status 500"),
        ("moved", "status 302"),
        ("endless", "too long"),
        ("cut", "cut off"),
    ],
)
def test_a_wrong_answer_is_unknown(court: Service, manner: str, why: str) -> None:
    court.manner = manner
    answer = ask(court)
    assert answer.said == ()
    assert answer.unknown == dict.fromkeys(NAMES, why)


@pytest.mark.parametrize("manner", ["silent", "trickling"])
def test_a_slow_answer_is_unknown(court: Service, manner: str) -> None:
    court.manner = manner
    answer = ask(court, timeout=0.3)
    assert answer == Answer((), dict.fromkeys(NAMES, "slow"))


def test_a_service_that_is_down_is_unknown() -> None:
    with service() as server:
        gone = HttpSource(LAYOUTS["court"], server.url, timeout=1.0)
    assert gone.fetch(CODE, NAMES, ON) == Answer((), dict.fromkeys(NAMES, "down"))


def test_the_same_said_twice_is_one_answer(court: Service) -> None:
    court.manner = "twice"
    assert {one.name for one in ask(court).said} == set(NAMES)


def test_two_things_said_at_once_are_unknown(court: Service) -> None:
    court.facts[CODE].append({"name": "is_dishonest", "value": True, "as_of": "2024-03-01"})
    answer = ask(court)
    assert [one.name for one in answer.said] == ["dishonest_since"]
    assert answer.unknown == {"is_dishonest": "contradicts itself"}


@pytest.mark.parametrize(
    "said",
    [
        {"value": "也许", "as_of": "2024-03-01"},
        {"value": True, "as_of": "2024-03-05"},  # of a day that has not come
        {"value": True},
        {"value": None, "as_of": "2024-03-01"},  # this is never absent
        {"value": ["yes"], "as_of": "2024-03-01"},
        {"value": "=1", "as_of": "2024-03-01"},
    ],
)
def test_a_value_that_cannot_be_is_unknown(court: Service, said: dict[str, Any]) -> None:
    court.facts[CODE] = [{"name": "is_dishonest", **said}]
    assert ask(court).unknown == {"is_dishonest": "not readable", "dishonest_since": "not said"}


def test_what_was_not_asked_is_not_taken(court: Service) -> None:
    assert [one.name for one in ask(court, names=("is_dishonest",)).said] == ["is_dishonest"]


def test_money_is_taken_in_yuan_with_its_year(court: Service) -> None:
    court.facts[CODE] = [{"name": "sales_y1", "value": "12.34", "as_of": "2024-03-01", "period": 2023}]
    [said] = ask(court, names=("sales_y1",), layout="tax").said
    assert (said.value, said.period, said.kind) == (1234, "2023", "money")
