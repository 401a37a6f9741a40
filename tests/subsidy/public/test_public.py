"""The public site: everybody reads what a bureau has published, and calculates; nothing is stored, nothing else is shown."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from subsidy.accounts.models import Authority
from subsidy.audit.models import Event
from subsidy.calendars.models import BusinessClock
from subsidy.decisions.models import Decree, Notice
from subsidy.programmes.models import Call, PolicyVersion
from tests.world import World, days_later

FIGURES = {
    "submitted_on": "2024-03-04",
    "registered_in_district": "yes",
    "taxed_in_district": "yes",
    "founded_on": "2015-03-01",
    "sales_y1": "150,000,000",
    "sales_y3": "100000000",
    "rd_y1": "12000000",
    "high_tech_until": "2025-12-31",
    "none_valuation": "on",
    "contribution_y1": "10,000,000.00",
    "contribution_y2": "5000000",
    "is_dishonest": "no",
    "serious_violation": "no",
    "abnormal_operation": "no",
    "major_incident": "no",
    "commitment_signed": "yes",
    "calculate": "1",
}


@pytest.fixture(autouse=True)
def _demo_clock(world: World, settings: Any) -> None:
    settings.DEMO_MODE = True
    clock(world)


def clock(world: World) -> None:
    """The site's clock where the world's stands."""
    BusinessClock.objects.update_or_create(pk=1, defaults={"now": world.now.at})


def text(client: Client, address: str, language: str = "zh-hans", status: int = 200) -> str:
    client.cookies["django_language"] = language
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def calculator(world: World, version: str = "2023.1", **changed: str | None) -> str:
    figures = {name: value for name, value in {**FIGURES, **changed}.items() if value is not None}
    return f"/policies/xh/flying_sky/{version}/calculator/?{urlencode(figures)}"


def test_pages_without_anything_published(client: Client) -> None:
    for address in ("/", "/policies/", "/calls/", "/notices/", "/decrees/", "/help/", "/accessibility/", "/data-use/"):
        for language in ("zh-hans", "en"):
            text(client, address, language)
    for address in ("/policies/xh/flying_sky/", "/calls/NO-1/", "/notices/1/", "/decrees/1/", "/notices/1/list.json"):
        text(client, address, status=404)


def test_the_policy_page_comes_from_the_pack(client: Client, world: World) -> None:
    world.policy("2022.1")
    world.policy("2023.1")
    call = world.call()
    page = text(client, "/policies/xh/flying_sky/")
    for part in (
        "飞天计划企业奖补", "示例", "现行有效", "2023.1", "2022.1", "A-08", "10,000,000.00 元", "10 年",
        "5 个工作日", "审计报告", "5名专家", "60 分", "每年5月31日前", "3,250,000.00 元", "研发强度",
        call.number,
    ):  # fmt: skip
        assert part in page, part
    assert "无从得出" not in page
    english = text(client, "/policies/xh/flying_sky/", "en")
    for part in (
        "Illustrative",
        "in force",
        "CNY 10,000,000.00",
        "10 years",
        "5 working days",
        "every year by 31 May",
    ):
        assert part in english, part
    old = text(client, "/policies/xh/flying_sky/2022.1/")
    assert "已失效" in old
    text(client, "/policies/xh/flying_sky/1999.1/", status=404)
    text(client, "/policies/nobody/flying_sky/", status=404)


def test_every_clause_of_the_text_stands_beside_its_rules(client: Client, world: World) -> None:
    version = world.policy()
    client.cookies["django_language"] = "zh-hans"
    rows = client.get("/policies/xh/flying_sky/").context["clauses"]
    headings = [line for line in version.source_text.splitlines() if line.startswith("## ")]
    assert len(rows) == len(headings)
    assert all(row.rules for row in rows), [row.number for row in rows if not row.rules]


def test_a_version_says_what_it_changed(client: Client, world: World) -> None:
    world.policy("2022.1")
    world.policy("2023.1")
    changes = "/policies/xh/flying_sky/2023.1/changes/2022.1/"
    assert f'href="{changes}"' in text(client, "/policies/xh/flying_sky/")
    page = client.get(changes, headers={"accept-language": "zh-hans"})
    (raised,) = [row for row in page.context["differences"].rows if "研发强度门槛" in row[2]]
    assert raised[:2] == ("参数", "A-04")
    assert ("5%" in raised[2], "6%" in raised[3], raised[4]) == (True, True, "修改 · 更严")
    assert "stricter" in text(client, changes, "en")
    assert "更宽" in text(client, "/policies/xh/flying_sky/2022.1/changes/2023.1/")
    assert "规则相同" in text(client, "/policies/xh/flying_sky/2023.1/changes/2023.1/")
    for absent in ("/2023.1/changes/1999.1/", "/1999.1/changes/2022.1/"):
        text(client, f"/policies/xh/flying_sky{absent}", status=404)


def test_help_leads_people_without_an_account_to_one(client: Client) -> None:
    assert 'href="/sign-up/"' in text(client, "/help/")


def test_the_calculator_decides_and_says_why(client: Client, world: World) -> None:
    world.policy()
    before = Event.objects.count()
    page = text(client, calculator(world))
    assert "3,250,000.00 元" in page
    assert "飞天企业" in page
    assert "A-08" in page
    refused = text(client, calculator(world, is_dishonest="yes"))
    assert "不予奖补" in refused
    english = text(client, calculator(world), "en")
    assert "The requirements are met: CNY 3,250,000.00" in english
    assert Event.objects.count() == before


def test_what_is_left_empty_is_unknown_and_asked_for(client: Client, world: World) -> None:
    world.policy()
    page = client.get(calculator(world, contribution_y1="", none_valuation=None))
    result = page.context["result"]
    assert result.tone == "wait" or "between" in result.headline or "至" in result.headline
    assert {one.fact for one in result.asks} >= {"contribution_y1"}
    assert "税务" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [("sales_y1", "1.234"), ("sales_y1", "viele"), ("sales_y1", "-1"), ("founded_on", "2015-02-30"),
     ("valuation", "5"), ("submitted_on", "0001-01-01"), ("registered_in_district", "perhaps")],
)  # fmt: skip
def test_wrong_figures_are_named_and_decide_nothing(client: Client, world: World, name: str, value: str) -> None:
    world.policy()
    answer = client.get(calculator(world, **{name: value}))
    assert answer.status_code == 200
    result = answer.context["result"]
    assert (result is None and name in answer.context["form"].errors) or result.trouble


def test_a_company_sees_what_is_known_of_it(client: Client, world: World) -> None:
    world.policy()
    company = world.company()
    client.force_login(world.filer(company))
    page = client.get("/policies/xh/flying_sky/")
    (result,) = page.context["results"]
    assert result.whose == company.name
    assert {one.fact for one in result.asks} & {"sales_y1", "rd_y1"}
    form = client.get("/policies/xh/flying_sky/2023.1/calculator/").context["form"]
    assert form.initial["contribution_y1"] == 500_000_000
    # Another company's people see their own, not this one.
    client.force_login(world.filer(world.company()))
    assert company.name not in text(client, "/policies/xh/flying_sky/")


def test_calls_say_until_when_and_where_to_start(client: Client, world: World) -> None:
    call = world.call()
    Call.objects.filter(pk=call.pk).update(closes_at="2024-03-16T00:00:00+08:00", contact="0571-8888")
    page = text(client, f"/calls/{call.number}/")
    for part in ("2024年3月15日 23:59", "0571-8888", f"/my/apply/{call.number}/", call.number):
        assert part in page, part
    world.now = days_later(world.now, 30)
    clock(world)
    assert f"/my/apply/{call.number}/" not in text(client, f"/calls/{call.number}/")
    assert call.number in text(client, "/calls/?state=closed")
    assert f"/calls/{call.number}/" not in text(client, "/calls/?state=open")


def test_notice_and_decree_show_the_frozen_list_and_computed_totals(client: Client, world: World) -> None:
    call = world.call()
    case = world.ready(call)
    round_ = world.published(call)
    notice = Notice.objects.get(round=round_)
    clock(world)
    page = client.get(f"/notices/{notice.pk}/")
    body = page.content.decode()
    for part in (case.company_name, notice.list_hash, "飞天企业"):
        assert part in body, part
    assert page.context["days_left"] == 5
    raw = client.get(f"/notices/{notice.pk}/list.json")
    assert hashlib.sha256(raw.content).hexdigest() == notice.list_hash
    assert json.loads(raw.content)[0]["name"] == case.company_name
    assert case.company.contact_name not in body + raw.content.decode()
    assert f"/notices/{notice.pk}/" in text(client, "/")

    world.now = days_later(world.now, 10)
    world.act("round", round_, "close_notice", world.system)
    world.act("round", round_, "issue_decree", "notice", data={"number": "西科〔2024〕9号"})
    clock(world)
    decree = Decree.objects.get(round=round_)
    shown = text(client, f"/decrees/{decree.pk}/")
    case.refresh_from_db()
    assert case.amount_fen and f"{case.amount_fen // 100:,}.00 元" in shown
    assert case.company_name in shown
    assert "西科〔2024〕9号" in text(client, "/decrees/")
    assert "西科〔2024〕9号" in text(client, "/")
    assert "异议期已结束" in text(client, f"/notices/{notice.pk}/")
    export = client.get("/decrees/?export=csv")
    assert "西科〔2024〕9号" in b"".join(export.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_each_list_narrows_to_one_bureau_and_searches(client: Client, world: World) -> None:
    call = world.call()
    other = World(code="bj", now=world.now)
    foreign = other.call()
    both = text(client, "/calls/")
    assert call.number in both
    assert foreign.number in both
    own = text(client, "/calls/?bureau=xh")
    assert f"/calls/{call.number}/" in own
    assert f"/calls/{foreign.number}/" not in own
    for name in ("policies", "notices", "decrees"):
        text(client, f"/{name}/?bureau=xh&q=飞天")
    assert "/policies/bj/flying_sky/" in text(client, "/policies/?q=flying")
    assert "/policies/bj/flying_sky/" not in text(client, "/policies/?q=nothing")


def test_policies_narrow_to_those_in_force_and_to_those_that_take_applications(client: Client, world: World) -> None:
    world.call()
    other = World(code="bj", now=world.now)
    other.policy()
    ours, theirs = "/policies/xh/flying_sky/", "/policies/bj/flying_sky/"
    for state, shown in (("now", True), ("later", False), ("over", False)):
        page = text(client, f"/policies/?state={state}")
        assert (ours in page, theirs in page) == (shown, shown), state
    PolicyVersion.objects.filter(authority=other.authority).update(effective_to=world.now.on - dt.timedelta(days=1))
    assert theirs in text(client, "/policies/?state=over") and theirs not in text(client, "/policies/?state=now")
    for wanted, shown in (("open", True), ("later", False)):
        page = text(client, f"/policies/?call={wanted}")
        assert (ours in page, theirs in page) == (shown, False), wanted
    assert ours not in text(client, "/policies/?state=nonsense"), "a filter that is not understood shows nothing"


def test_notices_narrow_to_those_open_to_objection(client: Client, world: World) -> None:
    call = world.call()
    world.ready(call)
    notice = world.published(call).notice
    address = reverse("public:notice", args=[notice.pk])
    assert address in text(client, "/notices/?state=now") and address not in text(client, "/notices/?state=over")
    type(notice).objects.filter(pk=notice.pk).update(closed_at=world.now.at)
    assert address not in text(client, "/notices/?state=now") and address in text(client, "/notices/?state=over")


def test_pages_cost_the_same_with_more_published(
    client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    world.call()
    addresses = ["/", "/policies/", "/calls/", "/policies/xh/flying_sky/"]
    costs = [_cost(client, address) for address in addresses]
    for _number in range(3):
        world.call()
    Authority.objects.create(code="zz", name_zh="另一局", name_en="Another", short_name="另", region="610100")
    assert [_cost(client, address) for address in addresses] == costs
    assert max(costs) <= 12


def _cost(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_nothing_is_written_by_anybody_who_reads(client: Client, world: World) -> None:
    call = world.call()
    for address in ("/", "/policies/", calculator(world), f"/calls/{call.number}/"):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert not [one["sql"] for one in queries if not one["sql"].lstrip().startswith(("SELECT", "DECLARE"))], (
            address
        )
        assert client.post(address).status_code == 405


def test_the_guide_of_a_call_says_what_its_rules_say_and_no_names_of_programs(client: Client, world: World) -> None:
    call = world.call()
    page = text(client, f"/calls/{call.number}/guide/")
    for words in ("申报条件", "奖补金额", "办理流程", "申报主体", "北京时间", "5%", "1亿元"):
        assert words in page, words
    for name in ("rd_intensity", "flying_misses", "yearly_registered", "within_three_years"):
        assert name not in page, name
    english = text(client, f"/calls/{call.number}/guide/", "en")
    assert "Guide for applicants" in english and "申报条件" not in english
    assert client.get("/calls/NO-1/guide/").status_code == 404
