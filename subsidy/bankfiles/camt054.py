"""Reader of ISO 20022 debit and credit notifications, camt.054 (.02 and .08 to .14).

What settles is a booked debit (Sts BOOK, CdtDbtInd DBIT); what comes back is a booked credit with RtrInf. Everything
else that may stand in a notification is ``pending`` with a reason code that says why and never settles nor releases:
``NOT-BOOKED`` (PDNG, INFO, FUTR, an unknown status), ``REVERSAL`` (RvslInd), ``CREDIT`` (money in without RtrInf),
``RETURN-DEBIT`` (a debit with RtrInf), ``NO-AMOUNT`` (a detail of a batch booking without its own amount). An entry
that names no payment is told all the same, without an end_to_end_id, because money moved: the importer books it to
suspense.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from lxml.etree import _Element

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.iso_read import IsoReader, entry_key
from subsidy.bankfiles.lxml_stream import ancestor, line_of
from subsidy.bankfiles.model import Answer, AnswerFile, Direction, Level, Status
from subsidy.bankfiles.source import forget

VERSIONS = ("02", "08", "09", "10", "11", "12", "13", "14")
TAGS = ("Document", "BkToCstmrDbtCdtNtfctn", "GrpHdr", "Ntfctn", "Acct", "Ntry", "TxDtls")

_ROOT = ("Document", "BkToCstmrDbtCdtNtfctn")
_NOTIFICATION = (*_ROOT, "Ntfctn")
_ENTRY = (*_NOTIFICATION, "Ntry")
_DETAILS = (*_ENTRY, "NtryDtls")
_DIRECTIONS: dict[str, Direction] = {"DBIT": "debit", "CRDT": "credit"}


@dataclass(slots=True)
class _Entry:
    """The fields of an entry that its details share, and what the details read so far add up to."""

    fen: int
    currency: str
    direction: Direction
    bank_status: str
    reversal: bool
    booked_on: date | None
    reference: str | None
    number: str | None
    charges: bool
    line: int | None
    details: int = 0
    sum_fen: int | None = 0
    held: _Element | None = None
    repeats: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Notifications:
    reader: IsoReader
    account: str | None = None
    notification: str | None = None
    entry: _Entry | None = None
    repeats: Counter[str] = field(default_factory=Counter)

    def answers(self, events: Iterator[tuple[str, _Element]]) -> Iterator[Answer]:
        """The statements of all notifications of the message, entry by entry, detail by detail."""
        for event, element in events:
            if self._is(element, "TxDtls", _DETAILS):
                yield from self._detail(event, element)
            elif event != "end":
                continue
            elif self._is(element, "Ntry", _NOTIFICATION):
                yield from self._close(element)
                forget(element)
            elif self._is(element, "Acct", _NOTIFICATION):
                # Id stands before Acct, and both are freed with the first entry.
                self.account = self.reader.account(ancestor(element, 1), "Acct")
                self.notification = self.reader.text(ancestor(element, 1), "Id")
            elif self._is(element, "Ntfctn", _ROOT):
                self.account = self.notification = None
                forget(element)

    def _is(self, element: _Element, tag: str, parents: tuple[str, ...]) -> bool:
        return element.tag.endswith("}" + tag) and self.reader.is_own(element, *parents)

    def _detail(self, event: str, element: _Element) -> Iterator[Answer]:
        if event == "start":
            # The entry's own fields stand before its details: at the first of them they are complete.
            if self.entry is None:
                self.entry = self._open(ancestor(element, 2))
            yield from self._release_held(self.entry, None)
            return
        entry = self.entry
        assert entry is not None, "a detail's start event has opened its entry"
        entry.details += 1
        fen = self._detail_fen(entry, element)
        if fen is None and entry.details == 1:
            entry.held = element
            return
        yield self._answer(entry, element, fen)
        forget(element)

    def _release_held(self, entry: _Entry, fen: int | None) -> Iterator[Answer]:
        """Tell the detail that came first and without an amount, now that it is known whether it is the only one."""
        if entry.held is not None:
            yield self._answer(entry, entry.held, fen)
            entry.held = None

    def _close(self, element: _Element) -> Iterator[Answer]:
        entry = self.entry or self._open(element)
        self.entry = None
        if entry.details == 0:
            yield self._answer(entry, element, entry.fen)
        elif entry.held is not None:
            batch_of = self.reader.text(element, "NtryDtls/Btch/NbOfTxs") or "1"
            yield from self._release_held(entry, entry.fen if batch_of == "1" else None)
        elif entry.sum_fen not in (None, entry.fen) and not entry.charges:
            raise self.reader.source.error(
                f"分录金额 {fen_to_text(entry.fen)} 与明细合计不符，请向银行核实后重新索取",
                f"the entry is {fen_to_text(entry.fen)}, which its details do not sum to; "
                "ask the bank for a corrected file",
                line=entry.line,
                field="Ntry/Amt",
            )

    def _open(self, element: _Element) -> _Entry:
        read = self.reader
        fen, currency = read.amount(element, "Amt")
        if fen is None or currency is None:
            read.required(element, "Amt")
            raise AssertionError("a missing Amt has been refused")
        status = read.text(element, "Sts/Cd") or read.text(element, "Sts/Prtry") or read.required(element, "Sts")
        booked_on = read.day(element, "BookgDt")
        if status == "BOOK" and booked_on is None:
            read.required(element, "BookgDt")
        return _Entry(
            fen=fen,
            currency=currency,
            direction=self._direction(element, "CdtDbtInd"),
            bank_status=status,
            reversal=read.text(element, "RvslInd") in ("true", "1"),
            booked_on=booked_on if status == "BOOK" else None,
            reference=read.text(element, "AcctSvcrRef"),
            number=read.text(element, "NtryRef"),
            charges=read.find(element, "Chrgs") is not None,
            line=line_of(element),
        )

    def _direction(self, element: _Element, path: str) -> Direction:
        word = self.reader.required(element, path)
        if word not in _DIRECTIONS:
            raise self.reader.source.error(
                f"CdtDbtInd 应为 DBIT 或 CRDT，现为“{word}”，请向银行重新索取",
                f"CdtDbtInd must be DBIT or CRDT, got {word!r}; ask the bank for the file again",
                line=line_of(element),
                field=path,
            )
        return _DIRECTIONS[word]

    def _detail_fen(self, entry: _Entry, element: _Element) -> int | None:
        """The detail's own amount in the entry's currency, also added to the entry's sum; None when it has none."""
        for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
            fen, currency = self.reader.amount(element, path)
            if fen is not None and currency == entry.currency:
                if entry.sum_fen is not None:
                    entry.sum_fen += fen if self._detail_direction(entry, element) == entry.direction else -fen
                entry.charges = entry.charges or self.reader.find(element, "Chrgs") is not None
                return fen
        entry.sum_fen = None
        return None

    def _detail_direction(self, entry: _Entry, element: _Element) -> Direction:
        has_own = self.reader.text(element, "CdtDbtInd") is not None
        return self._direction(element, "CdtDbtInd") if has_own else entry.direction

    def _answer(self, entry: _Entry, element: _Element, fen: int | None) -> Answer:
        read = self.reader
        own = entry.details > 0
        direction = self._detail_direction(entry, element) if own else entry.direction
        returned = own and read.find(element, "RtrInf") is not None
        status, code = _meaning(entry, direction, returned, fen)
        reason_code, reason_text = read.reason(element, "RtrInf") if returned else (None, None)
        batch = read.find(element, "NtryDtls/Btch") if not own else None
        end_to_end_id = read.text(element, "Refs/EndToEndId") if own else None
        reference = (read.text(element, "Refs/AcctSvcrRef") if own else None) or entry.reference
        level: Level = "payment_info" if batch is not None else "transaction"
        return Answer(
            end_to_end_id=None if end_to_end_id == "NOTPROVIDED" else end_to_end_id,
            status=status,
            amount_fen=fen,
            currency=entry.currency,
            bank_reference=reference,
            booked_on=entry.booked_on,
            reason_code=code or reason_code,
            reason_text=reason_text,
            level=level,
            account=self.account,
            entry=self._key(entry, element, (reference, end_to_end_id, direction, returned, fen)),
            direction=direction,
            bank_status=entry.bank_status,
            original_message_id=read.text(element, "Refs/MsgId" if own else "NtryDtls/Btch/MsgId"),
            payment_info_id=read.text(element, "Refs/PmtInfId" if own else "NtryDtls/Btch/PmtInfId"),
            payee_account=read.account(element, "RltdPties/CdtrAcct") if direction == "debit" else None,
            line=line_of(element) or entry.line,
        )

    def _key(self, entry: _Entry, element: _Element, parts: tuple[object, ...]) -> str:
        """The identity of a booked entry: by what the bank says of it, not by the file or the place in it.

        Statements that are equal in everything are told apart by counting them, within the entry where the bank gave
        a reference and within the file where it gave none: two equal payments stay two, and the same two in another
        file are the same two. Only an entry with neither the bank's reference nor an end-to-end id is bound to
        its notification, for dropping unknown money as a repetition would be worse than asking about it twice.
        """
        reference, end_to_end_id = parts[:2]
        bound = (self.notification, entry.number) if reference is None and end_to_end_id is None else ()
        more = tuple(self.reader.text(element, f"Refs/{tag}") for tag in ("TxId", "InstrId", "PmtInfId", "ClrSysRef"))
        base = entry_key(
            "camt.054",
            *(self.account, entry.bank_status, entry.reversal, entry.booked_on, entry.fen),
            *parts,
            *more,
            *bound,
        )
        repeats = self.repeats if reference is None else entry.repeats
        repeats[base] += 1
        return base if repeats[base] == 1 else f"{base}#{repeats[base]}"


def _meaning(entry: _Entry, direction: Direction, returned: bool, fen: int | None) -> tuple[Status, str | None]:
    """What an entry means, and why where it means nothing yet."""
    if entry.bank_status != "BOOK":
        return "pending", "NOT-BOOKED"
    if entry.reversal:
        return "pending", "REVERSAL"
    if fen is None:
        return "pending", "NO-AMOUNT"
    if direction == "debit":
        return ("pending", "RETURN-DEBIT") if returned else ("settled", None)
    return ("returned", None) if returned else ("pending", "CREDIT")


def read_camt054(reader: IsoReader, events: Iterator[tuple[str, _Element]]) -> AnswerFile:
    """The notification's head, and its entries as a stream. Raises BankFileError when it has no head."""
    for event, element in events:
        if event == "end" and element.tag.endswith("}GrpHdr") and reader.is_own(element, *_ROOT):
            return AnswerFile(
                format=reader.namespace.rsplit(":", 1)[-1],
                message_id=reader.required(element, "MsgId"),
                original_message_id=None,
                created_at=reader.instant(element, "CreDtTm"),
                answers=_Notifications(reader).answers(events),
            )
    raise reader.source.error(
        "缺少 GrpHdr，不是完整的 camt.054 通知，请向银行重新索取",
        "GrpHdr is missing, this is no complete camt.054; ask the bank for the file again",
    )
