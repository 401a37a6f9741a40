"""Companies that show something: decided as any company is, brought close to a usual one, and put into words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain

from policies.language.compile import scale_of
from policies.language.core import Core
from policies.language.decide import decide
from policies.language.evaluate import Evaluation
from policies.language.facts import ABSENT, UNKNOWN, Facts, RecordList, Value, encode, facts_to_json
from policies.language.findings import PolicyError, Text
from policies.language.model import FactDef, Pack, Program, RecordDef
from policies.language.shown import shown

MOST_FACTS_SHOWN = 12
Result = tuple[int, int, int]


@dataclass(slots=True)
class Seen:
    """What the program makes of one company, node by node; None stands for what its unknown facts leave open."""

    pack: Pack
    program: Program
    facts: Facts
    evaluation: Evaluation = field(init=False)

    def __post_init__(self) -> None:
        self.evaluation = Evaluation(encode(self.pack, self.program, self.facts))
        self.evaluation.run(self.program.lets)

    def value(self, node: Core) -> int | None:
        """Return the value of a node of the program."""
        low, high = self.evaluation.value(node)
        return low if low == high else None

    @property
    def result(self) -> Result | None:
        """Eligibility, tier and amount (both 0 for who is not eligible)."""
        return self._result(self.value)

    def forced(self, part: Core, bit: int) -> Result | None:
        """Return the result with the condition `part` fixed at 0 or 1."""
        evaluation = Evaluation(self.evaluation.facts, {id(part): (bit, bit)})
        evaluation.run(self.program.lets)

        def value(node: Core) -> int | None:
            low, high = evaluation.value(node)
            return low if low == high else None

        return self._result(value)

    def _result(self, value: Callable[[Core], int | None]) -> Result | None:
        eligible, amount_core = value(self.program.eligible_core), self.program.amount_core
        if eligible != 1:
            return None if eligible is None else (0, 0, 0)
        tier = value(self.program.tier_core)
        amount = 0 if amount_core is None else value(amount_core)
        return None if tier is None or amount is None else (eligible, tier, amount)

    def confirmed(self) -> bool:
        """Tell whether `decide` says the same of this company: outcome, tier, amount and every requirement."""
        decision = decide(self.pack, self.facts, stage=self.program.stage)
        result = self.result
        if result is None:
            return False
        tiers = self.program.tiers
        tier = tiers[result[1]].id if result[0] and tiers else None
        amount = None if self.program.amount_core is None else result[2]
        if (decision.outcome, decision.tier, decision.amount) != ("met" if result[0] else "not_met", tier, amount):
            return False
        said = decision.verdicts
        wanted: dict[int | None, str] = {0: "not_met", 1: "met", None: "unknown"}
        vetoes = {veto.id for veto in self.program.vetoes}
        for leaf in self.program.leaves():
            value = self.value(leaf.core)
            value = 1 - value if leaf.id in vetoes and value is not None else value
            if said[leaf.id] != wanted[value]:
                return False
        return True


def seen(pack: Pack, program: Program, facts: Facts) -> Seen | None:
    """Return what the program makes of a company; None for facts that the pack refuses."""
    try:
        return Seen(pack, program, facts)
    except PolicyError:
        return None  # a candidate may break what only the readers of facts check: keys that repeat, lists too long


# -- from the solver's integers ---------------------------------------------------------------------------------------


def value_of(fact: FactDef, number: int) -> Value:
    """Return the value of a fact held as `number`."""
    if fact.kind in ("rate", "number"):
        return Decimal(number) / scale_of(fact)
    if fact.kind == "date":
        return date.fromordinal(number)
    if fact.kind == "yes_no":
        return bool(number)
    if fact.kind == "text":
        return fact.name  # only shown, never read
    return fact.choices[number].value if fact.kind == "choice" else number


def company(
    pack: Pack,
    program: Program,
    usual: Facts,
    values: Mapping[str, int],
    rows: Mapping[str, tuple[Mapping[str, int], ...]],
) -> dict[str, Value]:
    """Return facts: those the solver chose, and the usual one's for the rest."""
    facts: dict[str, Value] = {}
    for name, fact in program.facts.items():
        if fact.kind == "text":
            continue
        if values.get(f"{name}?") == 0:
            facts[name] = ABSENT
        elif name in values:
            facts[name] = value_of(fact, values[name])
        elif values.get(f"{name}?") == 1:
            facts[name] = value_of(fact, fact.minimum)
        else:
            facts[name] = usual[name]
    for name, record in pack.records.items():
        found, taken = [], set[int]()
        for index, row in enumerate(rows.get(name, ())):
            held = {field: value_of(definition, row[field]) for field, definition in record.fields.items()}
            held[record.key] = _key(record, index, row, taken)
            found.append(held)
        facts[name] = RecordList(tuple(found)) if name in rows else usual[name]
    return facts


def _key(record: RecordDef, index: int, row: Mapping[str, int], taken: set[int]) -> Value:
    """Return a key that no record before has: the solver's records of one kind are copies of one another."""
    key = record.fields[record.key]
    if key.kind == "text":
        return f"{record.name}-{index + 1}"
    free = (
        number
        for number in chain(range(row[key.name], key.maximum + 1), range(key.minimum, row[key.name]))
        if number not in taken
    )
    number = next(free, row[key.name])
    taken.add(number)
    return value_of(key, number)


def usual_company(pack: Pack, program: Program, known: tuple[Facts, ...]) -> dict[str, Value]:
    """Return the first known company that is eligible, or the one with the least of everything; its gaps filled."""
    facts: dict[str, Value] = {}
    for name, fact in program.facts.items():
        if fact.kind != "text":
            facts[name] = ABSENT if fact.optional else value_of(fact, fact.minimum)
    facts.update({name: RecordList(()) for name in pack.records})
    for held in known:
        found = seen(pack, program, held)
        if found is not None and found.result is not None and found.result[0]:
            given = {name: value for name, value in held.items() if value is not UNKNOWN and name in facts}
            return {**facts, **given}
    return facts


def simpler(facts: Facts, usual: Facts, keep: frozenset[str], shows: Callable[[Facts], bool]) -> dict[str, Value]:
    """Return a company nearer to the usual one that still shows the same: fact by fact, then record by record."""
    found = dict(facts)
    for name in facts:
        if name not in keep and found[name] != usual.get(name, UNKNOWN) and name in usual:
            attempt = {**found, name: usual[name]}
            if shows(attempt):
                found = attempt
    for name in facts:
        for attempt in _fewer(found, name):
            if shows(attempt):
                found = attempt
    return found


def _fewer(facts: Facts, name: str) -> Iterator[dict[str, Value]]:
    """Yield the company without each record of a list in turn, from the last."""
    held = facts[name]
    if not isinstance(held, RecordList) or not 1 <= len(held.rows) <= 20:
        return
    for index in reversed(range(len(held.rows))):
        rows = held.rows[:index] + held.rows[index + 1 :]
        yield {**facts, name: RecordList(rows, held.complete)}


def neighbours(pack: Pack, program: Program, facts: Facts) -> Iterator[dict[str, Value]]:
    """Yield the companies that differ from one in a single fact, each at its least, greatest or another choice."""
    for name, fact in program.facts.items():
        if fact.kind == "text" or name == program.decides_on or name not in facts:
            continue
        options: list[Value] = [ABSENT] if fact.optional else []
        numbers = range(fact.minimum, fact.maximum + 1) if fact.kind == "choice" else (fact.minimum, fact.maximum)
        options += [value_of(fact, number) for number in numbers]
        yield from ({**facts, name: option} for option in options if option != facts[name])
    for name in pack.records:
        held = facts.get(name)
        if isinstance(held, RecordList) and held.rows:
            yield {**facts, name: RecordList(())}
            yield from _fewer(facts, name)


# -- in words ---------------------------------------------------------------------------------------------------------


def in_words(pack: Pack, program: Program, facts: Facts, usual: Facts) -> Text:
    """Return the facts in which a company differs from the usual one, in words; "the usual company" where in none."""
    zh, en = [], []
    for name, value in facts.items():
        if value != usual.get(name, UNKNOWN):
            fact = program.facts.get(name)
            label = pack.records[name].text if fact is None else fact.text
            text = shown(program.symbols[name].type if fact is None else fact, value)
            zh.append(f"{label.zh} {text.zh}")
            en.append(f"{label.en} {text.en}")
    more = len(zh) - MOST_FACTS_SHOWN
    tail = (f"，另有 {more} 项", f", and {more} more") if more > 0 else ("", "")
    if not zh:
        return Text("通常的企业", "the usual company")
    return Text("，".join(zh[:MOST_FACTS_SHOWN]) + tail[0], ", ".join(en[:MOST_FACTS_SHOWN]) + tail[1])


def as_json(pack: Pack, program: Program, facts: Facts) -> str:
    """Return the company as the JSON that `policies decide --facts` reads."""
    return json.dumps(facts_to_json(pack, facts, stage=program.stage), ensure_ascii=False, sort_keys=True)
