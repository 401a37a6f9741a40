"""The policies on which the demo shows every route: real packs as they lie in their folders, and training policies.

A training policy is a real pack that travels by another route, with every stage that the route can have: no real pack
asks for all of them. Its code begins with `demo` and its title says what it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policies.language import Pack

PACKS = Path(__file__).resolve().parents[2] / "policies" / "packs"
YUAN, WAN = 100, 1_000_000
"""In fen."""
STAGES = "  recommendation: yes\n  visit: yes\n"
PANEL = """  panel:
    seats: 5
    quorum: 3
    pass_mark: 60
    shows: [{shows}]
    rubric:
      - {{id: value, zh: 技术水平与价值, en: technical level and value, max: 60}}
      - {{id: team, zh: 团队与条件, en: team and conditions, max: 40}}
"""
TRADE, LAB = "technology_trade/2024.1", "lab_construction/2022.1"
GRADED = "rated_by: mid_term_rating, times: {excellent: 100%, good: 80%, pass: 60%, fail: 0%}"


@dataclass(frozen=True, slots=True)
class RoutePolicy:
    """A policy of the demo: the pack's folder, what is changed in its texts, and what one award of it comes to."""

    key: str
    route: str
    folder: str
    award_fen: int
    changes: tuple[tuple[str, str], ...] = ()
    answers: dict[str, Any] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    """Lists that the applicant is asked for; all are filled in from what is held."""

    def texts(self) -> dict[str, str]:
        """The texts to publish. Raises ValueError when the pack is written another way than the changes expect."""
        folder = PACKS / self.folder
        policy, source, cases = (
            (folder / name).read_text(encoding="utf-8") for name in ("policy.yaml", "source.md", "cases.yaml")
        )
        for old, new in self.changes:
            if old not in policy:
                raise ValueError(f"{self.folder} no longer says {old!r}; see subsidy/demo/route_policies.py")
            policy, cases = policy.replace(old, new), cases.replace(old, new)
        return {"policy_text": policy, "source_text": source, "cases_text": cases, "name": self.folder}


def _title(zh: str, en: str, route: str) -> tuple[str, str]:
    return f"title: {{zh: {zh}, en: {en}}}", f'title: {{zh: {zh}（演示流程{route}）, en: "{en} (training, {route})"}}'


def _trade(route: str, *, stages: str = "", panel: bool = False) -> RoutePolicy:
    """The subsidy for technology transactions by another route; 10% of 600万元 paid to a seller of technology."""
    sheet = PANEL.format(shows="contract_certificate, invoices") if panel else ""
    changes = [
        ("code: technology_trade", f"code: demo_{route.lower()}"),
        _title("技术交易补助", "Subsidy for technology transactions", route),
        ("route:\n  kind: R2\n", f"route:\n  kind: {route}\n{stages}"),
        ("\nnotice:", f"{sheet}\nnotice:"),
    ]
    if route == "R1":
        changes.append(("  co_review: yes\n", "  co_review: no\n"))
    return RoutePolicy(f"demo_{route.lower()}", route, TRADE, 60 * WAN, tuple(changes), lists=("payments",))


R0 = RoutePolicy("tech_sme_award", "R0", "provincial_tech_sme_award/2024.1", WAN)
R1 = _trade("R1")
R2 = _trade("R2", stages=f"{STAGES}  confirmation: 15 working days\n")
R3 = _trade("R3", stages=STAGES, panel=True)
R4 = _trade("R4", stages=f"{STAGES}  upper: city\n", panel=True)
R5 = RoutePolicy(
    "demo_r5",
    "R5",
    LAB,
    100 * WAN,
    (
        ("code: lab_construction", "code: demo_r5"),
        _title("实验室建设经费", "Construction money of laboratories", "R5"),
        ("route:\n  kind: R5\n", f"route:\n  kind: R5\n{STAGES}"),
        ("\nnotice:", PANEL.format(shows="agreement, budget") + "\nnotice:"),
        # The day of signing is none that the program knows before the agreement: it decides on the day of filing.
        ("signed_on", "submitted_on"),
        ("zh: 协议签订日期, en: day of signing", "zh: 申报日期, en: day of filing"),
    ),
    {"construction_budget": 250 * WAN},
)
RATED = RoutePolicy(
    "demo_rated",
    "R2",
    LAB,
    100 * WAN,
    (
        ("code: lab_construction", "code: demo_rated"),
        _title("实验室建设经费", "Construction money of laboratories", "R2，全部按评估拨付"),
        ("route:\n  kind: R5\n", "route:\n  kind: R2\n"),
        ("co_review: yes", "co_review: [tax, court]"),
        # Nothing is paid before the laboratory has been rated.
        ("share: 30%, on: award", f"share: 30%, on: mid_term, {GRADED}"),
        ("signed_on", "submitted_on"),
        ("zh: 协议签订日期, en: day of signing", "zh: 申报日期, en: day of filing"),
    ),
    {"construction_budget": 250 * WAN},
)
DECEMBER = RoutePolicy(
    "demo_december",
    "R2",
    LAB,
    100 * WAN,
    (
        ("code: lab_construction", "code: demo_december"),
        _title("实验室建设经费", "Construction money of laboratories", "R2，年末下达"),
        ("route:\n  kind: R5\n", "route:\n  kind: R2\n"),
        ("co_review: yes", "co_review: no"),
        ("signed_on", "submitted_on"),
        ("zh: 协议签订日期, en: day of signing", "zh: 申报日期, en: day of filing"),
    ),
    {"construction_budget": 250 * WAN},
)
"""Its only award is decreed in December and paid from the next year's line."""
POLICIES = (R0, R1, R2, R3, R4, R5, RATED)

_REGISTRY = {
    "registered_in_district": True,
    "is_university": False,
    "is_dishonest": False,
    "serious_violation": False,
    "host_is_legal_person": True,
    "account_confirmed": True,
}
_REGISTER = {
    "recognised_on": "2023-12-20",
    "lab_listed": True,
    "budget_unit": False,
    "research_misconduct": False,
}
_OFFICER = {
    "evidence_genuine": True,
    "meeting_approved": True,
    "agreed_money": 100 * WAN,
    "ends_on": "2026-12-31",
}
HELD: dict[str, dict[str, Any]] = {"registry": _REGISTRY, "register": _REGISTER, "officer": _OFFICER}
"""What each source holds of every company of these cases: all are entitled under all these policies."""


def kinds_of(packs: list[Pack]) -> dict[str, str]:
    """The kind of every fact of these packs, by name."""
    return {name: fact.kind for pack in packs for name, fact in pack.facts.items()}


def records_held(number: int) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The records of a company by source and list: a payment of last year."""
    payment = {
        "number": f"B{number:04d}",
        "contract": f"K2023{number:04d}",
        "side": "buyer",
        "registered": True,
        "related": False,
        "claimed_elsewhere": False,
        "vouched": True,
        "paid_on": dt.date(2023, 5, 20).isoformat(),
        "paid": 600 * WAN,
        "refunded": 0,
    }
    return {"register": {"payments": [payment]}}
