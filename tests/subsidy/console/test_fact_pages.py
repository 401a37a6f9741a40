"""Every input of a decision opens its sources and its history; an officer may set it against them with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from subsidy.applicants.models import CompanyFact
from tests.world import World, fresh

AsPerson = Callable[[Any], Client]


def keep(world: World, company: Any, source: str, value: int, **more: Any) -> None:
    facts = [{"name": "contribution_y1", "kind": "money", "value": value, **more}]
    data = {"source": source, "as_of": "2024-01-31", "facts": facts}
    world.act("company", company, "keep_facts", "counter", data=data)


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def test_every_fact_of_a_case_opens_its_page(world: World, as_person: AsPerson) -> None:
    case = world.submitted()
    client = as_person("acceptance")
    page = text(client.get(reverse("console:case", args=[case.number])))
    for name in ("sales_y1", "contribution_y1", "is_dishonest", "founded_on"):
        url = reverse("console:case-fact", args=[case.number, name])
        assert f'href="{url}"' in page
        text(client.get(url))


def test_the_page_shows_every_source_and_the_history(world: World, as_person: AsPerson) -> None:
    case = world.submitted()
    keep(world, case.company, "tax", 100, raw="1.00元")
    keep(world, case.company, "tax", 200, raw="2.00元", period="")
    client = as_person("amount")
    shown = text(client.get(reverse("console:case-fact", args=[case.number, "contribution_y1"])))
    for part in ("税务部门", "市场监管部门", "1.00元", "2.00元", "已被替代", "tag-wait", "采用"):
        assert part in shown, part
    assert "来源不一致" in text(client.get(reverse("console:case", args=[case.number])))


def test_overriding_by_page_and_ending_it(world: World, as_person: AsPerson) -> None:
    case = world.submitted()
    address = reverse("console:case-fact-override", args=[case.number, "contribution_y1"])
    client = as_person("acceptance")
    assert "改用其他值" in text(client.get(address))
    wrong = client.post(address, {"value": "", "as_of": "2024-03-01", "reason": "见税单", "key": "k1"})
    assert wrong.status_code == 422
    done = client.post(address, {"value": "12.34", "as_of": "2024-03-01", "reason": "见税单原件", "key": "k2"})
    assert done.status_code == 302
    shown = text(client.get(done["Location"]))
    assert "见税单原件" in shown
    assert "12.34" in shown
    end = reverse("console:case-fact-end-override", args=[case.number, "contribution_y1"])
    text(client.get(end))
    assert client.post(end, {"reason": "已更正", "key": "k3"}).status_code == 302
    assert client.get(end).status_code == 404


def test_only_who_checks_the_filing_is_offered_the_override(world: World, as_person: AsPerson) -> None:
    case = world.submitted()
    page = reverse("console:case-fact", args=[case.number, "contribution_y1"])
    address = reverse("console:case-fact-override", args=[case.number, "contribution_y1"])
    assert address in text(as_person("acceptance").get(page))
    client = as_person("amount")
    assert address not in text(client.get(page))
    assert client.post(address, {"value": "1", "as_of": "2024-03-01", "reason": "x", "key": "k"}).status_code == 403


def test_what_the_system_knows_by_itself_shows_its_source_and_day(world: World, as_person: AsPerson) -> None:
    case = world.submitted()
    CompanyFact.objects.filter(company=case.company, name="registered_in_district").update(superseded_at=world.now.at)
    client = as_person("acceptance")
    shown = text(client.get(reverse("console:case-fact", args=[case.number, "registered_in_district"])))
    for part in ("本系统", "2016-05-01", "330106"):
        assert part in shown, part


def test_what_the_policy_does_not_read_has_no_page(world: World, as_person: AsPerson) -> None:
    case = world.submitted()
    client = as_person("acceptance")
    for name in ("submitted_on", "no_such_fact"):
        assert client.get(reverse("console:case-fact", args=[case.number, name])).status_code == 404


def test_experts_see_no_way_to_the_history(world: World, as_person: AsPerson) -> None:
    case = world.accepted()
    expert = world.experts(case)[0]
    page = text(as_person(expert).get(reverse("console:score", args=[case.number])))
    assert "/facts/" not in page


def test_a_company_sees_its_own_facts_with_their_history_and_no_others(world: World, as_person: AsPerson) -> None:
    world.policy()
    company, other = world.company(), world.company()
    keep(world, company, "tax", 100, raw="1.00元")
    client = as_person(world.filer(company))
    page = text(client.get(reverse("portal:company", args=[company.pk])))
    address = reverse("portal:fact", args=[company.pk, "contribution_y1"])
    assert address in page
    shown = text(client.get(address))
    assert "1.00元" in shown
    assert client.get(reverse("portal:fact", args=[other.pk, "contribution_y1"])).status_code == 404
    assert client.get(reverse("portal:fact", args=[company.pk, "no_such_fact"])).status_code == 404


def test_a_list_is_shown_record_by_record(world: World, as_person: AsPerson) -> None:
    company = fresh(world.company())
    world.policy()
    record = {"name": "number", "kind": "text", "value": "ZL1", "list_name": "ip", "record_key": "ZL1"}
    data = {"source": "ip_register", "as_of": "2024-01-31", "facts": [record]}
    world.act("company", company, "keep_facts", "counter", data=data)
    client = as_person(world.filer(company))
    assert reverse("portal:fact", args=[company.pk, "ip"]) in text(
        client.get(reverse("portal:company", args=[company.pk]))
    )
    assert "ZL1" in text(client.get(reverse("portal:fact", args=[company.pk, "ip"])))


def test_what_a_register_says_stands_with_the_other_sources(world: World, as_person: AsPerson) -> None:
    case = world.submitted()
    data = {"kind": "high_tech", "level": "", "certificate_number": "GR2023001", "valid_from": "2023-07-01"}
    world.act("company", case.company, "note_recognition", "counter", data={**data, "valid_to": "2026-06-30"})
    shown = text(as_person("amount").get(reverse("console:case-fact", args=[case.number, "high_tech_until"])))
    assert "GR2023001" in shown
    assert "2026年6月30日" in shown
