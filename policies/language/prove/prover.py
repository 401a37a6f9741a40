"""Examining claims one by one: among the worked cases first, then with the solver, day by day."""

from __future__ import annotations

from dataclasses import dataclass, field

from policies.language.core import Core
from policies.language.facts import Facts, Value, encode
from policies.language.findings import Text
from policies.language.model import Pack, Program
from policies.language.prove.answers import CELLS, EXPLICIT, NO_REASON, SINGLES, Effort, Model
from policies.language.prove.claims import Claim, results
from policies.language.prove.pinned import Pinned, postorder, sample_days
from policies.language.prove.solver import Session
from policies.language.prove.witness import Seen, company, neighbours, seen, simpler, usual_company

PROVEN, REFUTED, NOT_PROVEN = "proven", "refuted", "not_proven"
_NOT_REPRODUCED = Text(
    "求解器给出的企业经 decide 复核不成立，请改写为更简单的条件",
    "the solver's company is decided otherwise; write the conditions more simply",
)
_DAY_IS_FIXED = Text("决定日期在证明中是固定的", "the deciding day is fixed in proofs")


def _crowded(lists: tuple[str, ...]) -> Text:
    names = "、".join(lists)
    return Text(
        f"列表 {names} 上的条件超过五个，汇总值只按其范围推断，请减少条件",
        f"more than five conditions are asked of {', '.join(lists)}, so that its aggregates are known by their ranges "
        "only; ask fewer",
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claim; `why` says what stood in the way of a proof, `beside` which company is the usual one."""

    verdict: str
    witness: Facts | None = None
    other: Facts | None = None
    why: Text = NO_REASON
    beside: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Pair:
    facts: dict[str, Value]
    other: dict[str, Value]


@dataclass(slots=True)
class Prover:
    """Examines the claims about one program; `known` are companies whose decisions are worked out by hand."""

    pack: Pack
    program: Program
    effort: Effort
    known: tuple[Facts, ...]
    usual: dict[str, Value] = field(init=False)
    seen: tuple[Seen, ...] = field(init=False)
    pinned: Pinned = field(init=False)
    days: tuple[int, ...] = field(init=False)
    sessions: list[tuple[bool, Session]] = field(default_factory=list)
    settled: dict[int, Text | None] = field(default_factory=dict)
    near: tuple[Seen, ...] | None = None

    def __post_init__(self) -> None:
        self.usual = usual_company(self.pack, self.program, self.known)
        found = (seen(self.pack, self.program, facts) for facts in self.known)
        self.seen = tuple(one for one in found if one is not None)
        self.pinned = Pinned(self.program)
        promised = [
            guarantee.core
            for guarantee in self.pack.guarantees
            if guarantee.core is not None and guarantee.stage == self.program.stage
        ]
        leaves = (leaf.core for leaf in self.program.leaves())
        self.days = sample_days(self.program, (*results(self.program), *leaves, *promised))

    def examine(self, claim: Claim) -> Outcome:
        """Prove or refute a claim, or say why neither."""
        shown, refuted = (PROVEN, REFUTED) if claim.exists else (REFUTED, PROVEN)
        if claim.fact == self.program.decides_on and self.days:
            return Outcome(NOT_PROVEN, why=_DAY_IS_FIXED)
        if not claim.fact:
            for one in (*self.seen, *(self._near() if claim.exists else ())):
                if claim.shows(one, one) and one.confirmed():
                    return Outcome(shown, one.facts, beside=self.usual)
        doubt: Text | None = None
        for day in self.days or (self.program.facts[self.program.decides_on].minimum,):
            formula = claim.formula(self.pinned, day)
            if id(formula) in self.settled:
                doubt = self.settled[id(formula)] or doubt
                continue
            found = self._search(claim, formula, day)
            if isinstance(found, _Pair):
                usual = self.usual
                self._learn(found.facts)
                return Outcome(shown, found.facts, found.other if claim.fact else None, beside=usual)
            self.settled[id(formula)] = found
            doubt = found or doubt
        return Outcome(refuted) if doubt is None else Outcome(NOT_PROVEN, why=doubt)

    def _near(self) -> tuple[Seen, ...]:
        """Return the neighbours of an eligible company: most claims about one requirement are shown by one of them."""
        if self.near is None:
            start = seen(self.pack, self.program, self.usual)
            if start is None or start.result is None or not start.result[0]:
                return ()
            found = (seen(self.pack, self.program, facts) for facts in neighbours(self.pack, self.program, self.usual))
            self.near = tuple(one for one in found if one is not None)
        return self.near

    def _learn(self, facts: Facts) -> None:
        """Take the first eligible company that the solver finds as the usual one, where no worked case is."""
        start = seen(self.pack, self.program, self.usual)
        found = seen(self.pack, self.program, facts)
        for one, eligible in ((start, False), (found, True)):
            if one is None or one.result is None or bool(one.result[0]) != eligible:
                return
        self.usual = dict(facts)
        assert found is not None
        self.seen = (*self.seen, found)

    def _search(self, claim: Claim, formula: Core, day: int) -> _Pair | Text | None:
        """Return what shows the formula, None where there is no such company, or why neither is known."""
        if claim.fact:
            # A usual company that differs in the one fact alone says most; it is only looked for first.
            answer = self._session(formula, False).ask(formula, CELLS, self._usual_but(claim.fact))
            pair = None if answer.model is None else self._confirmed(claim, answer.model, day)
            if pair is not None:
                return pair
        doubt = _NOT_REPRODUCED
        lists = any(node.op == "agg" for node in postorder(formula))
        modes = (SINGLES, CELLS, EXPLICIT) if claim.exists else (CELLS, SINGLES, EXPLICIT)
        for mode in modes if lists else (CELLS,):
            session = self._session(formula, mode == EXPLICIT)
            answer = session.ask(formula, mode)
            if answer.verdict == "none" and mode == CELLS:
                return None
            if answer.verdict == "unsure":
                doubt = answer.why
            if answer.model is not None:
                pair = self._confirmed(claim, answer.model, day)
                if pair is not None:
                    return pair
                doubt = _crowded(session.free()) if session.free() else doubt
        return doubt

    def _usual_but(self, name: str) -> dict[str, int]:
        """Return the usual company's facts as the core holds them, without one."""
        found: dict[str, int] = {}
        for other, span in encode(self.pack, self.program, self.usual).spans.items():
            if other.removesuffix("?") != name and span[0] == span[1]:
                found[other] = span[0]
        return found

    def _session(self, formula: Core, explicit: bool) -> Session:
        for kind, session in self.sessions:
            if kind == explicit and session.covers(formula):
                return session
        session = Session.over(self.pack, self.program, formula, explicit, self.effort)
        self.sessions.append((explicit, session))
        return session

    # -- candidates ----------------------------------------------------------------------------------------------

    def _confirmed(self, claim: Claim, model: Model, day: int) -> _Pair | None:
        """Return the solver's company, brought near a usual one, if decisions show the claim of it; else None."""
        on, name = self.program.decides_on, claim.fact
        facts = company(self.pack, self.program, self.usual, {**model.values, on: day}, model.rows)
        other = dict(facts)
        if name:
            copied = {key.replace("'", ""): value for key, value in model.values.items() if "'" in key}
            other[name] = company(self.pack, self.program, facts, copied, {})[name]

        def pair(facts: Facts) -> _Pair:
            return _Pair(dict(facts), {**facts, name: other[name]} if name else dict(facts))

        if not self._shows(claim, pair(facts)):
            return None
        near = simpler(facts, self.usual, frozenset({name}), lambda facts: self._shows(claim, pair(facts)))
        return next((found for found in (pair(near), pair(facts)) if self._decided(claim, found)), None)

    def _shows(self, claim: Claim, pair: _Pair) -> bool:
        one = seen(self.pack, self.program, pair.facts)
        two = seen(self.pack, self.program, pair.other) if claim.fact else one
        return one is not None and two is not None and claim.shows(one, two)

    def _decided(self, claim: Claim, pair: _Pair) -> bool:
        found = (seen(self.pack, self.program, facts) for facts in (pair.facts, pair.other))
        return self._shows(claim, pair) and all(one is not None and one.confirmed() for one in found)
