"""Items in suspense while a file is read: those that are open, those that it opens, and what of them it explains."""

from __future__ import annotations

from collections.abc import Iterable

from subsidy.bankfiles import Answer as BankAnswer
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.posting import Posting
from subsidy.payouts.answers import Effect
from subsidy.payouts.enums import Movement, Resolution
from subsidy.payouts.models import Answer, SuspenseItem
from workflows.common.turn import Turn


class Suspense:
    """The open items of the bureau, locked, and what one reading does to them."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        found = SuspenseItem.objects.select_for_update(no_key=True, of=("self",)).select_related("answer")
        self.items = list(found.filter(authority_id=turn.authority_id, resolved_at=None).order_by("pk"))
        self.changed: dict[int, SuspenseItem] = {}

    def keys(self) -> set[str]:
        """The payments that open items name."""
        return {item.end_to_end_id for item in self.items if item.end_to_end_id}

    def of(self, end_to_end_id: str, movement: Movement) -> list[SuspenseItem]:
        """Open items of this kind that name the payment, oldest first."""
        return [
            item
            for item in self.items
            if item.left_fen and item.end_to_end_id == end_to_end_id and item.movement == movement
        ]

    def covers(self, row: Answer, fen: int) -> bool:
        """Whether the movement is a detail of a booking whose sum is in suspense."""
        return self._sum_of(row, fen) is not None

    def _sum_of(self, row: Answer, fen: int) -> SuspenseItem | None:
        if not row.booking or not row.end_to_end_id:
            return None
        is_credit = row.effect in (Effect.RETURNED, Effect.SUSPENSE_IN)
        for item in self.items:
            if (
                item.booking == row.booking
                and not item.end_to_end_id
                and (item.paying_account_id, item.is_credit) == (row.paying_account_id, is_credit)
                and item.left_fen >= fen
            ):
                return item
        return None

    def taken(self, row: Answer, fen: int, named: Resolution) -> None:
        """A detail has said what this part of a sum is."""
        item = self._sum_of(row, fen)
        assert item is not None, "covers() has found the sum"
        self._reduce(item, fen, named)

    def open(self, row: Answer, statement: BankAnswer, fen: int) -> None:
        """Book a movement that nobody knows, and keep it as an item."""
        assert row.paying_account_id is not None and row.booked_on is not None, "booked money has account and day"
        is_credit = row.effect == Effect.SUSPENSE_IN
        kind = LedgerKind.SUSPEND_IN if is_credit else LedgerKind.SUSPEND_OUT
        self.turn.passage.post(
            Posting(
                kind=kind,
                key=f"{kind.value}:{row.entry}:0",
                amount_fen=fen,
                authority_id=self.turn.authority_id,
                subject_kind="batch" if row.line else "authority",
                subject_id=row.line.batch_id if row.line else self.turn.authority_id,
                paying_account_id=row.paying_account_id,
                currency=statement.currency or "CNY",
                memo=row.end_to_end_id,
            )
        )
        self.items.append(
            SuspenseItem(
                authority_id=self.turn.authority_id,
                answer=row,
                paying_account_id=row.paying_account_id,
                movement=row.status,
                is_credit=is_credit,
                amount_fen=fen,
                left_fen=fen,
                end_to_end_id=row.end_to_end_id,
                booking=row.booking,
                other_name=(statement.other_name or "")[:140],
                remittance=(statement.remittance or "")[:200],
                booked_on=row.booked_on,
                opened_at=self.turn.now.at,
            )
        )

    def resolve(self, item: SuspenseItem, named: Resolution) -> None:
        self._reduce(item, item.left_fen, named)

    def _reduce(self, item: SuspenseItem, fen: int, named: Resolution) -> None:
        item.left_fen -= fen
        if item.left_fen == 0:
            item.resolved_at, item.resolution = self.turn.now.at, named
        if not item._state.adding:
            self.changed[item.pk] = item

    def finish(self) -> None:
        """Write the items; the answers that they hang on are written."""
        new = [item for item in self.items if item._state.adding]
        for item in new:
            item.answer = item.answer
        SuspenseItem.objects.bulk_create(new, batch_size=2000)
        write_items(self.changed.values())


def write_items(items: Iterable[SuspenseItem]) -> None:
    """Write what of the items is still unknown, and what they turned out to be."""
    SuspenseItem.objects.bulk_update(list(items), ["left_fen", "resolved_at", "resolution", "proposal"])
