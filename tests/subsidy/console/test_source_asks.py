"""The page of a company: a live source is asked, and the page says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.applicants.models import Company, SourceAsk
from subsidy.applicants.services import ask_end
from tests.world import World

AsPerson = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def services(settings: Any) -> None:
    settings.FACT_SERVICES = {"credit": {"url": "http://127.0.0.1:9/facts"}}


def page(client: Client, company: Company) -> str:
    response = client.get(reverse("console:company", args=[company.pk]))
    assert response.status_code == 200
    return str(response.content.decode())


def ask(client: Client, company: Company, layout: str = "credit") -> Any:
    address = reverse("console:company-act", args=[company.pk, "ask_source"])
    shown = client.get(address)
    assert shown.status_code == 200 and "信用平台" in shown.content.decode()
    return client.post(address, {"layout": layout, "key": f"k-{company.pk}-{SourceAsk.objects.count()}"})


def test_the_counter_asks_and_sees_progress_and_result(world: World, as_person: AsPerson) -> None:
    company, client = world.company(), as_person("counter")
    address = reverse("console:company-act", args=[company.pk, "ask_source"])
    assert address in page(client, company)
    assert ask(client, company).status_code == 302
    shown = page(client, company)
    assert "正在查询数据源。" in shown and "every 3s" in shown
    again = ask(client, company)
    assert "请等待答复" in again.content.decode() and SourceAsk.objects.count() == 1
    unknown = {"is_dishonest": "slow", "abnormal_operation": "slow"}
    ask_end(SourceAsk.objects.get().pk, now=world.now, said=1, unknown=unknown)
    shown = page(client, company)
    for part in ("已答复", "采用1项事实", "2项仍为未知", "数据源答复过慢"):
        assert part in shown, part
    assert "every 3s" not in shown


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_refused_answer_says_why(world: World, as_person: AsPerson, language: str) -> None:
    company, client = world.company(), as_person("counter")
    client.cookies["django_language"] = language
    client.post(reverse("console:company-act", args=[company.pk, "ask_source"]), {"layout": "credit", "key": "k"})
    ask_end(SourceAsk.objects.get().pk, now=world.now, refusal="因故未采用")
    assert "因故未采用" in page(client, company)


def test_without_a_service_or_at_another_post_there_is_no_button(
    world: World, as_person: AsPerson, settings: Any
) -> None:
    company = world.company()
    address = reverse("console:company-act", args=[company.pk, "ask_source"])
    assert address not in page(as_person("acceptance"), company)
    assert as_person("acceptance").post(address, {"layout": "credit", "key": "k"}).status_code == 403
    settings.FACT_SERVICES = {}
    assert address not in page(as_person("counter"), company)
    assert as_person("counter").post(address, {"layout": "credit", "key": "k"}).status_code == 422


def test_a_company_of_another_bureau_is_not_asked_about(world: World, as_person: AsPerson) -> None:
    company, other = world.company(), World(code="yh")
    address = reverse("console:company-act", args=[company.pk, "ask_source"])
    assert as_person(other.people["counter"]).get(address).status_code == 404
