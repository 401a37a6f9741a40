"""A reference bank for the demo and the tests: it reads an exported payout file and writes the answers to it.

It is no bank and no model of one: no balances, no clearing, no names checked. It says what it is told to say, in the
formats that banks use, so that the way back can be walked without a bank. Every function is pure: the same bytes,
dates and instructions give the same answer. It reads the payout files with a reading of its own, not with the code
that wrote them, and refuses a file whose count or control sum does not hold, as a bank would.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from lxml import etree

from subsidy.bankfiles.amounts import fen_to_text, text_to_fen
from subsidy.bankfiles.csv_profile import PAYOUT, RESULT, ResultField
from subsidy.bankfiles.model import BANK_TIME, Status

_ISO = "urn:iso:std:iso:20022:tech:xsd:"

#: Reasons that this bank can give, with its words for them (ISO external status and return reason codes).
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "AC01": "收款账号有误",
        "AC04": "收款账户已销户",
        "AC06": "收款账户已冻结",
        "AM04": "付款账户余额不足",
        "AM05": "重复付款",
        "BE01": "户名与账号不符",
        "RC01": "联行号有误",
    }
)


class ReferenceBankError(ValueError):
    """The reference bank cannot take the payout file or the instructions it was given; the text says why."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """How the bank is to answer; identifiers are end-to-end ids, every other line is executed.

    ``reject``: identifier → reason code, the line is refused. ``pending``: the bank is still at it. ``silent``: the
    bank does not answer about the line at all.
    """

    reject: Mapping[str, str] = field(default_factory=dict)
    pending: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One payment as the bank read it."""

    end_to_end_id: str
    amount_fen: int
    account: str


@dataclass(frozen=True, slots=True)
class Order:
    """A payout file as the bank read it."""

    message_id: str
    payer_account: str
    currency: str
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file that the bank sends: a name for the person who saves it, and its bytes."""

    name: str
    content: bytes


def answer(
    exported: bytes, *, answered_at: datetime, booked_on: date, instructions: Instructions | None = None
) -> tuple[Document, ...]:
    """Everything the bank sends for a payout file: pain.002 and camt.054 for pain.001, the result CSV for the CSV.

    ``answered_at`` is an aware instant, ``booked_on`` the day the executed lines leave the account. Raises
    ReferenceBankError when the file or the instructions do not hold.
    """
    stem = read_order(exported).message_id.replace("/", "-")
    if not _is_xml(exported):
        content = result_csv(exported, answered_at=answered_at, booked_on=booked_on, instructions=instructions)
        return (Document(f"{stem}-result.csv", content),)
    status = status_report(exported, answered_at=answered_at, instructions=instructions)
    booked = notification(exported, answered_at=answered_at, booked_on=booked_on, instructions=instructions)
    return (Document(f"{stem}-pain.002.xml", status), Document(f"{stem}-camt.054.xml", booked))


def status_report(
    exported: bytes, *, answered_at: datetime, instructions: Instructions | None = None, version: str = "12"
) -> bytes:
    """The pain.002 to a pain.001: the file's status, and each line accepted, rejected or pending."""
    order, told = _prepared(exported, instructions)
    states = {line.end_to_end_id: _iso_state(line, told) for line in order.lines}
    named = [line for line in order.lines if line.end_to_end_id not in told.silent]
    make = _maker(f"pain.002.001.{version}")
    block = make(
        "OrgnlPmtInfAndSts",
        make("OrgnlPmtInfId", order.message_id),
        *(_status_of_line(make, line, states[line.end_to_end_id], told, order.currency) for line in named),
    )
    report = make(
        "CstmrPmtStsRpt",
        make(
            "GrpHdr",
            make("MsgId", _reference("P2", order.message_id, answered_at, states)),
            make("CreDtTm", _instant(answered_at)),
        ),
        make(
            "OrgnlGrpInfAndSts",
            make("OrgnlMsgId", order.message_id),
            make("OrgnlMsgNmId", "pain.001.001.09"),
            make("GrpSts", _group_state([states[line.end_to_end_id] for line in named])),
        ),
        block,
    )
    return _document(make, report)


def notification(
    exported: bytes,
    *,
    answered_at: datetime,
    booked_on: date,
    instructions: Instructions | None = None,
    version: str = "08",
) -> bytes:
    """The camt.054 that books every executed line as a debit of the paying account, one entry a line."""
    order, told = _prepared(exported, instructions)
    idle = {*told.reject, *told.pending, *told.silent}
    executed = [line for line in order.lines if line.end_to_end_id not in idle]
    make = _maker(f"camt.054.001.{version}")
    entries = [_entry(make, order, line, booked_on, "DBIT", None) for line in executed]
    return _notification(
        make, order, entries, _reference("C5", order.message_id, answered_at, booked_on, executed), answered_at
    )


def money_back(
    exported: bytes, *, returned: Mapping[str, str], answered_at: datetime, booked_on: date, version: str = "08"
) -> bytes:
    """A later camt.054 that books lines back: ``returned`` is end-to-end id → reason code. For both payout formats."""
    order, _ = _prepared(exported, Instructions(reject=returned))
    lines = [line for line in order.lines if line.end_to_end_id in returned]
    make = _maker(f"camt.054.001.{version}")
    entries = [_entry(make, order, line, booked_on, "CRDT", returned[line.end_to_end_id]) for line in lines]
    return _notification(
        make, order, entries, _reference("CR", order.message_id, answered_at, booked_on, lines), answered_at
    )


def result_csv(
    exported: bytes, *, answered_at: datetime, booked_on: date, instructions: Instructions | None = None
) -> bytes:
    """The result CSV to a batch template, by the result profile."""
    order, told = _prepared(exported, instructions)
    words: dict[Status, str] = {status: word for word, status in RESULT.statuses.items()}
    rows: list[list[str]] = []
    for line in order.lines:
        if line.end_to_end_id in told.silent:
            continue
        code = told.reject.get(line.end_to_end_id, "")
        status: Status = "rejected" if code else ("pending" if line.end_to_end_id in told.pending else "settled")
        settled = status == "settled"
        cells: dict[ResultField, str] = {
            "end_to_end_id": line.end_to_end_id,
            "account": line.account,
            "amount": fen_to_text(line.amount_fen),
            "status": words[status],
            "code": code,
            "reason": REASONS[code] if code else "",
            "bank_reference": _reference("TX", order.message_id, line.end_to_end_id) if settled else "",
            "booked_on": booked_on.isoformat() if settled else "",
        }
        rows.append([cells[column] for column in RESULT.columns.values()])
    head = {
        RESULT.result_id: _reference("RS", order.message_id, answered_at, rows),
        RESULT.original_message_id: order.message_id,
        RESULT.payer_account: order.payer_account,
        RESULT.created_at: answered_at.astimezone(BANK_TIME).strftime("%Y-%m-%d %H:%M:%S"),
        RESULT.count: str(len(rows)),
    }
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([cell for pair in head.items() for cell in pair])
    writer.writerow(list(RESULT.columns))
    writer.writerows(rows)
    return text.getvalue().encode(RESULT.encoding)


def read_order(exported: bytes) -> Order:
    """The payout file as a bank reads it. Raises ReferenceBankError when count, sum or an amount does not hold."""
    order, count, total = _order_of_xml(exported) if _is_xml(exported) else _order_of_csv(exported)
    if str(len(order.lines)) != count or sum(line.amount_fen for line in order.lines) != _fen(total):
        raise ReferenceBankError(f"{order.message_id}: count {count} or control sum {total} does not hold")
    if len({line.end_to_end_id for line in order.lines}) != len(order.lines):
        raise ReferenceBankError(f"{order.message_id}: an end-to-end id occurs twice")
    return order


def _is_xml(exported: bytes) -> bool:
    return exported.lstrip().startswith(b"<")


def _order_of_xml(exported: bytes) -> tuple[Order, str, str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(exported, parser)
    names = {"p": f"{_ISO}pain.001.001.09"}

    def text(node: etree._Element, path: str) -> str:
        found = node.findtext(path, namespaces=names)
        if not found:
            raise ReferenceBankError(f"no {path} in the payout file")
        return found

    message = root.find("p:CstmrCdtTrfInitn", names)
    if message is None:
        raise ReferenceBankError("the payout file is no pain.001.001.09")
    lines = tuple(
        OrderLine(
            end_to_end_id=text(node, "p:PmtId/p:EndToEndId"),
            amount_fen=_fen(text(node, "p:Amt/p:InstdAmt")),
            account=text(node, "p:CdtrAcct/p:Id/p:Othr/p:Id"),
        )
        for node in message.iterfind("p:PmtInf/p:CdtTrfTxInf", names)
    )
    order = Order(
        message_id=text(message, "p:GrpHdr/p:MsgId"),
        payer_account=text(message, "p:PmtInf/p:DbtrAcct/p:Id/p:Othr/p:Id"),
        currency=text(message, "p:PmtInf/p:DbtrAcct/p:Ccy"),
        lines=lines,
    )
    return order, text(message, "p:GrpHdr/p:NbOfTxs"), text(message, "p:GrpHdr/p:CtrlSum")


def _order_of_csv(exported: bytes) -> tuple[Order, str, str]:
    rows = list(csv.reader(io.StringIO(exported.decode(PAYOUT.encoding), newline=""), strict=True))
    if len(rows) < 3:
        raise ReferenceBankError("the payout file has no head, no titles or no rows")
    labels = dict(zip(rows[0][::2], rows[0][1::2], strict=True))
    head = {name: labels[label] for label, name in PAYOUT.head}
    place = {column.field: rows[1].index(column.title) for column in PAYOUT.columns}
    lines = tuple(
        OrderLine(row[place["end_to_end_id"]], _fen(row[place["amount"]]), row[place["account"]]) for row in rows[2:]
    )
    order = Order(head["message_id"], head["payer_account"], head["currency"], lines)
    return order, head["count"], head["total"]


def _fen(text: str) -> int:
    fen = text_to_fen(text)
    if fen is None or fen == 0:
        raise ReferenceBankError(f"{text!r} is no amount that can be paid")
    return fen


def _prepared(exported: bytes, instructions: Instructions | None) -> tuple[Order, Instructions]:
    """The order, and instructions that fit it: a slip in them must not look like the bank's behaviour."""
    order = read_order(exported)
    told = instructions or Instructions()
    unknown = {*told.reject, *told.pending, *told.silent} - {line.end_to_end_id for line in order.lines}
    if unknown:
        raise ReferenceBankError(f"instructions for payments that are not in {order.message_id}: {sorted(unknown)}")
    strange = set(told.reject.values()) - set(REASONS)
    if strange:
        raise ReferenceBankError(f"unknown reason codes {sorted(strange)}, choose from {sorted(REASONS)}")
    return order, told


def _reference(kind: str, *parts: object) -> str:
    """A reference of this bank, at most 35 characters, the same for the same parts."""
    return f"RB{kind}{sha256('|'.join(map(str, parts)).encode()).hexdigest()[:20].upper()}"


def _instant(at: datetime) -> str:
    return at.astimezone(BANK_TIME).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes elements of one message: a tag, then texts and children, then attributes."""

    namespace: str

    def __call__(self, tag: str, *content: str | etree._Element, **attributes: str) -> etree._Element:
        nsmap: Any = {None: self.namespace}
        element = etree.Element(f"{{{self.namespace}}}{tag}", attributes, nsmap=nsmap)
        for part in content:
            if isinstance(part, str):
                element.text = part
            else:
                element.append(part)
        return element


def _maker(message: str) -> _Maker:
    return _Maker(_ISO + message)


def _document(make: _Maker, message: etree._Element) -> bytes:
    document = make("Document", message)
    etree.indent(document)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8") + b"\n"


def _iso_state(line: OrderLine, told: Instructions) -> str:
    if line.end_to_end_id in told.reject:
        return "RJCT"
    return "PDNG" if line.end_to_end_id in told.pending else "ACCP"


def _group_state(states: list[str]) -> str:
    """The status of the whole file: that of its lines when they agree, PART when they do not."""
    if not states:
        return "PDNG"
    return states[0] if len(set(states)) == 1 else "PART"


def _status_of_line(make: _Maker, line: OrderLine, state: str, told: Instructions, currency: str) -> etree._Element:
    code = told.reject.get(line.end_to_end_id)
    reason = [make("StsRsnInf", make("Rsn", make("Cd", code)), make("AddtlInf", REASONS[code]))] if code else []
    return make(
        "TxInfAndSts",
        make("OrgnlEndToEndId", line.end_to_end_id),
        make("TxSts", state),
        *reason,
        make("OrgnlTxRef", make("Amt", make("InstdAmt", fen_to_text(line.amount_fen), Ccy=currency))),
    )


def _entry(
    make: _Maker, order: Order, line: OrderLine, booked_on: date, direction: str, code: str | None
) -> etree._Element:
    """One booked entry with one detail: a debit for an executed line, a credit with RtrInf for returned money."""
    old = make.namespace.endswith(".02")
    amount = make("Amt", fen_to_text(line.amount_fen), Ccy=order.currency)
    reason = [make("RtrInf", make("Rsn", make("Cd", code)), make("AddtlInf", REASONS[code]))] if code else []
    own = [] if old else [make("Amt", fen_to_text(line.amount_fen), Ccy=order.currency), make("CdtDbtInd", direction)]
    family = "RCDT" if code else "ICDT"
    return make(
        "Ntry",
        amount,
        make("CdtDbtInd", direction),
        make("Sts", "BOOK") if old else make("Sts", make("Cd", "BOOK")),
        make("BookgDt", make("Dt", booked_on.isoformat())),
        make("AcctSvcrRef", _reference("TX", order.message_id, line.end_to_end_id, direction)),
        make(
            "BkTxCd",
            make(
                "Domn",
                make("Cd", "PMNT"),
                make("Fmly", make("Cd", family), make("SubFmlyCd", "RRTN" if code else "DMCT")),
            ),
        ),
        make(
            "NtryDtls",
            make(
                "TxDtls",
                make(
                    "Refs",
                    make("MsgId", order.message_id),
                    make("PmtInfId", order.message_id),
                    make("EndToEndId", line.end_to_end_id),
                ),
                *own,
                *reason,
            ),
        ),
    )


def _notification(
    make: _Maker, order: Order, entries: list[etree._Element], message_id: str, answered_at: datetime
) -> bytes:
    message = make(
        "BkToCstmrDbtCdtNtfctn",
        make("GrpHdr", make("MsgId", message_id), make("CreDtTm", _instant(answered_at))),
        make(
            "Ntfctn",
            make("Id", message_id),
            make("CreDtTm", _instant(answered_at)),
            make("Acct", make("Id", make("Othr", make("Id", order.payer_account))), make("Ccy", order.currency)),
            *entries,
        ),
    )
    return _document(make, message)
