"""Asking live sources: what is said is kept with its day; a source that is down leaves the fact unknown, never passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from procrastinate.contrib.django.models import ProcrastinateJob

from policies.language import decide
from subsidy import environment
from subsidy.applicants.models import Company, CompanyFact, SourceAsk
from subsidy.audit.models import Event
from subsidy.decisions.facts import facts_of
from subsidy.programmes.packs import pack_of
from subsidy.sources import LAYOUTS, HttpSource
from tests.subsidy.sources.server import Service, service
from tests.world import World, days_later, fresh
from workflows.common.refusals import BadData, Forbidden, NotFound, WrongState
from workflows.common.turn import Origin
from workflows.live_facts import acts
from workflows.live_facts.jobs import answer_ask, ask_due, ask_live, configured

NAMES = ("abnormal_operation", "serious_violation")
EVERY = [column.fact for column in LAYOUTS["credit"].columns]


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


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "[]",
        '{"court": "https://a"}',
        '{"court": {"url": "ftp://a"}}',
        '{"court": {"url": "http://a", "every_days": 0}}',
    ],
)
def test_settings_that_name_no_service_are_refused(text: str) -> None:
    assert environment.services({}, "S") == {}
    with pytest.raises(ImproperlyConfigured):
        environment.services({"S": text}, "S")


@pytest.fixture
def set_up(settings: Any, credit: Service) -> Service:
    """The reference service, known to the settings."""
    settings.FACT_SERVICES = {"credit": {"url": credit.url, "timeout": 0.3}}
    return credit


def asked(world: World, company: Company, who: str = "counter") -> SourceAsk:
    world.act("company", company, "ask_source", who, data={"layout": "credit"})
    return SourceAsk.objects.latest("pk")


def test_an_officer_asks_now_and_sees_what_came_of_it(world: World, set_up: Service) -> None:
    company = world.company()
    says(set_up, company)
    ask = asked(world, company)
    assert ask.state == "asked" and held(company) == []
    answer_ask(ask.pk, now=world.now)
    ask = fresh(ask)
    assert (ask.state, ask.said) == ("answered", 2)
    assert ask.unknown == dict.fromkeys(set(EVERY) - set(NAMES), "not said")
    assert held(company) == [(name, 0, "2024-03-01") for name in NAMES]
    # The job runs a second time: nothing is asked again.
    before = len(set_up.asked)
    answer_ask(ask.pk, now=world.now)
    assert len(set_up.asked) == before


@pytest.mark.parametrize(
    ("manner", "why"), [("broken", "status 500"), ("silent", "slow"), ("other", "another company")]
)
def test_a_source_that_is_down_leaves_all_unknown_and_says_why(
    world: World, set_up: Service, manner: str, why: str
) -> None:
    company = world.company()
    says(set_up, company)
    set_up.manner = manner
    ask = asked(world, company)
    answer_ask(ask.pk, now=world.now)
    ask = fresh(ask)
    assert (ask.state, ask.said) == ("silent", 0) and held(company) == []
    assert set(ask.unknown) == set(EVERY) and all(why in one for one in ask.unknown.values())


def test_a_source_is_not_asked_twice_at_once_but_again_when_its_job_was_lost(world: World, set_up: Service) -> None:
    company = world.company()
    first = asked(world, company)
    with pytest.raises(WrongState):
        asked(world, company)
    world.now = replace(world.now, at=world.now.at + dt.timedelta(hours=1, seconds=1))
    second = asked(world, company)
    assert second.pk != first.pk
    answer_ask(second.pk, now=world.now)
    assert fresh(second).state == "silent"


def test_a_service_that_was_taken_away_meanwhile_is_told(world: World, set_up: Service, settings: Any) -> None:
    ask = asked(world, world.company())
    settings.FACT_SERVICES = {}
    answer_ask(ask.pk, now=world.now)
    ask = fresh(ask)
    assert ask.state == "refused" and "set up" in ask.refusal


def test_what_the_door_refuses_to_keep_is_noted_with_its_reason(
    world: World, set_up: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = world.company()
    says(set_up, company)
    ask = asked(world, company)

    def refuse(*_args: Any, **_more: Any) -> None:
        raise WrongState("The store is closed.")

    monkeypatch.setattr(acts, "facts_supersede", refuse)
    answer_ask(ask.pk, now=world.now)
    assert fresh(ask).state == "refused" and fresh(ask).refusal == "The store is closed."
    assert held(company) == []


def test_who_may_ask_and_what(world: World, set_up: Service) -> None:
    company = world.company()
    for who, expected in (("acceptance", Forbidden), ("auditor", Forbidden), ("expert1", Forbidden)):
        with pytest.raises(expected):
            asked(world, company, who)
    other = World(code="yh")
    with pytest.raises(NotFound):
        world.act("company", company, "ask_source", other.people["counter"], data={"layout": "credit"})
    with pytest.raises(BadData) as refusal:
        world.act("company", company, "ask_source", "counter", data={"layout": "tax"})
    assert "layout" in refusal.value.fields
    assert not SourceAsk.objects.exists()


def test_an_answer_belongs_to_an_asking_of_this_company(world: World, set_up: Service) -> None:
    ask, other = asked(world, world.company()), world.company()
    with pytest.raises(WrongState):
        world.act("company", other, "keep_answer", world.system, data={"source": "credit", "ask": ask.pk})


def test_nothing_is_asked_by_itself_unless_a_service_has_a_schedule(world: World, set_up: Service) -> None:
    world.submitted(world.call())
    assert ask_due(now=world.now) == 0 and not SourceAsk.objects.exists()


def test_a_schedule_asks_about_companies_with_open_cases_as_often_as_it_says(
    world: World, set_up: Service, settings: Any
) -> None:
    settings.FACT_SERVICES = {"credit": {"url": set_up.url, "every_days": 7}}
    case, idle = world.submitted(world.call()), world.company()
    assert ask_due(now=world.now) == 1
    assert ask_due(now=world.now) == 0
    [ask] = SourceAsk.objects.all()
    assert (ask.company_id, ask.asked_by.username) == (case.company_id, "system:imports")
    assert not SourceAsk.objects.filter(company=idle).exists()
    assert ask_due(now=days_later(world.now, 6)) == 0
    assert ask_due(now=days_later(world.now, 8)) == 1


def test_the_job_of_an_asking_is_left_with_its_transaction(world: World, set_up: Service) -> None:
    ask = asked(world, world.company())
    jobs = ProcrastinateJob.objects.filter(task_name="ask_live_source")
    assert [job.args for job in jobs] == [{"ask_id": ask.pk}]
