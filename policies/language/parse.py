"""Expressions: from one line of text to a surface tree with positions.

The grammar is small and closed, so it is read by a parser of its own: nothing outside it can be written, and every
column is the column of the file. Precedence is Python's. Limits keep hostile text cheap.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from policies.language.findings import PolicyError, Position
from policies.language.reader import Scalar
from policies.language.units import UNITS, unit_named

MAX_CHARACTERS = 500
MAX_NODES = 200
MAX_DEPTH = 25
MAX_DIGITS = 18

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
WORDS = frozenset({"if", "else", "and", "or", "not", "in", "yes", "no"})

_UNIT_CHARACTERS = "".join(sorted({c for name in UNITS for c in name if ord(c) > 127}))
_ALLOWED = re.compile(rf"[A-Za-z0-9_+\-*/()<>=!,. {_UNIT_CHARACTERS}%]")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TOKEN = re.compile(
    r"(?P<space> +)"
    r"|(?P<date>\d{4}-\d{2}-\d{2}(?![\w.]))"
    rf"|(?P<number>\d[\d_]*(?:\.\d+)?)(?P<unit> ?[A-Z]{{3}}/[a-z][A-Za-z0-9]*| ?[{_UNIT_CHARACTERS}%]+"
    r"| ?[A-Za-z][A-Za-z0-9]*)?"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/()<>,])"
)


@dataclass(frozen=True, slots=True)
class Expr:
    """A node of the surface tree: what stands there (`op`), its parts, its value if it is a literal or a name."""

    op: str
    args: tuple[Expr, ...]
    value: object
    at: Position


@dataclass(frozen=True, slots=True)
class Literal:
    """A written constant: kind and dimension, and its value in the kind's base (duration: months and days)."""

    kind: str
    dim: str
    value: Fraction | date | bool | tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    value: object
    at: Position


def name_problem(name: str, functions: Collection[str]) -> tuple[str, str] | None:
    """Say (English, Chinese) why `name` may not name anything; None if it may. `functions` are taken too."""
    if not _NAME.fullmatch(name) or "__" in name or len(name) > 60:
        return (
            "expected a name of lower-case letters, digits and single _ that starts with a letter",
            "名称应由小写字母、数字和单个下划线组成，以字母开头",
        )
    if name in WORDS or name in functions:
        return (f"{name} is a word of the language; choose another name", f"{name} 是语言保留字，请另取名称")
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or hasattr(builtins, name):
        return (f"{name} is a word of Python; choose another name", f"{name} 是 Python 保留字，请另取名称")
    return None


def _tokens(source: Scalar) -> list[_Token]:
    text, at = source.value, source.at
    for column, character in enumerate(text):
        if not _ALLOWED.match(character):
            raise PolicyError.at(
                at.moved(column),
                "CHARACTER",
                f"found {character!r} (U+{ord(character):04X}); expected ASCII letters, digits, + - * / ( ) < > = ! , "
                "and units: look-alike and full-width characters are not read",
                f"发现字符“{character}”（U+{ord(character):04X}）；表达式只用半角字母、数字、运算符和计量单位",
            )
    tokens: list[_Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise PolicyError.at(
                at.moved(place),
                "SYNTAX",
                f"found {text[place]!r}; expected a number, a name, an operator or a parenthesis",
                f"发现“{text[place]}”；此处应为数字、名称、运算符或括号",
            )
        tokens.extend(_token(match, at.moved(place)))
        place = match.end()
    tokens.append(_Token("end", "the end", None, at.moved(len(text))))
    return tokens


def _token(match: re.Match[str], at: Position) -> list[_Token]:
    kind, text = match.lastgroup, match.group()
    if kind == "space":
        return []
    if match["date"]:
        return [_Token("literal", text, _date(text, at), at)]
    if match["number"]:
        return _number(match, at)
    if match["sign"]:
        return [_Token("sign", text, None, at)]
    if text in ("yes", "no"):
        return [_Token("literal", text, Literal("yes_no", "", text == "yes"), at)]
    if text in WORDS:
        return [_Token("sign", text, None, at)]
    if not _NAME.fullmatch(text) or "__" in text:
        raise PolicyError.at(
            at,
            "NAME",
            f"found {text!r}; names are lower-case letters, digits and single _ and start with a letter",
            f"发现“{text}”；名称只用小写字母、数字和单个下划线，以字母开头",
        )
    return [_Token("name", text, text, at)]


def _date(text: str, at: Position) -> Literal:
    try:
        return Literal("date", "", date.fromisoformat(text))
    except ValueError as error:
        raise PolicyError.at(
            at, "LITERAL", f"found {text}; expected a day of the calendar (YYYY-MM-DD)", f"{text} 不是有效日期"
        ) from error


def _number(match: re.Match[str], at: Position) -> list[_Token]:
    digits, unit_text = match["number"], (match["unit"] or "")
    # `3 if …` and `1 and …` are a bare integer and a word, not a unit.
    if unit_text.strip() in WORDS and unit_text.startswith(" "):
        word = unit_text.strip()
        return [*_literal(digits, "", at), _Token("sign", word, None, at.moved(len(digits) + 1))]
    return _literal(digits, unit_text.strip(), at)


def _literal(digits: str, unit_name: str, at: Position) -> list[_Token]:
    body = digits.removesuffix("_") if unit_name else digits
    text = digits + unit_name
    if not re.fullmatch(r"(0|[1-9]\d*)(\.\d+)?", body) or len(body) > MAX_DIGITS:
        raise PolicyError.at(
            at,
            "LITERAL",
            f"found {text}; expected a plain decimal number without leading zeros or _ , at most {MAX_DIGITS} digits",
            f"发现 {text}；数字应为普通十进制，无前导零和下划线，至多 {MAX_DIGITS} 位",
        )
    if not unit_name:
        if "." in body:
            raise PolicyError.at(
                at,
                "LITERAL",
                f"found {text}; a number with decimals needs a unit (50%, 1.5万元) or a fraction (1/2)",
                f"发现 {text}；带小数的数字须有单位（50%、1.5万元），或写成分数（1/2）",
            )
        return [_Token("literal", text, Literal("count", "", Fraction(body)), at)]
    unit = unit_named(unit_name)
    if unit is None:
        raise PolicyError.at(
            at.moved(len(digits)),
            "UNIT",
            f"found the unit {unit_name!r}; expected one of {' '.join(sorted(UNITS))}",
            f"未知单位“{unit_name}”；可用单位：{' '.join(sorted(UNITS))}",
        )
    value = Fraction(body) * unit.factor
    if unit.kind == "duration":
        return [_Token("literal", text, _duration(value, unit.months, unit.days, text, at), at)]
    if unit.kind in ("count", "money") and value.denominator != 1:
        raise PolicyError.at(
            at,
            "LITERAL",
            f"found {text}; expected a whole number of the smallest unit",
            f"发现 {text}；应为最小单位的整数倍",
        )
    return [_Token("literal", text, Literal(unit.kind, unit.dim, value), at)]


def _duration(value: Fraction, months: int, days: int, text: str, at: Position) -> Literal:
    if value.denominator != 1 or value > 1000:
        raise PolicyError.at(
            at, "LITERAL", f"found {text}; expected a whole number up to 1000", f"发现 {text}；应为不超过 1000 的整数"
        )
    return Literal("duration", "", (int(value) * months, int(value) * days))


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.nodes = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    def take(self, *signs: str) -> _Token | None:
        token = self.token
        if token.kind == "sign" and token.text in signs:
            self.place += 1
            return token
        return None

    def expect(self, sign: str) -> _Token:
        token = self.take(sign)
        if token is None:
            raise self.unexpected(sign, sign)
        return token

    def unexpected(self, en: str, zh: str) -> PolicyError:
        found = self.token
        found_zh = "表达式结尾" if found.kind == "end" else f"“{found.text}”"
        found_en = found.text if found.kind == "end" else repr(found.text)
        return PolicyError.at(found.at, "SYNTAX", f"found {found_en}; expected {en}", f"发现{found_zh}；此处应为 {zh}")

    def node(self, op: str, at: Position, *args: Expr, value: object = None) -> Expr:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise PolicyError.at(
                at,
                "LIMIT",
                f"found more than {MAX_NODES} parts; give some of them names under define",
                f"表达式超过 {MAX_NODES} 个部分，请在 define 中分步命名",
            )
        return Expr(op, args, value, at)

    def expression(self) -> Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise PolicyError.at(
                self.token.at,
                "LIMIT",
                f"found more than {MAX_DEPTH} levels of nesting; give some of them names under define",
                f"嵌套超过 {MAX_DEPTH} 层，请在 define 中分步命名",
            )
        value = self.disjunction()
        token = self.take("if")
        if token is not None:
            condition = self.disjunction()
            self.expect("else")
            value = self.node("if", token.at, condition, value, self.expression())
        self.depth -= 1
        return value

    def disjunction(self) -> Expr:
        left = self.conjunction()
        while token := self.take("or"):
            left = self.node("or", token.at, left, self.conjunction())
        return left

    def conjunction(self) -> Expr:
        left = self.negation()
        while token := self.take("and"):
            left = self.node("and", token.at, left, self.negation())
        return left

    def negation(self) -> Expr:
        negations = []
        while token := self.take("not"):
            negations.append(token)
            if len(negations) > MAX_DEPTH:
                raise PolicyError.at(token.at, "LIMIT", "found too many not; write the condition plainly", "“not”过多")
        value = self.comparison()
        for token in reversed(negations):
            value = self.node("not", token.at, value)
        return value

    def comparison(self) -> Expr:
        left = self.sum()
        parts: list[Expr] = []
        while True:
            token = self.take(*COMPARISONS)
            if token is None:
                break
            right = self.sum()
            parts.append(self.node(token.text, token.at, left, right))
            left = right
        if parts:
            whole = parts[0]
            for part in parts[1:]:
                whole = self.node("and", part.at, whole, part)
            return whole
        return self.membership(left)

    def membership(self, left: Expr) -> Expr:
        negated = None
        if self.token.text == "not" and self.tokens[self.place + 1].text == "in":
            negated = self.take("not")
        token = self.take("in")
        if token is None:
            return left
        self.expect("(")
        values = [self.sum()]
        while self.take(","):
            values.append(self.sum())
        self.expect(")")
        inside = self.node("in", token.at, left, *values)
        return self.node("not", negated.at, inside) if negated else inside

    def sum(self) -> Expr:
        left = self.product()
        while token := self.take("+", "-"):
            left = self.node(token.text, token.at, left, self.product())
        return left

    def product(self) -> Expr:
        left = self.factor()
        while token := self.take("*", "/"):
            left = self.node(token.text, token.at, left, self.factor())
        return left

    def factor(self) -> Expr:
        token = self.take("-")
        if token is not None:
            return self.node("neg", token.at, self.atom())
        return self.atom()

    def atom(self) -> Expr:
        token = self.token
        if token.kind == "literal":
            self.place += 1
            return self.node("literal", token.at, value=token.value)
        if token.kind == "name":
            self.place += 1
            if self.token.text == "(":
                return self.call(token)
            return self.node("name", token.at, value=token.text)
        if self.take("("):
            value = self.expression()
            self.expect(")")
            return value
        raise self.unexpected("a number, a name or (", "数字、名称或左括号")

    def call(self, name: _Token) -> Expr:
        self.expect("(")
        args = [self.expression()]
        while self.take(","):
            args.append(self.expression())
        self.expect(")")
        return self.node("call", name.at, *args, value=name.text)


def parse_expression(source: Scalar) -> Expr:
    """Return the surface tree of one expression; raises PolicyError at the exact column."""
    if source.escaped or "\\" in source.value:
        raise PolicyError.at(
            source.at,
            "SYNTAX",
            "found an escape (\\ or ''); write the expression without it",
            "表达式中不能使用转义符",
        )
    if len(source.value) > MAX_CHARACTERS:
        raise PolicyError.at(
            source.at,
            "LIMIT",
            f"found {len(source.value)} characters; expected at most {MAX_CHARACTERS}: use define",
            f"表达式有 {len(source.value)} 个字符，至多 {MAX_CHARACTERS} 个，请用 define 拆分",
        )
    parser = _Parser(_tokens(source))
    tree = parser.expression()
    if parser.token.kind != "end":
        raise parser.unexpected("the end of the expression or an operator", "表达式结尾或运算符")
    return tree
