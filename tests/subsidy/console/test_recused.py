"""Who is recused from a case sees and does nothing on the objection to it and on the proposal about it either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.cases.models import Case
from subsidy.correspondence.models import Notification
from subsidy.correspondence.notifying import notifications_of
from subsidy.decisions.models import Objection, Proposal
from subsidy.decisions.recusals import RECUSED_ON, closed_to, recused_from
from subsidy.reviews.services import recusal_record
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.workflows.test_by_rule import reopened
from tests.workflows.test_objections import filed, on_notice
from tests.workflows.test_recovery import ordered
from tests.workflows.test_stages import Bureau
from tests.workflows.test_telling import run_jobs
from tests.world import days_later, fresh
from workflows.common.refusals import NotFound, Recused
from workflows.common.subjects import kind_named

SignIn = Callable[[str | User], Client]


@pytest.fixture
def world(db: None) -> Bureau:
    return Bureau()


def objected(world: Bureau) -> tuple[Objection, Case]:
    round_, cases = on_notice(world, 1)
    return filed(world, round_, 1), cases[0]


def to_reopen(world: Bureau) -> tuple[Proposal, Case]:
    case = world.submitted(world.call())
    world.act("case", case, "refuse", "acceptance", data={"reason": "材料不齐"})
    return Proposal.objects.get(pk=reopened(world, fresh(case))), case


@pytest.mark.parametrize(
    ("made", "kind", "act", "who", "data"),
    [
        (objected, "objection", "dismiss", "supervision", {"reasons": "不成立"}),
        (to_reopen, "proposal", "approve", "leader", {}),
    ],
)
def test_a_recused_person_finds_the_matter_nowhere(
    world: Bureau,
    as_person: SignIn,
    made: Callable[[Bureau], tuple[Any, Case]],
    kind: str,
    act: str,
    who: str,
    data: dict[str, Any],
) -> None:
    matter, case = made(world)
    run_jobs(world)
    person, auditor = world.people[who], world.people["auditor"]
    world.act(kind, matter, "claim", who)
    pages = [reverse(f"console:{kind}s")] + [
        reverse("console:queue-tab", args=[tab]) for tab in ("mine", "pools", "soon", "done")
    ]
    if isinstance(matter, Objection):
        pages.insert(1, reverse("console:round", args=[matter.round.number]))
    shown = [page for page in pages if matter.number in as_person(who).get(page).text]
    assert {*pages[:2], pages[-1]} <= set(shown), "it stood in the list and among what the person did"
    assert notifications_of(person).filter(subject_kind=kind).exists()

    for one in (person, auditor):
        recusal_record(case, one.pk, reason="亲属", now=world.now)
    client = as_person(who)
    assert [page for page in pages if matter.number in client.get(page).text] == []
    assert client.get(reverse(f"console:{kind}", args=[matter.number])).status_code == 404
    assert client.get(reverse(f"console:{kind}-act", args=[matter.number, act])).status_code == 404
    assert not notifications_of(person).filter(subject_kind=kind).exists()
    assert matter.number not in as_person("auditor").get(reverse("console:audit")).text
    with pytest.raises(Recused):
        world.act(kind, matter, act, who, data=data)


def test_nobody_recused_is_told_of_it_or_proposes_it(world: Bureau) -> None:
    case = world.submitted(world.call())
    world.act("case", case, "refuse", "acceptance", data={"reason": "材料不齐"})
    recusal_record(case, world.people["leader"].pk, reason="亲属", now=world.now)
    pk = reopened(world, fresh(case))
    run_jobs(world)
    assert not Notification.objects.filter(subject_kind="proposal", subject_id=pk).exists()
    recusal_record(case, world.people["supervision"].pk, reason="亲属", now=world.now)
    with pytest.raises(NotFound):
        reopened(world, fresh(case))


def test_the_lists_know_the_same_matters_as_the_door(world: Bureau) -> None:
    """What is read at once for all sources of the queue is what the condition row by row says, for every kind."""
    paid, _other = obligated(world, 2)
    for document in answered(world.released([paid]), world):
        imported(world, document.content, name=document.name)
    world.now = days_later(world.now, 5)
    recovery = ordered(world, fresh(paid))
    reduction = {
        "recovery": recovery.pk,
        "document": "西科〔2024〕21号",
        "amount_fen": 1,
        "reason": "复核后应减少",
    }
    world.open("proposal", "propose_recovery_less", "amount", reduction)
    happened = {"case": paid.pk, "term": "change_report", "occurred_on": world.now.on.isoformat()}
    world.open("undertaking", "begin_after", "amount", happened)
    _objection, on_list = objected(world)
    _proposal, refused = to_reopen(world)
    person = world.people["leader"]
    assert closed_to(person) == {}
    for case in (paid, on_list, refused):
        recusal_record(case, person.pk, reason="亲属", now=world.now)
    row_by_row = {
        kind: set(kind_named(kind).model.objects.filter(recused_from(kind, person)).values_list("pk", flat=True))
        for kind in RECUSED_ON
    }
    assert set(row_by_row) == set(closed_to(person)) and all(row_by_row.values())
    assert closed_to(person) == row_by_row
