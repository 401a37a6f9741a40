"""Plays the bank for a visitor of the demo: takes an exported payout file and writes the answers to it.

    python -m subsidy.demo.play_bank batch.xml --on 2024-03-20 --output answers

Exit 0 = the answers are written, 1 = the bank cannot take the file, 2 = called wrongly.
"""

from __future__ import annotations

import datetime as dt
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path

from subsidy.bankfiles.model import BANK_TIME
from subsidy.demo.bank import Instructions, ReferenceBankError, answer

CANNOT, BAD_USAGE = 1, 2
ANSWERED = dt.time(16, 30)


def main(arguments: Sequence[str] | None = None) -> int:
    given = _reader().parse_args(arguments)
    try:
        exported = given.file.read_bytes()
        given.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.stderr.write(f"文件或目录无法使用，请核对路径 / check the path: {error}\n")
        return BAD_USAGE
    try:
        documents = answer(
            exported,
            answered_at=dt.datetime.combine(given.on, ANSWERED, tzinfo=BANK_TIME),
            booked_on=given.on,
            instructions=Instructions(reject=dict(given.reject)),
        )
    except ReferenceBankError as error:
        sys.stderr.write(f"银行无法受理此文件，请使用导出的拨付文件 / give it a file that was exported: {error}\n")
        return CANNOT
    for document in documents:
        path = given.output / document.name
        path.write_bytes(document.content)
        sys.stdout.write(f"{path}\n")
    return 0


def _reader() -> ArgumentParser:
    reader = ArgumentParser("subsidy.demo.play_bank", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    reader.add_argument(
        "file", type=Path, help="the payment file as it was downloaded: pain.001, bank CSV or XLSX, treasury voucher"
    )
    reader.add_argument("--on", type=dt.date.fromisoformat, required=True, help="day of the booking, as 2024-03-20")
    reader.add_argument("--output", type=Path, default=Path(), metavar="FOLDER", help="where the answers go")
    reader.add_argument(
        "--reject",
        type=_rejected,
        action="append",
        default=[],
        metavar="KEY=CODE",
        help="refuse the payment of that key, such as …=AC01 (wrong account); may be repeated",
    )
    return reader


def _rejected(text: str) -> tuple[str, str]:
    key, sign, code = text.partition("=")
    if not (key and sign and code):
        raise ValueError(text)
    return key, code


if __name__ == "__main__":
    sys.exit(main())
