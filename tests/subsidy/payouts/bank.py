"""What the bank does with a released batch, and how its files come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from subsidy.cases.models import Case
from subsidy.demo import bank
from subsidy.demo.bank import Document, Instructions
from subsidy.ledger.models import BudgetLine
from subsidy.payouts.models import Batch
from tests.world import World, days_later


def obligated(
    world: World, count: int, *, line: BudgetLine | None = None, decree: str = "西科〔2024〕8号", **kwargs: Any
) -> list[Case]:
    """Cases of one round, decreed, each with its account confirmed: what a batch may be made of."""
    call = world.call(line=line or world.line())
    cases = [world.ready(call, **kwargs) for _ in range(count)]
    world.decreed(call, decree)
    return [world.accounted(case) for case in cases]


def answered(
    batch: Batch,
    world: World,
    *,
    reject: Mapping[str, str] | None = None,
    pending: frozenset[str] = frozenset(),
    silent: frozenset[str] = frozenset(),
) -> tuple[Document, ...]:
    """The bank's files about a batch: pain.002 then camt.054, or the result CSV."""
    return bank.answer(
        bytes(batch.export_file.content),
        answered_at=days_later(world.now, 1).at,
        booked_on=days_later(world.now, 1).on,
        instructions=Instructions(reject=reject or {}, pending=pending, silent=silent),
    )


def imported(world: World, content: bytes, *, name: str = "answer.xml", who: str = "finance1") -> None:
    world.act(
        "authority",
        world.authority,
        "import_answers",
        who,
        files={"file": SimpleUploadedFile(name, content)},
    )


def ids(batch: Batch) -> list[str]:
    return list(batch.lines.order_by("row").values_list("end_to_end_id", flat=True))
