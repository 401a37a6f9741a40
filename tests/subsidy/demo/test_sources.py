"""The demo's own live sources answer as a real one does, and in demo mode only."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.http import Http404
from django.test import RequestFactory

from subsidy import environment
from subsidy.demo.sources import LAYOUTS as DEMO_LAYOUTS
from subsidy.demo.sources import answer
from subsidy.sources import LAYOUTS, HttpSource

CODE = "91330106MA2CFKPX3A"
ON = dt.date(2024, 3, 4)


def asked(layout: str, **query: str) -> Any:
    query = {"uscc": CODE, "on": ON.isoformat(), "names": "is_dishonest,no_such", **query}
    return answer(RequestFactory().get("/", query), layout)


@pytest.mark.parametrize("layout", DEMO_LAYOUTS)
def test_its_answers_are_read_by_the_adapter(settings: Any, layout: str) -> None:
    settings.DEMO_MODE = True
    names = [column.fact for column in LAYOUTS[layout].columns]
    source = HttpSource(LAYOUTS[layout], "http://unused")
    content = asked(layout, names=",".join(names)).content
    found = source._read(content, CODE, names, ON)
    assert {one.name: one.value for one in found.said}["is_dishonest"] == 0
    assert set(found.unknown) == set(names) - {one.name for one in found.said}


def test_names_that_it_does_not_know_stay_unsaid(settings: Any) -> None:
    settings.DEMO_MODE = True
    facts = json.loads(asked("court").content)["facts"]
    assert [one["name"] for one in facts] == ["is_dishonest"]


@pytest.mark.parametrize(
    ("demo", "layout", "query"), [(False, "court", {}), (True, "tax", {}), (True, "court", {"on": "x"})]
)
def test_it_answers_nothing_else(settings: Any, demo: bool, layout: str, query: dict[str, str]) -> None:
    settings.DEMO_MODE = demo
    with pytest.raises(Http404):
        asked(layout, **query)


def test_the_demo_knows_its_own_services_while_it_serves() -> None:
    assert environment.demo_services({}) == {}
    found = environment.demo_services({environment.DEMO_PORT: "8123"})
    assert found["court"] == {"url": "http://127.0.0.1:8123/demo/sources/court/"} and set(found) == set(DEMO_LAYOUTS)
