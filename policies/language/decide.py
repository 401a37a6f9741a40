"""Deciding one case: by the exact reading where everything is known, by intervals where something is not."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from policies.language.core import EITHER, FALSE, TRUE, Aggregate, Core
from policies.language.decision import VERDICTS, Ask, Decision
from policies.language.evaluate import Evaluation
from policies.language.exact import FIRST, Exact, exact_of
from policies.language.facts import Facts, Value, encode, is_unknown, outdated_as_of
from policies.language.findings import PolicyError, Position
from policies.language.model import Pack, Program
from policies.language.reasons import exact_reasons, interval_reasons, known_tier


def _merged(facts: Facts, extra: Mapping[str, Value] | None) -> Facts:
    if not extra:
        return facts
    for name, value in extra.items():
        if name in facts and not is_unknown(facts[name]) and facts[name] != value:
            raise PolicyError.at(
                Position("facts", 1, 1), "FACT", f"{name} is given twice with different values; give it once",
                f"{name} 给出了两个不同的值，请只给一个",
            )  # fmt: skip
    return {**facts, **extra}


def evaluated(pack: Pack, facts: Facts, *, stage: str | None = None) -> Evaluation:
    """Return the evaluation of one case, for readers that need single nodes; raises PolicyError for wrong facts."""
    program = pack.program_of(stage)
    evaluation = Evaluation(encode(pack, program, facts))
    evaluation.run(program.lets)
    return evaluation


def decide(
    pack: Pack, facts: Facts, *, stage: str | None = None, extra: Mapping[str, Value] | None = None
) -> Decision:
    """Decide one case under `pack`, or a later `stage` of it, with a verdict and a reason for every clause.

    `extra` are further facts (what the system gathers at the moment of decision), laid beside `facts`; a fact that
    both give differently is refused. Raises PolicyError for facts that are undeclared, of a wrong type or out of range
    (a deciding date on which the version is not in force is such a fact). Unknown never pays.
    """
    program = pack.program_of(stage)
    exact = exact_of(pack, program)
    merged = _merged(facts, extra) if extra else facts
    held = exact.held(merged)
    values = None if held is None else exact.run(held)
    if held is None or values is None:
        return _by_intervals(exact, {**merged})
    tier = program.tiers[values[1]].id if values[0] and values[1] < len(program.tiers) else None
    return Decision(
        exact.issuer, VERDICTS[values[0]], tier, None if program.amount_core is None else values[2], None,
        values[FIRST:], (), partial(exact_reasons, exact, held, values[1]),
    )  # fmt: skip


def _by_intervals(exact: Exact, facts: Facts) -> Decision:
    """Decide where something is unknown, or refuse in words what the exact reading found wrong."""
    program = exact.program
    evaluation = Evaluation(encode(exact.pack, program, facts))
    evaluation.run(program.lets)
    outcome = _verdict(evaluation, program.eligible_core)
    amount, span = None, None
    if program.amount_core is not None:
        low, high = evaluation.value(program.amount_core)
        settled = low == high and VERDICTS[outcome] != "unknown"
        amount, span = (low, None) if settled else (None, (low, high))
    tier = known_tier(program, *evaluation.value(program.tier_core)) if VERDICTS[outcome] == "met" else None
    verdicts = tuple([_verdict(evaluation, node) for node in exact.requirements])
    return Decision(
        exact.issuer, VERDICTS[outcome], tier, amount, span, verdicts, _asks(exact.pack, program, evaluation, facts),
        partial(interval_reasons, exact, evaluation, facts),
    )  # fmt: skip


def _verdict(evaluation: Evaluation, node: Core) -> int:
    low, high = evaluation.value(node)
    return low if low == high else VERDICTS.index("unknown")


def _asks(pack: Pack, program: Program, evaluation: Evaluation, facts: Facts) -> tuple[Ask, ...]:
    """Return the unknown facts below every node that is not yet decided."""
    names: dict[str, None] = {}
    roots = [program.eligible_core, program.tier_core]
    if program.amount_core is not None:
        roots.append(program.amount_core)
    if evaluation.value(program.eligible_core) == FALSE:
        return ()
    seen: set[int] = set()
    stack = list(reversed(roots))
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        low, high = evaluation.value(node)
        if low == high:
            continue
        if node.op == "fact":
            names[str(node.value).removesuffix("?")] = None
        elif node.op == "agg":
            names.update(_asks_of_list(evaluation, node))
        elif node.op == "ite" and evaluation.value(node.args[0]) != EITHER:
            stack.append(node.args[1] if evaluation.value(node.args[0]) == TRUE else node.args[2])
        else:
            stack.extend(reversed(node.args))
    return tuple(_ask(pack, program, name, facts.get(name)) for name in names)


def _asks_of_list(evaluation: Evaluation, node: Core) -> dict[str, None]:
    assert isinstance(node.value, Aggregate)
    name = node.value.list_name
    rows = evaluation.facts.lists[name]
    found: dict[str, None] = {}
    if rows.more or any(span[0] != span[1] for row in rows.rows for span in row.values()):
        found[name] = None
    stack = list(node.args)
    while stack:
        inner = stack.pop()
        if inner.op == "fact" and str(inner.value).removesuffix("?") in evaluation.facts.unknown:
            found[str(inner.value).removesuffix("?")] = None
        stack.extend(inner.args)
    return found


def _ask(pack: Pack, program: Program, name: str, held: Value | None) -> Ask:
    asked = pack.records[name] if name in pack.records else program.facts[name]
    return Ask(name, asked.asks or asked.source, asked.text, outdated_as_of(held))


def required_documents(pack: Pack, facts: Facts) -> tuple[str, ...]:
    """Return the ids of the papers to file: the required ones, and those whose condition is met or still unknown."""
    evaluation = evaluated(pack, facts)
    return tuple(
        item.id
        for item in pack.documents
        if item.required or (item.core is not None and evaluation.value(item.core) != FALSE)
    )
