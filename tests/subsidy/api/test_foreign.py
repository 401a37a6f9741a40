"""Every kind of matter × everybody × its addresses: for whom a matter is foreign, it does not exist, and stays as it is.

Who sees what stands here as a table that asks the program nothing. A kind that is not in it fails by its name.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pytest

from subsidy.accounts.enums import ADMINISTRATORS, Role
from subsidy.api.offers import every_act
from subsidy.api.resources import Resource, resources
from tests.subsidy.api.conftest import AsProgram, Program
from tests.subsidy.api.filled import filled, standing
from tests.subsidy.api.test_tokens import problem
from tests.world import World

ROLES = {role.value for role in Role}
ADMINS = {role.value for role in ADMINISTRATORS}
COMPANY = {"own company", "own representative"}
# Of another bureau, with every role that acts on something; and its auditor.
ELSEWHERE = {"outsider", "other bureau's auditor"}
NO_ROLE = {"superuser", "nobody", "system"}
EVERYBODY = ROLES | COMPANY | ELSEWHERE | NO_ROLE | {"stranger", "other company", "recused"}
FINANCE = {"finance_prepare", "finance_check", "finance_release"}
# A township and a department see what was given to their unit, which here is nothing.
BUREAU = ROLES - ADMINS - {"township", "department", "expert", "policy_author"} | {"recused"}


@dataclass(frozen=True)
class Seen:
    """Who sees the matter, and to whom the whole kind is closed (403); to everybody else there is no such matter (404)."""

    by: set[str]
    closed: set[str]


def officers(*, of: set[str], hidden: set[str] = frozenset(), company: bool = False) -> Seen:  # type: ignore[assignment]
    """Of these roles in this bureau; `hidden`: those of them who are recused. Of a company its own, if it has any there."""
    others = ELSEWHERE - (set() if "auditor" in of else {"other bureau's auditor"})
    inside = of | (COMPANY if company else set())
    strangers = {"stranger", "other company"} if company else set()
    return Seen(inside - hidden, EVERYBODY - inside - others - strangers)


# Any officer may ask for cases, whatever the role; whose they are not finds none.
CASE = Seen(BUREAU - {"recused"} | COMPANY, NO_ROLE | {"expert"})
REGISTER = officers(of=BUREAU, company=True)
MONEY = officers(of=FINANCE | {"auditor"})
PUBLIC = Seen(EVERYBODY, set())
LISTS = officers(of=BUREAU)
# Of a company only the person who asked, and whoever is to confirm it.
ASKED = Seen(REGISTER.by - {"own representative"}, REGISTER.closed)
TABLE = {
    "cases": CASE,
    "awards": CASE,
    "instalments": CASE,
    "messages": CASE,
    "undertakings": CASE,
    "experts": officers(of=BUREAU | {"expert"}),
    "registrations": ASKED,
    "fact-imports": LISTS,
    "register-imports": LISTS,
    "work-items": Seen(BUREAU - {"recused"}, CASE.closed),
    "rounds": officers(of=BUREAU),
    "objections": officers(of={"supervision", "auditor", "recused"}, hidden={"recused"}),
    "proposals": officers(of=BUREAU, hidden={"recused"}),
    "recoveries": officers(of=BUREAU, hidden={"recused"}),
    "batches": MONEY,
    "answers": MONEY,
    "answer-files": MONEY,
    "paying-accounts": MONEY,
    "authorities": officers(of=ROLES - {"expert"} | {"recused"}),
    "budget-lines": officers(of=FINANCE | {"auditor", "leader"}),
    "companies": REGISTER,
    "register-entries": REGISTER,
    "prior-awards": REGISTER,
    "calls": PUBLIC,
    "policy-versions": PUBLIC,
    "notices": PUBLIC,
}
# What is not filed yet is the company's alone.
DRAFT = Seen(COMPANY, CASE.closed)
PAPERS = {"bundle": {"auditor"}, "payment": FINANCE}
PUBLIC_ACTS = {"calls": {"amount", "policy_publisher"}}
NOBODYS = {"number": "XH-NOBODYS", "pk": "999999999", "code": "nobodys"}


def told(answer: Any) -> tuple[int, Any]:
    """An answer without what differs from request to request."""
    body = answer.json()
    body.pop("request_id", None)
    return answer.status_code, body


class Foreign:
    """One person for whom one matter is foreign: what each of its addresses answers, and what it should."""

    def __init__(self, program: Program, resource: Resource, matter: Any, status: int) -> None:
        self.program, self.resource, self.matter, self.status = program, resource, matter, status
        self.wrong: list[str] = []
        self.none: tuple[int, Any] | None = None

    def tries(self, acts: int | None) -> list[str]:
        name, key = self.resource.name, self.resource.key_of(self.matter)
        for path in self._read():
            self._ask("get", path)
        for path in [*self._written(acts), *(f"readings/{one.name}/" for one in self.resource.readings if one.takes)]:
            self._ask("post", path)
        listed = self.program.get(f"{name}/")
        if listed.status_code != (403 if self.status == 403 else 200):
            self.wrong.append(f"{name}/: {listed.status_code}")
        elif listed.status_code == 200 and key in [row["key"] for row in listed.json()["items"]]:
            self.wrong.append(f"{name}/ lists it")
        return self.wrong

    def _read(self) -> list[str]:
        asked = [f"readings/{one.name}/" for one in self.resource.readings if one.takes is None]
        return ["", *(["acts/"] if self.resource.acts else []), *asked]

    def _written(self, most: int | None) -> list[str]:
        acts = list(every_act(self.resource.kind).values())[:most] if self.resource.acts else []
        for act in [one for one in acts if one.bulk]:
            self._many(act.name)
        return [*(f"acts/{act.name}/" for act in acts), *(f"files/{one.name}/" for one in self.resource.papers)]

    def _ask(self, method: str, path: str) -> None:
        """The same is answered of it, at every address, as of one that nobody has."""
        send = getattr(self.program, method)
        more: dict[str, Any] = {"version": getattr(self.matter, "head_seq", 1), "data": {}} if method == "post" else {}
        found = told(send(f"{self.resource.name}/{self.resource.key_of(self.matter)}/{path}", **more))
        self.none = self.none or told(send(f"{self.resource.name}/{NOBODYS[self.resource.lookup]}/{path}", **more))
        if found[0] != self.status or found != self.none:
            self.wrong.append(f"{method} {self.resource.name}/…/{path}: {found}, of none {self.none}")

    def _many(self, act: str) -> None:
        rows = {"rows": [{"key": self.resource.key_of(self.matter), "version": self.matter.head_seq}], "data": {}}
        answer = self.program.post(f"{self.resource.name}/bulk/{act}/", rows)
        statuses = [row["problem"]["status"] for row in answer.json().get("rows", ()) if not row["done"]]
        if (answer.status_code, statuses) not in ((self.status, []), (200, [404])):
            self.wrong.append(f"{self.resource.name}/bulk/{act}/: {answer.content!r}")


def try_as(world: World, as_program: AsProgram, labels: Collection[str], acts: int | None) -> None:
    """`acts`: how many of each kind's acts are tried; None for all."""
    bureau = filled(world)
    assert set(TABLE) == set(resources())
    assert {one.label for one in bureau.people} == EVERYBODY
    before, wrong = standing(), []
    for person in [one for one in bureau.people if one.label in labels]:
        program = as_program(person.user)
        for name, matter in bureau.all():
            seen = DRAFT if matter == bureau.draft and name == "cases" else TABLE[name]
            if person.label in seen.by:
                continue
            status = 403 if person.label in seen.closed else 404
            found = Foreign(program, resources()[name], matter, status).tries(acts)
            wrong += [f"{person.label}: {one}" for one in found]
    assert wrong == [], "\n".join(wrong)
    assert standing() == before


def test_what_is_foreign_does_not_exist(world: World, as_program: AsProgram, unhurried: None) -> None:
    try_as(world, as_program, ("outsider", "other company", "recused", "township", "system_admin"), 1)


@pytest.mark.long
def test_no_act_reaches_what_is_foreign(world: World, as_program: AsProgram, unhurried: None) -> None:
    try_as(world, as_program, EVERYBODY, None)


def test_whose_it_is_reads_it_and_takes_only_the_papers_of_the_office(
    world: World, as_program: AsProgram, unhurried: None
) -> None:
    """The other side of the table: it is no table of what nobody sees."""
    bureau = filled(world)
    for person in bureau.people:
        program = as_program(person.user)
        for name, matter in bureau.matters.items():
            if person.label not in TABLE[name].by:
                continue
            resource = resources()[name]
            at = f"{name}/{resource.key_of(matter)}/"
            assert program.get(at).status_code == 200, (person.label, at)
            assert program.get(f"{at}acts/").status_code == (200 if resource.acts else 404), (person.label, at)
            for paper in resource.papers:
                if person.label not in PAPERS[paper.name]:
                    problem(program.post(f"{at}files/{paper.name}/", {}), 403, "permission")


def test_what_is_public_is_changed_by_its_offices_alone(world: World, as_program: AsProgram, unhurried: None) -> None:
    bureau = filled(world)
    before = standing()
    for person in bureau.people:
        program = as_program(person.user)
        for name in [one for one, seen in TABLE.items() if seen is PUBLIC and resources()[one].acts]:
            resource, matter = resources()[name], bureau.matters[name]
            for act in every_act(resource.kind):
                if person.label not in PUBLIC_ACTS[name] | {"recused"}:
                    path = f"{name}/{resource.key_of(matter)}/acts/{act}/"
                    answer = program.post(path, {}, version=matter.head_seq)
                    assert answer.status_code in (403, 404), (person.label, path, answer.content)
    assert standing() == before
