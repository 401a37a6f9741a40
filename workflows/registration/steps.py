"""How somebody comes to act for a company: asked, compared with what the bureau holds, confirmed, decided.

The account of a person carries a name, and whether somebody of the bureau has checked it. The legal representative's own
confirmation therefore counts where that name was checked and the bureau already holds it for the code; in every other
case, and wherever something does not agree, an officer at the counter compares with the business licence.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from subsidy.applicants.enums import RegistrationConflict, RegistrationState, RightBasis
from subsidy.applicants.models import Company, Registration
from subsidy.applicants.rights import ADMINISTER_FOR, CONFIRM_FOR, FILE_FOR, administrators_of, whom_to_ask
from subsidy.documents.models import StoredFile
from subsidy.documents.selectors import files_of
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn
from workflows.registry.rights import letter_kept

OWNER = "registration"
OPEN = frozenset(RegistrationState.open_values())


def make(turn: Turn) -> Registration:
    """A new request, with what does not agree. A company that somebody acts for already is not asked for twice."""
    data = turn.data
    company = Company.objects.filter(authority_id=turn.authority_id, uscc=data["uscc"]).first()
    if data["letter_to"] is not None and data["letter_to"] < turn.now.on:
        raise BadData(
            fields={"letter_to": [str(_("This letter ended before today. Bring one that is still in force."))]}
        )
    if company is not None and company.name == data["name"]:
        _refuse_second(company, turn)
    conflict = _conflict(company, turn)
    waits = RegistrationState.AWAITING_REPRESENTATIVE if data["confirmer"] else RegistrationState.AWAITING_COUNTER
    return Registration(
        authority_id=turn.authority_id,
        person=turn.actor,
        company=company,
        state=waits,
        conflict=conflict,
        opened_at=turn.now.at,
        **{name: data[name] for name in _COPIED},
    )


_COPIED = (
    "uscc",
    "name",
    "region",
    "founded_on",
    "representative",
    "contact_phone",
    "basis",
    "letter_from",
    "letter_to",
    "confirmer",
)


def _refuse_second(company: Company, turn: Turn) -> None:
    if administrators_of(company, on=turn.now.on):
        said = _(
            "This company is registered already, and somebody acts for it: ask %(who)s to give you the right. If that "
            "person has left, the legal representative can name another, or come to the counter with the licence."
        )
        raise BadData(fields={"uscc": [str(said % {"who": whom_to_ask(company, on=turn.now.on)})]})


def _conflict(company: Company | None, turn: Turn) -> str:
    """What does not agree with what is held, the weightiest first; empty where all agrees."""
    data = turn.data
    if company is None:
        others = Registration.objects.filter(authority_id=turn.authority_id, uscc=data["uscc"], state__in=OPEN)
        twice = others.exclude(person=turn.actor).exists()
        return RegistrationConflict.ASKED_TWICE if twice else RegistrationConflict.NOT_KNOWN
    if company.name != data["name"]:
        return RegistrationConflict.NAME
    if company.representative != data["representative"]:
        return RegistrationConflict.REPRESENTATIVE
    twice = Registration.objects.filter(company=company, state__in=OPEN).exclude(person=turn.actor).exists()
    return RegistrationConflict.ASKED_TWICE if twice else ""


def asked(turn: Turn) -> None:
    """Keep the papers; a legal representative whom the bureau knows as such needs nobody else."""
    registration: Registration = turn.subject
    papers = [
        letter_kept(turn, "licence"),
        letter_kept(turn),
    ]
    turn.record(
        uscc=registration.uscc,
        name=registration.name,
        conflict=registration.conflict,
        basis=registration.basis,
        letter_to=registration.letter_to,
        files=[{"slot": paper.slot, "sha256": paper.sha256} for paper in papers if paper is not None],
    )
    turn.record_private(representative=registration.representative, phone=registration.contact_phone)
    if registration.basis == RightBasis.REPRESENTATIVE and _is_known_representative(registration, turn):
        _settle(turn)


def _is_known_representative(registration: Registration, turn: Turn) -> bool:
    """Whether the actor's checked name is the legal representative's whom the bureau holds for the code."""
    named = turn.actor.name == registration.representative != ""
    return named and turn.actor.name_checked and not registration.conflict


def confirm(turn: Turn) -> None:
    """The legal representative says that the person may act; where the bureau knows them as such, that is enough."""
    registration: Registration = turn.subject
    _only(turn, registration.confirmer_id)
    turn.set(confirmed_at=turn.now.at, state=RegistrationState.AWAITING_COUNTER)
    turn.record(confirmed=True)
    if _is_known_representative(registration, turn):
        _settle(turn)


def decline(turn: Turn) -> None:
    """The legal representative says that the person may not act."""
    _only(turn, turn.subject.confirmer_id)
    _close(turn, RegistrationState.REFUSED, turn.data["reason"])


def withdraw(turn: Turn) -> None:
    _only(turn, turn.subject.person_id)
    _close(turn, RegistrationState.WITHDRAWN, "")


def accept(turn: Turn) -> None:
    """The counter has compared with the licence: the company is made if there is none, and the rights are given."""
    turn.record(remark=turn.data["remark"], conflict=turn.subject.conflict)
    turn.set(reason=turn.data["remark"])
    _settle(turn)


def refuse(turn: Turn) -> None:
    _close(turn, RegistrationState.REFUSED, turn.data["reason"])


def _only(turn: Turn, person_id: int | None) -> None:
    """The matter is this person's alone; to anybody else it does not exist."""
    if turn.actor.pk != person_id:
        raise NotFound


def _close(turn: Turn, state: RegistrationState, reason: str) -> None:
    turn.set(state=state, closed_at=turn.now.at, decided_by=turn.actor, reason=reason)
    turn.record(reason=reason)


def _settle(turn: Turn) -> None:
    """Give the rights that were proved. Refused where somebody acts for the company by now, or the letter has ended."""
    registration: Registration = turn.subject
    company = _company_of(registration)
    if administrators_of(company, on=turn.now.on):
        raise WrongState(
            _(
                "Somebody acts for this company already. Refuse this registration and name its administrator; if the "
                "company that is registered is the wrong one, end those rights first."
            )
        )
    if registration.letter_to is not None and registration.letter_to < turn.now.on:
        raise WrongState(_("The letter of authorisation has ended meanwhile. Refuse, and ask for a new one."))
    turn.set(company=company, state=RegistrationState.ACCEPTED, closed_at=turn.now.at, decided_by=turn.actor)
    turn.record(company=company.pk)
    data = {"registration": registration.pk, "rights": _rights(registration)}
    turn.passage.also("company", [company.pk], "admitted", data)


def _company_of(registration: Registration) -> Company:
    """The company of the code, locked so that two registrations cannot both be the first; made if there is none."""
    known = Company.objects.select_for_update(no_key=True)
    found = known.filter(authority_id=registration.authority_id, uscc=registration.uscc).first()
    return found or Company.objects.create(
        authority_id=registration.authority_id,
        uscc=registration.uscc,
        name=registration.name,
        region=registration.region,
        founded_on=registration.founded_on,
        representative=registration.representative,
        contact_name=registration.person.name,
        contact_phone=registration.contact_phone,
    )


def _rights(registration: Registration) -> list[dict[str, Any]]:
    """By the letter: files and administers, for its days; the legal representative: confirms and administers too."""
    letter: StoredFile | None = files_of(OWNER, registration.pk).filter(slot="letter").first()

    def right(person: int, name: str, basis: str, until: Any = None, since: Any = None) -> dict[str, Any]:
        paper = letter.pk if letter is not None and basis == RightBasis.LETTER else None
        return {
            "person": person,
            "right": name,
            "basis": basis,
            "valid_from": since,
            "valid_to": until,
            "letter": paper,
        }

    person = registration.person_id
    if registration.basis == RightBasis.REPRESENTATIVE:
        return [right(person, one, RightBasis.REPRESENTATIVE) for one in (FILE_FOR, CONFIRM_FOR, ADMINISTER_FOR)]
    days = (registration.letter_to, registration.letter_from)
    given = [right(person, one, RightBasis.LETTER, *days) for one in (FILE_FOR, ADMINISTER_FOR)]
    if registration.confirmer_id is not None and registration.confirmed_at is not None:
        confirmer = registration.confirmer_id
        given += [right(confirmer, one, RightBasis.REPRESENTATIVE) for one in (CONFIRM_FOR, ADMINISTER_FOR)]
    return given
