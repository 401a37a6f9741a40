"""A period that runs against a company begins when its letter is served, by whichever way, and never before."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from subsidy.audit.models import Event
from subsidy.cases.models import Case
from subsidy.correspondence.enums import Way
from subsidy.correspondence.models import Letter, LetterKind, Serving
from subsidy.correspondence.serving import review_until
from subsidy.documents.models import StoredFile
from subsidy.programmes.packs import pack_of
from subsidy.work.models import NO_DUE, WorkItem
from tests.world import World, days_later, fresh, pdf
from workflows.case.jobs import issue_letter, look_after_service
from workflows.common.refusals import BadData, Forbidden, NotFound, WrongState
from workflows.common.reminders import run_reminders

ASKED = {"message": "请补正", "reason_rd_y1": "与审计报告不一致"}


@pytest.fixture
def returned(world: World) -> Case:
    """Returned on Monday 4 March 2024, its letter issued and not opened."""
    case = world.submitted()
    world.act("case", case, "return_for_correction", "acceptance", data=ASKED)
    issue_letter(case.pk, LetterKind.CORRECTION, now=world.now)
    return fresh(case)


def letter_of(case: Case, kind: LetterKind = LetterKind.CORRECTION, language: str = "zh") -> Letter:
    return Letter.objects.defer("content").get(case=case, kind=kind, language=language)


def due_of(case: Case) -> tuple[dt.date, dt.date]:
    """The day of the open correction and that of the task that waits for it."""
    item = WorkItem.objects.get(subject_kind="case", subject_id=case.pk)
    return case.corrections.get().due_on, item.due_on


def posted(case: Case, received_on: str = "2024-03-04") -> dict[str, Any]:
    return {"letter": letter_of(case).pk, "received_on": received_on, "tracking_number": "EMS12345678CN"}


def test_an_unserved_letter_starts_no_clock_and_nothing_fires_on_it(world: World, returned: Case) -> None:
    assert due_of(returned) == (NO_DUE, NO_DUE)
    assert not returned.corrections.get().has_begun
    assert run_reminders(days_later(world.now, 90)) == []
    world.now = days_later(world.now, 30)
    world.act("case", returned, "resubmit", world.filer(returned.company), data={"declaration": True})
    assert fresh(returned).state == "awaiting_acceptance"


def test_opening_it_online_starts_the_clock_on_that_day(world: World, returned: Case) -> None:
    world.now = days_later(world.now, 3)
    english = letter_of(returned, language="en")
    world.act("case", returned, "serve_letter", world.filer(returned.company), data={"letter": english.pk})
    assert due_of(returned) == (dt.date(2024, 3, 14), dt.date(2024, 3, 14))
    serving = Serving.objects.get(letter=letter_of(returned))
    assert (serving.way, serving.served_on, serving.noted_by) == (
        Way.PORTAL,
        world.now.on,
        world.filer(returned.company),
    )


def test_by_post_it_runs_from_the_day_of_receipt(world: World, returned: Case) -> None:
    world.now = days_later(world.now, 4)
    world.act("case", returned, "serve_by_post", "acceptance", data=posted(returned, "2024-03-06"))
    assert due_of(returned)[0] == dt.date(2024, 3, 13)
    serving = Serving.objects.get()
    assert (serving.way, serving.served_on, serving.tracking_number) == (
        Way.POST,
        dt.date(2024, 3, 6),
        "EMS12345678CN",
    )
    event = Event.objects.get(stream="case", stream_id=returned.pk, action="serve_by_post")
    assert "2024-03-06" in event.body and "EMS12345678CN" in event.body
    with pytest.raises(WrongState):
        world.act(
            "case", returned, "serve_letter", world.filer(returned.company), data={"letter": letter_of(returned).pk}
        )
    assert due_of(returned)[0] == dt.date(2024, 3, 13)


def test_at_the_counter_with_the_signed_slip_kept_apart_from_the_application(world: World, returned: Case) -> None:
    data = {"letter": letter_of(returned).pk, "received_on": "2024-03-04"}
    with pytest.raises(BadData):
        world.act("case", returned, "serve_at_counter", "counter", data=data)
    world.act("case", returned, "serve_at_counter", "counter", data=data, files={"slip": pdf("slip.pdf")})
    serving = Serving.objects.get()
    assert serving.way == Way.COUNTER and serving.slip is not None
    assert not StoredFile.objects.filter(owner_kind="case", slot="slip").exists()
    assert due_of(returned)[0] == dt.date(2024, 3, 11)


def test_a_slip_that_is_no_paper_is_refused_and_serves_nothing(world: World, returned: Case) -> None:
    data = {"letter": letter_of(returned).pk, "received_on": "2024-03-04"}
    bad = SimpleUploadedFile("slip.pdf", b"MZ not a paper at all")
    with pytest.raises(BadData) as refused:
        world.act("case", returned, "serve_at_counter", "counter", data=data, files={"slip": bad})
    assert "slip" in refused.value.fields and not Serving.objects.exists() and due_of(returned)[0] == NO_DUE


@pytest.mark.parametrize("day", ["2024-03-03", "2024-03-05"])
def test_a_day_before_the_letter_or_ahead_of_today_is_refused(world: World, returned: Case, day: str) -> None:
    with pytest.raises(BadData) as refused:
        world.act("case", returned, "serve_by_post", "acceptance", data=posted(returned, day))
    assert "received_on" in refused.value.fields and not Serving.objects.exists()


def test_a_tracking_number_must_be_one(world: World, returned: Case) -> None:
    with pytest.raises(BadData):
        world.act("case", returned, "serve_by_post", "acceptance", data={**posted(returned), "tracking_number": "?"})


def test_only_the_roles_of_service_serve_and_only_letters_of_this_case(world: World, returned: Case) -> None:
    with pytest.raises(Forbidden):
        world.act("case", returned, "serve_by_post", "counter", data=posted(returned))
    with pytest.raises(Forbidden):
        world.act("case", returned, "announce_letter", "leader", data={"letter": 1, "place": "x", "tried": "y"})
    other = world.submitted()
    with pytest.raises(NotFound):
        world.act("case", other, "serve_by_post", "acceptance", data=posted(returned))


def announcing(monkeypatch: pytest.MonkeyPatch, case: Case, days: int = 30) -> None:
    """A policy that allows announcements."""
    pack = pack_of(case.policy_version)
    allowed = replace(pack, route=replace(pack.route, announcement_days=days))
    monkeypatch.setattr("workflows.case.serving.pack_of", lambda _version: allowed)


def test_an_announcement_serves_when_its_days_are_over(
    world: World, returned: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"letter": letter_of(returned).pk, "place": "https://example.gov.cn/gg/1", "tried": "邮寄退回"}
    with pytest.raises(WrongState):
        world.act("case", returned, "announce_letter", "acceptance", data=data)
    announcing(monkeypatch, returned)
    world.act("case", returned, "announce_letter", "acceptance", data=data)
    with pytest.raises(WrongState):
        world.act("case", returned, "announce_letter", "acceptance", data=data)
    assert look_after_service(days_later(world.now, 30)) == []
    assert due_of(returned)[0] == NO_DUE
    over = days_later(world.now, 31)
    assert look_after_service(over) == [("announcement_over", letter_of(returned).pk)]
    assert look_after_service(over) == []
    assert Serving.objects.get().way == Way.ANNOUNCEMENT
    assert due_of(returned)[0] == dt.date(2024, 4, 11)


def test_an_announced_letter_that_is_opened_is_served_then(
    world: World, returned: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    announcing(monkeypatch, returned)
    data = {"letter": letter_of(returned).pk, "place": "公告栏", "tried": "邮寄退回"}
    world.act("case", returned, "announce_letter", "acceptance", data=data)
    world.act("case", returned, "serve_letter", world.filer(returned.company), data={"letter": letter_of(returned).pk})
    assert look_after_service(days_later(world.now, 60)) == []
    assert Serving.objects.get().way == Way.PORTAL


def test_a_letter_that_nobody_opens_is_spoken_of_once(world: World, returned: Case) -> None:
    letter = letter_of(returned)
    assert look_after_service(days_later(world.now, 3)) == []
    assert look_after_service(days_later(world.now, 8)) == [("remind_unserved", letter.pk)]
    assert look_after_service(days_later(world.now, 9)) == []
    assert due_of(returned)[0] == NO_DUE


def test_the_time_to_ask_for_a_review_runs_from_service(world: World) -> None:
    case = world.submitted()
    world.act("case", case, "refuse", "acceptance", data={"reason": "不属于受理范围"})
    issue_letter(case.pk, LetterKind.NON_ACCEPTANCE, now=world.now)
    letter = letter_of(case, LetterKind.NON_ACCEPTANCE)
    assert review_until(letter) is None
    world.now = days_later(world.now, 5)
    world.act("case", case, "serve_letter", world.filer(case.company), data={"letter": letter.pk})
    assert review_until(fresh(letter)) == dt.date(2024, 5, 8)


def test_the_proof_cannot_be_changed(world: World, returned: Case) -> None:
    world.act("case", returned, "serve_by_post", "acceptance", data=posted(returned))
    with pytest.raises(IntegrityError), transaction.atomic():
        Serving.objects.update(served_on=dt.date(2024, 3, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Serving.objects.all()._raw_delete("default")


def test_the_letter_counts_from_its_service(world: World, returned: Case) -> None:
    """An opened letter is opened once for all languages; a second opening changes nothing."""
    filer = world.filer(returned.company)
    world.act("case", returned, "serve_letter", filer, data={"letter": letter_of(returned).pk})
    for language in ("zh", "en"):
        assert letter_of(returned, language=language).served_at == world.now.at
    with pytest.raises(WrongState):
        world.act("case", returned, "serve_letter", filer, data={"letter": letter_of(returned, language="en").pk})
