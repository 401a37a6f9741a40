"""One file of the bank, read statement by statement: what each does to payments, books and suspense.

The same books come of the same files in whatever order and however often they are read. A statement is known by the
bank's own entry; a movement that two kinds of file tell (a result table and an account statement) is one movement; a
booking told as one sum and told in its details is one booking; what fits nothing yet waits in suspense and leaves it
by rule, as soon as a later file says what it is.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from subsidy.audit.canonical import canonical
from subsidy.bankfiles import Answer as BankAnswer
from subsidy.bankfiles import Statement
from subsidy.ledger.models import PayingAccount
from subsidy.payouts.answers import Consequence, Effect, brings_back, consequence, contradicted, pays
from subsidy.payouts.enums import BatchState, Movement, Resolution
from subsidy.payouts.models import Answer, AnswerFile, BankStatement, Batch, BatchLine, StatementEntry
from subsidy.payouts.told import Told
from workflows.common.guard import refuse_clash
from workflows.common.subjects import kind_named
from workflows.common.turn import Turn
from workflows.payout_batch.moving import Bank, Moves, tell_batches
from workflows.payout_batch.suspense import Suspense

EXPORTED = (BatchState.EXPORTED, BatchState.ANSWERED, BatchState.SETTLED)


def identity(statement: BankAnswer) -> str:
    """What makes a statement the same one, wherever it is read again: SHA-256 of the bank's reference and entry."""
    return hashlib.sha256(canonical([statement.bank_reference, statement.entry]).encode()).hexdigest()


class Reading:
    """One import under way: what each statement did, gathered for one write a kind of row."""

    def __init__(self, turn: Turn, file: AnswerFile) -> None:
        self.turn, self.file = turn, file
        self.rows: list[Answer] = []
        self.lines: dict[str, BatchLine] = {}
        self.contradicted: frozenset[str] = frozenset()
        self.moves = Moves(turn)
        self.accounts = {
            one.account_number: one for one in PayingAccount.objects.filter(authority_id=turn.authority_id)
        }

    def take(self, statements: Iterable[BankAnswer]) -> None:
        """Read all statements; those that were read before, in this file or an earlier one, are passed over.

        What an earlier file said in contradiction to itself was not acted on: a file that sets it right is read.
        """
        self.once = {identity(one): one for one in statements}
        seen = set(
            Answer.objects.filter(authority_id=self.turn.authority_id, statement__in=self.once)
            .exclude(effect=Effect.ENQUIRE)
            .values_list("statement", flat=True)
        )
        fresh = [one for key, one in self.once.items() if key not in seen]
        self.contradicted = contradicted(self.once.values())
        self.suspense = Suspense(self.turn)
        self.told = Told(self.turn.authority_id, fresh, self.once.values(), self.file)
        self._load_lines(fresh)
        for statement in fresh:
            for line in self._lines_of(statement):
                self._apply(statement, line)
        for line in self.lines.values():
            self._by_rule(line)

    def _load_lines(self, statements: list[BankAnswer]) -> None:
        """Lock batches first, then their lines, so that two imports never wait for each other crosswise."""
        ids = {one.end_to_end_id for one in statements if one.end_to_end_id} | self.suspense.keys()
        messages = {one.original_message_id for one in statements if one.level != "transaction"}
        # A bank can know only what was exported; whatever else it names is unknown to us both.
        mine = Batch.objects.filter(authority_id=self.turn.authority_id, state__in=EXPORTED)
        named = BatchLine.objects.filter(end_to_end_id__in=ids) | BatchLine.objects.filter(
            batch__number__in=[one for one in messages if one]
        )
        wanted = sorted(set(named.filter(batch__in=mine).order_by().values_list("batch", flat=True)))
        locked = mine.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted).order_by("pk")
        batches = {one.pk: one for one in locked.select_related("paying_account")}
        refuse_clash(kind_named("batch"), wanted, self.turn.actor, self.turn.act, self.turn.lender_id)
        found = named.filter(batch__in=wanted).select_related("case", "instalment")
        for line in found.prefetch_related("shares__budget_line", "offsets").order_by("pk"):
            line.batch = batches[line.batch_id]
            self.lines[line.end_to_end_id] = line

    def _lines_of(self, statement: BankAnswer) -> list[BatchLine | None]:
        """The payment that a statement speaks of; of a whole file or block, every payment of that message."""
        if statement.level == "transaction":
            return [self.lines.get(statement.end_to_end_id or "")]
        whole = self._whole(statement)
        return list(whole) if whole and statement.status == "rejected" else [None]

    def _whole(self, statement: BankAnswer) -> list[BatchLine]:
        """The payments of its file; what was wholly set off stood in none."""
        return [
            line
            for line in self.lines.values()
            if line.batch.number == statement.original_message_id and line.sent_fen
        ]

    def _consequence(
        self, statement: BankAnswer, line: BatchLine | None, account: PayingAccount | None
    ) -> Consequence:
        """What the statement does here: the decision of the payouts room, held back where the file cannot be acted on."""
        if statement.original_message_id in self.contradicted:
            return Consequence(Effect.ENQUIRE)
        foreign = account is not None and statement.currency not in (None, account.currency)
        if statement.status in Movement and (account is None or foreign):
            return Consequence(Effect.UNKNOWN)
        what = consequence(statement, line)
        if what.effect == Effect.UNKNOWN and statement.level != "transaction" and self._whole(statement):
            return Consequence(Effect.NONE)
        return what

    def _apply(self, statement: BankAnswer, line: BatchLine | None) -> None:
        account = self.accounts.get(statement.account or "") or (line.batch.paying_account if line else None)
        what = self._consequence(statement, line, account)
        row = self._row(statement, line, account, what)
        self.rows.append(row)
        if what.effect != Effect.ENQUIRE and account is not None and statement.status in Movement:
            self._movement(statement, line, row)
        elif what.effect == Effect.REFUSED and line is not None:
            self.moves.refuse(line, self._bank(statement, row))
        elif what.effect == Effect.ACCEPTED and line is not None:
            self.moves.accept(line, self._bank(statement, row))

    def _movement(self, statement: BankAnswer, line: BatchLine | None, row: Answer) -> None:
        """Money moved: book it once, as the payment or return that it is, or as unknown."""
        if row.effect == Effect.UNKNOWN:
            return
        before = self.told.before(row)
        if before is not None:
            # Another kind of file has told the same movement.
            row.stands_for, row.effect = before, Effect.NONE
            return
        fen = self.told.new_of(statement, row)
        if fen == 0:
            row.effect = Effect.NONE
            return
        known = not self.suspense.covers(row, fen)
        if line is not None and row.effect in (Effect.SETTLED, Effect.RETURNED):
            bank = self._bank(statement, row, is_known=known)
            move = self.moves.settle if row.effect == Effect.SETTLED else self.moves.give_back
            move(line, bank)
            if not known:
                named = Resolution.SETTLEMENT if row.effect == Effect.SETTLED else Resolution.RETURN
                self.suspense.taken(row, fen, named)
        elif known:
            self.suspense.open(row, statement, fen)
        else:
            row.effect = Effect.NONE
        if known:
            row.bank_fen = fen if statement.moved_fen > 0 else -fen

    def _by_rule(self, line: BatchLine) -> None:
        """What waited in suspense for this payment leaves it, now that the payment is where the movement fits."""
        for movement, fits, move, named in (
            (Movement.SETTLED, pays, self.moves.settle, Resolution.SETTLEMENT),
            (Movement.RETURNED, brings_back, self.moves.give_back, Resolution.RETURN),
        ):
            for item in self.suspense.of(line.end_to_end_id, movement):
                if item.left_fen == item.amount_fen and fits(line, item.amount_fen):
                    move(
                        line,
                        Bank(
                            item.answer.entry,
                            item.paying_account_id,
                            is_known=False,
                            booked_on=item.booked_on,
                            reason_code=item.answer.reason_code,
                            reason_text=item.answer.reason_text,
                        ),
                    )
                    self.suspense.resolve(item, named)
                    break

    def _bank(self, statement: BankAnswer, row: Answer, *, is_known: bool = True) -> Bank:
        return Bank(
            row.entry,
            row.paying_account_id,
            is_known=is_known,
            booked_on=statement.booked_on,
            reason_code=statement.reason_code or "",
            reason_text=statement.reason_text or "",
        )

    def _row(
        self, statement: BankAnswer, line: BatchLine | None, account: PayingAccount | None, what: Consequence
    ) -> Answer:
        entry = f"{identity(statement)}:{line.pk if line and statement.level != 'transaction' else 0}"
        if what.effect == Effect.ENQUIRE:
            entry += f":e{self.file.pk}"
        return Answer(
            authority_id=self.turn.authority_id,
            file=self.file,
            line=line,
            statement=identity(statement),
            entry=entry,
            end_to_end_id=(statement.end_to_end_id or "")[:100],
            status=statement.status,
            amount_fen=statement.amount_fen,
            bank_reference=(statement.bank_reference or "")[:100],
            booked_on=statement.booked_on,
            reason_code=(statement.reason_code or "")[:20],
            reason_text=(statement.reason_text or "")[:200],
            effect=what.effect,
            paying_account=account,
            booking=(statement.booking or "")[:100],
        )

    def keep_statements(self, statements: Sequence[Statement]) -> int:
        """Keep what the bank says between two balances; returns how many were new. One read before is passed over."""
        new = 0
        for one in statements:
            account = self.accounts.get(one.account)
            if account is None:
                continue
            kept, made = BankStatement.objects.get_or_create(
                paying_account=account,
                name=one.id[:100],
                page=one.page,
                opening_fen=one.opening_fen,
                closing_fen=one.closing_fen,
                closing_on=one.closing_on,
                defaults={
                    "authority_id": self.turn.authority_id,
                    "file": self.file,
                    "sequence": one.sequence,
                    "opening_on": one.opening_on,
                    "moved_fen": one.moved_fen,
                },
            )
            new += made
            if made and one.page == 1:
                StatementEntry.objects.bulk_create(self._entries(kept, one), batch_size=5000)
        return new

    def _entries(self, kept: BankStatement, said: Statement) -> Iterator[StatementEntry]:
        for key, one in self.once.items():
            if one.moved_fen and one.statement == said.id and one.account == said.account and one.booked_on:
                yield StatementEntry(
                    bank_statement=kept,
                    statement=key,
                    booking=(one.booking or "")[:100],
                    booked_on=one.booked_on,
                    moved_fen=one.moved_fen,
                )

    def finish(self) -> dict[str, int]:
        """Write lines and statements, let batches and cases know; returns how many statements had which effect."""
        Answer.objects.bulk_create(self.rows, batch_size=2000)
        self.suspense.finish()
        self.moves.finish()
        effects: dict[str, int] = defaultdict(int)
        by_batch: dict[int, dict[str, Any]] = {}
        for row in self.rows:
            effects[row.effect] += 1
            if row.line is not None:
                report = by_batch.setdefault(row.line.batch_id, {"file": self.file.sha256, "effects": {}})
                report["effects"][row.effect] = report["effects"].get(row.effect, 0) + 1
        for line in self.moves.lines.values():
            by_batch.setdefault(line.batch_id, {"file": self.file.sha256, "effects": {}})
        states = {line.batch_id: line.batch.state for line in self.lines.values()}
        tell_batches(self.turn, by_batch, states)
        return dict(effects)
