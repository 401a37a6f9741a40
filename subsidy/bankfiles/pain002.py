"""Reader of ISO 20022 payment status reports, pain.002 (.03 .10 .12 .14 have the same shape where it is read).

Statuses stand on three levels: the file (GrpSts), the payment information block (PmtInfSts), the transaction
(TxSts). An acceptance, even "settlement completed" (ACSC), moves nothing: what settles is a booked debit in camt.054.
RJCT refuses. Every other code, known to mean waiting (PDNG, RCVD), partial (PART), blocked, cancelled, or unknown
altogether, is ``pending`` with the bank's code, so that it is enquired about and neither settles nor releases money.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from subsidy.bankfiles.iso_read import IsoReader, entry_key
from subsidy.bankfiles.lxml_stream import line_of
from subsidy.bankfiles.model import Answer, AnswerFile, Level, Status
from subsidy.bankfiles.source import forget

VERSIONS = ("03", "10", "12", "14")
TAGS = ("Document", "CstmrPmtStsRpt", "GrpHdr", "OrgnlGrpInfAndSts", "OrgnlPmtInfAndSts", "TxInfAndSts")

_ROOT = ("Document", "CstmrPmtStsRpt")
_BLOCK = (*_ROOT, "OrgnlPmtInfAndSts")
_ACCEPTED = frozenset({"ACTC", "ACCP", "ACSP", "ACSC", "ACWC", "ACWP", "ACCC", "ACFC"})


def status_of(code: str | None) -> Status:
    """What a pain.002 status code means here; whatever is not known to accept or reject is pending."""
    if code in _ACCEPTED:
        return "accepted"
    return "rejected" if code == "RJCT" else "pending"


@dataclass(frozen=True, slots=True)
class _Context:
    reader: IsoReader
    original_message_id: str

    def answer(self, level: Level, element: _Element, block_id: str | None, status_tag: str) -> Answer:
        """The statement of one level; the element holds it whole."""
        read = self.reader
        code = read.text(element, status_tag)
        reason_code, reason_text = read.reason(element, "StsRsnInf")
        transaction = level == "transaction"
        end_to_end_id = read.text(element, "OrgnlEndToEndId") if transaction else None
        fen, currency = read.amount(element, "OrgnlTxRef/Amt/InstdAmt") if transaction else (None, None)
        status = status_of(code)
        if status == "pending" and reason_code is None:
            reason_code = code or "NO-STATUS"
        identity = end_to_end_id
        if transaction and identity is None:
            identity = read.text(element, "OrgnlInstrId") or read.text(element, "StsId")
        return Answer(
            end_to_end_id=end_to_end_id,
            status=status,
            amount_fen=fen,
            currency=currency,
            bank_reference=read.text(element, "AcctSvcrRef") if transaction else None,
            booked_on=None,
            reason_code=reason_code,
            reason_text=reason_text,
            level=level,
            account=read.account(element, "OrgnlTxRef/DbtrAcct") if transaction else None,
            entry=entry_key("pain.002", self.original_message_id, level, block_id, identity, code, reason_code, fen),
            bank_status=code,
            original_message_id=self.original_message_id,
            payment_info_id=block_id,
            payee_account=read.account(element, "OrgnlTxRef/CdtrAcct") if transaction else None,
            line=line_of(element),
        )


def read_pain002(reader: IsoReader, events: Iterator[tuple[str, _Element]]) -> AnswerFile:
    """The report's head, and its statements as a stream. Raises BankFileError for a report without a head."""
    message_id: str | None = None
    created_at = None
    for event, element in events:
        if event != "end":
            continue
        if reader.is_own(element, *_ROOT) and element.tag.endswith("}GrpHdr"):
            message_id = reader.required(element, "MsgId")
            created_at = reader.instant(element, "CreDtTm")
        elif message_id and reader.is_own(element, *_ROOT) and element.tag.endswith("}OrgnlGrpInfAndSts"):
            context = _Context(reader, reader.required(element, "OrgnlMsgId"))
            return AnswerFile(
                format=reader.namespace.rsplit(":", 1)[-1],
                message_id=message_id,
                original_message_id=context.original_message_id,
                created_at=created_at,
                answers=_answers(context, element, events),
            )
    raise reader.source.error(
        "缺少 GrpHdr 或 OrgnlGrpInfAndSts，不是完整的 pain.002 回执，请向银行重新索取",
        "GrpHdr or OrgnlGrpInfAndSts is missing, this is no complete pain.002; ask the bank for the file again",
    )


def _answers(context: _Context, group: _Element, events: Iterator[tuple[str, _Element]]) -> Iterator[Answer]:
    reader = context.reader
    found = reader.text(group, "GrpSts") is not None
    if found:
        yield context.answer("group", group, None, "GrpSts")
    block_told = False
    for event, element in events:
        is_block = element.tag.endswith("}OrgnlPmtInfAndSts") and reader.is_own(element, *_ROOT)
        is_transaction = element.tag.endswith("}TxInfAndSts") and reader.is_own(element, *_BLOCK)
        block = element if is_block else (element.getparent() if is_transaction else None)
        if block is None:
            continue
        if event == "start" and is_block:
            block_told = False
            continue
        if not block_told:
            # The block's own fields stand before its transactions: at the first of them they are complete.
            block_told = True
            block_id = reader.text(block, "OrgnlPmtInfId")
            if reader.text(block, "PmtInfSts") is not None:
                found = True
                yield context.answer("payment_info", block, block_id, "PmtInfSts")
        if event == "end" and is_transaction:
            found = True
            yield context.answer("transaction", element, block_id, "TxSts")
        if event == "end":
            forget(element)
    if not found:
        raise reader.source.error(
            "回执中没有任何状态（GrpSts、PmtInfSts、TxSts），请向银行重新索取",
            "the report carries no status at all (GrpSts, PmtInfSts, TxSts); ask the bank for the file again",
        )
