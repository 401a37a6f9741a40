"""The companies of the open 2023.1 call: eight that have filed and wait, and the visitor's own.

The visitor signs in as `company1` for 杭州朗桁智能科技有限公司. What registry, tax office and register know is filled in;
the visitor types the rest, for example:

=================================  ==================  ===============
sales last year (2023)             49,000,000.00 元     4,900 万元
sales two years before (2021)      25,000,000.00 元     2,500 万元
research spending last year         3,920,000.00 元       392 万元
valuation                          none
commitment letter                  signed
=================================  ==================  ===============

Sales then grew by 40 % a year and research is 8 % of them: a nearly flying enterprise. With research of 2,939,999 元
it is a hair under 6 % and the answer is no.
"""

from __future__ import annotations

import datetime as dt

from policies.language import Pack
from subsidy.demo.district import GeneratedCompany
from subsidy.demo.fitted import Shape, company_of, shape

VERSION = "2023.1"
YEAR = 2023
WAITING_NUMBER, VISITOR_NUMBER = 901_000, 902_000
VALID = (dt.date(2022, 12, 24),)
RUN_OUT = (dt.date(2020, 12, 30),)

# name, industry, founded, handler, legal representative; sales, growth, research, base, rise
WAITING: tuple[Shape, ...] = (
    # A flying enterprise.
    shape("杭州岱墟芯片技术有限公司", "I6520", "2014-05-27", "袁洁", "潘俊", 27_800, 33, 176, 690, 840,
          year=YEAR, certified_on=VALID),
    # Nearly flying, with a name that a spreadsheet takes for a formula.
    shape("=加速度（杭州）软件有限公司", "I6513", "2017-09-18", "蒋美琳", "魏哲", 6_120, 42, 143, 160, 290,
          year=YEAR, certified_on=VALID),
    # Nearly flying.
    shape("杭州叆岫智算科技有限公司", "I6550", "2016-03-21", "沈妍", "任浩", 8_840, 37, 121, 230, 340,
          year=YEAR, certified_on=VALID),
    # Nearly flying, exactly on the thresholds of growth (30 %) and research (6 %).
    shape("杭州橡渚环境科技有限公司", "N7721", "2015-12-09", "姚芳", "卢毅", 2_535, 30, 60, 72, 131,
          year=YEAR, certified_on=VALID, exact=True),
    # Research of 5.9 %: enough under version 2022.1, not under this one.
    shape("杭州漱壑生物科技有限公司", "M7512", "2016-01-15", "苏莉", "程鹏", 5_480, 36, 59, 140, 255,
          year=YEAR, certified_on=VALID),
    # Its certificate ran out two months before it filed.
    shape("杭州苇锷医疗器械有限公司", "C3581", "2014-11-11", "曾丽", "吕强", 7_730, 39, 94, 210, 320,
          year=YEAR, certified_on=RUN_OUT),
    # Nearly flying by its valuation; young.
    shape("杭州砚㛃动漫科技有限公司", "I6572", "2019-06-06", "丁㛃", "叶𠮷", 1_480, 55, 320, 18, 102,
          year=YEAR, certified_on=VALID, valuation=22_000),
    # Sales grew by 18 % a year only.
    shape("杭州衢棠检测技术有限公司", "M7452", "2013-02-28", "崔静", "范国", 7_450, 18, 88, 240, 130,
          year=YEAR, certified_on=VALID),
)  # fmt: skip

VISITOR = shape(
    "杭州朗桁智能科技有限公司", "I6513", "2018-06-12", "林晓", "周建华", 4_900, 40, 80, 152, 268,
    year=YEAR, certified_on=VALID, exact=True,
)  # fmt: skip


def waiting_2023(pack: Pack) -> list[GeneratedCompany]:
    """Eight companies that have filed in the open call: five qualify, one of them exactly, three do not.

    Raises ValueError for another version than 2023.1, whose years these figures are not.
    """
    _refuse_other(pack)
    return [company_of(row, WAITING_NUMBER + place) for place, row in enumerate(WAITING)]


def visitor_company(pack: Pack) -> GeneratedCompany:
    """The company of `company1` (handler) and `company1-legal` (legal representative). Raises as waiting_2023."""
    _refuse_other(pack)
    return company_of(VISITOR, VISITOR_NUMBER)


def _refuse_other(pack: Pack) -> None:
    if pack.version != VERSION:
        raise ValueError(f"these companies file under {VERSION}, not {pack.version}; pass that version")
