"""Taking a matter out of its pool and putting it back: the work item and an event change, the flow does not."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.work.models import WorkItem
from workflows.common.acts import Act
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn


def claim(turn: Turn) -> None:
    """Let the matter wait for the actor alone; the guard has refused it when a colleague holds it."""
    item = _item(turn)
    if item.assignee_id is not None:
        raise WrongState(_("You hold this matter already; it stands in your own queue."))
    _hand_to(turn, item, turn.actor.pk)


def unclaim(turn: Turn) -> None:
    """Give the matter back to its pool."""
    item = _item(turn)
    if item.assignee_id is None:
        raise WrongState(_("Nobody holds this matter; it stands in its pool's queue."))
    _hand_to(turn, item, None)


def _item(turn: Turn) -> WorkItem:
    """The work item of the task; the matter's lock is held, so that it cannot change meanwhile."""
    assert turn.task is not None, "the door finds the open task of an act that belongs to a pool"
    return WorkItem.objects.get(task_id=turn.task.pk)


def _hand_to(turn: Turn, item: WorkItem, user_id: int | None) -> None:
    item.assignee_id = user_id
    item.save(update_fields=["assignee"])
    turn.record(node=item.node)
    turn.hold()


CLAIMS = (
    Act("claim", _("Take over"), claim, pooled=True, versioned=False),
    Act("unclaim", _("Give back to the pool"), unclaim, pooled=True, versioned=False),
)
