"""Reading one booked entry of ISO 20022 cash management (camt.053, camt.054) into answers.

What settles is a booked debit (Sts BOOK, CdtDbtInd DBIT); what comes back is a booked credit with RtrInf. Any other
booked money is ``received`` or ``taken``, so that the answers of an entry always move what the entry moved. What is
not booked (PDNG, INFO, FUTR, an unknown status) is ``pending`` with ``NOT-BOOKED``, an entry of nothing ``ZERO``.
Details of a batch booking without amounts of their own are ``pending`` with ``NO-AMOUNT``; what they leave of the
entry is told once more as a whole, without an end_to_end_id: the importer books it to suspense.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from lxml.etree import _Element

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.iso_read import IsoReader, entry_key
from subsidy.bankfiles.lxml_stream import line_of
from subsidy.bankfiles.model import MOVING, Answer, Direction, Level, Status

DIRECTIONS: dict[str, Direction] = {"DBIT": "debit", "CRDT": "credit"}
#: Sub-families of ISO external code list BankTransactionSubFamily1Code that are the bank's own earning or payment.
_CHARGES = frozenset({"CHRG", "COMM", "FEES"})
_INTEREST = "INTR"


@dataclass(slots=True)
class Entry:
    """The fields of an entry that its details share, and what the details read so far add up to."""

    fen: int
    currency: str
    direction: Direction
    bank_status: str
    reversal: bool
    booked_on: date | None
    reference: str | None
    number: str | None
    code: str | None
    charges: bool
    line: int | None
    details: int = 0
    known_fen: int = 0
    amounts_missing: bool = False
    held: _Element | None = None
    repeats: Counter[str] = field(default_factory=Counter)

    @property
    def moved_fen(self) -> int:
        """What the entry changed the balance by; nothing when it is not booked."""
        return signed(self.fen, self.direction) if self.bank_status == "BOOK" else 0


def signed(fen: int, direction: Direction) -> int:
    """Money in above zero, money out below."""
    return fen if direction == "credit" else -fen


@dataclass(slots=True)
class EntryReader:
    """Reads the entries of one account's statement or notification, one after another."""

    reader: IsoReader
    account: str | None
    statement: str | None
    repeats: Counter[str]

    def opened(self, element: _Element) -> Entry:
        """The entry's own fields; they stand before its details."""
        read = self.reader
        fen, currency = read.amount(element, "Amt")
        if fen is None or currency is None:
            read.required(element, "Amt")
            raise AssertionError("a missing Amt has been refused")
        status = read.text(element, "Sts/Cd") or read.text(element, "Sts/Prtry") or read.required(element, "Sts")
        booked_on = read.day(element, "BookgDt")
        if status == "BOOK" and booked_on is None:
            read.required(element, "BookgDt")
        return Entry(
            fen=fen,
            currency=currency,
            direction=direction_of(read, element),
            bank_status=status,
            reversal=read.text(element, "RvslInd") in ("true", "1"),
            booked_on=booked_on if status == "BOOK" else None,
            reference=read.text(element, "AcctSvcrRef"),
            number=read.text(element, "NtryRef"),
            code=self._code(element),
            charges=read.find(element, "Chrgs") is not None,
            line=line_of(element),
        )

    def _code(self, element: _Element) -> str | None:
        """The class of a booking: domain/family/sub-family, or the bank's own code."""
        read = self.reader
        found = read.find(element, "BkTxCd")
        if found is None:
            return None
        words = [read.text(found, path) for path in ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd")]
        return "/".join(word for word in words if word) or read.text(found, "Prtry/Cd")

    def detail(self, entry: Entry, element: _Element) -> Iterator[Answer]:
        """The statement of a detail; the first one without an amount waits until it is known to be the only one."""
        entry.details += 1
        fen = self._detail_fen(entry, element)
        if fen is None and entry.details == 1:
            entry.held = element
            return
        yield self._of_detail(entry, element, fen)

    def release_held(self, entry: Entry, fen: int | None) -> Iterator[Answer]:
        """Tell the detail that came first and without an amount."""
        if entry.held is not None:
            yield self._of_detail(entry, entry.held, fen)
            entry.held = None

    def closed(self, entry: Entry, element: _Element) -> Iterator[Answer]:
        """What is left to tell at the end of the entry: all of it, its only detail, or the rest of its sum."""
        if entry.details == 0:
            yield self._of_entry(entry, element, entry.fen, entry.direction)
            return
        if entry.held is not None:
            alone = (self.reader.text(element, "NtryDtls/Btch/NbOfTxs") or "1") == "1"
            yield from self.release_held(entry, entry.fen if alone else None)
            if alone:
                return
        rest = signed(entry.fen, entry.direction) - entry.known_fen
        if rest and entry.bank_status == "BOOK":
            yield self._rest(entry, element, rest)

    def _rest(self, entry: Entry, element: _Element, rest: int) -> Answer:
        direction: Direction = "credit" if rest > 0 else "debit"
        if entry.amounts_missing and direction == entry.direction:
            return self._of_entry(entry, element, abs(rest), direction)
        if entry.charges and not entry.amounts_missing:
            return self._of_entry(entry, element, abs(rest), direction, charge=True)
        raise self.reader.source.error(
            f"分录金额 {fen_to_text(entry.fen, entry.currency)} 与明细合计不符，请向银行核实后重新索取",
            f"the entry is {fen_to_text(entry.fen, entry.currency)}, which its details do not sum to; "
            "ask the bank for a corrected file",
            line=entry.line,
            field="Ntry/Amt",
        )

    def _detail_fen(self, entry: Entry, element: _Element) -> int | None:
        """The detail's own amount in the entry's currency, also added to the entry's sum; None when it has none."""
        for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
            fen, currency = self.reader.amount(element, path)
            if fen is not None and currency == entry.currency:
                entry.known_fen += signed(fen, self._detail_direction(entry, element))
                entry.charges = entry.charges or self.reader.find(element, "Chrgs") is not None
                return fen
        entry.amounts_missing = True
        return None

    def _detail_direction(self, entry: Entry, element: _Element) -> Direction:
        has_own = self.reader.text(element, "CdtDbtInd") is not None
        return direction_of(self.reader, element) if has_own else entry.direction

    def _of_detail(self, entry: Entry, element: _Element, fen: int | None) -> Answer:
        read = self.reader
        direction = self._detail_direction(entry, element)
        returned = read.find(element, "RtrInf") is not None
        booking_code = self._code(element) or entry.code
        status, code = _meaning(entry, direction, returned, fen, booking_code)
        reason_code, reason_text = read.reason(element, "RtrInf") if returned else (None, None)
        refs = read.find(element, "Refs")
        end_to_end_id, own_reference, message, block = (
            None if refs is None else read.text(refs, tag)
            for tag in ("EndToEndId", "AcctSvcrRef", "MsgId", "PmtInfId")
        )
        reference = own_reference or entry.reference
        name, account = self._other_side(element, direction, returned)
        return Answer(
            end_to_end_id=None if end_to_end_id == "NOTPROVIDED" else end_to_end_id,
            status=status,
            amount_fen=fen,
            currency=entry.currency,
            bank_reference=reference,
            booked_on=entry.booked_on if status in MOVING else None,
            reason_code=code or reason_code,
            reason_text=reason_text,
            level="transaction",
            account=self.account,
            entry=self._key(entry, element, (reference, end_to_end_id, direction, returned, fen)),
            direction=direction,
            bank_status=entry.bank_status,
            original_message_id=message,
            payment_info_id=block,
            payee_account=account,
            line=line_of(element) or entry.line,
            booking=entry.reference,
            statement=self.statement,
            booking_code=booking_code,
            other_name=name,
            remittance=read.texts(element, "RmtInf/Ustrd") or read.text(element, "AddtlTxInf"),
        )

    def _of_entry(
        self, entry: Entry, element: _Element, fen: int, direction: Direction, *, charge: bool = False
    ) -> Answer:
        """The entry as one statement, or what its details leave of it (``fen``), or the charges within it."""
        read = self.reader
        status, code = _meaning(entry, direction, False, fen, "CHRG" if charge else entry.code)
        level: Level = "payment_info" if read.find(element, "NtryDtls/Btch") is not None else "transaction"
        if entry.details and not charge:
            level = "payment_info"
        return Answer(
            end_to_end_id=None,
            status=status,
            amount_fen=fen,
            currency=entry.currency,
            bank_reference=entry.reference,
            booked_on=entry.booked_on if status in MOVING else None,
            reason_code=code,
            reason_text=None,
            level=level,
            account=self.account,
            entry=self._key(entry, element, (entry.reference, None, direction, charge or bool(entry.details), fen)),
            direction=direction,
            bank_status=entry.bank_status,
            original_message_id=read.text(element, "NtryDtls/Btch/MsgId"),
            payment_info_id=read.text(element, "NtryDtls/Btch/PmtInfId"),
            line=entry.line,
            booking=entry.reference,
            statement=self.statement,
            booking_code=entry.code,
            remittance=read.text(element, "AddtlNtryInf"),
        )

    def _other_side(self, element: _Element, direction: Direction, returned: bool) -> tuple[str | None, str | None]:
        """Name and account of the party that money went to or came from; a return keeps the roles of the payment."""
        read = self.reader
        parties = read.find(element, "RltdPties")
        if parties is None:
            return None, None
        role = "Cdtr" if direction == "debit" or returned else "Dbtr"
        name = read.text(parties, f"{role}/Pty/Nm") or read.text(parties, f"{role}/Nm")
        return name, read.account(parties, f"{role}Acct")

    def _key(self, entry: Entry, element: _Element, parts: tuple[object, ...]) -> str:
        """The identity of a booked entry: by what the bank says of it, not by the file or the place in it.

        Statements that are equal in everything are told apart by counting them, within the entry where the bank gave
        a reference and within the file where it gave none: two equal payments stay two, and the same two in another
        file are the same two. Only an entry with neither the bank's reference nor an end-to-end id is bound to
        its statement, for dropping unknown money as a repetition would be worse than asking about it twice.
        """
        reference, end_to_end_id = parts[:2]
        bound = (self.statement, entry.number) if reference is None and end_to_end_id is None else ()
        refs = self.reader.find(element, "Refs")
        more = tuple(
            None if refs is None else self.reader.text(refs, tag)
            for tag in ("TxId", "InstrId", "PmtInfId", "ClrSysRef")
        )
        base = entry_key(
            "camt",
            *(self.account, entry.bank_status, entry.reversal, entry.booked_on, entry.fen),
            *parts,
            *more,
            *bound,
        )
        repeats = self.repeats if reference is None else entry.repeats
        repeats[base] += 1
        return base if repeats[base] == 1 else f"{base}#{repeats[base]}"


def direction_of(reader: IsoReader, element: _Element) -> Direction:
    """Whether the element speaks of a debit or a credit. Raises BankFileError for any other word."""
    word = reader.required(element, "CdtDbtInd")
    if word not in DIRECTIONS:
        raise reader.source.error(
            f"CdtDbtInd 应为 DBIT 或 CRDT，现为“{word}”，请向银行重新索取",
            f"CdtDbtInd must be DBIT or CRDT, got {word!r}; ask the bank for the file again",
            line=line_of(element),
            field="CdtDbtInd",
        )
    return DIRECTIONS[word]


def _meaning(
    entry: Entry, direction: Direction, returned: bool, fen: int | None, booking_code: str | None
) -> tuple[Status, str | None]:
    """What money of an entry means, and why where it neither pays nor returns a payment."""
    if entry.bank_status != "BOOK":
        return "pending", "NOT-BOOKED"
    if fen is None:
        return "pending", "NO-AMOUNT"
    if fen == 0:
        return "pending", "ZERO"
    other: Status = "received" if direction == "credit" else "taken"
    if entry.reversal:
        return other, "REVERSAL"
    if returned:
        return ("returned", None) if direction == "credit" else (other, "RETURN-DEBIT")
    family = (booking_code or "").rpartition("/")[2]
    if family in _CHARGES:
        return other, "CHARGE"
    if family == _INTEREST:
        return other, "INTEREST"
    return ("settled", None) if direction == "debit" else (other, "CREDIT")
