"""Questions and answers between a company and the bureau on one case, told to the other side; notes of officers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.applicants.rights import FILE_FOR
from subsidy.audit.canonical import digest
from subsidy.cases.enums import CaseState
from subsidy.correspondence.conversing import message_write, note_write
from workflows.common.acts import Act, ActForm
from workflows.common.turn import Turn

FILED = frozenset(CaseState) - {CaseState.DRAFT}


class MessageForm(ActForm):
    text = forms.CharField(
        label=_("Message"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Both sides keep it. Do not write passwords or account numbers."),
    )


class NoteForm(ActForm):
    text = forms.CharField(
        label=_("Note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "For those who work on the case; the company and the experts do not see it. It cannot be changed."
        ),
    )


def _write(turn: Turn, *, from_company: bool) -> None:
    """Keep the message; the event holds its hash, and the text beside it, where it can be erased."""
    text: str = turn.data["text"]
    message = message_write(turn.subject, author=turn.actor, from_company=from_company, text=text, now=turn.now)
    turn.record(message=message.pk, sha256=digest(text).hex())
    turn.record_private(text=text)


def from_bureau(turn: Turn) -> None:
    _write(turn, from_company=False)


def from_company(turn: Turn) -> None:
    _write(turn, from_company=True)


def ask(turn: Turn) -> None:
    """A question of whoever the case waits for; the case stays where it stands."""
    from_bureau(turn)
    turn.hold()


def note(turn: Turn) -> None:
    """Words for those who work on the case next, by whoever it waits for; the case stays where it stands."""
    text: str = turn.data["text"]
    kept = note_write(turn.subject, author=turn.actor, text=text, now=turn.now)
    turn.record(note=kept.pk, sha256=digest(text).hex())
    turn.record_private(text=text)
    turn.hold()


MESSAGES = (
    Act("ask_company", _("Ask the company"), ask, pooled=True, form=MessageForm, versioned=False),
    Act("write_note", _("Write a note"), note, pooled=True, form=NoteForm, versioned=False),
    Act(
        "answer_company",
        _("Write to the company"),
        from_bureau,
        role=Role.ACCEPTANCE,
        form=MessageForm,
        states=FILED,
        versioned=False,
    ),
    Act(
        "write_to_bureau",
        _("Write to the bureau"),
        from_company,
        member=FILE_FOR,
        form=MessageForm,
        states=FILED,
        versioned=False,
    ),
)
