"""The lists against the flows: differences are found, named, and put right."""

from __future__ import annotations

from viewflow.workflow.models import Task

from subsidy.work.models import WorkItem
from tests.world import World, fresh
from workflows.common import consistency


def values() -> list[dict[str, object]]:
    return [dict(row) for row in WorkItem.objects.order_by("task_id").values()]


def without_ids(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


def test_differences_are_named_and_rebuilt(world: World) -> None:
    call = world.call()
    drafted, filed, accepted = world.draft(call), world.submitted(call), world.accepted(call)
    world.ready(call)
    round_ = world.round_on(call)
    assert consistency.differences() == [] and consistency.stuck() == []
    assert consistency.rebuild() == 0
    before = values()
    assert {row["node"] for row in before} == {"draft", "acceptance", "score", "collect"}

    items = WorkItem.objects.all()
    lost = items.get(subject_kind="case", subject_id=filed.pk)
    items.filter(pk=lost.pk).delete()
    items.filter(subject_kind="round", subject_id=round_.pk).delete()
    items.filter(subject_kind="case", subject_id=drafted.pk).update(node="elsewhere")
    seat = items.filter(subject_kind="case", subject_id=accepted.pk).order_by("pk")[0]
    items.filter(pk=seat.pk).update(assignee=world.people["acceptance"])
    stray = WorkItem(**{f.attname: getattr(lost, f.attname) for f in WorkItem._meta.concrete_fields if f.name != "id"})
    stray.task_id = 999_999_999
    stray.save()
    problems = {one.task_id: one.problem for one in consistency.differences()}
    assert problems[lost.task_id] == "no work item"
    assert problems[999_999_999] == "no open task"
    assert problems[seat.task_id] == "the work item is not the seat's person"
    assert "the work item names node elsewhere" in problems.values()
    assert len(problems) == 5
    assert consistency.rebuild() == 3 + 4
    assert consistency.differences() == []
    assert without_ids(values()) == without_ids(before)


def test_a_process_that_waits_for_nothing_is_found(world: World) -> None:
    case = world.draft(world.call())
    Task.objects.filter(process=case.process, finished__isnull=True).update(finished=world.now.at)
    assert consistency.stuck() == [fresh(case).process_id]
    assert [one.problem for one in consistency.differences()] == ["no open task"]
