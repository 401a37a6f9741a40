"""The validator: the flows that run have no finding, and each way of breaking one is found and named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from viewflow import this
from viewflow.workflow import flow as stock
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock, no_lock

from subsidy.accounts.enums import Role
from subsidy.work.enums import Duty
from workflows.case.flow import CaseR3V1
from workflows.checks import PROOFS, check_flows, free_acts_of
from workflows.common.acts import Act
from workflows.common.duties import APART
from workflows.common.graph import edges, findings, reach, skipped
from workflows.common.nodes import End, Human, Join, Seats, Standing, Start, Switch, verdict
from workflows.common.routes import all_routes
from workflows.common.turn import Turn
from workflows.payout_batch.flow import PREPARE

Nodes = dict[str, Any]
MUST = {"paid": ("accept", "join", "approve")}


def nothing(_turn: Turn) -> None:
    """A step that changes nothing: only the graph is judged here."""


def act(name: str, role: Role = Role.ACCEPTANCE, **kwargs: Any) -> Act:
    return Act(name, name, nothing, role=role, **{"duty": Duty.CHECKS_ACCEPTANCE, **kwargs})


def human(name: str, role: Role = Role.ACCEPTANCE, *acts: Act) -> Human:
    return Human(state=name, title=name, role=role, acts=acts or (act(f"do_{name}", role),))


def sound() -> Nodes:
    """A small flow with a correction loop and a panel, and nothing wrong with it."""
    return {
        "lock_impl": SelectForUpdateLock(nowait=False, attempts=1),
        "start": Start().Next(this.accept),
        "accept": human("accept").Next(this.accepted),
        "accepted": Switch().Case(this.split, verdict("yes")).Case(this.mend, verdict("mend")).Default(this.refused),
        "mend": human("mend").Next(this.accept),
        "split": Seats(people=lambda _turn: [1, 2]).Next(this.score),
        "score": human("score", Role.EXPERT).Next(this.join),
        "join": Join().Next(this.joined),
        "joined": Switch().Case(this.approve, verdict("yes")).Default(this.rejected),
        "approve": human("approve", Role.LEADER).Next(this.paid),
        "paid": End(state="paid", title="paid"),
        "refused": End(state="refused", title="refused"),
        "rejected": End(state="rejected", title="rejected"),
    }


def made(nodes: Nodes) -> type[Flow]:
    return type(Flow)("Mutant", (Flow,), {"__module__": "workflows.case.flow", "__doc__": "Mutant", **nodes})


def jump_out_of_a_branch(nodes: Nodes) -> None:
    nodes["score"] = human("score", Role.EXPERT).Next(this.left)
    nodes["left"] = Switch().Case(this.join, verdict("yes")).Default(this.approve)


def edge_into_a_region(nodes: Nodes) -> None:
    nodes["mend"] = human("mend").Next(this.score)


def skipped_approval(nodes: Nodes) -> None:
    nodes["joined"] = Switch().Case(this.approve, verdict("yes")).Default(this.paid)
    del nodes["rejected"]


def no_decision_after_the_join(nodes: Nodes) -> None:
    nodes["join"] = Join().Next(this.approve)
    del nodes["joined"], nodes["rejected"]


def end_inside_a_branch(nodes: Nodes) -> None:
    nodes["score"] = human("score", Role.EXPERT).Next(this.left)
    nodes["left"] = Switch().Case(this.join, verdict("yes")).Default(this.gone)
    nodes["gone"] = End(state="gone", title="gone")


def endless_loop(nodes: Nodes) -> None:
    nodes["mend"] = human("mend").Next(this.again)
    nodes["again"] = human("again").Next(this.mend)


def one_join_for_two_splits(nodes: Nodes) -> None:
    nodes["mend"] = Seats(people=lambda _turn: [1]).Next(this.second)
    nodes["second"] = human("second", Role.EXPERT).Next(this.join)


def wrong_lock(nodes: Nodes) -> None:
    nodes["lock_impl"] = no_lock


def unreachable(nodes: Nodes) -> None:
    nodes["island"] = human("island").Next(this.paid)


def dead_end(nodes: Nodes) -> None:
    nodes["approve"] = human("approve", Role.LEADER)
    del nodes["paid"]


def two_starts(nodes: Nodes) -> None:
    nodes["other"] = Start().Next(this.accept)


def branch_back_to_the_split(nodes: Nodes) -> None:
    nodes["score"] = human("score", Role.EXPERT).Next(this.left)
    nodes["left"] = Switch().Case(this.join, verdict("yes")).Default(this.split)


def join_without_a_split(nodes: Nodes) -> None:
    nodes["accepted"] = Switch().Case(this.score, verdict("yes")).Case(this.mend, verdict("m")).Default(this.refused)
    del nodes["split"]


def stock_node(nodes: Nodes) -> None:
    nodes["joined"] = stock.If(lambda _a: True).Then(this.approve).Else(this.rejected)


def no_duty(nodes: Nodes) -> None:
    nodes["approve"] = human("approve", Role.LEADER, act("yes", Role.LEADER, duty=None)).Next(this.paid)


def no_act(nodes: Nodes) -> None:
    nodes["approve"] = Human(state="approve", title="approve", role=Role.LEADER, acts=()).Next(this.paid)


def act_of_another_role(nodes: Nodes) -> None:
    nodes["approve"] = human("approve", Role.LEADER, act("yes", Role.AMOUNT)).Next(this.paid)


def act_of_the_system(nodes: Nodes) -> None:
    nodes["approve"] = Human(
        state="approve",
        title="approve",
        role=Role.LEADER,
        acts=(Act("yes", "yes", nothing, system=True, duty=Duty.APPROVES),),
    ).Next(this.paid)


def company_waits_for_an_officer(nodes: Nodes) -> None:
    nodes["mend"] = Human(state="mend", title="mend", acts=(act("mend"),)).Next(this.accept)


MUTANTS: list[tuple[Callable[[Nodes], None], str]] = [
    (jump_out_of_a_branch, "enters between split and join"),
    (edge_into_a_region, "the edge mend → score enters between split and join"),
    (skipped_approval, "a way from start to paid avoids approve; close it"),
    (no_decision_after_the_join, "join must be followed by one switch"),
    (end_inside_a_branch, "gone ends the matter between split and join"),
    (endless_loop, "mend never reaches an end"),
    (one_join_for_two_splits, "join joins both mend and split; give each its own"),
    (wrong_lock, "lock_impl must be SelectForUpdateLock(nowait=False"),
    (unreachable, "island is never reached"),
    (dead_end, "approve is a dead end"),
    (two_starts, "needs exactly one start"),
    (branch_back_to_the_split, "a branch of split leads back to it before join"),
    (join_without_a_split, "join joins what nothing has split"),
    (stock_node, "joined is a If: use the nodes of workflows.common.nodes"),
    (no_duty, "approve: act yes names no duty"),
    (no_act, "approve waits for a person but offers no act"),
    (act_of_another_role, "approve: act yes is for role amount, the work item goes to leader"),
    (act_of_the_system, "approve: act yes is for system actors"),
    (company_waits_for_an_officer, "mend: the node waits for the company, act mend does not"),
]


def test_the_small_flow_itself_is_sound() -> None:
    assert findings(made(sound()), required=MUST) == []


@pytest.mark.parametrize(("mutation", "expected"), MUTANTS, ids=[mutation.__name__ for mutation, _text in MUTANTS])
def test_a_broken_flow_is_found(mutation: Callable[[Nodes], None], expected: str) -> None:
    nodes = sound()
    mutation(nodes)
    required = {goal: must for goal, must in MUST.items() if goal in nodes}
    found = findings(made(nodes), required=required)
    assert any(expected in text for text in found), found
    assert all(text.startswith("Mutant") for text in found), found


def test_an_undefined_node_is_refused_by_the_class_itself() -> None:
    nodes = sound()
    nodes["mend"] = human("mend").Next(this.nowhere)
    with pytest.raises((AttributeError, ValueError), match="nowhere"):
        edges(made(nodes))


def test_a_goal_or_a_stage_that_does_not_exist_is_no_proof() -> None:
    assert findings(made(sound()), required={"gone": ("accept",)}) == [
        "Mutant: goal gone does not exist; correct the list of required stages"
    ]
    assert skipped(edges(made(sound())), "start", "paid", ["nowhere"]) == ["nowhere"]


def test_every_registered_flow_holds_and_has_a_proof() -> None:
    assert check_flows(None) == []
    assert {flow for _kind, _route, _version, flow in all_routes()} == set(PROOFS)
    for flow in PROOFS:
        assert findings(flow, required=PROOFS[flow], free_acts=free_acts_of(flow)) == []


@pytest.mark.parametrize("stage", PROOFS[CaseR3V1]["paid"])
def test_each_stage_of_a_case_is_really_needed_for_its_proof(stage: str) -> None:
    """A shortcut round the stage is found: the proof does not hold by chance."""
    graph = {name: list(targets) for name, targets in edges(CaseR3V1).items()}
    assert skipped(graph, "start", "paid", [stage]) == []
    on_the_way = reach("start", graph, stop=[stage])
    before = next(name for name, targets in graph.items() if stage in targets and name in on_the_way)
    graph[before] += graph[stage]
    assert skipped(graph, "start", "paid", [stage]) == [stage]


def duty_of(flow: type[Flow], node: str) -> set[Duty]:
    found = flow.instance.node(node, no_obsolete=True)
    assert isinstance(found, Standing)
    return {duty for one in found.acts if (duty := one.duty) is not None}


def test_payment_takes_three_people_and_approval_others_than_the_checks() -> None:
    flows = {flow.__name__: flow for flow in PROOFS}
    batch, round_ = flows["BatchV1"], flows["RoundV1"]
    (prepares,), (checks,), (releases,) = {PREPARE.duty}, duty_of(batch, "check"), duty_of(batch, "release")
    assert prepares is not None
    for one, other in ((prepares, checks), (prepares, releases), (checks, releases)):
        assert other in APART[one] and one in APART[other]
    (accepts,) = duty_of(CaseR3V1, "acceptance")
    (amounts,) = duty_of(CaseR3V1, "amount_check")
    (approves,), (publishes,), (decrees,) = (duty_of(round_, name) for name in ("meeting", "publication", "decree"))
    for one, other in ((accepts, amounts), (accepts, approves), (amounts, approves)):
        assert other in APART[one]
    for decides in (approves, publishes, decrees):
        assert {prepares, checks, releases} <= APART[decides]
    assert {publishes, decrees} <= APART[approves]


def test_apart_is_symmetric_and_nobody_is_apart_from_themselves() -> None:
    for duty, others in APART.items():
        assert duty not in others
        assert all(duty in APART[other] for other in others)
