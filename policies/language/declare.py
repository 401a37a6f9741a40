"""Declarations: facts, records, parameters and their types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from policies.language.constants import constant_value
from policies.language.findings import Text
from policies.language.functions import FUNCTION_TABLE
from policies.language.model import Choice, DatedValue, FactDef, ParameterDef, RecordDef
from policies.language.parse import name_problem, parse_expression
from policies.language.reader import MapNode, Node, Scalar
from policies.language.schema import (
    CERTAINTIES,
    Fields,
    both,
    day,
    entries,
    fields,
    identifier,
    items,
    one_of,
    refuse,
    scalar,
    source_of,
    text_of,
    whole,
    yes_no,
)
from policies.language.typed import DURATION, Type, Typed
from policies.language.types import Checker
from policies.language.units import CURRENCIES, NUMBER_UNITS

# What a decision gives; guarantees read these names.
RESULTS = ("eligible", "tier", "amount")
FIRST_DAY, LAST_DAY = date(1900, 1, 1).toordinal(), date(2200, 12, 31).toordinal()
SOURCES = (
    "applicant", "tax", "register", "registry", "ip_register", "statistics", "social_security", "expert", "system",
    "officer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FactKind:
    """A kind of fact by default: the range of the integer held (per 10^decimals), and whether it may change."""

    low: int
    high: int
    may_change: bool


FACT_KINDS: dict[str, FactKind] = {
    "money": FactKind(0, 10**15, True),
    "count": FactKind(0, 10**7, True),
    "rate": FactKind(0, 1, True),
    "number": FactKind(0, 10**9, True),
    "date": FactKind(FIRST_DAY, LAST_DAY, False),
    "yes_no": FactKind(0, 1, True),
    "choice": FactKind(0, 0, True),
    "text": FactKind(0, 0, False),
}

_ASKED_KEYS = "asks proof help_zh help_en"
_FACT_KEYS = f"currency decimals unit of optional zh en from min max section may_change {_ASKED_KEYS}"


def checked_name(key: Scalar, taken: Mapping[str, object], *, field: bool = False) -> str:
    """Return a name that is well formed and free; raises PolicyError that says why it is not.

    A field of a record may bear the name of a result, since only aggregates read it.
    """
    problem = name_problem(key.value, FUNCTION_TABLE)
    if problem is None and not field and key.value in RESULTS:
        problem = (f"{key.value} is what the decision gives; choose another name", f"{key.value} 是决定的结果，请另取")
    if problem is not None:
        raise refuse(key.at, f"found the name {key.value!r}; {problem[0]}", f"名称“{key.value}”：{problem[1]}", "NAME")
    if key.value in taken:
        raise refuse(
            key.at,
            f"the name {key.value} is taken already; choose another",
            f"名称 {key.value} 已被使用，请另取",
            "NAME",
        )
    return key.value


def constant_of(node: Node, kind: Type | None, what: str) -> Typed:
    """Return a constant expression, of type `kind` where given."""
    typed = Checker({}).check(parse_expression(scalar(node, what)))
    if not typed.const:
        raise refuse(node.at, f"expected a constant for {what}", f"{what} 应为常量")
    if kind is not None and typed.type != kind:
        raise refuse(typed.at, f"found {typed.type}; expected {kind} for {what}", f"{what} 类型应为 {kind}", "TYPE")
    return typed


def read_fact(name: str, node: Node, currency: str, sections: Mapping[str, Text], *, field: bool = False) -> FactDef:
    """Read one fact (or, with `field`, one field of a record, which needs no source of its own)."""
    values = fields(
        node,
        f"the fact {name}",
        "type" if field else "type from",
        f"{_FACT_KEYS} {'from' if field else 'fresh_within'}",
    )
    kind = one_of(values["type"], f"{name}.type", FACT_KINDS)
    choices = _choices(values.get("of"), name)
    if (kind == "choice") != bool(choices):
        raise refuse(
            values.at, f"{name}: `of` belongs to a choice and only there", f"{name}：choice 须有 of，其他类型不可有"
        )
    unit = _unit(values, name, kind)
    decimals = _decimals(values, name, kind)
    source = values.get("from")
    section = values.get("section")
    if section is not None and scalar(section, "section").value not in sections:
        raise refuse(section.at, f"{name}: this section is not declared under sections", f"{name} 的 section 未声明")
    money = scalar(values["currency"], "currency").value if "currency" in values else currency
    if money not in CURRENCIES:
        raise refuse(values.at, f"{name}: unknown currency {money}", f"{name}：未知货币 {money}")
    fact = FactDef(
        name=name,
        kind=kind,
        text=both(values, f"the fact {name}", name),
        source="" if source is None else one_of(source, f"{name}.from", SOURCES),
        currency=money if kind == "money" else "",
        decimals=CURRENCIES[money] if kind == "money" else decimals,
        unit=unit,
        choices=choices,
        optional=yes_no(values.get("optional"), f"{name}.optional", False),
        help=_help(values, name),
        asks=_asks(values, name),
        proof=_proof(values, name),
        section=None if section is None else scalar(section, "section").value,
        may_change=yes_no(values.get("may_change"), f"{name}.may_change", FACT_KINDS[kind].may_change),
        fresh_within=_fresh_within(values, name, source),
        at=values.at,
    )
    return _with_range(fact, values)


def _help(values: Fields, name: str) -> Text | None:
    return both(values, name, prefix="help_") if "help_zh" in values or "help_en" in values else None


def _asks(values: Fields, name: str) -> str:
    node = values.get("asks")
    return "" if node is None else one_of(node, f"{name}.asks", SOURCES)


def _proof(values: Fields, name: str) -> tuple[str, ...]:
    return tuple(identifier(item, f"{name}.proof") for item in items(values.get("proof"), f"{name}.proof"))


def _fresh_within(values: Fields, name: str, source: Node | None) -> tuple[int, int] | None:
    """Return how old a value may be, as (months, days); what the program gives itself is never old."""
    node = values.get("fresh_within")
    if node is None:
        return None
    value = constant_of(node, Type(DURATION), f"{name}.fresh_within").value
    assert isinstance(value, tuple)
    if sum(value) < 1:
        raise refuse(node.at, f"{name}: fresh_within must be above 0", f"{name}：fresh_within 应大于 0")
    if source is not None and scalar(source, "from").value == "system":
        raise refuse(
            node.at, f"{name}: what the program itself gives is never old; leave fresh_within out",
            f"{name}：由系统自身给出的事实不会过期，请删去 fresh_within",
        )  # fmt: skip
    return (int(value[0]), int(value[1]))


def _choices(node: Node | None, name: str) -> tuple[Choice, ...]:
    if node is None:
        return ()
    if isinstance(node, MapNode):
        found = tuple(Choice(identifier(key, name), text_of(value, key.value)) for key, value in node.items)
    else:
        values = [identifier(item, f"{name}.of") for item in items(node, f"{name}.of")]
        found = tuple(Choice(value, Text(value, value)) for value in values)
    if len({choice.value for choice in found}) < len(found) or not found:
        raise refuse(node.at, f"{name}.of needs different values, at least one", f"{name}.of 的选项应互不相同且非空")
    return found


def _unit(values: Fields, name: str, kind: str) -> str:
    node = values.get("unit")
    if kind == "number":
        if node is None:
            raise refuse(values.at, f"{name}: a number needs a unit", f"{name}：number 须有 unit")
        return one_of(node, f"{name}.unit", sorted(NUMBER_UNITS | {"day"}))
    return "" if node is None else scalar(node, f"{name}.unit").value


def _decimals(values: Fields, name: str, kind: str) -> int:
    node = values.get("decimals")
    if kind == "rate" and node is None:
        raise refuse(values.at, f"{name}: a rate needs decimals (digits of the share)", f"{name}：rate 须写 decimals")
    if node is not None and kind not in ("rate", "number"):
        raise refuse(
            node.at, f"{name}: decimals belong to rate and number", f"{name}：只有 rate、number 可写 decimals"
        )
    return 0 if node is None else whole(node, f"{name}.decimals", 0, 9)


def _with_range(fact: FactDef, values: Fields) -> FactDef:
    kind = FACT_KINDS[fact.kind]
    scale = 10**fact.decimals if fact.kind in ("rate", "number") else 1
    low, high = kind.low * scale, kind.high * scale
    if fact.kind == "choice":
        high = len(fact.choices) - 1
    low, high = (_bound(fact, values, key, default, scale) for key, default in (("min", low), ("max", high)))
    if low > high:
        raise refuse(values.at, f"{fact.name}: min lies above max", f"{fact.name}：min 大于 max")
    return replace(fact, minimum=low, maximum=high)


def _bound(fact: FactDef, values: Fields, key: str, default: int, scale: int) -> int:
    node = values.get(key)
    if node is None:
        return default
    if fact.kind in ("yes_no", "choice", "text"):
        raise refuse(
            node.at, f"{fact.name}: {key} belongs to quantities and dates", f"{fact.name}：此类型不可写 {key}"
        )
    if fact.kind == "number" and re.fullmatch(r"-?\d+", scalar(node, key).value):
        return int(scalar(node, key).value) * scale
    if fact.kind == "date":
        value = constant_of(node, fact.type, f"{fact.name}.{key}").value
        assert isinstance(value, date)
        return value.toordinal()
    scaled = constant_value(node, fact.type, f"{fact.name}.{key}") * scale
    if scaled.denominator != 1:
        raise refuse(node.at, f"{fact.name}: {key} has too many decimals", f"{fact.name}：{key} 小数位过多")
    return int(scaled)


def read_record(name: str, node: Node, currency: str, taken: Mapping[str, object]) -> RecordDef:
    """Read one list of records."""
    values = fields(node, f"the records {name}", "key from fields", f"max_length zh en fresh_within {_ASKED_KEYS}")
    found: dict[str, FactDef] = {}
    for key, value in entries(values["fields"], f"{name}.fields"):
        field_name = checked_name(key, {**taken, **found}, field=True)
        found[field_name] = read_fact(field_name, value, currency, {}, field=True)
        if found[field_name].optional:
            raise refuse(
                value.at, f"{name}.{field_name}: fields are not optional", f"{name}.{field_name} 不可为 optional"
            )
    length = values.get("max_length")
    key_field = one_of(values["key"], f"{name}.key", found)
    return RecordDef(
        name,
        key_field,
        both(values, name, name),
        one_of(values["from"], f"{name}.from", SOURCES),
        1000 if length is None else whole(length, f"{name}.max_length", 1, 100_000),
        found,
        _asks(values, name),
        _help(values, name),
        _proof(values, name),
        _fresh_within(values, name, values["from"]),
        values.at,
    )


def read_parameter(name: str, node: Node) -> ParameterDef:
    """Read one parameter: a constant, or constants that follow the day of decision."""
    values = fields(node, f"the parameter {name}", "clause certainty source", "value dated zh en")
    if ("value" in values) == ("dated" in values):
        raise refuse(values.at, f"{name}: write either value or dated", f"{name}：value 与 dated 只写其一")
    if "value" in values:
        found = [DatedValue(None, constant_of(values["value"], None, name))]
    else:
        found = []
        for item in items(values["dated"], f"{name}.dated"):
            line = fields(item, f"a line of {name}.dated", "from value")
            kind = found[0].value.type if found else None
            found.append(DatedValue(day(line["from"], "from"), constant_of(line["value"], kind, name)))
    starts = [value.since for value in found if value.since is not None]
    if not found or starts != sorted(set(starts)):
        raise refuse(values.at, f"{name}: the days of dated must rise", f"{name}：dated 的日期应递增")
    return ParameterDef(
        name,
        tuple(found),
        scalar(values["clause"], "clause").value,
        both(values, name, name),
        one_of(values["certainty"], "certainty", CERTAINTIES),
        source_of(values),
        found[0].value.type,
        values.at,
    )
