"""Lean nodes: viewflow's graph and state machine, our writes.

viewflow's own activations write each task, link and gateway on its own (292 statements a case with our records);
these create tasks in memory and leave one INSERT, one UPDATE and one set of links to the door. viewflow itself is
unmodified. None of them works outside the door: without a turn on the process they fail at once.
"""

# viewflow is not typed: its transition decorators are not either.
# mypy: disallow-untyped-decorators=False

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from viewflow import this
from viewflow.workflow import nodes
from viewflow.workflow.activation import Activation
from viewflow.workflow.models import Process, Task
from viewflow.workflow.nodes.mixins import NextNodeActivationMixin
from viewflow.workflow.status import PROCESS, STATUS
from viewflow.workflow.token import Token

from subsidy.accounts.enums import Role
from subsidy.calendars.working import Due
from workflows.common.acts import Act
from workflows.common.refusals import Message
from workflows.common.task_ids import next_task_id
from workflows.common.turn import Turn

DueRule = Callable[[Turn], Due | None]
UnitRule = Callable[[Turn], int | None]


class OutsideTheDoor(RuntimeError):
    """Something tried to move a flow without the transition service."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}: flows move only through workflows.common.door; call door.perform instead")


def turn_of(process: Process) -> Turn:
    """The turn under way on `process` (OutsideTheDoor if none)."""
    turn = getattr(process, "turn", None)
    if not isinstance(turn, Turn):
        raise OutsideTheDoor("no turn on the process")
    return turn


class LeanActivation(Activation):
    """Creates its task unsaved, with its id taken beforehand, and leaves the writing to the door."""

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Activation | None, token: Token, data: Any = None, seed: Any = None
    ) -> LeanActivation:
        if prev_activation is None:
            raise OutsideTheDoor(f"start of {flow_task.flow_class.__name__}")
        process = prev_activation.process
        turn = turn_of(process)
        task = Task(
            pk=next_task_id(),
            process=process,
            flow_task=flow_task,
            flow_task_type=flow_task.task_type,
            token=token,
            created=turn.now.at,
            data=data or {},
        )
        turn.new_tasks.append(task)
        turn.links.append((task, prev_activation.task))
        return cls(task)

    def __hash__(self) -> int:
        return id(self.task)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LeanActivation) and other.task is self.task

    @property
    def turn(self) -> Turn:
        return turn_of(self.process)

    def settle(self) -> None:
        """Mark the task as finished at the turn's business time."""
        self.task.finished = self.turn.now.at
        if self.task.started is None:
            self.task.started = self.task.finished
        if not self.task._state.adding:
            self.turn.done_tasks.append(self.task)


class GatewayActivation(LeanActivation):
    """A node that is passed at once."""

    @Activation.status.super()
    def activate(self) -> None:
        """Nothing to prepare; subclasses choose their way here."""

    @Activation.status.super()
    def complete(self) -> None:
        self.settle()


class StartActivation(NextNodeActivationMixin, GatewayActivation):
    pass


class SwitchActivation(GatewayActivation):
    next_task: Any = None

    @Activation.status.super()
    def activate(self) -> None:
        for node, condition in self.flow_task._branches:
            if condition is None or condition(self):
                self.next_task = node
                return
        raise RuntimeError(f"no branch of {self.flow_task.name} fits verdict {self.turn.verdict!r}; add the case")

    @Activation.status.super()
    def create_next(self) -> Iterator[Activation]:
        yield self.next_task._create(self, self.task.token)


class SplitActivation(GatewayActivation):
    """One task a person or a unit, all at the same node, each with its own token."""

    @Activation.status.super()
    def create_next(self) -> Iterator[Activation]:
        places = self.flow_task.places(self.turn)
        if not places:
            raise RuntimeError(f"{self.flow_task.name}: nobody is asked, and nobody never passes; name who is first")
        tokens = Token.split_token_source(self.task.token, self.task.pk)
        for place in places:
            yield self.flow_task.seat._create(self, next(tokens), data=place)


class JoinActivation(NextNodeActivationMixin, LeanActivation):
    """Passes once, when no sibling of its split is open; siblings are read under the case's lock."""

    type = "join"

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Activation | None, token: Token, data: Any = None, seed: Any = None
    ) -> JoinActivation:
        if prev_activation is None:
            raise OutsideTheDoor(f"join {flow_task.name}")
        turn = turn_of(prev_activation.process)
        for task in turn.live_tasks():
            if task.flow_task == flow_task:
                turn.links.append((task, prev_activation.task))
                return cls(task)
        base = token.get_base_split_token() if token.is_split_token() else token
        activation = super().create(flow_task, prev_activation, base)
        activation.task.data = {"prefix": str(token).rsplit("_", 1)[0] + "_"}
        return activation

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.STARTED)
    @Activation.status.transition(source=STATUS.STARTED)
    def activate(self) -> None:
        if self.task.started is None:
            self.task.started = self.turn.now.at

    def is_done(self) -> bool:
        prefix = self.task.data["prefix"]
        return not any(str(task.token).startswith(prefix) for task in self.turn.live_tasks() if task is not self.task)

    @Activation.status.transition(source=STATUS.STARTED, target=STATUS.DONE, conditions=[this.is_done])
    def complete(self) -> None:
        self.settle()


class WaitingActivation(NextNodeActivationMixin, LeanActivation):
    """A node where the matter stands until an act is done; claiming is a change of the work item, not of the task."""

    @classmethod
    def create(
        cls, flow_task: Any, prev_activation: Activation | None, token: Token, data: Any = None, seed: Any = None
    ) -> LeanActivation:
        """The task, and of which unit's pool it waits in where the node's role has one queue a unit."""
        activation = super().create(flow_task, prev_activation, token, data, seed)
        if flow_task.unit is not None:
            activation.task.data = {**activation.task.data, "unit": flow_task.unit(activation.turn)}
        return activation

    @Activation.status.super()
    def activate(self) -> None:
        """Stand still: the door finishes the task when an act of this node is done."""

    @Activation.status.transition(source=[STATUS.NEW, STATUS.ASSIGNED], target=STATUS.STARTED)
    def take(self) -> None:
        self.task.owner = self.turn.actor
        self.task.assigned = self.task.started = self.turn.now.at

    @Activation.status.transition(source=STATUS.STARTED, target=STATUS.DONE)
    def complete(self) -> None:
        self.settle()

    @Activation.status.transition(source=STATUS.NEW)
    def assign(self, _user: Any = None) -> None:
        raise OutsideTheDoor("assign")


class EndActivation(GatewayActivation):
    @Activation.status.super()
    def activate(self) -> None:
        left = [task for task in self.turn.live_tasks() if task is not self.task]
        if left:
            raise RuntimeError(
                f"{self.flow_task.name} reached while {left} are open; the validator should refuse this"
            )
        self.process.status = PROCESS.DONE
        self.process.finished = self.turn.now.at
        self.turn.process_over = True

    @Activation.status.super()
    def create_next(self) -> Iterator[Activation]:
        return iter(())


class Standing:
    """What a node tells the door about a matter that stands there."""

    name: str
    task_type: str | None
    state: str
    title: Message
    acts: tuple[Act, ...]
    role: Role | None
    due: DueRule | None
    unit: UnitRule | None = None

    def act(self, name: str) -> Act | None:
        return next((act for act in self.acts if act.name == name), None)


class Start(nodes.StartHandle):
    """Where a process begins; the door creates its task done."""

    activation_class = StartActivation


class Human(Standing, nodes.View):
    """Waits for a person: an officer of `role` (a work item in that role's pool) or a member of the company.

    `unit` says whose pool it is where each unit has its own (a township's); None from it means the whole role's.
    """

    activation_class = WaitingActivation

    def __init__(
        self,
        *,
        state: str,
        title: Message,
        acts: tuple[Act, ...],
        role: Role | None = None,
        due: DueRule | None = None,
        unit: UnitRule | None = None,
    ) -> None:
        super().__init__(view=None)
        self.state, self.title, self.acts, self.role, self.due, self.unit = state, title, acts, role, due, unit


class Wait(Standing, nodes.Handle):
    """Waits for something that is not a person's turn at this matter: its round, the end of a notice, the bank."""

    activation_class = WaitingActivation

    def __init__(self, *, state: str, title: Message, acts: tuple[Act, ...], due: DueRule | None = None) -> None:
        super().__init__()
        self.role = None
        self.state, self.title, self.acts, self.due = state, title, acts, due


class Branches(nodes.Split):
    """Opens one task a place at the one node that follows; `places` says what each task's data are."""

    activation_class = SplitActivation

    def __init__(self, places: Callable[[Turn], list[dict[str, int]]]) -> None:
        super().__init__()
        self.places = places

    @property
    def seat(self) -> Any:
        return self._branches[0][0]


class Seats(Branches):
    """One task a person; `people` reads them from the records of this turn."""

    def __init__(self, *, people: Callable[[Turn], list[int]]) -> None:
        super().__init__(lambda turn: [{"seat": user_id} for user_id in people(turn)])


class Units(Branches):
    """One task a unit, each in the pool of that unit; `units` reads them from the records of this turn."""

    def __init__(self, *, units: Callable[[Turn], list[int]]) -> None:
        super().__init__(lambda turn: [{"unit": unit_id} for unit_id in units(turn)])


class Join(nodes.Join):
    activation_class = JoinActivation


class Switch(nodes.Switch):
    """Chooses by what the turn says. `Case` takes the label that pictures and the status table print."""

    activation_class = SwitchActivation

    def __init__(self) -> None:
        super().__init__()
        self.labels: list[Message] = []

    def Case(self, node: Any, cond: Callable[[Any], bool] | None = None, label: Message = "") -> Switch:  # noqa: N802 - viewflow's name
        self.labels.append(label)
        super().Case(node, cond)
        return self

    def Default(self, node: Any, label: Message = "") -> Switch:  # noqa: N802 - viewflow's name
        self.labels.append(label)
        super().Default(node)
        return self


class End(nodes.End):
    """Ends the matter in `state`."""

    activation_class = EndActivation

    def __init__(self, *, state: str, title: Message) -> None:
        super().__init__()
        self.state, self.title = state, title


def enter(turn: Turn, name: str) -> None:
    """Have the matter stand at the node `name`, wherever it stood: the one way back into a flow, for acts that `enters`.

    What was open is cancelled; a process that had ended goes on.
    """
    process = turn.process
    assert process is not None, "only a matter with a flow has nodes"
    turn.cancelled_tasks.extend(task for task in turn.open_tasks if task not in turn.done_tasks)
    node = process.flow_class.instance.node(name)
    task = Task(
        pk=next_task_id(),
        process=process,
        flow_task=node,
        flow_task_type=node.task_type,
        token=Token("start"),
        created=turn.now.at,
        data={} if node.unit is None else {"unit": node.unit(turn)},
    )
    turn.new_tasks.append(task)
    turn.process_back = process.finished is not None
    node.activation_class(task).activate()


def verdict(*names: str) -> Callable[[Any], bool]:
    """Condition of a switch: the turn's verdict is one of `names`."""
    return lambda activation: activation.turn.verdict in names
