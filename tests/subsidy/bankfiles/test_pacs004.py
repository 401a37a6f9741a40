"""Returns that a bank announces: they move nothing, and the credit that follows is another statement."""

from __future__ import annotations

import pytest

from subsidy.bankfiles import BankFileError
from subsidy.demo import bank
from tests.subsidy.bankfiles.samples import ANSWERED_AT, BOOKED_ON, answers, opened, payment, written

PAID = written("pain.001.001.09", [payment(1), payment(2)])
BACK = {payment(1).end_to_end_id: "AC04", payment(2).end_to_end_id: "AC06"}
CONTENT = bank.announced_return(PAID, returned=BACK, answered_at=ANSWERED_AT)


@pytest.mark.parametrize("version", ["02", "09", "13"])
def test_a_return_is_announced_and_moves_nothing(version: str) -> None:
    file = opened(bank.announced_return(PAID, returned=BACK, answered_at=ANSWERED_AT, version=version))
    assert file.format == f"pacs.004.001.{version}"
    told = list(file.answers)
    assert [(one.end_to_end_id, one.status, one.amount_fen, one.reason_code) for one in told] == [
        (payment(row).end_to_end_id, "returning", payment(row).amount_fen, code)
        for row, code in ((1, "AC04"), (2, "AC06"))
    ]
    assert {(one.moved_fen, one.booked_on, one.original_message_id) for one in told} == {(0, None, "PB-2024-0001")}


def test_announcement_and_credit_are_two_statements() -> None:
    credit = bank.money_back(PAID, returned=BACK, answered_at=ANSWERED_AT, booked_on=BOOKED_ON)
    assert not {one.entry for one in answers(CONTENT)} & {one.entry for one in answers(credit)}


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (b"<NbOfTxs>2<", b"<NbOfTxs>3<", "NbOfTxs"),
        (b"<CtrlSum>2", b"<CtrlSum>3", "CtrlSum"),
        (b"<MsgId>", b"<MsgNo>", None),
        (b'"CNY">1000000.01', b'"CNY">1000000.001', "RtrdIntrBkSttlmAmt"),
        (b'"CNY">1000000.01', b'"CNY">-1000000.01', "RtrdIntrBkSttlmAmt"),
        (b'"CNY">1000000.01', b'"CNY">10000000000000.00', "RtrdIntrBkSttlmAmt"),
        (b"GrpHdr", b"Header", None),
    ],
)
def test_a_faulty_return_is_refused(old: bytes, new: bytes, field: str | None) -> None:
    assert old in CONTENT
    with pytest.raises(BankFileError, match=r"answer\.dat") as caught:
        answers(CONTENT.replace(old, new))
    assert caught.value.field == field and "ask the bank" in caught.value.en


@pytest.mark.parametrize("total", [b"2000000.0300", b"+2000000.03", b"02000000.03"])
def test_a_sum_may_be_written_otherwise(total: bytes) -> None:
    assert len(answers(CONTENT.replace(b"<CtrlSum>2000000.03<", b"<CtrlSum>" + total + b"<"))) == 2
