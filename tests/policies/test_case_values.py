"""Worked cases may say what definitions and tables come to, so that a score is pinned and not only whether it passes."""

from __future__ import annotations

import pytest

from policies.language import PolicyError, parse_pack
from policies.language.check.cases import read_cases
from policies.language.check.lint import check_pack
from tests.policies.packs import source_of

FACTS = "staff: {type: count, from: statistics}"
MORE = """define:
  points: 3 * staff
  fee: 5元 * staff
  share: 1/2
"""


def findings_with(values: str) -> list[str]:
    """What checking says of one case that expects these values."""
    cases = (
        "cases: [{id: one, facts: {filed_on: 2024-03-01, staff: 20人}, "
        f"expect: {{outcome: met, values: {values}}}}}]"
    )
    source = source_of(facts=FACTS, when="points >= 1 and fee >= 1元", more=MORE, cases=cases)
    return [str(item) for item in check_pack(source) if item.code == "CASE"]


def test_values_that_come_out_are_accepted() -> None:
    assert findings_with("{points: 60, fee: 100元}") == []


@pytest.mark.parametrize("wrong", ["{points: 59}", "{points: 61}", "{fee: 100元 + 1分}"])
def test_a_value_that_differs_is_a_finding_that_names_it(wrong: str) -> None:
    (found,) = findings_with(wrong)
    assert wrong[1:].split(":")[0] in found and "expected" in found


@pytest.mark.parametrize("odd", ["{nothing: 1}", "{share: 50元}", "{points: 60元}", "{points: 1/2}"])
def test_a_value_of_no_definition_or_of_another_type_is_refused(odd: str) -> None:
    cases = f"cases: [{{id: one, facts: {{}}, expect: {{outcome: met, values: {odd}}}}}]"
    source = source_of(facts=FACTS, when="points >= 1 and fee >= 1元", more=MORE, cases=cases)
    with pytest.raises(PolicyError):
        read_cases(parse_pack(source), source.cases, "cases.yaml")


def test_a_value_that_no_reason_names_differs() -> None:
    cases = (
        "cases: [{id: one, facts: {filed_on: 2024-03-01, staff: 20人}, expect: {outcome: met, values: {points: 60}}}]"
    )
    source = source_of(facts=FACTS, when="fee >= 1元", more=MORE, cases=cases)
    assert any("points" in str(item) for item in check_pack(source) if item.code == "CASE")
