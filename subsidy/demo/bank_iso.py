"""The ISO 20022 messages of the reference bank: pain.002, camt.053, camt.054, pacs.004."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from lxml import etree

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.model import BANK_TIME
from subsidy.demo.bank_order import ISO, Order, OrderLine

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

_STATES = {"settled": "ACCP", "rejected": "RJCT", "pending": "PDNG"}


@dataclass(frozen=True, slots=True)
class Booking:
    """One line as it is booked: out on its day, back with a reason code, or money in from the one named in `sender`."""

    line: OrderLine
    booked_on: date
    code: str | None = None
    sender: str | None = None
    said: str = ""

    @property
    def is_credit(self) -> bool:
        return self.code is not None or self.sender is not None

    @property
    def direction(self) -> str:
        return "CRDT" if self.is_credit else "DBIT"

    @property
    def moved_fen(self) -> int:
        return self.line.amount_fen if self.is_credit else -self.line.amount_fen


def reference(kind: str, *parts: object) -> str:
    """A reference of this bank, at most 35 characters, the same for the same parts."""
    return f"RB{kind}{sha256('|'.join(map(str, parts)).encode()).hexdigest()[:20].upper()}"


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

    def head(self, message_id: str, at: datetime) -> etree._Element:
        """The group header that every message begins with."""
        return self("GrpHdr", self("MsgId", message_id), self("CreDtTm", _instant(at)))

    @property
    def is_old(self) -> bool:
        """Whether this is version 02 of a camt message, which writes less."""
        return self.namespace.endswith(".02")


def _instant(at: datetime) -> str:
    return at.astimezone(BANK_TIME).isoformat(timespec="seconds")


def _document(make: _Maker, message: etree._Element) -> bytes:
    document = make("Document", message)
    etree.indent(document)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8") + b"\n"


def status_report(
    order: Order, named: Sequence[tuple[OrderLine, str]], reject: Mapping[str, str], at: datetime, version: str
) -> bytes:
    """The pain.002: the status of the whole file, and of each line that the bank names."""
    make = _Maker(f"{ISO}pain.002.001.{version}")
    states = {line.end_to_end_id: _STATES[fate] for line, fate in named}
    report = make(
        "CstmrPmtStsRpt",
        make.head(reference("P2", order.message_id, at, states), at),
        make(
            "OrgnlGrpInfAndSts",
            make("OrgnlMsgId", order.message_id),
            make("OrgnlMsgNmId", order.format),
            make("GrpSts", _group_state(list(states.values()))),
        ),
        make(
            "OrgnlPmtInfAndSts",
            make("OrgnlPmtInfId", order.message_id),
            *(_status_of(make, line, _STATES[fate], reject, order.currency) for line, fate in named),
        ),
    )
    return _document(make, report)


def _group_state(states: list[str]) -> str:
    """The status of the whole file: that of its lines when they agree, PART when they do not."""
    if not states:
        return "PDNG"
    return states[0] if len(set(states)) == 1 else "PART"


def _status_of(make: _Maker, line: OrderLine, state: str, reject: Mapping[str, str], currency: str) -> etree._Element:
    code = reject.get(line.end_to_end_id)
    reason = [make("StsRsnInf", make("Rsn", make("Cd", code)), make("AddtlInf", REASONS[code]))] if code else []
    return make(
        "TxInfAndSts",
        make("OrgnlEndToEndId", line.end_to_end_id),
        make("TxSts", state),
        *reason,
        make("OrgnlTxRef", make("Amt", make("InstdAmt", fen_to_text(line.amount_fen), Ccy=currency))),
    )


def notification(
    order: Order, booked: Sequence[Booking], kind: str, at: datetime, booked_on: date, version: str
) -> bytes:
    """The camt.054 over bookings."""
    make = _Maker(f"{ISO}camt.054.001.{version}")
    lines = [one.line for one in booked]
    name = reference(kind, order.message_id, at, booked_on, lines)
    message = make(
        "BkToCstmrDbtCdtNtfctn",
        make.head(name, at),
        make(
            "Ntfctn",
            make("Id", name),
            make("CreDtTm", _instant(at)),
            _account(make, order),
            *(_entry(make, order, one) for one in booked),
        ),
    )
    return _document(make, message)


def account_statement(
    order: Order,
    booked: Sequence[Booking],
    opening_fen: int,
    sequence: int,
    at: datetime,
    booked_on: date,
    version: str,
) -> bytes:
    """The camt.053 over bookings, with its two balances."""
    make = _Maker(f"{ISO}camt.053.001.{version}")
    name = reference("C3", order.payer_account, sequence, at, [one.line for one in booked])
    closing_fen = opening_fen + sum(one.moved_fen for one in booked)
    message = make(
        "BkToCstmrStmt",
        make.head(name, at),
        make(
            "Stmt",
            make("Id", name),
            make("ElctrncSeqNb", str(sequence)),
            make("CreDtTm", _instant(at)),
            _account(make, order),
            _balance(make, "OPBD", opening_fen, booked_on, order.currency),
            _balance(make, "CLBD", closing_fen, booked_on, order.currency),
            *(_entry(make, order, one) for one in booked),
        ),
    )
    return _document(make, message)


def _account(make: _Maker, order: Order) -> etree._Element:
    return make("Acct", make("Id", make("Othr", make("Id", order.payer_account))), make("Ccy", order.currency))


def _balance(make: _Maker, kind: str, fen: int, on: date, currency: str) -> etree._Element:
    return make(
        "Bal",
        make("Tp", make("CdOrPrtry", make("Cd", kind))),
        make("Amt", fen_to_text(abs(fen), currency), Ccy=currency),
        make("CdtDbtInd", "CRDT" if fen >= 0 else "DBIT"),
        make("Dt", make("Dt", on.isoformat())),
    )


def _entry(make: _Maker, order: Order, booking: Booking) -> etree._Element:
    """One booked entry with one detail: a debit for an executed line, a credit with RtrInf for returned money."""
    line, code, direction = booking.line, booking.code, booking.direction
    amount = make("Amt", fen_to_text(line.amount_fen), Ccy=order.currency)
    reason = [make("RtrInf", make("Rsn", make("Cd", code)), make("AddtlInf", REASONS[code]))] if code else []
    own = [make("Amt", fen_to_text(line.amount_fen), Ccy=order.currency), make("CdtDbtInd", direction)]
    if booking.sender:
        own.append(make("RltdPties", make("Dbtr", make("Pty", make("Nm", booking.sender)))))
        own.append(make("RmtInf", make("Ustrd", booking.said)))
    family = "RCDT" if booking.is_credit else "ICDT"
    return make(
        "Ntry",
        amount,
        make("CdtDbtInd", direction),
        make("Sts", "BOOK") if make.is_old else make("Sts", make("Cd", "BOOK")),
        make("BookgDt", make("Dt", booking.booked_on.isoformat())),
        make("AcctSvcrRef", reference("TX", order.message_id, line.end_to_end_id, direction)),
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
                *([] if make.is_old else own),
                *reason,
            ),
        ),
    )


def announced_return(order: Order, returned: Mapping[str, str], at: datetime, version: str) -> bytes:
    """The pacs.004 over lines that come back, with its control sums."""
    make = _Maker(f"{ISO}pacs.004.001.{version}")
    lines = [line for line in order.lines if line.end_to_end_id in returned]
    total = fen_to_text(sum(line.amount_fen for line in lines))
    head = make.head(reference("P4", order.message_id, at, lines), at)
    for tag, text in (("NbOfTxs", str(len(lines))), ("CtrlSum", total)):
        head.append(make(tag, text))
    head.append(make("SttlmInf", make("SttlmMtd", "CLRG")))
    message = make("PmtRtr", head, *(_return_of(make, order, line, returned[line.end_to_end_id]) for line in lines))
    return _document(make, message)


def _return_of(make: _Maker, order: Order, line: OrderLine, code: str) -> etree._Element:
    return make(
        "TxInf",
        make("RtrId", reference("RT", order.message_id, line.end_to_end_id)),
        make("OrgnlGrpInf", make("OrgnlMsgId", order.message_id), make("OrgnlMsgNmId", order.format)),
        make("OrgnlEndToEndId", line.end_to_end_id),
        make("RtrdIntrBkSttlmAmt", fen_to_text(line.amount_fen), Ccy=order.currency),
        make("RtrRsnInf", make("Rsn", make("Cd", code)), make("AddtlInf", REASONS[code])),
    )
