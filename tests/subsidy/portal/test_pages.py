"""The company's pages on the way of one case, and what a foreign company gets of them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from tests.subsidy.portal.conftest import SignIn
from tests.subsidy.portal.helpers import case_file, get, letter_on
from tests.world import PDF, World, fresh, pdf

pytestmark = pytest.mark.django_db


def test_a_company_applies_step_by_step(world: World, sign_in: SignIn) -> None:
    call, company = world.call(), world.company()
    client = sign_in(world.filer(company))
    assert call.title_zh in get(client, "home")
    assert company.name in get(client, "start", call.number)
    started = client.post(reverse("portal:start", args=[call.number]), {"company": company.pk, "key": "k1"})
    case = Case.objects.get(company=company)
    assert started.url == reverse("portal:tasks", args=[case.number])
    # Asked for again, the call leads to the case that is there.
    again = client.post(reverse("portal:start", args=[call.number]), {"company": company.pk, "key": "k2"})
    assert again.url == reverse("portal:case", args=[case.number])

    page = get(client, "tasks", case.number)
    assert "未开始" in page
    assert reverse("portal:check", args=[case.number]) in page

    growth = reverse("portal:section", args=[case.number, "growth"])
    wrong = client.post(growth, {"sales_y1": "abc", "sales_y3": "70,000,000", "version": fresh(case).head_seq})
    assert wrong.status_code == 422
    assert "70,000,000" in wrong.content.decode() and "abc" in wrong.content.decode()
    assert not case.answers.filter(name="sales_y1").exists()
    saved = client.post(growth, {"sales_y1": "120,000,000", "sales_y3": "", "version": fresh(case).head_seq})
    assert saved.url == reverse("portal:section", args=[case.number, "research"])
    assert case.answers.get(name="sales_y1").integer == 12_000_000_000
    assert case.answers.get(name="sales_y3").absent
    saved = client.post(growth, {"sales_y1": "120,000,000", "sales_y3": "70,000,000", "next": "tasks"})
    assert saved.url == reverse("portal:tasks", args=[case.number])
    for section, answers in (
        ("research", {"rd_y1": "9,000,000"}),
        ("valuation", {"valuation": ""}),
        ("integrity", {"commitment_signed": "yes"}),
    ):
        assert client.post(reverse("portal:section", args=[case.number, section]), answers).status_code == 302

    submit = reverse("portal:submit", args=[case.number])
    refused = client.post(submit, {"declaration": "on", "key": "k3"})
    assert refused.url == reverse("portal:check", args=[case.number])
    assert fresh(case).state == CaseState.DRAFT

    documents = reverse("portal:documents", args=[case.number])
    for slot in ("audit_reports", "tax_certificate", "research_account", "commitment_letter"):
        assert client.post(documents, {"slot": slot, "file": pdf(f"{slot}.pdf")}).status_code == 302
    page = get(client, "check", case.number)
    assert "120,000,000.00" in page
    assert "示例" in page
    assert "A-03" in page
    undeclared = client.post(submit, {"key": "k4", "version": fresh(case).head_seq})
    assert undeclared.status_code == 422
    declared = client.post(submit, {"declaration": "on", "key": "k5", "version": fresh(case).head_seq})
    assert declared.url == reverse("portal:receipt", args=[case.number])
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE
    # A double click is done once and leads to the same place; the old page sent anew is told what happened.
    assert client.post(submit, {"declaration": "on", "key": "k5"}).url == declared.url
    stale = client.post(submit, {"declaration": "on", "key": "k6"})
    assert stale.status_code == 409
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE
    assert case.number in get(client, "receipt", case.number)
    page = get(client, "case", case.number)
    assert "张三" not in page
    assert case.number in get(client, "cases")
    late = client.post(growth, {"sales_y1": "1"})
    assert late.status_code == 409


def test_every_page_is_open_to_its_company_and_unknown_to_others(world: World, sign_in: SignIn) -> None:
    call = world.call()
    case = world.submitted(call)
    letter = letter_on(case, world)
    file = case_file(case)
    own, foreign = sign_in(world.filer(case.company)), sign_in(world.filer(world.company("杭州别家科技有限公司")))
    officer = sign_in(world.people["acceptance"])
    pages = [
        ("case", case.number), ("check", case.number), ("documents", case.number), ("receipt", case.number),
        ("file", case.number, file), ("letter", case.number, letter.pk), ("withdraw", case.number),
        ("company", case.company_id), ("propose-account", case.company_id),
    ]  # fmt: skip
    for name, *args in pages:
        response = own.get(reverse(f"portal:{name}", args=args))
        assert response.status_code == 200, name
        if response.streaming:
            assert b"".join(response.streaming_content) == PDF  # type: ignore[attr-defined]
        for other in (foreign, officer):
            assert other.get(reverse(f"portal:{name}", args=args)).status_code == 404, name
        assert Client().get(reverse(f"portal:{name}", args=args)).status_code == 302
    for name, *args in [
        ("tasks", case.number), ("section", case.number, "growth"), ("submit", case.number),
        ("correction", case.number), ("resubmit", case.number), ("account", case.number), ("remove", case.number, file),
    ]:  # fmt: skip
        assert own.get(reverse(f"portal:{name}", args=args)).status_code == 302, name
        assert foreign.get(reverse(f"portal:{name}", args=args)).status_code == 404, name
        if name != "tasks":
            sent = foreign.post(reverse(f"portal:{name}", args=args), {"declaration": "on"})
            assert sent.status_code == 404, name
    assert fresh(case).head_seq == case.head_seq
