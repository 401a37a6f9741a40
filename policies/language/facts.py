"""Facts of one case: from and to JSON, checked against their declarations, encoded for the core.

A fact is known (its value), absent (`ABSENT`: known not to exist) or unknown (`UNKNOWN`, `Outdated` where it is known as
of a day too long ago, or not in the mapping).
Held values: money in minor units (int), count (int), rate and number (Decimal), date, bool, choice and text (str),
a list of records (`RecordList`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from policies.language.compile import scale_of
from policies.language.core import EITHER, FALSE, TRUE, Interval
from policies.language.findings import Finding, PolicyError, Position
from policies.language.model import FactDef, Pack, Program, RecordDef


class State(Enum):
    """The two states of a fact that are no value."""

    ABSENT = "absent"
    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return self.name


ABSENT, UNKNOWN = State.ABSENT, State.UNKNOWN


@dataclass(frozen=True, slots=True)
class Outdated:
    """An unknown fact of which only a value as of a day too long ago is at hand."""

    as_of: date


@dataclass(frozen=True, slots=True)
class RecordList:
    """Records of one list; `complete` is False when there may be more than these.

    `outdated`: records as of that day were left out for their age (the list is then never complete).
    """

    rows: tuple[Mapping[str, Value], ...]
    complete: bool = True
    outdated: date | None = None


Value = int | bool | str | Decimal | date | State | Outdated | RecordList
Facts = Mapping[str, Value]


def is_unknown(value: Value) -> bool:
    """Tell whether nobody has said it, or only too long ago."""
    return value is UNKNOWN or isinstance(value, Outdated)


def outdated_as_of(value: Value | None) -> date | None:
    """Return as of which day the value was known that is too old to count."""
    if isinstance(value, Outdated):
        return value.as_of
    return value.outdated if isinstance(value, RecordList) else None


@dataclass(frozen=True, slots=True)
class Rows:
    """A list for the core: each row its fields as intervals, and how many rows more there may be."""

    rows: tuple[Mapping[str, Interval], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """Facts as the core reads them: every number and date an interval, `name?` whether an optional fact exists."""

    spans: Mapping[str, Interval]
    lists: Mapping[str, Rows]
    unknown: frozenset[str] = field(default_factory=frozenset)


_EXPECTED = {
    "money": ("a whole number of minor units", "最小货币单位的整数"),
    "count": ("a whole number", "整数"),
    "rate": ('a decimal text like "0.0525"', "小数文本，如“0.0525”"),
    "number": ('a decimal text like "12.5"', "小数文本，如“12.5”"),
    "date": ("a day YYYY-MM-DD", "日期 YYYY-MM-DD"),
    "yes_no": ("true or false", "true 或 false"),
    "choice": ("one of the choices", "选项之一"),
    "text": ("a text", "文本"),
}
MAX_TEXT = 2000


def _refuse(name: str, found: object, en: str, zh: str) -> PolicyError:
    shown = repr(found)[:60]
    return PolicyError.at(
        Position("facts", 1, 1), "FACT", f"{name}: found {shown}; expected {en}", f"{name}：{shown} 不符，应为 {zh}"
    )


def facts_from_json(pack: Pack, mapping: Mapping[str, object], *, stage: str | None = None) -> dict[str, Value]:
    """Return facts from a JSON object: null is absent, a missing key unknown.

    Raises PolicyError that names every wrong fact and what was expected.
    """
    program = pack.program_of(stage)
    findings: list[Finding] = []
    facts: dict[str, Value] = {}
    for name, raw in mapping.items():
        try:
            facts[name] = _read(program, pack.records, name, raw)
        except PolicyError as error:
            findings.extend(error.findings)
    if findings:
        raise PolicyError(*findings)
    return facts


def _read(program: Program, records: Mapping[str, RecordDef], name: str, raw: object) -> Value:
    if name in records:
        return _read_rows(records[name], raw)
    fact = _declared(program, name)
    value = value_from_json(fact, raw)
    encode_value(fact, value)
    return value


def _declared(program: Program, name: str) -> FactDef:
    if name not in program.facts:
        raise _refuse(name, name, "a fact that the policy declares", "该政策所声明的事实名称")
    return program.facts[name]


def value_from_json(fact: FactDef, raw: object) -> Value:
    """Return one value from JSON; raises PolicyError for another type than declared."""
    if raw is None:
        return ABSENT
    kind = fact.kind
    if kind in ("money", "count") and isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if kind in ("rate", "number") and isinstance(raw, str) and re.fullmatch(r"-?\d{1,30}(\.\d{1,30})?", raw):
        return Decimal(raw)
    if kind == "yes_no" and isinstance(raw, bool):
        return raw
    if kind in ("choice", "text") and isinstance(raw, str):
        return raw
    if kind == "date" and isinstance(raw, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass  # refused below, like any other text that is no day
    raise _refuse(fact.name, raw, *_EXPECTED[kind])


def _read_rows(record: RecordDef, raw: object) -> RecordList:
    complete = True
    if isinstance(raw, Mapping):
        if set(raw) != {"rows", "complete"} or not isinstance(raw["complete"], bool):
            raise _refuse(record.name, raw, '{"rows": […], "complete": true or false}', "rows 与 complete")
        complete, raw = raw["complete"], raw["rows"]
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise _refuse(record.name, raw, "a list of records", "记录列表")
    rows: list[dict[str, Value]] = []
    for row in raw:
        _known_fields(record, row)
        rows.append({name: value_from_json(record.fields[name], value) for name, value in row.items()})
    found = RecordList(tuple(rows), complete)
    _encode_rows(record, found)
    return found


def facts_to_json(pack: Pack, facts: Facts, *, stage: str | None = None) -> dict[str, object]:
    """Return facts as a JSON object; facts that are unknown are left out."""
    program = pack.program_of(stage)
    found: dict[str, object] = {}
    for name, value in facts.items():
        if is_unknown(value):
            continue
        if isinstance(value, RecordList):
            rows = [{n: _to_json(v) for n, v in row.items() if not is_unknown(v)} for row in value.rows]
            found[name] = rows if value.complete else {"rows": rows, "complete": False}
        else:
            encode_value(_declared(program, name), value)
            found[name] = _to_json(value)
    return found


def _to_json(value: Value) -> object:
    if value is ABSENT:
        return None
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


def encode_value(fact: FactDef, value: Value) -> Interval | None:
    """Return the integer interval of one fact (None: absent); raises PolicyError for a wrong type or range."""
    if is_unknown(value):
        return (fact.minimum, fact.maximum)
    if value is ABSENT:
        if not fact.optional:
            raise _refuse(
                fact.name,
                None,
                f"{_EXPECTED[fact.kind][0]}: it is never absent",
                f"{_EXPECTED[fact.kind][1]}（不可为空）",
            )
        return None
    number = _integer(fact, value)
    if number is None:
        raise _refuse(fact.name, value, *_EXPECTED[fact.kind])
    if not fact.minimum <= number <= fact.maximum:
        low, high = (_bound_text(fact, bound) for bound in (fact.minimum, fact.maximum))
        raise _refuse(fact.name, value, f"a value from {low} to {high}", f"{low} 至 {high} 之间的值")
    return (number, number)


def _integer(fact: FactDef, value: Value) -> int | None:
    kind = fact.kind
    if kind in ("money", "count"):
        return value if isinstance(value, int) and not isinstance(value, bool) else None
    if kind in ("rate", "number"):
        return scaled(value, scale_of(fact)) if isinstance(value, Decimal) else None
    if kind == "date":
        return value.toordinal() if isinstance(value, date) and not isinstance(value, datetime) else None
    if kind == "yes_no":
        return int(value) if isinstance(value, bool) else None
    if kind == "choice":
        values = [choice.value for choice in fact.choices]
        return values.index(value) if isinstance(value, str) and value in values else None
    return 0 if isinstance(value, str) and len(value) <= MAX_TEXT else None


def scaled(value: Decimal, scale: int) -> int | None:
    """Return `value` times `scale` if that is a whole number, else None."""
    if not value.is_finite():
        return None
    # Whole numbers, not Decimal arithmetic: the context's precision would round silently.
    numerator, denominator = value.as_integer_ratio()
    whole, rest = divmod(numerator * scale, denominator)
    return None if rest else whole


def _bound_text(fact: FactDef, bound: int) -> str:
    if fact.kind == "date":
        return date.fromordinal(bound).isoformat()
    if fact.kind in ("rate", "number"):
        return format(Decimal(bound) / scale_of(fact), "f")
    return str(bound)


def _known_fields(record: RecordDef, row: object) -> None:
    if not isinstance(row, Mapping) or set(row) - set(record.fields):
        raise _refuse(record.name, row, f"fields {', '.join(record.fields)}", "已声明的字段")


def _encode_rows(record: RecordDef, value: Value) -> Rows:
    if is_unknown(value):
        return Rows((), record.max_length)
    if not isinstance(value, RecordList):
        raise _refuse(record.name, value, "a list of records", "记录列表")
    if len(value.rows) > record.max_length:
        raise _refuse(
            record.name, len(value.rows), f"at most {record.max_length} records", f"至多 {record.max_length} 条"
        )
    rows = []
    for row in value.rows:
        _known_fields(record, row)
    keys = [row[record.key] for row in value.rows if row.get(record.key, UNKNOWN) is not UNKNOWN]
    if len(set(map(str, keys))) < len(keys):
        raise _refuse(record.name, record.key, "every key once", "主键不重复")
    for row in value.rows:
        spans = {}
        for name, definition in record.fields.items():
            span = encode_value(definition, row.get(name, UNKNOWN))
            assert span is not None, "fields are never optional"
            spans[name] = span
        rows.append(spans)
    return Rows(tuple(rows), 0 if value.complete else record.max_length - len(value.rows))


def _encode_lists(pack: Pack, facts: Facts) -> tuple[dict[str, Rows], list[Finding]]:
    lists: dict[str, Rows] = {}
    findings: list[Finding] = []
    for name, record in pack.records.items():
        try:
            lists[name] = _encode_rows(record, facts.get(name, UNKNOWN))
        except PolicyError as error:
            findings.extend(error.findings)
    return lists, findings


def encode(pack: Pack, program: Program, facts: Facts) -> Encoded:
    """Return what the core reads; raises PolicyError naming every fact that is undeclared or out of range."""
    spans: dict[str, Interval] = {}
    unknown: set[str] = set()
    findings: list[Finding] = []
    for name in facts:
        if name not in program.facts and name not in pack.records:
            findings.extend(_refuse(name, name, "a fact that the policy declares", "该政策所声明的事实名称").findings)
    for name, fact in program.facts.items():
        value = facts.get(name, UNKNOWN)
        try:
            span = encode_value(fact, value)
        except PolicyError as error:
            findings.extend(error.findings)
            continue
        if is_unknown(value):
            unknown.add(name)
        # An absent fact is read by nobody (the checker saw to it); its span only fills the place.
        spans[name] = (fact.minimum, fact.maximum) if span is None else span
        if fact.optional:
            spans[f"{name}?"] = EITHER if is_unknown(value) else FALSE if span is None else TRUE
    lists, wrong = _encode_lists(pack, facts)
    findings.extend(wrong)
    unknown.update(name for name, rows in lists.items() if rows.more)
    if findings:
        raise PolicyError(*findings)
    return Encoded(spans, lists, frozenset(unknown))
