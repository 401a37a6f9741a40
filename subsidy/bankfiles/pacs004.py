"""Reader of ISO 20022 payment returns between banks, pacs.004, as a bank hands them on to its customer.

The message announces that a settled payment comes back, with the reason; the money itself is seen when the credit
stands in a camt.053 or camt.054. Each transaction is therefore ``returning`` and moves nothing: reading both never
books one return twice. Count and sums that the message promises must hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.iso_read import IsoReader, entry_key
from subsidy.bankfiles.lxml_stream import line_of
from subsidy.bankfiles.model import Answer, AnswerFile, BankFileError
from subsidy.bankfiles.source import forget

VERSIONS = ("02", *(f"{number:02d}" for number in range(3, 14)))
TAGS = ("Document", "PmtRtr", "GrpHdr", "OrgnlGrpInf", "TxInf")

_ROOT = ("Document", "PmtRtr")


@dataclass(frozen=True, slots=True)
class _Promised:
    """What the head says of the transactions behind it; None where it says nothing."""

    count: int | None
    total: str | None


def read_pacs004(reader: IsoReader, events: Iterator[tuple[str, _Element]]) -> AnswerFile:
    """The return's head, and its transactions as a stream. Raises BankFileError when it has no head."""
    for event, element in events:
        if event == "end" and element.tag.endswith("}GrpHdr") and reader.is_own(element, *_ROOT):
            promised = _Promised(
                count=reader.count(element, "NbOfTxs"),
                total=reader.text(element, "CtrlSum") or reader.text(element, "TtlRtrdIntrBkSttlmAmt"),
            )
            return AnswerFile(
                format=reader.namespace.rsplit(":", 1)[-1],
                message_id=reader.required(element, "MsgId"),
                original_message_id=None,
                created_at=reader.instant(element, "CreDtTm"),
                answers=_answers(reader, events, promised),
            )
    raise reader.source.error(
        "缺少 GrpHdr，不是完整的 pacs.004 退汇报文，请向银行重新索取",
        "GrpHdr is missing, this is no complete pacs.004; ask the bank for the file again",
    )


def _answers(reader: IsoReader, events: Iterator[tuple[str, _Element]], promised: _Promised) -> Iterator[Answer]:
    original: str | None = None
    count = total_fen = 0
    currency = "CNY"
    for event, element in events:
        if event != "end" or not reader.is_own(element, *_ROOT):
            continue
        if element.tag.endswith("}OrgnlGrpInf"):
            original = reader.text(element, "OrgnlMsgId")
        elif element.tag.endswith("}TxInf"):
            answer = _answer(reader, element, original)
            count += 1
            total_fen += answer.amount_fen or 0
            currency = answer.currency or currency
            yield answer
            forget(element)
    if promised.count is not None and promised.count != count:
        raise _wrong(reader, "NbOfTxs", str(promised.count), str(count))
    came = fen_to_text(total_fen, currency)
    if promised.total is not None and _plain(promised.total) != _plain(came):
        raise _wrong(reader, "CtrlSum", promised.total, came)


def _plain(amount: str) -> str:
    """An amount without the zeros that change nothing."""
    whole, _, part = amount.strip().partition(".")
    return f"{whole.lstrip('+0') or '0'}.{part.rstrip('0')}"


def _wrong(reader: IsoReader, what: str, promised: str, came: str) -> BankFileError:
    return reader.source.error(
        f"{what} 写 {promised}，实际 {came}，文件可能不完整，请向银行重新索取",
        f"{what} promises {promised}, {came} came; the file may be incomplete: ask the bank for it again",
        field=what,
    )


def _answer(reader: IsoReader, element: _Element, original: str | None) -> Answer:
    fen, currency = reader.amount(element, "RtrdIntrBkSttlmAmt")
    if fen is None:
        reader.required(element, "RtrdIntrBkSttlmAmt")
    code, text = reader.reason(element, "RtrRsnInf")
    end_to_end_id = reader.text(element, "OrgnlEndToEndId")
    reference = reader.text(element, "RtrId") or reader.text(element, "OrgnlTxId")
    message = reader.text(element, "OrgnlGrpInf/OrgnlMsgId") or original
    return Answer(
        end_to_end_id=None if end_to_end_id == "NOTPROVIDED" else end_to_end_id,
        status="returning",
        amount_fen=fen,
        currency=currency,
        bank_reference=reference,
        booked_on=None,
        reason_code=code,
        reason_text=text,
        level="transaction",
        account=reader.account(element, "OrgnlTxRef/DbtrAcct"),
        entry=entry_key("pacs.004", reference, end_to_end_id, reader.text(element, "OrgnlInstrId"), fen, code),
        direction="credit",
        bank_status="RTRN",
        original_message_id=message,
        payee_account=reader.account(element, "OrgnlTxRef/CdtrAcct"),
        line=line_of(element),
        other_name=reader.text(element, "OrgnlTxRef/Cdtr/Pty/Nm") or reader.text(element, "OrgnlTxRef/Cdtr/Nm"),
        remittance=reader.texts(element, "OrgnlTxRef/RmtInf/Ustrd"),
    )
