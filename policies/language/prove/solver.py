"""Asking z3 for a company, and reading the one it finds.

Effort is counted in the solver's own steps, not in seconds, so that the same pack has the same verdict on every
machine. A company found is a candidate; a question beyond the effort is "unsure", never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from policies.language.core import Aggregate, Core
from policies.language.findings import Text
from policies.language.lazy import lazily
from policies.language.model import Pack, Program
from policies.language.prove.answers import CELLS, SINGLES, Answer, Effort, Model
from policies.language.prove.cells import Cell, Records, conditions_below
from policies.language.prove.pinned import postorder
from policies.language.prove.smt import Encoder, Expr, Limits

if TYPE_CHECKING:
    import z3
else:
    z3 = lazily("z3")

# About two seconds a question on a slow core.
STEPS_A_QUESTION = 6_000_000
CALENDAR_ROUNDS = 60
FEW_RECORDS = 6


def yes_no_names(program: Program) -> frozenset[object]:
    """Return the facts that are conditions."""
    return frozenset(fact.name for fact in program.facts.values() if fact.kind == "yes_no")


@dataclass(slots=True)
class Session:
    """Questions over the same lists with the same conditions."""

    pack: Pack
    conditions: Mapping[str, Mapping[int, Core]]
    encoder: Encoder
    effort: Effort
    records: dict[str, Records] = field(default_factory=dict)
    counted: int = 0

    @classmethod
    def over(cls, pack: Pack, program: Program, formula: Core, explicit: bool, effort: Effort) -> Session:
        """Return a session for the lists that `formula` reads."""
        records: dict[str, Records] = {}

        def aggregate(node: Core) -> Expr:
            assert isinstance(node.value, Aggregate)
            return records[node.value.list_name].aggregate(node)

        encoder = Encoder(yes_no_names(program), aggregate)
        session = cls(pack, conditions_below(formula), encoder, effort, records)
        for name, asked in session.conditions.items():
            records[name] = Records(pack.records[name], tuple(asked.values()), explicit, encoder)
            records[name].build()
        return session

    def covers(self, formula: Core) -> bool:
        """Whether every condition over a list that `formula` asks is known here."""
        needed = conditions_below(formula)
        return all(
            name in self.conditions and set(asked) <= set(self.conditions[name]) for name, asked in needed.items()
        )

    def free(self) -> tuple[str, ...]:
        """Return the lists over which more conditions are asked than there can be cells for."""
        return tuple(name for name, records in self.records.items() if records.free)

    def ask(self, formula: Core, mode: str, fixed: Mapping[str, int] | None = None) -> Answer:
        """Look for a company for which `formula` holds; in mode "singles" with at most one record a cell.

        `fixed` are facts that it must have.
        """
        if formula.op == "const" and not formula.lo:
            return Answer("none")
        wanted = self.encoder.condition(formula)
        nodes = tuple(postorder(formula))
        lists = {node.value.list_name for node in nodes if isinstance(node.value, Aggregate)}
        cells = [cell for name in sorted(lists) for cell in self.records[name].cells]
        solver = z3.Solver(ctx=self.encoder.ctx)
        solver.set("random_seed", 0)
        limits = self._limits(nodes, lists)
        for limit in limits:
            solver.add(*limit.terms)
        solver.add(wanted)
        solver.add(*self._held(nodes, fixed or {}))
        if mode == SINGLES:
            solver.add(*(cell.count <= 1 for cell in cells))
        products = [product for limit in limits for product in limit.products]
        found = self._check(solver, limits)
        if found.verdict == "found" and products:
            solver.add(*products)
            found = self._check(solver, limits)
        if found.verdict != "found":
            return found
        model = solver.model()
        if cells and mode == CELLS:
            solver.push()
            solver.add(z3.Sum(*(cell.count for cell in cells)) <= FEW_RECORDS)
            if self._check(solver, limits).verdict == "found":
                model = solver.model()
            solver.pop()
        return Answer("found", self._model(model, nodes, lists))

    def _held(self, nodes: tuple[Core, ...], fixed: Mapping[str, int]) -> list[Expr]:
        read = {str(node.value) for node in nodes if node.op == "fact"} & set(fixed)
        terms = ((self.encoder.facts[name], fixed[name]) for name in sorted(read))
        return [term == (bool(value) if z3.is_bool(term) else value) for term, value in terms]

    def _count(self, solver: Any) -> None:
        statistics = solver.statistics()
        counted = int(statistics.get_key_value("rlimit count"))
        self.effort.left -= counted - self.counted
        self.counted = counted

    def _limits(self, nodes: tuple[Core, ...], lists: set[str]) -> list[Limits]:
        asked = [condition for name in sorted(lists) for condition in self.conditions[name].values()]
        outer = [node for node in postorder(*nodes[-1:], *asked) if id(node) in self.encoder.limits]
        found = [self.encoder.limits[id(node)] for node in outer]
        for name in sorted(lists):
            found.extend(self.records[name].all_limits())
        return found

    def _check(self, solver: Any, limits: list[Limits]) -> Answer:
        """Check, telling the solver of the calendar wherever its company contradicts it."""
        for _ in range(CALENDAR_ROUNDS):
            if self.effort.left <= 0:
                return Answer("unsure", why=Text("该政策的证明工作量已用尽", "the effort for this pack is used up"))
            solver.set("rlimit", min(STEPS_A_QUESTION, self.effort.left))
            verdict = solver.check()
            self._count(solver)
            if verdict == z3.unsat:
                return Answer("none")
            if verdict != z3.sat:
                return Answer(
                    "unsure", why=Text("求解器在限定步数内没有结论", "the solver came to no end in its steps")
                )
            wrong = _refuted(solver.model(), limits)
            if not wrong:
                return Answer("found")
            solver.add(*wrong)
        return Answer("unsure", why=Text("两个推移后的日期相互比较", "two moved dates are compared with one another"))

    # -- reading a model -----------------------------------------------------------------------------------------

    def _model(self, model: Any, nodes: tuple[Core, ...], lists: set[str]) -> Model:
        read = {str(node.value) for node in nodes if node.op == "fact"}
        values = {name: _integer(model, self.encoder.facts[name]) for name in sorted(read & set(self.encoder.facts))}
        return Model(values, {name: self._rows(model, self.records[name]) for name in sorted(lists)})

    def _rows(self, model: Any, records: Records) -> tuple[Mapping[str, int], ...]:
        found: list[Mapping[str, int]] = []
        for cell in records.cells:
            count = _integer(model, cell.count)
            if count:
                found.extend(_records(model, records, cell, count))
        return tuple(found)


def _integer(model: Any, term: Expr) -> int:
    value = model.eval(term, model_completion=True)
    return int(z3.is_true(value)) if z3.is_bool(value) else int(value.as_long())


def _refuted(model: Any, limits: list[Limits]) -> list[Expr]:
    """Return what the calendar says of each moved date that the model has wrong: at that day, and on both sides."""
    told: list[Expr] = []
    for calendar in (calendar for limit in limits for calendar in limit.calendars):
        day = _integer(model, calendar.base)
        moved = calendar.moved(day)
        if _integer(model, calendar.value) != moved:
            told += [
                z3.Implies(calendar.base <= day, calendar.value <= moved),
                z3.Implies(calendar.base >= day, calendar.value >= moved),
            ]
    return told


def _records(model: Any, records: Records, cell: Cell, count: int) -> list[dict[str, int]]:
    """Return the records of a cell: copies of the representative, sums over a plain field shared out among them."""
    first = {name: _integer(model, term) for name, term in cell.row.fields.items()}
    rows = [dict(first) for _ in range(count)]
    for value in records.kept:
        body = value.args[0]
        total = cell.sums.get(id(body))
        if total is None or body.op != "field" or count == 1:
            continue
        assert isinstance(body.value, tuple)
        name, left = body.value[1], _integer(model, total)
        held = cell.holder is not None and cell.holder[1] == id(body)
        sharing = rows[1:] if held else rows
        left -= first[name] if held else 0
        share, rest = divmod(left, len(sharing))
        for index, row in enumerate(sharing):
            row[name] = share + (index < rest)
    return rows
