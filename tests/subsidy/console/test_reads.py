"""Whoever reads or takes along what is not theirs leaves an event, and the company sees who it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from subsidy.audit import reads
from subsidy.audit.models import Event, Reader
from subsidy.audit.verify import verify_record
from subsidy.cases.models import Case
from subsidy.documents.models import StoredFile
from tests.world import World

SignIn = Callable[[str | User], Client]


@pytest.fixture
def case(world: World) -> Case:
    return world.submitted(world.call())


def said(person: User) -> list[tuple[str, dict[str, Any]]]:
    events = Event.objects.filter(stream="reader", stream_id=person.pk).order_by("seq")
    return [(event.action, json.loads(event.body)["data"]) for event in events]


def opened(client: Client, address: str) -> int:
    """The status of an address whose file, if it is one, is read to its end."""
    answer: Any = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return int(answer.status_code)


def paper(case: Case) -> str:
    file = StoredFile.objects.filter(owner_kind="case", owner_id=case.pk).first()
    assert file is not None
    return f"/console/cases/{case.number}/files/{file.pk}/"


def test_a_document_of_others_leaves_an_event_in_two_statements(world: World, case: Case, as_person: SignIn) -> None:
    client = as_person("acceptance")
    address = paper(case)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert opened(client, address) == 200
    told = [one["sql"] for one in asked if "audit_" in one["sql"]]
    assert len(told) == 2, told
    assert opened(client, address) == 200
    expected = {"page": "console:case-file", "kind": "case", "subject": case.pk, "company": case.company_id}
    assert said(world.people["acceptance"]) == [("read_file", expected)] * 2
    assert verify_record("reader", world.people["acceptance"].pk) == []


def test_an_export_leaves_an_event_and_a_page_of_the_list_does_not(
    world: World, case: Case, as_person: SignIn
) -> None:
    client = as_person("auditor")
    client.get("/console/audit/?q=XH")
    assert said(world.people["auditor"]) == []
    opened(client, "/console/audit/?q=XH&export=csv")
    assert said(world.people["auditor"]) == [("export_list", {"page": "console:audit", "query": "q=XH&export=csv"})]


def test_an_auditors_reading_of_a_case_and_whole_account_numbers_leave_events(
    world: World, case: Case, as_person: SignIn
) -> None:
    as_person("auditor").get(f"/console/audit/cases/{case.number}/")
    assert [act for act, _data in said(world.people["auditor"])] == ["read_page"]
    as_person("finance1").get(f"/console/companies/{case.company_id}/accounts/")
    ((act, data),) = said(world.people["finance1"])
    assert (act, data["company"]) == ("read_page", case.company_id)


def test_what_is_refused_or_ones_own_leaves_none(world: World, case: Case, as_person: SignIn) -> None:
    assert opened(as_person(world.person("stranger", None)), paper(case)) in (403, 404)
    mine = as_person(world.filer(case.company))
    file = StoredFile.objects.filter(owner_kind="case", owner_id=case.pk).first()
    assert file is not None
    assert opened(mine, reverse("portal:file", args=[case.number, file.pk])) == 200
    assert not Reader.objects.exists()


def test_nothing_is_shown_when_the_event_cannot_be_written(
    world: World, case: Case, as_person: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_person("acceptance")

    def fails(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("no room left")

    monkeypatch.setattr("subsidy.web.reads.read_append", fails)
    with pytest.raises(RuntimeError):
        client.get(paper(case))


def test_the_company_sees_who_looked_and_nobody_elses_company(world: World, case: Case, as_person: SignIn) -> None:
    opened(as_person("acceptance"), paper(case))
    other = world.submitted(world.call(), company=world.company("别家公司"))
    page = as_person(world.filer(case.company)).get(reverse("portal:readers", args=[case.company_id])).content.decode()
    assert world.people["acceptance"].name in page and case.number in page
    theirs = as_person(world.filer(other.company))
    assert world.people["acceptance"].name not in theirs.get(
        reverse("portal:readers", args=[other.company_id])
    ).content.decode().replace(str(world.filer(other.company)), "")
    assert theirs.get(reverse("portal:readers", args=[case.company_id])).status_code == 404


def test_an_expert_is_not_named_to_the_company(world: World, case: Case, as_person: SignIn) -> None:
    expert = world.person("e-reader", None, kind=UserKind.EXPERT)
    actor = {"id": expert.pk, "name": expert.name, "username": expert.username, "kind": "expert"}
    read = reads.Read(reads.FILE, "console:score-file", "case", case.pk, case.company_id)
    reads.read_append(read, actor=actor, authority_id=case.authority_id, now=world.now)
    page = as_person(world.filer(case.company)).get(reverse("portal:readers", args=[case.company_id])).content.decode()
    assert expert.name not in page and expert.username not in page
    assert case.number in page
