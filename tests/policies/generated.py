"""Random packs and companies for properties that must hold of every pack.

`packs()` and `companies(pack)` are Hypothesis strategies; each draws one seed, so that a failure names what to make
again (`pack_from(seed)`, `company_from(pack, seed)`). `tables_of` turns companies into the tables of a sweep, and
`population` makes tables of any size at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import polars as pl
from hypothesis import strategies as st

from policies.language import ABSENT, UNKNOWN, FactDef, Pack, PackSource, PolicyError, RecordList, Value, parse_pack
from policies.language.core import Core
from policies.language.sweep_ops import EPOCH
from tests.policies.packs import SOURCE

_CURRENCIES = {"CNY": 100, "JPY": 1, "KWD": 1000}
_OPS = ("<", "<=", ">", ">=", "==", "!=")
_LEAF = "clause: T-1, zh: 条件, en: condition, certainty: recalled, source: trial"


@dataclass
class _Writer:
    """Writes one pack; `fields` are the names a record has while a condition over it is written."""

    rng: Random
    currency: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    leaves: int = 0

    def pick(self, *options: Any) -> Any:
        return self.rng.choice(options)

    # -- literals ------------------------------------------------------------------------------------------------------

    def money_of(self, minor: int) -> str:
        if self.currency == "CNY":
            return f"{minor}分"
        whole, part = divmod(minor, _CURRENCIES[self.currency])
        digits = len(str(_CURRENCIES[self.currency])) - 1
        return f"{whole}.{part:0{digits}d}{self.currency}" if part else f"{whole}{self.currency}"

    def some_money(self) -> str:
        return self.money_of(self.pick(0, 1, 99, 1000, self.rng.randrange(10**6), self.rng.randrange(10**9)))

    def rate_of(self) -> str:
        return str(self.pick("5%", "12.5%", "3‰", "100%", "(2/3)", "(1/7)", "0%"))

    # -- quantities ----------------------------------------------------------------------------------------------------

    def money(self, depth: int) -> str:
        leaf = self.pick("m1", "m2", "m3", f"given(mo, {self.some_money()})", self.some_money(), *self.names["money"])
        own = self.fields.get("money", [])
        if own and self.rng.random() < 0.5:
            leaf = self.rng.choice(own)
        if depth == 0:
            return str(leaf)
        a, b = self.money(depth - 1), self.money(depth - 1)
        shapes = [
            f"({a} + {b})", f"({a} - {b})", f"min({a}, {b})", f"max({a}, {b})", f"({a} * {self.rate(depth - 1)})",
            f"({a} if {self.condition(depth - 1)} else {b})", leaf,
            f"{self.pick('round_down', 'round_up', 'round_half_up', 'round_half_even')}({a}, {self.money_of(7)})",
            f"({self.money_of(3)} * {self.count(depth - 1)})", f"({self.price()} * x1)",
        ]  # fmt: skip
        if not self.fields:
            shapes += [f"sum(ip, {self.in_record('ip', 'money', depth - 1)}, {self.in_record('ip', 'condition', depth - 1)})",
                       f"{self.pick('largest', 'smallest')}(ip, cost, {self.in_record('ip', 'condition', depth - 1)}, {b})",
                       "sum(prior, paid)"]  # fmt: skip
        return str(self.rng.choice(shapes))

    def price(self) -> str:
        return f"{self.pick(2, 5)}{self.currency}/ha"

    def count(self, depth: int) -> str:
        leaf = self.pick("c1", "c2", "3", "10", *self.names["count"])
        if self.fields.get("count") and self.rng.random() < 0.5:
            leaf = self.rng.choice(self.fields["count"])
        if depth == 0:
            return str(leaf)
        a, b = self.count(depth - 1), self.count(depth - 1)
        shapes = [
            leaf, f"({a} + {b})", f"({a} - {b})", f"min({a}, {b})", f"whole({self.money(depth - 1)}, {self.money_of(50)})",
            f"year({self.day(depth - 1)})", f"fiscal_year({self.day(0)})",
            f"number_of({self.condition(depth - 1)}, {self.condition(0)})", f"(2 * {a})",
        ]  # fmt: skip
        if not self.fields:
            shapes += ["count(ip)", f"count(ip, {self.in_record('ip', 'condition', depth - 1)})",
                       f"sum(ip, points, {self.in_record('ip', 'condition', depth - 1)})",
                       f"largest(ip, points, {self.in_record('ip', 'condition', 0)}, {a})", "count(prior)"]  # fmt: skip
        return str(self.rng.choice(shapes))

    def rate(self, depth: int) -> str:
        leaf = self.pick("r1", self.rate_of(), *self.names["rate"])
        if depth == 0:
            return str(leaf)
        return str(
            self.pick(leaf, f"min({leaf}, {self.rate(0)})", f"({leaf} if {self.condition(0)} else {self.rate(0)})")
        )

    def ratio(self) -> str:
        return str(
            self.pick(f"(m1 / m2 if m2 > {self.money_of(0)} else 0%)", "(m1 / m3)", "(c1 / c2 if c2 > 0 else 5%)")
        )

    def day(self, depth: int) -> str:
        leaf = self.pick("filed_on", "founded_on", f"given(until, {self.literal_day()})", self.literal_day())
        if self.fields.get("day") and self.rng.random() < 0.5:
            leaf = self.rng.choice(self.fields["day"])
        if depth == 0:
            return str(leaf)
        span = self.pick("1年", "18个月", "30天", "1个月", "(1年 + 1天)", "(1个月 + 1个月)")
        shapes = [leaf, f"({leaf} {self.pick('+', '-')} {span})", f"max({leaf}, {self.day(0)})"]
        if not self.fields:
            shapes.append(
                f"{self.pick('latest', 'earliest')}(ip, granted_on, {self.in_record('ip', 'condition', 0)}, filed_on)"
            )
        return str(self.rng.choice(shapes))

    def literal_day(self) -> str:
        return str(self.pick("2024-02-29", "2023-02-28", "2020-01-01", "2024-12-31"))

    # -- conditions ----------------------------------------------------------------------------------------------------

    def condition(self, depth: int) -> str:
        op = self.rng.choice(_OPS)
        small = max(0, depth - 1)
        shapes = [
            "y1", "y2", "has(mo)", f"kind {self.pick('==', '!=')} {self.pick('alpha', 'beta', 'gamma')}",
            "kind in (alpha, gamma)", f"(has(mo) and mo {op} {self.some_money()})", f"has(until) and until {op} {self.day(0)}",
            f"{self.money(small)} {op} {self.money(small)}", f"{self.count(small)} {op} {self.count(small)}",
            f"{self.ratio()} {op} {self.rate(small)}", f"{self.rate(0)} {op} {self.ratio()}", f"x1 {op} 12.5ha",
            f"{self.day(small)} {op} {self.day(small)}", f"{self.day(small)} - founded_on {op} 400天",
            f"cagr(m3, m1, {self.pick(1, 2, 3)}) {op} 20%", *self.names["condition"],
        ]  # fmt: skip
        if self.fields:
            shapes += self.fields.get("condition", []) * 3
        elif depth:
            shapes += [f"{self.pick('any', 'all')}(ip, {self.in_record('ip', 'condition', small)})",
                       f"any(prior, on + {self.pick('3年', '1年')} > filed_on)"] * 2  # fmt: skip
        if depth:
            a, b = self.condition(depth - 1), self.condition(depth - 1)
            shapes += [f"({a}) and ({b})", f"({a}) or ({b})", f"not ({a})"] * 2
        return f"({self.rng.choice(shapes)})"

    def in_record(self, name: str, what: str, depth: int) -> str:
        """Write an expression over the fields of a record of `name`."""
        before = self.fields
        self.fields = {
            "money": ["cost"], "count": ["points"], "day": ["granted_on"],
            "condition": ["core", "sort == patent", "sort in (model, design)", "granted_on <= filed_on",
                          "granted_on + 3年 > filed_on", "points >= 5", f"cost > {self.some_money()}"],
        }  # fmt: skip
        try:
            return self.money(depth) if what == "money" else self.condition(depth)
        finally:
            self.fields = before

    # -- structure -----------------------------------------------------------------------------------------------------

    def leaf(self, depth: int = 1) -> str:
        self.leaves += 1
        return f'{{id: leaf{self.leaves}, when: "{self.condition(depth)}", {_LEAF}}}'

    def tree(self, depth: int) -> str:
        shape = self.pick("leaf", "all_of", "any_of", "not", "at_least") if depth else "leaf"
        if shape == "leaf":
            return self.leaf()
        if shape == "not":
            return f"{{not: {self.tree(depth - 1)}}}"
        parts = ", ".join(self.tree(depth - 1) for _ in range(self.rng.randint(2, 3)))
        return f"{{at_least: 2, of: [{parts}]}}" if shape == "at_least" else f"{{{shape}: [{parts}]}}"

    def bands(self, ends: Sequence[str], values: Sequence[str]) -> str:
        closed = self.rng.random() < 0.5
        lines, low, opening = [], "..", "("
        for end, value in zip([*ends, ".."], values, strict=True):
            closing = ")" if end == ".." or not closed else "]"
            lines.append(f'"{opening}{low}, {end}{closing}": "{value}"')
            low, opening = end, "(" if closed else "["
        return "{" + ", ".join(lines) + "}"

    def option(self, kind: str) -> str:
        over = self.pick("money", "ratio", "count", "day")
        ends = {
            "money": [self.money_of(x) for x in sorted({1, 1000, self.rng.randrange(2, 10**8)})],
            "ratio": ["3%", "5%", "20%"], "count": ["2", "7", "40"], "day": ["2022-02-28", "2023-02-28", "2024-02-29"],
        }[over]  # fmt: skip
        of = {"money": self.money(1), "ratio": self.ratio(), "count": self.count(1), "day": self.day(1)}[over]
        values = [self.rate_of() if kind == "rate" else self.some_money() for _ in range(len(ends) + 1)]
        return f'{{of: "{of}", bands: {self.bands(ends, values)}}}'

    def table(self, kind: str) -> str:
        if self.rng.random() < 0.4:
            return f"{{best_of: {{first: {self.option(kind)}, second: {self.option(kind)}}}}}"
        return self.option(kind)

    def pack(self) -> str:
        rng = self.rng
        self.names = {"money": [], "count": [], "rate": [], "condition": []}
        tables = {"band_rate": self.table("rate"), "band_money": self.table("money")}
        self.names["rate"].append("band_rate")
        self.names["money"].append("band_money")
        defined = {"def_money": self.money(2), "def_count": self.count(2), "def_met": self.condition(2)}
        self.names["money"] += ["def_money", "cap"]
        self.names["count"].append("def_count")
        self.names["condition"].append("def_met")
        self.names["rate"].append("dated_rate")
        vetoes = [self.leaf() for _ in range(rng.randint(0, 2))]
        tree = self.tree(2)
        tree = tree if tree.startswith("{all_of") else f"{{all_of: [{tree}]}}"
        tiers = self.tiers() if rng.random() < 0.5 else ""
        if tiers:
            self.names["money"].append("limit")
        formula = f"max({self.money_of(0)}, {self.money(2)})"
        rounding = self.pick("down", "up", "half_up", "half_even")
        lines = [
            "code: trial", 'version: "2024.1"', "title: {zh: 试行, en: Trial}", f"currency: {self.currency}",
            f"fiscal_year_start: {self.pick('01-01', '04-01', '07-15')}", "effective: {from: 2023-03-01, to: 2024-12-31}",
            "decides_on: filed_on", "facts:", *self.facts(), "records:", *self.records(), "parameters:",
            f"  cap: {{value: {self.money_of(500_000)}, clause: T-1, certainty: recalled, source: trial}}",
            "  dated_rate: {dated: [{from: 2023-03-01, value: 80%}, {from: 2024-02-29, value: 60%}], clause: T-1, "
            "certainty: recalled, source: trial}",
            "define:", *(f'  {name}: "{text}"' for name, text in defined.items()),
            "tables:", *(f"  {name}: {text}" for name, text in tables.items()),
            *(["vetoes:", *(f"  - {veto}" for veto in vetoes)] if vetoes else []),
            f"eligibility: {tree}", *([tiers] if tiers else []),
            f'amount: {{formula: "{formula}", round: {rounding} to {self.money_of(self.pick(1, 7, 100))}, {_LEAF}}}',
            *self.stage(),
            "document: {number: 示科〔2024〕1号, issuers: [区科技局]}",
            "route: {kind: R1, acceptance: 5 working days, correction: 5 working days, co_review: no, approval: [{by: leader}]}",
            "no_notice_reason: trial", "cases: cases.yaml",
        ]  # fmt: skip
        return "\n".join(lines) + "\n"

    def tiers(self) -> str:
        found = [
            f"  - {{id: tier{i}, zh: 等级, en: tier, set: {{limit: {self.some_money()}}}, "
            f"requires: {{all_of: [{self.leaf()}, {self.leaf(0)}]}}}}"
            for i in range(self.rng.randint(1, 3))
        ]
        return "\n".join(["tiers:", *found])

    def stage(self) -> list[str]:
        if self.rng.random() < 0.6:
            return []
        self.names["money"] = [name for name in self.names["money"] if name != "limit"]
        formula = f"max({self.money_of(0)}, {self.money(1)})"
        return [
            "stages:",
            "  later: {after: recognition, zh: 后续, en: later, decides_on: rated_on, "
            "facts: {rated_on: {type: date, from: system}}, "
            f"eligibility: {{all_of: [{self.leaf()}]}}, "
            f'amount: {{formula: "{formula}", round: down to {self.money_of(1)}, {_LEAF}}}}}',
        ]

    def facts(self) -> list[str]:
        top = self.pick(self.money_of(10**6), self.money_of(10**10), self.money_of(10**15))
        return [
            "  filed_on: {type: date, from: system}",
            "  founded_on: {type: date, from: registry}",
            "  until: {type: date, optional: yes, from: register}",
            f"  m1: {{type: money, from: tax, max: {top}}}",
            "  m2: {type: money, from: tax}",
            f"  m3: {{type: money, from: tax, min: {self.money_of(1)}, max: {self.money_of(10**9)}}}",
            f"  mo: {{type: money, optional: yes, from: tax, max: {self.money_of(10**9)}}}",
            "  c1: {type: count, from: tax, max: 200}",
            "  c2: {type: count, from: tax, max: 50}",
            f"  r1: {{type: rate, decimals: {self.pick(2, 3, 4)}, from: tax}}",
            f"  x1: {{type: number, unit: ha, decimals: {self.pick(1, 2)}, max: 1000, from: tax}}",
            "  y1: {type: yes_no, from: tax}",
            "  y2: {type: yes_no, from: tax}",
            "  kind: {type: choice, of: [alpha, beta, gamma], from: tax}",
            "  note: {type: text, from: applicant}",
        ]

    def records(self) -> list[str]:
        cost = self.money_of(self.pick(10**5, 10**12))
        return [
            "  ip: {key: number, max_length: 20, from: ip_register, fields: {number: {type: text}, "
            "sort: {type: choice, of: [patent, model, design]}, granted_on: {type: date}, core: {type: yes_no}, "
            f"points: {{type: count, max: 9}}, cost: {{type: money, max: {cost}}}}}}}",
            "  prior: {key: number, max_length: 8, from: system, fields: {number: {type: count}, on: {type: date}, "
            f"paid: {{type: money, max: {self.money_of(10**9)}}}}}}}",
        ]


def source_from(seed: int) -> PackSource:
    """Return the texts of a random pack; not every one is accepted (ranges, limits)."""
    rng = Random(seed)
    return PackSource(_Writer(rng, rng.choice(sorted(_CURRENCIES))).pack(), SOURCE, "cases: []\n", f"seed{seed}")


def pack_from(seed: int) -> Pack:
    """Return the first pack from a seed on that the language accepts; only its limits may refuse one."""
    for attempt in range(200):
        try:
            return parse_pack(source_from(seed * 1000 + attempt))
        except PolicyError as error:
            unexpected = [item for item in error.findings if item.code not in ("RANGE", "LIMIT")]
            if unexpected:
                raise AssertionError(f"seed {seed * 1000 + attempt}: {error}") from error
    raise AssertionError(f"no pack from seed {seed}")


def packs() -> st.SearchStrategy[Pack]:
    """Return random packs: facts of every kind, lists, tables, tiers, vetoes, stages, dated parameters."""
    return st.integers(0, 10**6).map(pack_from)


# -- companies -----------------------------------------------------------------------------------------------------------


def marks_of(pack: Pack) -> list[int]:
    """Return the constants of a pack's programs: thresholds among them, where companies are most worth trying."""
    found: set[int] = set()
    seen: set[int] = set()
    programs = [pack.program, *pack.stages.values()]
    stack: list[Core] = [node for program in programs for node in (program.eligible_core, program.tier_core)]
    stack += [program.amount_core for program in programs if program.amount_core is not None]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        stack.extend(node.args)
        if node.op == "const":
            found.add(node.lo)
    return sorted(found)


_DAYS = [
    date(2024, 2, 29),
    date(2023, 2, 28),
    date(2021, 2, 28),
    date(2024, 3, 1),
    date(2020, 2, 29),
    date(2024, 12, 31),
]


def _near(rng: Random, fact: FactDef, marks: Sequence[int]) -> int:
    """Return an integer of a fact: a threshold give or take one, an end of the range, or anything."""
    low, high = fact.minimum, fact.maximum
    if fact.kind == "date":
        day = rng.choice([*_DAYS, date(2024, 1, 1)]).toordinal() + rng.randint(-1, 1)
        day = (
            day
            if rng.random() < 0.5
            else date(rng.randint(2019, 2024), rng.randint(1, 12), rng.randint(1, 28)).toordinal()
        )
        return min(max(day, low), high)
    shape = rng.random()
    if shape < 0.5 and marks:
        return min(max(rng.choice(marks) + rng.randint(-1, 1), low), high)
    if shape < 0.6:
        return rng.choice((low, high))
    return rng.randint(low, min(high, low + 10 ** rng.randint(1, 16)))


def held_value(fact: FactDef, number: int) -> Value:
    """Return the value that a fact holds where the core has `number`."""
    if fact.kind == "date":
        return date.fromordinal(number)
    if fact.kind in ("rate", "number"):
        return Decimal(number).scaleb(-fact.decimals)
    if fact.kind == "yes_no":
        return bool(number)
    if fact.kind == "choice":
        return fact.choices[number].value
    return "text" if fact.kind == "text" else number


def company_from(pack: Pack, seed: int, *, stage: str | None = None, unknown: float | None = None) -> dict[str, Value]:
    """Return the facts of one company; `unknown` is the share of facts nobody knows (None: none, or some)."""
    rng, marks = Random(seed), marks_of(pack)
    share = rng.choice((0.0, 0.0, 0.1, 0.3)) if unknown is None else unknown
    facts: dict[str, Value] = {}
    for name, fact in pack.program_of(stage).facts.items():
        if fact.optional and rng.random() < 0.3:
            facts[name] = ABSENT
        elif rng.random() >= share:
            facts[name] = held_value(fact, _near(rng, fact, marks))
        elif rng.random() < 0.5:
            facts[name] = UNKNOWN
    for name, record in pack.records.items():
        if rng.random() < share:
            continue
        rows = []
        for number in range(rng.choice((0, 0, 1, 2, 3, rng.randint(0, record.max_length)))):
            row = {
                n: held_value(f, _near(rng, f, marks)) for n, f in record.fields.items() if rng.random() >= share / 2
            }
            if record.key in row:
                row[record.key] = number if record.fields[record.key].kind == "count" else f"no{number}"
            rows.append(row)
        facts[name] = RecordList(tuple(rows), complete=rng.random() >= share)
    return facts


def companies(pack: Pack, *, stage: str | None = None) -> st.SearchStrategy[dict[str, Value]]:
    """Return random companies of a pack: near its thresholds, on leap days, with facts absent and unknown."""
    return st.integers(0, 10**9).map(lambda seed: company_from(pack, seed, stage=stage))


# -- tables --------------------------------------------------------------------------------------------------------------

_HELD: dict[str, Any] = {
    "money": pl.Int64, "count": pl.Int64, "rate": pl.String, "number": pl.String, "date": pl.Date, "yes_no": pl.Boolean,
    "choice": pl.String, "text": pl.String,
}  # fmt: skip


def _plain(value: Value | None) -> Any:
    if value is None or value is UNKNOWN or value is ABSENT:
        return None
    return format(value, "f") if isinstance(value, Decimal) else value


def tables_of(
    pack: Pack, found: Sequence[Mapping[str, Value]], *, stage: str | None = None
) -> dict[str, pl.DataFrame]:
    """Return the tables of a sweep that hold these companies, keyed 0, 1, 2 …"""
    columns: dict[str, pl.Series] = {"case": pl.Series(range(len(found)), dtype=pl.Int64)}
    for name, fact in pack.program_of(stage).facts.items():
        values = [facts.get(name, UNKNOWN) for facts in found]
        columns[name] = pl.Series([_plain(value) for value in values], dtype=_HELD[fact.kind])
        if fact.optional:
            columns[f"{name}?"] = pl.Series(
                [None if value is UNKNOWN else value is not ABSENT for value in values], dtype=pl.Boolean
            )
    tables = {}
    for name, record in pack.records.items():
        lists = [facts.get(name, UNKNOWN) for facts in found]
        columns[f"{name}+"] = pl.Series(
            [not item.complete if isinstance(item, RecordList) else None for item in lists], dtype=pl.Boolean
        )
        rows = [(i, row) for i, item in enumerate(lists) if isinstance(item, RecordList) for row in item.rows]
        table = {"case": pl.Series([i for i, _ in rows], dtype=pl.Int64)}
        for field_name, definition in record.fields.items():
            values = [row.get(field_name, UNKNOWN) for _, row in rows]
            table[field_name] = pl.Series([_plain(value) for value in values], dtype=_HELD[definition.kind])
        tables[name] = pl.DataFrame(table)
    return {"cases": pl.DataFrame(columns), **tables}


def _random_column(fact: FactDef, count: int, seed: int, marks: Sequence[int], on: Sequence[int]) -> pl.Series:
    """Return the integers of a fact for many companies: half near a threshold, half anywhere up to ten times the last."""
    low, high = fact.minimum, fact.maximum
    inside = [mark + by for mark in marks for by in (-1, 0, 1) if low <= mark + by <= high] or [low, high]
    if fact.kind == "date":
        inside = [min(max(day + by, low), high) for day in on for by in (-1, 0, 1, -400, -1100, -2000, 500)]
    top = min(high, max(inside) * 10)
    ticks = pl.int_range(count, dtype=pl.UInt64, eager=True)
    near = pl.Series(inside, dtype=pl.Int64).gather((ticks.hash(seed) % len(inside)).cast(pl.Int64))
    if fact.kind == "date":
        return near
    anywhere = (ticks.hash(seed + 1) % (top - low + 1)).cast(pl.Int64) + low
    return pl.select(pl.when(ticks.hash(seed + 2) % 2 == 0).then(near).otherwise(anywhere)).to_series()


def _held_column(fact: FactDef, numbers: pl.Series) -> pl.Series:
    if fact.kind == "date":
        return (numbers - EPOCH).cast(pl.Int32).cast(pl.Date)
    if fact.kind in ("rate", "number"):
        form = pl.Decimal(38, fact.decimals)
        step = Decimal(1).scaleb(-fact.decimals)
        return pl.select(pl.lit(numbers).cast(form) * pl.lit(str(step)).cast(form)).to_series()
    if fact.kind == "yes_no":
        return numbers == 1
    if fact.kind == "choice":
        return pl.Series([choice.value for choice in fact.choices]).gather(numbers)
    return pl.repeat("text", len(numbers), eager=True) if fact.kind == "text" else numbers


def population(
    pack: Pack, rows: int, seed: int, records_per_case: int = 3, *, stage: str | None = None, unknown: float = 0.0
) -> dict[str, pl.DataFrame]:
    """Return the tables of `rows` companies that lie about the thresholds of a pack, the same for the same seed.

    Every list has `rows * records_per_case` records: 0 to twice `records_per_case` a case. Keys rise from 1,000,000, so
    that they are no row numbers. `unknown` is the share of nulls in every column but the deciding date.
    """
    program, marks = pack.program_of(stage), marks_of(pack)
    on = program.facts[program.decides_on]
    days = [day.toordinal() for day in _DAYS if on.minimum <= day.toordinal() <= on.maximum] or [on.minimum]
    ticks = pl.int_range(rows, dtype=pl.Int64, eager=True)
    columns = {"case": ticks + 1_000_000}
    for number, (name, fact) in enumerate(program.facts.items()):
        column = _held_column(fact, _random_column(fact, rows, seed + 7 * number, marks, days))
        missing = ticks.hash(seed + 7 * number + 3) % 1000
        if fact.optional:
            columns[f"{name}?"] = missing >= 200
            column = _nulled(column, missing < 200)
        if unknown and name != program.decides_on:
            hidden = ticks.hash(seed + 7 * number + 4) % 1000 < int(unknown * 1000)
            column = _nulled(column, hidden)
            if fact.optional:
                columns[f"{name}?"] = _nulled(columns[f"{name}?"], hidden)
        columns[name] = column
    lists = {name: _records(pack, name, columns["case"], seed + 1000 * i, records_per_case, (marks, days), unknown)
             for i, name in enumerate(pack.records, 1)}  # fmt: skip
    return {"cases": pl.DataFrame(columns), **lists}


def _nulled(column: pl.Series, where: pl.Series) -> pl.Series:
    return pl.select(pl.when(~where).then(column)).to_series()


def _records(
    pack: Pack, name: str, keys: pl.Series, seed: int, each: int, near: tuple[list[int], list[int]], unknown: float
) -> pl.DataFrame:  # fmt: skip
    record = pack.records[name]
    lengths = (keys.hash(seed) % (2 * each + 1)).cast(pl.Int64).clip(0, record.max_length)
    cases = pl.select(pl.lit(keys).repeat_by(lengths).explode(empty_as_null=False)).to_series()
    count = len(cases)
    columns = {"case": cases}
    for number, (field_name, fact) in enumerate(record.fields.items()):
        column = _held_column(fact, _random_column(fact, count, seed + 7 * number, *near))
        if field_name == record.key:
            numbers = pl.int_range(count, dtype=pl.Int64, eager=True)
            column = numbers.cast(pl.String) if fact.kind == "text" else column if fact.kind != "count" else numbers
        if unknown:
            hidden = pl.int_range(count, dtype=pl.Int64, eager=True).hash(seed + number) % 1000 < int(unknown * 1000)
            column = _nulled(column, hidden)
        columns[field_name] = column
    return pl.DataFrame(columns)
