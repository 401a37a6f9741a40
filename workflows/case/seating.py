"""The tasks of a panel's seats: opened and closed when people join and leave it while it sits.

The flow opens one task a seat when the panel is drawn. What changes afterwards must keep the tokens of that split, so
that the join after it still waits for every open seat, and passes once.
"""

from __future__ import annotations

from typing import Any

from viewflow.workflow.models import Task
from viewflow.workflow.token import Token

from workflows.common.task_ids import next_task_id
from workflows.common.turn import Turn

NODE = "score"
SEAT, NOTE = "seat", "note"


def seat_tasks(turn: Turn) -> list[Task]:
    """The open tasks of seats, as this turn will leave them."""
    return [task for task in turn.live_tasks() if task.flow_task.name == NODE]


def note_task(turn: Turn) -> Task | None:
    """The open task of the chair, who has been asked to explain totals that lie far apart."""
    return next((task for task in seat_tasks(turn) if task.data.get(NOTE)), None)


def close_seat(turn: Turn, user_id: int) -> None:
    """Cancel what is open for a person who leaves the panel."""
    turn.cancelled_tasks.extend(task for task in seat_tasks(turn) if task.data[SEAT] == user_id)


def keep_empty(turn: Turn, wanted: int) -> None:
    """Have one open task for each seat that nobody holds, so that the join does not pass while a seat is empty."""
    empty = [task for task in seat_tasks(turn) if task.data[SEAT] is None]
    turn.cancelled_tasks.extend(empty[wanted:])
    for _ in range(wanted - len(empty)):
        open_seat(turn, None)


def open_seat(turn: Turn, user_id: int | None, **data: Any) -> Task:
    """Open one more task at the seats' node: for a person, or (None) for nobody yet."""
    assert turn.process is not None, "a panel sits in a case that has its process"
    node = turn.process.flow_class.instance.node(NODE)
    before, token = _next_token(turn, node)
    task = Task(
        pk=next_task_id(),
        process=turn.process,
        flow_task=node,
        flow_task_type=node.task_type,
        token=token,
        created=turn.now.at,
        data={SEAT: user_id, **data},
    )
    turn.new_tasks.append(task)
    turn.links.append((task, before))
    return task


def _next_token(turn: Turn, node: Any) -> tuple[Task, Token]:
    """The newest task of a seat, and a token of the same split that no task has."""
    known = [task for task in turn.new_tasks if task.flow_task == node]
    newest = known[-1] if known else None
    if newest is None:
        newest = Task.objects.filter(process=turn.process, flow_task=node).order_by("-pk").first()
    if newest is None:
        raise RuntimeError(f"process {turn.process} has no seat yet; draw its panel before you add to it")
    split = str(newest.token).rsplit("_", 1)[0]
    # The split itself counts in figures alone, and an id is given once.
    return newest, Token(f"{split}_s{next_task_id()}")


def leave_what_stands(turn: Turn) -> None:
    """Cancel every open task: the matter goes back to its panel."""
    turn.cancelled_tasks.extend(turn.live_tasks())


def walk_on(turn: Turn) -> None:
    """Go on behind the panel: open seats are cancelled but one, which carries the walk through the join."""
    open_seats = seat_tasks(turn)
    last = open_seats.pop() if open_seats else open_seat(turn, None)
    turn.cancelled_tasks.extend(open_seats)
    activation = last.flow_task.activation_class(last)
    activation.take()
    activation.complete()
    activation.activate_next()
