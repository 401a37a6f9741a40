"""A company files an application on a telephone, from its page to the receipt, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from subsidy.accounts.models import User
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.documents.selectors import files_of
from subsidy.web import person
from tests.harness import looking
from tests.world import PDF, World, fresh

PHONE = 390


@pytest.fixture
def world(live_server: object, monkeypatch: pytest.MonkeyPatch) -> World:
    """A bureau on the server's database; pages are asked at its time."""
    made = World()
    monkeypatch.setattr(person, "business_now", lambda: made.now)
    return made


def sign_in(page: Page, user: User, address: str, *, language: str = "zh-hans") -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [
            {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address},
            {"name": "django_language", "value": language, "url": address},
        ]
    )


def look(page: Page, name: str, width: int = PHONE) -> None:
    """The page is accessible and fits."""
    looking.look(page, name, width=width)


def test_a_company_files_on_a_telephone(page: Page, live_server: object, world: World, tmp_path: Path) -> None:
    call, company = world.call(), world.company()
    paper = tmp_path / "审计报告.pdf"
    paper.write_bytes(PDF)
    sign_in(page, world.filer(company), str(live_server))
    page.goto("/start/")
    page.get_by_role("link", name="查看并申报").wait_for()
    look(page, "home")
    page.goto(reverse("public:policy", args=[world.authority.code, "flying_sky"]))
    page.locator(f"a[href$='{reverse('public:call', args=[call.number])}']").first.click()
    page.locator(f"a[href$='{reverse('portal:start', args=[call.number])}']").click()
    page.get_by_role("button", name="开始申报").wait_for()
    look(page, "start")
    page.get_by_role("button", name="开始申报").click()
    page.wait_for_url("**/tasks/")
    look(page, "tasks")

    page.get_by_role("link", name="经营与成长").click()
    page.get_by_label("上年度营业收入").fill("120,000,000")
    page.get_by_label("三年前营业收入").fill("70,000,000")
    look(page, "section")
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/sections/research/")
    page.get_by_label("上年度研发费用").fill("9000000")
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/sections/valuation/")
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/sections/integrity/")
    page.get_by_label("是").check()
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/documents/")

    for title in ("近三年审计报告", "上两个年度完税证明", "上年度研发费用辅助账", "承诺书（签字盖章）"):
        slot = page.get_by_role("region", name=title)
        slot.get_by_label("添加文件").set_input_files(paper)
        slot.get_by_role("button", name=f"添加 {title}", exact=True).click()
        slot.get_by_role("link", name="审计报告.pdf").wait_for()
    look(page, "documents")
    page.get_by_role("link", name="继续", exact=True).click()
    page.get_by_text("核对并提交").wait_for()
    look(page, "tasks-done")
    page.get_by_role("link", name="核对并提交").click()
    page.get_by_role("link", name="继续，填写承诺").wait_for()
    look(page, "check")
    page.get_by_role("link", name="继续，填写承诺").click()
    page.get_by_role("checkbox").check()
    look(page, "declare")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/receipt/")
    case = Case.objects.get(company=company)
    page.get_by_role("main").get_by_text(case.number).first.wait_for()
    look(page, "receipt")
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE
    page.get_by_role("link", name="查看申报进度").click()
    page.get_by_role("heading", name="办理进程").wait_for()
    look(page, "case")
    assert call.title_zh in page.title()


def test_a_refused_upload_is_told_in_place_with_and_without_scripts(
    browser: Browser, live_server: object, world: World, tmp_path: Path
) -> None:
    """Not on `page`: the browser itself reports the refusal's status in its console."""
    case = world.draft(world.call())
    program, paper = tmp_path / "report.pdf", tmp_path / "good.pdf"
    program.write_bytes(b"MZ this is a program")
    paper.write_bytes(PDF)
    for scripts in (True, False):
        context = browser.new_context(base_url=str(live_server), java_script_enabled=scripts)
        context.set_default_timeout(15_000)
        page = context.new_page()
        sign_in(page, world.filer(case.company), str(live_server))
        page.goto(f"/my/applications/{case.number}/documents/")
        slot = page.get_by_role("region", name="近三年审计报告")
        slot.get_by_label("添加文件").set_input_files(program)
        slot.get_by_role("button", name="添加 近三年审计报告", exact=True).click()
        page.locator(".error-summary").wait_for()
        assert "近三年审计报告" in page.locator(".error-summary").inner_text()
        assert slot.locator("input[type=file][aria-invalid=true]").count() == 1
        slot.get_by_label("添加文件").set_input_files(paper)
        slot.get_by_role("button", name="添加 近三年审计报告", exact=True).click()
        slot.get_by_role("link", name="good.pdf").first.wait_for()
        assert page.locator(".error-summary").count() == 0
        context.close()
    assert files_of("case", case.pk).count() == 2


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_after_filing_are_accessible_and_fit(
    page: Page, live_server: object, world: World, language: str
) -> None:
    call = world.call()
    returned = world.submitted(call)
    reasons = {"message": "请核对", "reason_rd_y1": "与审计报告不一致", "reason_audit_reports": "缺第三年"}
    world.act("case", returned, "return_for_correction", "acceptance", data=reasons)
    paid = world.ready(call)
    world.decreed(call)
    paid = world.accounted(paid)
    for case, names in ((returned, ["", "correction/", "documents/", "withdraw/"]), (paid, ["", "answers/"])):
        sign_in(page, world.filer(case.company), str(live_server), language=language)
        addresses = ["/my/", "/my/applications/", *(f"/my/applications/{case.number}/{name}" for name in names)]
        if case is paid:
            addresses += [f"/my/companies/{case.company_id}/", f"/my/companies/{case.company_id}/accounts/"]
        for address in addresses:
            page.goto(address)
            for summary in page.locator("main details > summary").all():
                summary.click()
            name = address.strip("/").replace("/", "-").replace(case.number, case.state)
            for width in (1280, PHONE):
                look(page, f"{language}-{name}", width)
