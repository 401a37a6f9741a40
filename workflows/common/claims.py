"""In whose hands a matter is: taken out of its pool, given back, given to another. The flow does not move.

Each changes the work item, leaves a row of its own (`Assignment`) and an event; one statement each for a whole list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import User
from subsidy.accounts.selectors import grants_of
from subsidy.decisions.recusals import RECUSED_ON, recused_from
from subsidy.work.models import Assignment, Hand, WorkItem
from workflows.common.acts import Act, ActForm, one_by_one
from workflows.common.duties import WITHOUT_BUSINESS_POWER, clash
from workflows.common.refusals import BadData, DutiesClash, Forbidden, Refused, WrongState
from workflows.common.subjects import kind_named
from workflows.common.turn import Turn

Judge = Callable[[Turn, WorkItem], Refused | None]


class ReassignForm(ActForm):
    """To whom (a person's id; none: back to the pool) and why.

    `node` and `held_by` (a person's id) choose among several open tasks of one matter.
    """

    to = forms.IntegerField(label=_("Person"), required=False, min_value=1)
    node = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    held_by = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def claim(turns: Sequence[Turn]) -> None:
    """Let the matters wait for the actor alone; the guard has refused those that a colleague holds."""

    def judge(_turn: Turn, item: WorkItem) -> Refused | None:
        held = _("You hold this matter already; it stands in your own queue.")
        return WrongState(held) if item.assignee_id is not None else None

    _hand_over(turns, _of_the_task(turns), turns[0].actor, judge)


def unclaim(turns: Sequence[Turn]) -> None:
    """Give the matters back to their pools."""

    def judge(_turn: Turn, item: WorkItem) -> Refused | None:
        free = _("Nobody holds this matter; it stands in its pool's queue.")
        return WrongState(free) if item.assignee_id is None else None

    _hand_over(turns, _of_the_task(turns), None, judge)


def reassign(turns: Sequence[Turn]) -> None:
    """Give tasks to somebody else, or back to their pools, on the word of a leader of the unit and with a reason."""
    first = turns[0]
    to = _recipient(turns)
    leads = set(grants_of(first.actor, on=first.now.on, roles=[Role.LEADER]).values_list("authority_id", "unit_id"))
    fits = _fitness(turns, to)

    def judge(turn: Turn, item: WorkItem) -> Refused | None:
        assert item.pool is not None, "only tasks of pools are looked at"
        if not {(turn.authority_id, None), (turn.authority_id, item.pool.unit_id)} & leads:
            return Forbidden(_("This task waits in a unit that you do not lead. Ask its leader."))
        if item.assignee_id == (to.pk if to else None):
            return WrongState(_("It is there already; nothing would change."))
        return fits(turn, item)

    _hand_over(turns, _of_officers(turns), to, judge, reason=first.data["reason"])


def _recipient(turns: Sequence[Turn]) -> User | None:
    wanted = turns[0].data["to"]
    if wanted is None:
        return None
    to = User.objects.filter(pk=wanted, kind=UserKind.OFFICER, is_active=True).first()
    if to is None:
        raise BadData(fields={"to": [str(_("There is no such officer. Choose one from the list."))]})
    return to


def _fitness(turns: Sequence[Turn], to: User | None) -> Judge:
    """Whether the recipient could do the task: three statements for the whole list."""
    if to is None:
        return lambda _turn, _item: None
    ids = [turn.subject.pk for turn in turns]
    kind = turns[0].kind
    held = set(grants_of(to, on=turns[0].now.on).values_list("authority_id", "role", "unit_id"))
    recused: set[int] = set()
    if kind in RECUSED_ON:
        model = kind_named(kind).model
        recused = set(model.objects.filter(recused_from(kind, to), pk__in=ids).values_list("pk", flat=True))
    earlier: dict[int, set[str]] = {}
    hands = Hand.objects.filter(actor=to, subject_kind=kind, subject_id__in=ids).exclude(duty="")
    for pk, duty in hands.values_list("subject_id", "duty").distinct():
        earlier.setdefault(pk, set()).add(duty)

    def judge(turn: Turn, item: WorkItem) -> Refused | None:
        assert item.pool is not None
        place = (item.authority_id, item.pool.role)
        units = {(*place, None), (*place, item.pool.unit_id)}
        if not units & held or any(role in WITHOUT_BUSINESS_POWER for _authority, role, _unit in held):
            return WrongState(_("%(name)s does not hold the role that this task asks for.") % {"name": to})
        if turn.subject.pk in recused:
            return WrongState(_("%(name)s has no part in this matter. Choose another person.") % {"name": to})
        if all(clash(act.duty, earlier.get(turn.subject.pk, ())) for act in _acts_at(turn, item)):
            words = _("%(name)s has acted on this matter in a way that excludes its next step. Choose another person.")
            return DutiesClash(words % {"name": to})
        return None

    return judge


def _acts_at(turn: Turn, item: WorkItem) -> Sequence[Act]:
    task = next(task for task in turn.open_tasks if task.pk == item.task_id)
    acts: Sequence[Act] = task.flow_task.acts
    return acts


def _of_the_task(turns: Iterable[Turn]) -> Mapping[int, list[WorkItem]]:
    """The item of each turn's own task; the matter's lock is held, so that it cannot change meanwhile."""
    return _by_subject(WorkItem.objects.filter(task_id__in=[turn.task.pk for turn in turns if turn.task is not None]))


def _of_officers(turns: Iterable[Turn]) -> Mapping[int, list[WorkItem]]:
    """The items of each turn that stand in pools; an expert's seat is the expert's."""
    tasks = [task.pk for turn in turns for task in turn.open_tasks]
    items = WorkItem.objects.filter(task_id__in=tasks, pool__isnull=False).exclude(pool__role=Role.EXPERT)
    said = next(iter(turns)).data
    if said.get("node"):
        items = items.filter(node=said["node"])
    if said.get("held_by"):
        items = items.filter(assignee=said["held_by"])
    return _by_subject(items)


def _by_subject(items: Any) -> Mapping[int, list[WorkItem]]:
    found: dict[int, list[WorkItem]] = {}
    for item in items.select_related("pool").order_by("id"):
        found.setdefault(item.subject_id, []).append(item)
    return found


def _hand_over(
    turns: Sequence[Turn], items: Mapping[int, list[WorkItem]], to: User | None, judge: Judge, *, reason: str = ""
) -> None:
    """Move what may be moved: one UPDATE and one INSERT for all. A turn of which nothing may move is refused."""
    moved: list[tuple[Turn, WorkItem]] = []
    for turn in turns:
        turn.hold()
        of_turn = items.get(turn.subject.pk, [])
        refusals = [(item, judge(turn, item)) for item in of_turn]
        going = [item for item, refusal in refusals if refusal is None]
        if not going:
            found = [refusal for _item, refusal in refusals if refusal is not None]
            turn.refusal = found[0] if found else WrongState(_("This matter waits for no officer now."))
            continue
        said: dict[str, Any] = {}
        if reason:
            before = sorted({item.assignee_id for item in going if item.assignee_id is not None})
            said = {"to": to.pk if to else None, "held_by": before, "reason": reason}
        turn.record(node=going[0].node if len(going) == 1 else [item.node for item in going], **said)
        moved += [(turn, item) for item in going]
    _write(moved, to, reason)


def _write(moved: Sequence[tuple[Turn, WorkItem]], to: User | None, reason: str) -> None:
    if not moved:
        return
    WorkItem.objects.filter(pk__in=[item.pk for _turn, item in moved]).update(assignee=to)
    Assignment.objects.bulk_create(
        [
            Assignment(
                authority_id=item.authority_id,
                task_id=item.task_id,
                subject_kind=item.subject_kind,
                subject_id=item.subject_id,
                node=item.node,
                holder=to,
                given_by=turn.actor,
                at=turn.now.at,
                reason=reason,
            )
            for turn, item in moved
        ]
    )


CLAIMS = (
    Act("claim", _("Take over"), one_by_one(claim), together=claim, pooled=True, versioned=False, bulk=True),
    Act(
        "unclaim",
        _("Give back to the pool"),
        one_by_one(unclaim),
        together=unclaim,
        pooled=True,
        versioned=False,
        bulk=True,
    ),
    Act(
        "reassign",
        _("Give to somebody else"),
        one_by_one(reassign),
        together=reassign,
        role=Role.LEADER,
        form=ReassignForm,
        versioned=False,
        bulk=True,
    ),
)
