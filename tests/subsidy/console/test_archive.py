"""The package of a closed case: all of its papers with their terms, the same bytes for the same papers, nothing left out."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.audit.models import Event
from subsidy.audit.moment import ZONE
from subsidy.audit.offline.check import check_file
from subsidy.cases.models import Case
from subsidy.correspondence.models import Notification
from subsidy.documents.models import StoredFile
from subsidy.documents.services import folder
from subsidy.reporting.archive import PaperMissing, package, papers_of
from subsidy.reporting.models import ArchivePackage
from subsidy.reporting.services import package_count
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.world import World, fresh
from workflows.case import archive_jobs
from workflows.case.archive_jobs import make_archive
from workflows.common.refusals import Refused, WrongState
from workflows.common.telling import tell
from workflows.payout_batch.jobs import issue_batch_cover

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def closed(world: World) -> Case:
    """A case whose award is paid, with the cover sheet of its batch."""
    [case] = obligated(world, 1)
    batch = world.released([case])
    issue_batch_cover(batch.pk, now=world.now)
    for document in answered(batch, world):
        imported(world, document.content, name=document.name)
    return fresh(case)


def asked(world: World, case: Case) -> ArchivePackage:
    world.act("case", case, "ask_archive", "acceptance")
    return ArchivePackage.objects.get(case=case, made_at=None, stopped_at=None)


def test_everything_is_in_the_package_with_its_term(
    world: World, closed: Case, as_person: SignIn, tmp_path: Path
) -> None:
    page = reverse("console:case-archive", args=[closed.number])
    ask = reverse("console:case-archive-ask", args=[closed.number])
    officer = as_person("acceptance")
    assert page in officer.get(reverse("console:case", args=[closed.number])).content.decode()
    assert officer.post(ask, {"key": "ask-1"}).status_code == 302
    found = ArchivePackage.objects.get()
    file = reverse("console:case-archive-file", args=[closed.number, found.pk])
    assert officer.get(file).status_code == 404, "it is not made yet"
    for _again in range(2):
        make_archive(found.pk, now=world.now)
    auditor = as_person("auditor")
    assert file in auditor.get(page).content.decode()
    content = b"".join(auditor.get(file).streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    index = json.loads(files.pop("index.json"))
    rows = list(csv.reader(io.StringIO(files.pop("index.csv").decode("utf-8-sig"))))
    assert len(rows) == len(index["papers"]) + 1
    assert {one["path"]: one["sha256"] for one in index["papers"]} == {
        name: hashlib.sha256(one).hexdigest() for name, one in files.items()
    }
    assert closed.closed_at is not None
    year = closed.closed_at.astimezone(ZONE).year
    terms = {one["category"]: one["keep_until"] for one in index["papers"]}
    assert (terms["audit"], terms["vouchers"], terms["bank"]) == (None, f"{year + 30}-12-31", f"{year + 10}-12-31")
    uploads = StoredFile.objects.filter(owner_kind="case", owner_id=closed.pk)
    assert sum(one["category"] == "application" for one in index["papers"]) == uploads.count() > 0
    assert {"vouchers/payments.json", "vouchers/ledger.json", "bank/answers.json"} < files.keys()
    kinds = [one["kind"] for one in json.loads(files["vouchers/ledger.json"])]
    assert kinds == ["reserve", "obligate", "release", "settle"]
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(files["audit/bundle.zip"])
    assert check_file(bundle).holds
    told = json.loads(Event.objects.get(stream="case", stream_id=closed.pk, action="keep_archive").body)["data"]
    assert told["sha256"] == hashlib.sha256(content).hexdigest() and told["papers"] == len(files)


def test_the_same_papers_give_the_same_bytes(closed: Case) -> None:
    made: list[bytes] = []
    counted: list[int] = []
    for _again in range(2):
        out = io.BytesIO()
        ended_on = closed.closed_at.date()  # type: ignore[union-attr]
        papers = papers_of(closed, b"bundle", ended_on=ended_on)
        package(closed, papers, out, ended_on=ended_on, told=counted.append)
        made.append(out.getvalue())
    assert made[0] == made[1]
    assert counted == [*range(1, len(papers) + 1)] * 2


def test_a_paper_that_was_changed_stops_the_package(world: World, closed: Case) -> None:
    found = asked(world, closed)
    stored = folder() / StoredFile.objects.filter(owner_kind="case", owner_id=closed.pk)[0].path
    kept = stored.read_bytes()
    try:
        for spoil in (lambda: stored.write_bytes(kept + b" "), stored.unlink):
            spoil()
            with pytest.raises(PaperMissing):
                make_archive(found.pk, now=world.now)
    finally:
        stored.write_bytes(kept)
    assert fresh(found).file is None and not (folder() / f"archive/{closed.pk}/{found.pk}.zip").exists()
    with pytest.raises(Refused, match="正在生成"):
        asked(world, closed)
    make_archive(found.pk, now=world.now)
    assert fresh(found).made_at is not None


def test_who_may_and_when(world: World, closed: Case, as_person: SignIn) -> None:
    open_case = world.submitted()
    with pytest.raises(WrongState):
        world.act("case", open_case, "ask_archive", "acceptance")
    page = reverse("console:case-archive", args=[closed.number])
    assert as_person("leader").get(page).status_code == 404
    ask = reverse("console:case-archive-ask", args=[closed.number])
    assert as_person("auditor").get(ask).status_code == 404


def test_a_package_that_is_stopped_is_not_made_and_another_one_may_be(
    world: World, closed: Case, as_person: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, auditor = as_person("acceptance"), as_person("auditor")
    page = reverse("console:case-archive", args=[closed.number])
    stop = reverse("console:case-archive-stop", args=[closed.number])
    with pytest.raises(WrongState):
        world.act("case", closed, "stop_archive", "acceptance")
    found = asked(world, closed)
    shown = officer.get(page).text
    assert stop in shown and "every 3s" in shown
    assert stop not in auditor.get(page).text and auditor.get(stop).status_code == 404

    counted = package_count

    def stopped_at_the_second(package_id: int, *, done: int, total: int) -> bool:
        if done == 2:
            preview = officer.get(stop)
            sent = officer.post(stop, {"key": preview.context["key"], "version": preview.context["version"]})
            assert sent.status_code == 302
        return counted(package_id, done=done, total=total)

    monkeypatch.setattr(archive_jobs, "package_count", stopped_at_the_second)
    make_archive(found.pk, now=world.now)
    monkeypatch.undo()
    stopped = fresh(found)
    assert stopped.made_at is None and stopped.stopped_at == world.now.at
    assert not list((folder() / f"archive/{closed.pk}").glob(f"{found.pk}.*"))
    make_archive(found.pk, now=world.now)
    assert fresh(found).made_at is None, "a job that comes late makes what was stopped"
    assert "every 3s" not in officer.get(page).text

    again = asked(world, closed)
    make_archive(again.pk, now=world.now)
    assert fresh(again).made_at is not None
    event = Event.objects.get(stream="case", stream_id=closed.pk, action="keep_archive")
    assert tell("case", closed.pk, event.seq, [], now=world.now) == []
    told = Notification.objects.filter(subject_id=closed.pk, seq=event.seq).values_list("recipient", flat=True)
    assert list(told) == [world.people["acceptance"].pk]
