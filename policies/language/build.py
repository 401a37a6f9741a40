"""From the texts of a pack to a `Pack`: the skeleton is read, every expression checked, each program lowered once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypedDict

from policies.language.compile import Compiler, order_of
from policies.language.criteria import Criteria
from policies.language.findings import Position, Text
from policies.language.guarantees import read_guarantee, stage_of
from policies.language.lowered import Num
from policies.language.model import (
    AllocationDef,
    AmountDef,
    Criterion,
    DocumentDef,
    FactDef,
    Leaf,
    Pack,
    Program,
    Tier,
)
from policies.language.reader import Node, Scalar, read_yaml
from policies.language.route import read_route
from policies.language.schema import (
    Fields,
    both,
    day,
    entries,
    fields,
    fiscal_start,
    identifier,
    items,
    one_of,
    read_allocation,
    read_clauses,
    read_document,
    read_manual,
    read_notice,
    read_undertaking,
    refuse,
    scalar,
    text_of,
    whole,
)
from policies.language.schema_money import (
    read_funding,
    read_instalments,
    read_recovery,
    read_redundant,
    read_stacking,
)
from policies.language.schema_recognition import read_recognition
from policies.language.source import PackSource, content_hash
from policies.language.terms import FundingSplit, Guarantee, Instalment, Recovery, Redundant, Stacking
from policies.language.units import CURRENCIES

_REQUIRED = "code version title currency effective decides_on facts route document cases"
_OPTIONAL = (
    "fiscal_year_start sections records parameters define tables vetoes eligibility tiers amount stages allocation "
    "undertakings manual documents notice no_notice_reason instalments funding_split stacking recovery guarantees "
    "redundant recognition"
)


class _Terms(TypedDict):
    instalments: tuple[Instalment, ...]
    funding_split: FundingSplit | None
    stacking: tuple[Stacking, ...]
    recovery: tuple[Recovery, ...]
    redundant: tuple[Redundant, ...]


@dataclass(slots=True)
class _Build(Criteria):
    main: Program | None = None
    compiler: Compiler | None = None
    promises: dict[str | None, list[Node]] = field(default_factory=dict)
    guarantees: list[Guarantee] = field(default_factory=list)

    def program(
        self, values: Fields, stage: str | None, extra: Mapping[str, FactDef], on: str, title: Text
    ) -> Program:
        """Read the criteria of one decision and lower them. The vetoes of the pack hold in every stage."""
        vetoes = list(self.main.vetoes) if self.main else []
        for item in items(values.get("vetoes"), "vetoes"):
            with self.problems.collecting():
                vetoes.append(self.leaf(item, "a veto"))
        tree_node = values.get("eligibility")
        tree = None if tree_node is None else self.tree(tree_node, "eligibility")
        tiers = self.tiers(values.get("tiers"))
        amount = None
        with self.problems.collecting():
            amount = self.amount(values.get("amount"))
        self.problems.finish()
        if tree is None and not tiers:
            raise refuse(values.at, "expected eligibility or tiers", "应有 eligibility 或 tiers")
        facts = {**self.facts, **extra}
        compiler = Compiler(facts, self.records, self.parameters, self.definitions, self.tables, on, self.fiscal_start)
        self.compiler = self.compiler or compiler
        program = self._lowered(compiler, stage, title, on, vetoes, tree, tiers, amount, values.at)
        for node in self.promises.pop(stage, ()):
            with self.problems.collecting():
                self.guarantees.append(read_guarantee(node, program, compiler, self.currency))
        return program

    def _lowered(
        self, compiler: Compiler, stage: str | None, title: Text, on: str, vetoes: list[Leaf],
        tree: Criterion | None, tiers: tuple[Tier, ...], amount: AmountDef | None, at: Position,
    ) -> Program:  # fmt: skip
        for name in self.order:
            compiler.lowered(name)
        lowered_vetoes = tuple(compiler.leaf(veto) for veto in vetoes)
        lowered_tree = None if tree is None else compiler.criterion(tree)
        lowered_tiers = tuple(replace(tier, requires=compiler.criterion(tier.requires)) for tier in tiers)
        compiler.settings(lowered_tiers)
        tier = compiler.tier(lowered_tiers)
        if lowered_tiers:
            compiler.lowerer.names["tier"] = Num(tier)
        eligible = compiler.eligible(lowered_vetoes, lowered_tree, lowered_tiers)
        amount_core = None if amount is None else compiler.amount(amount, eligible)
        for name in [*self.definitions, *self.tables, *self.parameters, *compiler.facts]:
            if name in compiler.facts and compiler.facts[name].kind == "text":
                continue
            # Lowering a name that no criterion reads finds its faults too.
            compiler.lowered(name)
        roots = [eligible, tier, *([] if amount_core is None else [amount_core])]
        return Program(
            stage=stage, title=title, decides_on=on, facts=compiler.facts, symbols=dict(self.scope.symbols),
            names=dict(compiler.lowerer.names), tables=compiler.table_cores, lists=compiler.lists,
            lets=order_of(roots), vetoes=lowered_vetoes, eligibility=lowered_tree, tiers=lowered_tiers, amount=amount,
            eligible_core=eligible, tier_core=tier, amount_core=amount_core, at=at,
        )  # fmt: skip

    def stage(self, key: Scalar, node: Node, effective_from: date) -> Program:
        """Read a later decision: own facts, tree, tiers and amount over the same names."""
        name = identifier(key, "a stage")
        values = fields(
            node, f"the stage {name}", "after zh en decides_on", "repeats until facts vetoes eligibility tiers amount"
        )
        outer = self.scope.symbols
        tier_names = {s.name for s in outer.values() if s.role in ("tier", "set")}
        self.scope.symbols = {n: s for n, s in outer.items() if n not in tier_names}
        try:
            extra: dict[str, FactDef] = {}
            self.read_facts(values.get("facts"), extra, self.scope.symbols)
            on = scalar(values["decides_on"], "decides_on").value
            until = day(values["until"], "until") if "until" in values else None
            pinned = self._pinned(on, {**self.facts, **extra}, values["decides_on"].at, effective_from, until)
            extra[on] = pinned
            program = self.program(values, name, extra, on, both(values, name))
        finally:
            self.scope.symbols = outer
        repeats = whole(values["repeats"], "repeats", 1, 100) if "repeats" in values else 1
        after = scalar(values["after"], "after").value
        return replace(program, after=after, repeats=repeats, until=until)

    def _pinned(self, on: str, facts: Mapping[str, FactDef], at: Position, since: date, until: date | None) -> FactDef:
        """Return the deciding date, its range clipped to the days on which this version decides."""
        fact = facts.get(on)
        if fact is None or fact.kind != "date" or fact.optional:
            raise refuse(
                at, f"decides_on: {on} is no date fact that always exists", f"decides_on：{on} 不是必有的日期事实"
            )
        last = fact.maximum if until is None else min(fact.maximum, until.toordinal())
        first = max(fact.minimum, since.toordinal())
        if first > last:
            raise refuse(at, f"decides_on: {on} has no day in force", f"decides_on：{on} 没有有效日期")
        return replace(fact, minimum=first, maximum=last)

    # -- the rest ----------------------------------------------------------------------------------------------------

    def document_defs(self, node: Node | None) -> tuple[DocumentDef, ...]:
        found = []
        for item in items(node, "documents"):
            values = fields(item, "a document", "id zh en required")
            required = scalar(values["required"], "required")
            plainly = required.value in ("yes", "no")
            when = None if plainly else self.condition(required)
            assert self.compiler is not None
            core = None if when is None else self.compiler.lowerer.condition(when)
            found.append(
                DocumentDef(
                    identifier(values["id"], "id"), both(values, "a document"), required.value == "yes", when, core
                )
            )
        return tuple(found)

    def _negative_rounds(self) -> tuple[Position, ...]:
        assert self.compiler is not None
        return tuple(dict.fromkeys(self.compiler.builder.negative_rounds))

    def _terms(self, top: Fields, stages: Mapping[str, Program]) -> _Terms:
        """Read on which terms the pack pays; ratings may be facts of the pack or of a stage."""
        facts = {name: fact for stage in stages.values() for name, fact in stage.facts.items()} | dict(self.facts)
        return {
            "instalments": read_instalments(top.get("instalments"), facts, self.cite),
            "funding_split": read_funding(top.get("funding_split"), self.currency, self.cite),
            "stacking": read_stacking(top.get("stacking")),
            "recovery": read_recovery(top.get("recovery"), self.cite),
            "redundant": read_redundant(top.get("redundant"), self.leaf_ids),
        }

    def allocation(self, node: Node | None) -> AllocationDef | None:
        if node is None:
            return None
        allocation = read_allocation(node)
        self.cite(allocation.clause, node.at, "")
        return allocation

    def head(self, root: Node) -> tuple[Fields, date, date | None]:
        """Read what everything else depends on."""
        top = fields(root, "the policy", _REQUIRED, _OPTIONAL)
        self.currency = one_of(top["currency"], "currency", CURRENCIES)
        effective = fields(top["effective"], "effective", "from to")
        since, last = day(effective["from"], "effective.from"), scalar(effective["to"], "effective.to")
        until = None if last.value == "null" else day(last, "effective.to")
        if until is not None and until < since:
            raise refuse(last.at, "effective ends before it starts", "有效期的结束早于开始")
        self.fiscal_start = fiscal_start(top.get("fiscal_year_start"))
        return top, since, until

    def pack(self, root: Node) -> Pack:
        """Read everything; raises PolicyError with all findings."""
        top, since, until = self.head(root)
        self.declare(top)
        self.problems.finish()
        on = scalar(top["decides_on"], "decides_on")
        self.facts[on.value] = self._pinned(on.value, self.facts, on.at, since, until)
        title = text_of(top["title"], "title")
        for item in items(top.get("guarantees"), "guarantees"):
            self.promises.setdefault(stage_of(item), []).append(item)
        main = self.main = self.program(top, None, {}, on.value, title)
        stages = {}
        for key, value in entries(top.get("stages"), "stages"):
            with self.problems.collecting():
                stages[key.value] = self.stage(key, value, since)
        self.problems.finish()
        for stage, nodes in self.promises.items():
            raise refuse(nodes[0].at, f"there is no stage {stage}", f"没有阶段 {stage}")
        return self._assemble(top, root, title, since, until, main, stages)

    def _assemble(
        self, top: Fields, root: Node, title: Text, since: date, until: date | None, main: Program,
        stages: Mapping[str, Program],
    ) -> Pack:  # fmt: skip
        clauses = read_clauses(self.source.source, self.source.file("source.md"))
        manual = tuple(read_manual(item) for item in items(top.get("manual"), "manual"))
        undertakings = tuple(read_undertaking(item) for item in items(top.get("undertakings"), "undertakings"))
        for item in manual:
            self.cite(item.clause, top.at, "")
        for undertaking in undertakings:
            if undertaking.clause:
                self.cite(undertaking.clause, top.at, "")
        terms = self._terms(top, stages)
        grounds = {one.term.id for one in terms["recovery"]}
        for undertaking in undertakings:
            if undertaking.ground and undertaking.ground not in grounds:
                raise refuse(
                    top.at,
                    f"the undertaking {undertaking.id} names no ground of recovery: {undertaking.ground}",
                    f"承诺 {undertaking.id} 所写 ground 不是追回情形：{undertaking.ground}",
                )
        notice, reason = top.get("notice"), top.get("no_notice_reason")
        if (notice is None) == (reason is None):
            raise refuse(
                top.at, "write either notice or no_notice_reason", "notice 与 no_notice_reason 须写且只写其一"
            )
        recognition = read_recognition(top.get("recognition"), main.tiers, stages, self.cite)
        version = scalar(top["version"], "version")
        if not re.fullmatch(r"\d{4}\.\d{1,3}", version.value):
            raise refuse(version.at, f"found {version.value!r}; expected YEAR.NUMBER", "version 应如 2024.1")
        return Pack(
            code=identifier(top["code"], "code"), version=version.value, title=title, currency=self.currency,
            decimals=CURRENCIES[self.currency], fiscal_year_start=self.fiscal_start, effective_from=since,
            effective_to=until, decides_on=main.decides_on, sections=self.sections, facts=self.facts,
            records=self.records, parameters=self.parameters, definitions=self.definitions, tables=self.tables,
            program=main, stages=stages, clauses=clauses, undertakings=undertakings, manual=manual,
            documents=self.document_defs(top.get("documents")), route=read_route(top["route"], self.currency),
            notice=None if notice is None else read_notice(notice),
            no_notice_reason=None if reason is None else scalar(reason, "no_notice_reason").value,
            allocation=self.allocation(top.get("allocation")), document=read_document(top["document"]),
            content_hash=content_hash(root, self.source.source), assumed_clauses=tuple(sorted(self.assumed)),
            clause_uses=tuple(self.uses),
            negative_rounds=self._negative_rounds(), guarantees=tuple(self.guarantees), recognition=recognition,
            **terms,
        )  # fmt: skip


def parse_pack(source: PackSource) -> Pack:
    """Return the pack of the texts; raises PolicyError with every finding that could be made."""
    return parse_tree(source, read_yaml(source.policy, source.file("policy.yaml")))


def parse_tree(source: PackSource, root: Node) -> Pack:
    """Return the pack whose policy.yaml is read already as `root`; raises PolicyError like `parse_pack`."""
    return _Build(source).pack(root)


def load_pack(folder: Path) -> Pack:
    """Return the pack of one version folder (policy.yaml, source.md, cases.yaml); raises PolicyError."""
    return parse_pack(PackSource.from_folder(folder))
