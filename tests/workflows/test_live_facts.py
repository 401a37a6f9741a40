"""Asking live sources: what is said is kept with its day; a source that is down leaves the fact unknown, never passed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from policies.language import decide
from subsidy import environment
from subsidy.applicants.models import Company, CompanyFact
from subsidy.audit.models import Event
from subsidy.decisions.facts import facts_of
from subsidy.programmes.packs import pack_of
from subsidy.sources import LAYOUTS, HttpSource
from tests.subsidy.sources.server import Service, service
from tests.world import World, fresh
from workflows.common.refusals import NotFound
from workflows.common.turn import Origin
from workflows.live_facts.jobs import ask_live, configured

NAMES = ("abnormal_operation", "serious_violation")


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def credit() -> Iterator[Service]:
    with service() as server:
        yield server


def says(server: Service, company: Company, value: Any = False, as_of: str = "2024-03-01") -> None:
    server.facts[company.uscc] = [{"name": name, "value": value, "as_of": as_of} for name in NAMES]


def ask(world: World, server: Service, company: Company, timeout: float = 5.0) -> Any:
    source = HttpSource(LAYOUTS["credit"], server.url, timeout=timeout)
    return ask_live(company.pk, source, NAMES, now=world.now)


def held(company: Company) -> list[tuple[str, int | None, str]]:
    rows = CompanyFact.objects.filter(company=company, source="credit", superseded_at__isnull=True).order_by("name")
    return [(row.name, row.integer, row.as_of.isoformat()) for row in rows]


def test_what_is_said_is_kept_once_however_often_it_is_asked(world: World, credit: Service) -> None:
    company = world.company()
    says(credit, company)
    for _turn in range(3):
        ask(world, credit, company)
    assert held(company) == [(name, 0, "2024-03-01") for name in NAMES]
    assert Event.objects.filter(stream="company", stream_id=company.pk, action="keep_answer").count() == 1


def test_what_is_held_as_of_a_later_day_stays(world: World, credit: Service) -> None:
    company = world.company()
    says(credit, company, True, "2024-03-02")
    ask(world, credit, company)
    says(credit, company, False, "2024-02-01")
    ask(world, credit, company)
    assert held(company) == [(name, 1, "2024-03-02") for name in NAMES]


@pytest.mark.parametrize("manner", ["broken", "words", "other", "silent"])
def test_a_source_that_fails_leaves_the_fact_unknown_and_nobody_passes(
    world: World, credit: Service, manner: str
) -> None:
    case = world.submitted(world.call())
    pack = pack_of(case.policy_version)
    assert decide(pack, facts_of(case, pack, on=world.now.on)).outcome == "met"
    for row in CompanyFact.objects.filter(company=case.company, name__in=NAMES):
        CompanyFact.objects.filter(pk=row.pk).update(superseded_at=world.now.at)
    says(credit, case.company)
    credit.manner = manner
    answer = ask(world, credit, case.company, timeout=0.3)
    assert set(answer.unknown) == set(NAMES)
    assert held(case.company) == []
    found = decide(pack, facts_of(fresh(case), pack, on=world.now.on))
    assert found.outcome == "unknown"
    assert {one.fact for one in found.ask} >= set(NAMES)
    event = Event.objects.filter(stream="company", stream_id=case.company_id, action="keep_answer").get()
    assert all(name in event.body for name in NAMES)


def test_only_the_system_keeps_an_answer(world: World) -> None:
    company = world.company()
    for who in ("counter", "acceptance"):
        with pytest.raises(NotFound):
            page = Origin(surface="page")
            world.act("company", company, "keep_answer", who, origin=page, data={"source": "credit", "said": []})


def test_services_are_named_in_the_settings(settings: Any) -> None:
    settings.FACT_SERVICES = {"court": {"url": "https://court.example/facts", "timeout": 2}}
    source = configured("court")
    assert isinstance(source, HttpSource)
    assert (source.url, source.timeout, source.layout.name) == ("https://court.example/facts", 2.0, "court")
    assert configured("tax") is None


@pytest.mark.parametrize("text", ["x", "[]", '{"court": "https://a"}', '{"court": {"url": "ftp://a"}}'])
def test_settings_that_name_no_service_are_refused(text: str) -> None:
    assert environment.services({}, "S") == {}
    with pytest.raises(ImproperlyConfigured):
        environment.services({"S": text}, "S")
