"""The mutation run: how many of the slips that could be made in a pack do its worked cases notice.

A mutant that the language refuses is left out, and so is one whose core is the same graph as the original's. What
survives inside a requirement that the pack lists under `redundant` is excused. The rest is killed by the first worked
case that no longer comes out as written, or survives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from policies.language.build import parse_tree
from policies.language.check.cases import Case, differences, read_cases
from policies.language.check.mutants import Mutant, mutants_of
from policies.language.core import Core
from policies.language.decide import decide
from policies.language.findings import PolicyError
from policies.language.model import Pack
from policies.language.reader import read_yaml
from policies.language.source import PackSource

LEAST_PERCENT = 90


@dataclass(frozen=True, slots=True)
class MutationReport:
    """What a run found. `total` counts the mutants that are wrong packs: killed and surviving ones."""

    total: int
    killed: int
    survivors: tuple[Mutant, ...]
    invalid: int
    equal: int
    excused: int

    @property
    def percent(self) -> float:
        """The share killed, in percent; 100 where there was nothing to kill."""
        return 100 * self.killed / self.total if self.total else 100.0

    @property
    def enough(self) -> bool:
        """Whether at least 90 % were killed."""
        return self.killed * 100 >= self.total * LEAST_PERCENT


@dataclass(slots=True)
class Graphs:
    """Numbers the nodes of any number of packs so that equal graphs have equal numbers."""

    known: dict[tuple[str, tuple[int, ...], object], int] = field(default_factory=dict)

    def of(self, pack: Pack) -> tuple[object, ...]:
        """Return what decides in a pack: the graphs of outcome, tier, amount and every requirement."""
        found: list[object] = []
        for program in (pack.program, *pack.stages.values()):
            roots = [program.eligible_core, program.tier_core]
            roots += [] if program.amount_core is None else [program.amount_core]
            leaves = program.leaves()
            numbers = self.numbers([*roots, *(leaf.core for leaf in leaves)])
            found.append((program.stage, numbers, tuple(leaf.id for leaf in leaves)))
        return tuple(found)

    def numbers(self, roots: Iterable[Core]) -> tuple[int, ...]:
        """Return the numbers of the graphs."""
        done: dict[int, int] = {}
        roots = tuple(roots)
        stack = [(root, False) for root in roots]
        while stack:
            node, ready = stack.pop()
            if ready:
                key = (node.op, tuple(done[id(arg)] for arg in node.args), node.value)
                done[id(node)] = self.known.setdefault(key, len(self.known))
            elif id(node) not in done:
                stack.append((node, True))
                stack.extend((arg, False) for arg in node.args)
        return tuple(done[id(root)] for root in roots)


@dataclass(slots=True)
class _Run:
    source: PackSource
    cases: list[Case]
    graphs: Graphs
    original: tuple[object, ...]

    def verdict(self, mutant: Mutant) -> str:
        """Return invalid, equal, killed or survives."""
        try:
            pack = parse_tree(self.source, mutant.tree)
        except PolicyError:
            return "invalid"
        if self.graphs.of(pack) == self.original:
            return "equal"
        for index, case in enumerate(self.cases):
            if _notices(pack, case):
                # The next mutant is likely to be near this one: the case that noticed goes first.
                self.cases.insert(0, self.cases.pop(index))
                return "killed"
        return "survives"


def _notices(pack: Pack, case: Case) -> bool:
    try:
        return bool(differences(case, decide(pack, case.facts, stage=case.stage)))
    except PolicyError:
        return True


def survivors(source: PackSource, *, sample: int | None = None, seed: int = 1) -> MutationReport:
    """Run the worked cases of a pack against its mutants, or against a `sample` of them drawn with `seed`.

    Raises PolicyError for a pack or cases that do not read. Cases that differ from the original decide nothing here:
    run them first.
    """
    root = read_yaml(source.policy, source.file("policy.yaml"))
    pack = parse_tree(source, root)
    cases = list(read_cases(pack, source.cases, source.file("cases.yaml")))
    graphs = Graphs()
    run = _Run(source, cases, graphs, graphs.of(pack))
    chosen: Sequence[Mutant] = tuple(mutants_of(root))
    if sample is not None and sample < len(chosen):
        chosen = Random(seed).sample(chosen, sample)
    redundant = {item.id for item in pack.redundant}
    counts = {"invalid": 0, "equal": 0, "killed": 0, "survives": 0, "excused": 0}
    alive: list[Mutant] = []
    for mutant in chosen:
        verdict = run.verdict(mutant)
        if verdict == "survives":
            if mutant.requirement in redundant:
                verdict = "excused"
            else:
                alive.append(mutant)
        counts[verdict] += 1
    alive.sort(key=lambda mutant: (mutant.at.line, mutant.at.column))
    return MutationReport(
        counts["killed"] + len(alive), counts["killed"], tuple(alive), counts["invalid"], counts["equal"],
        counts["excused"],
    )  # fmt: skip
