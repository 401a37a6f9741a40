"""Matching of upper-level money: its own checks, a second calculation, and the ledger's difference over the years."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.language import decide, facts_from_json, load_pack
from policies.language.check.lint import check_pack
from tests.policies.packs.oracle_upper_matching import first, later

FOLDER = Path(__file__).resolve().parents[3] / "policies" / "packs" / "upper_matching" / "2022.1"
PACK = load_pack(FOLDER)
EXAMPLES = int(os.environ.get("SUBSIDY_EXAMPLES", "120"))
WAN = 1_000_000
VETOES = ("is_dishonest", "serious_violation", "research_misconduct")
NEEDS = ("registered_in_district", "legal_person", "leads_project")


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    """Facts as JSON has them; receipts around the days of reckoning and sums around the grant."""
    matched = date(2022, 1, 1) + timedelta(days=draw(st.integers(0, 1000)))
    counted = matched + timedelta(days=draw(st.integers(0, 800)))
    granted = draw(st.integers(0, 300)) * WAN
    near = st.builds(lambda part, off: max(0, granted // part + off), st.integers(1, 3), st.sampled_from([-1, 0, 1]))
    day = st.builds(
        lambda base, off: (base + timedelta(days=off)).isoformat(),
        st.sampled_from([matched, counted]), st.integers(-2, 2),
    )  # fmt: skip
    receipts = draw(
        st.lists(
            st.fixed_dictionaries({
                "decree": st.just("示财教〔2022〕11号"),
                "kind": st.sampled_from(["paid", "paid", "returned"]),
                "booked_on": day,
                "booked": st.one_of(near, st.integers(0, 200 * WAN)),
            }),
            max_size=5,
        )
    )  # fmt: skip
    facts: dict[str, Any] = {
        "matched_on": matched.isoformat(),
        "counted_on": counted.isoformat(),
        **dict.fromkeys(NEEDS, True),
        "upper_level": draw(st.sampled_from(["national", "province", "city", "province", "other"])),
        "upper_granted": granted,
        **dict.fromkeys(("project_ended", "matched_elsewhere", *VETOES), False),
        "receipts": [{"slip": f"P-{number}", **receipt} for number, receipt in enumerate(receipts)],
    }
    if draw(st.integers(0, 5)) == 0:
        odd = draw(st.sampled_from([*NEEDS, *VETOES, "project_ended", "matched_elsewhere"]))
        facts[odd] = not facts[odd]
    return facts


def _first(facts: dict[str, Any]) -> tuple[bool, int | None]:
    decision = decide(PACK, facts_from_json(PACK, {k: v for k, v in facts.items() if k != "counted_on"}))
    return decision.outcome == "met", decision.amount


def _later(facts: dict[str, Any]) -> tuple[bool, int | None]:
    decision = decide(PACK, facts_from_json(PACK, facts, stage="arrival"), stage="arrival")
    return decision.outcome == "met", decision.amount


def test_the_pack_has_no_findings() -> None:
    assert check_pack(FOLDER) == ()


@given(projects())
@settings(max_examples=EXAMPLES, deadline=None)
def test_decide_agrees_with_the_second_calculation(facts: dict[str, Any]) -> None:
    assert _first(facts) == first(facts)
    assert _later(facts) == later(facts)


@given(projects(), st.data())
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_a_list_that_may_go_on_never_contradicts_the_whole_one(facts: dict[str, Any], data: st.DataObject) -> None:
    shown = data.draw(st.integers(0, len(facts["receipts"])))
    part = {**facts, "receipts": {"rows": facts["receipts"][:shown], "complete": False}}
    del part["counted_on"]
    decision = decide(PACK, facts_from_json(PACK, part))
    met, fen = first(facts)
    assert decision.outcome in ("met" if met else "not_met", "unknown")
    assert decision.amount in (fen, None)
    assert decision.outcome == "unknown" or decision.amount is not None or decision.amount_range is not None


def test_each_reckoning_pays_the_difference_and_a_return_takes_it_back() -> None:
    """Three receipts over three years and a return: 120, 60 and 30 of at most 200, then 70 taken back (万元)."""
    facts: dict[str, Any] = {
        "matched_on": "2022-09-15", **dict.fromkeys(NEEDS, True), "upper_level": "province",
        "upper_granted": 200 * WAN, **dict.fromkeys(("project_ended", "matched_elsewhere", *VETOES), False),
        "receipts": [],
    }  # fmt: skip
    story = [
        ("2022-09-15", "paid", 120), ("2023-09-20", "paid", 60), ("2024-02-29", "paid", 30),
        ("2025-01-10", "returned", 70),
    ]  # fmt: skip
    paid, moves = 0, []
    for number, (day, kind, wan) in enumerate(story):
        receipt = {"slip": f"P-{number}", "decree": "示财教〔2022〕11号", "kind": kind}
        facts["receipts"] = [*facts["receipts"], {**receipt, "booked_on": day, "booked": wan * WAN}]
        met, owed = _first(facts) if number == 0 else _later({**facts, "counted_on": day})
        assert met and owed is not None
        moves.append((owed - paid) // WAN)
        paid = owed
    # The last return leaves 140 of the 210 that arrived; 200 had been matched.
    assert moves == [120, 60, 20, -60]
