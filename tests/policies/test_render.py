"""Packs in words: every part of the language has words, sentences read right, nothing that is read goes unnamed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings

from policies.language import Pack, PackSource, PolicyError, Position, Text, load_pack
from policies.language import types as checker
from policies.language.award import groups as group_files
from policies.language.award.groups import parse_group
from policies.language.check.cases import read_cases
from policies.language.declare import FACT_KINDS, SOURCES
from policies.language.functions import FUNCTION_TABLE
from policies.language.model import Program
from policies.language.parse import COMPARISONS, parse_expression
from policies.language.reader import Scalar
from policies.language.render.blocks import Grid, Item, Line, Listing, markdown, texts_of
from policies.language.render.expression import RENDERINGS, Wording
from policies.language.render.pack import (
    form_sections,
    render_criterion,
    render_expression,
    render_markdown,
    render_pack,
)
from policies.language.render.page import page_blocks
from policies.language.render.rules import table_blocks
from policies.language.render.terms import GROUP_MODES, GUARANTEES, MODES, TIES, group_item
from policies.language.render.words import CERTAINTY, KINDS, ROUNDING, constant, duration, money, percent
from policies.language.render.words import SOURCES as SOURCE_WORDS
from policies.language.schema import CERTAINTIES
from policies.language.typed import Type, Typed
from tests.policies.expressions import FACTS, Written, condition
from tests.policies.generated import packs
from tests.policies.packs import FOLDER, pack_of

PACKS = sorted(FOLDER.parent.glob("*/*/policy.yaml"))
EXAMPLES = int(os.environ.get("SUBSIDY_EXAMPLES", "30"))


@pytest.fixture(scope="module")
def flying() -> Pack:
    return load_pack(FOLDER / "2023.1")


# -- everything has words ------------------------------------------------------------------------------------------


def test_every_function_and_operator_has_words() -> None:
    written = {*FUNCTION_TABLE, *COMPARISONS, *checker._METHODS, "const", "name", "field"}
    assert set(RENDERINGS) == written


def test_every_closed_list_of_the_language_has_words() -> None:
    assert set(CERTAINTY) == set(CERTAINTIES)
    assert set(KINDS) == set(FACT_KINDS)
    assert set(SOURCE_WORDS) == set(SOURCES)
    assert set(GROUP_MODES) == set(group_files.MODES)
    assert set(GUARANTEES) == {"rises_with", "falls_with", "kept_by", "same_for"}
    assert set(ROUNDING) == {"down", "up", "half_up", "half_even"}
    assert set(MODES) == {"ranked", "pro_rata", "first_come"}
    assert set(TIES) == {"earliest_filed", "largest_amount", "smallest_amount"}


def test_an_operator_without_words_is_refused_by_name(flying: Pack) -> None:
    leaf = flying.leaves()[0]
    with pytest.raises(PolicyError, match="there are no words for modulo") as refused:
        render_expression(flying, replace(leaf.when, op="modulo"))
    assert "没有对应的文字表述" in refused.value.in_language("zh")


# -- sentences -----------------------------------------------------------------------------------------------------


TRIAL = pack_of(
    facts="""founded_on: {type: date, from: registry, zh: 成立日期, en: founded on}
closed_on: {type: date, optional: yes, from: registry, zh: 注销日期, en: closed on}
sales: {type: money, from: tax, zh: 营业收入, en: sales}
cost: {type: money, from: tax, zh: 成本, en: cost}
before: {type: money, min: 1元, from: tax, zh: 上年收入, en: sales before}
grant: {type: money, optional: yes, from: tax, zh: 补贴, en: grant}
staff: {type: count, from: tax, zh: 人数, en: staff}
share: {type: rate, decimals: 3, from: tax, zh: 占比, en: share}
area: {type: number, unit: ha, decimals: 1, from: registry, zh: 面积, en: area}
local: {type: yes_no, from: registry, zh: 在本区, en: in the district}
listed: {type: yes_no, from: registry, zh: 已上市, en: listed}
field: {type: choice, from: registry, zh: 领域, en: field,
of: {bio: {zh: 生物, en: biotechnology}, chips: {zh: 芯片, en: microchips}, other: {zh: 其他, en: other}}}""",
    more="""records:
  ip:
    key: number
    from: ip_register
    zh: 知识产权
    en: rights
    fields:
      number: {type: text}
      granted_on: {type: date, zh: 授权日, en: granted on}
      price: {type: money, zh: 价款, en: price}
      kind: {type: choice, of: {invention: {zh: 发明, en: invention}, design: {zh: 外观, en: design}}, zh: 种类, en: kind}
parameters:
  floor: {value: 5%, clause: T-1, certainty: recalled, source: trial, zh: 下限, en: floor}
  cap:
    dated: [{from: 2024-01-01, value: 30万元}, {from: 2024-03-01, value: 2/3 * 60万元}]
    clause: T-1
    certainty: recalled
    source: trial
    zh: 上限
    en: cap
define:
  big: {value: sales > 1亿元, zh: 大企业, en: big}
  rise: sales - cost
tables:
  need: {of: sales, zh: 要求, en: need, bands: {"(.., 5000万元]": 5%, "(5000万元, ..)": 4%}}""",
)

SENTENCES = {
    "sales >= 1亿元": ("营业收入不低于1亿元", "“sales” is at least CNY 100,000,000"),
    "sales < 1.5万元": ("营业收入低于1.5万元", "“sales” is less than CNY 15,000"),
    "sales != 12345.67元": ("营业收入不等于12,345.67元", "“sales” does not equal CNY 12,345.67"),
    "not sales > cost": ("营业收入不超过成本", "“sales” is at most “cost”"),
    "staff >= 10": ("人数不低于10", "“staff” is at least 10"),
    "area > 2.5 ha": ("面积超过2.5ha", "“area” is more than 2.5 ha"),
    "sales / before >= floor": (
        "营业收入占上年收入的比例不低于下限（5%）",
        "“sales” as a share of “sales before” is at least “floor” (5%)",
    ),
    "sales <= cap": (
        "营业收入不超过上限（自2024年1月1日起30万元；自2024年3月1日起40万元）",
        "“sales” is at most “cap” (CNY 300,000 from 2024-01-01; CNY 400,000 from 2024-03-01)",
    ),
    "share == 2/3": ("占比等于2/3", "“share” equals 2/3"),
    "share >= need": ("占比不低于要求（见表）", "“share” is at least “need” (see table)"),
    "local": ("“在本区”为是", "“in the district” is yes"),
    "not local": ("“在本区”为否", "“in the district” is no"),
    "local == no": ("“在本区”为否", "“in the district” is no"),
    "local == listed": (
        "（“在本区”为是）与（“已上市”为是）同真同假",
        "of (“in the district” is yes) and (“listed” is yes) both hold or neither",
    ),
    "big": ("“大企业”成立", "“big” holds"),
    "not big": ("“大企业”不成立", "“big” does not hold"),
    "rise > 0元": ("rise超过0元", "“rise” is more than CNY 0"),
    "field == bio": ("领域为生物", "“field” is biotechnology"),
    "field in (bio, chips)": ("领域属于生物、芯片", "“field” is one of biotechnology, microchips"),
    "field not in (bio, chips)": ("领域不属于生物、芯片", "“field” is none of biotechnology, microchips"),
    "has(grant)": ("有“补贴”", "there is a “grant”"),
    "not has(grant)": ("没有“补贴”", "there is no “grant”"),
    "given(grant, 0元) > 1元": ("补贴（没有的按0元）超过1元", "“grant” (if there is none: CNY 0) is more than CNY 1"),
    "local and listed and big": (
        "“在本区”为是，且“已上市”为是，且“大企业”成立",
        "“in the district” is yes, and “listed” is yes, and “big” holds",
    ),
    "local and (listed or big)": (
        "“在本区”为是，且（“已上市”为是，或“大企业”成立）",
        "“in the district” is yes, and (“listed” is yes, or “big” holds)",
    ),
    "not (local or big)": (
        "并非（“在本区”为是，或“大企业”成立）",
        "not (“in the district” is yes, or “big” holds)",
    ),
    "founded_on + 10年 >= filed_on": (
        "成立日期加10年不早于filed_on",
        "“founded on” plus 10 years is not before “filed_on”",
    ),
    "founded_on - 18个月 < filed_on": (
        "成立日期减18个月早于filed_on",
        "“founded on” minus 18 months is before “filed_on”",
    ),
    "filed_on - founded_on > 30天": (
        "成立日期至filed_on的天数超过30天",
        "the days from “founded on” to “filed_on” is more than 30 days",
    ),
    "founded_on == 2024-02-29": ("成立日期为2024年2月29日", "“founded on” is 2024-02-29"),
    "has(closed_on) and closed_on < filed_on": (
        "有“注销日期”，且注销日期早于filed_on",
        "there is a “closed on”, and “closed on” is before “filed_on”",
    ),
    "min(sales, cost + 1元) > 0元": (
        "营业收入与（成本 ＋ 1元）中的较小者超过0元",
        "the smaller of “sales” and (“cost” + CNY 1) is more than CNY 0",
    ),
    "max(founded_on, 2020-01-01) < filed_on": (
        "成立日期与2020年1月1日中的较晚者早于filed_on",
        "the later of “founded on” and 2020-01-01 is before “filed_on”",
    ),
    "max(sales, cost, before) > 1元": (
        "营业收入、成本、上年收入中的最大者超过1元",
        "the largest of “sales”, “cost” and “sales before” is more than CNY 1",
    ),
    "(sales + cost) * 5% > 1元": ("（营业收入 ＋ 成本）×5%超过1元", "(“sales” + “cost”) × 5% is more than CNY 1"),
    "sales - (cost - 1元) > 1元": (
        "营业收入 － （成本 － 1元）超过1元",
        "“sales” − (“cost” − CNY 1) is more than CNY 1",
    ),
    "-sales < 1元": ("－营业收入低于1元", "−“sales” is less than CNY 1"),
    "round_down(sales, 100元) > 0元": (
        "营业收入按100元向下取整超过0元",
        "“sales” rounded down to whole CNY 100 is more than CNY 0",
    ),
    "round_up(sales, 1万元) + cost > 0元": (
        "（营业收入按1万元向上取整） ＋ 成本超过0元",
        "(“sales” rounded up to whole CNY 10,000) + “cost” is more than CNY 0",
    ),
    "round_half_up(sales, 1元) > 0元": (
        "营业收入按1元四舍五入超过0元",
        "“sales” rounded (halves up) to whole CNY 1 is more than CNY 0",
    ),
    "round_half_even(sales, 1元) > 0元": (
        "营业收入按1元四舍六入五成双超过0元",
        "“sales” rounded (halves to even) to whole CNY 1 is more than CNY 0",
    ),
    "whole(sales, 100万元) >= 3": (
        "营业收入中满100万元的个数不低于3",
        "how many whole CNY 1,000,000 there are in “sales” is at least 3",
    ),
    "number_of(local, sales > cost) >= 1": (
        "以下各项中成立的项数（“在本区”为是；营业收入超过成本）不低于1",
        "how many of these hold (“in the district” is yes; “sales” is more than “cost”) is at least 1",
    ),
    "cagr(before, sales, 2) >= 20%": (
        "从上年收入到营业收入的2年复合增长率不低于20%",
        "the compound yearly growth from “sales before” to “sales” over 2 years is at least 20%",
    ),
    "year(founded_on) == 2020": ("成立日期的年份等于2020", "the year of “founded on” equals 2020"),
    "fiscal_year(founded_on) == fiscal_year(filed_on)": (
        "成立日期所在的财政年度等于filed_on所在的财政年度",
        "the fiscal year of “founded on” equals the fiscal year of “filed_on”",
    ),
    "count(ip) >= 5": ("知识产权的数量不低于5", "the number of rights is at least 5"),
    "count(ip, kind == invention and granted_on < filed_on) >= 1": (
        "符合“种类为发明，且授权日早于filed_on”的知识产权的数量不低于1",
        "the number of rights with (“kind” is invention, and “granted on” is before “filed_on”) is at least 1",
    ),
    "any(ip, kind == design)": ("知识产权中至少一条符合“种类为外观”", "at least one of rights has (“kind” is design)"),
    "all(ip, price > 0元)": ("知识产权中每一条均符合“价款超过0元”", "each of rights has (“price” is more than CNY 0)"),
    "sum(ip, price) > 1元": ("知识产权的价款之和超过1元", "the sum of “price” over rights is more than CNY 1"),
    "sum(ip, price, kind == design) > 1元": (
        "符合“种类为外观”的知识产权的价款之和超过1元",
        "the sum of “price” over rights with (“kind” is design) is more than CNY 1",
    ),
    "largest(ip, price, kind == design, 0元) > 1元": (
        "符合“种类为外观”的知识产权中最大的价款（没有的按0元）超过1元",
        "the largest “price” of rights with (“kind” is design) (if there is none: CNY 0) is more than CNY 1",
    ),
    "latest(ip, granted_on, yes, 2000-01-01) < filed_on": (
        "知识产权中最晚的授权日（没有的按2000年1月1日）早于filed_on",
        "the latest “granted on” of rights (if there is none: 2000-01-01) is before “filed_on”",
    ),
    "sales > (1元 if local else cost)": (
        "营业收入超过（若“在本区”为是，则为1元，否则为成本）",
        "“sales” is more than (CNY 1 if “in the district” is yes, otherwise “cost”)",
    ),
}


def typed_of(text: str) -> Typed:
    return checker.Checker(TRIAL.program.symbols).check(parse_expression(Scalar(text, Position("trial", 1, 1))))


@pytest.mark.parametrize("text", SENTENCES)
def test_an_expression_reads_as_a_sentence(text: str) -> None:
    assert render_expression(TRIAL, typed_of(text)) == Text(*SENTENCES[text])


def test_the_sentences_try_every_function_and_operator() -> None:
    tried: set[str] = set()
    for text in SENTENCES:
        pending = [typed_of(text)]
        while pending:
            node = pending.pop()
            tried.add(node.op)
            pending += node.args
    assert tried == set(RENDERINGS) - {"smallest", "earliest"}


@pytest.mark.parametrize(
    ("function", "zh", "en"), [("smallest", "最小的价款", "the smallest"), ("largest", "最大的价款", "the largest")]
)
def test_a_pick_says_which(function: str, zh: str, en: str) -> None:
    found = render_expression(TRIAL, typed_of(f"{function}(ip, price, yes, 0元)"))
    assert zh in found.zh
    assert en in found.en


def test_values_are_exact() -> None:
    assert money(123_456_789, "CNY") == Text("1,234,567.89元", "CNY 1,234,567.89")
    assert money(10**12 + 10**6, "CNY") == Text("1000001万元", "CNY 10,000,010,000")
    assert money(1_000_500, "KWD") == Text("KWD 1,000.5", "KWD 1,000.5")
    assert money(1_000, "JPY") == Text("JPY 1,000", "JPY 1,000")
    assert percent(Fraction(42_354, 100_000)) == Text("42.354%", "42.354%")
    assert percent(Fraction(1, 3)) == Text("1/3", "1/3")
    assert duration(0, 1) == Text("1天", "1 day")
    assert duration(14, 3) == Text("14个月加3天", "14 months and 3 days")
    assert constant(Type("price", "GBP/ha"), Fraction(2050)) == Text("每haGBP 20.5", "GBP 20.5 per ha")


# -- flying-sky, judged by reading -----------------------------------------------------------------------------------

FLYING = {
    "high_tech": (
        "有“国家高新技术企业证书有效期至”，且国家高新技术企业证书有效期至不早于申报日期",
        "there is a “national high-tech certificate valid until”, and “national high-tech certificate valid until” is not "
        "before “day of filing”",
    ),
    "flying_rd": (
        "研发强度不低于飞天企业研发强度门槛（5%）",
        "“research intensity” is at least “research threshold of a flying enterprise” (5%)",
    ),
    "nearly_young": (
        "成立日期加准飞天企业成立年限（10年）不早于申报日期",
        "“founded on” plus “age limit of a nearly flying enterprise” (10 years) is not before “day of filing”",
    ),
    "drops_to_nearly": (
        "现有等级为飞天企业，且飞天企业复核未达标项数等于1",
        "“tier held” is flying enterprise, and “tests of a flying enterprise failed” equals 1",
    ),
}


@pytest.mark.parametrize("leaf_id", FLYING)
def test_a_requirement_reads_as_an_officer_would_say_it(flying: Pack, leaf_id: str) -> None:
    stage = "yearly" if leaf_id == "drops_to_nearly" else None
    leaf = next(leaf for leaf in flying.program_of(stage).leaves() if leaf.id == leaf_id)
    assert render_expression(flying, leaf.when, stage=stage) == Text(*FLYING[leaf_id])


def test_the_tree_keeps_its_nesting_and_every_mark(flying: Pack) -> None:
    item = render_criterion(flying, flying.tiers[0].requires)
    either = item.children[1]
    assert either.text == Text(
        "规模与成长，或估值，满足其一（以下各项满足其一）", "size with growth, or valuation (any one of these)"
    )
    assert [len(child.children) for child in either.children] == [2, 0]
    research = item.children[0]
    assert research.marks[0] == Text("A-04", "A-04")
    assert research.marks[1] == Text("假定", "ASSUMED")
    assert "assumed, modelled on sibling plans" in research.marks[2].en


def test_the_page_says_what_an_officer_looks_for(flying: Pack) -> None:
    zh, en = render_markdown(flying, "zh"), render_markdown(flying, "en")
    assert zh.startswith("# 飞天计划企业奖补（flying\\_sky@2023.1）\n")
    assert "假定（ASSUMED）的条款" in zh
    assert "ASSUMED: this policy has clauses that are assumed" in en
    for part in (
        "以1元为单位，不足部分舍去", "| 飞天企业奖补上限 | 1000万元 | A-08 | 假定 |", "公示 5个工作日（首日不计入）",
        "100万元及以下由科室负责人审批；其余由局领导审批", "下列情形必须提交：有“最近一轮融资投后估值”",
        "在奖补决定之后，至多 2 次，最后一次决定不晚于2024年7月31日", "期限：3个月，自发生之日起；违反的予以警告",
        "技术先进性与自主知识产权（30 分）",
    ):  # fmt: skip
        assert part in zh
    for part in (
        "in whole CNY 1, cut down", "| cap of a flying enterprise | CNY 10,000,000 | A-08 | ASSUMED |",
        "up to CNY 1,000,000 the division head; above that the leader of the bureau", "every year by 05-31",
        "required if: there is a “valuation after the latest financing round”",
    ):  # fmt: skip
        assert part in en


def test_a_stage_shows_its_own_vetoes_only(flying: Pack) -> None:
    assert render_markdown(flying, "en").count("barred if:") == len(flying.vetoes)


def test_the_form_asks_the_applicant_for_what_only_it_knows(flying: Pack) -> None:
    found = form_sections(flying, asked_of="applicant")
    assert [[one.name for one in section.questions] for section in found] == [
        ["sales_y1", "sales_y3"], ["rd_y1"], ["valuation"], ["commitment_signed"],
    ]  # fmt: skip
    research = found[1].questions[0]
    assert research.unit == Text("元，精确到分", "CNY, to the fen")
    assert [paper.en for paper in research.proof] == ["audit reports of the last three years",
                                                      "research and development account of last year"]  # fmt: skip
    assert research.help is not None
    assert sum(len(section.questions) for section in form_sections(flying)) == len(flying.facts)


# -- bands, terms, groups ------------------------------------------------------------------------------------------


def test_a_band_says_what_belongs_to_it() -> None:
    table = pack_of(
        facts="sales: {type: money, from: tax}",
        more='tables: {need: {of: sales, bands: {"(.., 1万元)": 5%, "[1万元, 2万元]": 4%, "(2万元, ..)": 3%}}}',
    )
    (heading, grid) = table_blocks(Wording(table), table.tables["need"])
    assert isinstance(grid, Grid)
    assert [row[0] for row in grid.rows] == [
        Text("低于1万元（不含）", "less than CNY 10,000"),
        Text("不低于1万元（含），不超过2万元（含）", "at least CNY 10,000 and at most CNY 20,000"),
        Text("超过2万元（不含）", "more than CNY 20,000"),
    ]
    assert [row[1].en for row in grid.rows] == ["5%", "4%", "3%"]
    assert heading is not None


TERMS = """instalments:
  - {id: first, share: 80%, on: award, clause: T-1, zh: 首期, en: first part, certainty: recalled, source: trial}
  - id: rest
    share: rest
    on: rated
    rated_by: rating
    times: {good: 100%, poor: 60%}
    clause: T-1
    zh: 尾款
    en: last part
    certainty: recalled
    source: trial
funding_split: {city: 42.354%, district: rest, to: 1000元, clause: T-1, certainty: recalled, source: trial}
stacking: [{group: district_rd@1, key: [company, year], priority: 2}]
recovery:
  - {id: fraud, share: 100%, interest: {rate: 3.65%, days: 365, from: paid},
     clause: T-1, zh: 弄虚作假, en: fraud, certainty: recalled, source: trial}
  - {id: gone, share: 50%, within: 5年, clause: T-1, zh: 撤销登记, en: struck off, certainty: recalled, source: trial}
guarantees:
  - always: amount <= sales
  - always: not eligible or amount >= 0元
  - rises_with: sales
  - same_for: rating
  - no_cliff: {fact: sales, step: 1元, at_most: 5元}
redundant: [{id: only, because: the law repeats it}]"""


def test_the_terms_of_payment_read_right() -> None:
    pack = pack_of(
        facts="sales: {type: money, from: tax, zh: 收入, en: sales}\n"
        "rating: {type: choice, of: {good: {zh: 好, en: good}, poor: {zh: 差, en: poor}}, from: expert, zh: 评级, en: rating}",
        formula="10% * sales", more=TERMS,
    )  # fmt: skip
    texts = list(texts_of(render_pack(pack)))
    zh, en = {text.zh for text in texts}, {text.en for text in texts}
    assert {
        "决定奖补时支付80%", "发生“rated”时支付其余部分；按评级乘以：好 100%、差 60%", "市财政 42.354%、区财政 57.646%",
        "各方承担1,000元的整数倍，其余由区财政承担",
        "与同组政策的叠加规则见 district_rd@1", "以单位、年度相同者为同一事项，优先级 2", "奖补后5年内发生的，追回 50%",
        "追回 100%，并自付款之日起至决定之日止按年利率3.65%（一年365天）计单利",
        "始终成立：奖补金额不超过收入",
        "始终成立：申报单位不符合条件，或奖补金额不低于0元",
        "由局领导审批", "其他条件相同时，收入越大，金额不减少", "结果与金额不取决于评级",
        "收入每变动1元，金额变动不超过5元", "the law repeats it",
    } <= zh  # fmt: skip
    assert {
        "80%, due on the award", "the rest, due on “rated”; times, by rating: good 100%, poor 60%",
        "city treasury 42.354%, district treasury 57.646%", "within 5 years of the award 50% is recovered",
        "always: the amount is at most “sales”",
        "always: the company is not eligible, or the amount is at least CNY 0",
        "approved by the leader of the bureau",
        "all else equal, the amount never falls as “sales” grows",
        "a step of CNY 1 in “sales” moves the amount by at most CNY 5",
    } <= en  # fmt: skip


def test_a_group_says_how_awards_stand_beside_one_another(flying: Pack) -> None:
    group = parse_group(
        "code: g\nversion: '1'\ntitle: {zh: 组, en: Group}\ncurrency: CNY\nkey: [company]\nmode: sum_with_cap\n"
        "cap: 500万元\ncounts_when: conferred_on + 3年 > confer_on\nclause: A-01\ncertainty: recalled\nsource: trial\n",
        "g.yaml",
    )
    item = group_item(flying, group)
    assert item.detail == Text(
        "可以同时享受，合计不超过上限；上限 500万元；以单位相同者为准；先申报者在先；"
        "计入的此前奖补：此前奖补的决定日加3年晚于本次决定日",
        "they may stand side by side up to a cap on their sum; cap CNY 5,000,000; for awards of the same company; "
        "the earlier filing comes first; earlier awards count if: “day of the earlier award” plus 3 years is after "
        "“day of this award”",
    )


# -- pages ---------------------------------------------------------------------------------------------------------


def test_the_page_has_clauses_beside_rules_cases_and_history(flying: Pack) -> None:
    source = PackSource.from_folder(FOLDER / "2023.1")
    cases = read_cases(flying, source.cases, "cases.yaml")
    blocks = page_blocks(flying, cases, [load_pack(FOLDER / "2022.1")])
    zh, en = markdown(blocks, "zh"), markdown(blocks, "en")
    assert "| A-04 研发强度 | 飞天企业上年度研发费用占营业收入的比例不低于5%" in zh
    beside = next(line for line in zh.splitlines() if line.startswith("| A-04 "))
    assert (
        "条件：我公司上年度研发费用占营业收入的比例达到飞天企业要求；规则：研发强度不低于飞天企业研发强度门槛（5%）〔假定〕"
        in beside
    )
    assert "| flying\\_typical | 申报日期：2023年6月15日<br>" in zh
    assert (
        "| research\\_exact | 同 flying\\_typical<br>上年度研发费用：7,500,000.00 元 | 符合<br>等级：飞天企业 |" in zh
    )
    assert "met<br>tier: flying enterprise<br>amount: CNY 3,250,000" in en
    assert "### 2022.1 → 2023.1" in en
    assert "- parameter nearly\\_research [changed; stricter; A-04]" in en
    for clause in flying.clauses:
        row = next(line for line in zh.splitlines() if line.startswith(f"| {clause.number} "))
        assert not row.endswith("|  |"), f"nothing stands beside {clause.number}"


def test_what_a_policy_writes_is_not_read_as_markup() -> None:
    text = Text("<b>*a_b*</b> | x", "[a](b) `c`\nd")
    written = markdown([Line(text), Listing((Item(text, text, (text,)),)), Grid((text,), ((text,),))], "zh")
    assert "<b>" not in written
    assert "\\<b\\>\\*a\\_b\\*\\</b\\>" in written
    assert written.splitlines()[-1] == "| \\<b\\>\\*a\\_b\\*\\</b\\> \\| x |"
    assert "\\[a\\](b) \\`c\\`<br>d" in markdown([Grid((text,), ((text,),))], "en")


# -- nothing is left out -------------------------------------------------------------------------------------------


def trees_of(program: Program) -> list[Typed]:
    found = [leaf.when for leaf in program.leaves()]
    found += [setting for tier in program.tiers for setting in tier.settings.values()]
    return found + ([] if program.amount is None else [program.amount.formula])


def names_what_it_reads(pack: Pack, program: Program, typed: Typed) -> None:
    words = Wording(pack, program.stage)
    found = words.text(typed)
    for name in typed.names():
        label = words.name(name)
        assert label.zh in found.zh
        assert label.en in found.en


@settings(max_examples=EXAMPLES, deadline=None)
@given(pack=packs())
def test_any_pack_renders_and_names_every_name_it_reads(pack: Pack) -> None:
    for program in (pack.program, *pack.stages.values()):
        for typed in trees_of(program):
            names_what_it_reads(pack, program, typed)
    texts = list(texts_of(page_blocks(pack, ())))
    assert all(text.zh and text.en for text in texts if (text.zh, text.en) != ("", ""))
    shown = {text.en for text in texts}
    for name in (*pack.facts, *pack.parameters, *pack.definitions):
        assert any(name in text for text in shown), f"{name} is nowhere on the page"
    for leaf in pack.leaves():
        assert any(leaf.text.en in text for text in shown)


@settings(max_examples=EXAMPLES, deadline=None)
@given(when=condition(2))
def test_any_condition_names_every_fact_it_reads(when: Written) -> None:
    try:
        pack = pack_of(facts=FACTS, when=f'"{when.text}"')
    except PolicyError as error:
        assert error.findings[0].code in ("LIMIT", "RANGE")
        return
    names_what_it_reads(pack, pack.program, pack.leaves()[0].when)


@pytest.mark.parametrize("path", PACKS, ids=lambda path: f"{path.parent.parent.name}@{path.parent.name}")
def test_every_pack_that_ships_renders(path: Path) -> None:
    pack = load_pack(path.parent)
    for program in (pack.program, *pack.stages.values()):
        for typed in trees_of(program):
            names_what_it_reads(pack, program, typed)
    for lang in ("zh", "en"):
        text = render_markdown(pack, lang)
        assert ("ASSUMED" in text) == pack.illustrative


def _texts(value: object) -> Iterator[Text]:
    """Every bilingual text that a definition holds under the name `source`."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in dataclass_fields(value):
            held = getattr(value, field.name)
            if field.name == "source" and isinstance(held, Text):
                yield held
            else:
                yield from _texts(held)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _texts(one)


@pytest.mark.parametrize("folder", [one.parent for one in PACKS], ids=lambda one: f"{one.parent.name}/{one.name}")
def test_sources_are_in_both_languages(folder: Path) -> None:
    """English sentences have no place on a Chinese page; the numbers of documents are the same in both."""
    found = list(_texts(load_pack(folder)))
    assert found
    assert not [one.zh for one in found if re.search(r"[A-Za-z]{3,}", one.zh)]
    assert not [one.en for one in found if re.search(r"[\u4e00-\u9fff]{6,}", one.en)]
