"""Companies that Hypothesis invents for the flying-sky plan, crowded around its thresholds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

YI, WAN = 10_000_000_000, 1_000_000
MARKS = (0, 1000 * WAN, 2000 * WAN, 3380 * WAN, YI, 144 * YI // 100, 169 * YI // 100, 10 * YI)


def money(top: int = 30 * YI) -> st.SearchStrategy[int]:
    """Fen: anything, or a threshold give or take a fen."""
    near = st.builds(lambda mark, off: max(0, mark + off), st.sampled_from(MARKS), st.integers(-1, 1))
    return st.one_of(st.integers(0, top), near)


@st.composite
def company(draw: st.DrawFn, version: str) -> dict[str, Any]:
    """Facts as JSON has them, all known."""
    year = int(version[:4])
    filed = date(year, 1, 1) + timedelta(days=draw(st.integers(0, 364)))
    sales = draw(money())
    before = draw(st.one_of(st.none(), money(), st.sampled_from([sales * 100 // 144, sales * 100 // 169])))
    share = draw(st.sampled_from([5, 6, 4, 20]))
    base = draw(st.integers(0, 5000 * WAN))
    usual = {"registered_in_district": True, "taxed_in_district": True, "commitment_signed": True}
    flags = {"is_dishonest": False, "serious_violation": False, "abnormal_operation": False, "major_incident": False}
    if draw(st.integers(0, 4)) == 0:
        odd = draw(st.sampled_from(sorted({**usual, **flags})))
        usual, flags = ({k: v ^ (k == odd) for k, v in part.items()} for part in (usual, flags))
    return {
        "submitted_on": filed.isoformat(),
        "founded_on": (
            filed - timedelta(days=draw(st.one_of(st.integers(3649, 3655), st.integers(1, 9000))))
        ).isoformat(),
        "sales_y1": sales,
        "sales_y3": before,
        "rd_y1": max(0, sales * share // 100 + draw(st.integers(-1, 1))),
        "high_tech_until": draw(
            st.sampled_from([None, *[(filed + timedelta(days=d)).isoformat() for d in (-1, 0, 500)]])
        ),
        "valuation": draw(st.one_of(st.none(), money())),
        "contribution_y1": draw(st.integers(0, 8000 * WAN)),
        "contribution_y2": base,
        **usual,
        **flags,
    }
