"""The manifest of payout files: what each is, what it adds up to, and the hash by which it is known to be whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.capitals import amount_in_capitals


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A payout file as it was sealed: its name and hash, and the control totals of its head."""

    name: str
    format: str
    message_id: str
    sequence: int
    count: int
    total_fen: int
    currency: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Totals:
    """A sum as a cover sheet prints it: in figures, and in capital characters where the currency has them."""

    figures: str
    capitals: str


def totals(total_fen: int, currency: str) -> Totals:
    """``140950``, CNY → ``1,409.50`` and 人民币壹仟肆佰零玖元伍角; other currencies have no capitals."""
    whole, point, part = fen_to_text(total_fen, currency).partition(".")
    return Totals(f"{int(whole):,}{point}{part}", amount_in_capitals(total_fen) if currency == "CNY" else "")


def manifest(files: Sequence[SealedFile]) -> bytes:
    """The manifest as JSON in UTF-8, the same bytes for the same files: each file, then count and sum by currency."""
    entries = []
    sums: dict[str, list[int]] = {}
    for file in files:
        said = totals(file.total_fen, file.currency)
        entries.append({**asdict(file), "total": said.figures, "total_in_capitals": said.capitals})
        sum_ = sums.setdefault(file.currency, [0, 0])
        sum_[0] += file.count
        sum_[1] += file.total_fen
    whole = [
        {"currency": currency, "count": count, "total_fen": fen, "total": totals(fen, currency).figures}
        for currency, (count, fen) in sorted(sums.items())
    ]
    return (json.dumps({"files": entries, "sums": whole}, ensure_ascii=False, indent=2) + "\n").encode()
