"""Expressions as fragments of sentences, in Chinese and English, from the typed surface tree.

Facts, definitions and tables stand by their labels, parameters by label and value. `RENDERINGS` is the one table from
what stands in the tree to words; what it lacks is refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from policies.language.core import Builder
from policies.language.findings import PolicyError, Text
from policies.language.lower import Lowerer
from policies.language.model import FactDef, Pack, ParameterDef
from policies.language.render.calls import CALLS
from policies.language.render.phrase import (
    ATOM,
    CHOOSE,
    COMPARE,
    JOIN,
    NEGATE,
    PHRASE,
    PRODUCT,
    SUM,
    Phrase,
    bracketed,
    quoted,
    say,
)
from policies.language.render.words import constant, day, joined, label, same
from policies.language.typed import CHOICE, DATE, DURATION, QUANTITIES, YES_NO, Typed


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


def fixed_number(typed: Typed) -> Fraction | None:
    """Return the number of a constant quantity in its base (money: minor units); None for anything else."""
    if not typed.const or typed.type.kind not in QUANTITIES:
        return None
    return Lowerer(Builder(), {}).number(typed).constant


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
    return say(COMPARE, f"“{{0}}”{zh}", f"{{0}} {en}", found)


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
    return say(COMPARE, f"{{0}}{zh}{{1}}", f"{{0}} {en} {{1}}", *sides)


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
    return say(COMPARE, f"{{0}}与{{1}}{zh}", f"of {{0}} and {{1}} {en}", *parts)


def _not(words: Wording, typed: Typed) -> Phrase:
    return _negation(words, typed.args[0])


def _negation(words: Wording, inner: Typed) -> Phrase:
    if inner.op in _NEGATED:
        return _compare(words, inner, negated=True)
    if inner.op in ("name", "field"):
        return _holds(words, str(inner.value), words.name(str(inner.value)), False)
    if inner.op == "has":
        return say(COMPARE, "没有“{0}”", "there is no {0}", words.name(str(inner.value)))
    if inner.op == "in":
        return _in(words, inner, negated=True)
    if inner.op == "not":
        return words.phrase(inner.args[0])
    return say(NEGATE, "并非{0}", "not {0}", words.within(inner, ATOM))


def _in(words: Wording, typed: Typed, negated: bool = False) -> Phrase:
    value = typed.args[0]
    options = joined(_const(words, option, value).text for option in typed.args[1:])
    zh, en = ("不属于", "is none of") if negated else ("属于", "is one of")
    return say(COMPARE, f"{{0}}{zh}{{1}}", f"{{0}} {en} {{1}}", words.within(value, PHRASE), options)


def _join(op: str, zh: str, en: str) -> Rendering:
    def rendering(words: Wording, typed: Typed) -> Phrase:
        sides = (words.phrase(arg) for arg in typed.args)
        parts = [side.text if side.op == op else bracketed(side, NEGATE) for side in sides]
        return say(JOIN, f"{{0}}，{zh}{{1}}", f"{{0}}, {en} {{1}}", *parts, op=op)

    return rendering


def _if(words: Wording, typed: Typed) -> Phrase:
    condition, then, other = (words.within(arg, JOIN) for arg in typed.args)
    return say(CHOOSE, "若{0}，则为{1}，否则为{2}", "{1} if {0}, otherwise {2}", condition, then, other)


# arithmetic --------------------------------------------------------------------------------------------------------


def _sum(words: Wording, typed: Typed) -> Phrase:
    left, right = typed.args
    if typed.op == "-" and left.type.kind == right.type.kind == DATE:
        return say(PHRASE, "{1}至{0}的天数", "the days from {1} to {0}", *(words.within(a, ATOM) for a in typed.args))
    if left.type.kind in (DATE, DURATION):
        zh, en = ("加", "plus") if typed.op == "+" else ("减", "minus")
    else:
        zh, en = (" ＋ ", "+") if typed.op == "+" else (" － ", "−")
    parts = (words.within(left, SUM), words.within(right, SUM if typed.op == "+" else PRODUCT))
    return say(SUM, f"{{0}}{zh}{{1}}", f"{{0}} {en} {{1}}", *parts)


def _product(words: Wording, typed: Typed) -> Phrase:
    left, right = typed.args
    if typed.op == "/":
        if typed.const:
            return Phrase(words.fixed(typed), ATOM)
        if not right.const:
            parts = (words.within(left, ATOM), words.within(right, ATOM))
            return say(PHRASE, "{0}占{1}的比例", "{0} as a share of {1}", *parts)
        return say(PRODUCT, "{0}÷{1}", "{0} ÷ {1}", words.within(left, PRODUCT), words.within(right, ATOM))
    return say(PRODUCT, "{0}×{1}", "{0} × {1}", words.within(left, PRODUCT), words.within(right, PRODUCT))


def _neg(words: Wording, typed: Typed) -> Phrase:
    return say(PRODUCT, "－{0}", "−{0}", words.within(typed.args[0], ATOM))


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
    **CALLS,
}
