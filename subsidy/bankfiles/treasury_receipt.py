"""Reader of the treasury's receipt: the payment voucher with what the bank filled in (DA/T 95—2022, table B.1).

A row is paid when XPayAmt equals PayAmt, and refused when XPayAmt is 0.00 and XAddWord says why. Below zero a row is
a return: what was paid comes back. Any other sum that left the account is ``taken`` with ``AMOUNT-DIFFERS`` and pays
nothing by itself; a row without XPayAmt, or refused without a reason, is ``pending``. Both sums of the head must be
those of the rows. The bank's fields may stand before or behind the rows; behind them, the rows wait for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lxml.etree import _Element

from subsidy.bankfiles.amounts import fen_to_text, text_to_fen
from subsidy.bankfiles.iso_read import entry_key
from subsidy.bankfiles.lxml_stream import line_of
from subsidy.bankfiles.model import AMOUNT_FEN_MAX, MOVING, TOTAL_FEN_MAX, Answer, AnswerFile, BankFileError, Status
from subsidy.bankfiles.source import Source, forget

FORMAT = "treasury_receipt"
ROOT = "Voucher"
TAGS = ("Voucher", "DetailList", "Detail")


@dataclass(frozen=True, slots=True)
class _Head:
    """What the rows need of the head."""

    number: str
    account: str | None
    reference: str
    booked_on: date


@dataclass(frozen=True, slots=True)
class _Row:
    """One detail as it stands, before it is known what it means."""

    name: str
    pay_fen: int
    done_fen: int | None
    word: str | None
    account: str | None
    payee: str | None
    line: int | None


class _Fields:
    """Fields of the voucher's elements, which have no namespace."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def text(self, element: _Element, tag: str) -> str | None:
        return next(((one.text or "").strip() or None for one in element.iterchildren(tag)), None)

    def required(self, element: _Element, tag: str) -> str:
        value = self.text(element, tag)
        if value is None:
            raise self.source.error(
                f"缺少 {tag}，国库回单必须填写此项，请向代理银行重新索取",
                f"{tag} is missing, which a treasury receipt must carry; ask the bank for the file again",
                line=line_of(element),
                field=tag,
            )
        return value

    def fen(self, element: _Element, tag: str, *, most: int = AMOUNT_FEN_MAX) -> int | None:
        """Fen with their sign; None when the element is absent or blank."""
        text = self.text(element, tag)
        if text is None:
            return None
        fen = text_to_fen(text.removeprefix("-"))
        if fen is None or fen > most:
            raise self.wrong(element, tag, text, "1409.50")
        return -fen if text.startswith("-") else fen

    def wrong(self, element: _Element, tag: str, value: str, like: str) -> BankFileError:
        return self.source.error(
            f"{tag} 的值“{value}”无法识别，应形如 {like}，请向代理银行核实后重新索取文件",
            f"{tag} is {value!r}, expected something like {like}; ask the bank for a corrected file",
            line=line_of(element),
            field=tag,
        )


def read_receipt(source: Source, events: Iterator[tuple[str, _Element]]) -> AnswerFile:
    """The receipt's head, and its rows as a stream. Raises BankFileError for a voucher that nobody has answered."""
    fields = _Fields(source)
    for event, element in events:
        if event == "start" and element.tag == "DetailList":
            voucher = element.getparent()
            if voucher is None:
                break
            return AnswerFile(
                format=FORMAT,
                message_id=fields.text(voucher, "XAgentBusinessNo") or fields.required(voucher, "VoucherNo"),
                original_message_id=fields.required(voucher, "VoucherNo"),
                created_at=None,
                answers=_answers(fields, voucher, events),
            )
    raise source.error(
        "缺少 DetailList，不是完整的国库回单，请向代理银行重新索取",
        "DetailList is missing, this is no complete treasury receipt; ask the bank for the file again",
    )


def _answers(fields: _Fields, voucher: _Element, events: Iterator[tuple[str, _Element]]) -> Iterator[Answer]:
    waiting: list[_Row] = []
    head: _Head | None = None
    promised = _promised(fields, voucher)
    pay_fen = done_fen = 0
    for event, element in events:
        if event != "end" or element.tag != "Detail":
            continue
        if head is None and not waiting:
            known = all(fields.text(voucher, tag) for tag in ("XPayDate", "XAgentBusinessNo"))
            head = _head(fields, voucher) if known else None
        row = _row(fields, element)
        pay_fen += row.pay_fen
        done_fen += row.done_fen or 0
        forget(element)
        if head is None:
            waiting.append(row)
        else:
            yield _answer(head, row)
    head = head or _head(fields, voucher)
    yield from (_answer(head, row) for row in waiting)
    for tag, came in (("PayAmt", pay_fen), ("XPayAmt", done_fen)):
        said = fields.fen(voucher, tag, most=TOTAL_FEN_MAX) if promised[tag] is None else promised[tag]
        if said is None:
            fields.required(voucher, tag)
        if said != came:
            raise _sum_differs(fields, tag, said or 0, came)


def _promised(fields: _Fields, voucher: _Element) -> dict[str, int | None]:
    return {tag: fields.fen(voucher, tag, most=TOTAL_FEN_MAX) for tag in ("PayAmt", "XPayAmt")}


def _sum_differs(fields: _Fields, tag: str, said: int, came: int) -> BankFileError:
    return fields.source.error(
        f"{tag} 合计写 {_yuan(said)}，明细合计 {_yuan(came)}，文件可能不完整，请向代理银行重新索取",
        f"{tag} of the head says {_yuan(said)}, the rows sum to {_yuan(came)}; the file may be incomplete: "
        "ask the bank for it again",
        field=tag,
    )


def _yuan(fen: int) -> str:
    return ("-" if fen < 0 else "") + fen_to_text(abs(fen))


def _head(fields: _Fields, voucher: _Element) -> _Head:
    day = fields.required(voucher, "XPayDate")
    try:
        booked_on = date.fromisoformat(day)  # with hyphens or without
    except ValueError as error:
        raise fields.wrong(voucher, "XPayDate", day, "20240305") from error
    return _Head(
        number=fields.required(voucher, "VoucherNo"),
        account=fields.text(voucher, "PayAcctNo"),
        reference=fields.required(voucher, "XAgentBusinessNo"),
        booked_on=booked_on,
    )


def _row(fields: _Fields, element: _Element) -> _Row:
    pay = fields.fen(element, "PayAmt")
    if pay is None or pay == 0:
        fields.required(element, "PayAmt")
        raise fields.wrong(element, "PayAmt", "0.00", "1409.50")
    done = fields.fen(element, "XPayAmt")
    if done is not None and done < 0 < pay:
        raise fields.source.error(
            f"XPayAmt 为负（{_yuan(done)}），只有退回和更正的行才能为负，请向代理银行核实",
            f"XPayAmt is below zero ({_yuan(done)}), which only returns and corrections may be; ask the bank",
            line=line_of(element),
            field="XPayAmt",
        )
    return _Row(
        name=fields.required(element, "VoucherBillNo"),
        pay_fen=pay,
        done_fen=done,
        word=fields.text(element, "XAddWord"),
        account=fields.text(element, "XPayeeAcctNo") or fields.text(element, "PayeeAcctNo"),
        payee=fields.text(element, "XPayeeAcctName") or fields.text(element, "PayeeAcctName"),
        line=line_of(element),
    )


def _meaning(row: _Row) -> tuple[Status, str | None, int]:
    """What a row says: status, reason code, and of how much."""
    if row.done_fen is None:
        return "pending", "NO-ANSWER", abs(row.pay_fen)
    if row.done_fen == 0:
        refused = row.pay_fen > 0 and row.word is not None
        return ("rejected", "TREASURY", row.pay_fen) if refused else ("pending", "NO-REASON", abs(row.pay_fen))
    if row.done_fen != row.pay_fen:
        return ("taken" if row.done_fen > 0 else "received"), "AMOUNT-DIFFERS", abs(row.done_fen)
    return ("returned", "TREASURY", -row.done_fen) if row.done_fen < 0 else ("settled", None, row.done_fen)


def _answer(head: _Head, row: _Row) -> Answer:
    status, code, fen = _meaning(row)
    return Answer(
        end_to_end_id=row.name,
        status=status,
        amount_fen=fen,
        currency="CNY",
        bank_reference=head.reference,
        booked_on=head.booked_on if status in MOVING else None,
        reason_code=code,
        reason_text=row.word,
        level="transaction",
        account=head.account,
        entry=entry_key(FORMAT, head.number, head.reference, row.name, row.pay_fen, row.done_fen, row.word),
        direction="credit" if status in ("returned", "received") else "debit",
        bank_status=None if row.done_fen is None else _yuan(row.done_fen),
        original_message_id=head.number,
        payee_account=row.account,
        line=row.line,
        booking=head.reference,
        other_name=row.payee,
    )
