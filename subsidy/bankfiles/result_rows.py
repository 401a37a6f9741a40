"""The bank's result as rows, by a profile: 成功 settles, 失败 rejects, 处理中 is pending. CSV and XLSX differ in cells only.

A word that the profile does not know is ``pending`` with the word as reason: it neither settles nor releases money.
A row that lacks what its own word needs (成功 without the bank's reference or booking date) is a fault of the file.
The number of rows is promised in the first line and verified behind the last row, so a file cut off is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from subsidy.bankfiles.amounts import iso_to_fen, text_to_fen
from subsidy.bankfiles.bank_csv import restored
from subsidy.bankfiles.bank_profile import ResultField, ResultProfile
from subsidy.bankfiles.iso_read import entry_key
from subsidy.bankfiles.model import AMOUNT_FEN_MAX, BANK_TIME, Answer, AnswerFile, BankFileError
from subsidy.bankfiles.source import Source

_NEEDED: tuple[ResultField, ...] = ("end_to_end_id", "amount", "status")
#: Day 0 of a workbook's numbers for days; it makes 60 the day after 28 February 1900, as every program does.
SECONDS_A_DAY = 86400
_SHEET_EPOCH = datetime(1899, 12, 30, tzinfo=BANK_TIME)


class Cell(str):
    """The text of a cell. A number of a workbook is told apart from a text that looks like one."""

    __slots__ = ("is_number",)
    is_number: bool

    def __new__(cls, text: str, *, is_number: bool = False) -> Cell:
        cell = super().__new__(cls, text)
        cell.is_number = is_number
        return cell


@dataclass(slots=True)
class Rows:
    """Rows with their line in the file, blank ones left out, and errors that name it.

    ``pads``: rows end with their last cell that says something, as in a workbook, so blank cells may be missing.
    """

    source: Source
    cells: Iterator[tuple[int, list[str]]]
    pads: bool = False
    line: int = 0

    def next(self) -> list[str] | None:
        """The next row that is not blank, None at the end."""
        for line, row in self.cells:
            self.line = line
            if any(cell.strip() for cell in row):
                return row
        return None

    def error(self, zh: str, en: str, *, line: int | None = None, field: str | None = None) -> BankFileError:
        """The error for the present line."""
        return self.source.error(zh, en, line=line or self.line or None, field=field)


def read_result(rows: Rows, profile: ResultProfile, format: str) -> AnswerFile:
    """The result's first line, and its rows as a stream. Raises BankFileError for anything but a result."""
    head = _head(rows, profile)
    return AnswerFile(
        format=format,
        message_id=head[profile.result_id],
        original_message_id=head[profile.original_message_id],
        created_at=_instant(rows, head[profile.created_at]),
        answers=_answers(rows, profile, head),
    )


def _labels(profile: ResultProfile) -> tuple[str, ...]:
    return (
        profile.result_id,
        profile.original_message_id,
        profile.payer_account,
        profile.created_at,
        profile.count,
    )


def _head(rows: Rows, profile: ResultProfile) -> Mapping[str, str]:
    cells = rows.next() or []
    head = dict(zip(cells[::2], cells[1::2], strict=False))
    for label in _labels(profile):
        if not head.get(label):
            raise rows.error(
                f"首行缺少“{label}”，不是银行结果文件（应为 pain.002、camt 报文、国库回单或银行结果表），请确认选对了文件",
                f"the first line lacks {label}, so this is no bank result (expected pain.002, camt, a treasury receipt "
                "or the bank's result table); check that it is the right file",
                line=1,
                field=label,
            )
    return head


def _instant(rows: Rows, text: str) -> datetime:
    try:
        if _is_number(text):
            return _SHEET_EPOCH + timedelta(seconds=round(Decimal(text) * SECONDS_A_DAY))
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BANK_TIME)
    except (ValueError, ArithmeticError) as error:
        raise rows.error(
            f"时间“{text}”应形如 2024-03-05 09:00:00，请向银行重新索取",
            f"the time {text!r} should look like 2024-03-05 09:00:00; ask the bank for the file again",
            field="created_at",
        ) from error


def _answers(rows: Rows, profile: ResultProfile, head: Mapping[str, str]) -> Iterator[Answer]:
    titles = rows.next() or []
    places = _places(rows, profile, titles)
    count = 0
    while (row := rows.next()) is not None:
        if rows.pads:
            row += [""] * (len(titles) - len(row))
        if len(row) != len(titles):
            raise rows.error(
                f"本行 {len(row)} 列，应为 {len(titles)} 列，请向银行重新索取",
                f"this row has {len(row)} cells, expected {len(titles)}; ask the bank for the file again",
            )
        cells = {field: row[place] for field, place in places.items()}
        yield _answer(rows, profile, cells, head)
        count += 1
    if str(count) != head[profile.count]:
        raise rows.error(
            f"首行写 {head[profile.count]} 笔，实际 {count} 笔，文件可能不完整，请向银行重新索取",
            f"the first line promises {head[profile.count]} rows, {count} came; the file may be cut off: "
            "ask the bank for it again",
            field="count",
        )


def _places(rows: Rows, profile: ResultProfile, titles: list[str]) -> Mapping[ResultField, int]:
    places: dict[ResultField, int] = {}
    for place, title in enumerate(titles):
        field = profile.columns.get(title)
        if field is None:
            continue
        if field in places:
            raise rows.error(
                f"列“{title}”重复，请向银行重新索取",
                f"the column {title} occurs twice; ask the bank for the file again",
                field=field,
            )
        places[field] = place
    missing = [title for title, field in profile.columns.items() if field not in places]
    if missing:
        raise rows.error(
            f"缺少列“{'、'.join(missing)}”，请核对文件或银行模板配置",
            f"the columns {', '.join(missing)} are missing; check the file or the bank's profile",
            field=missing[0],
        )
    return places


def _answer(rows: Rows, profile: ResultProfile, cells: Mapping[ResultField, str], head: Mapping[str, str]) -> Answer:
    original = head[profile.original_message_id]
    word = str(cells["status"])
    status = profile.statuses.get(word, "pending")
    _refuse_blank(rows, cells, (*_NEEDED, "bank_reference", "booked_on") if status == "settled" else _NEEDED)
    fen = _fen(rows, cells["amount"])
    reference = str(cells["bank_reference"]) or None
    code = restored(cells["code"]) or None
    if status == "pending" and code is None:
        code = word
    booked_on = _day(rows, cells["booked_on"]) if cells["booked_on"] else None
    name = str(cells["end_to_end_id"])
    return Answer(
        end_to_end_id=name,
        status=status,
        amount_fen=fen,
        currency=profile.currency,
        bank_reference=reference,
        booked_on=booked_on if status == "settled" else None,
        reason_code=code,
        reason_text=restored(cells["reason"]) or None,
        level="transaction",
        account=head[profile.payer_account],
        # One result, whether the bank sends it as CSV or as XLSX: the kind is that of the first format ever read.
        entry=entry_key("bank_csv_result", original, reference, name, word, code, fen, booked_on),
        direction="debit" if status == "settled" else None,
        bank_status=word,
        original_message_id=original,
        payee_account=str(cells["account"]) or None,
        line=rows.line,
        booking=reference,
    )


def _refuse_blank(rows: Rows, cells: Mapping[ResultField, str], needed: tuple[ResultField, ...]) -> None:
    for field in needed:
        if not cells[field]:
            word = cells["status"]
            raise rows.error(
                f"{field} 为空，“{word}”的行必须填写，请向银行核实",
                f"{field} is blank, which a row with status {word!r} must carry; ask the bank",
                field=field,
            )


def _fen(rows: Rows, text: str) -> int:
    fen = iso_to_fen(text) if _is_number(text) else text_to_fen(text)
    if fen is None or not 0 < fen <= AMOUNT_FEN_MAX:
        raise rows.error(
            f"金额“{text}”应为大于零、不超过 13 位整数、两位小数的元，如 1409.50，请向银行核实",
            f"the amount {text!r} should be yuan above zero with two decimals like 1409.50, at most 13 digits before "
            "them; ask the bank",
            field="amount",
        )
    return fen


def _day(rows: Rows, text: str) -> date:
    try:
        if _is_number(text):
            return (_SHEET_EPOCH + timedelta(days=int(text))).date()
        return date.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise rows.error(
            f"记账日期“{text}”应形如 2024-03-05，请向银行核实",
            f"the booking date {text!r} should look like 2024-03-05; ask the bank",
            field="booked_on",
        ) from error


def _is_number(text: str) -> bool:
    return isinstance(text, Cell) and text.is_number
