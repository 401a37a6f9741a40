"""Everybody who could try an act: one fresh person a role, people of companies, strangers and the system's own actors."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from subsidy.accounts.enums import ADMINISTRATORS, Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from tests.world import World
from workflows.common.acts import ANY_MEMBER, Act

# Who sees a case only because it was given to them.
GIVEN = frozenset({Role.EXPERT, Role.TOWNSHIP, Role.DEPARTMENT})
POWERLESS = frozenset({*ADMINISTRATORS, Role.AUDITOR})


@dataclass(frozen=True)
class Person:
    """Somebody at the door: what they may do here, as the test knows it without asking the program."""

    label: str
    user: User
    roles: frozenset[Role] = frozenset()
    elsewhere: frozenset[Role] = frozenset()
    member: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    """Acts of a matter that is this person's."""


def officers(world: World, other: World) -> list[Person]:
    """One officer a role who has acted on nothing yet; officers of another bureau; those with no role at all."""
    people = [Person(role.value, _holder(world, role), roles=frozenset({role})) for role in Role]
    outsider = other.person("m-outsider", None)
    for role in Role:
        if role not in POWERLESS:
            RoleGrant.objects.create(
                user=outsider, authority=other.authority, role=role, valid_from=dt.date(2020, 1, 1)
            )
    chief = world.person("m-chief", None)
    User.objects.filter(pk=chief.pk).update(is_superuser=True, is_staff=True)
    chief.refresh_from_db()
    return [
        *people,
        Person("outsider", outsider, elsewhere=frozenset(set(Role) - POWERLESS)),
        Person("superuser", chief),
        Person("nobody", world.person("m-nobody", None)),
        Person("system", world.system),
        Person("stranger", world.person("m-stranger", None, kind=UserKind.COMPANY)),
    ]


def _holder(world: World, role: Role) -> User:
    kind = UserKind.EXPERT if role == Role.EXPERT else UserKind.OFFICER
    return world.person(f"m-{role.value}", role, kind=kind)


def _of_the_person(act: Act, person: Person) -> str:
    """Why somebody may not do an act that belongs to a person, whatever their roles; empty where they may."""
    if act.member:
        if not person.member:
            return "not_found"
        return "" if act.member in (ANY_MEMBER, *person.member) else "permission"
    if act.name in person.own:
        return ""
    return "not_found" if act.own or person.user.kind == UserKind.COMPANY else "permission"


def judged(act: Act, person: Person, *, role: Role | None, possible: bool, seated: bool) -> str:
    """What the door must answer, from the rules of the design alone: "done", or the code of the refusal.

    `role` is the role that may do the act here (of the pool for acts that belong to whoever the matter waits for).
    """
    if act.system:
        return "not_found"  # only jobs reach these
    if act.own or act.personal or act.member:
        return _of_the_person(act, person) or ("done" if possible else "state")
    if (person.roles | person.elsewhere) & POWERLESS and role not in ADMINISTRATORS:
        return "permission"
    if role is None:  # a pooled act where the matter stands in no pool
        return "state" if person.roles else "not_found"
    if role not in person.roles:
        return "permission" if person.roles else "not_found"
    if role in GIVEN and not act.pooled:
        return "done" if possible and seated else "not_found"
    return "done" if possible else "state"
