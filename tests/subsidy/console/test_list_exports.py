"""Lists too long to be waited for: written in the background as their reader sees them, stopped, told of, thrown away."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import RoleGrant, User
from subsidy.audit.models import Event
from subsidy.audit.moment import Moment
from subsidy.audit.reads import EXPORT
from subsidy.cases.models import Case
from subsidy.correspondence.models import Notification
from subsidy.documents.services import folder
from subsidy.reporting.models import ListExport
from subsidy.reporting.services import export_count
from subsidy.web import exporting, lists
from subsidy.web.exporting import KEPT, make_list_export, throw_away_exports
from tests.world import World, fresh
from workflows.common.refusals import WrongState
from workflows.common.telling import tell

SignIn = Callable[[str | User], Client]


@pytest.fixture
def cases(world: World, monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """Three filed cases, where a list of three is a long one."""
    call = world.call()
    found = [world.submitted(call) for _one in range(3)]
    monkeypatch.setattr(lists, "EXPORT_AT_ONCE", 2)
    return found


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def asked(client: Client, address: str) -> ListExport:
    """Ask for the list of this address by the pages."""
    led = client.get(address)
    assert led.status_code == 302 and led["Location"].startswith(reverse("own-exports-ask")), led
    shown = client.get(led["Location"])
    assert shown.status_code == 200
    done = client.post(led["Location"], {"key": shown.context["key"], "version": shown.context["version"]})
    assert (done.status_code, done["Location"]) == (302, reverse("own-exports"))
    return ListExport.objects.latest("pk")


@pytest.mark.parametrize("address", ["/console/queue/?export={}", "/console/overview/cases/?export={}&sort=number"])
def test_the_file_is_what_the_page_would_have_handed_out(
    world: World, cases: list[Case], as_person: SignIn, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    client = as_person("acceptance" if "overview" not in address else "leader")
    monkeypatch.setattr(lists, "EXPORT_AT_ONCE", 3)
    plain = body(client.get(address.format("csv")))
    monkeypatch.setattr(lists, "EXPORT_AT_ONCE", 2)
    assert cases[0].number.encode() in plain
    found = asked(client, address.format("csv"))
    page = client.get(reverse("own-exports"))
    assert "every 3s" in page.text
    make_list_export(found.pk, now=world.now)
    found = fresh(found)
    assert (found.rows, found.total, found.made_at) == (3, 3, world.now.at)
    page = client.get(reverse("own-exports"))
    assert found.name in page.text and "every 3s" not in page.text
    taken = client.get(reverse("own-exports-file", args=[found.pk]))
    content = body(taken)
    assert content == plain and found.name in taken["Content-Disposition"]
    assert hashlib.sha256(content).hexdigest() == found.sha256 and len(content) == found.size

    book = asked(client, address.format("xlsx"))
    make_list_export(book.pk, now=world.now)
    sheet = openpyxl.load_workbook(folder() / fresh(book).path).active
    assert sheet is not None and sheet.max_row == 4


def test_whoever_asked_is_told_and_what_was_taken_along_is_on_record(
    world: World, cases: list[Case], as_person: SignIn
) -> None:
    person = world.people["acceptance"]
    found = asked(as_person("acceptance"), "/console/queue/?export=csv")
    for _again in range(2):
        make_list_export(found.pk, now=world.now)
    event = Event.objects.get(stream="person", stream_id=person.pk, action="keep_export")
    assert json.loads(event.body)["data"]["sha256"] == fresh(found).sha256
    tell("person", person.pk, event.seq, [], now=world.now)
    [row] = Notification.objects.filter(recipient=person, subject_kind="person")
    assert reverse("own-exports") in as_person("acceptance").get(reverse("notifications")).text and row.kind == "done"
    [read] = Event.objects.filter(stream="reader", stream_id=person.pk, action=EXPORT)
    assert "export=csv" in read.body


def test_a_list_that_is_stopped_leaves_nothing_behind(
    world: World, cases: list[Case], as_person: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_person("acceptance")
    found = asked(client, "/console/queue/?export=csv")
    counted = export_count

    def stopped_after_a_row(export_id: int, *, rows: int, total: int) -> bool:
        if rows == 1:
            stop = reverse("own-exports-stop", args=[found.pk])
            shown = client.get(stop)
            sent = client.post(stop, {"key": shown.context["key"], "version": shown.context["version"]})
            assert sent.status_code == 302
        return counted(export_id, rows=rows, total=total)

    monkeypatch.setattr(exporting, "COUNTED", 1)
    monkeypatch.setattr(exporting, "export_count", stopped_after_a_row)
    make_list_export(found.pk, now=world.now)
    monkeypatch.undo()
    found = fresh(found)
    assert found.stopped_at is not None and found.made_at is None and found.rows < 3
    assert not list((folder() / f"exports/{found.person_id}").glob(f"{found.pk}-*"))
    make_list_export(found.pk, now=world.now)
    assert fresh(found).made_at is None, "a job that comes late writes what was stopped"
    assert client.get(reverse("own-exports-file", args=[found.pk])).status_code == 404
    assert client.get(reverse("own-exports")).status_code == 200


def test_a_list_is_written_as_far_as_its_reader_sees_when_it_is_written(
    world: World, cases: list[Case], as_person: SignIn
) -> None:
    found = asked(as_person("acceptance"), "/console/queue/?export=csv")
    RoleGrant.objects.filter(user=found.person).update(valid_to=world.now.on - dt.timedelta(days=1))
    make_list_export(found.pk, now=world.now)
    found = fresh(found)
    assert found.failed_at is not None and found.made_at is None
    assert "fail_export" in Event.objects.filter(stream="person").values_list("action", flat=True)
    assert as_person("acceptance").get(reverse("own-exports-file", args=[found.pk])).status_code == 404


def test_nobody_asks_for_what_the_program_did_not_offer_or_takes_what_is_anothers(
    world: World, cases: list[Case], as_person: SignIn
) -> None:
    client = as_person("acceptance")
    for wanted in ("", "/console/queue/?export=csv", "/console/queue/?export=csv:forged"):
        assert client.get(reverse("own-exports-ask"), {"list": wanted}).status_code == 404
        assert client.post(reverse("own-exports-ask") + f"?list={wanted}", {"key": "k"}).status_code == 404
    found = asked(client, "/console/queue/?export=csv")
    make_list_export(found.pk, now=world.now)
    other = as_person("auditor")
    assert other.get(reverse("own-exports-file", args=[found.pk])).status_code == 404
    assert other.get(reverse("own-exports-stop", args=[found.pk])).status_code == 404
    assert found.name not in other.get(reverse("own-exports")).text or not found.name


def test_only_so_many_are_written_at_once(world: World, cases: list[Case], as_person: SignIn) -> None:
    data = {"address": "/console/queue/?export=csv", "language": "zh-hans"}
    person = world.people["acceptance"]
    for _one in range(3):
        world.act("person", person, "ask_export", person, data=data)
    with pytest.raises(WrongState):
        world.act("person", person, "ask_export", person, data=data)


def test_files_are_thrown_away_after_their_days(world: World, cases: list[Case], as_person: SignIn) -> None:
    client = as_person("acceptance")
    found = asked(client, "/console/queue/?export=csv")
    make_list_export(found.pk, now=world.now)
    path = folder() / fresh(found).path
    assert throw_away_exports(world.now) == 0 and path.is_file()
    later = Moment(at=world.now.at + KEPT + dt.timedelta(minutes=1), real=world.now.real)
    assert throw_away_exports(later) == 1 and not path.exists()
    assert throw_away_exports(later) == 0
    assert client.get(reverse("own-exports-file", args=[found.pk])).status_code == 404


def test_short_lists_are_handed_out_at_once_and_strangers_are_not_led_to_sign_in_for_public_ones(
    world: World, cases: list[Case], as_person: SignIn, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "EXPORT_AT_ONCE", 3)
    assert as_person("acceptance").get("/console/queue/?export=csv").status_code == 200
    monkeypatch.setattr(lists, "EXPORT_AT_ONCE", 0)
    assert client.get(reverse("public:calls"), {"export": "csv"}).status_code == 200
