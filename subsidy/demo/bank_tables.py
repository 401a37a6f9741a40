"""The result tables and the treasury's receipt of the reference bank."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from lxml import etree
from xlsxwriter import Workbook

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.bank_profile import RESULT, ResultField
from subsidy.bankfiles.model import BANK_TIME, Status
from subsidy.demo.bank_iso import REASONS, reference
from subsidy.demo.bank_order import Order, OrderLine

#: Each line of the order with its fate: settled, rejected, pending, silent.
Fates = Sequence[tuple[OrderLine, str]]


def result(
    order: Order, fates: Fates, reject: Mapping[str, str], answered_at: datetime, booked_on: date
) -> list[list[str]]:
    """The rows of the result: the head, the titles, and a row for each line that the bank is not silent about."""
    words: dict[Status, str] = {status: word for word, status in RESULT.statuses.items()}
    by_fate = {"settled": words["settled"], "rejected": words["rejected"], "pending": words["pending"]}
    rows: list[list[str]] = []
    for line, fate in fates:
        if fate == "silent":
            continue
        code = reject.get(line.end_to_end_id, "")
        settled = fate == "settled"
        cells: dict[ResultField, str] = {
            "end_to_end_id": line.end_to_end_id,
            "account": line.account,
            "amount": fen_to_text(line.amount_fen),
            "status": by_fate[fate],
            "code": code,
            "reason": REASONS[code] if code else "",
            "bank_reference": reference("TX", order.message_id, line.end_to_end_id) if settled else "",
            "booked_on": booked_on.isoformat() if settled else "",
        }
        rows.append([cells[column] for column in RESULT.columns.values()])
    head = {
        RESULT.result_id: reference("RS", order.message_id, answered_at, rows),
        RESULT.original_message_id: order.message_id,
        RESULT.payer_account: order.payer_account,
        RESULT.created_at: answered_at.astimezone(BANK_TIME).strftime("%Y-%m-%d %H:%M:%S"),
        RESULT.count: str(len(rows)),
    }
    return [[cell for pair in head.items() for cell in pair], list(RESULT.columns), *rows]


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """The rows as the bank's CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(RESULT.encoding)


def as_xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    """The rows as a workbook of text cells."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001  a workbook's properties know no zone
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell:
                    sheet.write_string(line, place, cell)
    return out.getvalue()


def receipt(exported: bytes, order: Order, fates: Fates, reject: Mapping[str, str], booked_on: date) -> bytes:
    """The voucher with the bank's fields: 0.00 and a reason for what it refuses, nothing for what it leaves open."""
    root = etree.fromstring(exported)
    total = Decimal(0)
    known = {line.end_to_end_id: fate for line, fate in fates}
    for detail in root.iterfind("DetailList/Detail"):
        name, amount = detail.findtext("VoucherBillNo", ""), detail.findtext("PayAmt", "")
        if known[name] == "settled":
            total += Decimal(amount)
            _add(detail, "XPayAmt", amount)
        elif known[name] == "rejected":
            _add(detail, "XPayAmt", "0.00")
            _add(detail, "XAddWord", REASONS[reject[name]])
    return _filled(root, order, f"{total:.2f}", booked_on, [list(known.items())])


def receipt_of_returns(exported: bytes, order: Order, returned: Mapping[str, str], booked_on: date) -> bytes:
    """A voucher of returns: the rows that come back, below zero."""
    root = etree.fromstring(exported)
    rows = root.find("DetailList")
    assert rows is not None, "read_order has found its rows"
    total = Decimal(0)
    for detail in list(rows):
        code = returned.get(detail.findtext("VoucherBillNo", ""))
        amount = detail.find("PayAmt")
        if code is None or amount is None:
            rows.remove(detail)
            continue
        total -= Decimal(amount.text or "")
        amount.text = f"-{amount.text}"
        _add(detail, "XPayAmt", amount.text)
        _add(detail, "XAddWord", REASONS[code])
    head = root.find("PayAmt")
    assert head is not None, "read_order has found the sum"
    head.text = f"{total:.2f}"
    return _filled(root, order, head.text, booked_on, [sorted(returned)])


def _add(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = text


def _filled(root: etree._Element, order: Order, total: str, booked_on: date, parts: Sequence[object]) -> bytes:
    """The head's fields of the bank, before the rows."""
    place = root.index(root.find("DetailList"))  # type: ignore[arg-type]  # read_order has found it
    for tag, text in (
        ("XPayDate", booked_on.strftime("%Y%m%d")),
        ("XAgentBusinessNo", reference("TR", order.message_id, booked_on, *parts)),
        ("XPayAmt", total),
    ):
        field = etree.Element(tag)
        field.text, field.tail = text, "\n"
        root.insert(place, field)
        place += 1
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
