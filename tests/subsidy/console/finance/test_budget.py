"""The budget pages: the tree with its sums, each figure with what is behind it, changes by two, the end of a year."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.decisions.models import Proposal
from subsidy.ledger.enums import BudgetAccount
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine, CashAccount
from subsidy.ledger.selectors import balances_of
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.world import World, fresh

SignIn = Callable[[str | User], Client]
BUDGET = reverse("console:finance_budget")


@pytest.fixture
def world(db: None) -> World:
    return World()


def line_of(world: World, fen: int = 0, **values: Any) -> BudgetLine:
    serial = next(world.serial)
    data = {
        "year": 2024,
        "code": f"B{serial}",
        "name_zh": f"指标{serial}",
        "name_en": f"Line {serial}",
        "source": "district",
        "programme": "科技专项",
        **values,
    }
    line = BudgetLine.objects.get(pk=world.open("budget_line", "establish", "finance2", data))
    if fen:
        world.act("budget_line", line, "appropriate", "finance2", data={"amount_fen": fen, "document": "D1"})
    return fresh(line)


def page(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(f"console:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_tree_adds_its_lines_up_and_another_bureau_sees_none_of_it(world: World, as_person: SignIn) -> None:
    line_of(world, 10_00), line_of(world, 25_00, source="city"), line_of(world, 7_00, year=2023)
    html = as_person("leader").get(BUDGET).content.decode()
    assert "科技专项" in html and "35.00" in html and "市级" in html and "42.00" not in html
    assert "7.00" in as_person("leader").get(BUDGET + "?year=2023").content.decode()
    assert as_person("leader").get(BUDGET + "?year=1999").status_code == 404
    assert "科技专项" not in as_person(World(code="yh").people["leader"]).get(BUDGET).content.decode()


def test_the_bar_names_each_part_and_none_that_is_empty(world: World, as_person: SignIn) -> None:
    obligated(world, 1, line=world.line())
    html = as_person("leader").get(BUDGET).content.decode()
    legend = html.split('<ul class="chart-legend">')[1].split("</ul>")[0]
    assert legend.count("<li>") == 2
    assert str(BudgetAccount.AVAILABLE.label) in legend and str(BudgetAccount.OBLIGATED.label) in legend
    assert str(BudgetAccount.SPENT.label) not in legend


def test_lines_are_filtered_sorted_and_exported(world: World, as_person: SignIn) -> None:
    city, district = line_of(world, 25_00, source="city"), line_of(world, 10_00)
    url, client = reverse("console:finance_lines"), as_person("auditor")
    html = client.get(url + "?source=city&year=2024").content.decode()
    assert city.code in html and district.code not in html
    answer = client.get(url + "?sort=available&export=xlsx")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.values)  # type: ignore[union-attr, attr-defined]
    assert [row[1] for row in rows[1:]] == [city.code, district.code] and rows[1][5] == 25


def test_a_figure_opens_its_entries_and_an_entry_its_case(world: World, as_person: SignIn) -> None:
    line = world.line()
    (case,) = obligated(world, 1, line=line)
    html = page(as_person("finance1"), "finance_entries", line.pk, "obligated")
    assert reverse("console:case", args=[case.number]) in html
    batch = world.released([case])
    html = page(as_person("finance1"), "finance_entries", line.pk, "in_flight")
    assert reverse("console:finance_batch", args=[batch.number]) in html
    only = as_person("finance1").get(reverse("console:finance_entries_all", args=[line.pk]) + "?kind=appropriate")
    assert batch.number not in only.content.decode()


def test_a_move_is_proposed_and_approved_on_pages(world: World, as_person: SignIn) -> None:
    gives, takes, foreign = line_of(world, 100_00), line_of(world), World(code="yh").line()
    url = reverse("console:finance_propose_move", args=[gives.pk])
    preparer = as_person("finance1")
    html = preparer.get(url).content.decode()
    assert takes.code in html and foreign.code not in html
    sent = {"to": takes.pk, "amount_fen": "60.50", "document": "调1号", "reason": "调剂", "key": "move-1"}
    assert preparer.post(url, {**sent, "amount_fen": "100.01", "key": "move-0"}).status_code == 409
    assert preparer.post(url, sent).status_code == 302
    proposal = Proposal.objects.get()
    shown = as_person("finance2").get(reverse("console:proposal", args=[proposal.number])).content.decode()
    assert "60.50" in shown and takes.code in shown and "调1号" in shown
    approve = reverse("console:proposal-act", args=[proposal.number, "approve"])
    checker = as_person("finance2")
    assert "60.50" in checker.get(approve).content.decode()
    assert checker.post(approve, {"key": "a-1", "version": proposal.head_seq}).status_code == 302
    assert (fresh(gives).available, fresh(takes).available) == (39_50, 60_50)


def test_a_year_ends_on_pages_and_its_page_says_how(world: World, as_person: SignIn) -> None:
    lapses, goes = line_of(world, 10_00), line_of(world, 25_00)
    year = reverse("console:finance_year", args=[2024])
    end = reverse("console:finance_propose_year_end", args=[2024])
    preparer = as_person("finance1")
    assert end in preparer.get(year).content.decode() and "35.00" in preparer.get(end).content.decode()
    sent = {"carry": goes.pk, "document": "结1号", "reason": "年终", "key": "end-1"}
    assert preparer.post(end, sent).status_code == 302
    proposal = Proposal.objects.get()
    assert end not in preparer.get(year).content.decode(), "it waits for its approval"
    assert "25.00" in page(as_person("finance2"), "proposal", proposal.number)
    approve = reverse("console:proposal-act", args=[proposal.number, "approve"])
    assert as_person("finance2").post(approve, {"key": "a-1", "version": proposal.head_seq}).status_code == 302
    html = as_person("auditor").get(year).content.decode()
    assert "10.00" in html and "25.00" in html and "已关账" in html
    assert (fresh(lapses).lapsed, fresh(goes).carried_out) == (10_00, 25_00)
    assert preparer.get(end).status_code == 404


def test_the_page_of_a_year_says_whether_its_books_hold(world: World, as_person: SignIn) -> None:
    line = world.line()
    cases = obligated(world, 2, line=line)
    for document in answered(world.released(cases), world):
        imported(world, document.content, name=document.name)
    year, auditor = reverse("console:finance_year", args=[fresh(line).year]), as_person("auditor")
    html = auditor.get(year).content.decode()
    assert html.count(">符合<") == 1 and "不符合" not in html and "ledger check" not in html
    (balance,) = balances_of([line])
    assert balance.spent == balance.expense == fresh(line).spent > 0
    # Somebody changes both balances of the row, which the database's own checks let pass.
    BudgetLine.objects.filter(pk=line.pk).update(spent=F("spent") - 1, available=F("available") + 1)
    html = auditor.get(year).content.decode()
    assert ">不符合<" in html and "ledger check" in html
    assert [one.invariant for one in violations(["I3"])] == ["I3"]


def test_money_is_entered_on_pages(world: World, as_person: SignIn) -> None:
    checker = as_person("finance2")
    establish = reverse("console:finance_establish")
    values = {"year": "2024", "code": "N1", "name_zh": "甲", "name_en": "A", "source": "own", "key": "e-1"}
    assert checker.post(establish, {**values, "source": "x", "key": "e-0"}).status_code == 422
    assert checker.post(establish, values).status_code == 302
    line = BudgetLine.objects.get(code="N1")
    act = reverse("console:finance_line_act", args=[line.pk, "appropriate"])
    assert checker.post(act, {"amount_fen": "12.30", "document": "A", "key": "p-1"}).status_code == 302
    again = checker.post(act, {"amount_fen": "12.30", "document": "A", "key": "p-2"})
    assert again.status_code == 422 and "已在此入账" in again.content.decode()
    assert fresh(line).available == 12_30
    for name, kind in (("receive_funds", "funding"), ("book_charge", "charges"), ("book_interest", "interest")):
        url = reverse("console:finance_cash_act", args=[name])
        assert checker.get(url).status_code == 200
        sent = {"paying_account": world.paying_account.pk, "amount_fen": "5", "document": "C", "key": name}
        assert checker.post(url, sent).status_code == 302
        assert abs(CashAccount.objects.get(kind=kind).balance) == 5_00
    assert as_person("finance1").get(establish).status_code == 403
