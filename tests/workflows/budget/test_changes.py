"""Budget lines and their changes: documents once, two people, nothing beyond what is available, no foreign line."""

from __future__ import annotations

from typing import Any

import pytest

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.decisions.models import Proposal
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine, CashAccount
from tests.world import World, fresh
from workflows.common.refusals import BadData, DutiesClash, Forbidden, NotFound, Refused, WrongState

BOOKS = ("I1", "I2", "I3", "I4")


def proposed(world: World, action: str, line: BudgetLine, who: str = "finance1", **data: Any) -> Proposal:
    given = {"line": line.pk, "amount_fen": 10_00, "document": "西财〔2024〕9号", "reason": "调整", **data}
    return Proposal.objects.get(pk=world.open("proposal", f"propose_{action}", who, given))


def test_a_reduction_takes_two_people_of_finance(world: World) -> None:
    line = world.line(100_00)
    proposal = proposed(world, "reduction", line)
    assert fresh(line).available == 100_00, "what is only proposed moves nothing"
    with pytest.raises(Forbidden):
        world.act("proposal", proposal, "approve", "leader")
    world.act("proposal", proposal, "approve", "finance2")
    line = fresh(line)
    assert (line.appropriated, line.available) == (90_00, 90_00)
    assert list(violations(BOOKS)) == []


def test_who_proposes_does_not_approve(world: World) -> None:

    RoleGrant.objects.create(
        user=world.people["finance1"],
        authority=world.authority,
        role=Role.FINANCE_CHECK,
        valid_from=world.now.on,
        granted_by=None,
    )
    proposal = proposed(world, "reduction", world.line(100_00))
    with pytest.raises(DutiesClash):
        world.act("proposal", proposal, "approve", "finance1")


def test_a_move_gives_to_one_line_what_it_takes_from_the_other(world: World) -> None:
    gives, takes = world.line(100_00), world.line(0)
    proposal = proposed(world, "move", gives, to=takes.pk, amount_fen=60_00)
    world.act("proposal", proposal, "approve", "finance2")
    assert [fresh(line).available for line in (gives, takes)] == [40_00, 60_00]
    assert [fresh(line).appropriated for line in (gives, takes)] == [40_00, 60_00]
    assert list(violations(BOOKS)) == []
    with pytest.raises(BadData, match="已在此入账"):
        proposed(world, "move", gives, to=takes.pk, amount_fen=1_00)


def test_what_was_available_when_proposed_must_still_be_when_approved(world: World) -> None:
    gives, takes = world.line(100_00), world.line(0)
    first = proposed(world, "move", gives, to=takes.pk, amount_fen=60_00, document="A")
    second = proposed(world, "reduction", gives, amount_fen=60_00, document="B")
    world.act("proposal", first, "approve", "finance2")
    with pytest.raises(WrongState, match=r"40\.00"):
        world.act("proposal", second, "approve", "finance2")
    assert fresh(gives).available == 40_00 and fresh(second).state == "proposed"


@pytest.mark.parametrize("amount", ["0", "-1", str(10**13), "1.005", "一百", ""])
def test_amounts_that_are_none(world: World, amount: str) -> None:
    line = world.line(0)
    with pytest.raises(BadData) as refusal:
        world.act("budget_line", line, "appropriate", "finance2", data={"amount_fen": amount, "document": "A"})
    assert "amount_fen" in refusal.value.fields and fresh(line).appropriated == 0


def test_bad_moves_are_refused_by_name(world: World) -> None:
    line, other = world.line(100_00), world.line(0)
    foreign = World(code="yh").line(100_00)
    later = BudgetLine.objects.get(
        pk=world.open(
            "budget_line",
            "establish",
            "finance2",
            {"year": 2025, "code": "L", "name_zh": "资金", "name_en": "Funds", "source": "city"},
        )
    )
    cases: list[tuple[dict[str, Any], type[Refused], str]] = [
        ({"to": other.pk, "amount_fen": 100_01}, WrongState, r"100\.00"),
        ({"to": foreign.pk}, NotFound, ""),
        ({"line": foreign, "to": other.pk}, NotFound, ""),
        ({"to": line.pk}, BadData, ""),
        ({"to": later.pk}, BadData, ""),
    ]
    for data, kind, words in cases:
        with pytest.raises(kind, match=words or None):
            proposed(world, "move", data.pop("line", line), **data)
    BudgetLine.objects.filter(pk=other.pk).update(closed_at=world.now.at)
    with pytest.raises(WrongState, match="2024"):
        proposed(world, "move", line, to=other.pk)
    with pytest.raises(WrongState, match="2024"):
        world.act("budget_line", other, "appropriate", "finance2", data={"amount_fen": 1, "document": "A"})
    assert not Proposal.objects.exists()


def test_one_document_is_booked_once(world: World) -> None:
    line = world.line(0)
    data = {"amount_fen": 5_00, "document": "西财〔2024〕9号"}
    world.act("budget_line", line, "appropriate", "finance2", data=data)
    with pytest.raises(BadData, match="已在此入账"):
        world.act("budget_line", line, "appropriate", "finance2", data={**data, "amount_fen": 6_00})
    assert fresh(line).appropriated == 5_00


def test_a_line_stands_once_in_its_year_and_its_money_has_a_known_source(world: World) -> None:
    line = world.line(0)
    data = {"year": 2024, "code": line.code, "name_zh": "资金", "name_en": "Funds", "source": "district"}
    for changes, field in (({}, "code"), ({"code": "L-N", "source": "bank"}, "source")):
        with pytest.raises(BadData) as refusal:
            world.open("budget_line", "establish", "finance2", {**data, **changes})
        assert field in refusal.value.fields


def test_the_cash_of_the_bureau(world: World) -> None:
    def book(action: str, yuan: int, document: str, account: int = world.paying_account.pk) -> None:
        data = {"paying_account": account, "amount_fen": yuan * 100, "document": document}
        world.act("authority", world.authority, action, "finance2", data=data)

    book("receive_funds", 100, "F1")
    book("book_interest", 3, "I1")
    book("book_charge", 1, "C1")
    book("pay_over", 40, "P1")
    assert dict(CashAccount.objects.values_list("kind", "balance")) == {
        "bank": 62_00,
        "funding": -60_00,
        "interest": -3_00,
        "charges": 1_00,
    }
    with pytest.raises(BadData) as refusal:
        book("pay_over", 61, "P2")
    assert "60.00" in refusal.value.fields["amount_fen"][0]
    with pytest.raises(BadData, match="已在此入账"):
        book("receive_funds", 100, "F1")
    with pytest.raises(BadData):
        book("receive_funds", 1, "F2", World(code="yh").paying_account.pk)
    assert list(violations(BOOKS)) == []
