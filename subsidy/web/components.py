"""The data that the page components take: plain, frozen, already in the reader's language.

A view builds these from selectors and hands them to the tags of `subsidy.web.templatetags.ui`; a component never
queries. Texts may be lazy translations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Tone = Literal["plain", "info", "wait", "stop", "done"]
TaskState = Literal["not_started", "started", "blocked", "wrong", "done"]
StepState = Literal["done", "current", "todo", "stopped"]
Outcome = Literal["met", "not_met", "unknown"]
Certainty = Literal["verified", "recalled", "assumed"]

TASK_STATES: dict[TaskState, tuple[Text, Tone]] = {
    "not_started": (_("not started"), "info"),
    "started": (_("in progress"), "info"),
    "blocked": (_("cannot start yet"), "plain"),
    "wrong": (_("needs correction"), "stop"),
    "done": (_("complete"), "done"),
}
OUTCOMES: dict[Outcome, tuple[str, Text]] = {
    "met": ("✓", _("met")),
    "not_met": ("✗", _("not met")),
    "unknown": ("?", _("not known yet")),
}
CERTAINTIES: dict[Certainty, Text] = {
    "verified": _("wording verified"),
    "recalled": _("wording recalled"),
    "assumed": _("illustrative"),
}


@dataclass(frozen=True)
class Crumb:
    label: Text
    url: str = ""


@dataclass(frozen=True)
class Task:
    """A row of a task list; without url it cannot be opened, and `note` says why."""

    title: Text
    state: TaskState
    url: str = ""
    note: Text = ""

    @property
    def words(self) -> Text:
        return TASK_STATES[self.state][0]

    @property
    def tone(self) -> Tone:
        return TASK_STATES[self.state][1]


@dataclass(frozen=True)
class Step:
    """One stage of a matter, in order; `on` is the day it was done, or is due."""

    label: Text
    state: StepState
    on: dt.date | None = None
    note: Text = ""


@dataclass(frozen=True)
class Entry:
    """One event of a timeline: when, who (as what), what; in words and under which clause."""

    at: dt.datetime
    who: Text
    what: Text
    role: Text = ""
    why: Text = ""
    clause: Text = ""
    amount_fen: int | None = None
    url: str = ""
    link_text: Text = ""


@dataclass(frozen=True)
class SummaryRow:
    """One answer to check; `change_url` leads to the field, `source` says where a prefilled value comes from.

    `conflict` says what other sources say, `open_url` leads to everything known of the value.
    """

    label: Text
    value: Text
    change_url: str = ""
    source: Text = ""
    old: Text = ""
    wrong: Text = ""
    conflict: Text = ""
    open_url: str = ""


@dataclass(frozen=True)
class Reason:
    """A node of the explanation of a decision: clause, outcome, sentence, the numbers it used, what lies beneath."""

    sentence: Text
    outcome: Outcome
    clause: Text = ""
    numbers: Sequence[Text] = ()
    certainty: Certainty | None = None
    ask: Text = ""
    children: Sequence[Reason] = ()

    @property
    def mark(self) -> str:
        return OUTCOMES[self.outcome][0]

    @property
    def words(self) -> Text:
        return OUTCOMES[self.outcome][1]

    @property
    def certainty_words(self) -> Text:
        return CERTAINTIES[self.certainty] if self.certainty else ""


# From how many working days before its end a deadline is shown as near.
SOON_WORKING_DAYS = 3


@dataclass(frozen=True)
class DaysLeft:
    """How far off a deadline is, in working days (negative: overdue; None: there is none), in words and colour.

    The one way to say it: lists, pages of cases and the company's pages show this.
    """

    days: int | None
    provisional: bool = False

    def __str__(self) -> str:
        if self.days is None:
            return gettext("no deadline")
        if self.days < 0:
            words = ngettext("%(n)d working day overdue", "%(n)d working days overdue", -self.days) % {"n": -self.days}
        elif self.days == 0:
            words = gettext("due today")
        else:
            words = ngettext("%(n)d working day left", "%(n)d working days left", self.days) % {"n": self.days}
        return words + gettext(" (provisional: calendar not yet published)") if self.provisional else words

    @property
    def tone(self) -> Tone:
        if self.days is None or self.days > SOON_WORKING_DAYS:
            return "plain"
        return "stop" if self.days < 0 else "wait"


@dataclass(frozen=True)
class Money:
    label: Text
    fen: int


@dataclass(frozen=True)
class Refusal:
    """A row that an act would leave out, and why."""

    what: Text
    why: Text


@dataclass(frozen=True)
class Preview:
    """What an act would do, computed and not yet done."""

    changes: Sequence[Text] = ()
    told: Sequence[Text] = ()
    money: Sequence[Money] = ()
    refused: Sequence[Refusal] = ()


@dataclass(frozen=True)
class File:
    """A document in a list; `sha256` in hexadecimal; `state` in words with its tone."""

    name: Text
    url: str = ""
    octets: int = 0
    at: dt.datetime | None = None
    what: Text = ""
    state: Text = ""
    tone: Tone = "plain"
    sha256: str = ""
    remove_url: str = ""


@dataclass(frozen=True)
class KeyFact:
    label: Text
    value: Text
    note: Text = ""
    url: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar: its size as a whole number (fen, cases, days), the size as text, and where the number is made of.

    An estimated one is drawn paler; its text says that it is one.
    """

    label: Text
    size: int
    text: Text
    url: str = ""
    estimated: bool = False


@dataclass(frozen=True)
class Linked:
    """A cell of a table that opens what its figure is made of; `exact` is the figure in full where it is shortened."""

    text: Text
    url: str = ""
    exact: Text = ""


@dataclass(frozen=True)
class DataTable:
    """A small, complete table; columns named in `numeric` (by position) are right-aligned.

    The caption is not shown where a heading beside the table says the same; `dense` tables have many columns.
    """

    caption: Text
    head: Sequence[Text]
    rows: Sequence[Sequence[Text | Linked]]
    numeric: Sequence[int] = ()
    foot: Sequence[Text | Linked] = ()
    caption_shown: bool = True
    dense: bool = False
