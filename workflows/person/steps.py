"""Opening accounts for people of companies, and what the counter may do to them; nothing here touches an officer's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from subsidy.accounts.services import person_new
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn


class NameTaken(BadData):
    """Somebody signs in with this name already. The page for everybody must not say so; the counter's may."""


def make_online(turn: Turn) -> User:
    """An account that somebody asked for online, with a name that nobody has checked."""
    return _make(turn, at_counter=False)


def make_at_counter(turn: Turn) -> User:
    """An account for a person who stands there with an identity card, with a password for one sign-in."""
    return _make(turn, at_counter=True)


def _make(turn: Turn, *, at_counter: bool) -> User:
    data = turn.data
    if User.objects.filter(username__iexact=data["username"]).exists():
        said = _("Somebody signs in with this already. Find the person in the list, and give them a new password.")
        raise NameTaken(fields={"username": [str(said)]})
    return person_new(
        data["username"],
        name=data["name"].strip(),
        authority_id=turn.authority_id,
        password_hash=data["password_hash"],
        name_checked=at_counter,
        password_to_change=at_counter,
        now=turn.now,
    )


def signed_up(turn: Turn) -> None:
    turn.record(online=True, name_checked=False)
    turn.record_private(name=turn.subject.name, username=turn.subject.username)


def opened(turn: Turn) -> None:
    """The officer has helped the person into the system, and has seen who they are."""
    turn.record(online=False, assisted=True, name_checked=True)
    turn.record_private(name=turn.subject.name, username=turn.subject.username)


def check_name(turn: Turn) -> None:
    """Somebody of the bureau has seen the identity card: from now on the name proves who the person is."""
    person, name = _of_a_company(turn), turn.data["name"].strip()
    if person.name_checked and person.name == name:
        raise WrongState(_("This name has been checked already. Nothing needs to be done."))
    turn.record(corrected=person.name != name)
    turn.record_private(before=person.name, after=name)
    turn.set(name=name, name_checked=True)


def give_password(turn: Turn) -> None:
    """A new password for one sign-in; the person must choose an own one with it. Sessions under the old one end."""
    _of_a_company(turn)
    turn.set(password=turn.data["password_hash"], password_to_change=True)
    turn.record(assisted=True)


def change_password(turn: Turn) -> None:
    """The person's own choice; whoever gave the last one no longer knows it."""
    turn.set(password=turn.data["password_hash"], password_to_change=False)


def change_details(turn: Turn) -> None:
    """The person's own word: a name that was compared with an identity card is compared no longer once it changes."""
    person: User = turn.subject
    name, email = turn.data["name"], turn.data["email"]
    if (person.name, person.email) == (name, email):
        raise WrongState(_("This is what is on record already. Nothing needs to be done."))
    renamed = person.name != name
    turn.record(name=renamed, email=person.email != email)
    turn.record_private(before=[person.name, person.email], after=[name, email])
    turn.set(name=name, email=email, name_checked=person.name_checked and not renamed)


def _of_a_company(turn: Turn) -> User:
    """The person, if the counter may act on the account at all (NotFound for an officer's or a system actor's)."""
    person: User = turn.subject
    if person.kind != UserKind.COMPANY:
        raise NotFound
    return person
