"""How old a value may be: the pack's rule, what it makes of a decision, and how it is said."""

from __future__ import annotations

from datetime import date

import pytest

from policies.language import (
    Facts,
    Outdated,
    Pack,
    RecordList,
    Value,
    decide,
    facts_from_json,
    facts_to_json,
    is_outdated,
)
from policies.language.check.lint import sheet
from policies.language.decision import Decision
from policies.language.diff.versions import diff
from policies.language.render.pack import render_markdown
from tests.policies.packs import pack_of, refusal

DAY = date(2024, 3, 4)
OLD = date(2022, 12, 31)


def trial(*, within: str = "12 months", fact: str = "", when: str = "sales >= 10元", record: str = "") -> Pack:
    return pack_of(
        facts=f"sales: {{type: money, from: tax, fresh_within: {within}, zh: 收入, en: sales{fact}}}\n"
        "local: {type: yes_no, from: registry, fresh_within: 1年, zh: 在本区, en: local}",
        when=f'"{when}"',
        more="records: {ip: {key: n, from: ip_register, zh: 专利, en: rights, fresh_within: 2年, "
        f"fields: {{n: {{type: text}}, w: {{type: count, max: 9}}}}{record}}}}}",
    )


@pytest.mark.parametrize(
    ("within", "as_of", "on", "old"),
    [
        ("12 months", date(2023, 3, 4), DAY, False),
        ("12 months", date(2023, 3, 3), DAY, True),
        ("1年", date(2024, 2, 29), date(2025, 2, 28), False),
        ("1年", date(2024, 2, 29), date(2025, 3, 1), True),
        ("90天", date(2023, 12, 5), DAY, False),
        ("90天", date(2023, 12, 4), DAY, True),
        ("12 months", date(2024, 3, 5), DAY, False),
    ],
)
def test_the_last_day_still_counts_and_the_next_does_not(within: str, as_of: date, on: date, old: bool) -> None:
    assert is_outdated(trial(within=within).facts["sales"], as_of, on=on) is old


def test_without_a_rule_nothing_is_ever_old() -> None:
    pack = pack_of(facts="a: {type: money, from: tax}", when='"a > 1元"')
    assert not is_outdated(pack.facts["a"], date(1950, 1, 1), on=DAY)


def decided(pack: Pack, **facts: Value) -> Decision:
    return decide(pack, {"filed_on": DAY, "sales": 100_000, "local": True, "ip": RecordList(()), **facts})


def test_an_old_value_counts_as_unknown_and_the_reason_names_its_day_and_whom_to_ask() -> None:
    pack = trial()
    assert decided(pack).outcome == "met"
    decision = decided(pack, sales=Outdated(OLD))
    assert decision.outcome == "unknown"
    (ask,) = decision.ask
    assert (ask.fact, ask.from_, ask.as_of) == ("sales", "tax", OLD)
    assert ask.to_json()["as_of"] == "2022-12-31"
    (only,) = decision.leaves()
    assert "2022年12月31日" in only.inputs[0].shown.zh and "too old" in only.inputs[0].shown.en
    assert only.inputs[0].value is None


@pytest.mark.parametrize("when", ["local", "local and sales > 1元", "any(ip, w > 3)"])
def test_an_old_value_of_any_kind_never_passes(when: str) -> None:
    decision = decided(trial(when=when), local=Outdated(OLD), ip=Outdated(OLD))
    assert decision.outcome == "unknown"
    assert {ask.as_of for ask in decision.ask} == {OLD}
    assert "2022-12-31" in str(decision.leaves()[0].to_json())


def test_records_left_out_for_their_age_are_named_and_those_that_count_still_count() -> None:
    pack = trial(when="count(ip, w > 3) >= 2")
    fresh: Facts = {"n": "a", "w": 5}
    decision = decided(pack, ip=RecordList((fresh,), complete=False, outdated=OLD))
    assert decision.outcome == "unknown" and decision.ask[0].as_of == OLD
    assert "2022-12-31" in decision.leaves()[0].inputs[0].shown.en
    enough = RecordList((fresh, {"n": "b", "w": 9}), complete=False, outdated=OLD)
    assert decided(pack, ip=enough).outcome == "met"


def test_as_json_an_old_value_is_left_out_like_any_that_is_unknown() -> None:
    pack = trial()
    facts: Facts = {"filed_on": DAY, "sales": Outdated(OLD), "ip": Outdated(OLD)}
    assert facts_to_json(pack, facts) == {"filed_on": "2024-03-04"}
    assert facts_from_json(pack, facts_to_json(pack, facts)) == {"filed_on": DAY}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ("a: {type: money, from: tax, fresh_within: 0天}", "above 0"),
        ("a: {type: money, from: tax, fresh_within: 5元}", "duration"),
        ("a: {type: money, from: system, fresh_within: 1年}", "never old"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(facts: str, said: str) -> None:
    assert said in refusal(facts=facts).findings[0].message_en


def test_a_field_of_a_record_has_no_age_of_its_own() -> None:
    more = "records: {ip: {key: n, from: tax, fields: {n: {type: text, fresh_within: 1年}}}}"
    assert "fresh_within" in refusal(more=more).findings[0].message_en


def test_the_rule_is_printed_and_a_change_of_it_told() -> None:
    old, new = trial(), trial(within="6 months")
    (found,) = diff(old, new)
    assert (found.kind, found.subject, found.change) == ("fact", "sales", "changed")
    assert found.after is not None and "6 months" in found.after.en
    text = render_markdown(new, "en") + render_markdown(new, "zh")
    assert "counts for 6 months from its as-of day" in text and "有效期：截至日起6个月内" in text
    assert "Each record counts for 2 years" in text


def test_what_a_list_asks_and_what_proves_it_is_read_printed_and_compared() -> None:
    paper = ", asks: applicant, proof: [paper], help_zh: 逐条填写, help_en: One line each"
    old, new = trial(), trial(record=paper)
    assert new.records["ip"].asks == "applicant" and new.records["ip"].proof == ("paper",)
    assert [(one.kind, one.change) for one in diff(old, new)] == [("record", "changed")]
    assert "One line each" in render_markdown(new, "en")
    assert [one.code for one in sheet(new)] == ["PROOF"]
    decision = decide(trial(when="any(ip, w > 3)", record=paper), {"filed_on": DAY})
    assert [(one.fact, one.from_) for one in decision.ask] == [("ip", "applicant")]
