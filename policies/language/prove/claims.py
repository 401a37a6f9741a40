"""What is claimed of every pack: each claim once as a condition of the core, for the solver, and once as what must be
seen in the decisions of the company (or two companies) that the solver finds.

"There is" claims hold where such a company is found; "always" claims fail there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policies.language.core import Core
from policies.language.findings import Position, Text
from policies.language.lowered import Num
from policies.language.model import Leaf, Pack, Program
from policies.language.prove.pinned import Pinned, postorder, simplified
from policies.language.prove.witness import Seen
from policies.language.terms import Guarantee

Formula = Callable[[Pinned, int], Core]
Shows = Callable[[Seen, Seen], bool]

# Kinds of claims that there is a company.
ELIGIBLE, TIER, BAND, MET, FAILS = "eligible", "tier", "band", "met", "fails"
# Without the requirement some company would be decided otherwise: because it fails there, because it is met there.
FAILING_MATTERS, MEETING_MATTERS = "failing_matters", "meeting_matters"
# Kinds of claims about all; the guarantees keep their names.
NOT_NEGATIVE = "amount_not_negative"


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim about a program.

    `exists`: that there is a company such as `formula` says; otherwise that there is none. `shows` sees it in decisions;
    its second company differs from the first in `fact` alone (and is the first where `fact` is empty). `message` says
    what is true when the claim fails.
    """

    kind: str
    subject: str
    clause: str
    at: Position
    exists: bool
    formula: Formula
    shows: Shows
    message: Text
    fact: str = ""


def claims_of(pack: Pack, program: Program) -> Iterator[Claim]:
    """Yield the claims about one program, in the order in which they are worth reading."""
    yield _eligible(program)
    yield from _tiers(program)
    yield from _bands(pack, program)
    vetoes = {veto.id for veto in program.vetoes}
    for leaf in program.leaves():
        # A veto of the pack holds in every stage and is shown once, in the first decision.
        if program.stage is None or leaf.id not in {veto.id for veto in pack.vetoes}:
            yield from _leaf(leaf, leaf.id in vetoes)
            yield from _matters(program, leaf, leaf.id in vetoes)
    if program.amount_core is not None and program.amount is not None:
        yield _not_negative(program, program.amount_core)
    for guarantee in pack.guarantees:
        if guarantee.stage == program.stage:
            yield _guarantee(program, guarantee)


# -- there is ---------------------------------------------------------------------------------------------------------


def _eligible(program: Program) -> Claim:
    return Claim(
        ELIGIBLE, "", "", program.at, True,
        lambda pinned, day: pinned.core(program.eligible_core, day),
        lambda one, _: one.value(program.eligible_core) == 1,
        Text("没有企业能够符合条件", "no company can be eligible"),
    )  # fmt: skip


def _tiers(program: Program) -> Iterator[Claim]:
    for index, tier in enumerate(program.tiers):
        first = _first_leaf(tier.requires)
        yield Claim(
            TIER, tier.id, first.clause, first.when.at, True,
            _tier_formula(program, index),
            _has_tier(index),
            Text(
                f"没有企业能够达到等级 {tier.id}（或总被更高等级覆盖）",
                f"no company can reach the tier {tier.id}, or a tier before it always takes it",
            ),
        )  # fmt: skip


def _first_leaf(node: object) -> Leaf:
    while not isinstance(node, Leaf):
        node = node.children[0]  # type: ignore[attr-defined]  # what is no leaf has children
    return node


def _tier_formula(program: Program, index: int) -> Formula:
    def formula(pinned: Pinned, day: int) -> Core:
        eligible, tier = pinned.core(program.eligible_core, day), pinned.core(program.tier_core, day)
        return both(pinned, eligible, make(pinned, "eq", tier, pinned.builder.const(index)))

    return formula


def _has_tier(index: int) -> Shows:
    def shows(one: Seen, _: Seen) -> bool:
        return one.result is not None and one.result[:2] == (1, index)

    return shows


def _bands(pack: Pack, program: Program) -> Iterator[Claim]:
    """Yield a claim for each band of the tables that the program reads."""
    roots = [program.eligible_core, program.tier_core, *([program.amount_core] if program.amount_core else [])]
    read = {id(node) for node in postorder(*roots)}
    for name, cores in program.tables.items():
        value, table = program.names[name], pack.tables[name]
        assert isinstance(value, Num)
        if id(value.n) not in read:
            continue
        for option, reached in zip(table.options, cores.reached, strict=True):
            for index, band in enumerate(option.bands):
                before = reached[index - 1] if index else None
                label = f"{option.id} {band.written}" if table.best else f"{name} {band.written}"
                yield Claim(
                    BAND, label, table.clause, band.value.at, True,
                    _band_formula(before, reached[index]),
                    _in_band(before, reached[index]),
                    Text(f"没有企业落入 {name} 的这一档 {band.written}", f"{name}: no company falls into {band.written}"),
                )  # fmt: skip


def _band_formula(before: Core | None, within: Core) -> Formula:
    def formula(pinned: Pinned, day: int) -> Core:
        here = pinned.core(within, day)
        return here if before is None else both(pinned, here, make(pinned, "not", pinned.core(before, day)))

    return formula


def _in_band(before: Core | None, within: Core) -> Shows:
    return lambda one, _: one.value(within) == 1 and (before is None or one.value(before) == 0)


def _leaf(leaf: Leaf, veto: bool) -> Iterator[Claim]:
    """Yield the claims that a requirement can be met and can fail; a veto is met where it does not apply."""
    met = Text(f"条款 {leaf.id} 永远不能满足", f"{leaf.id} can never be met")
    fails = Text(f"条款 {leaf.id} 总是满足", f"{leaf.id} is always met")
    if veto:
        met = Text(f"否决条款 {leaf.id} 对所有企业适用", f"the veto {leaf.id} applies to every company")
        fails = Text(f"否决条款 {leaf.id} 永远不会适用", f"the veto {leaf.id} can never apply")
    for kind, bit, message in ((MET, int(not veto), met), (FAILS, int(veto), fails)):
        yield Claim(
            kind, leaf.id, leaf.clause, leaf.when.at, True, _leaf_formula(leaf, bit), _leaf_is(leaf, bit), message
        )


def _leaf_formula(leaf: Leaf, bit: int) -> Formula:
    def formula(pinned: Pinned, day: int) -> Core:
        node = pinned.core(leaf.core, day)
        return node if bit else make(pinned, "not", node)

    return formula


def _leaf_is(leaf: Leaf, bit: int) -> Shows:
    return lambda one, _: one.value(leaf.core) == bit


def _matters(program: Program, leaf: Leaf, veto: bool) -> Iterator[Claim]:
    """Yield the claims that a requirement cannot be replaced by "always met", nor by "never met"."""
    if leaf.core.op == "const":
        return  # it is always met or never, and found to be so
    for kind, bit in ((FAILING_MATTERS, int(not veto)), (MEETING_MATTERS, int(veto))):
        met = kind == FAILING_MATTERS
        message = Text(
            f"条款 {leaf.id} 多余：当作{'总是' if met else '从不'}满足，结论、等级和金额对任何企业都不变",
            f"{leaf.id} is redundant: were it {'always' if met else 'never'} met, no company's outcome, tier or amount "
            "would change",
        )
        yield Claim(
            kind, leaf.id, leaf.clause, leaf.when.at, True,
            _matter_formula(program, leaf, bit), _matter_shown(leaf, bit), message,
        )  # fmt: skip


def _matter_formula(program: Program, leaf: Leaf, bit: int) -> Formula:
    def formula(pinned: Pinned, day: int) -> Core:
        roots = results(program)
        one = tuple(pinned.core(node, day) for node in roots)
        differs = different(pinned, one, pinned.forced(roots, day, leaf.core, bit))
        here = pinned.core(leaf.core, day)
        return both(pinned, differs, make(pinned, "not", here) if bit else here)

    return formula


def _matter_shown(leaf: Leaf, bit: int) -> Shows:
    def shows(one: Seen, _: Seen) -> bool:
        if one.value(leaf.core) != 1 - bit or one.result is None:
            return False
        forced = one.forced(leaf.core, bit)
        return forced is not None and forced != one.result

    return shows


# -- always -----------------------------------------------------------------------------------------------------------


def _not_negative(program: Program, amount: Core) -> Claim:
    assert program.amount is not None

    def shows(one: Seen, _: Seen) -> bool:
        value = one.value(amount)
        return value is not None and value < 0

    return Claim(
        NOT_NEGATIVE, "amount", program.amount.clause, program.amount.formula.at, False,
        lambda pinned, day: make(pinned, "lt", pinned.core(amount, day), pinned.builder.const(0)),
        shows,
        Text("金额为负", "the amount is negative"),
    )  # fmt: skip


def _guarantee(program: Program, guarantee: Guarantee) -> Claim:
    kind, fact, core = guarantee.kind, guarantee.fact, guarantee.core
    clause = "" if program.amount is None else program.amount.clause
    if kind == "always":
        assert core is not None and guarantee.condition is not None
        return Claim(
            kind, "", clause, guarantee.at, False,
            lambda pinned, day: make(pinned, "not", pinned.core(core, day)),
            lambda one, _: one.value(core) == 0,
            Text("保证（always）的条件不成立", "the condition guaranteed always does not hold"),
        )  # fmt: skip
    broken = _BROKEN[kind]
    return Claim(
        kind, fact, clause, guarantee.at, False, _pair_formula(program, guarantee), _pair_shown(program, guarantee),
        Text(broken.zh.format(fact=fact), broken.en.format(fact=fact)), fact,
    )  # fmt: skip


_BROKEN = {
    "rises_with": Text("{fact} 增加而金额减少", "with more {fact} the amount falls"),
    "falls_with": Text("{fact} 增加而金额也增加", "with more {fact} the amount rises"),
    "kept_by": Text("{fact} 增加而失去资格", "with more {fact} a company is no longer eligible"),
    "same_for": Text("结论或金额随 {fact} 而变", "outcome or amount change with {fact}"),
    "no_cliff": Text(
        "{fact} 仅多一步，金额变化即超过所保证的限度",
        "one step of {fact} changes the amount by more than is guaranteed",
    ),
}


def _pair_formula(program: Program, guarantee: Guarantee) -> Formula:
    """Return the condition over two companies, the second reading `fact'` where the first reads `fact`."""
    name = guarantee.fact

    def formula(pinned: Pinned, day: int) -> Core:
        roots, declared = results(program), program.facts[name]
        one = tuple(pinned.core(node, day) for node in roots)
        same = guarantee.kind == "same_for"
        renamed = {name: f"{name}'", f"{name}?": f"{name}'?"} if same else {name: f"{name}'"}
        other = pinned.copied(roots, day, renamed)
        if same:
            return _unlike(pinned, one, other)
        build = pinned.builder
        less, more = (build.fact(label, declared.minimum, declared.maximum) for label in (name, f"{name}'"))
        if guarantee.kind == "no_cliff":
            grown = make(pinned, "eq", more, build.make("add", less, build.const(guarantee.step)))
        else:
            grown = make(pinned, "lt", less, more)
        if declared.optional:
            grown = both(pinned, grown, build.fact(f"{name}?", 0, 1))
        return both(pinned, grown, _worse(pinned, guarantee, one, other))

    return formula


def _unlike(pinned: Pinned, one: tuple[Core, ...], other: tuple[Core, ...]) -> Core:
    """Return that outcome or amount differ; tiers may."""
    return different(pinned, (one[0], *one[2:]), (other[0], *other[2:]))


def _worse(pinned: Pinned, guarantee: Guarantee, one: tuple[Core, ...], other: tuple[Core, ...]) -> Core:
    kind = guarantee.kind
    if kind == "kept_by":
        return both(pinned, one[0], make(pinned, "not", other[0]))
    eligible = both(pinned, one[0], other[0])
    build = pinned.builder
    if kind == "rises_with":
        return both(pinned, eligible, make(pinned, "lt", other[2], one[2]))
    if kind == "falls_with":
        return both(pinned, eligible, make(pinned, "lt", one[2], other[2]))
    most = build.const(guarantee.at_most)
    changes = [make(pinned, "lt", most, build.make("sub", a, b)) for a, b in ((one[2], other[2]), (other[2], one[2]))]
    return both(pinned, eligible, simplified(build, build.make("or", *changes)))


def _pair_shown(program: Program, guarantee: Guarantee) -> Shows:
    kind = guarantee.kind

    def shows(one: Seen, other: Seen) -> bool:
        a, b = one.result, other.result
        if a is None or b is None:
            return False
        if kind == "same_for":
            return (a[0], a[2]) != (b[0], b[2])
        if kind == "kept_by":
            return (a[0], b[0]) == (1, 0)
        if (a[0], b[0]) != (1, 1):
            return False
        if kind == "no_cliff":
            return abs(a[2] - b[2]) > guarantee.at_most
        return b[2] < a[2] if kind == "rises_with" else b[2] > a[2]

    return shows


# -- parts ------------------------------------------------------------------------------------------------------------


def results(program: Program) -> tuple[Core, ...]:
    """Return the nodes of eligibility, tier and, where there is one, amount."""
    return (program.eligible_core, program.tier_core, *([program.amount_core] if program.amount_core else []))


def make(pinned: Pinned, op: str, *args: Core) -> Core:
    """Return a node, simplified."""
    return simplified(pinned.builder, pinned.builder.make(op, *args))


def both(pinned: Pinned, *conditions: Core) -> Core:
    """Return that all conditions hold."""
    node = conditions[0]
    for condition in conditions[1:]:
        node = make(pinned, "and", node, condition)
    return node


def different(pinned: Pinned, one: tuple[Core, ...], other: tuple[Core, ...]) -> Core:
    """Return that two results differ: in eligibility, or among the eligible in what follows."""
    unequal = [make(pinned, "not", make(pinned, "eq", a, b)) for a, b in zip(one, other, strict=True)]
    node = pinned.builder.const(0)
    for part in unequal[1:]:
        node = make(pinned, "or", node, part)
    return make(pinned, "or", unequal[0], both(pinned, one[0], node))
