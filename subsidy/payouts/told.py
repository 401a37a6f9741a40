"""Which movements of the bank have been told already, by another kind of file or as part of one booking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from subsidy.bankfiles import Answer as BankAnswer
from subsidy.payouts.answers import Effect
from subsidy.payouts.enums import Movement
from subsidy.payouts.models import Answer, AnswerFile

_Key = tuple[str, str, int | None]


def is_account_statement(format: str) -> bool:
    """Whether a file shows the entries of the account itself; the others report what became of payments."""
    return format.startswith("camt.")


@dataclass
class _Kinds:
    """The movements of one payment, status and amount, as each kind of file tells them, in the order they came."""

    booked: list[Answer] = field(default_factory=list)
    reported: list[Answer] = field(default_factory=list)


class Told:
    """What was told of the payments and bookings that a file speaks of, before it and within it."""

    def __init__(
        self, authority_id: int, fresh: Iterable[BankAnswer], whole: Iterable[BankAnswer], file: AnswerFile
    ) -> None:
        """`fresh` are the statements to be read now, `whole` all that the file holds."""
        fresh = list(fresh)
        self._is_statement = is_account_statement(file.format)
        self._by_key: dict[_Key, _Kinds] = defaultdict(_Kinds)
        ids = {one.end_to_end_id for one in fresh if one.end_to_end_id}
        movements = Answer.objects.filter(authority_id=authority_id, status__in=Movement.values).exclude(
            effect__in=[Effect.ENQUIRE, Effect.UNKNOWN]
        )
        for row in (
            movements.filter(end_to_end_id__in=ids).select_related("file").defer("file__content").order_by("pk")
        ):
            self._remember(row, is_account_statement(row.file.format))
        self._details: dict[tuple[int | None, str], int] = defaultdict(int)
        bookings = {one.booking for one in fresh if one.booking}
        for row in movements.filter(booking__in=bookings).exclude(end_to_end_id=""):
            self._details[(row.paying_account_id, row.booking)] += _signed(row)
        self._here: dict[str, int] = defaultdict(int)
        for one in whole:
            if one.booking and one.end_to_end_id:
                self._here[one.booking] += one.moved_fen

    def _remember(self, row: Answer, is_statement: bool) -> None:
        kinds = self._by_key[(row.end_to_end_id, row.status, row.amount_fen)]
        (kinds.booked if is_statement else kinds.reported).append(row)

    def before(self, row: Answer) -> Answer | None:
        """The same movement as another kind of file told it, if one did and nothing else stands for it yet.

        Two equal debits in account statements are two; one in a statement and one in a result table are one.
        """
        if not row.end_to_end_id:
            return None
        kinds = self._by_key[(row.end_to_end_id, row.status, row.amount_fen)]
        mine, others = (kinds.booked, kinds.reported) if self._is_statement else (kinds.reported, kinds.booked)
        mine.append(row)
        place = len(mine) - 1
        return others[place] if place < len(others) else None

    def new_of(self, statement: BankAnswer, row: Answer) -> int:
        """How much of a movement no detail of its booking has told before (fen); all of it for a payment of its own."""
        amount = row.amount_fen or 0
        key = (row.paying_account_id, row.booking)
        if not row.booking:
            return amount
        if row.end_to_end_id:
            self._details[key] += statement.moved_fen
            return amount
        # Details of this very file are beside the sum; those of other files are within it.
        others = self._details[key] - self._here.get(row.booking, 0)
        within = others if statement.moved_fen > 0 else -others
        return max(amount - max(within, 0), 0)


def _signed(row: Answer) -> int:
    fen = row.amount_fen or 0
    return fen if row.status in (Movement.RETURNED, Movement.RECEIVED) else -fen
