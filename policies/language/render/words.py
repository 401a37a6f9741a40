"""Constants and small phrases in words: money, shares, spans of time, days, and joined lists, in Chinese and English.

Constants of a policy are exact, so nothing here cuts or rounds: a share that has no short percentage stays a fraction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction

from policies.language.findings import Text
from policies.language.model import ApprovalLevel, FactDef
from policies.language.typed import Type
from policies.language.units import CURRENCIES

WAN, YI = 10**4, 10**8
CERTAINTY = {
    "verified": Text("已核实", "verified"),
    "recalled": Text("凭记忆", "recalled"),
    "assumed": Text("假定", "ASSUMED"),
}
ROUNDING = {
    "down": Text("不足部分舍去", "cut down"),
    "up": Text("不足部分进位", "rounded up"),
    "half_up": Text("四舍五入", "rounded to the nearest, halves up"),
    "half_even": Text("四舍六入五成双", "rounded to the nearest, halves to even"),
}
SOURCES = {
    "applicant": Text("申报单位", "applicant"),
    "tax": Text("税务部门", "tax office"),
    "register": Text("认定名册", "register of recognitions"),
    "registry": Text("市场主体登记", "register of companies"),
    "ip_register": Text("知识产权登记", "register of intellectual property"),
    "statistics": Text("统计部门", "statistics office"),
    "social_security": Text("社保部门", "social security"),
    "expert": Text("评审专家", "expert"),
    "system": Text("系统", "system"),
    "officer": Text("经办人员", "officer"),
}
KINDS = {
    "money": Text("金额", "money"),
    "count": Text("数量", "count"),
    "rate": Text("比例", "share"),
    "number": Text("数值", "number"),
    "date": Text("日期", "date"),
    "yes_no": Text("是否", "yes or no"),
    "choice": Text("选项", "choice"),
    "text": Text("文字", "text"),
}


def same(text: str) -> Text:
    """Return one writing for both languages."""
    return Text(text, text)


def joined(texts: Iterable[Text], zh: str = "、", en: str = ", ") -> Text:
    """Return several texts as one."""
    found = list(texts)
    return Text(zh.join(text.zh for text in found), en.join(text.en for text in found))


def label(text: Text, name: str) -> Text:
    """Return a text; the name in its place where none is written for one language."""
    return Text(text.zh or name, text.en or name)


def decimal(value: Fraction, most: int) -> str | None:
    """Return the exact decimal text with thousands, or None where it needs more than `most` decimals."""
    for places in range(most + 1):
        scaled = value * 10**places
        if scaled.denominator == 1:
            sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled.numerator)).rjust(places + 1, "0")
            whole = f"{int(digits[: len(digits) - places]):,}"
            return f"{sign}{whole}.{digits[-places:]}" if places else f"{sign}{whole}"
    return None


def exact(value: Fraction) -> str:
    """Return a number as a decimal of at most six digits, else as a fraction."""
    return decimal(value, 6) or f"{value.numerator:,}/{value.denominator:,}"


def money(minor: Fraction | int, currency: str) -> Text:
    """Return an amount of minor units: 1000万元, CNY 10,000,000."""
    units = Fraction(minor) / 10 ** CURRENCIES[currency]
    en = f"{currency} {exact(units)}"
    if currency != "CNY":
        return same(en)
    for size, word in ((YI, "亿元"), (WAN, "万元")):
        short = decimal(units / size, 2)
        if abs(units) >= size and short is not None:
            return Text(short.replace(",", "") + word, en)
    return Text(f"{exact(units)}元", en)


def percent(value: Fraction) -> Text:
    """Return a share as a percentage, or as a fraction where the percentage does not end."""
    digits = decimal(value * 100, 6)
    return same(f"{value.numerator}/{value.denominator}" if digits is None else f"{digits}%")


def duration(months: int, days: int) -> Text:
    """Return a span of time."""
    if days or not months:
        parts = [] if not months else [duration(months, 0)]
        return joined([*parts, Text(f"{days}天", f"{days} day{'' if days == 1 else 's'}")], "加", " and ")
    if months % 12 == 0:
        years = months // 12
        return Text(f"{years}年", f"{years} year{'' if years == 1 else 's'}")
    return Text(f"{months}个月", f"{months} month{'' if months == 1 else 's'}")


def day(value: date) -> Text:
    """Return a day."""
    return Text(f"{value.year}年{value.month}月{value.day}日", value.isoformat())


def unit_of(dim: str) -> Text:
    """Return a unit of measure."""
    return {"day": Text("天", "days"), "min": Text("分钟", "min")}.get(dim, same(dim))


def constant(kind: Type, value: object, choices: Sequence[Text] = ()) -> Text:
    """Return a constant of the policy in words; `choices` are the words of a closed list, in its order."""
    if kind.kind == "choice":
        index = int(str(value))
        return choices[index] if index < len(choices) else same(kind.choices[index])
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    if isinstance(value, date):
        return day(value)
    if isinstance(value, tuple):
        return duration(int(value[0]), int(value[1]))
    number = Fraction(str(value)) if not isinstance(value, Fraction) else value
    return _quantity(kind, number)


def _quantity(kind: Type, number: Fraction) -> Text:
    if kind.kind == "money":
        return money(number, kind.dim)
    if kind.kind in ("rate", "ratio"):
        return percent(number)
    if kind.kind == "price":
        currency, _, per = kind.dim.partition("/")
        per_text, amount = unit_of(per), money(number, currency)
        return Text(f"每{per_text.zh}{amount.zh}", f"{amount.en} per {per_text.en}")
    if kind.kind == "number":
        unit = unit_of(kind.dim)
        return Text(f"{exact(number)}{unit.zh}", f"{exact(number)} {unit.en}")
    return same(exact(number))


def held(fact: FactDef, number: int) -> Text:
    """Return a bound of a fact, which stands as the integer held."""
    if fact.kind == "date":
        return day(date.fromordinal(number))
    scale = 10**fact.decimals if fact.kind in ("rate", "number") else 1
    found = constant(fact.type, Fraction(number, scale))
    return Text(found.zh + fact.unit, f"{found.en} {fact.unit}".strip()) if fact.kind == "count" else found


def span(since: date, until: date | None) -> Text:
    """Return the days from one to another, both belonging; without an end where `until` is None."""
    first = day(since)
    if until is None:
        return Text(f"自{first.zh}起", f"from {first.en} on")
    last = day(until)
    return Text(f"{first.zh}至{last.zh}", f"{first.en} to {last.en}")


def working_days(days: int) -> Text:
    """Return a number of working days."""
    return Text(f"{days}个工作日", f"{days} working day{'' if days == 1 else 's'}")


def approval(level: ApprovalLevel, currency: str) -> Text:
    """Return who approves up to what."""
    who = ROLES.get(level.by, same(level.by))
    if level.up_to is None:
        return Text(f"其余由{who.zh}审批", f"above that the {who.en}")
    limit = money(level.up_to, currency)
    return Text(f"{limit.zh}及以下由{who.zh}审批", f"up to {limit.en} the {who.en}")


ROLES = {
    "division_head": Text("科室负责人", "division head"),
    "leader": Text("局领导", "leader of the bureau"),
    "expert": Text("专家", "experts"),
    "officer": Text("经办人员", "officer"),
    "acceptance": Text("受理人员", "acceptance officer"),
}
