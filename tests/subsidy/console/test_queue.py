"""The queue: what is in which tab, for whom, and what a page costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, Unit, User
from subsidy.work.models import NO_DUE, Pool, SavedView, WorkItem
from tests.world import World, days_later

SignIn = Callable[[str | User], Client]
# Without the business clock, which these tests set; with it they are twelve.
QUERIES_MAX = 11


def tab(name: str) -> str:
    return reverse("console:queue-tab", args=[name])


def numbers(client: Client, name: str, **query: str) -> list[str]:
    return [row.number for row in client.get(tab(name), query).context["page"].rows]


def count(client: Client, name: str) -> int:
    return next(one.count for one in client.get(tab("pools")).context["tabs"] if one.name == name)


def items(world: World, amount: int, role: Role = Role.ACCEPTANCE, start: int = 0) -> None:
    """Made without the door: only what lists read."""
    pool = Pool.objects.get(authority=world.authority, role=role)
    WorkItem.objects.bulk_create(
        WorkItem(
            authority=world.authority, task_id=10_000_000 + start + n, node="acceptance", subject_kind="case",
            subject_id=10_000_000 + start + n, number=f"ZZ-2024-{start + n:06d}", title=f"企业{n}", pool=pool,
            amount_fen=n % 7 * 100_00, due_on=world.now.on + dt.timedelta(days=n % 30 - 5), created_at=world.now.at,
        )
        for n in range(amount)
    )  # fmt: skip


def test_each_matter_stands_in_the_tabs_of_those_it_waits_for(world: World, as_person: SignIn) -> None:
    call = world.call()
    waiting, mine = world.submitted(call), world.submitted(call)
    returned = world.submitted(call)
    world.draft(call)
    world.act("case", mine, "claim", "acceptance")
    world.act(
        "case", returned, "return_for_correction", "acceptance", data={"message": "更正", "reason_rd_y1": "不符"}
    )
    acceptance = as_person("acceptance")
    assert numbers(acceptance, "pools") == [waiting.number]
    assert numbers(acceptance, "mine") == [mine.number]
    assert numbers(acceptance, "company") == [returned.number], "drafts are not officers' business"
    assert set(numbers(acceptance, "done")) == {mine.number, returned.number}
    assert numbers(acceptance, "soon") == numbers(acceptance, "overdue") == []
    assert [count(acceptance, name) for name in ("mine", "pools", "company", "soon", "overdue", "done")] == [
        1,
        1,
        1,
        0,
        0,
        2,
    ]
    assert [one.name for one in acceptance.get(reverse("console:queue")).context["tabs"] if one.current] == ["mine"]

    amount = as_person("amount")
    assert (numbers(amount, "pools"), numbers(amount, "mine"), numbers(amount, "done")) == ([], [], [])
    assert numbers(as_person(World(code="qt").people["acceptance"]), "company") == []

    world.now = days_later(world.now, 6)
    assert set(numbers(as_person("acceptance"), "soon")) == {mine.number, waiting.number}
    world.now = days_later(world.now, 10)
    late = as_person("acceptance")
    assert set(numbers(late, "overdue")) == {mine.number, waiting.number}
    assert "逾期" in late.get(tab("overdue")).text


def test_search_filters_and_sorts(world: World, as_person: SignIn) -> None:
    call = world.call()
    first = world.submitted(call, world.company("杭州云帆科技有限公司"))
    second = world.submitted(call, world.company("西湖量子有限公司"))
    client = as_person("acceptance")
    policy = call.policy_version.policy_id
    searches: list[tuple[dict[str, str], Iterable[str]]] = [
        ({"q": "云帆"}, [first.number]),
        ({"q": "量子"}, [second.number]),
        ({"q": second.company.uscc}, [second.number]),
        ({"q": first.number}, [first.number]),
        ({"q": first.number[-6:]}, [first.number]),
        ({"q": first.number.lower()}, [first.number]),
        ({"q": "没有这家"}, []),
        ({"node": "case.acceptance"}, [first.number, second.number]),
        ({"node": "case.amount_check"}, []),
        ({"policy": str(policy)}, [first.number, second.number]),
        ({"policy": str(policy + 1)}, []),
        ({"sort": "number"}, [first.number, second.number]),
        ({"sort": "-number"}, [second.number, first.number]),
        ({"sort": "amount"}, [first.number, second.number]),
    ]
    for query, expected in searches:
        assert numbers(client, "pools", **query) == list(expected), query
    assert client.get(tab("pools"), {"sort": "title"}).status_code == 404
    assert client.get(tab("elsewhere")).status_code == 404
    exported = client.get(tab("pools"), {"export": "csv"})
    assert "云帆" in b"".join(exported.streaming_content).decode()  # type: ignore[attr-defined]


def test_a_page_costs_the_same_with_twenty_and_with_twenty_thousand(world: World, as_person: SignIn) -> None:
    person = world.people["acceptance"]
    for role in (Role.AMOUNT, Role.NOTICE):
        RoleGrant.objects.create(user=person, authority=world.authority, role=role, valid_from="2020-01-01")
    items(world, 20)
    client = as_person(person)

    def cost(**query: str) -> tuple[int, Any]:
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(tab("pools"), query)
        assert answer.status_code == 200
        return len(caught), answer.context["page"]

    cost()  # the calendar is read once a process, the session is marked once in a while
    few, page = cost()
    assert (few, len(page.rows)) == (few, 20) and few <= QUERIES_MAX
    items(world, 20_000, Role.AMOUNT, start=1_000)
    many, page = cost()
    last, at_end = cost(sort="-due")
    deep, _rest = cost(after=page.next)
    back, _rest = cost(sort="-due", after=at_end.next)
    searched, _rest = cost(q="zz-2024-0010")
    assert {few, many, last, deep, back} == {few}
    assert searched == few + 1 <= QUERIES_MAX, "companies are found first"
    assert len(_rest.rows) == page.spec.page_size
    assert page.count_capped


def test_batches_in_the_queue_open_their_page(world: World, as_person: SignIn) -> None:
    items(world, 1, Role.FINANCE_CHECK)
    WorkItem.objects.filter(number="ZZ-2024-000000").update(subject_kind="batch", node="check")
    shown = as_person("finance2").get(tab("pools")).text
    assert reverse("console:finance_batch", args=["ZZ-2024-000000"]) in shown


def test_no_deadline_is_last_and_said_so(world: World, as_person: SignIn) -> None:
    items(world, 2)
    WorkItem.objects.filter(number="ZZ-2024-000000").update(due_on=NO_DUE)
    client = as_person("acceptance")
    assert numbers(client, "pools") == ["ZZ-2024-000001", "ZZ-2024-000000"]
    assert numbers(client, "overdue") == ["ZZ-2024-000001"]
    assert "无期限" in client.get(tab("pools")).text


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.SYSTEM_ADMIN, 403),
        (Role.SECURITY_ADMIN, 403),
        (Role.AUDIT_ADMIN, 403),
        (Role.AUDITOR, 200),
        (Role.LEADER, 200),
    ],
)
def test_who_has_a_queue(world: World, as_person: SignIn, role: Role, status: int) -> None:
    assert as_person(world.person("somebody", role)).get(tab("pools")).status_code == status


def test_people_of_companies_and_strangers_have_no_queue(world: World, as_person: SignIn) -> None:
    company = world.company()
    assert as_person(world.filer(company)).get(tab("pools")).status_code == 403
    assert Client().get(tab("pools")).status_code == 302
    assert as_person("expert1").get(reverse("console:home"))["Location"] == reverse("console:scoring")
    assert as_person("expert1").get(reverse("console:scoring")).status_code == 200
    assert as_person("leader").get(reverse("console:home"))["Location"] == reverse("console:queue")


def test_filters_by_call_township_and_amount(world: World, as_person: SignIn) -> None:
    items(world, 30)
    first = Unit.objects.create(authority=world.authority, code="t1", name_zh="一镇", name_en="First")
    call = world.call()
    WorkItem.objects.filter(number="ZZ-2024-000003").update(township=first, call=call)
    client = as_person("acceptance")
    assert numbers(client, "pools", township=str(first.pk)) == ["ZZ-2024-000003"]
    assert numbers(client, "pools", call=str(call.pk)) == ["ZZ-2024-000003"]
    assert len(numbers(client, "pools", amount_from="600")) == 4
    assert numbers(client, "pools", amount_from="600", amount_to="100") == []
    assert len(numbers(client, "pools", amount_to="0.00")) == 5
    page = client.get(tab("pools"), {"amount_from": "-1"})
    assert page.context["page"].rows == [], "a filter that cannot be understood shows nothing"
    filed = dt.date(2024, 2, 1)
    WorkItem.objects.filter(number="ZZ-2024-000007").update(filed_on=filed)
    assert numbers(client, "pools", sort="filed")[0] == "ZZ-2024-000007"


def test_a_kept_list_is_its_reader_s_alone(world: World, as_person: SignIn) -> None:
    client = as_person("acceptance")
    kept = {"tab": "pools", "name": "大额", "query": "amount_from=100&sort=amount"}
    answer = client.post(reverse("console:view-save"), kept)
    assert answer["Location"] == f"{tab('pools')}?amount_from=100&sort=amount"
    client.post(reverse("console:view-save"), {**kept, "query": "amount_from=200"})
    view = SavedView.objects.get()
    assert view.query == "amount_from=200", "the same name is written anew"
    assert "大额" in client.get(tab("mine")).text
    assert "大额" not in as_person("amount").get(tab("mine")).text
    remove = reverse("console:view-remove", args=[view.pk])
    assert as_person("amount").post(remove).status_code == 404
    assert client.post(remove).status_code == 302 and not SavedView.objects.exists()
    assert client.post(reverse("console:view-save"), {**kept, "tab": "elsewhere"}).status_code == 404
    assert not SavedView.objects.exists()


def test_what_waits_for_others(world: World, as_person: SignIn) -> None:
    call = world.call()
    waiting, held, scored = world.submitted(call), world.submitted(call), world.accepted(call)
    world.act("case", held, "claim", "acceptance")
    assert set(numbers(as_person("leader"), "others")) == {waiting.number, held.number, scored.number}
    assert numbers(as_person("leader"), "others").count(scored.number) == 1, "a panel is one row"
    assert numbers(as_person("acceptance"), "others") == [scored.number]
    second = world.person("acceptance2", Role.ACCEPTANCE)
    assert set(numbers(as_person(second), "others")) == {held.number, scored.number}
    shown = as_person("leader").get(tab("others")).text
    assert not any(expert.name in shown for expert in world.experts(scored)), "who sits on a panel is not said"
