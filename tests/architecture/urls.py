"""Everything that a test of the addresses needs: the routes of the resolver, people of every kind, and one object each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from subsidy.accounts.enums import ADMINISTRATORS, Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.services import system_actor
from subsidy.applicants.models import Company
from subsidy.audit.models import Checkpoint, LogKey
from subsidy.audit.moment import Moment
from subsidy.decisions.models import Objection
from subsidy.demo.uscc import generated_uscc
from subsidy.documents.models import StoredFile
from subsidy.payouts.models import AnswerFile
from tests.world import World, pdf

SIGN_IN = "/sign-in/"
OFFICERS = tuple(role for role in Role if role not in (*ADMINISTRATORS, Role.AUDITOR, Role.EXPERT))


def routes() -> Iterator[tuple[str, str]]:
    """(qualified name, pattern) of every address of the program; a route without a name stands under its pattern."""
    yield from _below(get_resolver().url_patterns, "", "")


def _below(patterns: Any, namespace: str, prefix: str) -> Iterator[tuple[str, str]]:
    for one in patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from _below(one.url_patterns, inner, path)
        else:
            assert isinstance(one, URLPattern)
            yield (f"{namespace}{one.name}" if one.name else path), path


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser: `label` is what the table calls them."""

    label: str
    user: User | None

    def client(self) -> Client:
        client = Client(raise_request_exception=False)
        if self.user is not None:
            client.force_login(self.user)
        return client


def visitors(world: World, other: World, company: Company, foreign: Company, seated: User) -> list[Visitor]:
    """Of each kind one; the officers hold exactly one role each, the foreign one every business role of her bureau."""
    foreign_officer = other.person("u-outsider", None)
    for role in OFFICERS:
        RoleGrant.objects.create(
            user=foreign_officer, authority=other.authority, role=role, valid_from=dt.date(2020, 1, 1)
        )
    unseated = world.person("u-expert", Role.EXPERT, kind=UserKind.EXPERT)
    return [
        Visitor("anonymous", None),
        Visitor("own company", world.filer(company)),
        Visitor("foreign company", world.filer(foreign)),
        *(Visitor(role.value, world.person(f"u-{role.value}", role)) for role in OFFICERS),
        Visitor("seated expert", seated),
        Visitor("other expert", unseated),
        Visitor("auditor", world.people["auditor"]),
        *(Visitor(role.value, world.person(f"u-{role.value}", role)) for role in ADMINISTRATORS),
        Visitor("foreign officer", foreign_officer),
        Visitor("nobody", world.person("u-nobody", None)),
    ]


def outcome(response: HttpResponseBase) -> str:
    """What an answer means for who asked: in, sign in, 403, 404, or method; anything else by its number."""
    status = response.status_code
    if status == 302 and response["Location"].startswith(SIGN_IN):
        return "sign in"
    if status in {200, 302, 409, 422}:
        return "in"
    return "method" if status == 405 else str(status)


def checkpoint_of(world: World) -> Checkpoint:
    """A published head of the log; what its signature is worth is asked elsewhere."""
    at = world.now.at
    key = LogKey.objects.create(name="grants.example/log", public=b"k" * 32, text="k", made_at=at, made_by="test")
    return Checkpoint.objects.create(key=key, size=1, root=b"r" * 32, text="note", made_at=at)


def answer_file(world: World, now: Moment) -> AnswerFile:
    return AnswerFile.objects.create(
        authority=world.authority,
        sha256="0" * 64,
        name="answer.csv",
        format="result_csv",
        message_id="M1",
        content=b"",
        imported_by=world.people["finance1"],
        imported_at=now.at,
    )


def registration_of(
    world: World, person: User, *, confirmer: User | None = None, serial: int = 90_001
) -> tuple[int, int]:
    """An open registration that the person made, and its business licence: their keys.

    With a `confirmer` it rests on a letter and waits for that legal representative.
    """
    data = {
        "uscc": generated_uscc(serial, region="330106"),
        "name": "杭州新芽科技有限公司",
        "region": "330106",
        "founded_on": "2020-05-01",
        "representative": "李法人",
        "contact_phone": "13800001234",
        "basis": "representative",
    }
    files = {"licence": pdf("licence.pdf")}
    if confirmer is not None:
        days = {"letter_from": "2024-01-01", "letter_to": "2024-12-31"}
        data |= {"basis": "letter", "confirmer": confirmer.username, **days}
        files["letter"] = pdf("letter.pdf")
    pk = world.open("registration", "ask", person, data, files=files)
    return pk, StoredFile.objects.get(owner_kind="registration", owner_id=pk, slot="licence").pk


def letter_of(world: World, company: Company) -> int:
    """The key of a letter of authorisation on which a right for the company rests."""
    data = {"username": world.filer(company).username, "right": "administer_for", "valid_to": "2025-12-31"}
    world.act("company", company, "grant_at_counter", "counter", data=data, files={"letter": pdf("letter.pdf")})
    return StoredFile.objects.get(owner_kind="company", owner_id=company.pk, slot="letter").pk


def objection_of(world: World) -> Objection:
    """An open objection to the one row of a list that stands on the public site."""
    call = world.call()
    world.ready(call)
    notice = world.published(call).notice
    data = {
        "notice": notice.pk,
        "rank": 1,
        "objector_kind": "person",
        "name": "李真名",
        "contact": "13900001111",
        "grounds": "该企业的研发费用与年报不一致。",
    }
    pk = world.open("objection", "file", system_actor("system:public"), data, files={"document": pdf("signed.pdf")})
    return Objection.objects.get(pk=pk)
