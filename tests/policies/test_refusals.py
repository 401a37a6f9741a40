"""What the language refuses, where it points, and what it says was expected."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from policies.language import PolicyError, parse_pack
from policies.language.check.lint import check_pack
from tests.policies.packs import code_of, pack_of, refusal, source_of

FACTS = """a: {type: money, from: tax}
    b: {type: money, from: tax}
    n: {type: count, from: tax}
    z: {type: money, optional: yes, from: tax}
    d: {type: date, from: tax}
    p: {type: yes_no, from: tax}
    c: {type: choice, of: [own, let], from: tax}
    e: {type: money, currency: EUR, from: tax}"""


def test_the_parts_used_below_are_accepted() -> None:
    assert pack_of(facts=FACTS, when='"a > 0元 and p"').code == "trial"


@pytest.mark.parametrize(
    "text",
    [
        "__import__", "a.b", "a.__class__ > 0元", "a._b", "().__class__", "lambda x", "[x for x in a]", "{a}", "a if b",
        "9**9**9", "2 ** 3 > 1", "a // b > 1", "a @ b", "a; b", "a := 1", "f'x'", "'x' == c", "a[0] > 1元", "not", "a >",
        "(a > 1元", "a > 1元)", "a > 1元 1", "exec(a)", "open(p)", "a > 0x10", "n > 1_000", "n > 010", "n > 1e3", "n > 1.5",
        "min() > 1元", "ａ > 1元", "а > 1元", "a > １元", "a\u00a0> 1元", "a\t> 1元", "a > 1元 # no", "a is b", "A > 1元",
        "a > 1斤", "d > 2023-02-29", "p == yes()", "n > 9999999999999999999", "a in ()", "a, b",
        "9**9**9 > 1", "a.__class__.__mro__", "__builtins__", "p if p", "{x for x in a}", "(x for x in a)", "*a", "**a",
        "a > 1元 -> p", "p and (lambda: p)()", "print(1)", "eval(a)", "getattr(a, b)", "a!r", "a ? b", "a && b", "p | p",
        "~p", "!p", "a <> b", "a = b", "a === b", "n > 1e308", "n > inf", "n > nan", "None", "True", "p is not p",
        "d > today", "d > now()", "d + 1001年 > d", "d + 1.5年 > d", "a > -", "p or", "not", "()", "if p else p",
        "await p", "yield p", "a >> 1 > 0", "a % 2 > 0", "a^2 > 1", "0b1 > 0", "n > 1,000", "n > 1 000", "a > 1 元 元",
        "p == 是", "n > 十", "n > ١", "n > ²", "n\u0338 > 1", "a\u0301 > 1元", "\ufeffp", "p\u200d", "\u2066p\u2069", "ᵖ",
        "p \u037e", "a ＞ 1元", "（p）", "p\u3000and p", "a > 1\u00a5", "a > 1￥", "a > 1$", "-p", "- - a > 1元",
    ],
)  # fmt: skip
def test_hostile_or_malformed_text_is_refused(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    source = source_of(facts=FACTS, when=quoted)
    with pytest.raises(PolicyError) as caught:
        parse_pack(source)
    found = caught.value.findings[0]
    lines = source.policy.splitlines()
    assert 1 <= found.line <= len(lines) and 1 <= found.column <= len(lines[found.line - 1]) + 1
    assert found.message_en and found.message_zh


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(" * 26 + "p" + ")" * 26, "LIMIT"),
        (" and ".join(["p"] * 110), "LIMIT"),
        (" or ".join(["a > 0元"] * 51), "LIMIT"),
        ("not " * 30 + "p", "LIMIT"),
        ("p" + " " * 500, "LIMIT"),
    ],
)
def test_limits(text: str, code: str) -> None:
    assert code_of(refusal(facts=FACTS, when=f'"{text}"')) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a + n > 0元", "TYPE"),
        ("a * b > 0元", "TYPE"),
        ("a + e > 0元", "TYPE"),
        ("a > n", "TYPE"),
        ("a", "TYPE"),
        ("p > yes", "TYPE"),
        ("c == rent", "NAME"),
        ("c == 1", "TYPE"),
        ("sales > 1元", "NAME"),
        ("d + d > d", "TYPE"),
        ("-p", "TYPE"),
        ("a in (n, n)", "TYPE"),
        ("z > 0元", "ABSENT"),
        ("has(z) or z > 0元", "ABSENT"),
        ("has(a)", "CALL"),
        ("given(z, n) > 0元", "CALL"),
        ("cagr(a, b, 0) > 5%", "CALL"),
        ("cagr(a, b, n) > 5%", "CALL"),
        ("a > 0元 and cagr(a, b, 2) > b / a", "TYPE"),
        ("count(a) > 1", "CALL"),
        ("number_of(a) > 1", "TYPE"),
        ("round_down(a, b) > 1元", "CALL"),
        ("frobnicate(a)", "FUNCTION"),
        ("b / a > 5%", "DIVISOR"),
        ("a >= 0元 and b / a > 5%", "DIVISOR"),
        ("a > 0元 or b / a > 5%", "DIVISOR"),
        ("cagr(a, b, 2) >= 5%", "DIVISOR"),
        ("whole(a, b) > 1", "DIVISOR"),
        ("a * n * n * n * n > 0元", "RANGE"),
        ("d + 1000年 + 1000年 + 1000年 + 1000年 + 1000年 + 1000年 + 1000年 + 1000年 > d", "RANGE"),
    ],
)
def test_an_expression_without_meaning_is_refused(text: str, code: str) -> None:
    assert code_of(refusal(facts=FACTS, when=f'"{text}"')) == code


@pytest.mark.parametrize(
    "text",
    [
        "a > 0元 and b / a > 5%",
        "b / a > 5% if a > 0元 else no",
        "b / a > 5% if not (a <= 0元) else no",
        "no if a == 0元 else b / a > 5%",
        "a <= 0元 or b / a > 5%",
        "p and a >= 1分 and b / a > 5%",
    ],
)
def test_a_guard_proves_the_divisor(text: str) -> None:
    assert pack_of(facts=FACTS, when=f'"{text}"').code == "trial"


@pytest.mark.parametrize(
    "text",
    ["has(z) and z > 0元", "not has(z) or z > 0元", "z > 0元 if has(z) else no", "no if not has(z) else z > 0元"],
)
def test_a_guard_proves_that_a_fact_exists(text: str) -> None:
    assert pack_of(facts=FACTS, when=f'"{text}"').code == "trial"


def test_the_error_points_at_the_character() -> None:
    source = source_of(facts=FACTS, when='"p and a > nothing"')
    with pytest.raises(PolicyError) as caught:
        parse_pack(source)
    found = caught.value.findings[0]
    line = source.policy.splitlines()[found.line - 1]
    assert line[found.column - 1 :].startswith("nothing")
    assert found.clause == "T-1" and found.file == "trial/policy.yaml"
    assert str(caught.value).startswith(f"trial/policy.yaml:{found.line}:{found.column} T-1: found the name nothing")
    assert "nothing" in found.message_zh and found.severity == "error"


def test_columns_are_characters_after_chinese_text() -> None:
    source = source_of(facts=FACTS, when='"1亿元 > 5000万元 and ghost"')
    with pytest.raises(PolicyError) as caught:
        parse_pack(source)
    found = caught.value.findings[0]
    assert source.policy.splitlines()[found.line - 1][found.column - 1 :].startswith("ghost")


def test_every_fault_is_reported_at_once_and_consequences_are_not() -> None:
    error = refusal(
        facts="a: {type: money, from: nowhere}\nb: {type: many, from: tax}",
        more="define:\n  x: a + 1元\n  y: x + 1元\n  w: ghost",
    )
    assert [found.code for found in error.findings] == ["SCHEMA", "SCHEMA", "NAME"]


def edited(old: str, new: str) -> PolicyError:
    """Return the error after one edit of the skeleton."""
    source = source_of(facts=FACTS)
    assert old in source.policy
    with pytest.raises(PolicyError) as caught:
        parse_pack(replace(source, policy=source.policy.replace(old, new, 1)))
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("code: trial", "code: trial\ncode: again", "DUPLICATE_KEY"),
        ("code: trial", "code: trial\nkode: again", "UNKNOWN_KEY"),
        ("code: trial", "code: &x trial", "YAML"),
        ("code: trial", "code: !!str trial", "YAML"),
        ("code: trial", "code: [", "YAML"),
        ("code: trial", "code: |\n  trial", "YAML"),
        ("currency: CNY", "currency: XXX", "SCHEMA"),
        ('version: "2024.1"', "version: one", "SCHEMA"),
        ("to: 2024-07-31", "to: 2023-07-31", "SCHEMA"),
        ("decides_on: filed_on", "decides_on: a", "SCHEMA"),
        ("示科〔2024〕1号", "'示科[2024]01号'", "SCHEMA"),
        ("5 working days", "5 days", "SCHEMA"),
        ("approval: [{by: leader}]", "approval: [{by: leader, up_to: 1万元}]", "SCHEMA"),
        ("no_notice_reason: trial\n", "", "SCHEMA"),
        ("en: condition", "fr: condition", "UNKNOWN_KEY"),
        ("zh: 条件, ", "", "SCHEMA"),
        ("a: {type", "class: {type", "NAME"),
        ("a: {type", "sum: {type", "NAME"),
        ("a: {type", "A: {type", "NAME"),
        ("a: {type", "x__y: {type", "NAME"),
        ("n: {type: count,", "n: {type: count, min: 5, max: 4,", "SCHEMA"),
        ("of: [own, let]", "of: [own, own]", "SCHEMA"),
    ],
)  # fmt: skip
def test_the_skeleton_is_closed(old: str, new: str, code: str) -> None:
    assert code in {found.code for found in edited(old, new).findings}


def test_an_unquoted_comma_is_explained() -> None:
    error = refusal(facts=FACTS, more="define: {x: max(a, b)}")
    assert code_of(error) == "UNQUOTED" and "quotes" in str(error)


def test_circles_are_named() -> None:
    error = refusal(facts=FACTS, more="define:\n  x: y + 1元\n  y: x + 1元")
    assert "CYCLE" in {found.code for found in error.findings} and "x → y → x" in str(error)


@pytest.mark.parametrize(
    "bands",
    [
        '"(.., 1元]": 1, "[1元, ..)": 2',
        '"(.., 1元)": 1, "(1元, ..)": 2',
        '"(.., 1元]": 1, "(2元, ..)": 2',
        '"(0元, 1元]": 1, "(1元, ..)": 2',
        '"(.., 1元]": 1',
        '"[.., 1元]": 1, "(1元, ..)": 2',
        '"1元": 1',
        '"(.., 1元]": 1, "(1元, ..)": 2元',
        '"(.., 1]": 1, "(1, ..)": 2',
    ],
)
def test_bands_cover_every_value_once(bands: str) -> None:
    with pytest.raises(PolicyError):
        pack_of(facts=FACTS, more=f"tables: {{t: {{of: a, bands: {{{bands}}}}}}}")


def test_an_amount_that_may_be_negative_is_refused() -> None:
    assert code_of(refusal(facts=FACTS, formula="a - b")) == "NEGATIVE"


def test_an_amount_in_another_currency_is_refused() -> None:
    assert code_of(refusal(facts=FACTS, formula="e")) == "TYPE"


def test_a_dated_parameter_covers_every_deciding_day() -> None:
    text = "parameters: {r: {dated: [{from: 2024-02-01, value: 5%}], clause: T-1, certainty: recalled, source: t}}"
    assert code_of(refusal(more=text)) == "DATED"


def test_no_aggregate_inside_an_aggregate() -> None:
    more = "records: {ip: {key: id_no, from: tax, fields: {id_no: {type: text}, fee: {type: money}}}}"
    assert code_of(refusal(more=more, when='"count(ip, count(ip) > 1) > 1"')) == "CALL"
    assert code_of(refusal(more=more, when='"ip > 1"')) == "LIST"


def test_a_missing_file_is_named(tmp_path: object) -> None:
    from pathlib import Path

    from policies.language import load_pack

    with pytest.raises(PolicyError, match=r"policy\.yaml:1:1: the file is missing"):
        load_pack(Path(str(tmp_path)))


@pytest.mark.parametrize("offset", range(4))
def test_the_refusal_points_into_the_expression(offset: int) -> None:
    when = " " * offset + "p and a.__class__"
    source = source_of(facts=FACTS, when=f'"{when}"')
    with pytest.raises(PolicyError) as caught:
        parse_pack(source)
    found = caught.value.findings[0]
    assert source.policy.splitlines()[found.line - 1][found.column - 1 :].startswith(".__class__")


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ("x" * 400_001, "YAML"),
        ("code: " + "[" * 60 + "]" * 60, "YAML"),
        ("a: {" * 60 + "}" * 60, "YAML"),
        (BOMB, "YAML"),
        ("code: trial\n---\ncode: again", "YAML"),
        ("? [a, b]\n: c", "YAML"),
        ("<<: {code: x}", "UNKNOWN_KEY"),
        ("code: !!python/object/apply:os.system [ls]", "YAML"),
        ("%YAML 1.1\n---\ncode: \x00", "YAML"),
        ("", "YAML"),
        ("- code", "SCHEMA"),
        ("\ud7ff\ufffe", "YAML"),
    ],
    ids=[
        "long",
        "deep lists",
        "deep maps",
        "aliases",
        "documents",
        "key",
        "merge",
        "tag",
        "nul",
        "empty",
        "list",
        "odd",
    ],
)
def test_hostile_files_are_refused(policy: str, code: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_pack(replace(source_of(facts=FACTS), policy=policy))
    assert caught.value.findings[0].code == code


def test_a_source_without_end_is_refused() -> None:
    source = source_of(facts=FACTS)
    with pytest.raises(PolicyError) as caught:
        parse_pack(replace(source, source=source.source + "x" * 400_001))
    assert code_of(caught.value) == "LIMIT"


def test_too_many_definitions_and_bands_are_refused() -> None:
    definitions = "define:\n" + "\n".join(f"  x{i}: a + {i}分" for i in range(401))
    assert code_of(refusal(facts=FACTS, more=definitions)) == "LIMIT"
    ends = ["..", *(f"{i}分" for i in range(1, 61)), ".."]
    bands = ", ".join(
        f'"({low}, {high}{")" if high == ".." else "]"}": {i}' for i, (low, high) in enumerate(pairwise(ends))
    )
    table = f"tables: {{t: {{of: a, clause: T-1, bands: {{{bands}}}}}}}"
    assert code_of(refusal(facts=FACTS, more=table)) == "LIMIT"


@pytest.mark.parametrize("length", ["0", "100001", "-1", "1e9", "many"])
def test_lists_have_a_length(length: str) -> None:
    more = f"records: {{ip: {{key: nr, from: tax, max_length: {length}, fields: {{nr: {{type: text}}}}}}}}"
    assert code_of(refusal(facts=FACTS, more=more)) == "SCHEMA"


@pytest.mark.parametrize("text", ["9**9**9", "a.__class__", "__import__", "1元 if p else", "9" * 40, "10**18元"])
@pytest.mark.parametrize(
    "place",
    [
        "define: {{x: '{}'}}",
        "tables: {{t: {{of: '{}', clause: T-1, bands: {{'(.., 1)': 1, '[1, ..)': 2}}}}}}",
        "tables: {{t: {{of: n, clause: T-1, bands: {{'(.., 1)': '{}', '[1, ..)': 2}}}}}}",
        "parameters: {{x: {{value: '{}', clause: T-1, certainty: recalled, source: t}}}}",
        "guarantees: [{{always: '{}'}}]",
        "documents: [{{id: x, zh: x, en: x, required: '{}'}}]",
    ],
)
def test_every_place_for_an_expression_refuses_alike(place: str, text: str) -> None:
    error = refusal(facts=FACTS, more=place.format(text))
    assert error.findings[0].code in ("SYNTAX", "CHARACTER", "NAME", "LITERAL", "TYPE", "UNIT")
    assert error.findings[0].line > 1


@pytest.mark.parametrize("text", ["9**9**9", "a.__class__", "9" * 40, "sum(ip, 1)", "1元 +", "ａ"])
def test_the_facts_of_a_case_refuse_alike(text: str) -> None:
    cases = f"cases: [{{id: x, facts: {{a: '{text}'}}, expect: {{outcome: met}}}}]"
    found = check_pack(source_of(facts=FACTS, cases=cases), proofs=False)
    assert len(found) == 1 and found[0].file == "trial/cases.yaml" and found[0].severity == "error"
