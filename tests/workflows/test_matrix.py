"""Everybody, at every place where a matter can stand, trying every act: what the door answers is what the design says.

The combinations come from the flows themselves, so a new act, node or role is in the matrix without being listed. Every
attempt is undone, so that the next one meets the same world.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from subsidy.accounts.enums import Role
from subsidy.accounts.services import system_actor
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.models import Objection, RoundRow
from subsidy.documents.models import StoredFile
from tests.workflows.staff import Person, judged, officers
from tests.world import MINUTE, World, fresh, pack, pdf, scores
from workflows.common import door
from workflows.common.acts import Act
from workflows.common.nodes import Standing
from workflows.common.refusals import Refused
from workflows.common.subjects import Kind, kind_named
from workflows.common.turn import Origin

PAGE = Origin(surface="page")


@dataclass
class Place:
    """A matter that stands at `node` (None: it has ended), with the people who could come to it."""

    subject: Any
    node: Standing | None
    people: list[Person]
    seated: frozenset[int] = frozenset()


def acts_of(kind: Kind) -> list[Act]:
    """Every act that the kind knows, at its nodes or free."""
    found = {act.name: act for act in kind.free_acts}
    for flow in kind.flows.values():
        for node in flow.instance.nodes():
            found |= {act.name: act for act in (node.acts if isinstance(node, Standing) else ())}
    return list(found.values())


def attempts(kind: Kind, places: list[Place], data: Any, steps: dict[tuple[str, str], str]) -> Iterator[str]:
    """Every combination that answers otherwise than it must, in words.

    Who has a part in this kind of matter tries everything everywhere; the others, whose answers do not depend on the
    place, take turns, so that each tries each act. `steps` names, by (node, act), what the step itself refuses although
    this person may come to it.
    """
    for at, place in enumerate(places):
        for number, act in enumerate(acts_of(kind)):
            for person in _trying(kind, place.people, at, number):
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


def _trying(kind: Kind, people: list[Person], at: int, number: int) -> list[Person]:
    """Those with a part in the kind, and at each place and act the next few of the others."""
    parts = {act.role for act in acts_of(kind)} - {None}
    parts |= {
        node.role for flow in kind.flows.values() for node in flow.instance.nodes() if isinstance(node, Standing)
    }
    active = [person for person in people if person.member or person.roles & parts or person.elsewhere]
    others = [person for person in people if person not in active]
    first = at * OTHERS_AT_ONCE + number
    return active + [others[(first + step) % len(others)] for step in range(OTHERS_AT_ONCE)]


def _expected(kind: Kind, act: Act, place: Place, person: Person) -> str:
    node = place.node
    role, possible = act.role, True
    if act.pooled:
        pool = node.role if node is not None and node.task_type == "HUMAN" and not place.seated else None
        # Nobody holds the matter, so there is nothing to give back.
        role, possible = pool, act.name in ("claim", "ask_company")
    elif act.name == "reassign":
        possible = False  # nobody holds it, so that sending it back to its pool changes nothing
    elif kind.free_act(act.name) is None:
        possible = node is not None and node.act(act.name) is not None
    elif act.states:
        possible = place.subject.state in act.states
    return judged(act, person, role=role, possible=possible, seated=person.user.pk in place.seated)


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


class Data:
    """Data with which each act succeeds where it is possible."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, place: Place, act: Act) -> tuple[dict[str, Any], dict[str, Any]]:
        if act.form is None:
            return {}, {}
        if act.name == "attach":
            return {"slot": place.subject_slot}, {"file": pdf()}  # type: ignore[attr-defined]
        made = getattr(self, act.name, None)
        return (made(place) if made else {"reason": "材料不符"}), {}

    def submit(self, _place: Place) -> dict[str, Any]:
        return {"declaration": True}

    resubmit = submit

    def save_answers(self, _place: Place) -> dict[str, Any]:
        return {"sales_y1": 12_000_000_001}

    def return_for_correction(self, place: Place) -> dict[str, Any]:
        return {"message": "请补正", "reason_sales_y1": "与报表不符"}

    def score(self, place: Place) -> dict[str, Any]:
        return scores(place.subject)

    def confirm_amount(self, _place: Place) -> dict[str, Any]:
        return {"remark": ""}

    def choose_account(self, place: Place) -> dict[str, Any]:
        return {
            "account": place.subject.company.accounts.filter(state="confirmed").values_list("pk", flat=True).first()
        }

    change_account = choose_account

    def detach(self, place: Place) -> dict[str, Any]:
        held = StoredFile.objects.filter(owner_kind="case", owner_id=place.subject.pk)
        return {"file": held.values_list("pk", flat=True).first() or 0}

    def serve_letter(self, _place: Place) -> dict[str, Any]:
        return {"letter": 0}

    def serve_by_post(self, _place: Place) -> dict[str, Any]:
        return {"letter": 0, "received_on": "2024-03-04", "tracking_number": "EMS12345678"}

    def announce_letter(self, _place: Place) -> dict[str, Any]:
        return {"letter": 0, "place": "公告栏", "tried": "邮寄退回"}

    def ask_company(self, _place: Place) -> dict[str, Any]:
        return {"text": "请说明"}

    answer_company = write_to_bureau = ask_company

    def issue_letter(self, _place: Place) -> dict[str, Any]:
        return {"kind": "receipt"}

    def issue_paper(self, _place: Place) -> dict[str, Any]:
        return {"kind": "decree"}

    def approve(self, _place: Place) -> dict[str, Any]:
        return dict(MINUTE)

    def publish(self, _place: Place) -> dict[str, Any]:
        return {"title_zh": "公示", "title_en": "Notice"}

    def sign(self, _place: Place) -> dict[str, Any]:
        return {"minute_number": "审批单1", "statement": "同意"}

    def issue_decree(self, _place: Place) -> dict[str, Any]:
        return {"number": "西科〔2024〕19号"}

    def issue_supplement(self, _place: Place) -> dict[str, Any]:
        return {"number": "西科〔2024〕20号"}

    def correct_name(self, place: Place) -> dict[str, Any]:
        listed = RoundRow.objects.filter(round=place.subject, state="listed").values_list("rank", flat=True).first()
        return {"rank": listed or 0, "name": "杭州更名科技有限公司", "reason": "名称有误"}

    def settle_row(self, place: Place) -> dict[str, Any]:
        held = RoundRow.objects.filter(round=place.subject, state="held").values_list("rank", flat=True).first()
        return {"rank": held or 0, "goes_on": "yes", "reason": "已核实"}

    def revoke_award(self, place: Place) -> dict[str, Any]:
        given = RoundRow.objects.filter(round=place.subject, state="awarded").values_list("rank", flat=True).first()
        return {"rank": given or 0, "number": "西科〔2024〕21号", "reason": "材料不实"}

    def correct_award(self, place: Place) -> dict[str, Any]:
        return {**self.revoke_award(place), "name": "杭州更名科技有限公司"}

    def dismiss(self, _place: Place) -> dict[str, Any]:
        return {"reasons": "经核查不属实"}

    def uphold(self, _place: Place) -> dict[str, Any]:
        return {"reasons": "经核查属实", "consequence": "rejected"}


def _turned(people: list[Person], by: int) -> list[Person]:
    """The same people beginning with another one, so that at each place others take their turn."""
    return people[by % len(people) :] + people[: by % len(people)]


def node_of(kind: str, subject: Any) -> Standing | None:
    open_tasks = fresh(subject).process.task_set.filter(finished__isnull=True)
    nodes = {task.flow_task.name: task.flow_task for task in open_tasks if isinstance(task.flow_task, Standing)}
    assert len(nodes) <= 1, nodes
    return next(iter(nodes.values()), None)


def cases(world: World) -> list[Case]:
    """A case at each place of its flow, and one that has ended."""
    call = world.call()
    awarded, accounted = world.ready(call), world.ready(call)
    world.decreed(call)
    accounted = world.accounted(accounted)
    company = fresh(awarded).company
    entry = {
        "holder_name": company.name,
        "account_number": "6222000012345678",
        "bank_name": "招商银行杭州分行",
        "bank_code": "308584000013",
    }
    world.act("company", company, "propose_account", world.filer(company), data=entry)
    account = company.accounts.get()
    world.act("company", company, "confirm_account", world.legal(company), data={"account": account.pk})
    call = world.call()
    correcting, ended = world.submitted(call), world.submitted(call)
    slot = pack(correcting).documents[0].id
    wanted = {"message": "请补正", "reason_sales_y1": "与报表不符", f"reason_{slot}": "不清楚"}
    world.act("case", correcting, "return_for_correction", "acceptance", data=wanted)
    world.act("case", ended, "withdraw", world.filer(ended.company), data={"reason": "不再申报"})
    live = [world.filled(call), world.submitted(call), correcting, world.accepted(call), world.scored(call)]
    return [fresh(case) for case in (*live, world.ready(call), awarded, accounted, ended)]


def test_everybody_tries_every_act_on_a_case(world: World) -> None:
    kind, other = kind_named("case"), World(code="yh")
    found = cases(world)
    staff = officers(world, other)
    places = []
    for case in found:
        company = [
            Person("filer", world.filer(case.company), member=frozenset({"file_for"})),
            Person("legal", world.legal(case.company), member=frozenset({"confirm_for"})),
        ]
        node = node_of("case", case)
        seated = frozenset(user.pk for user in world.experts(case)) if node and node.name == "score" else frozenset()
        people = [*staff, *company]
        if seated:
            people.append(Person("seated", world.experts(case)[0], roles=frozenset({Role.EXPERT})))
        place = Place(case, node, people, seated)
        place.subject_slot = pack(case).documents[0].id  # type: ignore[attr-defined]
        places.append(place)
    standing = {place.node.name for place in places if place.node is not None}
    flow = kind.flows[("R3", 1)]
    assert standing == {node.name for node in flow.instance.nodes() if isinstance(node, Standing)}
    assert {place.subject.state for place in places if place.node is None} == {CaseState.WITHDRAWN}
    # No letter is issued yet, so that there is none to open or to serve; at the counter the slip is missing as well.
    nodes = [place.node.name if place.node else "" for place in places]
    steps = {
        (node, act): "not_found" for node in nodes for act in ("serve_letter", "serve_by_post", "announce_letter")
    }
    steps |= {(node, "serve_at_counter"): "data" for node in nodes}
    # This policy asks for no list; test_lists tries these acts where there is one.
    for act in ("save_record", "remove_record", "confirm_list"):
        steps |= {("draft", act): "data", ("correction", act): "data"}
    _seen.clear()
    assert list(attempts(kind, places, Data(world), steps)) == []
    assert min(_seen[code] for code in ("done", "not_found", "permission", "state")) > 20, _seen


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
        place = Place(fresh(subject), node_of(name, subject), _turned(staff, len(seen) * OTHERS_AT_ONCE))
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
