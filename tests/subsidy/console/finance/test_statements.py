"""Statements: what was paid by line, policy and company, beside what the books say; nobody reads another's."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.letters.records import Bilingual
from subsidy.letters.statements import Statement, statement
from subsidy.payouts.models import BatchLine, LineShare
from subsidy.reporting import statements
from tests.subsidy.letters.reading import text_of
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.world import World

SignIn = Callable[[str | User], Client]


@pytest.fixture
def world(db: None) -> World:
    return World()


def content(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_what_was_paid_by_line_policy_and_company(world: World, as_person: SignIn) -> None:
    line = world.line()
    cases = obligated(world, 2, line=line)
    batch = world.released(cases)
    refused = batch.lines.order_by("row")[1]
    for document in answered(batch, world, reject={refused.end_to_end_id: "AC01"}):
        imported(world, document.content, name=document.name)
    paid = batch.lines.get(state="settled")
    company = paid.case.company
    found = [
        statements.of_line(line),
        statements.of_policy("flying_sky", year=2024, authorities={world.authority.pk}),
        statements.of_company(company.pk),
    ]
    assert [(one.count, one.total_fen, one.ledger_fen) for one in found] == [(1, paid.amount_fen, paid.amount_fen)] * 3
    assert statements.of_company(refused.case.company_id).total_fen == 0

    def url(name: str, *args: Any) -> str:
        return reverse(f"console:finance_{name}", args=args)

    leader = as_person("leader")
    listed = leader.get(url("statements")).content.decode()
    assert url("statement_company", company.pk, "pdf") in listed
    assert url("statement_policy", "flying_sky", 2024, "pdf") in listed
    for address in (
        url("statement_line", line.pk, "pdf"),
        url("statement_policy", "flying_sky", 2024, "pdf"),
        url("statement_company", company.pk, "pdf"),
    ):
        text = text_of(content(leader.get(address)))
        assert paid.end_to_end_id in text.replace("\n", "") and "与总账核对一致" in text.replace("\n", "")
    sheet = openpyxl.load_workbook(io.BytesIO(content(leader.get(url("statement_line", line.pk, "xlsx"))))).active
    rows = list(sheet.values)  # type: ignore[union-attr]
    assert len(rows) == 2 and rows[1][3] == paid.end_to_end_id and round(rows[1][7] * 100) == paid.amount_fen

    vouchers = content(as_person("finance1").get(url("vouchers", line.pk, "csv"))).decode("utf-8-sig")
    (voucher,) = csv.DictReader(io.StringIO(vouchers))
    assert voucher["PayeeAcctNo"] == paid.account_number and voucher["VoucherBillNo"] == paid.end_to_end_id
    assert leader.get(url("vouchers", line.pk, "csv")).status_code == 404
    assert leader.get(url("statement_line", line.pk, "doc")).status_code == 404

    own = reverse("portal:statement", args=[company.pk, "pdf"])
    assert paid.end_to_end_id in text_of(content(as_person(world.filer(company)).get(own))).replace("\n", "")
    assert as_person(world.filer(refused.case.company)).get(own).status_code == 404


def test_a_payment_that_the_books_do_not_know_shows(world: World) -> None:
    line = world.line()
    (case,) = obligated(world, 1, line=line)
    batch = world.batch([case])
    BatchLine.objects.filter(batch=batch).update(state="settled")
    found = statements.of_line(line)
    assert LineShare.objects.count() == 1 and not found.agrees
    said = Statement(
        number="S-1",
        authority=Bilingual("局", "Bureau"),
        about=Bilingual("指标", "Line"),
        facts=(),
        paid=None,
        count=found.count,
        total_fen=found.total_fen,
        ledger_fen=found.ledger_fen,
        as_of=world.now.on,
        lang="en",
    )
    assert "Does not agree with the ledger" in text_of(statement(said)).replace("\n", " ")
