"""Random texts of packs: every part of the language that a decision reads, of well-typed expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from policies.language import PackSource
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
