"""The finance console: from what is due to what the bank said, page by page, by the people whose pages they are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from subsidy.cases.enums import CaseState
from subsidy.decisions.models import Instalment
from subsidy.demo.bank import money_back
from subsidy.payouts.models import AnswerFile, Batch
from tests.harness.second_factor import prove
from tests.subsidy.payouts.bank import answered, ids, imported, obligated
from tests.subsidy.payouts.test_offsets import OWED, owing, settle
from tests.subsidy.payouts.test_returns import change_account
from tests.world import World, days_later, fresh

As = Callable[..., Client]
PAGES = ["finance_budget", "finance_pay", "finance_batches", "finance_answers", "finance_enquiries"]


def url(name: str, *args: object) -> str:
    return reverse(f"console:{name}", args=args)


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def act(client: Client, batch: Batch, action: str, **data: str) -> object:
    page = client.get(url("finance_batch_act", batch.number, action))
    assert page.status_code == 200, action
    sent = {"key": page.context["key"], "version": page.context["version"], **data}
    return client.post(url("finance_batch_act", batch.number, action), sent)


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def prepared(client: Client, instalments: list[int], **changes: str) -> object:
    page = client.get(url("finance_prepare"), {"i": instalments})
    data = {
        "chosen": page.context["ids"],
        "key": page.context["key"],
        "format": "pain.001.001.09",
        "paying_account": str(page.context["form"].fields["paying_account"].queryset[0].pk),
        "execution_on": page.context["today"].isoformat(),
        "purpose": "飞天计划奖补",
        **changes,
    }
    return client.post(url("finance_prepare"), data)


def test_from_due_to_paid(world: World, as_: As) -> None:
    cases = obligated(world, 2)
    one, two, three = as_("finance1"), as_("finance2"), as_("finance3")

    page = one.get(url("finance_pay"))
    assert [row.payable for row in page.context["rows"]] == [True, True]
    assert page.context["ready_fen"] == sum(case.amount_fen or 0 for case in cases)
    assert "data-fen=" in text(page)
    assert "data-fen=" not in text(two.get(url("finance_pay"))), "only who prepares may choose"
    few = statements(one, url("finance_pay"))

    due = list(Instalment.objects.values_list("pk", flat=True))
    wrong = prepared(one, due, execution_on="2020-01-01")
    assert wrong.status_code == 422  # type: ignore[attr-defined]
    assert "lies in the past" in text(wrong)
    assert "飞天计划奖补" in text(wrong), "what was entered is kept"
    assert not Batch.objects.exists()
    assert prepared(one, due).status_code == 302  # type: ignore[attr-defined]
    batch = Batch.objects.get()
    assert one.get(url("finance_prepare"), {"i": due}).status_code == 302, "nothing is left to choose"

    number = ids(batch)
    account = batch.lines.first().account_number  # type: ignore[union-attr]
    mine = text(one.get(url("finance_batch", batch.number)))
    assert "not payable" in mine
    assert account not in mine and f"…{account[-4:]}" in mine
    assert account in text(two.get(url("finance_batch", batch.number)))
    download = two.get(url("finance_batch", batch.number), {"export": "csv"})
    exported = b"".join(download.streaming_content).decode()  # type: ignore[attr-defined]
    assert number[0] in exported
    assert account not in exported
    assert one.get(url("finance_file", batch.number)).status_code == 409
    assert one.get(url("finance_cover", batch.number)).status_code == 404

    shown = one.get(url("finance_preview", batch.number)).content
    assert b"NOT-PAYABLE" in shown and number[0].encode() in shown and account.encode() not in shown
    assert as_("auditor").get(url("finance_preview", batch.number)).status_code == 200

    checked = two.get(url("finance_batch_act", batch.number, "check"))
    assert all(check.holds for check in checked.context["checks"])
    assert act(two, batch, "check").status_code == 302  # type: ignore[attr-defined]
    assert act(prove(two), batch, "release").status_code == 403  # type: ignore[attr-defined]
    stale = prove(three).post(url("finance_batch_act", batch.number, "release"), {"key": "stale", "version": "1"})
    assert stale.status_code == 409
    assert act(three, batch, "release").status_code == 302  # type: ignore[attr-defined]

    waiting = one.get(url("finance_file", batch.number))
    assert waiting.status_code == 409
    assert "has not been exported" in text(waiting)
    assert fresh(batch).state == "released", "asking for the file is no export"
    assert act(one, batch, "export").status_code == 302  # type: ignore[attr-defined]
    file = one.get(url("finance_file", batch.number))
    assert hashlib.sha256(file.content).hexdigest() == batch.export_file.sha256
    assert file["Content-Disposition"].startswith("attachment")
    assert one.get(url("finance_file", batch.number)).content == file.content
    other = one.get(url("finance_file", batch.number), {"format": "bank_csv"})
    assert other.status_code == 409
    assert "pain.001.001.09" in text(other)
    assert as_("auditor").get(url("finance_file", batch.number)).status_code == 404
    assert one.get(url("finance_cover", batch.number)).content.startswith(b"%PDF")
    assert batch.export_file.sha256 in text(one.get(url("finance_batch", batch.number)))

    refused = number[1]
    report, booked = answered(batch, world, reject={refused: "AC01"})
    sent = one.post(
        url("finance_import"), {"file": SimpleUploadedFile(report.name, report.content), "key": "a"}, follow=True
    )
    assert "refused; due again" in text(sent)
    again = one.post(
        url("finance_import"), {"file": SimpleUploadedFile("x.xml", report.content), "key": "b"}, follow=True
    )
    assert "was read before" in text(again)
    assert AnswerFile.objects.count() == 1
    one.post(url("finance_import"), {"file": SimpleUploadedFile(booked.name, booked.content), "key": "c"})
    states = dict(batch.lines.values_list("end_to_end_id", "case__state"))
    assert states == {number[0]: CaseState.PAID, refused: CaseState.AWAITING_PAYMENT}
    assert "AC01" in text(one.get(url("finance_pay"))), "why it is due again"

    spent = next(row for row in one.get(url("finance_budget")).context["rows"] if row.line and row.line.spent)
    figures = {str(part.label): part.fen for part in spent.figures}
    assert figures["spent"] == cases[0].amount_fen
    for part in spent.figures:
        page = one.get(part.url)
        assert page.context["total_fen"] == part.fen
        if part.fen:
            assert sum(line.cells[-1].value for line in page.context["page"].lines) == part.fen
    assert one.get(url("finance_entries", spent.line.pk, "nothing")).status_code == 404
    assert one.get(url("finance_entries_all", spent.line.pk)).status_code == 200
    assert statements(one, url("finance_pay")) <= few


def test_what_stands_set_off_is_not_due_again(world: World, as_: As) -> None:
    """The rest came back from the bank: the page asks for the rest alone, in the row, its box and the total."""
    _paid, owes, other = owing(world)
    batch = world.released([owes, other])
    settle(world, batch)
    line = batch.lines.get(case=owes)
    at = days_later(world.now, 5)
    sealed = bytes(batch.export_file.content)
    imported(world, money_back(sealed, returned={line.end_to_end_id: "AC04"}, answered_at=at.at, booked_on=at.on))
    world.now = days_later(at, 4)
    change_account(world, owes)
    shown = as_("finance1").get(url("finance_pay")).context
    [row] = shown["rows"]
    assert (row.due_fen, row.standing_fen, shown["ready_fen"]) == (line.sent_fen, OWED, line.sent_fen)


def test_a_file_that_is_no_answer_is_refused_in_the_form(world: World, as_: As) -> None:
    one = as_("finance1")
    for content, words in [
        (b"<!DOCTYPE a><a/>", "DOCTYPE"),
        (b"hello", ""),
        (b"", "empty"),
    ]:
        page = one.post(url("finance_import"), {"file": SimpleUploadedFile("answer.xml", content)})
        assert page.status_code == 422, content
        assert "error-summary" in text(page)
        assert words in text(page)
    assert one.post(url("finance_import"), {}).status_code == 422
    assert not AnswerFile.objects.exists()


def test_money_pages_are_for_those_who_handle_money(world: World, as_: As) -> None:
    batch = Batch(number="B2024-00001")
    addresses = [url(name) for name in PAGES] + [url("finance_batch", batch.number), url("finance_file", batch.number)]
    for address in addresses:
        assert Client().get(address).status_code == 302, "anybody else signs in first"
        for who in ("acceptance", "notice", "expert1", "supervision"):
            assert as_(who).get(address).status_code in (403, 404), f"{who} {address}"
    for name in PAGES:
        for who in ("finance1", "finance2", "finance3", "auditor"):
            assert as_(who).get(url(name)).status_code == 200, f"{who} {name}"
    assert as_("leader").get(url("finance_budget")).status_code == 200
    assert as_("leader").get(url("finance_pay")).status_code == 403
    for who in ("finance2", "auditor"):
        assert as_(who).get(url("finance_import")).status_code == 403
        assert as_(who).post(url("finance_import"), {"file": SimpleUploadedFile("a.xml", b"x")}).status_code == 403


def test_another_bureau_sees_nothing(world: World, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = obligated(world, 1)
    batch = world.released(cases)
    for document in answered(batch, world):
        world.act("authority", world.authority, "import_answers", "finance1",
                  files={"file": SimpleUploadedFile(document.name, document.content)})  # fmt: skip
    other = World(code="bj")
    world.people["stranger"] = other.people["finance1"]
    client = as_("stranger")
    line, file = batch.lines.get().shares.get().budget_line_id, AnswerFile.objects.first()
    assert file is not None
    for address in [
        url("finance_batch", batch.number),
        url("finance_file", batch.number),
        url("finance_cover", batch.number),
        url("finance_batch_act", batch.number, "export"),
        url("finance_answer_file", file.pk),
        url("finance_entries_all", line),
    ]:
        assert client.get(address).status_code == 404, address
    for name in PAGES:
        page = text(client.get(url(name)))
        assert batch.number not in page and cases[0].number not in page, name
    due = Instalment.objects.values_list("pk", flat=True)
    assert client.get(url("finance_prepare"), {"i": list(due)}).status_code == 302
