"""The queue for programs: whose tasks it lists, and whose it does not."""

from __future__ import annotations

from typing import Any

from subsidy.work.models import WorkItem
from tests.subsidy.api.conftest import AsProgram, Program
from tests.subsidy.api.test_tokens import problem
from tests.world import World


def listed(program: Program, **query: str) -> list[tuple[Any, ...]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    items = program.get(f"work-items/?{asked}").json()["items"]
    return [(one["kind"], one["number"], one["node"], one["role"]) for one in items]


def test_an_officer_s_program_goes_from_the_queue_to_the_act(world: World, as_program: AsProgram) -> None:
    call = world.call()
    case = world.submitted(call)
    drafted = world.draft(call, world.company())
    assert WorkItem.objects.filter(subject_id=drafted.pk, node="draft").exists()
    program = as_program("acceptance")
    (item,) = program.get("work-items/?pool__role=acceptance").json()["items"]
    assert (item["kind"], item["number"], item["role"], item["holder"]) == ("case", case.number, "acceptance", None)
    acts = program.get(f"cases/{item['number']}/acts/").json()["items"]
    assert "accept" in [one["name"] for one in acts]
    done = program.post(f"cases/{item['number']}/acts/accept/", version=case.head_seq)
    assert done.status_code == 200, done.content
    assert listed(program, pool__role="acceptance", sort="due") == []


def test_a_draft_waits_for_its_company_alone_and_a_seat_for_nobody_s_program(
    world: World, as_program: AsProgram
) -> None:
    drafted = world.draft(world.call(), world.company())
    officer = as_program("acceptance")
    assert listed(officer) == []
    assert listed(as_program(world.filer(drafted.company))) == [("case", drafted.number, "draft", None)]
    assert listed(as_program(world.filer(world.company()))) == []
    world.accepted(world.call())
    assert WorkItem.objects.filter(pool__role="expert").exists()
    assert "expert" not in [role for *_rest, role in listed(officer)]
    problem(as_program("expert1").get("work-items/"), 403, "permission")
