"""The bank's result CSV: 成功 settles, 失败 rejects, everything else waits."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from subsidy.bankfiles import BankFileError
from subsidy.bankfiles.model import BANK_TIME
from tests.subsidy.bankfiles.samples import answers, opened

HEAD = "结果编号,R-1,原批次号,PB-1,付款账号,1202,生成时间,2024-03-05 10:00:00,总笔数,{count}"
TITLES = "商户流水号,收款账号,金额,处理状态,失败代码,失败原因,银行流水号,记账日期"
SETTLED = "E-1,622848,1409.50,成功,,,TX-1,2024-03-05"
REJECTED = "E-2,622849,10.00,失败,AC04,账户已销户,,"
PENDING = "E-3,622850,10.00,处理中,,,,"


def result(
    *rows: str, count: int | None = None, head: str = HEAD, titles: str = TITLES, encoding: str = "gb18030"
) -> bytes:
    first = head.format(count=len(rows) if count is None else count)
    return ("\r\n".join((first, titles, *rows)) + "\r\n").encode(encoding)


def test_the_three_words_of_the_bank() -> None:
    file = opened(result(SETTLED, REJECTED, PENDING))
    assert (file.format, file.message_id, file.original_message_id) == ("bank_csv_result", "R-1", "PB-1")
    assert file.created_at == datetime(2024, 3, 5, 10, 0, tzinfo=BANK_TIME)
    told = list(file.answers)
    assert [(one.end_to_end_id, one.status, one.amount_fen, one.currency) for one in told] == [
        ("E-1", "settled", 140950, "CNY"),
        ("E-2", "rejected", 1000, "CNY"),
        ("E-3", "pending", 1000, "CNY"),
    ]
    assert [(one.bank_reference, one.booked_on, one.reason_code, one.reason_text) for one in told] == [
        ("TX-1", date(2024, 3, 5), None, None),
        (None, None, "AC04", "账户已销户"),
        (None, None, "处理中", None),
    ]
    assert [(one.account, one.payee_account, one.line) for one in told] == [
        ("1202", "622848", 3),
        ("1202", "622849", 4),
        ("1202", "622850", 5),
    ]


@pytest.mark.parametrize("word", ["已受理", "部分成功", "成功 ", "SUCCESS", "退汇", "成功！"])
def test_a_word_that_the_profile_does_not_know_is_pending(word: str) -> None:
    [answer] = answers(result(SETTLED.replace("成功", word)))
    if word.strip() == "成功":
        assert answer.status == "settled"
    else:
        assert (answer.status, answer.reason_code, answer.booked_on) == ("pending", word, None)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_rare_characters_and_both_encodings(encoding: str) -> None:
    [answer] = answers(result(REJECTED.replace("账户已销户", "户名㛃𠮷不符"), encoding=encoding))
    assert answer.reason_text == "户名㛃𠮷不符"


def test_columns_are_found_by_title_and_others_passed_over() -> None:
    titles = "备注," + ",".join(reversed(TITLES.split(",")))
    row = "无," + ",".join(reversed(SETTLED.split(",")))
    [plain] = answers(result(SETTLED))
    [turned] = answers(result(row, titles=titles))
    assert turned == plain


def test_blank_lines_are_passed_over() -> None:
    assert len(answers(result(SETTLED, "", ",,,,,,,", REJECTED, count=2))) == 2


def test_the_entry_is_stable_and_tells_statements_apart() -> None:
    one, two, three = answers(result(SETTLED, REJECTED, PENDING))
    again = answers(result(PENDING, SETTLED, REJECTED).replace(b"R-1", b"R-2"))
    assert [answer.entry for answer in again] == [three.entry, one.entry, two.entry]
    later = answers(result(PENDING.replace("处理中", "失败")))
    assert later[0].entry != three.entry


@pytest.mark.parametrize(
    ("content", "field", "line"),
    [
        (result(SETTLED, count=2), "count", 3),
        (result(SETTLED, REJECTED, count=1), "count", 4),
        (result(SETTLED.replace("1409.50", "1409.5")), "amount", 3),
        (result(SETTLED.replace("1409.50", '"1,409.50"')), "amount", 3),
        (result(SETTLED.replace("1409.50", "1409.500")), "amount", 3),
        (result(SETTLED.replace("1409.50", "")), "amount", 3),
        (result(SETTLED.replace("TX-1", "")), "bank_reference", 3),
        (result(SETTLED.replace("2024-03-05", "")), "booked_on", 3),
        (result(SETTLED.replace("2024-03-05", "20240305x")), "booked_on", 3),
        (result(SETTLED.replace("E-1", "")), "end_to_end_id", 3),
        (result(SETTLED.replace("成功", "")), "status", 3),
        (result(SETTLED + ",多"), None, 3),
        (result("E-1,622848"), None, 3),
        (result(SETTLED, titles=TITLES.replace("金额", "数额")), "金额", 2),
        (result(SETTLED, titles=TITLES.replace("失败原因", "金额")), "amount", 2),
        (result(SETTLED, head=HEAD.replace("原批次号", "批次")), "原批次号", 1),
        (result(SETTLED, head=HEAD.replace("2024-03-05 10", "24-03-05 10")), "created_at", 1),
        (result(SETTLED, head="随便一行"), "结果编号", 1),
        (result(SETTLED).replace("成功".encode("gb18030"), b"\xff\xff"), None, None),
        (result(SETTLED, encoding="utf-8"), None, None),
        (result(SETTLED.replace("E-1", '"E-1')), None, 3),
    ],
)
def test_a_faulty_result_is_refused_with_its_line(content: bytes, field: str | None, line: int | None) -> None:
    with pytest.raises(BankFileError, match=r"answer\.dat") as caught:
        answers(content)
    if field is not None:
        assert caught.value.field == field
    if line is not None:
        assert caught.value.line == line
    assert "请" in caught.value.zh and ("ask" in caught.value.en or "check" in caught.value.en)
