"""Reader of the bank's result CSV, by a profile: 成功 settles, 失败 rejects, 处理中 is pending.

A word that the profile does not know is ``pending`` with the word as reason: it neither settles nor releases money.
A row that lacks what its own word needs (成功 without the bank's reference or booking date) is a fault of the file.
The number of rows is promised in the first line and verified behind the last row, so a file cut off is noticed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from subsidy.bankfiles.amounts import text_to_fen
from subsidy.bankfiles.bank_csv import restored
from subsidy.bankfiles.csv_profile import ResultField, ResultProfile
from subsidy.bankfiles.iso_read import entry_key
from subsidy.bankfiles.model import BANK_TIME, Answer, AnswerFile, BankFileError
from subsidy.bankfiles.source import Source

FORMAT = "bank_csv_result"
_BOM = b"\xef\xbb\xbf"
_NEEDED: tuple[ResultField, ...] = ("end_to_end_id", "amount", "status")


class _Bytes(io.RawIOBase):
    """The source as a raw stream, for the text layer of the standard library."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub's Buffer is 3.12's
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@dataclass(slots=True)
class _Rows:
    source: Source
    profile: ResultProfile
    reader: Iterator[list[str]]
    line: int = 0

    def next(self) -> list[str] | None:
        """The next row that is not blank, None at the end. Raises BankFileError for bytes or quotes that are wrong."""
        with self._readable():
            for row in self.reader:
                self.line += 1
                if any(cell.strip() for cell in row):
                    return [cell.strip() for cell in row]
        return None

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (UnicodeDecodeError, csv.Error) as error:
            raise self.error(
                f"无法按 {self.profile.encoding.upper()} 的 CSV 读取（{error}），请向银行索取未经表格软件另存的原件",
                f"cannot be read as {self.profile.encoding.upper()} CSV ({error}); ask the bank for the original, "
                "not a file saved again by a spreadsheet",
                line=self.line + 1,
            ) from error

    def error(self, zh: str, en: str, *, line: int | None = None, field: str | None = None) -> BankFileError:
        return self.source.error(zh, en, line=line or self.line or None, field=field)


def read_result_csv(source: Source, profile: ResultProfile) -> AnswerFile:
    """The result's first line, and its rows as a stream. Raises BankFileError for anything but a result CSV."""
    encoding = "utf-8-sig" if source.head().startswith(_BOM) else profile.encoding
    text = io.TextIOWrapper(io.BufferedReader(_Bytes(source)), encoding=encoding, errors="strict", newline="")
    rows = _Rows(source, profile, csv.reader(text, strict=True))
    head = _head(rows, profile)
    return AnswerFile(
        format=FORMAT,
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


def _head(rows: _Rows, profile: ResultProfile) -> Mapping[str, str]:
    cells = rows.next() or []
    head = dict(zip(cells[::2], cells[1::2], strict=False))
    for label in _labels(profile):
        if not head.get(label):
            raise rows.error(
                f"首行缺少“{label}”，不是银行结果文件（应为 pain.002、camt.054 或银行结果 CSV），请确认选对了文件",
                f"the first line lacks {label}, so this is no bank result (expected pain.002, camt.054 or the bank's "
                "result CSV); check that it is the right file",
                line=1,
                field=label,
            )
    return head


def _instant(rows: _Rows, text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BANK_TIME)
    except ValueError as error:
        raise rows.error(
            f"时间“{text}”应形如 2024-03-05 09:00:00，请向银行重新索取",
            f"the time {text!r} should look like 2024-03-05 09:00:00; ask the bank for the file again",
            field="created_at",
        ) from error


def _answers(rows: _Rows, profile: ResultProfile, head: Mapping[str, str]) -> Iterator[Answer]:
    titles = rows.next() or []
    places = _places(rows, profile, titles)
    count = 0
    while (row := rows.next()) is not None:
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


def _places(rows: _Rows, profile: ResultProfile, titles: list[str]) -> Mapping[ResultField, int]:
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


def _answer(rows: _Rows, profile: ResultProfile, cells: Mapping[ResultField, str], head: Mapping[str, str]) -> Answer:
    original = head[profile.original_message_id]
    word = cells["status"]
    status = profile.statuses.get(word, "pending")
    needed = (*_NEEDED, "bank_reference", "booked_on") if status == "settled" else _NEEDED
    for field in needed:
        if not cells[field]:
            raise rows.error(
                f"{field} 为空，“{word}”的行必须填写，请向银行核实",
                f"{field} is blank, which a row with status {word!r} must carry; ask the bank",
                field=field,
            )
    fen = text_to_fen(cells["amount"])
    if fen is None:
        raise rows.error(
            f"金额“{cells['amount']}”应为两位小数的元，如 1409.50，请向银行核实",
            f"the amount {cells['amount']!r} should be yuan with two decimals like 1409.50; ask the bank",
            field="amount",
        )
    reference = cells["bank_reference"] or None
    code = restored(cells["code"]) or None
    if status == "pending" and code is None:
        code = word
    return Answer(
        end_to_end_id=cells["end_to_end_id"],
        status=status,
        amount_fen=fen,
        currency=profile.currency,
        bank_reference=reference,
        booked_on=_day(rows, cells["booked_on"]) if status == "settled" else None,
        reason_code=code,
        reason_text=restored(cells["reason"]) or None,
        level="transaction",
        account=head[profile.payer_account],
        entry=entry_key(FORMAT, original, reference, cells["end_to_end_id"], word, code, fen, cells["booked_on"]),
        direction="debit" if status == "settled" else None,
        bank_status=word,
        original_message_id=original,
        payee_account=cells["account"] or None,
        line=rows.line,
    )


def _day(rows: _Rows, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise rows.error(
            f"记账日期“{text}”应形如 2024-03-05，请向银行核实",
            f"the booking date {text!r} should look like 2024-03-05; ask the bank",
            field="booked_on",
        ) from error
