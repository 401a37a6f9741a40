"""The files that offices deliver, described: which column is which fact, of what kind, of which year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the fact it gives, its kind, its headings in Chinese and English (the fact's name is one as well).

    `years_back` says of which year before the next one a figure is: 0 is the year of the file itself. `optional` lets a
    cell say that there is none (无). `words` gives the words of a choice.
    """

    fact: str
    kind: str
    zh: str
    en: str
    unit: str = ""
    years_back: int | None = None
    optional: bool = False
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """What one source delivers: a line a company, or with `list_name` a line a record, told apart by the column `key`."""

    name: str
    source: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    list_name: str = ""
    key: str = ""

    @property
    def needs_year(self) -> bool:
        return any(column.years_back is not None for column in self.columns)


def _of_years(fact: str, kind: str, zh: str, en: str, years: int = 3, unit: str = "") -> Iterable[Column]:
    """`fact_y1` is of the file's year, `fact_y2` of the one before, and so on."""
    words = ("上年", "前年", "大前年")
    for back in range(years):
        name = f"{fact}_y{back + 1}"
        yield Column(name, kind, f"{words[back]}{zh}", f"{en}, year {back + 1}", unit=unit, years_back=back)


_RIGHTS = {
    "发明专利": "invention",
    "植物新品种": "plant_variety",
    "国家级农作物品种": "crop_variety",
    "国家新药": "new_drug",
    "国家一级中药保护品种": "tcm_protection",
    "集成电路布图设计": "ic_layout",
    "集成电路布图设计专有权": "ic_layout",
    "实用新型": "utility_model",
    "实用新型专利": "utility_model",
    "外观设计": "design",
    "外观设计专利": "design",
    "软件著作权": "software",
    "其他": "other",
}
_GRADES = {"A类": "a", "B类": "b", "C类": "c", "D类": "d"}
_LEVELS = {"国际标准": "international", "国家标准": "national", "行业标准": "industry", "地方或团体标准": "local"}
_WAYS = {"自主研发": "own_research", "受让": "assigned", "受赠": "donated", "并购": "acquired", "许可使用": "licensed"}


def _words(words: Mapping[str, str]) -> dict[str, str]:
    """The Chinese words and the values themselves, in lower case."""
    return {**{word.lower(): value for word, value in words.items()}, **{value: value for value in words.values()}}


_ALL = (
    Layout(
        "registry",
        "registry",
        "市场主体登记",
        "register of companies",
        (
            Column("founded_on", "date", "成立日期", "founded on"),
            Column("registered_on", "date", "注册成立日期", "registered on"),
            Column("registered_in_district", "yes_no", "注册地在本区", "registered in the district"),
            Column("registered_in_city", "yes_no", "注册地在本市", "registered in the city"),
            Column("is_legal_person", "yes_no", "具有独立法人资格", "is a legal person"),
            Column("legal_person", "yes_no", "独立法人", "legal person"),
            Column("resident_enterprise", "yes_no", "境内注册的居民企业", "resident enterprise"),
            Column("moved_in_on", "date", "迁入登记日期", "moved in on", optional=True),
            Column("registered_capital", "money", "注册资本", "registered capital"),
        ),
    ),
    Layout(
        "tax",
        "tax",
        "税务",
        "tax office",
        (
            Column("taxed_in_district", "yes_no", "税收征管关系在本区", "taxed in the district"),
            *_of_years("sales", "money", "销售收入", "sales"),
            *_of_years("contribution", "money", "区级贡献", "contribution to the district"),
            *_of_years("rd_deduction", "money", "研发费用加计扣除", "research super-deduction"),
            *_of_years("net_assets", "money", "净资产", "net assets"),
        ),
    ),
    Layout(
        "social_security",
        "social_security",
        "社会保险",
        "social security",
        (
            Column("staff", "count", "职工人数", "staff", unit="人", years_back=0),
            Column("insured", "count", "参保人数", "insured staff", unit="人", years_back=0),
        ),
    ),
    Layout(
        "staff_months",
        "social_security",
        "社会保险（分月人数）",
        "social security, staff by month",
        (
            Column("month", "text", "月份", "month"),
            Column("staff_begin", "count", "月初职工数", "staff at the start", unit="人"),
            Column("staff_end", "count", "月末职工数", "staff at the end", unit="人"),
            Column("science_begin", "count", "月初科技人员数", "science staff at the start", unit="人"),
            Column("science_end", "count", "月末科技人员数", "science staff at the end", unit="人"),
        ),
        list_name="staff_months",
        key="month",
    ),
    Layout(
        "ip_register",
        "ip_register",
        "知识产权清单",
        "register of intellectual property",
        (
            Column("number", "text", "证书号", "number"),
            Column("kind", "choice", "类别", "kind", words=_words(_RIGHTS)),
            Column("obtained_on", "date", "授权或登记日期", "day granted or registered"),
            Column("granted_on", "date", "授权日期", "day granted"),
            Column("way", "choice", "获得方式", "how obtained", words=_words(_WAYS)),
        ),
        list_name="ip",
        key="number",
    ),
    Layout(
        "statistics",
        "statistics",
        "统计（规上与研发报表）",
        "statistics office",
        (
            Column("above_scale", "yes_no", "规模以上企业", "above scale"),
            *_of_years("rd", "money", "研发费用", "research spending"),
            *_of_years("revenue", "money", "营业收入", "operating income"),
            *_of_years("costs", "money", "成本费用总额", "costs"),
            *_of_years("profit", "money", "利润总额", "profit"),
            *_of_years("assets", "money", "资产总额", "assets"),
            *_of_years("high_tech_income", "money", "高新技术产品收入", "income from high-tech products"),
            *_of_years("staff_mean", "count", "平均职工数", "mean staff", unit="人"),
            *_of_years("science_staff", "count", "科技人员数", "science staff", unit="人"),
            *_of_years("contracts", "money", "技术合同成交额", "value of technology contracts"),
            *_of_years("new_products", "money", "新产品销售收入", "sales of new products", 2),
        ),
    ),
    Layout(
        "recognitions",
        "register",
        "认定名单",
        "lists of recognitions",
        (
            Column(
                "high_tech_until", "date", "高新技术企业证书有效期至", "high-tech certificate until", optional=True
            ),
            Column("certificate_on", "date", "证书发证日期", "certificate issued on", optional=True),
            Column("certificate_until", "date", "证书有效期至", "certificate until", optional=True),
            Column("tech_sme_until", "date", "科技型中小企业入库有效期至", "technology SME until", optional=True),
            Column("city_centre_on", "date", "市级研发中心认定日期", "city research centre since", optional=True),
            Column("provincial_centre_on", "date", "省级研发中心认定日期", "provincial centre since", optional=True),
            Column("institute_on", "date", "省级企业研究院认定日期", "provincial institute since", optional=True),
            Column("rd_body", "yes_no", "拥有省部级以上研发机构", "has a research body of ministry or province level"),
        ),
    ),
    Layout(
        "performance",
        "register",
        "发展绩效评价",
        "grades of development performance",
        (
            Column("performance", "choice", "发展绩效等级", "grade of performance", words=_words(_GRADES)),
            Column("city_subsidy", "yes_no", "当年享受市级研发费用补助", "received the city's research subsidy"),
        ),
    ),
    Layout(
        "prizes",
        "register",
        "国家级科技奖励",
        "national prizes",
        (
            Column("prize", "text", "证书号", "number"),
            Column("conferred_on", "date", "授奖日期", "day conferred"),
            Column("place", "count", "获奖单位排名", "place among the units"),
        ),
        list_name="prizes",
        key="prize",
    ),
    Layout(
        "standards",
        "register",
        "主导制定的标准",
        "standards drawn up",
        (
            Column("standard", "text", "标准号", "number"),
            Column("issued_on", "date", "发布日期", "day issued"),
            Column("level", "choice", "级别", "level", words=_words(_LEVELS)),
            Column("led", "yes_no", "是否主导制定", "drawn up in the lead"),
        ),
        list_name="standards",
        key="standard",
    ),
    Layout(
        "court",
        "court",
        "法院失信被执行人",
        "court, dishonest debtors",
        (
            Column("is_dishonest", "yes_no", "失信被执行人", "dishonest debtor"),
            Column("dishonest_since", "date", "失信列入日期", "listed since", optional=True),
        ),
    ),
    Layout(
        "credit",
        "credit",
        "信用平台",
        "credit platform",
        (
            Column("abnormal_operation", "yes_no", "经营异常", "abnormal operation"),
            Column("serious_violation", "yes_no", "严重违法", "serious violation"),
            Column("is_dishonest", "yes_no", "失信", "dishonest"),
            Column("research_dishonesty", "yes_no", "科研严重失信", "serious research dishonesty"),
        ),
    ),
    Layout(
        "safety",
        "safety",
        "应急管理",
        "work safety",
        (
            Column("major_incident", "yes_no", "重大安全事故", "major incident"),
            Column("safety_penalty", "yes_no", "安全生产处罚", "safety penalty"),
        ),
    ),
    Layout(
        "environment",
        "environment",
        "生态环境",
        "environment",
        (Column("environment_penalty", "yes_no", "环境处罚", "environment penalty"),),
    ),
    Layout(
        "subsidies",
        "subsidies",
        "既往奖补",
        "earlier subsidies",
        (
            Column("award", "text", "文号或编号", "document or number"),
            Column("programme", "text", "项目", "programme"),
            Column("amount", "money", "金额", "amount"),
            Column("conferred_on", "date", "下达日期", "conferred on"),
        ),
        list_name="earlier_awards",
        key="award",
    ),
    Layout(
        "accounts",
        "bank",
        "银行账户证明",
        "account certification",
        (
            Column("account_certified", "yes_no", "账户已证明", "account certified"),
            Column("account_certified_on", "date", "证明日期", "certified on"),
            Column("account_holder", "text", "账户户名", "account holder"),
        ),
    ),
)
LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in _ALL}
