"""The budget of the demo from year to year: 2022 and 2023 closed, a carry-over into 2024, and one move between lines."""

from __future__ import annotations

import datetime as dt

from subsidy.demo.stage import Stage
from subsidy.ledger.models import BudgetLine

PLANNED = {
    "code": "2060499-GH",
    "name_zh": "科技规划专项资金",
    "name_en": "Funds for science planning",
    "source": "city",
    "programme": "科技规划",
    "function_code": "2060499",
}
PLANNED_FEN, MOVED_FEN = 5_000_000_00, 1_200_000_00


def close_first_year(stage: Stage) -> None:
    """What the first batch did not need lapses with its year."""
    _end_year(stage, 2022, dt.date(2022, 12, 30), "西财〔2022〕96号")


def carry_second_year(stage: Stage) -> None:
    """Planning money of 2023 that nobody used goes over into 2024, by a document of the treasury."""
    day = dt.date(2023, 3, 6)
    pk = stage.open(
        "line:planning", "budget_line", "establish", "finance2", stage.moment(day), {**PLANNED, "year": 2023}
    )
    money = {"amount_fen": PLANNED_FEN, "document": "杭财〔2023〕18号"}
    stage.act("line:planning:appropriate", "budget_line", pk, "appropriate", "finance2", stage.moment(day, 10), money)
    _end_year(stage, 2023, dt.date(2024, 1, 2), "西财〔2024〕1号", carry=(pk,))


def move_between_lines(stage: Stage) -> None:
    """The open call needs more than its line holds: part of what came over from 2023 is moved to it."""
    lines = BudgetLine.objects.filter(authority=stage.authority, year=2024)
    gives, takes = lines.get(code=PLANNED["code"]), lines.get(code="2060499-FT")
    day = dt.date(2024, 2, 27)
    data = {"line": gives.pk, "to": takes.pk, "amount_fen": MOVED_FEN, "document": "西财〔2024〕11号"}
    reason = {"reason": "飞天计划申报企业多于预期"}
    pk = stage.open("budget:move", "proposal", "propose_move", "finance1", stage.moment(day), {**data, **reason})
    stage.act("budget:move:approve", "proposal", pk, "approve", "finance2", stage.moment(day, 14))


def _end_year(stage: Stage, year: int, day: dt.date, document: str, *, carry: tuple[int, ...] = ()) -> None:
    data = {"year": year, "carry": list(carry), "document": document, "reason": "年度终了"}
    name = f"year-end:{year}"
    pk = stage.open(name, "proposal", "propose_year_end", "finance1", stage.moment(day), data)
    stage.act(f"{name}:approve", "proposal", pk, "approve", "finance2", stage.moment(day, 14))
