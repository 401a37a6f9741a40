"""A payout file as the reference bank reads it: with a reading of its own, not with the code that wrote the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree
from openpyxl import load_workbook

from subsidy.bankfiles.amounts import text_to_fen
from subsidy.bankfiles.bank_profile import PAYOUT

ISO = "urn:iso:std:iso:20022:tech:xsd:"
#: What the identifier of a preview begins with; a bank takes no such file.
_NOT_PAYABLE = "NOT-PAYABLE"


class ReferenceBankError(ValueError):
    """The reference bank cannot take the payout file or the instructions it was given; the text says why."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One payment as the bank read it."""

    end_to_end_id: str
    amount_fen: int
    account: str


@dataclass(frozen=True, slots=True)
class Order:
    """A payout file as the bank read it; ``format`` is the name under which the program writes it."""

    format: str
    message_id: str
    payer_account: str
    currency: str
    lines: tuple[OrderLine, ...]


def read_order(exported: bytes) -> Order:
    """The payout file as a bank reads it. Raises ReferenceBankError when count, sum or an amount does not hold."""
    count: str | None
    if exported.startswith(b"PK"):
        order, count, total = _order_of_table("bank_xlsx", _workbook(exported))
    elif exported.lstrip().startswith(b"<"):
        order, count, total = _order_of_xml(exported)
    else:
        text = io.StringIO(exported.decode(PAYOUT.encoding, errors="replace"), newline="")
        order, count, total = _order_of_table("bank_csv", list(csv.reader(text, strict=True)))
    if count not in (str(len(order.lines)), None) or sum(line.amount_fen for line in order.lines) != _fen(total):
        raise ReferenceBankError(f"{order.message_id}: count {count} or control sum {total} does not hold")
    if len({line.end_to_end_id for line in order.lines}) != len(order.lines):
        raise ReferenceBankError(f"{order.message_id}: an end-to-end id occurs twice")
    if order.message_id.startswith(_NOT_PAYABLE):
        raise ReferenceBankError(f"{order.message_id} is a preview")
    return order


def _workbook(exported: bytes) -> list[list[str]]:
    sheet = load_workbook(io.BytesIO(exported), read_only=True).worksheets[0]
    rows = [[str(cell) if cell is not None else "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    return [row[: 2 * len(PAYOUT.head)] if line == 0 else row[: len(PAYOUT.columns)] for line, row in enumerate(rows)]


def _order_of_xml(exported: bytes) -> tuple[Order, str | None, str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(exported, parser)
    if root.tag == "Voucher":
        return _order_of_voucher(root)
    namespace, _, _tag = str(root.tag).removeprefix("{").partition("}")
    format = namespace.removeprefix(ISO)
    names = {"p": namespace}
    message = root.find("p:CstmrCdtTrfInitn", names)
    if message is None or format not in ("pain.001.001.03", "pain.001.001.09"):
        raise ReferenceBankError("the payout file is no pain.001.001.03, no pain.001.001.09 and no voucher")
    lines = tuple(
        OrderLine(
            end_to_end_id=_text(node, "p:PmtId/p:EndToEndId", names),
            amount_fen=_fen(_text(node, "p:Amt/p:InstdAmt", names)),
            account=_text(node, "p:CdtrAcct/p:Id/p:Othr/p:Id", names),
        )
        for node in message.iterfind("p:PmtInf/p:CdtTrfTxInf", names)
    )
    order = Order(
        format=format,
        message_id=_text(message, "p:GrpHdr/p:MsgId", names),
        payer_account=_text(message, "p:PmtInf/p:DbtrAcct/p:Id/p:Othr/p:Id", names),
        currency=_text(message, "p:PmtInf/p:DbtrAcct/p:Ccy", names),
        lines=lines,
    )
    return order, _text(message, "p:GrpHdr/p:NbOfTxs", names), _text(message, "p:GrpHdr/p:CtrlSum", names)


def _order_of_voucher(root: etree._Element) -> tuple[Order, str | None, str]:
    lines = tuple(
        OrderLine(_text(node, "VoucherBillNo"), _fen(_text(node, "PayAmt")), _text(node, "PayeeAcctNo"))
        for node in root.iterfind("DetailList/Detail")
    )
    order = Order("treasury_xml", _text(root, "VoucherNo"), _text(root, "PayAcctNo"), "CNY", lines)
    return order, None, _text(root, "PayAmt")


def _text(node: etree._Element, path: str, names: dict[str, str] | None = None) -> str:
    found = node.findtext(path, namespaces=names)
    if not found:
        raise ReferenceBankError(f"no {path} in the payout file")
    return found


def _order_of_table(format: str, rows: Sequence[Sequence[str]]) -> tuple[Order, str, str]:
    if len(rows) < 3 or list(rows[1]) != [column.title for column in PAYOUT.columns]:
        raise ReferenceBankError("the payout file has no head, no titles or no rows")
    labels = dict(zip(rows[0][::2], rows[0][1::2], strict=True))
    head = {name: labels[label] for label, name in PAYOUT.head}
    place = {column.field: rows[1].index(column.title) for column in PAYOUT.columns}
    lines = tuple(
        OrderLine(row[place["end_to_end_id"]], _fen(row[place["amount"]]), row[place["account"]]) for row in rows[2:]
    )
    return (
        Order(format, head["message_id"], head["payer_account"], head["currency"], lines),
        head["count"],
        head["total"],
    )


def _fen(text: str) -> int:
    fen = text_to_fen(text)
    if fen is None or fen == 0:
        raise ReferenceBankError(f"{text!r} is no amount that can be paid")
    return fen
