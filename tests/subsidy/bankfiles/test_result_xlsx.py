"""The bank's result as a workbook: the same rows as the CSV, and a workbook that is no plain table is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from subsidy.bankfiles import BankFileError, read
from subsidy.bankfiles.model import BANK_TIME
from subsidy.bankfiles.source import Source
from subsidy.bankfiles.workbook import INFLATED_MAX, sheet_rows
from subsidy.demo import bank_tables
from tests.subsidy.bankfiles.samples import answers, opened, payment, written
from tests.subsidy.bankfiles.test_result_csv import HEAD, PENDING, REJECTED, SETTLED, TITLES, result

ROWS = (SETTLED, REJECTED, PENDING)
MIB = 1024 * 1024


def table(*rows: str) -> list[list[Any]]:
    return [line.split(",") for line in (HEAD.format(count=len(rows)), TITLES, *rows)]


def saved(rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook as another program saves it: shared texts, numbers and days as numbers."""
    book = Workbook()
    for row in rows:
        book.active.append([cell if cell != "" else None for cell in row])  # type: ignore[union-attr]  # a new book has a sheet
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rezipped(content: bytes, **parts: bytes | None) -> bytes:
    """The workbook with parts replaced (``sheet1``: bytes) or left out (None)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            stem = name.rpartition("/")[2].partition(".")[0]
            data = parts.get(stem, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("make", [saved, bank_tables.as_xlsx])
def test_a_workbook_says_what_the_csv_says(make: Any) -> None:
    file = opened(make(table(*ROWS)))
    assert (file.format, file.message_id, file.original_message_id) == ("bank_xlsx_result", "R-1", "PB-1")
    assert file.created_at == datetime(2024, 3, 5, 10, 0, tzinfo=BANK_TIME)
    assert list(file.answers) == answers(result(*ROWS))


def test_numbers_and_days_of_a_spreadsheet_are_read_exactly() -> None:
    rows = table(SETTLED, REJECTED, SETTLED.replace("E-1", "E-4"))
    rows[0][7] = datetime(2024, 3, 5, 10, 0)  # noqa: DTZ001  as a spreadsheet has it
    for row, amount in zip(rows[2:], (1409.5, 10, 0.01 + 0.06), strict=True):
        row[1], row[2] = 622848, amount
    rows[2][7] = date(2024, 3, 5)
    file = opened(saved(rows))
    told = list(file.answers)
    assert file.created_at == datetime(2024, 3, 5, 10, 0, tzinfo=BANK_TIME)
    assert [one.amount_fen for one in told] == [140950, 1000, 7]
    assert (told[0].booked_on, told[0].payee_account) == (date(2024, 3, 5), "622848")
    assert told[0].entry == answers(result(SETTLED))[0].entry


def refused(content: bytes) -> BankFileError:
    with pytest.raises(BankFileError, match=r"answer\.dat") as caught:
        answers(content)
    error = caught.value
    assert "请" in error.zh and any(word in error.en for word in ("ask the bank", "check"))
    return error


@pytest.mark.parametrize("amount", [0, -10, 10.005, 0.001, 1e13, 1e300, True])
def test_an_amount_that_is_none_is_refused_by_its_row(amount: float) -> None:
    rows = table(*ROWS)
    rows[3][2] = amount
    assert refused(saved(rows)).line == 4


def test_an_account_kept_as_a_number_has_lost_its_digits() -> None:
    rows = table(*ROWS)
    rows[2][1] = 6228480402564890018
    assert "15 digits" in refused(saved(rows)).en


@pytest.mark.parametrize("cell", ["=1+1", "#DIV/0!"])
def test_a_formula_or_an_error_is_refused_by_its_place(cell: str) -> None:
    rows = table(*ROWS)
    rows[4][3] = cell
    error = refused(saved(rows))
    assert "D5" in error.en and error.line == 5


def test_a_row_too_many_or_too_few_is_noticed() -> None:
    rows = table(*ROWS)
    for changed in (rows[:-1], [*rows, rows[-1]]):
        assert refused(saved(changed)).field == "count"
    assert refused(saved([*rows[:4], [*rows[4], *[""] * 3, "多"]])).line == 5


def test_a_payout_workbook_is_not_taken_for_its_answer() -> None:
    refused(written("bank_xlsx", [payment()]))


def test_texts_come_out_as_they_went_in() -> None:
    for name in ("_x0041_", "a_x000D_b", "=1+1", "㛃𠮷", "'x"):
        content = written("bank_xlsx", [payment(name=name)])
        rows = list(sheet_rows(Source(io.BytesIO(content), "payout.xlsx", MIB)))
        assert rows[2][1][2] == name


def test_a_number_is_what_a_spreadsheet_shows_to_its_fifteenth_digit() -> None:
    cells = "".join(
        f'<c r="{column}1"><v>{value}</v></c>'
        for column, value in zip(
            "ABCDE", ("7.0000000000000007E-2", "10.005", "1e3", "9999999999999.99", "0"), strict=True
        )
    )
    content = rezipped(saved(table(*ROWS)), sheet1=SHEET.format(f'<row r="1">{cells}</row>').encode())
    [(_line, row)] = sheet_rows(Source(io.BytesIO(content), "sheet.xlsx", MIB))
    assert row == ["0.07", "10.005", "1000", "9999999999999.99", "0"]


def bomb(size_mib: int) -> bytes:
    """A small workbook whose sheet inflates to that many MiB of blanks."""
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    sheet = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(table(*ROWS)))) as old,
        zipfile.ZipFile(sheet, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if not name.endswith("sheet1.xml"):
                new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as out:
            out.write(head)
            for _ in range(size_mib):
                out.write(b" " * MIB)
    return sheet.getvalue()


def test_a_bomb_is_refused_by_what_it_claims() -> None:
    content = bomb(300)
    assert len(content) < MIB < INFLATED_MAX < 300 * MIB
    assert "inflates" in refused(content).en


def test_a_bomb_is_refused_by_what_it_inflates_to_whatever_it_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subsidy.bankfiles.workbook.INFLATED_MAX", MIB)
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda archive: [])
    assert "inflates" in refused(bomb(3)).en


def test_a_doctype_within_a_workbook_is_refused() -> None:
    evil = b'<!DOCTYPE worksheet [<!ENTITY a "1">]><worksheet><sheetData><row r="1"/></sheetData></worksheet>'
    assert "DOCTYPE" in refused(rezipped(saved(table(*ROWS)), sheet1=evil)).en


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


@pytest.mark.parametrize(
    "parts",
    [
        {"workbook": None},
        {"sheet1": None},
        {"sheet1": b"<worksheet"},
        {"workbook": b"<workbook/>"},
        {"sharedStrings": b"<sst/>"},
        {"sharedStrings": None},
        {"sheet1": SHEET.format('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>').encode()},
        {"sheet1": SHEET.format('<row r="1"><c r="ZZZ1"><v>1</v></c></row>').encode()},
        {"sheet1": SHEET.format('<row r="1"><c r="A1"><v>NaN</v></c></row>').encode()},
        {"sheet1": SHEET.format('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>').encode()},
    ],
)
def test_a_broken_workbook_is_refused(parts: dict[str, bytes | None]) -> None:
    refused(rezipped(bank_tables.as_xlsx(table(*ROWS)), **parts))


def test_a_workbook_cut_off_anywhere_is_refused() -> None:
    whole = bank_tables.as_xlsx(table(*ROWS))
    for end in range(4, len(whole) - 1, 97):
        refused(whole[:end])


def test_a_workbook_over_the_limit_is_refused_while_it_is_read() -> None:
    whole = bank_tables.as_xlsx(table(*ROWS))
    with pytest.raises(BankFileError, match="larger than"):
        list(read(io.BytesIO(whole), max_bytes=len(whole) - 1).answers)
