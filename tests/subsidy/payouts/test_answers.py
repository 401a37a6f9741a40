"""What the bank says, in any order and as often as it likes: the same books; what does not fit moves no payment."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.cases.enums import CaseState
from subsidy.decisions.models import Instalment
from subsidy.demo import bank
from subsidy.demo.bank import Instructions
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine, CashAccount, Transaction
from subsidy.payouts.answers import Effect
from subsidy.payouts.enums import BatchState, LineState
from subsidy.payouts.models import Answer, AnswerFile, Batch, BatchLine, SuspenseItem
from tests.subsidy.bankfiles import iso
from tests.subsidy.payouts.bank import answered, ids, imported, obligated
from tests.world import World, days_later, fresh
from workflows.common.refusals import BadData, DutiesClash, Forbidden

_names = itertools.count(1)


def books() -> dict[str, Any]:
    """Everything that money is: balances, what was posted, and where each payment stands."""
    return {
        "lines": list(BudgetLine.objects.order_by("pk").values_list("available", "obligated", "in_flight", "spent")),
        "cash": sorted(CashAccount.objects.values_list("kind", "line", "balance"), key=str),
        "suspense": sorted(SuspenseItem.objects.exclude(left_fen=0).values_list("end_to_end_id", "left_fen")),
        "payments": sorted(BatchLine.objects.values_list("end_to_end_id", "state")),
        "instalments": sorted(Instalment.objects.values_list("pk", "state")),
        "batches": sorted(Batch.objects.values_list("number", "state")),
    }


def unmoved(now: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether nothing but "the bank has answered" has happened to the batches."""
    return {**now, "batches": ()} == {**before, "batches": ()}


def effects() -> dict[str, int]:
    found: dict[str, int] = {}
    for effect in Answer.objects.values_list("effect", flat=True):
        found[effect] = found.get(effect, 0) + 1
    return found


def read_all(world: World, files: Sequence[bytes]) -> None:
    for content in files:
        imported(world, content, name=f"answer-{next(_names)}")


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def status(batch: Batch, *told: tuple[str, str], group: str = "", version: str = "12") -> bytes:
    """A pain.002 about a batch: (payment, status) each, and perhaps a status of the whole file."""
    body = "".join(iso.transaction(f"{code}", end_to_end_id=one) for one, code in told)
    head = f"<GrpSts>{group}</GrpSts>" if group else ""
    block = iso.block(body, block_id=batch.number) if told else ""
    return iso.pain002(block, group=head, original=batch.number, version=version)


def booked(world: World, *entries: str, message_id: str = "N-1") -> bytes:
    return iso.camt054(*entries, account=world.paying_account.account_number, message_id=message_id)


def debit(end_to_end_id: str, fen: int, *, reference: str = "REF-1", currency: str = "CNY") -> str:
    return iso.entry(
        iso.detail(end_to_end_id),
        amount=yuan(fen),
        reference=f"<AcctSvcrRef>{reference}</AcctSvcrRef>",
        currency=currency,
    )


def credit(end_to_end_id: str, fen: int, *, reference: str) -> str:
    """A payment that comes back, booked."""
    return iso.entry(
        iso.detail(end_to_end_id, more="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"),
        amount=yuan(fen),
        direction="CRDT",
        reference=f"<AcctSvcrRef>{reference}</AcctSvcrRef>",
    )


@pytest.fixture
def released(world: World) -> Batch:
    """Three payments that the bank has been sent."""
    return world.released(obligated(world, 3))


def test_every_order_and_repetition_gives_the_same_books(world: World, released: Batch) -> None:
    paid, refused, waiting = ids(released)
    first = answered(released, world, reject={refused: "AC04"}, pending=frozenset({waiting}))
    world.now = days_later(world.now, 3)
    second = answered(released, world, reject={refused: "AC04"}, silent=frozenset({paid}))
    stray = booked(world, debit("NOBODYS-1", 12_345, reference="STRAY"), message_id="STRAY")
    part = booked(world, credit(waiting, 1_00, reference="PART"), message_id="PART")
    wrong = status(released, (waiting, "RJCT"), version="03")
    sealed, later = bytes(released.export_file.content), days_later(world.now, 2)
    back: dict[str, Any] = {"returned": {paid: "AC04"}, "answered_at": later.at}
    told = Instructions(reject={refused: "AC04"}, pending=frozenset({waiting}))
    first_day = bank.account_statement(
        sealed,
        opening_fen=0,
        sequence=1,
        answered_at=later.at,
        booked_on=days_later(world.now, -2).on,
        instructions=told,
    )
    files = [document.content for document in (*first, *second)] + [
        *(stray, part, wrong, first_day),
        bank.announced_return(sealed, **back),
        bank.money_back(sealed, booked_on=later.on, **back),
    ]
    with transaction.atomic():
        read_all(world, files)
        expected = books()
        transaction.set_rollback(True)
    assert dict(expected["payments"]) == {
        paid: LineState.RETURNED,
        refused: LineState.REFUSED,
        waiting: LineState.SETTLED,
    }
    assert expected["suspense"] == sorted([(waiting, 1_00), ("NOBODYS-1", 12_345)])

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(order=st.permutations(range(len(files))), again=st.lists(st.integers(0, len(files) - 1), max_size=4))
    def holds(order: list[int], again: list[int]) -> None:
        with transaction.atomic():
            read_all(world, [files[place] for place in [*order, *again]])
            assert books() == expected
            assert list(violations()) == []
            transaction.set_rollback(True)

    holds()


def test_a_statement_of_the_account_books_what_it_knows_and_suspends_the_rest(world: World, released: Batch) -> None:
    [one, two, _three] = ids(released)
    fen = list(released.lines.order_by("row").values_list("amount_fen", flat=True))
    charge = iso.entry(amount="0.50", reference="<AcctSvcrRef>CHARGE</AcctSvcrRef>").replace(
        "<Prtry><Cd>X</Cd></Prtry>", "<Domn><Cd>PMNT</Cd><Fmly><Cd>MDOP</Cd><SubFmlyCd>CHRG</SubFmlyCd></Fmly></Domn>"
    )
    unknown = iso.entry(direction="CRDT", reference="<AcctSvcrRef>STRANGE</AcctSvcrRef>")
    content = iso.camt053(
        iso.statement(
            *(debit(one, fen[0], reference="OK"), charge, unknown),
            opening=yuan(fen[0] + 1_000_00),
            closing=yuan(1_000_00 - 50 + 10_00),
            account=world.paying_account.account_number,
        )
    )
    read_all(world, [content])
    assert effects() == {Effect.SETTLED: 1, Effect.SUSPENSE_OUT: 1, Effect.SUSPENSE_IN: 1}
    balances = dict(CashAccount.objects.filter(kind__startswith="suspense").values_list("kind", "balance"))
    assert balances == {"suspense_in": -1000, "suspense_out": 50}
    # A return that is only announced moves nothing.
    before = books()
    sealed = bytes(released.export_file.content)
    read_all(world, [bank.announced_return(sealed, returned={two: "AC04"}, answered_at=days_later(world.now, 3).at)])
    assert books() == before
    assert list(violations()) == []


def test_what_does_not_fit_a_payment_moves_none(world: World, released: Batch) -> None:
    one, two, three = ids(released)
    fen = released.lines.order_by("row").values_list("amount_fen", flat=True)
    before = books()
    # An amount that is not the payment's, somebody else's payment, another currency, one that it was never told of.
    read_all(world, [booked(world, debit(one, fen[0] - 1, reference="LESS"))])
    assert effects() == {Effect.SUSPENSE_OUT: 1}
    read_all(world, [booked(world, debit("NOBODYS", 500, reference="STRAY"), message_id="N-2")])
    read_all(world, [booked(world, debit(two, fen[1], reference="USD", currency="USD"), message_id="N-3")])
    read_all(world, [status(released, ("NOBODYS", "RJCT"))])
    assert effects() == {Effect.SUSPENSE_OUT: 2, Effect.UNKNOWN: 2}
    after = books()
    assert after["payments"] == before["payments"]
    assert after["lines"] == before["lines"]
    suspense = CashAccount.objects.get(kind="suspense_out")
    assert suspense.balance == fen[0] - 1 + 500
    # The same debit twice in the bank's own words is one; a second debit of a settled payment is in suspense.
    read_all(world, [booked(world, debit(three, fen[2], reference="OK"), message_id="N-4")])
    read_all(world, [booked(world, debit(three, fen[2], reference="TWICE"), message_id="N-5")])
    suspense.refresh_from_db()
    assert suspense.balance == fen[0] - 1 + 500 + fen[2]
    assert fresh(released).state == BatchState.ANSWERED
    assert list(violations()) == []


def test_a_refusal_after_the_booked_debit_is_asked_about(world: World, released: Batch) -> None:
    one = ids(released)[0]
    fen = released.lines.get(row=1).amount_fen
    read_all(world, [booked(world, debit(one, fen)), status(released, (one, "RJCT"))])
    assert effects() == {Effect.SETTLED: 1, Effect.CONFLICT: 1}
    assert released.lines.get(row=1).state == LineState.SETTLED
    assert list(violations()) == []


def test_a_booked_debit_after_a_refusal_pays_it_while_it_is_due(world: World, released: Batch) -> None:
    one = ids(released)[0]
    fen = released.lines.get(row=1).amount_fen
    read_all(world, [status(released, (one, "RJCT")), booked(world, debit(one, fen))])
    assert released.lines.get(row=1).state == LineState.SETTLED
    assert fresh(released.lines.get(row=1).case).state == CaseState.PAID
    assert list(violations()) == []


def test_a_file_that_rejects_all_and_accepts_one_is_asked_about(world: World, released: Batch) -> None:
    one, two, three = ids(released)
    before = books()
    torn = status(released, (one, "ACSC"), (two, "RJCT"), group="RJCT")
    read_all(world, [torn])
    assert unmoved(books(), before)
    assert effects() == {Effect.ENQUIRE: 5}, "the group for each of three payments, and the two that it names"
    read_all(world, [torn, status(released, (two, "RJCT"), (one, "ACSC"), group="RJCT")])
    assert unmoved(books(), before), "said again, in another file, it still moves nothing"
    # What sets it right is read, although it says of one payment what the torn file said of it.
    read_all(world, [status(released, (one, "ACSC"), (two, "RJCT"), group="PART")])
    states = dict(released.lines.values_list("end_to_end_id", "state"))
    assert states == {one: LineState.ACCEPTED, two: LineState.REFUSED, three: LineState.IN_FLIGHT}
    assert list(violations()) == []


def test_a_whole_file_rejected_frees_every_payment_once(world: World, released: Batch) -> None:
    told = [(one, "RJCT") for one in ids(released)]
    read_all(world, [status(released, *told, group="RJCT"), status(released, group="RJCT", version="03")])
    assert set(released.lines.values_list("state", flat=True)) == {LineState.REFUSED}
    assert Transaction.objects.filter(kind="refuse").count() == 3
    assert set(Instalment.objects.values_list("state", flat=True)) == {"due"}
    assert effects().keys() <= {Effect.REFUSED, Effect.NONE}
    assert list(violations()) == []
    # And they can be paid again, under a new key.
    again = world.released([line.case for line in released.lines.select_related("case")])
    assert not set(ids(again)) & set(ids(released))
    for document in answered(again, world):
        imported(world, document.content)
    assert fresh(again).state == BatchState.SETTLED
    assert {line.case.state for line in again.lines.select_related("case")} == {CaseState.PAID}
    assert list(violations()) == []


def test_who_may_read_and_what_is_no_answer(world: World, released: Batch) -> None:
    report = answered(released, world)[0].content
    before = books()
    # Whoever released may not read the answers, whatever other role was given.
    RoleGrant.objects.create(
        user=world.people["finance3"],
        authority=world.authority,
        role=Role.FINANCE_PREPARE,
        valid_from=world.now.on,
        granted_by=None,
    )
    with pytest.raises(DutiesClash):
        imported(world, report, who="finance3")
    with pytest.raises(Forbidden):
        imported(world, report, who="finance2")
    for bad, words in [
        (b"<!DOCTYPE Document [<!ENTITY a 'b'>]>" + report.partition(b"?>")[2], "DOCTYPE"),
        (report[: len(report) // 2], ""),
        (b"", ""),
        (b"nothing of the kind", ""),
        (iso.pain002(""), ""),
    ]:
        with pytest.raises(BadData) as refused:
            imported(world, bad)
        assert words in str(refused.value.fields)
    assert books() == before
    assert not AnswerFile.objects.exists()
    # Twice the same statement in one file, and the file twice: once.
    one = ids(released)[0]
    twice = status(released, (one, "RJCT"), (one, "RJCT"))
    read_all(world, [twice, twice])
    assert effects() == {Effect.REFUSED: 1}
    assert AnswerFile.objects.count() == 1


def test_the_result_csv_settles_what_it_names(world: World) -> None:
    cases = obligated(world, 2)
    batch = world.released(cases, format="bank_csv")
    paid, refused = ids(batch)
    (result,) = answered(batch, world, reject={refused: "AC01"})
    imported(world, result.content, name=result.name)
    assert dict(batch.lines.values_list("end_to_end_id", "state")) == {
        paid: LineState.SETTLED,
        refused: LineState.REFUSED,
    }
    assert fresh(batch).state == BatchState.SETTLED
    assert list(violations()) == []
    assert bank.read_order(bytes(batch.export_file.content)).lines[0].end_to_end_id == paid
