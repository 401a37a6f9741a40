"""Fledgling eagles recognised a second time, straight down, with nothing of the language (facts as JSON has them)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WAN = 1_000_000  # 1万元 in fen
CLASS_ONE = {"invention", "plant_variety", "crop_variety", "new_drug", "tcm_protection", "ic_layout"}
CLASS_TWO = {"utility", "design", "software"}


def recognise(facts: Mapping[str, Any]) -> bool:
    """Whether the company is recognised."""
    if facts["major_incident"] or facts["serious_breach"] or facts["is_dishonest"]:
        return False
    if not (facts["is_legal_person"] and facts["registered_in_district"] and facts["rd_booked_separately"]):
        return False
    # ISO days compare as texts.
    if not "2016-06-01" <= facts["founded_on"] <= "2021-05-31" or facts["submitted_on"] > "2022-05-31":
        return False
    sales, spent = facts["sales_y1"], facts["rd_y1"]
    percent = 5 if sales < 3000 * WAN else 4
    if sales > 5000 * WAN or spent < 50 * WAN or 100 * spent < percent * sales:
        return False
    if facts["staff"] < 10 or 100 * facts["science_staff"] < 15 * facts["staff"]:
        return False
    return any(right["supports_main_product"] and right["kind"] in CLASS_ONE | CLASS_TWO for right in facts["ip"])
