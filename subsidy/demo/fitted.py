"""The first batch of the Flying-Sky plan: seventeen companies whose facts are fitted.

The bureau reported seventeen companies and awards of "6200-odd" ten thousand yuan; which companies, and by which
clauses, is not public. So the companies are invented, and their facts are chosen so that the pack, decided by the
engine alone, finds all seventeen eligible with a total in [62, 63) million yuan. No amount is typed in anywhere: the
table below holds sales, growth, research, valuation and contributions, and one common factor on the growth of the
contributions is searched until the engine's total reaches the target.

Some stand exactly on a threshold on purpose (sales of 1亿元, growth of 20 % and 30 %, research of 5 %), two qualify by
valuation alone, one of each tier reaches its cap, and one carries characters that common fonts lack.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from fractions import Fraction

from policies.language import Pack, decide, facts_from_json
from subsidy.demo.district import (
    BANKS,
    FIRST_YEAR,
    HOME,
    LAST_YEAR,
    BankAccount,
    GeneratedCompany,
    Person,
    YearFigures,
    high_tech_certificate,
)
from subsidy.demo.facts import facts_for
from subsidy.demo.names import telephone
from subsidy.demo.uscc import generated_uscc

WAN = 1_000_000  # fen in 万元
YI = 10_000 * WAN
TARGET_FEN = 6_240 * WAN
FIRST_NUMBER = 900_000  # numbers of fitted companies lie beyond those of any district
PER_MILLE = 1000
FACTOR_MIN, FACTOR_MAX = 500, 1500


@dataclass(frozen=True, slots=True)
class Shape:
    """The facts of one company in the year before it files (`year`); money in whole 万元 unless named otherwise.

    `growth` is the yearly growth of sales in percent, `research` the research spending in per mille of sales; `base`
    is the contribution to the district of the year before, `rise` what last year added to it. Unless `exact`, uneven
    yuan and fen are added that move no company over a threshold.
    """

    name: str
    industry: str
    founded_on: dt.date
    handler: str
    legal: str
    sales: int
    growth: int
    research: int
    base: int
    rise: int
    valuation: int | None = None
    certified_on: tuple[dt.date, ...] = ()
    exact: bool = False
    year: int = 2021


_EARLY, _LATE = dt.date(2020, 12, 1), dt.date(2021, 12, 16)
_AGAIN = {_EARLY: (_EARLY, dt.date(2023, 12, 8)), _LATE: (_LATE,)}


def shape(name: str, industry: str, founded: str, handler: str, legal: str, *figures: int, **more: object) -> Shape:
    """A row of the table; `figures` are sales, growth, research, base, rise."""
    sales, growth, research, base, rise = figures
    drawn = Shape(name, industry, dt.date.fromisoformat(founded), handler, legal, sales, growth, research, base, rise)
    return replace(drawn, **more)  # type: ignore[arg-type]


# name, industry, founded, handler, legal representative; sales, growth, research, base, rise
FIRST_BATCH: tuple[Shape, ...] = (
    shape("杭州岚樾智能科技股份有限公司", "I6513", "2012-04-18", "方晓云", "秦立恒", 86_000, 34, 92, 2_600, 1_900),
    shape("杭州砺穹半导体有限公司", "I6520", "2014-09-02", "陆婷", "严承泽", 52_000, 46, 210, 1_100, 1_240),
    shape("杭州𠮷㛃智能装备有限公司", "C3491", "2013-11-25", "陈㛃", "邵𠮷", 31_500, 28, 81, 980, 905),
    shape("浙江汐垚生物医药股份有限公司", "C2761", "2011-03-08", "顾晨", "阎博远", 14_400, 20, 50, 520, 610, exact=True),
    shape("杭州阙歌数据科技有限公司", "I6450", "2015-06-30", "段思琪", "汪振国", 24_300, 41, 126, 640, 720),
    shape("杭州玄圭空天科技有限公司", "C3744", "2017-02-14", "龚楚", "郝志远", 6_800, 62, 240, 160, 390,
           valuation=12 * YI // WAN),
    shape("杭州梓槊机器人有限公司", "C3491", "2014-01-20", "傅雅琳", "孟凯", 18_900, 25, 74, 760, 540),
    shape("杭州溟衍微电子有限公司", "C3973", "2013-08-12", "贾静", "崔海", 41_200, 37, 188, 900, 1_110),
    shape("杭州楚翚医疗科技股份有限公司", "C3581", "2012-12-05", "钟欣怡", "夏明哲", 12_600, 23, 97, 450, 380),
    shape("杭州青霭人工智能有限公司", "I6513", "2017-05-19", "薛阳", "金鹏", 9_600, 52, 172, 210, 560),
    shape("杭州缇屿光电技术有限公司", "C3976", "2016-10-11", "侯佳", "史宏", 6_300, 38, 88, 150, 330),
    shape("杭州朴棹新材料有限公司", "C2661", "2015-07-07", "江蕾", "谭建", 4_450, 33, 64, 120, 215),
    shape("杭州雁汀基因科技有限公司", "M7340", "2018-03-29", "尹文", "黎思远", 1_150, 71, 610, 12, 88,
           valuation=36_000),
    shape("杭州弦堃信息技术有限公司", "I6531", "2013-05-16", "田敏", "戴永", 8_700, 31, 71, 260, 365),
    shape("杭州穗燊储能技术有限公司", "C3841", "2016-08-23", "石玥", "廖强", 7_900, 44, 93, 190, 480),
    shape("杭州听潺传感技术有限公司", "C3983", "2015-04-02", "白宁", "邹锦", 2_535, 30, 50, 60, 118, exact=True),
    shape("杭州鹿洄数字文化有限公司", "I6572", "2016-06-21", "熊珊", "雷浩", 5_200, 36, 67, 130, 245),
)  # fmt: skip


def fitted_first_batch(pack: Pack) -> list[GeneratedCompany]:
    """The seventeen companies, their facts fitted to the pack (version 2022.1).

    The growth of every company's contribution is multiplied by the smallest factor (in per mille) at which the
    engine's total reaches 62.4 million yuan. Raises ValueError when one of them is not met or no factor fits: the
    pack has changed, and the table must be fitted to it again.
    """
    low, high = FACTOR_MIN, FACTOR_MAX
    if not _total(pack, low) < TARGET_FEN <= _total(pack, high):
        raise ValueError(
            "no factor brings the first batch to its total; fit the table in subsidy/demo/fitted.py again"
        )
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _total(pack, middle) >= TARGET_FEN else (middle, high)
    return _batch(high)


def _batch(factor: int) -> list[GeneratedCompany]:
    return [
        company_of(row, FIRST_NUMBER + place, factor=Fraction(factor, PER_MILLE))
        for place, row in enumerate(FIRST_BATCH)
    ]


def _total(pack: Pack, factor: int) -> int:
    amounts = []
    for company in _batch(factor):
        decision = decide(pack, facts_from_json(pack, facts_for(company, pack)))
        if decision.outcome != "met" or decision.amount is None:
            raise ValueError(f"{company.name} does not meet the pack {pack.version}; fit subsidy/demo/fitted.py again")
        amounts.append(decision.amount)
    return sum(amounts)


def company_of(row: Shape, number: int, *, factor: Fraction = Fraction(1)) -> GeneratedCompany:
    """The company of this shape; `number` (0 to 998,999 lie in districts) gives it its code, telephones and account."""
    bank_code, bank_name = BANKS[number % len(BANKS)]
    certified = row.certified_on or _AGAIN[_LATE if number % 3 == 0 else _EARLY]
    return GeneratedCompany(
        uscc=generated_uscc(number, region=HOME),
        name=row.name,
        former_name=None,
        region=HOME,
        move=None,
        industry=row.industry,
        founded_on=row.founded_on,
        handler=Person(row.handler, telephone(2 * number)),
        legal=Person(row.legal, telephone(2 * number + 1)),
        years=tuple(
            _figures(row, number, year, factor) for year in range(max(FIRST_YEAR, row.founded_on.year), LAST_YEAR + 1)
        ),
        valuation_fen=None if row.valuation is None else row.valuation * WAN,
        inventions=2 + number % 9,
        other_rights=5 + number % 23,
        recognitions=tuple(high_tech_certificate(number + place, on) for place, on in enumerate(certified)),
        credit_flags=(),
        account=BankAccount(row.name, f"3301{number * 15_485_863 % 10**9:09d}{number:06d}", bank_name, bank_code),
    )


def _figures(row: Shape, number: int, year: int, factor: Fraction) -> YearFigures:
    """The figures of one year, grown or shrunk from the year before the filing by the company's own growth."""
    distance = year - row.year
    # Odd yuan and fen, the same every time; smaller than what separates the company from any threshold.
    odd = 0 if row.exact else (number * 7_919 + year * 104_729) % (WAN // 10)
    growth = Fraction(100 + row.growth, 100) ** distance
    revenue = int(row.sales * WAN * growth) + odd * (distance + 3)
    contribution = int(_contribution(row, year, factor)) + odd
    staff = max(3, round(revenue / WAN / 90))
    return YearFigures(
        year=year,
        revenue_fen=revenue,
        rd_fen=int(Fraction(row.research, PER_MILLE) * revenue) + (0 if row.exact else odd),
        contribution_fen=contribution,
        staff=staff,
        rd_staff=max(1, staff * (150 + row.research) // PER_MILLE),
    )


def _contribution(row: Shape, year: int, factor: Fraction) -> Fraction:
    """`base` in the year before last, `base + factor * rise` last year; other years follow the sales."""
    base, last = Fraction(row.base * WAN), row.base * WAN + factor * row.rise * WAN
    growth = Fraction(100 + row.growth, 100)
    if year < row.year:
        return base * growth ** (year - row.year + 1)
    return last * growth ** (year - row.year)
