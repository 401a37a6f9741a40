"""Writers refuse what a bank would refuse, naming row and field in both languages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook

from subsidy.bankfiles import FORMATS, BankFileError, Payment, TreasuryHead, check_payment, parts, write
from subsidy.bankfiles.bank_csv import BankCsvWriter, neutralised, restored
from subsidy.bankfiles.bank_profile import PAYOUT
from subsidy.bankfiles.bank_template import Template
from subsidy.bankfiles.check import found_in, is_sound
from subsidy.bankfiles.model import AMOUNT_FEN_MAX, Party
from tests.subsidy.bankfiles.samples import PAYER, TREASURY, assert_valid, header, payment, written

BOTH = sorted(FORMATS)


def fields(format: str, one: Payment) -> list[str]:
    return [problem.field for problem in check_payment(format, one)]


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("gb18030"), newline=""), strict=True))


def sheet_of(content: bytes) -> list[list[str]]:
    """The text cells of a workbook; any other cell, a number or a formula, is a fault."""
    rows = list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows())
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}
    return [
        [str(cell.value or "") for cell in row if cell.value is not None or number > 1]
        for number, row in enumerate(rows, 1)
    ]


def test_the_registry_names_the_formats() -> None:
    assert {name: (info.extension, info.max_rows) for name, info in FORMATS.items()} == {
        "pain.001.001.09": ("xml", None),
        "pain.001.001.03": ("xml", None),
        "bank_csv": ("csv", 3000),
        "bank_xlsx": ("xlsx", 3000),
        "treasury_xml": ("xml", None),
    }
    assert all(info.name == name for name, info in FORMATS.items())


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        BankFileError, match=r"bank_csv, bank_xlsx, pain\.001\.001\.03, pain\.001\.001\.09, treasury_xml"
    ):
        check_payment("pain.001.001.99", payment())


@pytest.mark.parametrize("format", BOTH)
def test_a_sound_payment_has_no_problem(format: str) -> None:
    assert check_payment(format, payment()) == ()


@pytest.mark.parametrize("format", BOTH)
@pytest.mark.parametrize(
    "name", ["㛃𠮷䶮公司", "=1+1", "+86公司", "-公司", "@公司", "O'Neil & <Söhne>", '公司,“引号”"x"']
)
def test_unusual_but_real_names_pass(format: str, name: str) -> None:
    assert check_payment(format, payment(name=name)) == ()
    assert written(format, [payment(name=name)])


@pytest.mark.parametrize("format", BOTH)
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_fen": 0}, "amount_fen"),
        ({"amount_fen": -1}, "amount_fen"),
        ({"amount_fen": 10**15}, "amount_fen"),
        ({"amount_fen": 1.5}, "amount_fen"),
        ({"amount_fen": True}, "amount_fen"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": ""}, "currency"),
        ({"bic": "ICBKCNB"}, "payee.bic"),
        ({"end_to_end_id": ""}, "end_to_end_id"),
        ({"end_to_end_id": "A" * 36}, "end_to_end_id"),
        ({"end_to_end_id": "=A"}, "end_to_end_id"),
        ({"end_to_end_id": "奖-1"}, "end_to_end_id"),
        ({"name": ""}, "payee.name"),
        ({"name": "   "}, "payee.name"),
        ({"name": "字" * 141}, "payee.name"),
        ({"name": "公\t司"}, "payee.name"),
        ({"name": "\t公司"}, "payee.name"),
        ({"name": "公司\r\n"}, "payee.name"),
        ({"name": "公司\x00"}, "payee.name"),
        ({"name": "公\u202e司"}, "payee.name"),
        ({"name": "公\ud800司"}, "payee.name"),
        ({"name": " 公司"}, "payee.name"),
        ({"account": ""}, "payee.account"),
        ({"account": "1" * 35}, "payee.account"),
        ({"account": "-123"}, "payee.account"),
        ({"account": "123 456"}, "payee.account"),
        ({"account": "１２３"}, "payee.account"),
        ({"bank_name": ""}, "payee.bank_name"),
        ({"bank_code": "12345678901"}, "payee.bank_code"),
        ({"bank_code": "3085840000１3"}, "payee.bank_code"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "用" * 141}, "purpose"),
        ({"remark": "备" * 141}, "remark"),
        ({"row": 0}, "row"),
    ],
)
def test_a_faulty_payment_is_refused_by_row_and_field(format: str, changes: dict[str, object], field: str) -> None:
    faulty = payment(7, **{key: value for key, value in changes.items() if key != "row"})
    faulty = replace(faulty, row=0) if "row" in changes else faulty
    problems = check_payment(format, faulty)
    assert field in [problem.field for problem in problems]
    first = next(problem for problem in problems if problem.field == field)
    if field != "row":
        assert first.row == 7
        assert first.zh.startswith("第7行：") and first.en.startswith("row 7: ")
    with pytest.raises(BankFileError) as caught:
        write(format, header([payment()]), [faulty], io.BytesIO())
    assert caught.value.field == problems[0].field
    assert str(caught.value) == f"{problems[0].zh} / {problems[0].en}"


#: Texts about each edge of the rules: lengths, ends, marks that nobody sees, breaks that a line of texts is joined by.
_PIECES = st.sampled_from(
    ["", "A", "7", "杭", " ", "\n", "\u200b", "\u3000", "\x85", "=", "-", ":", "\ud800", "公司", "9" * 33, "9" * 139]
)
_TEXTS = st.lists(_PIECES, max_size=4).map("".join)
_PAYMENTS = st.builds(
    Payment,
    end_to_end_id=_TEXTS | st.just("AWD-1:1:1"),
    amount_fen=st.sampled_from([1, 0, -1, AMOUNT_FEN_MAX, AMOUNT_FEN_MAX + 1, True]),
    currency=st.sampled_from(["CNY", "EUR", "", "cny"]),
    payee=st.builds(
        Party,
        name=_TEXTS | st.just("杭州示例公司"),
        account=_TEXTS | st.just("571900001"),
        bank_name=_TEXTS | st.just("招商银行"),
        bank_code=st.sampled_from(["308584000013", "30858400001", "3085840000133", ""]),
        bic=st.sampled_from(["", "CMBCCNBS", "cmbccnbs", "CMBCCNBS\n"]),
    ),
    purpose=_TEXTS | st.just("补助"),
    remark=_TEXTS,
    row=st.integers(0, 2),
)


@given(_PAYMENTS)
def test_what_is_asked_of_all_texts_at_once_agrees_with_each_rule_by_itself(one: Payment) -> None:
    assert is_sound(one) == (not found_in(one))


@pytest.mark.parametrize(
    "changes",
    [
        *({"name": "杭" * length} for length in (1, 140, 141)),
        *({"end_to_end_id": "A" * length} for length in (1, 35, 36)),
        *({"account": "1" * length} for length in (1, 34, 35)),
        *({"remark": text} for text in ("", "a\nb", " a", "a ", "a b", "\u3000a", "a\x85")),
        *({"purpose": text} for text in ("", "\n", "x\n\ny", "\u200b", "\ufeff")),
    ],
)
def test_the_question_of_all_texts_at_once_has_the_same_edges(changes: dict[str, object]) -> None:
    one = payment(**changes)
    assert is_sound(one) == (not found_in(one))


def test_purpose_and_remark_share_the_140_characters_of_one_ustrd() -> None:
    assert fields("pain.001.001.09", payment(purpose="用" * 70, remark="备" * 69)) == []
    assert fields("pain.001.001.09", payment(purpose="用" * 70, remark="备" * 70)) == ["purpose+remark"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "字" * 61}, "payee.name"),
        ({"account": "1" * 33}, "payee.account"),
        ({"purpose": "用" * 61}, "purpose"),
        ({"remark": "备" * 101}, "remark"),
        ({"bank_name": "行" * 61}, "payee.bank_name"),
        ({"currency": "EUR"}, "currency"),
    ],
)
@pytest.mark.parametrize("template", ["bank_csv", "bank_xlsx"])
def test_the_template_has_narrower_caps_than_iso(template: str, changes: dict[str, object], field: str) -> None:
    assert fields("pain.001.001.09", payment(**changes)) == []
    assert fields(template, payment(**changes)) == [field]


@pytest.mark.parametrize("character", ["㛃", "𠮷", "䶮"])
def test_a_bank_that_insists_on_gbk_gets_the_row_refused_by_name_never_a_question_mark(character: str) -> None:
    gbk = BankCsvWriter(FORMATS["bank_csv"], Template(PAYOUT, "gbk"))
    problems = gbk.problems(payment(4, name=f"杭州{character}公司"))
    assert [(problem.row, problem.field) for problem in problems] == [(4, "payee.name")]
    for sentence in (problems[0].zh, problems[0].en):
        assert character in sentence and f"杭州{character}公司" in sentence
    head = header([payment()], payer=replace(PAYER, name=f"{character}局"))
    assert [problem.field for problem in gbk.head_problems(head)] == ["payer_name"]
    assert BankCsvWriter(FORMATS["bank_csv"], Template(PAYOUT, PAYOUT.encoding)).head_problems(head) == ()


@pytest.mark.parametrize("format", BOTH)
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"message_id": "B" * 36}, "message_id"),
        ({"message_id": "批次1"}, "message_id"),
        ({"sequence": 0}, "sequence"),
        ({"created_at": datetime(2024, 3, 4, 9, 0)}, "created_at"),  # noqa: DTZ001  the naive instant is the fault
        ({"execution_on": date(2024, 3, 3)}, "execution_on"),
        ({"payer": replace(PAYER, account="")}, "payer.account"),
        ({"payer": replace(PAYER, name="局" * 141)}, "payer.name"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": "HKD"}, "currency"),
        ({"count": 0}, "count"),
        ({"count": 1}, "count"),
        ({"count": 3}, "count"),
        ({"total_fen": 0}, "total_fen"),
        ({"total_fen": 200_000_002}, "total_fen"),
        ({"total_fen": 200_000_004}, "total_fen"),
        ({"purpose": ""}, "purpose"),
    ],
)
def test_a_faulty_head_is_refused(format: str, changes: dict[str, object], field: str) -> None:
    with pytest.raises(BankFileError) as caught:
        written(format, [payment(1), payment(2)], **changes)
    assert caught.value.field == field


def test_the_day_of_making_is_counted_in_the_banks_time_zone() -> None:
    late = datetime(2024, 3, 4, 17, 0, tzinfo=UTC)  # already the 5th in Beijing
    with pytest.raises(BankFileError, match="execution_on"):
        written("bank_csv", [payment()], created_at=late, execution_on=date(2024, 3, 4))


@pytest.mark.parametrize("format", BOTH)
def test_the_zone_of_the_same_instant_does_not_change_the_bytes(format: str) -> None:
    instant = datetime(2024, 3, 4, 1, 30, tzinfo=UTC)
    elsewhere = instant.astimezone(timezone(timedelta(hours=-5)))
    assert written(format, [payment()], created_at=instant) == written(format, [payment()], created_at=elsewhere)


@pytest.mark.parametrize("format", BOTH)
def test_rows_must_ascend(format: str) -> None:
    with pytest.raises(BankFileError, match="ascend"):
        written(format, [payment(2), payment(1)])


@pytest.mark.parametrize("format", BOTH)
def test_an_identifier_twice_in_one_file_is_refused_with_both_places(format: str) -> None:
    twice = [payment(1), payment(2), replace(payment(3), end_to_end_id=payment(1).end_to_end_id)]
    with pytest.raises(BankFileError, match="number 1 and 3"):
        written(format, twice)


@pytest.mark.parametrize("format", BOTH)
def test_equal_payments_with_their_own_identifiers_stay_two(format: str) -> None:
    same = [payment(1), replace(payment(1), row=2, end_to_end_id="AWD-2")]
    content = written(format, same)
    if format == "bank_xlsx":
        assert [row[1] for row in sheet_of(content)[2:]] == [payment(1).payee.account] * 2
    else:
        assert content.count(payment(1).payee.account.encode()) == 2


def test_more_rows_than_the_template_takes_ask_for_a_split() -> None:
    payments = [payment(row) for row in range(1, 3002)]
    assert written("bank_csv", payments[:3000])
    for template in ("bank_csv", "bank_xlsx"):
        with pytest.raises(BankFileError, match="split the batch"):
            written(template, payments)
    assert written("pain.001.001.09", payments)


@pytest.mark.parametrize(
    ("format", "count", "sizes"),
    [
        ("bank_csv", 0, []),
        ("bank_csv", 1, [1]),
        ("bank_xlsx", 3000, [3000]),
        ("bank_csv", 3001, [3000, 1]),
        ("bank_xlsx", 7001, [3000, 3000, 1001]),
        ("pain.001.001.03", 100_000, [100_000]),
        ("treasury_xml", 0, []),
    ],
)
def test_a_batch_is_split_where_the_bank_has_a_cap(format: str, count: int, sizes: list[int]) -> None:
    found = parts(format, count)
    assert [len(part) for part in found] == sizes
    assert [place for part in found for place in part] == list(range(count))


@pytest.mark.parametrize("format", BOTH)
def test_the_callers_stream_stays_open(format: str) -> None:
    for payments, fails in (([payment()], False), ([payment(amount_fen=0)], True)):
        out = io.BytesIO()
        with pytest.raises(BankFileError) if fails else nullcontext():
            write(format, header([payment()]), payments, out)
        assert not out.closed


@pytest.mark.parametrize(
    ("version", "day", "bic"),
    [("pain.001.001.09", "ReqdExctnDt/p:Dt", "BICFI"), ("pain.001.001.03", "ReqdExctnDt", "BIC")],
)
def test_pain001_carries_control_sums_accounts_and_cnaps(version: str, day: str, bic: str) -> None:
    rows = [payment(1, amount_fen=5, bic="CMBCCNBS"), payment(2, amount_fen=140950)]
    content = written(version, rows, payer=replace(PAYER, bic="ICBKCNBJZJP"))
    assert_valid(version, content)
    root = etree.fromstring(content)
    names = {"p": root.nsmap[None]}

    def texts(path: str) -> list[str]:
        return [node.text or "" for node in root.iterfind(path, names)]

    assert texts(".//p:CtrlSum") == ["1409.55", "1409.55"]
    assert texts(".//p:NbOfTxs") == ["2", "2"]
    assert texts(".//p:InstdAmt") == ["0.05", "1409.50"]
    assert texts(f".//p:{day}") == ["2024-03-04"]
    assert texts(f".//p:{bic}") == ["ICBKCNBJZJP", "CMBCCNBS"]
    assert texts(".//p:ClrSysId/p:Cd") == ["CNAPS"] * 3
    assert texts(".//p:CdtrAcct/p:Id/p:Othr/p:Id") == ["571900000000001", "571900000000002"]
    assert content.count(b"xmlns") == 1


@pytest.mark.parametrize("version", ["pain.001.001.03", "pain.001.001.09"])
@pytest.mark.parametrize(("currency", "text"), [("CNY", "1409.50"), ("JPY", "140950"), ("KWD", "140.950")])
def test_an_amount_has_the_decimals_of_its_currency(version: str, currency: str, text: str) -> None:
    content = written(version, [payment(1, amount_fen=140950, currency=currency)], currency=currency)
    assert_valid(version, content)
    assert f'<InstdAmt Ccy="{currency}">{text}</InstdAmt>'.encode() in content
    assert f"<CtrlSum>{text}</CtrlSum>".encode() in content


def test_a_wrong_sum_is_told_in_the_currency_of_the_file() -> None:
    with pytest.raises(BankFileError, match="promises 8 JPY, the rows sum to 7"):
        written("pain.001.001.09", [payment(amount_fen=7, currency="JPY")], currency="JPY", total_fen=8)


@pytest.mark.parametrize(("format", "rows"), [("bank_csv", rows_of), ("bank_xlsx", sheet_of)])
def test_amounts_have_two_decimals_and_accounts_are_untouched(
    format: str, rows: Callable[[bytes], list[list[str]]]
) -> None:
    content = written(format, [payment(1, amount_fen=5, account="0001234567890123456789")])
    titles, row = rows(content)[1:]
    cells = dict(zip(titles, row, strict=True))
    assert cells["金额"] == "0.05"
    assert cells["收款账号"] == "0001234567890123456789"
    assert cells["联行号"] == "308584000013"
    assert cells["行内/跨行"] == "跨行"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'"])
def test_formulas_are_neutralised_and_can_be_restored(start: str) -> None:
    assert neutralised(start + "cmd") == "'" + start + "cmd"
    assert restored(neutralised(start + "cmd")) == start + "cmd"
    assert neutralised("a" + start) == "a" + start


@pytest.mark.parametrize("field", ["name", "bank_name", "purpose", "remark"])
def test_no_text_cell_of_the_template_begins_a_formula(field: str) -> None:
    for row in rows_of(written("bank_csv", [payment(**{field: "=1+1"})], purpose="@SUM(1)", sequence=3)):
        assert [cell for cell in row if re.match(r"[=+\-@\t\r]", cell)] == []
    assert "'=1+1" in rows_of(written("bank_csv", [payment(**{field: "=1+1"})]))[2]


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "@SUM(1)", "http://a.example", "0012", "㛃𠮷"])
def test_a_workbook_carries_every_text_as_it_is(text: str) -> None:
    [row] = sheet_of(written("bank_xlsx", [payment(name=text, remark=text)]))[2:]
    assert (row[2], row[9]) == (text, text)


def test_a_voucher_carries_the_treasurys_names() -> None:
    root = etree.fromstring(written("treasury_xml", [payment(1, amount_fen=5), payment(2, amount_fen=140950)]))
    names = ("AdmDivCode", "StYear", "VoucherNo", "ExpFuncCode", "ExpFuncCode1", "ExpFuncCode3", "PayAmt", "PayAcctNo")
    assert [root.findtext(name) for name in names] == [
        *("330106", "2024", "PB-2024-0001", "2060499", "206", "2060499", "1409.55", PAYER.account)
    ]
    [first, second] = root.iterfind("DetailList/Detail")
    of_row = ("Id", "VoucherBillNo", "PayeeAcctNo", "PayeeAcctBankNo", "PayAmt")
    assert [first.findtext(name) for name in of_row] == [
        *("1", payment(1).end_to_end_id, payment(1).payee.account, "308584000013", "0.05")
    ]
    assert second.findtext("PayAmt") == "1409.50"


@pytest.mark.parametrize(
    ("treasury", "field"),
    [
        (None, "treasury"),
        (replace(TREASURY, exp_func_code=""), "exp_func_code"),
        (replace(TREASURY, exp_func_code="20604990"), "exp_func_code"),
        (replace(TREASURY, agency_code=""), "agency_code"),
        (replace(TREASURY, agency_name=""), "agency_name"),
        (replace(TREASURY, vt_code="<>"), "vt_code"),
    ],
)
def test_a_voucher_without_the_treasurys_codes_is_refused(treasury: TreasuryHead | None, field: str) -> None:
    with pytest.raises(BankFileError) as caught:
        written("treasury_xml", [payment()], treasury=treasury)
    assert caught.value.field == field
    assert written("pain.001.001.09", [payment()], treasury=treasury)


def test_a_voucher_carries_yuan_only() -> None:
    assert fields("treasury_xml", payment(currency="HKD")) == ["currency"]
