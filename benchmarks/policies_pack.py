"""The policy that the speeds are measured on: eight clauses, twelve facts, a banded rate and a banded threshold.

Invented for measuring; `JDM` says the same in zen-engine's own form, with every clause kept by name. Dates go in as day
numbers there, which is kinder to it than calendar dates.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise

from policies.language import ABSENT, Pack, PackSource, Value, parse_pack

SOURCE = """# 研发投入补助（测速用） / R&D spending subsidy (for measuring)

## T-1 条件 / Conditions
符合下列条件的企业给予补助。
> Companies that meet these conditions receive the subsidy.
"""

REST = "clause: T-1, certainty: assumed, source: invented for measuring"
POLICY = f"""code: speed
version: "2024.1"
title: {{zh: 研发投入补助, en: subsidy for research spending}}
currency: CNY
effective: {{from: 2024-01-01, to: 2024-07-31}}
decides_on: filed_on
facts:
  filed_on: {{type: date, from: system, zh: 申报日期, en: day of filing}}
  founded_on: {{type: date, from: registry, zh: 成立日期, en: founded on}}
  registered: {{type: yes_no, from: registry, zh: 注册在本区, en: registered in the district}}
  dishonest: {{type: yes_no, from: registry, zh: 失信被执行人, en: dishonest debtor}}
  committed: {{type: yes_no, from: applicant, zh: 已签承诺书, en: commitment signed}}
  scale:
    type: choice
    of:
      micro: {{zh: 微型, en: micro}}
      small: {{zh: 小型, en: small}}
      medium: {{zh: 中型, en: medium}}
      large: {{zh: 大型, en: large}}
    from: registry
    zh: 企业规模
    en: scale
  certificate_until: {{type: date, optional: yes, from: register, zh: 证书有效期至, en: certificate valid until}}
  sales: {{type: money, from: tax, zh: 上年营业收入, en: sales last year}}
  rd: {{type: money, from: applicant, zh: 上年研发费用, en: research spending last year}}
  rd_before: {{type: money, optional: yes, from: applicant, zh: 前年研发费用, en: research spending the year before}}
  staff: {{type: count, from: applicant, zh: 职工人数, en: staff}}
  rd_staff: {{type: count, from: applicant, zh: 研发人员, en: research staff}}
parameters:
  cap: {{value: 200万元, zh: 上限, en: cap, {REST}}}
  staff_share: {{value: 10%, zh: 研发人员占比, en: share of research staff, {REST}}}
tables:
  need:
    of: sales
    clause: T-1
    zh: 研发强度要求
    en: intensity needed
    bands: {{"(.., 5000万元]": 5%, "(5000万元, 2亿元]": 4%, "(2亿元, ..)": 3%}}
  rate:
    of: rd
    clause: T-1
    zh: 补助比例
    en: rate
    bands: {{"(.., 500万元]": 5%, "(500万元, 2000万元]": 8%, "(2000万元, ..)": 10%}}
vetoes:
  - {{id: honest, when: dishonest, zh: 未失信, en: not dishonest, {REST}}}
eligibility:
  all_of:
    - {{id: here, when: registered, zh: 注册在本区, en: registered here, {REST}}}
    - {{id: promise, when: committed, zh: 已签承诺书, en: commitment signed, {REST}}}
    - {{id: certified, when: has(certificate_until) and certificate_until >= filed_on, zh: 证书有效, en: certificate valid, {REST}}}
    - {{id: sized, when: "scale in (micro, small, medium)", zh: 中小微企业, en: not large, {REST}}}
    - {{id: old_enough, when: filed_on - founded_on >= 365天, zh: 成立满一年, en: a year old, {REST}}}
    - {{id: intensity, when: rd >= need * sales, zh: 研发强度达标, en: intensity reached, {REST}}}
    - {{id: people, when: rd_staff >= staff_share * staff, zh: 研发人员达标, en: research staff reached, {REST}}}
amount:
  {{formula: "min(cap, rate * rd + 2% * max(0元, rd - given(rd_before, rd)))", round: down to 100元, zh: 补助金额, en: subsidy, {REST}}}
document: {{number: 测〔2024〕1号, issuers: [区科技局]}}
route: {{kind: R1, acceptance: 5 working days, correction: 5 working days, co_review: no, approval: [{{by: leader}}]}}
no_notice_reason: for measuring
cases: cases.yaml
"""

CLAUSES = ("honest", "here", "promise", "certified", "sized", "old_enough", "intensity", "people")
YI, WAN = 10_000_000_000, 1_000_000  # 1亿元 and 1万元 in fen


def pack() -> Pack:
    """Return the policy."""
    return parse_pack(PackSource(POLICY, SOURCE, "cases: []", "speed"))


def companies(count: int, seed: int = 1) -> list[dict[str, Value]]:
    """Return the facts of `count` companies, crowded around the thresholds, all known."""
    draw = random.Random(seed)
    found: list[dict[str, Value]] = []
    for _ in range(count):
        sales, staff = draw.choice((draw.randrange(5 * YI), 5000 * WAN, 2 * YI + 1)), draw.randrange(400)
        rd = sales * draw.choice((2, 3, 4, 5, 8, 20)) // 100 + draw.randint(-1, 1)
        found.append(
            {
                "filed_on": date(2024, draw.randint(1, 7), draw.randint(1, 28)),
                "founded_on": date(draw.randint(2000, 2023), draw.randint(1, 12), draw.randint(1, 28)),
                "registered": draw.random() < 0.9,
                "dishonest": draw.random() < 0.1,
                "committed": draw.random() < 0.95,
                "scale": draw.choice(("micro", "small", "medium", "small", "large")),
                "certificate_until": ABSENT if draw.random() < 0.2 else date(draw.randint(2023, 2026), 6, 30),
                "sales": sales,
                "rd": max(0, rd),
                "rd_before": ABSENT if draw.random() < 0.2 else max(0, rd) * draw.randint(50, 150) // 100,
                "staff": staff,
                "rd_staff": staff * draw.choice((5, 9, 10, 11, 30)) // 100,
            }
        )
    return found


def plain(facts: Mapping[str, Value]) -> dict[str, object]:
    """Return the facts as zen-engine takes them: dates as day numbers, absent as null."""
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: Value) -> object:
    if value is ABSENT:
        return None
    if isinstance(value, Decimal):
        return str(value)
    return value.toordinal() if isinstance(value, date) else value


_EXPRESSIONS = {
    "honest": "not dishonest",
    "here": "registered",
    "promise": "committed",
    "certified": "certificate_until != null and certificate_until >= filed_on",
    "sized": "scale in ['micro', 'small', 'medium']",
    "old_enough": "filed_on - founded_on >= 365",
    "intensity": "rd * 100 >= need * sales",
    "people": "rd_staff * 10 >= staff",
    "eligible": " and ".join(f"$.{name}" for name in CLAUSES),
    "rise": "rd_before == null ? 0 : max([0, rd - rd_before])",
    "amount": "$.eligible ? floor(min([200000000, (rate * rd + 2 * $.rise) / 100]) / 10000) * 10000 : 0",
}


def _banded(name: str, operand: str, bands: list[tuple[str, int]]) -> dict[str, object]:
    return {
        "id": name, "type": "decisionTableNode", "name": name,
        "content": {
            "hitPolicy": "first", "passThrough": True, "inputField": None, "outputPath": None,
            "executionMode": "single",
            "inputs": [{"id": "i", "name": operand, "field": operand}],
            "outputs": [{"id": "o", "name": name, "field": name}],
            "rules": [{"_id": str(n), "i": test, "o": str(value)} for n, (test, value) in enumerate(bands)],
        },
    }  # fmt: skip


def jdm() -> str:
    """Return the same policy as a JDM graph: two decision tables for the bands, one node of named expressions."""
    tables = [
        _banded("need", "sales", [(f"<= {5000 * WAN}", 5), (f"<= {2 * YI}", 4), ("", 3)]),
        _banded("rate", "rd", [(f"<= {500 * WAN}", 5), (f"<= {2000 * WAN}", 8), ("", 10)]),
    ]
    clauses = {
        "id": "clauses", "type": "expressionNode", "name": "clauses",
        "content": {
            "passThrough": True, "inputField": None, "outputPath": None, "executionMode": "single",
            "expressions": [
                {"id": key, "key": key, "value": value} for key, value in _EXPRESSIONS.items()
            ],
        },
    }  # fmt: skip
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"}, *tables, clauses,
        {"id": "out", "type": "outputNode", "name": "out"},
    ]  # fmt: skip
    ids = ["in", "need", "rate", "clauses", "out"]
    edges = [{"id": a + b, "sourceId": a, "targetId": b, "type": "edge"} for a, b in pairwise(ids)]
    return json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})
