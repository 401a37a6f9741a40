"""Status reports: three levels, acceptance moves nothing, nothing unknown settles or releases money."""

from __future__ import annotations

from datetime import datetime

import pytest

from subsidy.bankfiles import BankFileError
from subsidy.bankfiles.model import BANK_TIME
from tests.subsidy.bankfiles.iso import block, pain002, transaction
from tests.subsidy.bankfiles.samples import answers, assert_valid, opened

REASON = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>账户已销户</AddtlInf><AddtlInf>请更正</AddtlInf></StsRsnInf>"
ACCEPTING = ["ACTC", "ACCP", "ACSP", "ACSC", "ACWC"]
WAITING = ["PDNG", "RCVD", "PART"]


@pytest.mark.parametrize("version", ["03", "10", "12", "14"])
def test_versions_are_told_apart_by_namespace(version: str) -> None:
    content = pain002(block(transaction("RJCT", reason=REASON)), version=version)
    if version != "10":
        assert_valid(f"pain.002.001.{version}", content)
    file = opened(content)
    assert (file.format, file.message_id, file.original_message_id) == (f"pain.002.001.{version}", "A-1", "PB-1")
    assert file.created_at == datetime(2024, 3, 5, 9, 0, tzinfo=BANK_TIME)
    [answer] = file.answers
    assert (answer.status, answer.reason_code, answer.reason_text) == ("rejected", "AC04", "账户已销户 请更正")
    assert (answer.level, answer.end_to_end_id, answer.payment_info_id) == ("transaction", "E-1", "PI-1")
    assert answer.original_message_id == "PB-1"


def test_a_rejection_is_read_on_each_of_the_three_levels() -> None:
    told = answers(
        pain002(
            block("", status="<PmtInfSts>RJCT</PmtInfSts>" + REASON) + block(transaction("RJCT"), block_id="PI-2"),
            group="<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Prtry>LATE</Prtry></Rsn></StsRsnInf>",
        )
    )
    assert [(one.level, one.status, one.reason_code, one.payment_info_id) for one in told] == [
        ("group", "rejected", "LATE", None),
        ("payment_info", "rejected", "AC04", "PI-1"),
        ("transaction", "rejected", None, "PI-2"),
    ]
    assert len({one.entry for one in told}) == 3


@pytest.mark.parametrize("code", ACCEPTING)
def test_an_acceptance_never_settles(code: str) -> None:
    for content in (
        pain002("", group=f"<GrpSts>{code}</GrpSts>"),
        pain002(block("", status=f"<PmtInfSts>{code}</PmtInfSts>")),
        pain002(block(transaction(code))),
    ):
        [answer] = answers(content)
        assert (answer.status, answer.bank_status, answer.booked_on) == ("accepted", code, None)


@pytest.mark.parametrize("code", [*WAITING, "CANC", "BLCK", "ZZZZ", "rjct", "accp"])
def test_every_other_status_is_pending_with_the_banks_word(code: str) -> None:
    for content in (
        pain002("", group=f"<GrpSts>{code}</GrpSts>"),
        pain002(block("", status=f"<PmtInfSts>{code}</PmtInfSts>")),
        pain002(block(transaction(code))),
    ):
        [answer] = answers(content)
        assert (answer.status, answer.reason_code, answer.bank_status) == ("pending", code, code)


def test_a_transaction_without_a_status_is_pending() -> None:
    [answer] = answers(pain002(block("<TxInfAndSts><OrgnlEndToEndId>E-1</OrgnlEndToEndId></TxInfAndSts>")))
    assert (answer.status, answer.reason_code) == ("pending", "NO-STATUS")


def test_amount_and_accounts_are_read_where_the_bank_repeats_them() -> None:
    reference = (
        "<AcctSvcrRef>R-9</AcctSvcrRef><OrgnlTxRef><Amt><InstdAmt Ccy='CNY'>1409.50</InstdAmt></Amt>"
        "<DbtrAcct><Id><Othr><Id>11</Id></Othr></Id></DbtrAcct><CdtrAcct><Id><Othr><Id>22</Id></Othr></Id></CdtrAcct>"
        "</OrgnlTxRef>"
    )
    content = pain002(block(transaction("ACCP", reason=reference)))
    assert_valid("pain.002.001.12", content)
    [answer] = answers(content)
    assert (answer.amount_fen, answer.currency, answer.bank_reference) == (140950, "CNY", "R-9")
    assert (answer.account, answer.payee_account) == ("11", "22")


def test_the_entry_is_the_same_in_another_file_and_another_order() -> None:
    one, two = transaction("RJCT", end_to_end_id="E-1"), transaction("ACCP", end_to_end_id="E-2")
    first = {answer.entry for answer in answers(pain002(block(one + two)))}
    again = pain002(block(two + one)).replace(b"A-1", b"A-2").replace(b"\n", b"\n\n")
    assert {answer.entry for answer in answers(again)} == first
    assert len(first) == 2


@pytest.mark.parametrize(
    "other",
    [
        pain002(block(transaction("ACCP"))),
        pain002(block(transaction("RJCT", end_to_end_id="E-2"))),
        pain002(block(transaction("RJCT")), original="PB-2"),
        pain002(block(transaction("RJCT"), block_id="PI-2")),
        pain002(block(transaction("RJCT", reason=REASON))),
    ],
)
def test_the_entry_differs_where_the_statement_does(other: bytes) -> None:
    [one] = answers(pain002(block(transaction("RJCT"))))
    [two] = answers(other)
    assert one.entry != two.entry


def test_elements_of_supplementary_data_are_no_statements() -> None:
    foreign = (
        "<SplmtryData><Envlp><x:TxInfAndSts xmlns:x='urn:x'><x:TxSts>RJCT</x:TxSts></x:TxInfAndSts>"
        "<TxInfAndSts><TxSts>RJCT</TxSts></TxInfAndSts></Envlp></SplmtryData>"
    )
    told = answers(pain002(block(transaction("ACCP") + foreign) + foreign))
    assert [one.status for one in told] == ["accepted"]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (pain002(block(transaction("RJCT")), original=""), "OrgnlMsgId"),
        (pain002(block(transaction("RJCT"))).replace(b"<MsgId>A-1</MsgId>", b""), "MsgId"),
        (pain002(block(transaction("RJCT"))).replace(b"2024-03-05T", b"5.3.2024 "), "CreDtTm"),
        (pain002(""), None),
        (pain002(block("")), None),
        (pain002("").replace(b"OrgnlGrpInfAndSts", b"OrgnlGrpInf"), None),
    ],
)
def test_a_report_that_says_nothing_or_to_nothing_is_refused(content: bytes, field: str | None) -> None:
    with pytest.raises(BankFileError, match=r"answer\.dat") as caught:
        answers(content)
    assert caught.value.field == field
