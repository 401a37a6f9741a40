"""The company's pages on the way of one case, and what a foreign company gets of them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.accounts.enums import UserKind
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from tests.subsidy.portal.conftest import SignIn
from tests.subsidy.portal.helpers import case_file, get, letter_on
from tests.world import PDF, World, days_later, fresh, pdf

pytestmark = pytest.mark.django_db


def test_a_company_applies_step_by_step(world: World, sign_in: SignIn) -> None:
    call, company = world.call(), world.company()
    client = sign_in(world.filer(company))
    assert call.title_zh in get(client, "home")
    assert company.name in get(client, "start", call.number)
    started = client.post(reverse("portal:start", args=[call.number]), {"company": company.pk, "key": "k1"})
    case = Case.objects.get(company=company)
    assert started["Location"] == reverse("portal:tasks", args=[case.number])
    # Asked for again, the call leads to the case that is there.
    again = client.post(reverse("portal:start", args=[call.number]), {"company": company.pk, "key": "k2"})
    assert again["Location"] == reverse("portal:case", args=[case.number])

    page = get(client, "tasks", case.number)
    assert "未开始" in page
    assert reverse("portal:check", args=[case.number]) in page

    growth = reverse("portal:section", args=[case.number, "growth"])
    wrong = client.post(growth, {"sales_y1": "abc", "sales_y3": "70,000,000"})
    assert wrong.status_code == 422
    assert "70,000,000" in wrong.content.decode() and "abc" in wrong.content.decode()
    assert not case.answers.filter(name="sales_y1").exists()
    saved = client.post(growth, {"sales_y1": "120,000,000", "sales_y3": ""})
    assert saved["Location"] == reverse("portal:section", args=[case.number, "research"])
    assert case.answers.get(name="sales_y1").integer == 12_000_000_000
    assert case.answers.get(name="sales_y3").absent
    saved = client.post(growth, {"sales_y1": "120,000,000", "sales_y3": "70,000,000", "next": "tasks"})
    assert saved["Location"] == reverse("portal:tasks", args=[case.number])
    for section, answers in (
        ("research", {"rd_y1": "9,000,000"}),
        ("valuation", {"valuation": ""}),
        ("integrity", {"commitment_signed": "yes"}),
    ):
        assert client.post(reverse("portal:section", args=[case.number, section]), answers).status_code == 302

    submit = reverse("portal:submit", args=[case.number])
    refused = client.post(submit, {"declaration": "on", "key": "k3"})
    assert refused["Location"] == reverse("portal:check", args=[case.number])
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
    assert declared["Location"] == reverse("portal:receipt", args=[case.number])
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE
    # A double click is done once and leads to the same place; the old page sent anew is told what happened.
    assert client.post(submit, {"declaration": "on", "key": "k5"})["Location"] == declared["Location"]
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


def test_prefilled_answers_name_their_source_and_want_a_look(world: World, sign_in: SignIn) -> None:
    company = world.company()
    facts = {
        "source": "tax",
        "as_of": "2024-02-01",
        "facts": [{"name": "sales_y1", "kind": "money", "value": 11_000_000_000}],
    }
    world.act("company", company, "keep_facts", "counter", data=facts)
    case = world.draft(world.call(), company)
    client = sign_in(world.filer(company))
    page = get(client, "section", case.number, "growth")
    assert 'value="110,000,000.00"' in page
    assert "税务" in page and "2024年2月1日" in page
    assert "已根据政府掌握的信息预填" in get(client, "tasks", case.number)
    growth = reverse("portal:section", args=[case.number, "growth"])
    client.post(growth, {"sales_y1": "120,000,000", "sales_y3": ""})
    assert "已根据政府掌握的信息预填" not in get(client, "tasks", case.number)
    # What the tax office says stays beside what the company now says.
    assert "110,000,000.00" in get(client, "section", case.number, "growth")


def test_two_people_at_one_section_lose_nothing(world: World, sign_in: SignIn) -> None:
    case = world.draft(world.call())
    client = sign_in(world.filer(case.company))
    growth = reverse("portal:section", args=[case.number, "growth"])
    seen = client.get(growth).context["seen"]
    assert client.post(growth, {"sales_y1": "100", "seen": seen}).status_code == 302
    # Somebody at another section is not sent back by this.
    research = reverse("portal:section", args=[case.number, "research"])
    assert client.post(research, {"rd_y1": "5", "seen": client.get(research).context["seen"]}).status_code == 302
    late = client.post(growth, {"sales_y1": "200", "seen": seen})
    assert late.status_code == 409
    assert 'value="200"' in late.content.decode()
    assert case.answers.get(name="sales_y1").integer == 10_000
    # The page shown again has seen what stands there now: saved once more, it is taken.
    again = client.post(growth, {"sales_y1": "200", "seen": late.context["seen"]})
    assert again.status_code == 302
    assert case.answers.get(name="sales_y1").integer == 20_000


def test_who_may_only_confirm_reads_and_changes_nothing(world: World, sign_in: SignIn) -> None:
    case = world.filled(world.call())
    legal = sign_in(world.legal(case.company))
    for name, *args in [("tasks", case.number), ("section", case.number, "growth"), ("documents", case.number)]:
        assert "修改由贵公司另一位有权限的人员办理" in get(legal, name, *args)
    assert 'type="file"' not in get(legal, "documents", case.number)
    before = fresh(case).head_seq
    for name, args, data in (
        ("section", [case.number, "growth"], {"sales_y1": "1"}),
        ("submit", [case.number], {"declaration": "on"}),
        ("withdraw", [case.number], {"reason": "x"}),
        ("documents", [case.number], {"slot": "audit_reports", "file": pdf()}),
    ):
        assert legal.post(reverse(f"portal:{name}", args=args), data).status_code == 403, name
    assert fresh(case).head_seq == before


def test_after_the_window_and_after_the_policy_pages_say_so(world: World, sign_in: SignIn) -> None:
    call = world.call()
    case, company = world.filled(call), world.company()
    client = sign_in(world.filer(case.company))
    submit = reverse("portal:submit", args=[case.number])
    world.now = days_later(world.now, 12)
    tasks = get(client, "tasks", case.number)
    assert "逾期不能提交" in tasks and "已填内容均已保留" in tasks
    assert client.post(submit, {"declaration": "on"}).status_code == 409
    assert "逾期不能提交" in get(sign_in(world.filer(company)), "start", call.number)
    started = sign_in(world.filer(company)).post(reverse("portal:start", args=[call.number]), {"company": company.pk})
    assert started.status_code == 409
    # The version is in force until 2024-07-31: the rules cannot decide later, and the pages still open.
    world.now = days_later(world.now, 200)
    for name in ("tasks", "check", "documents"):
        page = get(client, name, case.number)
    assert "今日无法判定" in get(client, "tasks", case.number) and page
    assert client.post(submit, {"declaration": "on"}).status_code == 409
    assert fresh(case).state == CaseState.DRAFT


def test_a_draft_of_a_cancelled_call_is_kept_and_its_company_told(world: World, sign_in: SignIn) -> None:
    call = world.call()
    case = world.filled(call)
    client = sign_in(world.filer(case.company))
    assert case.number in get(client, "home")
    world.act("call", call, "cancel", "policy2", data={"reason_zh": "资金调整", "reason_en": ""})
    home = get(client, "home")
    assert "资金调整" in home and "填写并提交" not in home, "nothing waits that cannot be done"
    tasks = get(client, "tasks", case.number)
    assert "本次申报已取消" in tasks and "资金调整" in tasks
    check = get(client, "check", case.number)
    assert "120,000,000" in check and reverse("portal:submit", args=[case.number]) not in check
    refused = client.post(reverse("portal:submit", args=[case.number]), {"declaration": "on", "key": "k"})
    assert refused.status_code == 409
    assert "已取消" in get(client, "start", call.number)


def test_an_extension_is_told_on_the_page_of_the_company(world: World, sign_in: SignIn) -> None:
    call = world.call()
    case = world.draft(call)
    data = {"closes_at": "2024-03-29", "cause": "other", "reason_zh": "应企业要求", "reason_en": ""}
    world.act("call", call, "extend", "policy2", data=data)
    client = sign_in(world.filer(case.company))
    for page in (get(client, "home"), get(client, "tasks", case.number)):
        assert "申报期已延长" in page and "2024年3月29日 23:59" in page and "应企业要求" in page


def test_a_branch_is_told_before_it_begins(world: World, sign_in: SignIn) -> None:
    call, company = world.call(), world.company()
    type(company).objects.filter(pk=company.pk).update(legal_form="branch")
    page = get(sign_in(world.filer(company)), "start", call.number)
    assert "分公司不具有法人资格" in page and '<button class="button">开始申报' not in page


def test_somebody_who_acts_for_no_company_is_led_from_the_call_to_registering_one(
    world: World, sign_in: SignIn
) -> None:
    call = world.call()
    client = sign_in(world.person("newcomer", None, kind=UserKind.COMPANY))
    page = get(client, "start", call.number)
    assert reverse("portal:register", args=[world.authority.code]) in page
    posted = client.post(reverse("portal:start", args=[call.number]), {"company": "1", "key": "k1"})
    assert posted.status_code == 422 and not Case.objects.exists()
