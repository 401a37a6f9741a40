"""Account statements: balances that their entries connect, totals, pages, and the place in the row of statements."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from subsidy.bankfiles import BankFileError, Statement
from tests.subsidy.bankfiles.iso import camt053, camt054, detail, entry, statement
from tests.subsidy.bankfiles.samples import answers, assert_valid, opened

RETURN = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
OUT = entry(detail("E-1"), amount="30.00", reference="<AcctSvcrRef>R-1</AcctSvcrRef>")
BACK = entry(detail("E-0", more=RETURN), direction="CRDT", reference="<AcctSvcrRef>R-2</AcctSvcrRef>")
WAITING = entry(detail("E-3"), amount="5.00", status="<Cd>PDNG</Cd>", booked="", reference="")
LAST_PAGE, FIRST_PAGE = "<LastPgInd>true</LastPgInd>", "<LastPgInd>false</LastPgInd>"


def read_whole(content: bytes) -> list[Statement]:
    file = opened(content)
    list(file.answers)
    return file.statements


@pytest.mark.parametrize("version", ["02", "08", "09", "10", "11", "12", "13", "14"])
def test_a_statement_tells_its_bookings_and_its_balances(version: str) -> None:
    waiting, out, back = WAITING, OUT, BACK
    if version == "02":
        waiting, out, back = (
            text.replace("<Cd>PDNG</Cd>", "PDNG").replace("<Cd>BOOK</Cd>", "BOOK") for text in (waiting, out, back)
        )
    content = camt053(statement(out, back, waiting, closing="80.00"), version=version)
    assert_valid(f"camt.053.001.{version}", content)
    file = opened(content)
    told = list(file.answers)
    assert file.format == f"camt.053.001.{version}"
    assert [(one.end_to_end_id, one.status, one.moved_fen) for one in told] == [
        ("E-1", "settled", -3000),
        ("E-0", "returned", 1000),
        ("E-3", "pending", 0),
    ]
    assert {(one.statement, one.account) for one in told} == {("ST-7", "1202")}
    assert file.statements == [
        Statement(
            *("ST-7", "1202", "CNY"),
            sequence=7,
            page=1,
            complete=True,
            opening_fen=10_000,
            opening_on=date(2024, 3, 5),
            closing_fen=8_000,
            closing_on=date(2024, 3, 5),
            entries=2,
            moved_fen=-2_000,
        )
    ]


def test_the_same_booking_in_a_notification_is_the_same_entry() -> None:
    [one] = answers(camt053(statement(OUT, closing="70.00")))
    [two] = answers(camt054(OUT))
    assert one.entry == two.entry


@pytest.mark.parametrize(
    ("opening", "closing", "signs"),
    [
        ("100.00", "70.00", ("CRDT", "CRDT")),
        ("10.00", "20.00", ("CRDT", "DBIT")),
        ("10.00", "40.00", ("DBIT", "DBIT")),
    ],
)
def test_an_overdrawn_balance_counts_below_zero(opening: str, closing: str, signs: tuple[str, str]) -> None:
    assert len(read_whole(camt053(statement(OUT, opening=opening, closing=closing, signs=signs)))) == 1
    for wrong in (("CRDT", "DBIT"), ("DBIT", "CRDT")):
        if wrong != signs:
            with pytest.raises(BankFileError, match="closing balance says"):
                read_whole(camt053(statement(OUT, opening=opening, closing=closing, signs=wrong)))


def test_the_closing_balance_of_the_day_before_opens_as_well() -> None:
    [one] = read_whole(camt053(statement(kinds=("PRCD", "CLBD"))))
    assert one.opening_fen == one.closing_fen == 10_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (camt053(statement(OUT, closing="70.01")), "make 70.00, the closing balance says 70.01"),
        (camt053(statement(OUT)), "the closing balance says 100.00"),
        (camt053(statement(WAITING, closing="95.00")), "the closing balance says 95.00"),
        (camt053(statement(kinds=("", "CLBD"))), "OPBD is missing"),
        (camt053(statement(kinds=("OPBD", ""))), "CLBD is missing"),
        (camt053(statement(kinds=("OPBD", "CLAV"))), "CLBD is missing"),
        (camt053(statement(kinds=("OPBD", "ITBD"))), "CLBD is missing"),
        (camt053(statement(opening="100.001")), "expected something like 1409.50"),
        (camt053(statement(OUT, currency="HKD", closing="70.00")), "in CNY, the account in HKD"),
        (camt053(statement()).replace(b'"CNY">100.00', b'"HKD">100.00', 1), "a balance is in HKD"),
        (camt053(statement()).replace(b"<Acct>", b"<X>").replace(b"</Acct>", b"</X>"), "Acct is missing"),
        (camt053(statement()).replace(b"<Id><Othr><Id>1202</Id></Othr></Id>", b""), "Id is missing"),
        (camt053(statement(number="x")), "ElctrncSeqNb is 'x'"),
    ],
)
def test_a_statement_that_does_not_hold_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(BankFileError, match=r"answer\.dat") as caught:
        read_whole(content)
    assert said in caught.value.en and "请" in caught.value.zh and "ask the bank" in caught.value.en


def summary(block: str, count: str, total: str) -> str:
    return f"<TxsSummry><{block}><NbOfNtries>{count}</NbOfNtries><Sum>{total}</Sum></{block}></TxsSummry>"


@pytest.mark.parametrize(
    ("block", "count", "total"),
    [("TtlNtries", "2", "40.00"), ("TtlCdtNtries", "1", "10.00"), ("TtlDbtNtries", "1", "30")],
)
def test_the_banks_own_totals_must_hold(block: str, count: str, total: str) -> None:
    for wanted, wrong in (((count, total), None), (("3", total), "NbOfNtries"), ((count, "40.01"), "Sum")):
        content = camt053(statement(OUT, BACK, closing="80.00", summary=summary(block, *wanted)))
        assert_valid("camt.053.001.08", content)
        if wrong is None:
            assert len(read_whole(content)) == 1
        else:
            with pytest.raises(BankFileError, match="promises") as caught:
                read_whole(content)
            assert caught.value.field == f"TxsSummry/{block}/{wrong}"


def second(**changes: Any) -> str:
    return statement(BACK, **{"opening": "70.00", "closing": "80.00", "number": "8", "name": "ST-8", **changes})


FIRST = statement(OUT, closing="70.00")


def test_statements_of_one_account_follow_on() -> None:
    both = read_whole(camt053(FIRST, second()))
    assert [(one.sequence, one.opening_fen, one.closing_fen) for one in both] == [
        (7, 10_000, 7_000),
        (8, 7_000, 8_000),
    ]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (second(opening="71.00", closing="81.00"), "opens with 71.00, the one before closed with 70.00"),
        (second(number="7"), "out of order"),
        (second(number="6"), "out of order"),
    ],
)
def test_a_wrong_sequence_in_one_file_is_refused(other: str, said: str) -> None:
    with pytest.raises(BankFileError, match=said):
        read_whole(camt053(FIRST, other))


@pytest.mark.parametrize("changes", [{"number": "9", "opening": "71.00", "closing": "81.00"}, {"account": "3404"}])
def test_a_gap_and_another_account_are_the_importers_business(changes: dict[str, str]) -> None:
    assert len(read_whole(camt053(FIRST, second(**changes)))) == 2


def test_a_statement_may_come_in_pages() -> None:
    one = statement(
        OUT, closing="70.00", kinds=("OPBD", "ITBD"), pages=f"<StmtPgntn><PgNb>1</PgNb>{FIRST_PAGE}</StmtPgntn>"
    )
    two = second(
        number="7",
        kinds=("ITBD", "CLBD"),
        pages=f"<StmtPgntn><PgNb>2</PgNb>{LAST_PAGE}</StmtPgntn>",
    )
    content = camt053(one, two)
    assert_valid("camt.053.001.08", content)
    assert [(page.page, page.complete, page.closing_fen) for page in read_whole(content)] == [
        (1, False, 7_000),
        (2, False, 8_000),
    ]
    with pytest.raises(BankFileError, match="CLBD is missing"):
        read_whole(camt053(one.replace("false", "true"), two))


def test_the_older_version_counts_its_pages_in_the_head() -> None:
    pages = f"<MsgPgntn><PgNb>2</PgNb>{LAST_PAGE}</MsgPgntn>"
    [page] = read_whole(camt053(statement(kinds=("ITBD", "CLBD")), version="02", pages=pages))
    assert (page.page, page.complete) == (2, False)
