"""The treasury's receipt: paid, refused with 0.00 and a reason, returned below zero, everything else enquired about."""

from __future__ import annotations

from datetime import date

import pytest

from subsidy.bankfiles import BankFileError
from tests.subsidy.bankfiles.samples import answers, opened, payment, written

HEAD = "<XPayDate>20240305</XPayDate><XAgentBusinessNo>TR-1</XAgentBusinessNo>"


def row(pay: str, done: str | None, word: str = "", *, name: str = "E-1") -> str:
    filled = "" if done is None else f"<XPayAmt>{done}</XPayAmt>"
    reason = f"<XAddWord>{word}</XAddWord>" if word else ""
    return (
        f"<Detail><Id>1</Id><VoucherBillNo>{name}</VoucherBillNo><PayeeAcctNo>571</PayeeAcctNo>"
        f"<PayAmt>{pay}</PayAmt>{filled}{reason}</Detail>"
    )


def receipt(*rows: str, pay: str = "10.00", done: str = "10.00", head: str = HEAD, behind: str = "") -> bytes:
    total = f"<XPayAmt>{done}</XPayAmt>" if done else ""
    return (
        f"<Voucher><VoucherNo>PB-1</VoucherNo><PayAcctNo>1202</PayAcctNo><PayAmt>{pay}</PayAmt>"
        f"{head}{total if not behind else ''}<DetailList>{''.join(rows)}</DetailList>"
        f"{behind and behind + total}</Voucher>"
    ).encode()


@pytest.mark.parametrize(
    ("content", "status", "code", "moved"),
    [
        (receipt(row("10.00", "10.00")), "settled", None, -1000),
        (receipt(row("10.00", "0.00", "账户已销户"), done="0.00"), "rejected", "TREASURY", 0),
        (receipt(row("10.00", "0.00"), done="0.00"), "pending", "NO-REASON", 0),
        (receipt(row("10.00", None), done="0.00"), "pending", "NO-ANSWER", 0),
        (receipt(row("10.00", "9.00"), done="9.00"), "taken", "AMOUNT-DIFFERS", -900),
        (receipt(row("10.00", "11.00"), done="11.00"), "taken", "AMOUNT-DIFFERS", -1100),
        (receipt(row("-10.00", "-10.00", "退汇"), pay="-10.00", done="-10.00"), "returned", "TREASURY", 1000),
        (receipt(row("-10.00", "-9.00"), pay="-10.00", done="-9.00"), "received", "AMOUNT-DIFFERS", 900),
        (receipt(row("-10.00", "0.00", "原因"), pay="-10.00", done="0.00"), "pending", "NO-REASON", 0),
    ],
)
def test_what_a_row_means(content: bytes, status: str, code: str | None, moved: int) -> None:
    file = opened(content)
    assert (file.format, file.message_id, file.original_message_id) == ("treasury_receipt", "TR-1", "PB-1")
    [answer] = file.answers
    assert (answer.status, answer.reason_code, answer.moved_fen) == (status, code, moved)
    assert (answer.end_to_end_id, answer.account, answer.payee_account) == ("E-1", "1202", "571")
    assert answer.booked_on == (date(2024, 3, 5) if moved else None)


def test_a_refusal_says_why() -> None:
    [answer] = answers(receipt(row("10.00", "0.00", "账户已销户"), done="0.00"))
    assert answer.reason_text == "账户已销户"


def test_the_banks_fields_may_stand_behind_the_rows() -> None:
    rows = (row("4.00", "4.00", name="E-1"), row("6.00", "6.00", name="E-2"))
    before, behind = answers(receipt(*rows)), answers(receipt(*rows, head="", behind=HEAD))
    assert behind == before and [one.moved_fen for one in before] == [-400, -600]


def test_the_entry_is_stable_and_tells_statements_apart() -> None:
    one, two = row("4.00", "4.00", name="E-1"), row("6.00", "6.00", name="E-2")
    first = [answer.entry for answer in answers(receipt(one, two))]
    assert [answer.entry for answer in answers(receipt(two, one))] == first[::-1]
    refused = row("4.00", "0.00", "原因", name="E-1")
    assert answers(receipt(refused, two, done="6.00"))[0].entry != first[0]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (receipt(row("10.00", "10.00"), pay="10.01"), "PayAmt"),
        (receipt(row("10.00", "10.00"), done="9.00"), "XPayAmt"),
        (receipt(row("10.00", "10.00"), done=""), "XPayAmt"),
        (receipt(row("10.00", "10.00"), head="<XAgentBusinessNo>T</XAgentBusinessNo>"), "XPayDate"),
        (receipt(row("10.00", "10.00"), head="<XPayDate>20240305</XPayDate>"), "XAgentBusinessNo"),
        (receipt(row("10.00", "10.00"), head=HEAD.replace("20240305", "20241305")), "XPayDate"),
        (receipt(row("10.00", "-10.00"), done="-10.00"), "XPayAmt"),
        (receipt(row("0.00", "0.00"), pay="0.00", done="0.00"), "PayAmt"),
        (receipt(row("10.0", "10.00")), "PayAmt"),
        (receipt(row("", "10.00")), "PayAmt"),
        (receipt(row("10000000000000.00", "0.00", "x"), pay="10000000000000.00", done="0.00"), "PayAmt"),
        (receipt(row("10.00", "10.00", name="")), "VoucherBillNo"),
        (receipt(row("10.00", "10.00")).replace(b"VoucherNo", b"VoucherNr"), "VoucherNo"),
        (b"<Voucher><VoucherNo>PB-1</VoucherNo></Voucher>", None),
        (written("treasury_xml", [payment()]), "XPayDate"),
    ],
)
def test_a_faulty_receipt_is_refused(content: bytes, field: str | None) -> None:
    with pytest.raises(BankFileError, match=r"answer\.dat") as caught:
        answers(content)
    assert caught.value.field == field
    assert "请" in caught.value.zh and "ask the bank" in caught.value.en
