"""The figures of budget lines as pages show them: sums over lines, the parts of a bar, what opens behind each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from subsidy.ledger.enums import BudgetAccount
from subsidy.ledger.models import BudgetLine
from subsidy.web import formats
from subsidy.web.components import Text

FIGURES = tuple(BudgetAccount)
# The parts of a bar in the order in which money walks, lightest where it is still free; what left the year is paler.
PARTS: tuple[tuple[BudgetAccount, str], ...] = (
    (BudgetAccount.AVAILABLE, "0.12"),
    (BudgetAccount.COMMITTED, "0.3"),
    (BudgetAccount.OBLIGATED, "0.5"),
    (BudgetAccount.IN_FLIGHT, "0.75"),
    (BudgetAccount.SPENT, "1"),
    (BudgetAccount.LAPSED, "0.05"),
    (BudgetAccount.CARRIED_OUT, "0.05"),
)
BAR_WIDTH = 960

Sums = dict[BudgetAccount, int]


@dataclass(frozen=True)
class Part:
    """One account: its part of the bar in pixels."""

    label: Text
    fen: int
    x: int
    width: int
    opacity: str


@dataclass(frozen=True)
class Figure:
    label: Text
    fen: int
    url: str = ""


@dataclass(frozen=True)
class Row:
    """A row of the tree: a line, or a group of lines with its sums (`level` 0)."""

    name: Text
    level: int
    figures: Sequence[Figure]
    url: str = ""
    note: Text = ""
    line: BudgetLine | None = None


def sums_of(lines: Iterable[BudgetLine]) -> Sums:
    found: Sums = dict.fromkeys(FIGURES, 0)
    for line in lines:
        for account in FIGURES:
            found[account] += getattr(line, account.value)
    return found


def bar_of(sums: Sums) -> list[Part]:
    """The accounts as parts of one bar whose whole is what was appropriated."""
    parts, before, whole = [], 0, sums[BudgetAccount.APPROPRIATED] or 1
    for account, opacity in PARTS:
        fen = sums[account]
        start = before * BAR_WIDTH // whole
        before += fen
        end = before * BAR_WIDTH // whole
        # Something is never drawn as nothing.
        parts.append(Part(account.label, fen, start, max(end - start, 1) if fen else 0, opacity))
    return parts


def figures_of(sums: Sums, url: Callable[[BudgetAccount], str] = lambda _account: "") -> list[Figure]:
    return [Figure(account.label, sums[account], url(account)) for account in FIGURES]


def line_row(line: BudgetLine) -> Row:
    def entries(account: BudgetAccount) -> str:
        return reverse("console:finance_entries", args=[line.pk, account.value])

    return Row(
        name=f"{formats.pick(line.name_zh, line.name_en)} ({line.code})",
        level=1,
        figures=figures_of(sums_of([line]), entries),
        url=reverse("console:finance_entries_all", args=[line.pk]),
        note=line.get_source_display(),
        line=line,
    )


def line_name(line: Any) -> str:
    return f"{line.year} {formats.pick(line.name_zh, line.name_en)} ({line.code})"
