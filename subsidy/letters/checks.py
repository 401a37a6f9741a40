"""What every letter asks of its record before it is set; each failure says what to mend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from subsidy.letters.faces import LetterError


def require_text(value: str) -> None:
    """Raises LetterError when a field that identifies the letter or its recipient is blank."""
    if not value.strip():
        raise LetterError(
            "文书缺少必填内容（编号、名称、代码或大写金额）。请补全后再生成。 / "
            "The letter lacks a required text (number, name, code or amount in capitals). Complete it, then try again."
        )


def require_amount(amount_fen: int | None) -> None:
    """Raises LetterError unless the amount is a positive whole number of fen."""
    if type(amount_fen) is not int or amount_fen <= 0:  # neither a float nor a bool is an amount
        raise LetterError(
            f"金额应为正整数（分），实为 {amount_fen!r}。请核对决定金额。 / "
            f"The amount must be a positive whole number of fen, not {amount_fen!r}. Check the decided amount."
        )


def require_rows(rows: Sequence[object], ranks: Sequence[int]) -> None:
    """Raises LetterError for an empty list or a sequence number that occurs twice."""
    if not rows:
        raise LetterError(
            "名单为空，无法生成文书。请先确定名单。 / "
            "The list is empty, so there is nothing to print. Settle the list first."
        )
    twice = sorted({rank for rank in ranks if ranks.count(rank) > 1})
    if twice:
        raise LetterError(
            f"名单序号重复：{twice}。请重新编号。 / "
            f"These sequence numbers occur twice: {twice}. Number the list again."
        )


def require_period(starts_on: date, ends_on: date) -> None:
    """Raises LetterError when a period ends before it starts."""
    if ends_on < starts_on:
        raise LetterError(
            f"期限止于起始之前：{starts_on} 至 {ends_on}。请核对日期。 / "
            f"The period ends before it starts: {starts_on} to {ends_on}. Check the dates."
        )
