"""Expressions as fragments of sentences, in Chinese and English, from the typed surface tree.

Facts, definitions and tables stand by their labels, parameters by label and value. `RENDERINGS` is the one table from
what stands in the tree to words; what it lacks is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from policies.language.core import Builder
from policies.language.findings import PolicyError, Text
from policies.language.lower import Lowerer
from policies.language.model import FactDef, Pack, ParameterDef
from policies.language.render_words import constant, day, joined, label, same
from policies.language.typed import CHOICE, DATE, DURATION, QUANTITIES, YES_NO, Typed

# How tightly a phrase binds: what binds looser than its place wants stands in brackets.
CHOOSE, JOIN, NEGATE, COMPARE, PHRASE, SUM, PRODUCT, ATOM = range(8)


class Phrase(NamedTuple):
    """Words and how tightly they bind; `op` is what stands at the root."""

    text: Text
    level: int
    op: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """Finds the words of one program's names; `fields` are those of the list whose records are being read."""

    pack: Pack
    stage: str | None = None
    fields: Mapping[str, FactDef] = field(default_factory=dict)

    def phrase(self, typed: Typed) -> Phrase:
        """Return a tree in words; raises PolicyError for an op without a rendering."""
        rendering = RENDERINGS.get(typed.op)
        if rendering is None:
            raise PolicyError.at(
                typed.at,
                "RENDER",
                f"there are no words for {typed.op}; add it to RENDERINGS in render_expression.py",
                f"{typed.op} 没有对应的文字表述；请在 render_expression.py 的 RENDERINGS 中补充",
            )
        return rendering(self, typed)

    def text(self, typed: Typed) -> Text:
        """Return a tree in words, without brackets around the whole."""
        return self.phrase(typed).text

    def within(self, typed: Typed, level: int) -> Text:
        """Return a tree in words, in brackets if it binds looser than `level`."""
        return bracketed(self.phrase(typed), level)

    def fact(self, name: str) -> FactDef | None:
        """Return the fact or field called `name`."""
        return self.fields.get(name) or self.pack.program_of(self.stage).facts.get(name)

    def name(self, name: str) -> Text:
        """Return the label of a name, quoted in English; of a parameter also its value."""
        fact = self.fact(name)
        if fact is not None:
            return quoted(label(fact.text, name))
        pack = self.pack
        if name in pack.parameters:
            return self.parameter(pack.parameters[name])
        if name in pack.tables:
            found = quoted(label(pack.tables[name].text, name))
            return Text(f"{found.zh}（见表）", f"{found.en} (see table)")
        if name in pack.definitions:
            return quoted(label(pack.definitions[name].text, name))
        if name == "tier":
            return Text("等级", "the tier")
        fixed = {"amount": Text("奖补金额", "the amount"), "eligible": Text("符合条件", "eligible")}
        return fixed.get(name) or Text(f"本等级的“{name}”", f"“{name}” of the tier")

    def parameter(self, parameter: ParameterDef) -> Text:
        """Return the label of a parameter with its value, or its values with their days."""
        found, value = quoted(label(parameter.text, parameter.name)), self.value(parameter)
        return Text(f"{found.zh}（{value.zh}）", f"{found.en} ({value.en})")

    def value(self, parameter: ParameterDef) -> Text:
        """Return the value of a parameter, or its values with the days from which they count."""
        found = []
        for dated in parameter.values:
            value = self.fixed(dated.value)
            since = None if dated.since is None else day(dated.since)
            found.append(value if since is None else Text(f"自{since.zh}起{value.zh}", f"{value.en} from {since.en}"))
        return joined(found, "；", "; ")

    def fixed(self, typed: Typed) -> Text:
        """Return the value of a constant expression; a sum of time spans stays written out."""
        number = fixed_number(typed)
        return self.text(typed) if number is None else constant(typed.type, number)

    def choices(self, typed: Typed, beside: Typed | None) -> tuple[Text, ...]:
        """Return the words of a closed list: those of the fact `beside`, of the tiers, or of a fact with that list."""
        values = typed.type.choices
        named = self.fact(str(beside.value)) if beside is not None and beside.op in ("name", "field") else None
        programs = (self.pack.program_of(self.stage), self.pack.program, *self.pack.stages.values())
        facts = [named] if named is not None else []
        facts += [*self.fields.values(), *(fact for program in programs for fact in program.facts.values())]
        facts += [item for record in self.pack.records.values() for item in record.fields.values()]
        for fact in facts:
            if tuple(choice.value for choice in fact.choices) == values:
                return tuple(choice.text for choice in fact.choices)
        for program in programs:
            if tuple(tier.id for tier in program.tiers) == values:
                return tuple(tier.text for tier in program.tiers)
        return tuple(same(value) for value in values)


def quoted(text: Text) -> Text:
    """Return a label as it stands in a sentence: English labels are phrases of their own and need quotes."""
    return Text(text.zh, f"“{text.en}”")


def fixed_number(typed: Typed) -> Fraction | None:
    """Return the number of a constant quantity in its base (money: minor units); None for anything else."""
    if not typed.const or typed.type.kind not in QUANTITIES:
        return None
    return Lowerer(Builder(), {}).number(typed).constant


def bracketed(phrase: Phrase, level: int) -> Text:
    """Return the words of a phrase, in brackets if it binds looser than `level`."""
    if phrase.level >= level:
        return phrase.text
    return Text(f"（{phrase.text.zh}）", f"({phrase.text.en})")


def _say(level: int, zh: str, en: str, *parts: Text, op: str = "") -> Phrase:
    return Phrase(Text(zh.format(*(part.zh for part in parts)), en.format(*(part.en for part in parts))), level, op)


# names and constants -----------------------------------------------------------------------------------------------


def _const(words: Wording, typed: Typed, beside: Typed | None = None) -> Phrase:
    choices = words.choices(typed, beside) if typed.type.kind == CHOICE else ()
    return Phrase(constant(typed.type, typed.value, choices), ATOM)


def _name(words: Wording, typed: Typed) -> Phrase:
    name = str(typed.value)
    found = words.name(name)
    if typed.type.kind == YES_NO:
        return _holds(words, name, found, True)
    return Phrase(found, ATOM)


def _holds(words: Wording, name: str, found: Text, outcome: bool) -> Phrase:
    if name == "eligible" and words.fact(name) is None:
        zh, en = ("符合", "is") if outcome else ("不符合", "is not")
        return Phrase(Text(f"申报单位{zh}条件", f"the company {en} eligible"), COMPARE)
    if words.fact(name) is not None:
        zh, en = ("为是", "is yes") if outcome else ("为否", "is no")
    else:
        zh, en = ("成立", "holds") if outcome else ("不成立", "does not hold")
    return _say(COMPARE, f"“{{0}}”{zh}", f"{{0}} {en}", found)


# conditions --------------------------------------------------------------------------------------------------------

_WORDS = {
    "<": ("低于", "is less than"), "<=": ("不超过", "is at most"), ">": ("超过", "is more than"),
    ">=": ("不低于", "is at least"), "==": ("等于", "equals"), "!=": ("不等于", "does not equal"),
}  # fmt: skip
_DATE_WORDS = {
    "<": ("早于", "is before"), "<=": ("不晚于", "is not after"), ">": ("晚于", "is after"),
    ">=": ("不早于", "is not before"), "==": ("为", "is"), "!=": ("不为", "is not"),
}  # fmt: skip
_CHOICE_WORDS = {"==": ("为", "is"), "!=": ("不为", "is not")}
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def _compare(words: Wording, typed: Typed, negated: bool = False) -> Phrase:
    op = _NEGATED[typed.op] if negated else typed.op
    left, right = typed.args
    kind = left.type.kind
    if kind == YES_NO:
        return _same_truth(words, left, right, op == "==")
    zh, en = {DATE: _DATE_WORDS, CHOICE: _CHOICE_WORDS}.get(kind, _WORDS)[op]
    sides = [_side(words, side, other) for side, other in ((left, right), (right, left))]
    return _say(COMPARE, f"{{0}}{zh}{{1}}", f"{{0}} {en} {{1}}", *sides)


def _side(words: Wording, side: Typed, other: Typed) -> Text:
    if side.op != "const":
        return words.within(side, PHRASE)
    if other.op in ("year", "fiscal_year"):
        return same(str(side.value))  # a year has no thousands
    return _const(words, side, other).text


def _same_truth(words: Wording, left: Typed, right: Typed, equal: bool) -> Phrase:
    for side, other in ((left, right), (right, left)):
        if side.op == "const":
            return words.phrase(other) if bool(side.value) == equal else _negation(words, other)
    zh, en = ("同真同假", "both hold or neither") if equal else ("恰有一个成立", "exactly one holds")
    parts = [words.within(side, ATOM) for side in (left, right)]
    return _say(COMPARE, f"{{0}}与{{1}}{zh}", f"of {{0}} and {{1}} {en}", *parts)


def _not(words: Wording, typed: Typed) -> Phrase:
    return _negation(words, typed.args[0])


def _negation(words: Wording, inner: Typed) -> Phrase:
    if inner.op in _NEGATED:
        return _compare(words, inner, negated=True)
    if inner.op in ("name", "field"):
        return _holds(words, str(inner.value), words.name(str(inner.value)), False)
    if inner.op == "has":
        return _say(COMPARE, "没有“{0}”", "there is no {0}", words.name(str(inner.value)))
    if inner.op == "in":
        return _in(words, inner, negated=True)
    if inner.op == "not":
        return words.phrase(inner.args[0])
    return _say(NEGATE, "并非{0}", "not {0}", words.within(inner, ATOM))


def _in(words: Wording, typed: Typed, negated: bool = False) -> Phrase:
    value = typed.args[0]
    options = joined(_const(words, option, value).text for option in typed.args[1:])
    zh, en = ("不属于", "is none of") if negated else ("属于", "is one of")
    return _say(COMPARE, f"{{0}}{zh}{{1}}", f"{{0}} {en} {{1}}", words.within(value, PHRASE), options)


def _join(op: str, zh: str, en: str) -> Rendering:
    def rendering(words: Wording, typed: Typed) -> Phrase:
        sides = (words.phrase(arg) for arg in typed.args)
        parts = [side.text if side.op == op else bracketed(side, NEGATE) for side in sides]
        return _say(JOIN, f"{{0}}，{zh}{{1}}", f"{{0}}, {en} {{1}}", *parts, op=op)

    return rendering


def _if(words: Wording, typed: Typed) -> Phrase:
    condition, then, other = (words.within(arg, JOIN) for arg in typed.args)
    return _say(CHOOSE, "若{0}，则为{1}，否则为{2}", "{1} if {0}, otherwise {2}", condition, then, other)


# arithmetic --------------------------------------------------------------------------------------------------------


def _sum(words: Wording, typed: Typed) -> Phrase:
    left, right = typed.args
    if typed.op == "-" and left.type.kind == right.type.kind == DATE:
        return _say(PHRASE, "{1}至{0}的天数", "the days from {1} to {0}", *(words.within(a, ATOM) for a in typed.args))
    if left.type.kind in (DATE, DURATION):
        zh, en = ("加", "plus") if typed.op == "+" else ("减", "minus")
    else:
        zh, en = (" ＋ ", "+") if typed.op == "+" else (" － ", "−")
    parts = (words.within(left, SUM), words.within(right, SUM if typed.op == "+" else PRODUCT))
    return _say(SUM, f"{{0}}{zh}{{1}}", f"{{0}} {en} {{1}}", *parts)


def _product(words: Wording, typed: Typed) -> Phrase:
    left, right = typed.args
    if typed.op == "/":
        if typed.const:
            return Phrase(words.fixed(typed), ATOM)
        if not right.const:
            parts = (words.within(left, ATOM), words.within(right, ATOM))
            return _say(PHRASE, "{0}占{1}的比例", "{0} as a share of {1}", *parts)
        return _say(PRODUCT, "{0}÷{1}", "{0} ÷ {1}", words.within(left, PRODUCT), words.within(right, ATOM))
    return _say(PRODUCT, "{0}×{1}", "{0} × {1}", words.within(left, PRODUCT), words.within(right, PRODUCT))


def _neg(words: Wording, typed: Typed) -> Phrase:
    return _say(PRODUCT, "－{0}", "−{0}", words.within(typed.args[0], ATOM))


# functions ---------------------------------------------------------------------------------------------------------


def _extreme(words: Wording, typed: Typed) -> Phrase:
    least, dates, many = typed.op == "min", typed.type.kind == DATE, len(typed.args) > 2
    zh = ("早" if least else "晚") if dates else ("小" if least else "大")
    short, long = {
        (True, True): ("earlier", "earliest"), (True, False): ("smaller", "smallest"),
        (False, True): ("later", "latest"), (False, False): ("larger", "largest"),
    }[least, dates]  # fmt: skip
    parts = [words.within(arg, ATOM) for arg in typed.args]
    listed = Text(
        ("、" if many else "与").join(p.zh for p in parts),
        ", ".join(p.en for p in parts[:-1]) + f" and {parts[-1].en}",
    )
    zh_word, en_word = (f"最{zh}者", long) if many else (f"较{zh}者", short)
    return _say(PHRASE, f"{{0}}中的{zh_word}", f"the {en_word} of {{0}}", listed)


def _round(zh: str, en: str) -> Rendering:
    def rendering(words: Wording, typed: Typed) -> Phrase:
        value, unit = words.within(typed.args[0], ATOM), words.within(typed.args[1], ATOM)
        return _say(PHRASE, f"{{0}}按{{1}}{zh}", f"{{0}} {en} {{1}}", value, unit)

    return rendering


def _whole(words: Wording, typed: Typed) -> Phrase:
    parts = (words.within(arg, ATOM) for arg in typed.args)
    return _say(PHRASE, "{0}中满{1}的个数", "how many whole {1} there are in {0}", *parts)


def _given(words: Wording, typed: Typed) -> Phrase:
    fact, default = words.name(str(typed.args[0].value)), words.text(typed.args[1])
    return _say(ATOM, "{0}（没有的按{1}）", "{0} (if there is none: {1})", fact, default)


def _has(words: Wording, typed: Typed) -> Phrase:
    return _say(COMPARE, "有“{0}”", "there is a {0}", words.name(str(typed.value)))


def _number_of(words: Wording, typed: Typed) -> Phrase:
    parts = joined((words.text(arg) for arg in typed.args), "；", "; ")
    return _say(ATOM, "以下各项中成立的项数（{0}）", "how many of these hold ({0})", parts)


def _cagr(words: Wording, typed: Typed) -> Phrase:
    parts = (words.within(arg, ATOM) for arg in typed.args)
    return _say(
        PHRASE, "从{0}到{1}的{2}年复合增长率", "the compound yearly growth from {0} to {1} over {2} years", *parts
    )


def _calendar(zh: str, en: str) -> Rendering:
    def rendering(words: Wording, typed: Typed) -> Phrase:
        return _say(PHRASE, f"{{0}}{zh}", f"{en} {{0}}", words.within(typed.args[0], ATOM))

    return rendering


# lists -------------------------------------------------------------------------------------------------------------


def _records(words: Wording, typed: Typed) -> tuple[Wording, Text]:
    record = words.pack.records[str(typed.value)]
    return replace(words, fields=record.fields), label(record.text, record.name)


def _which(inner: Wording, listed: Text, condition: Typed | None) -> Text:
    if condition is None or (condition.op == "const" and condition.value is True):
        return listed
    found = inner.text(condition)
    return Text(f"符合“{found.zh}”的{listed.zh}", f"{listed.en} with ({found.en})")


def _count(words: Wording, typed: Typed) -> Phrase:
    inner, listed = _records(words, typed)
    which = _which(inner, listed, typed.args[0] if typed.args else None)
    return _say(PHRASE, "{0}的数量", "the number of {0}", which)


def _any(words: Wording, typed: Typed) -> Phrase:
    inner, listed = _records(words, typed)
    zh, en = ("至少一条", "at least one of") if typed.op == "any" else ("每一条均", "each of")
    return _say(COMPARE, f"{{0}}中{zh}符合“{{1}}”", f"{en} {{0}} has ({{1}})", listed, inner.text(typed.args[0]))


def _sum_of(words: Wording, typed: Typed) -> Phrase:
    inner, listed = _records(words, typed)
    which = _which(inner, listed, typed.args[1] if typed.args[1:] else None)
    return _say(PHRASE, "{0}的{1}之和", "the sum of {1} over {0}", which, inner.within(typed.args[0], ATOM))


def _pick(zh: str, en: str) -> Rendering:
    def rendering(words: Wording, typed: Typed) -> Phrase:
        inner, listed = _records(words, typed)
        parts = (_which(inner, listed, typed.args[1]), inner.within(typed.args[0], ATOM), words.text(typed.args[2]))
        return _say(
            ATOM, f"{{0}}中{zh}的{{1}}（没有的按{{2}}）", f"the {en} {{1}} of {{0}} (if there is none: {{2}})", *parts
        )

    return rendering


Rendering = Callable[[Wording, Typed], Phrase]
RENDERINGS: dict[str, Rendering] = {
    "const": _const,
    "name": _name,
    "field": _name,
    **dict.fromkeys(_NEGATED, _compare),
    "and": _join("and", "且", "and"),
    "or": _join("or", "或", "or"),
    "not": _not,
    "in": _in,
    "if": _if,
    "+": _sum,
    "-": _sum,
    "*": _product,
    "/": _product,
    "neg": _neg,
    "min": _extreme,
    "max": _extreme,
    "round_down": _round("向下取整", "rounded down to whole"),
    "round_up": _round("向上取整", "rounded up to whole"),
    "round_half_up": _round("四舍五入", "rounded (halves up) to whole"),
    "round_half_even": _round("四舍六入五成双", "rounded (halves to even) to whole"),
    "whole": _whole,
    "given": _given,
    "has": _has,
    "number_of": _number_of,
    "cagr": _cagr,
    "year": _calendar("的年份", "the year of"),
    "fiscal_year": _calendar("所在的财政年度", "the fiscal year of"),
    "count": _count,
    "any": _any,
    "all": _any,
    "sum": _sum_of,
    "largest": _pick("最大", "largest"),
    "smallest": _pick("最小", "smallest"),
    "latest": _pick("最晚", "latest"),
    "earliest": _pick("最早", "earliest"),
}
