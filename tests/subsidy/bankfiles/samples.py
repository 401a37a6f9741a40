"""Sample payments and answers, official schemas, and the golden files.

``python -m tests.subsidy.bankfiles.samples`` writes the golden files again; read the difference before committing it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lxml import etree

from subsidy.bankfiles import FORMATS, Answer, AnswerFile, Party, Payment, PaymentFile, TreasuryHead, read, write
from subsidy.demo import bank

GOLDEN = Path(__file__).parent / "golden"
CREATED_AT = datetime(2024, 3, 4, 1, 30, tzinfo=UTC)
ANSWERED_AT = datetime(2024, 3, 5, 2, 0, tzinfo=UTC)
BOOKED_ON = date(2024, 3, 5)
PAYER = Party("西湖区科学技术局", "1202020209900012345", "中国工商银行杭州西湖支行", "102100099996")
TREASURY = TreasuryHead(
    adm_div_code="330106",
    st_year=2024,
    agency_code="XH-KJ",
    agency_name="西湖区科学技术局",
    exp_func_code="2060499",
)

OF_PAYEE = ("name", "account", "bank_name", "bank_code", "bic")

_SCHEMAS = {
    "pain.001.001.03": ("sepaxml", "schemas/pain.001.001.03.xsd"),
    "pain.001.001.09": ("sepaxml", "schemas/pain.001.001.09.xsd"),
    "pain.002.001.03": ("pain001", "pain002/schemas/pain.002.001.03.xsd"),
    "pain.002.001.12": ("pain001", "pain002/schemas/pain.002.001.12.xsd"),
    "pain.002.001.14": ("pain001", "pain002/schemas/pain.002.001.14.xsd"),
    **{
        f"camt.{kind}.001.{version}": ("camt053", f"xsd/camt.{kind}.001.{version}.xsd")
        for kind in ("053", "054")
        for version in ("02", "08", "09", "10", "11", "12", "13", "14")
    },
}


@cache
def schema(message: str) -> etree.XMLSchema:
    """The official schema of a message, out of a test-only package; the package itself is not imported."""
    package, path = _SCHEMAS[message]
    spec = find_spec(package)
    assert spec is not None and spec.origin is not None, f"{package} is not installed"
    return etree.XMLSchema(etree.parse(str(Path(spec.origin).parent / path)))


def assert_valid(message: str, content: bytes) -> None:
    """Fail with the schema's own sentence when the content is not valid."""
    schema(message).assertValid(etree.fromstring(content))


def payment(row: int = 1, /, **changes: object) -> Payment:
    """A sound payment; those of ``OF_PAYEE`` change the payee."""
    payee = Party(f"杭州示例{row}号科技有限公司", f"5719{row:011d}", "招商银行杭州分行", "308584000013")
    of_payee = {key: changes.pop(key) for key in OF_PAYEE if key in changes}
    sound = Payment(
        end_to_end_id=f"AWD-2024-{row:05d}:1:1",
        amount_fen=100_000_000 + row,
        currency="CNY",
        payee=replace(payee, **of_payee),  # type: ignore[arg-type]
        purpose="飞天计划补助",
        remark="第一批",
        row=row,
    )
    return replace(sound, **changes)  # type: ignore[arg-type]


def header(payments: Sequence[Payment], **changes: object) -> PaymentFile:
    """A head that fits the payments."""
    sound = PaymentFile(
        message_id="PB-2024-0001",
        sequence=1,
        created_at=CREATED_AT,
        execution_on=date(2024, 3, 4),
        payer=PAYER,
        currency="CNY",
        count=len(payments),
        total_fen=sum(one.amount_fen for one in payments),
        purpose="飞天计划第一批",
        treasury=TREASURY,
    )
    return replace(sound, **changes)  # type: ignore[arg-type]


def written(format: str, payments: Sequence[Payment], **changes: object) -> bytes:
    """The bytes of a payout file."""
    out = io.BytesIO()
    write(format, header(payments, **changes), payments, out)
    return out.getvalue()


def opened(content: bytes) -> AnswerFile:
    """The answer file in the bytes."""
    return read(io.BytesIO(content), name="answer.dat")


def answers(content: bytes) -> list[Answer]:
    """All statements of an answer."""
    return list(opened(content).answers)


def golden_payments() -> list[Payment]:
    """Three payments with what a real batch has: rare characters, the payer's own bank, a name that is a formula."""
    return [
        payment(1, name="杭州㛃𠮷科技有限公司", amount_fen=140950),
        payment(2, bank_code="102331000018", bank_name="中国工商银行杭州分行", remark=""),
        payment(3, name='=HYPERLINK("http://a.example","x")', purpose="研发费用补助, 2023"),
    ]


def golden_files() -> dict[str, Callable[[], bytes]]:
    """What each golden file must be."""
    pain, older, plain, sheet, voucher = (written(name, golden_payments()) for name in FORMATS)
    told = bank.Instructions(reject={golden_payments()[1].end_to_end_id: "AC04"})
    back = {golden_payments()[0].end_to_end_id: "AC06"}
    later = datetime(2024, 3, 11, 2, 0, tzinfo=UTC)
    when: Any = {"answered_at": ANSWERED_AT, "instructions": told}
    return {
        "pain.001.001.09.xml": lambda: pain,
        "pain.001.001.03.xml": lambda: older,
        "bank_csv.csv": lambda: plain,
        "bank_xlsx.xlsx": lambda: sheet,
        "treasury_xml.xml": lambda: voucher,
        "pain.002.001.12.xml": lambda: bank.status_report(pain, **when),
        "camt.053.001.08.xml": lambda: bank.account_statement(
            pain, opening_fen=500_000_000, sequence=12, booked_on=BOOKED_ON, returned=back, **when
        ),
        "camt.054.001.08.xml": lambda: bank.notification(pain, booked_on=BOOKED_ON, **when),
        "camt.054.001.08-returned.xml": lambda: bank.money_back(
            pain, returned=back, answered_at=later, booked_on=later.date()
        ),
        "pacs.004.001.09.xml": lambda: bank.announced_return(pain, returned=back, answered_at=later),
        "result.csv": lambda: bank.result_csv(plain, booked_on=BOOKED_ON, **when),
        "result.xlsx": lambda: bank.result_xlsx(sheet, booked_on=BOOKED_ON, **when),
        "receipt.xml": lambda: bank.receipt(voucher, booked_on=BOOKED_ON, instructions=told),
        "receipt-returned.xml": lambda: bank.receipt_of_returns(voucher, returned=back, booked_on=later.date()),
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for golden_name, content in golden_files().items():
        (GOLDEN / golden_name).write_bytes(content())
