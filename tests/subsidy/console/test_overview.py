"""The overview of those who lead: its figures, what opens behind each, who sees it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.cases.models import Case, Recusal
from subsidy.ledger.models import BudgetLine
from subsidy.payouts.models import BatchLine
from subsidy.reporting import overview
from subsidy.web.components import DataTable, Linked
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.world import STAFF, World, days_later

SignIn = Callable[[str | User], Client]
PAGE = reverse("console:overview")
CASES = reverse("console:overview-cases")
TASKS = reverse("console:overview-tasks")


@pytest.fixture
def paid(world: World) -> list[Case]:
    """Two cases of which one is paid; a third one is filed and waits; a fourth was not accepted."""
    cases = obligated(world, 2)
    batch = world.released([cases[0]])
    for document in answered(batch, world):
        imported(world, document.content)
    call = world.call()
    world.submitted(call)
    refused = world.submitted(call)
    world.act("case", refused, "refuse", "acceptance", data={"reason": "材料不符"})
    return cases


def plain(table: DataTable) -> list[list[str]]:
    return [[str(cell.text if isinstance(cell, Linked) else cell) for cell in row] for row in table.rows]


def links(table: DataTable, row: int) -> list[str]:
    return [cell.url for cell in table.rows[row] if isinstance(cell, Linked) and cell.url]


def tables(client: Client, query: str = "") -> dict[str, DataTable]:
    answer = client.get(PAGE + query)
    assert answer.status_code == 200
    found: dict[str, DataTable] = answer.context["tables"]
    return found


def rows_behind(client: Client, address: str) -> int:
    answer = client.get(address)
    assert answer.status_code == 200
    count: int = answer.context["page"].count
    return count


def test_the_figures_are_those_of_the_cases(world: World, paid: list[Case], as_person: SignIn) -> None:
    found = tables(as_person("leader"))
    # Four filed; the refused one and the waiting one were not accepted; both others were decreed, one was paid.
    assert [row[1:] for row in plain(found["funnel"])] == [["4", "100"], ["2", "50"], ["2", "50"], ["1", "25"]]
    payment = BatchLine.objects.get()
    assert (payment.settled_on, payment.amount_fen) == (dt.date(2024, 3, 27), 1_350_000_00)
    money = found["money"]
    assert list(money.head) == ["政策", "3月", "笔数", "合计"]
    assert [row[1:] for row in plain(money)] == [["135", "1", "135"]]
    foot = [cell.text if isinstance(cell, Linked) else cell for cell in money.foot]
    assert foot == ["合计", "135", "1", "135"]
    # Filed on Monday 4 March, decreed on Tuesday 26 March (16 working days), booked on the day after.
    spans = [row[1:] for row in plain(found["spans"])]
    assert spans == [["1", "0", "0", "0"], ["1", "16", "16", "16"], ["1", "1", "1", "1"], ["1", "17", "17", "17"]]
    months = plain(found["months"])
    assert [row[1:] for row in months[:2]] == [["0.00", "0.00", "实际"]] * 2
    assert months[2][1:] == ["1,350,000.00", "1,350,000.00", "截至目前"]
    # Of two lines with 1,000 万元 each, one bore the payment; the other case is obligated on it.
    assert sorted(row[1:5] for row in plain(found["lines"])) == [
        ["10,000", "0", "0", "0"],
        ["10,000", "135", "0", "135"],
    ]


def test_every_figure_opens_what_it_is_made_of(world: World, paid: list[Case], as_person: SignIn) -> None:
    client = as_person("leader")
    found = tables(client)
    for table in ("funnel", "spans"):
        for row, cells in enumerate(plain(found[table])):
            assert [rows_behind(client, url) for url in links(found[table], row)] == [int(cells[1])]
    assert [rows_behind(client, url) for url in links(found["money"], 0)] == [1, 1, 1]
    waiting = next(number for number, row in enumerate(plain(found["overdue"])) if "受理" in row[0])
    assert [rows_behind(client, url) for url in links(found["overdue"], waiting)] == [1]
    (url,) = links(found["months"], 2)
    behind = client.get(url)
    (entry,) = behind.context["page"].lines
    # The batch is not for leaders; the case whose payment it is opens.
    assert all(client.get(cell.url).status_code == 200 for cell in entry.cells if cell.url)
    assert reverse("console:case", args=[paid[0].number]) in [cell.url for cell in entry.cells]
    assert [cell.value for cell in entry.cells if cell.column.kind == "yuan"] == [1_350_000_00]
    for number in range(len(found["lines"].rows)):
        assert all(client.get(url).status_code == 200 for url in links(found["lines"], number))
    other_month = f"{CASES}?paid_from=2024-04-01&paid_to=2024-04-30"
    assert rows_behind(client, other_month) == 0
    assert rows_behind(client, f"{CASES}?paid_from=2024-03-27&paid_to=2024-03-27&payment=first") == 1
    assert rows_behind(client, f"{CASES}?paid_from=2024-03-28&payment=first") == 0


def test_what_is_overdue_is_counted_by_unit(world: World, paid: list[Case], as_person: SignIn) -> None:
    world.now = days_later(world.now, 40)
    client = as_person("leader")
    table = tables(client)["overdue"]
    number = next(number for number, row in enumerate(plain(table)) if "受理" in row[0])
    assert [plain(table)[number][1], plain(table)[number][3]] == ["1", "1"]
    assert [rows_behind(client, url) for url in links(table, number)] == [1, 1]
    assert rows_behind(client, f"{TASKS}?due=overdue") >= 1
    assert client.get(PAGE).context["charts"]["overdue"][0].size == 1


def test_a_case_is_not_counted_for_whoever_is_recused(world: World, paid: list[Case], as_person: SignIn) -> None:
    Recusal.objects.create(
        authority=world.authority,
        case=paid[0],
        user=world.people["leader"],
        reason="亲属",
        declared_at=world.now.at,
    )
    found = tables(as_person("leader"))
    assert [row[1] for row in plain(found["funnel"])] == ["3", "1", "1", "0"]
    assert found["money"] is None and found["spans"] is None
    assert found["lines"].rows, "the budget is whole for whoever may see it"


def test_the_estimate_is_the_mean_of_the_finished_months() -> None:
    def line(appropriated: int, closed: bool = False) -> Any:
        return SimpleNamespace(appropriated=appropriated, closed_at="2024-06-01" if closed else None)

    spent = [100, 0, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    # March runs: two months are finished with a mean of 50, but 300 are spent already.
    going = overview._line_burn(line(500), spent, 2, 3)
    assert going.by_end == [100, 100, 300, 300, 300, 300, 350, 400, 450, 500, 500, 500]
    assert overview._line_burn(line(10_000), [1, 1, *[0] * 10], 3, 4).by_end[4:6] == [
        3,
        4,
    ]  # 2/3 a month, rounded down
    assert overview._line_burn(line(500, closed=True), spent, 2, 3).estimate == 300
    assert overview._line_burn(line(500), spent, 0, 1).by_end[1:] == [None] * 11  # nothing to estimate from
    assert overview._line_burn(line(500), spent, 12, 12).estimate == 300


def test_of_a_year_to_come_nothing_is_estimated(world: World, as_person: SignIn) -> None:
    lines = [world.line()]
    burn = overview.burn(lines, year=2024, today=dt.date(2023, 5, 1))
    assert (burn.booked, burn.finished, burn.estimated, burn.spent_by(1)) == (0, 0, False, None)
    assert overview.burn(lines, year=2024, today=dt.date(2024, 1, 31)).estimated is False
    over = overview.burn(lines, year=2024, today=dt.date(2025, 1, 1))
    assert (over.booked, over.finished, over.estimated) == (12, 12, False)
    assert over.spent_by(12) == 0 and over.appropriated == lines[0].appropriated


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_bureau_without_anything_has_a_page(world: World, as_person: SignIn, language: str) -> None:
    client = as_person("leader")
    client.cookies["django_language"] = language
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert not any(answer.context["tables"].values())
    assert not BudgetLine.objects.exists()
    for address in (CASES, TASKS):
        assert client.get(address).status_code == 200


def test_who_sees_it(world: World, paid: list[Case], as_person: SignIn) -> None:
    see = {"leader", "auditor", "finance1", "finance2", "finance3"}
    for who in STAFF:
        client = as_person(who)
        for address in (PAGE, CASES, TASKS):
            assert client.get(address).status_code == (200 if who in see else 403), (who, address)
        shown = PAGE in client.get(reverse("notifications")).content.decode()
        assert shown == (who in see), f"the navigation of {who}"
    for kept_out in ("expert1", f"c{paid[0].company_id}"):
        assert as_person(kept_out).get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302


def test_another_bureau_sees_nothing_of_it(world: World, paid: list[Case], as_person: SignIn) -> None:
    foreign = World(code="qt")
    client = as_person(foreign.people["leader"])
    assert not any(tables(client).values())
    assert rows_behind(client, CASES) == rows_behind(client, TASKS) == 0
    assert client.get(reverse("console:finance_entries_year", args=[2024])).status_code == 404
    assert as_person("acceptance").get(reverse("console:finance_entries_year", args=[2024])).status_code == 403


@pytest.mark.parametrize("year", ["1999", "２０２４", "x", "2024 "])
def test_a_year_without_figures_is_not_found(world: World, as_person: SignIn, year: str) -> None:
    assert as_person("leader").get(PAGE, {"year": year}).status_code == 404


def test_each_table_is_taken_along(world: World, paid: list[Case], as_person: SignIn) -> None:
    client = as_person("finance1")
    for name in tables(client):
        csv = b"".join(client.get(PAGE, {"table": name, "export": "csv"}).streaming_content)  # type: ignore[attr-defined]
        assert len(csv.decode().splitlines()) > 1, name
        sheet = b"".join(client.get(PAGE, {"table": name, "export": "xlsx"}).streaming_content)  # type: ignore[attr-defined]
        assert sheet.startswith(b"PK"), name
    csv = b"".join(client.get(PAGE, {"table": "money", "export": "csv"}).streaming_content)  # type: ignore[attr-defined]
    # Exact in the file, whatever the page shortens; the last row is the total.
    assert csv.decode().splitlines()[-1] == "合计,1350000.00,1,1350000.00"
    for query in ({"table": "nothing", "export": "csv"}, {"table": "money", "export": "pdf"}):
        assert client.get(PAGE, query).status_code == 404


def test_the_page_costs_the_same_with_more_to_read(world: World, paid: list[Case], as_person: SignIn) -> None:
    client = as_person("leader")
    costs = [_cost(client, address) for address in (PAGE, CASES, TASKS)]
    call = world.call()
    for _number in range(3):
        world.submitted(call)
    assert [_cost(client, address) for address in (PAGE, CASES, TASKS)] == costs
    assert max(costs) <= 16, costs


def _cost(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
