"""Everybody, at every place where a matter can stand, trying every act: what the door answers is what the design says.

The combinations come from the flows themselves, so a new act, node or role is in the matrix without being listed. Every
attempt is undone, so that the next one meets the same world.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from django.db import transaction

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.services import system_actor
from subsidy.cases.models import Case
from subsidy.decisions.models import Objection, RoundRow
from subsidy.reviews.models import ExpertProfile
from tests.workflows.sending import Data, Place
from tests.workflows.staff import Person, judged, officers
from tests.workflows.test_stages import Bureau
from tests.workflows.walked import ROUTES, Walk, node_of, units_people
from tests.world import World, fresh, pdf
from workflows.common import door
from workflows.common.acts import Act
from workflows.common.nodes import Standing
from workflows.common.refusals import Refused
from workflows.common.subjects import Kind, kind_named
from workflows.common.turn import Origin

# Somebody at a page who has just shown a second factor.
PAGE = Origin(surface="page", proven=True)


def acts_of(kind: Kind) -> list[Act]:
    """Every act that the kind knows, at its nodes or free."""
    found = {act.name: act for act in kind.free_acts}
    for flow in kind.flows.values():
        for node in flow.instance.nodes():
            found |= {act.name: act for act in (node.acts if isinstance(node, Standing) else ())}
    return list(found.values())


def own_acts(kind: Kind, place: Place) -> list[Act]:
    """The acts of the route on which the matter of this place is: one name may be another role's on another route."""
    flow = kind.flows[place.subject.route, place.subject.route_version]
    nodes = [node for node in flow.instance.nodes() if isinstance(node, Standing)]
    found = {act.name: act for act in kind.free_acts} | {act.name: act for node in nodes for act in node.acts}
    return list(found.values())


def attempts(
    kind: Kind,
    places: list[Place],
    data: Any,
    steps: dict[tuple[str, str], str],
    acts: Callable[[Kind, Place], list[Act]] = lambda kind, _place: acts_of(kind),
) -> Iterator[str]:
    """Every combination that answers otherwise than it must, in words.

    Who has a part in this kind of matter tries everything everywhere; the others, whose answers do not depend on the
    place, take turns, so that each tries each act. `steps` names, by (node, act), what the step itself refuses although
    this person may come to it.
    """
    for at, place in enumerate(places):
        for number, act in enumerate(acts(kind, place)):
            for person in _trying(kind, act, place.people, at, number):
                expected = _expected(kind, act, place, person)
                if expected == "done":
                    expected = steps.get((place.node.name if place.node else "", act.name), "done")
                got = _attempt(kind, act, place, person, data)
                _seen[expected] += 1
                if got != expected:
                    where = place.node.name if place.node else "ended"
                    yield f"{kind.name} at {where}: {act.name} by {person.label}: {got}, must be {expected}"


_seen: Counter[str] = Counter()
OTHERS_AT_ONCE = 5


# Nodes where the matter waits for people to whom it was given: no pool, or one pool a unit.
SEATS, OF_UNITS = frozenset({"score"}), frozenset({"recommendation", "co_review"})


def acts_there(_kind: Kind, place: Place) -> list[Act]:
    """The acts of the place's own node: what is the route's own where the rest was tried in full on another route."""
    return list(place.node.acts) if place.node else []


def _known(kind: Kind, act: Act, subject: Any) -> bool:
    """Whether the matter's own route has the act at all."""
    free = kind.free_act(act.name) is not None
    return free or act.name in _of_route(kind.name, subject.route, subject.route_version)


@cache
def _of_route(kind: str, route: str, version: int) -> frozenset[str]:
    nodes = kind_named(kind).flows[route, version].instance.nodes()
    return frozenset(act.name for node in nodes if isinstance(node, Standing) for act in node.acts)


@cache
def _parts(kind: str) -> frozenset[Role]:
    """The roles that have a part in matters of the kind."""
    found = kind_named(kind)
    nodes = [node for flow in found.flows.values() for node in flow.instance.nodes() if isinstance(node, Standing)]
    roles = {act.role for act in acts_of(found)} | {node.role for node in nodes}
    return frozenset(role for role in roles if role is not None)


def _trying(kind: Kind, act: Act, people: list[Person], at: int, number: int) -> list[Person]:
    """Those with a part in the kind, and at each place and act the next few of the others.

    What only jobs may do is refused before anybody is looked at: the next few of all and the system try it.
    """
    parts = _parts(kind.name)
    active = [person for person in people if person.member or person.roles & parts or person.elsewhere]
    others = [person for person in people if person not in active]
    first = at * OTHERS_AT_ONCE + number
    if act.system:
        active, others = [person for person in people if person.user.kind == UserKind.SYSTEM], people
    return active + [others[(first + step) % len(others)] for step in range(OTHERS_AT_ONCE)]


def _expected(kind: Kind, act: Act, place: Place, person: Person) -> str:
    node = place.node
    role, possible, seated = act.role, True, person.user.pk in place.seated
    if kind.flows and not _known(kind, act, place.subject):
        return "not_found"
    if act.pooled:
        pool = node.role if node is not None and node.task_type == "HUMAN" and node.name not in SEATS else None
        if node is not None and node.name in OF_UNITS and not seated:
            pool = None  # the pool of another unit
        # Nobody holds the matter, so there is nothing to give back.
        role, possible = pool, act.name in ("claim", "ask_company", "write_note")
    elif act.name == "reassign":
        possible = False  # nobody holds it, so that sending it back to its pool changes nothing
    elif kind.free_act(act.name) is None:
        possible = node is not None and node.act(act.name) is not None
    elif act.states:
        possible = place.subject.state in act.states
    return judged(act, person, role=role, possible=possible, seated=seated)


def _attempt(kind: Kind, act: Act, place: Place, person: Person, data: Any) -> str:
    content, files = data(place, act)
    try:
        with transaction.atomic():
            door.perform(
                kind.name,
                place.subject.pk,
                act.name,
                actor=person.user,
                now=data.world.now,
                key=data.world.key(),
                data=content,
                files=files,
                origin=PAGE,
            )
            transaction.set_rollback(True)
    except Refused as refusal:
        return refusal.code
    return "done"


def _turned(people: list[Person], by: int) -> list[Person]:
    """The same people beginning with another one, so that at each place others take their turn."""
    return people[by % len(people) :] + people[: by % len(people)]


# In which route a case is tried in full at which nodes; elsewhere everybody tries what belongs to the place.
IN_FULL: Mapping[str, frozenset[str]] = {
    "R0": frozenset({"round"}),
    "R1": frozenset({"sample_check"}),
    "R2": frozenset(),
    "R3": frozenset({"draft", "acceptance", "correction", "score", "amount_check", "payment", "ended"}),
    "R4": frozenset({"recommendation", "visit", "visit_signature", "co_review", "upper", "account"}),
    "R5": frozenset({"agreement", "agreement_signature", "milestone", "completion"}),
}
# Only an agreement has the company report on a part; only what a rule decided is drawn for a check.
NEVER_THERE: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("R2", "R3", "R4"), frozenset({"milestone", "sample_check"})),
    **dict.fromkeys(("R0", "R1"), frozenset({"milestone"})),
    "R5": frozenset({"sample_check"}),
}


def _names(flow: Any) -> set[str]:
    return {node.name for node in flow.instance.nodes() if isinstance(node, Standing)}


def test_every_node_of_every_route_is_tried_in_full_somewhere() -> None:
    flows = {route: flow for (route, _version), flow in kind_named("case").flows.items()}
    assert set(flows) == set(IN_FULL) == set(ROUTES)
    assert set().union(*IN_FULL.values()) == set().union(*map(_names, flows.values())) | {"ended"}
    for route, names in IN_FULL.items():
        assert names <= _names(flows[route]) - NEVER_THERE[route] | {"ended"}, route


# What the step itself refuses to those who may come to it, wherever the case stands (no node) or at one node.
CASE_STEPS: Mapping[tuple[str, str], str] = {
    # No letter is issued yet, so that there is none to open or to serve; at the counter the slip is missing as well.
    ("", "serve_letter"): "not_found",
    ("", "serve_by_post"): "not_found",
    ("", "announce_letter"): "not_found",
    ("", "serve_at_counter"): "data",
    # No package is being made, and no data name one; tests/subsidy/console/test_archive.py has one kept.
    ("", "keep_archive"): "data",
    ("", "stop_archive"): "state",
    # This policy asks for no list; test_lists tries these acts where there is one.
    ("", "save_record"): "data",
    ("", "remove_record"): "data",
    ("", "confirm_list"): "data",
    # The totals do not lie far apart, every seat is filled, and the experts still have time.
    ("score", "note_panel"): "not_found",
    ("score", "draw_further"): "state",
    ("score", "conclude_panel"): "state",
}
# Only an offer can be questioned or declined.
NO_OFFER: Mapping[tuple[str, str], str] = {
    ("round", "question_offer"): "state",
    ("round", "decline_offer"): "state",
}


# The route with most stages in every run, the others with what takes long.
@pytest.mark.parametrize(
    "route", [pytest.param(one, marks=[] if one == "R3" else [pytest.mark.long]) for one in sorted(ROUTES)]
)
def test_everybody_tries_every_act_on_a_case(db: None, route: str) -> None:
    """Cases led along the whole route; at each place where one comes to stand everybody tries what is tried there."""
    bureau, kind = Bureau(), kind_named("case")
    walk = Walk(bureau, route, lambda case, node: wrong.extend(_at_a_place(bureau, kind, case, node, staff, units)))
    staff, units = officers(bureau, World(code="yh")), units_people(bureau)
    # Who has acted on nothing is never drawn for a panel.
    ExpertProfile.objects.filter(user__username="m-expert").update(valid_to="2020-01-02")
    wrong: list[str] = []
    _seen.clear()
    walk.whole()
    assert not wrong, "\n".join(wrong)
    flow = kind.flows[route, 1]
    assert set(walk.seen) == _names(flow) - NEVER_THERE[route] | {"ended"}
    codes = ("done", "not_found", "permission", "state") if IN_FULL[route] else ("done", "not_found", "permission")
    assert min(_seen[code] for code in codes) >= 10, _seen


def _at_a_place(
    bureau: Bureau, kind: Kind, case: Case, node: Standing | None, staff: list[Person], units: dict[str, Person]
) -> Iterator[str]:
    people = [
        *staff,
        Person("filer", bureau.filer(case.company), member=frozenset({"file_for"})),
        Person("legal", bureau.legal(case.company), member=frozenset({"confirm_for"})),
    ]
    name, seated = node.name if node else "ended", frozenset[int]()
    if name in SEATS:
        experts = bureau.experts(case)
        people.append(Person("seated", experts[0], roles=frozenset({Role.EXPERT})))
        seated = frozenset(user.pk for user in experts)
    elif name in OF_UNITS:
        assert node is not None and node.role is not None
        people += units.values()
        asked = {"recommendation": ["beishan"], "co_review": ["tax", "court"]}[name]
        seated = frozenset(units[code].user.pk for code in asked)
        # Who holds the role for no unit works for all of them.
        seated |= {person.user.pk for person in staff if node.role in person.roles}
    place = Place(case, node, _turned(people, len(case.number) + len(name)), seated)
    refused = {**CASE_STEPS, **({} if case.route == "R0" else NO_OFFER)}
    steps = {(at or (node.name if node else ""), act): code for (at, act), code in refused.items()}
    acts = (lambda kind, _place: acts_of(kind)) if name in IN_FULL[case.route] else acts_there
    return attempts(kind, [place], Data(bureau), steps, acts)


# What the step itself refuses where the round stands: cases wait, rows are listed, no row is held without an objection.
ROUND_STEPS = {
    ("collect", "close_empty"): "state",
    ("publication", "close_unpublished"): "state",
    ("decree", "close_undecreed"): "state",
    ("supplement", "finish"): "state",
    ("supplement", "issue_supplement"): "state",
    ("supplement", "settle_row"): "state",
    ("notice", "settle_row"): "data",
    ("decree", "settle_row"): "state",
}


def test_everybody_tries_every_act_on_a_round_an_objection_and_a_batch(world: World) -> None:
    """One round, the objection that holds a row of it, and one batch, led from place to place; at each the whole matrix."""
    other = World(code="yh")
    call = world.call()
    case, small = world.ready(call), world.ready(call)
    Case.objects.filter(pk=small.pk).update(computed_fen=80_000_000)
    round_ = world.round_on(call)
    staff = officers(world, other)
    data = Data(world)
    seen: list[str] = []

    def here(name: str, subject: Any) -> list[str]:
        place = Place(fresh(subject), node_of(subject), _turned(staff, len(seen) * OTHERS_AT_ONCE))
        seen.append(place.node.name if place.node else "ended")
        return list(attempts(kind_named(name), [place], data, ROUND_STEPS if name == "round" else {}))

    def done(name: str, subject: Any, act: str, who: Any) -> list[str]:
        made = getattr(data, act, None)
        world.act(name, subject, act, who, data=made(None) if made else None)
        return here(name, subject)

    _seen.clear()
    wrong = here("round", round_)
    for act, who in (
        ("close_collection", "amount"),
        ("sign", "division"),
        ("approve", "leader"),
        ("publish", "notice"),
    ):
        wrong += done("round", round_, act, who)
    rank = RoundRow.objects.get(round=round_, case=small).rank
    said = {"notice": fresh(round_).notice.pk, "rank": rank, "objector_kind": "person", "name": "李真名"}
    said |= {"contact": "13900001111", "grounds": "该企业的研发费用与年报不一致。"}
    pk = world.open("objection", "file", system_actor("system:public"), said, files={"document": pdf()})
    objection = Objection.objects.get(pk=pk)
    wrong += here("objection", objection)
    world.now = replace(world.now, at=world.now.at.replace(month=6), real=world.now.real.replace(month=6))
    wrong += done("round", round_, "close_notice", world.system)
    wrong += done("round", round_, "issue_decree", "notice")
    wrong += done("objection", objection, "dismiss", "supervision")
    wrong += done("round", round_, "issue_supplement", "notice")
    batch = world.batch([world.accounted(case)])
    wrong += here("batch", batch)
    for act, who in (("check", "finance2"), ("release", "finance3"), ("export", "finance1")):
        world.act("batch", batch, act, who)
        wrong += here("batch", batch)
    assert wrong == []
    flows = [kind_named(name).flows[name, 1] for name in ("round", "objection", "batch")]
    assert set(seen) == {n.name for flow in flows for n in flow.instance.nodes() if isinstance(n, Standing)} | {
        "ended"
    }
    assert min(_seen[code] for code in ("done", "not_found", "permission", "state")) > 5, _seen
