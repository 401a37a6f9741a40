"""The pages of imports: upload, preview, applying, the report of lines not taken, undoing; who sees and does what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from subsidy.applicants.models import FactImport
from tests.workflows.fact_import.files import HEAD, companies, csv_file, upload
from tests.world import World, fresh
from workflows.fact_import.jobs import apply_fact_import, check_fact_import, undo_fact_import

AsPerson = Callable[[Any], Client]


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    return str(response.content.decode())


def lines(world: World, n: int) -> str:
    rows = [
        f"{one.uscc},{one.name},{5000 + k},1,{'也许' if k == 1 else '是'}" for k, one in enumerate(companies(world, n))
    ]
    return "\n".join([HEAD, *rows])


def test_a_file_from_upload_to_undoing(world: World, as_person: AsPerson) -> None:
    client = as_person("counter")
    page = reverse("console:sources-upload")
    assert "上年销售收入" in text(client.get(reverse("console:sources-layouts")))
    text(client.get(page))
    sent = {"layout": "tax", "as_of": "2024-02-01", "year": "2023", "key": "k1", "file": csv_file(lines(world, 3))}
    done = client.post(page, sent)
    assert done.status_code == 302
    found = FactImport.objects.get()
    address = reverse("console:sources-import", args=[found.pk])
    assert done["Location"] == address
    assert "hx-get" in text(client.get(address))
    check_fact_import(found.pk, now=lambda: world.now)
    shown = text(client.get(address))
    assert "须填“是”或“否”" in shown
    assert "hx-get" not in shown
    act = reverse("console:sources-act", args=[found.pk, "apply"])
    assert act in shown
    assert "6" in text(client.get(act))
    assert client.post(act, {"key": "k2", "version": fresh(found).head_seq}).status_code == 302
    assert "<progress" in text(client.get(address))
    apply_fact_import(found.pk, now=lambda: world.now)
    undo = reverse("console:sources-act", args=[found.pk, "undo"])
    assert undo in text(client.get(address))
    assert client.post(undo, {"reason": "传错了", "key": "k3"}).status_code == 302
    undo_fact_import(found.pk, now=lambda: world.now)
    assert "已撤销" in text(client.get(address))
    kept = client.get(reverse("console:sources-file", args=[found.pk]))
    assert HEAD in b"".join(kept.streaming_content).decode()  # type: ignore[attr-defined]
    kept.close()


def test_a_form_that_is_wrong_says_so(world: World, as_person: AsPerson) -> None:
    client = as_person("counter")
    sent = {"layout": "tax", "as_of": "", "key": "k1", "file": csv_file("")}
    answer = client.post(reverse("console:sources-upload"), sent)
    assert answer.status_code == 422
    assert "需注明年度" in answer.content.decode() or "年度" in answer.content.decode()
    sent = {"layout": "court", "as_of": "2024-02-01", "key": "k2", "file": csv_file("x", name="x.pdf")}
    answer = client.post(reverse("console:sources-upload"), sent)
    assert answer.status_code == 422
    assert "CSV" in answer.content.decode()
    assert not FactImport.objects.exists()


def test_the_lines_not_taken_are_a_file_to_download(world: World, as_person: AsPerson) -> None:
    found = upload(world, csv_file(lines(world, 3)))
    address = reverse("console:sources-import", args=[found.pk])
    report = text(as_person("counter").get(address, {"export": "csv"}))
    assert "3," in report
    assert "也许" in report
    book = as_person("counter").get(address, {"export": "xlsx"})
    assert b"".join(book.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]


def test_the_same_file_says_that_it_was_applied_before(world: World, as_person: AsPerson) -> None:
    content = lines(world, 1)
    first = upload(world, csv_file(content))
    world.act("fact_import", first, "apply", "counter")
    apply_fact_import(first.pk, now=lambda: world.now)
    second = upload(world, csv_file(content))
    shown = text(as_person("counter").get(reverse("console:sources-import", args=[second.pk])))
    assert reverse("console:sources-import", args=[first.pk]) in shown
    act = reverse("console:sources-act", args=[second.pk, "apply"])
    assert as_person("counter").post(act, {"key": "k"}).status_code == 409


def test_others_read_and_do_nothing_and_another_bureau_sees_nothing(world: World, as_person: AsPerson) -> None:
    found = upload(world, csv_file(lines(world, 1)))
    address = reverse("console:sources-import", args=[found.pk])
    act = reverse("console:sources-act", args=[found.pk, "apply"])
    client = as_person("auditor")
    assert act not in text(client.get(address))
    assert client.post(act, {"key": "k"}).status_code == 403
    assert client.get(reverse("console:sources-upload")).status_code == 403
    other = World(code="yh")
    client = as_person(other.people["counter"])
    for name in ("sources-import", "sources-file"):
        assert client.get(reverse(f"console:{name}", args=[found.pk])).status_code == 404
    assert client.post(act, {"key": "k2"}).status_code == 404
    assert found.file_name not in text(client.get(reverse("console:sources")))


def test_a_fact_leads_to_the_file_that_brought_it(world: World, as_person: AsPerson) -> None:
    case = world.submitted()
    content = "\n".join(["uscc,contribution_y1", f"{case.company.uscc},12.5"])
    found = upload(world, csv_file(content))
    world.act("fact_import", found, "apply", "counter")
    apply_fact_import(found.pk, now=lambda: world.now)
    shown = text(as_person("amount").get(reverse("console:case-fact", args=[case.number, "contribution_y1"])))
    assert reverse("console:sources-import", args=[found.pk]) in shown
    assert "12.5" in shown
