"""What an account statement promises of itself: balances that its entries connect, totals, and its place in a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lxml.etree import _Element

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.camt_entry import Entry, direction_of, signed
from subsidy.bankfiles.iso_read import IsoReader
from subsidy.bankfiles.lxml_stream import line_of
from subsidy.bankfiles.model import TOTAL_FEN_MAX, BankFileError, Statement

_Balance = tuple[int, date | None]


class Totals:
    """Counts and sums of the entries of one account, held against TxsSummry where the bank sends it."""

    def __init__(self, reader: IsoReader, currency: str | None) -> None:
        self._reader = reader
        self.currency = currency
        self.booked = 0
        self.moved_fen = 0
        self._entries = {"TtlNtries": 0, "TtlCdtNtries": 0, "TtlDbtNtries": 0}
        self._fen = dict(self._entries)
        self._promised: list[tuple[str, str, int, int | None]] = []

    def take(self, element: _Element) -> None:
        """Remember what TxsSummry promises; it stands before the entries."""
        read = self._reader
        for block in self._entries:
            count = read.count(element, f"{block}/NbOfNtries")
            if count is not None:
                self._promised.append((block, "NbOfNtries", count, line_of(element)))
            total = read.whole(element, f"{block}/Sum", self.currency or "CNY") if self.currency else None
            if total is not None:
                self._promised.append((block, "Sum", total, line_of(element)))

    def add(self, entry: Entry) -> None:
        """Count one entry. Raises BankFileError when it is in another currency than the account."""
        self.currency = self.currency or entry.currency
        if entry.currency != self.currency:
            raise self._reader.source.error(
                f"分录币种 {entry.currency} 与账户币种 {self.currency} 不同，请向银行核实后重新索取",
                f"the entry is in {entry.currency}, the account in {self.currency}; ask the bank for a corrected file",
                line=entry.line,
                field="Ntry/Amt",
            )
        own = "TtlCdtNtries" if entry.direction == "credit" else "TtlDbtNtries"
        for block in ("TtlNtries", own):
            self._entries[block] += 1
            self._fen[block] += entry.fen
        if entry.bank_status == "BOOK":
            self.booked += 1
            self.moved_fen += entry.moved_fen

    def verify(self) -> None:
        """Raises BankFileError when counts or sums differ from what was promised."""
        for block, what, promised, line in self._promised:
            came = (self._entries if what == "NbOfNtries" else self._fen)[block]
            if came != promised:
                raise self._reader.source.error(
                    f"{block}/{what} 写 {promised}，实际 {came}，文件可能不完整，请向银行重新索取",
                    f"{block}/{what} promises {promised}, {came} came; the file may be incomplete: "
                    "ask the bank for it again",
                    line=line,
                    field=f"TxsSummry/{block}/{what}",
                )


class Balances:
    """The balances of one statement; an opening one may be written as the closing one of the day before."""

    def __init__(self, reader: IsoReader, block: _Element, message_pages: _Element | None) -> None:
        self._reader = reader
        self._line = line_of(block)
        self._name = reader.required(block, "Id")
        self._sequence = reader.count(block, "ElctrncSeqNb")
        pages = reader.find(block, "StmtPgntn")
        pages = pages if pages is not None else message_pages
        self._page = 1 if pages is None else (reader.count(pages, "PgNb") or 1)
        self._last = pages is None or reader.text(pages, "LastPgInd") in ("true", "1")
        self._found: dict[str, list[_Balance]] = {}
        self._currency = reader.text(block, "Acct/Ccy")

    def take(self, element: _Element) -> None:
        """Remember one balance. Raises BankFileError when it is in another currency than the account."""
        read = self._reader
        kind = read.text(element, "Tp/CdOrPrtry/Cd") or ""
        fen, currency = read.amount(element, "Amt", most=TOTAL_FEN_MAX)
        if fen is None:
            read.required(element, "Amt")
        self._currency = self._currency or currency
        if currency != self._currency:
            raise self._error(
                f"余额币种 {currency} 与账户币种 {self._currency} 不同",
                f"a balance is in {currency}, the account in {self._currency}",
                "Bal/Amt",
            )
        balance = (signed(fen or 0, direction_of(read, element)), read.day(element, "Dt"))
        self._found.setdefault(kind, []).append(balance)

    def closed(self, account: str, totals: Totals) -> Statement:
        """The statement, now that all entries are read. Raises BankFileError when its balances do not connect."""
        opening, closing = self._opening(), self._closing()
        currency = self._currency or ""
        if totals.booked and totals.currency != currency:
            raise self._error(
                f"分录币种 {totals.currency} 与账户币种 {currency} 不同",
                f"the entries are in {totals.currency}, the account in {currency}",
                "Ntry/Amt",
            )
        expected = opening[0] + totals.moved_fen
        if expected != closing[0]:
            opened, moved, should, stated = (
                _text(fen, currency) for fen in (opening[0], totals.moved_fen, expected, closing[0])
            )
            raise self._error(
                f"期初余额 {opened} 加发生额 {moved} 等于 {should}，期末余额却写 {stated}",
                f"opening {opened} and entries {moved} make {should}, the closing balance says {stated}",
                "Bal/Amt",
            )
        return Statement(
            id=self._name,
            account=account,
            currency=currency,
            sequence=self._sequence,
            page=self._page,
            complete=self._page == 1 and self._last,
            opening_fen=opening[0],
            opening_on=opening[1],
            closing_fen=closing[0],
            closing_on=closing[1],
            entries=totals.booked,
            moved_fen=totals.moved_fen,
        )

    def _opening(self) -> _Balance:
        interim = self._found.get("ITBD", []) if self._page > 1 else []
        return self._first("OPBD", [*self._found.get("OPBD", []), *self._found.get("PRCD", []), *interim[:1]])

    def _closing(self) -> _Balance:
        interim = self._found.get("ITBD", []) if not self._last else []
        return self._first("CLBD", [*self._found.get("CLBD", []), *interim[-1:]])

    def _first(self, kind: str, found: Sequence[_Balance]) -> _Balance:
        if not found:
            raise self._error(f"缺少 {kind} 余额", f"the balance {kind} is missing", "Bal/Tp")
        return found[0]

    def _error(self, zh: str, en: str, path: str) -> BankFileError:
        return self._reader.source.error(
            f"对账单 {self._name}：{zh}，请向银行核实后重新索取",
            f"statement {self._name}: {en}; ask the bank for a corrected file",
            line=self._line,
            field=path,
        )


def _text(fen: int, currency: str) -> str:
    return ("-" if fen < 0 else "") + fen_to_text(abs(fen), currency)


def continued(reader: IsoReader, before: Sequence[Statement], now: Statement) -> None:
    """A statement of the same account follows on from the one before it in the file.

    Raises BankFileError when its number does not ascend, or when it is the next one and opens with another balance. A
    gap between the numbers is the importer's to list: the missing statement may stand in another file.
    """
    same = [one for one in before if (one.account, one.currency) == (now.account, now.currency)]
    if not same or same[-1].sequence is None or now.sequence is None:
        return
    last = same[-1]
    place = (last.sequence, last.page)
    if (now.sequence, now.page) <= place:
        raise reader.source.error(
            f"对账单序号 {now.sequence} 排在 {last.sequence} 之后，顺序有误，请向银行重新索取",
            f"the statement number {now.sequence} stands behind {last.sequence}, out of order; "
            "ask the bank for the file again",
            field="ElctrncSeqNb",
        )
    follows = now.sequence == (last.sequence or 0) + 1 or (now.sequence, now.page) == (last.sequence, last.page + 1)
    if follows and now.opening_fen != last.closing_fen:
        opens, closed = _text(now.opening_fen, now.currency), _text(last.closing_fen, last.currency)
        raise reader.source.error(
            f"对账单 {now.id} 期初余额 {opens} 与上一份期末余额 {closed} 不符，请向银行核实后重新索取",
            f"statement {now.id} opens with {opens}, the one before closed with {closed}; "
            "ask the bank for corrected files",
            field="Bal/Amt",
        )
