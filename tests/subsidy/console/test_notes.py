"""Notes on a case: by whoever it waits for, read by officers alone, never changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.audit.models import Event
from subsidy.correspondence.models import CaseNote
from subsidy.reporting.story import story
from tests.world import World, fresh
from workflows.common.refusals import Forbidden, NotFound, Refused

SignIn = Callable[[str | User], Client]
WORDS = "与企业电话核对过，审计报告第12页有误。"


def test_a_note_is_written_by_whoever_the_case_waits_for_and_read_by_the_next(world: World, as_person: SignIn) -> None:
    case = world.submitted()
    page, write = (
        reverse("console:case", args=[case.number]),
        reverse("console:case-message", args=[case.number, "write_note"]),
    )
    acceptance = as_person("acceptance")
    assert write in acceptance.get(page).text
    shown = acceptance.get(write)
    sent = {"key": shown.context["key"], "version": shown.context["version"], "text": WORDS}
    for _twice in range(2):
        done = acceptance.post(write, sent)
        assert (done.status_code, done["Location"]) == (302, f"{page}#notes")
    assert CaseNote.objects.get(case=case).text == WORDS
    empty = acceptance.post(write, {**sent, "key": "other", "text": ""})
    assert empty.status_code == 422 and WORDS in empty.text

    # The case waits for somebody else now: they read it, and write beside it.
    world.act("case", case, "accept", "acceptance")
    auditor = as_person("auditor").get(page)
    assert WORDS in auditor.text and write not in auditor.text
    assert fresh(case).notes.count() == 1


def test_neither_the_company_nor_an_expert_ever_reads_a_note(world: World, as_person: SignIn) -> None:
    case = world.submitted()
    world.act("case", case, "write_note", "acceptance", data={"text": WORDS})
    company = as_person(world.filer(case.company))
    for name in ("portal:case", "portal:case-messages"):
        assert WORDS not in company.get(reverse(name, args=[case.number])).text
    assert "write_note" not in {entry.action for entry in story(case, "company")}
    assert "write_note" in {entry.action for entry in story(case, "officer")}
    body = Event.objects.get(stream="case", stream_id=case.pk, action="write_note").body
    assert WORDS not in body and "sha256" in body, "an event holds the hash of the words"
    world.act("case", case, "accept", "acceptance")
    expert = world.experts(fresh(case))[0]
    assert WORDS not in as_person(expert).get(reverse("console:score", args=[case.number])).text


def test_who_may_not_write_one(world: World) -> None:
    case = world.submitted()
    for who in ("auditor", "amount", "leader"):
        with pytest.raises(Refused):
            world.act("case", case, "write_note", who, data={"text": WORDS})
    with pytest.raises((Forbidden, NotFound)):
        world.act("case", case, "write_note", world.filer(case.company), data={"text": WORDS})


def test_a_note_is_never_changed(world: World) -> None:
    case = world.submitted()
    world.act("case", case, "write_note", "acceptance", data={"text": WORDS})
    for change in (lambda: CaseNote.objects.update(text="x"), lambda: CaseNote.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
