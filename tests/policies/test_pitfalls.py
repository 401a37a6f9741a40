"""The mistakes that a policy language makes once: each has its test."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from policies.language import ABSENT, PolicyError, RecordList, decide, parse_pack
from tests.policies.packs import pack_of, refusal, source_of

ON = date(2024, 3, 1)


def test_an_unknown_veto_never_pays() -> None:
    source = source_of(facts="bad: {type: yes_no, from: registry}", formula="1万元")
    veto = "vetoes: [{id: v, when: bad, clause: T-1, zh: 否, en: no, certainty: recalled, source: t}]\neligibility:"
    pack = parse_pack(replace(source, policy=source.policy.replace("eligibility:", veto)))
    decision = decide(pack, {"filed_on": ON})
    assert (decision.outcome, decision.amount, decision.payable) == ("unknown", None, False)
    assert decision.amount_range == (0, 1_000_000)
    assert decide(pack, {"filed_on": ON, "bad": False}).amount == 1_000_000
    assert decide(pack, {"filed_on": ON, "bad": True}).amount == 0


def test_an_unknown_outcome_has_no_amount_even_where_nothing_would_be_paid() -> None:
    pack = pack_of(facts="p: {type: yes_no, from: tax}", when="p", formula="0元")
    decision = decide(pack, {"filed_on": ON})
    assert (decision.outcome, decision.amount, decision.amount_range) == ("unknown", None, (0, 0))


def test_one_unknown_part_does_not_make_certain_points_unknown() -> None:
    pack = pack_of(
        facts="x: {type: count, max: 30, from: expert}\ny: {type: count, max: 70, from: expert}", when='"x + y >= 60"'
    )
    assert decide(pack, {"filed_on": ON, "y": 70}).outcome == "met"
    assert decide(pack, {"filed_on": ON, "y": 29}).outcome == "not_met"
    assert decide(pack, {"filed_on": ON, "y": 40}).outcome == "unknown"


def test_a_firm_not_yet_founded_has_no_sales_and_that_is_known() -> None:
    pack = pack_of(facts="s: {type: money, optional: yes, from: tax}", when='"given(s, 0元) == 0元"')
    assert decide(pack, {"filed_on": ON, "s": ABSENT}).outcome == "met"
    assert decide(pack, {"filed_on": ON}).outcome == "unknown"


@pytest.mark.parametrize(
    ("when", "outcome"), [("granted + 1年 > filed_on", "not_met"), ("granted > filed_on - 1年", "met")]
)
def test_a_rolling_window_depends_on_the_date_that_moves(when: str, outcome: str) -> None:
    pack = pack_of(facts="granted: {type: date, from: register}", when=f'"{when}"', to="2025-12-31")
    assert decide(pack, {"granted": date(2024, 2, 29), "filed_on": date(2025, 2, 28)}).outcome == outcome
    assert decide(pack, {"granted": date(2024, 3, 1), "filed_on": date(2025, 2, 28)}).outcome == "met"
    assert decide(pack, {"granted": date(2024, 3, 1), "filed_on": date(2025, 3, 1)}).outcome == "not_met"


@pytest.mark.parametrize("text", ["no", "2023.1", "010", "12:30", "2024-01-01", "~", "1e3", "off"])
def test_yaml_converts_nothing(text: str) -> None:
    source = source_of(more=f"undertakings: [{{id: u, due: 05-31, zh: {text}, en: {text}, breach: warning}}]")
    assert parse_pack(source).undertakings[0].text.zh == text


def test_the_last_of_duplicate_keys_does_not_win() -> None:
    assert {found.code for found in refusal(facts="a: {type: money, type: count, from: tax}").findings} == {
        "DUPLICATE_KEY"
    }


def test_an_unknown_higher_tier_is_never_silently_the_lower() -> None:
    rest = "clause: T-1, zh: 大小, en: size, certainty: recalled, source: t"
    tiers = f"""tiers:
  - {{id: high, zh: 高, en: high, set: {{cap: 10万元}}, requires: {{id: h, when: big, {rest}}}}}
  - {{id: low, zh: 低, en: low, set: {{cap: 1万元}}, requires: {{id: l, when: small, {rest}}}}}"""
    facts = "big: {type: yes_no, from: tax}\nsmall: {type: yes_no, from: tax}"
    pack = pack_of(facts=facts, more=tiers, formula="cap")
    decision = decide(pack, {"filed_on": ON, "small": True})
    assert (decision.outcome, decision.tier, decision.amount) == ("met", None, None)
    assert decision.amount_range == (1_000_000, 10_000_000) and [ask.fact for ask in decision.ask] == ["big"]
    assert not decision.payable
    assert decide(pack, {"filed_on": ON, "small": True, "big": False}).amount == 1_000_000
    assert decide(pack, {"filed_on": ON, "small": False, "big": False}).outcome == "not_met"


@pytest.mark.parametrize("text", ["ａ > 1元", "a＞1元", "аb > 1元", "a > 1元；"])
def test_look_alike_characters_are_refused_before_parsing(text: str) -> None:
    error = refusal(facts="a: {type: money, from: tax}", when=f'"{text}"')
    assert error.findings[0].code == "CHARACTER"


@pytest.mark.parametrize("text", ["n > 0x10", "n > 1_0", "min() > 1", "n > 010", "n > 1__0", "n > _1"])
def test_odd_numbers_and_empty_calls_are_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        pack_of(facts="n: {type: count, from: tax}", when=f'"{text}"')


def test_a_ratio_just_below_its_threshold_is_not_rounded_up() -> None:
    facts = "rd: {type: money, from: tax}\nsales: {type: money, from: tax}"
    pack = pack_of(facts=facts, when='"rd / sales >= 5% if sales > 0元 else no"')
    below: dict[str, Any] = {"filed_on": ON, "rd": 4_999_999_999, "sales": 100_000_000_000}
    assert decide(pack, below).outcome == "not_met"
    assert decide(pack, {**below, "rd": 5_000_000_000}).outcome == "met"
    shown = pack_of(facts=facts, more='define: {share: "rd / sales if sales > 0元 else 0%"}', when='"share >= 5%"')
    assert decide(shown, below).leaves()[0].inputs[0].shown.zh == "≈4.99%"


def test_counts_over_one_list_keep_their_order() -> None:
    fields = "nr: {type: text}, core: {type: yes_no}, owned: {type: yes_no}"
    more = f"records: {{ip: {{key: nr, from: tax, max_length: 5, fields: {{{fields}}}}}}}"
    pack = pack_of(more=more, when='"count(ip, core and owned) <= count(ip, core)"')
    rows = RecordList(tuple({"nr": str(i), "core": i % 2 == 0, "owned": True} for i in range(4)))
    assert decide(pack, {"filed_on": ON, "ip": rows}).outcome == "met"


def test_a_score_of_exactly_the_mark_passes_or_fails_as_the_sign_says() -> None:
    facts = "x: {type: count, from: expert}"
    assert decide(pack_of(facts=facts, when='"x > 70"'), {"filed_on": ON, "x": 70}).outcome == "not_met"
    assert decide(pack_of(facts=facts, when='"x >= 60"'), {"filed_on": ON, "x": 60}).outcome == "met"


def test_long_chains_of_definitions_do_not_exhaust_the_interpreter() -> None:
    lines = "\n".join(f"  x{i}: x{i - 1} + 1" for i in range(1, 395))
    pack = pack_of(facts="n: {type: count, from: tax}", more=f"define:\n  x0: n + 0\n{lines}", when='"x394 == 400"')
    assert decide(pack, {"filed_on": ON, "n": 6}).outcome == "met"
    backwards = "\n".join(reversed(lines.splitlines()))
    again = pack_of(
        facts="n: {type: count, from: tax}", more=f"define:\n{backwards}\n  x0: n + 0", when='"x394 == 400"'
    )
    assert decide(again, {"filed_on": ON, "n": 6}).outcome == "met"
