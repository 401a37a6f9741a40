"""Criteria, tiers and the amount: their tree as it is written, with every condition typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from policies.language.compile import NEVER, minor_units
from policies.language.declare import checked_name, constant_of
from policies.language.findings import PolicyError
from policies.language.model import (
    AmountDef,
    Criterion,
    Group,
    Leaf,
    Tier,
)
from policies.language.naming import Names, SkippedError
from policies.language.reader import Node, Scalar
from policies.language.schema import (
    CERTAINTIES,
    both,
    entries,
    fields,
    identifier,
    items,
    mapping,
    one_of,
    refuse,
    scalar,
    source_of,
    whole,
)
from policies.language.typed import CHOICE, MONEY, Symbol, Type
from policies.language.types import Checker

_TREE_KINDS = ("all_of", "any_of", "not", "at_least")


@dataclass(slots=True)
class Criteria(Names):
    """Reads what a decision requires and pays."""

    def leaf(self, node: Node, what: str) -> Leaf:
        """Read one requirement."""
        values = fields(node, what, "id when clause zh en certainty source")
        certainty = one_of(values["certainty"], "certainty", CERTAINTIES)
        clause = self.clause_of(values, certainty)
        try:
            name = identifier(values["id"], "id")
            if name in self.leaf_ids:
                raise refuse(values["id"].at, f"the id {name} stands twice; ids are unique", f"编号 {name} 重复")
            self.leaf_ids.add(name)
            when = self.condition(scalar(values["when"], "when"))
            source = source_of(values)
            return Leaf(name, clause, both(values, what), certainty, source, when, NEVER)
        except PolicyError as error:
            raise (error if isinstance(error, SkippedError) else error.with_clause(clause)) from error

    def tree(self, node: Node, what: str) -> Criterion | None:
        """Read a tree of criteria; None when a part of it failed (and was reported)."""
        keys = {key.value for key, _ in mapping(node, what).items}
        kind = next((kind for kind in _TREE_KINDS if kind in keys), None)
        if kind is None:
            with self.problems.collecting():
                return self.leaf(node, what)
            return None
        values = fields(node, what, f"{kind} of" if kind == "at_least" else kind, "zh en")
        if kind == "not":
            parts: tuple[Node, ...] = (values["not"],)
        else:
            parts = items(values["of"] if kind == "at_least" else values[kind], kind)
        if not parts:
            raise refuse(node.at, f"{kind} of nothing; list at least one criterion", f"{kind} 不可为空")
        children = [self.tree(part, kind) for part in parts]
        least = whole(values["at_least"], "at_least", 1, len(parts)) if kind == "at_least" else 0
        text = both(values, what) if "zh" in values or "en" in values else None
        present = tuple(child for child in children if child is not None)
        return Group(kind, present, least, NEVER, text) if len(present) == len(children) else None

    def tiers(self, node: Node | None) -> tuple[Tier, ...]:
        """Read the tiers, and declare `tier` and what they set."""
        found: list[Tier] = []
        for item in items(node, "tiers"):
            values = fields(item, "a tier", "id requires zh en", "set")
            settings = {}
            for key, value in entries(values.get("set"), "set"):
                if not found:
                    checked_name(key, self.scope.symbols)
                settings[key.value] = self.check(scalar(value, key.value))
            requires = self.tree(values["requires"], "requires")
            if requires is not None:
                tier = Tier(identifier(values["id"], "id"), both(values, "a tier"), requires, settings)
                self._like_first(found, tier, item)
                found.append(tier)
        if found:
            choices = tuple(tier.id for tier in found)
            self.scope.symbols["tier"] = Symbol("tier", "tier", Type(CHOICE, "", choices))
            for name, typed in found[0].settings.items():
                self.scope.symbols[name] = Symbol(name, "set", typed.type)
        return tuple(found)

    def _like_first(self, found: list[Tier], tier: Tier, node: Node) -> None:
        if any(other.id == tier.id for other in found):
            raise refuse(node.at, f"the tier {tier.id} stands twice", f"等级 {tier.id} 重复")
        if found:
            first = {name: typed.type for name, typed in found[0].settings.items()}
            if {name: typed.type for name, typed in tier.settings.items()} != first:
                raise refuse(
                    node.at, "every tier sets the same names with the same types", "各等级的 set 应含相同名称和类型"
                )

    def amount(self, node: Node | None) -> AmountDef | None:
        """Read the amount."""
        if node is None:
            return None
        values = fields(node, "amount", "formula round clause zh en certainty source")
        certainty = one_of(values["certainty"], "certainty", CERTAINTIES)
        clause = self.clause_of(values, certainty)
        how = scalar(values["round"], "round")
        match = re.fullmatch(r"(down|up|half_up|half_even) to (.+)", how.value)
        if match is None:
            raise refuse(how.at, f'found {how.value!r}; expected "down to 100元"', "round 应如“down to 100元”")
        unit = constant_of(
            Scalar(match[2], how.at.moved(match.start(2)), how.quoted), Type(MONEY, self.currency), "round"
        )
        formula = self.check(scalar(values["formula"], "formula"))
        Checker({}).want(formula, Type(MONEY, self.currency))
        source = source_of(values)
        return AmountDef(
            formula, match[1], minor_units(unit, how.at), clause, both(values, "amount"), certainty, source
        )
