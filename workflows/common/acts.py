"""What people can do: an act is data (who, at which node, under which duty) with one step that says what changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.work.enums import Duty
from workflows.common.refusals import Message

if TYPE_CHECKING:
    from workflows.common.turn import Turn

Step = Callable[["Turn"], None]
ListStep = Callable[[Sequence["Turn"]], None]
# As `member`: whoever may act for the company in any way.
ANY_MEMBER = "any"


class ActForm(forms.Form):
    """Base of the forms that check an act's data; the same form serves page, API, command and job."""

    def __init__(self, *args: Any, subject: Any, **kwargs: Any) -> None:
        self.subject = subject
        super().__init__(*args, **kwargs)


class ReasonForm(ActForm):
    """The form of an act that needs nothing but its reason, such as a refusal or a return."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def one_by_one(together: ListStep) -> Step:
    """The step for one row of a step for many."""

    def step(turn: Turn) -> None:
        together([turn])
        if turn.refusal is not None:
            raise turn.refusal

    return step


@dataclass(frozen=True)
class Act:
    """One act. Exactly one of `role`, `member`, `pooled`, `personal`, `own` and `system` says who may do it.

    `pooled` means the role in whose pool the matter stands at that moment (a seat is no pool: it has its person).
    `personal` is for people of companies in a matter of their own, which its step looks at: somebody who registers a
    company is no member yet; `whose` names the attribute of the matter that holds that person's id. `own` is for the
    person that the matter is: the own account. `member` is a guardian permission on the company (`file_for`,
    `confirm_for`, `administer_for`, or ANY_MEMBER for all), in force on the day of the act; `system` marks acts of a
    named system actor or of another act (a decree moves the cases of its round). `states` limits a free act (one that
    belongs to no node); acts of a node are possible exactly while the matter stands there. `exits` ends the
    matter in that state; `enters` has it stand at another node, by the state in which it is (a remand, an objection).
    A `versioned` act refuses a page that is older than the matter; the others touch only what is
    their own (a seat's scores, one document), so that five experts who score at once do not send each other back.
    `part` names the entry of the data that says on which part of the matter the act is (one payee account of a
    company): hands on another part do not exclude it.

    A `bulk` act is offered for many rows of a list at once. `together` is then its step for all of them, so that it costs
    the same statements for one and for many; it marks a row that it refuses with `turn.refusal` instead of raising.
    Without it the step runs row by row. `most` limits the rows of one request for an act that reads much of each row
    (0: as many as a list shows).

    `step_up` asks a person at a screen or an API for a second factor shortly before; commands and jobs are trusted.
    """

    name: str
    title: Message
    step: Step
    role: Role | None = None
    member: str = ""
    pooled: bool = False
    personal: bool = False
    whose: str = ""
    own: bool = False
    system: bool = False
    duty: Duty | None = None
    form: type[ActForm] | None = None
    states: frozenset[str] = field(default_factory=frozenset)
    exits: str = ""
    enters: Mapping[str, str] = field(default_factory=dict)
    danger: bool = False
    versioned: bool = True
    part: str = ""
    bulk: bool = False
    most: int = 0
    step_up: bool = False
    together: ListStep | None = None

    def __post_init__(self) -> None:
        said = (self.role is not None, bool(self.member), self.pooled, self.personal, self.own, self.system)
        if sum(said) != 1:
            raise ValueError(f"act {self.name}: name exactly one of role, member, pooled, personal, own and system")
