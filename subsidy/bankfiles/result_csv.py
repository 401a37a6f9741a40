"""The bank's result as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from subsidy.bankfiles.bank_profile import ResultProfile
from subsidy.bankfiles.model import AnswerFile
from subsidy.bankfiles.result_rows import Rows, read_result
from subsidy.bankfiles.source import Source

FORMAT = "bank_csv_result"
_BOM = b"\xef\xbb\xbf"


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


def read_result_csv(source: Source, profile: ResultProfile) -> AnswerFile:
    """The result's first line, and its rows as a stream. Raises BankFileError for anything but a result CSV."""
    encoding = "utf-8-sig" if source.head().startswith(_BOM) else profile.encoding
    text = io.TextIOWrapper(io.BufferedReader(_Bytes(source)), encoding=encoding, errors="strict", newline="")
    return read_result(Rows(source, _cells(source, text, encoding)), profile, FORMAT)


def _cells(source: Source, text: io.TextIOWrapper, encoding: str) -> Iterator[tuple[int, list[str]]]:
    line = 0
    try:
        for row in csv.reader(text, strict=True):
            line += 1
            yield line, [cell.strip() for cell in row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise source.error(
            f"无法按 {encoding.upper()} 的 CSV 读取（{error}），请向银行索取未经表格软件另存的原件",
            f"cannot be read as {encoding.upper()} CSV ({error}); ask the bank for the original, "
            "not a file saved again by a spreadsheet",
            line=line + 1,
        ) from error
