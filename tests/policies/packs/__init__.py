"""Small packs for tests: a skeleton with the parts under test put in."""

from __future__ import annotations

from pathlib import Path

from policies.language import Pack, PackSource, PolicyError, parse_pack

FOLDER = Path(__file__).resolve().parents[3] / "policies" / "packs" / "flying_sky"

SOURCE = """# 试行办法 / Trial measures

## T-1 条件 / Condition
应满足条件。
> The condition is met.
"""

SKELETON = """code: trial
version: "2024.1"
title: {{zh: 试行, en: Trial}}
currency: {currency}
fiscal_year_start: {fiscal}
effective: {{from: 2024-01-01, to: {to}}}
decides_on: filed_on
facts:
  filed_on: {{type: date, from: system}}
{facts}
{more}
eligibility:
  all_of:
    - {{id: only, when: {when}, clause: T-1, zh: 条件, en: condition, certainty: recalled, source: trial}}
{amount}
document: {{number: 示科〔2024〕1号, issuers: [区科技局]}}
route: {{kind: R1, acceptance: 5 working days, correction: 5 working days, co_review: no, approval: [{{by: leader}}]}}
no_notice_reason: trial
cases: cases.yaml
"""


def source_of(
    *,
    facts: str = "",
    when: str = '"yes"',
    formula: str = "",
    rounding: str = "down to 1分",
    more: str = "",
    currency: str = "CNY",
    fiscal: str = "01-01",
    to: str = "2024-07-31",
    cases: str = "cases: []",
) -> PackSource:
    """Return the texts of a pack with these parts; `facts` are lines of `name: {…}`."""
    amount = ""
    if formula:
        amount = (
            f'amount: {{formula: "{formula}", round: {rounding}, clause: T-1, zh: 金额, en: amount, '
            "certainty: recalled, source: trial}"
        )
    lines = "\n".join(f"  {line.strip()}" for line in facts.strip().splitlines())
    text = SKELETON.format(facts=lines, when=when, amount=amount, more=more, currency=currency, fiscal=fiscal, to=to)
    return PackSource(text, SOURCE, cases, "trial")


def pack_of(**parts: str) -> Pack:
    """Return a pack with these parts (see `source_of`)."""
    return parse_pack(source_of(**parts))


def refusal(**parts: str) -> PolicyError:
    """Return the error that a pack with these parts raises."""
    try:
        pack_of(**parts)
    except PolicyError as error:
        return error
    raise AssertionError("the pack was accepted")


def code_of(error: PolicyError) -> str:
    """Return the code of the only finding."""
    assert len(error.findings) == 1, str(error)
    return error.findings[0].code
