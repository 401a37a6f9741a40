"""The lines of a letter say what carried the decision, and only that."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from policies.language import Decision, decide, facts_from_json, load_pack
from subsidy.correspondence.reasons import reason_lines
from subsidy.decisions.models import Finding
from subsidy.letters import ReasonLine

PACK = load_pack(Path(__file__).resolve().parents[3] / "policies" / "packs" / "flying_sky" / "2023.1")
FACTS: dict[str, Any] = {
    "submitted_on": "2024-02-28",
    "registered_in_district": True,
    "taxed_in_district": True,
    "founded_on": "2016-05-01",
    "sales_y1": 4_900_000_000,
    "sales_y3": 2_500_000_000,
    "rd_y1": 392_000_000,
    "high_tech_until": "2025-12-31",
    "valuation": None,
    "contribution_y1": 500_000_000,
    "contribution_y2": 300_000_000,
    "is_dishonest": False,
    "serious_violation": False,
    "abnormal_operation": False,
    "major_incident": False,
    "commitment_signed": True,
}


def decided(**changes: object) -> Decision:
    return decide(PACK, facts_from_json(PACK, {**FACTS, **changes}))


def lines_of(decision: Decision) -> tuple[ReasonLine, ...]:
    return reason_lines(Finding(decision_text=decision.canonical(), made_at=dt.datetime(2024, 3, 4, tzinfo=dt.UTC)))


def test_an_award_names_its_tier_its_way_and_its_amount() -> None:
    decision = decided()
    assert (decision.outcome, decision.tier) == ("met", "nearly")
    lines = lines_of(decision)
    assert {line.verdict for line in lines} == {"met", "noted"}
    clauses = [line.clause for line in lines]
    assert "A-03" not in clauses, "the tier above was not reached and has no place in an award"
    assert clauses.count("A-04") == 1, "each tier has a research clause; an award names that of its own"
    amount = lines[-1]
    assert amount.verdict == "noted" and amount.clause == "A-08"
    # 5 % of 3,000,000.00 and 60 % of 2,000,000.00
    assert "1,350,000.00 元" in amount.text.zh and "CNY 1,350,000.00" in amount.text.en
    assert any("研发强度：8%" in line.text.zh for line in lines)


def test_the_way_that_was_not_needed_is_left_out_of_an_award() -> None:
    by_growth = " ".join(line.text.zh for line in lines_of(decided()))
    assert "复合增长率" in by_growth and "估值达到" not in by_growth


def test_a_rejection_shows_every_clause_that_was_examined_and_no_amount() -> None:
    decision = decided(rd_y1=100_000_000, valuation=None)
    assert decision.outcome == "not_met"
    lines = lines_of(decision)
    assert [line.clause for line in lines if line.verdict == "not_met"]
    assert {"A-03", "A-04", "A-05", "A-07"} <= {line.clause for line in lines}
    assert not [line for line in lines if line.verdict == "noted"]


def test_a_plain_yes_or_no_is_not_repeated_as_a_value() -> None:
    line = next(line for line in lines_of(decided()) if line.clause == "A-01")
    assert line.text.zh == "我公司注册在本区"


def test_every_line_carries_how_sure_its_clause_is() -> None:
    assert {line.certainty for line in lines_of(decided())} == {"assumed"}
