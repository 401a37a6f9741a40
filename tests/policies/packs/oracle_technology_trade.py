"""The subsidy for technology transactions calculated a second time, straight down, with nothing of the language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

WAN = 1_000_000  # 1万元 in fen


def counted(facts: Mapping[str, Any], side: str) -> int:
    """Fen that count on one side: paid in the year before filing, less what came back of each payment."""
    year = date.fromisoformat(facts["submitted_on"]).year - 1
    total = 0
    for payment in facts["payments"]:
        if payment["side"] != side or date.fromisoformat(payment["paid_on"]).year != year:
            continue
        if (
            payment["registered"]
            and payment["vouched"]
            and not payment["related"]
            and not payment["claimed_elsewhere"]
        ):
            total += max(0, payment["paid"] - payment["refunded"])
    return total


def owed(facts: Mapping[str, Any]) -> tuple[int, int]:
    """Return fen that count in all, and fen owed for the year: in hundredths of fen until they are cut to yuan."""
    buyer, broker = counted(facts, "buyer"), counted(facts, "broker")
    seller = counted(facts, "seller") if facts["is_university"] else 0
    hundredths = min(10_000 * WAN, 10 * buyer) + min(20_000 * WAN, seller) + min(5_000 * WAN, broker)
    return buyer + seller + broker, hundredths // 10_000 * 100


def calculate(stage: str | None, facts: Mapping[str, Any]) -> tuple[bool, int]:
    """Return whether something is due, and fen owed in total for the year (facts as JSON has them)."""
    traded, fen = owed(facts)
    if not facts["evidence_genuine"]:
        return False, 0
    if stage is None and (facts["is_dishonest"] or not facts["registered_in_district"] or traded == 0):
        return False, 0
    return True, fen
