"""Reader of account statements (camt.053) and debit and credit notifications (camt.054), .02 and .08 to .14.

Both carry the same entries; a statement carries balances too, and its opening balance plus its booked entries must
give its closing balance, else the file is refused: a line is missing or was changed. Where the bank sends totals
(TxsSummry) they must hold as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.etree import _Element

from subsidy.bankfiles.camt_balance import Balances, Totals, continued
from subsidy.bankfiles.camt_entry import Entry, EntryReader
from subsidy.bankfiles.iso_read import IsoReader
from subsidy.bankfiles.lxml_stream import ancestor
from subsidy.bankfiles.model import Answer, AnswerFile, Statement
from subsidy.bankfiles.source import forget

VERSIONS = ("02", "08", "09", "10", "11", "12", "13", "14")
TAGS = (
    *("Document", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "GrpHdr", "Stmt", "Ntfctn"),
    *("StmtPgntn", "Acct", "Bal", "TxsSummry", "Ntry", "TxDtls"),
)


@dataclass(slots=True)
class _Account:
    """One statement or notification while it is read."""

    entries: EntryReader
    balances: Balances
    totals: Totals


@dataclass(slots=True)
class _Message:
    """A message while it is walked; ``body`` and ``block`` name its elements, for statements ``has_balances``."""

    reader: IsoReader
    body: str
    block: str
    has_balances: bool
    statements: list[Statement]
    pagination: _Element | None = None
    here: _Account | None = None
    entry: Entry | None = None
    repeats: Counter[str] = field(default_factory=Counter)

    def answers(self, events: Iterator[tuple[str, _Element]]) -> Iterator[Answer]:
        """The statements of all accounts of the message, entry by entry, detail by detail."""
        root = ("Document", self.body)
        inside = (*root, self.block)
        for event, element in events:
            if self._is(element, "TxDtls", (*inside, "Ntry", "NtryDtls")):
                yield from self._detail(event, element)
            elif event != "end":
                continue
            elif self._is(element, "Ntry", inside):
                yield from self._close(element)
                forget(element)
            elif self._is(element, "Acct", inside):
                self.here = self._begin(ancestor(element, 1))
            elif self._is(element, "Bal", inside):
                self._account(element).balances.take(element)
            elif self._is(element, "TxsSummry", inside):
                self._account(element).totals.take(element)
            elif self._is(element, self.block, root):
                self._end(element)
                forget(element)

    def _is(self, element: _Element, tag: str, parents: tuple[str, ...]) -> bool:
        return element.tag.endswith("}" + tag) and self.reader.is_own(element, *parents)

    def _account(self, element: _Element) -> _Account:
        """The account that the element belongs to. Raises BankFileError when none was named before it."""
        if self.here is None:
            self.reader.required(ancestor(element, 1), "Acct")
            raise AssertionError("a missing Acct has been refused")
        return self.here

    def _begin(self, block: _Element) -> _Account:
        # Id and page stand before Acct, and all of them are freed with the first entry.
        read = self.reader
        account, name = read.account(block, "Acct"), read.text(block, "Id")
        if self.has_balances and account is None:
            read.required(block, "Acct/Id/Othr/Id")
        balances = Balances(read, block, self.pagination)
        return _Account(
            EntryReader(read, account, name, self.repeats),
            balances,
            Totals(read, read.text(block, "Acct/Ccy")),
        )

    def _detail(self, event: str, element: _Element) -> Iterator[Answer]:
        account = self._account(ancestor(element, 2))
        if event == "start":
            # The entry's own fields stand before its details: at the first of them they are complete.
            if self.entry is None:
                self.entry = account.entries.opened(ancestor(element, 2))
            yield from account.entries.release_held(self.entry, None)
            return
        entry = self.entry
        assert entry is not None, "a detail's start event has opened its entry"
        yield from account.entries.detail(entry, element)
        if entry.held is None:
            forget(element)

    def _close(self, element: _Element) -> Iterator[Answer]:
        account = self._account(element)
        entry = self.entry or account.entries.opened(element)
        self.entry = None
        account.totals.add(entry)
        yield from account.entries.closed(entry, element)

    def _end(self, block: _Element) -> None:
        if self.has_balances and self.here is None:
            self.reader.required(block, "Acct")
        account, self.here = self.here, None
        if account is None:
            return
        account.totals.verify()
        if self.has_balances:
            statement = account.balances.closed(account.entries.account or "", account.totals)
            continued(self.reader, self.statements, statement)
            self.statements.append(statement)


def read_camt053(reader: IsoReader, events: Iterator[tuple[str, _Element]]) -> AnswerFile:
    """An account statement. Raises BankFileError when it has no head."""
    return _read(reader, events, "BkToCstmrStmt", "Stmt")


def read_camt054(reader: IsoReader, events: Iterator[tuple[str, _Element]]) -> AnswerFile:
    """A notification. Raises BankFileError when it has no head."""
    return _read(reader, events, "BkToCstmrDbtCdtNtfctn", "Ntfctn")


def _read(reader: IsoReader, events: Iterator[tuple[str, _Element]], body: str, block: str) -> AnswerFile:
    """The message's head, and its entries as a stream."""
    statements: list[Statement] = []
    message = _Message(reader, body, block, block == "Stmt", statements)
    for event, element in events:
        if event == "end" and element.tag.endswith("}GrpHdr") and reader.is_own(element, "Document", body):
            message.pagination = reader.find(element, "MsgPgntn")
            return AnswerFile(
                format=reader.namespace.rsplit(":", 1)[-1],
                message_id=reader.required(element, "MsgId"),
                original_message_id=None,
                created_at=reader.instant(element, "CreDtTm"),
                answers=message.answers(events),
                statements=statements,
            )
    raise reader.source.error(
        "缺少 GrpHdr，不是完整的 camt 报文，请向银行重新索取",
        "GrpHdr is missing, this is no complete camt message; ask the bank for the file again",
    )
