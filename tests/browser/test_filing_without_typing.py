"""A new company registers, once online and once at the counter, finds its facts filled in and files without typing a figure
that is known; then every fact of the decision opens its source, its day and its history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from subsidy.applicants.models import Company, CompanyFact, FactImport
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.demo.uscc import generated_uscc
from subsidy.web import person
from tests.browser.steps.registration import (
    NAME,
    accept,
    ask_online,
    confirm,
    newcomer,
    register_at_counter,
    upload_facts,
)
from tests.browser.test_portal import PHONE, look, sign_in
from tests.harness.browser import LiveServer
from tests.world import PDF, World
from workflows.fact_import.jobs import apply_fact_import, check_fact_import

pytestmark = pytest.mark.long

CODE = generated_uscc(96_001, region="330106")
PAPERS = ("近三年审计报告", "上两个年度完税证明", "上年度研发费用辅助账", "承诺书（签字盖章）")
FIGURES = {"sales_y1": "120,000,000.00", "sales_y3": "70,000,000.00", "rd_y1": "9,000,000.00"}


@pytest.fixture
def world(live_server: object, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(person, "business_now", lambda: made.now)
    return made


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(PDF)
    return path


def bring_facts(page: Page, address: str, world: World, folder: Path) -> None:
    """An officer imports what tax, statistics and the lists of titles say of the company; the tax file twice."""
    files = {
        "tax": (
            "上年销售收入（元）,大前年销售收入（元）,上年区级贡献（元）,前年区级贡献（元）",
            "120000000,70000000,5000000,3000000",
        ),
        "statistics": ("上年研发费用（元）", "9000000"),
        "recognitions": ("高新技术企业证书有效期至", "2025-12-31"),
    }
    sign_in(page, world.people["counter"], address)
    for source, (head, line) in files.items():
        path = folder / f"{source}2023.csv"
        path.write_text(f"统一社会信用代码,{head}\n{CODE},{line}\n", encoding="utf-8")
        year = "" if source == "recognitions" else "2023"
        _import(page, address, world, path, source, year)
    held = CompanyFact.objects.count()
    again = upload_facts(page, address, folder / "tax2023.csv", source="tax", year="2023")
    check_fact_import(again.pk, now=lambda: world.now)
    expect(page.get_by_text("该文件不会带来任何变化")).to_be_visible(timeout=20_000)
    assert CompanyFact.objects.count() == held


def _import(page: Page, address: str, world: World, path: Path, source: str, year: str) -> None:
    made: FactImport = upload_facts(page, address, path, source=source, year=year)
    check_fact_import(made.pk, now=lambda: world.now)
    page.goto(page.url)
    page.get_by_role("link", name="确认入库").click()
    page.get_by_role("button", name="确认入库").click()
    apply_fact_import(made.pk, now=lambda: world.now)
    expect(page.get_by_text("已入库", exact=True)).to_be_visible(timeout=20_000)


def file_without_typing(page: Page, address: str, call: Any, paper: Path) -> Case:
    """From the open call to the receipt: looked through and saved, one box ticked, papers added; no figure is typed."""
    page.goto(f"{address}/my/apply/{call.number}/")
    page.get_by_role("button", name="开始申报").click()
    page.wait_for_url("**/tasks/")
    page.get_by_role("link", name="经营与成长").click()
    for name in ("sales_y1", "sales_y3"):
        assert page.locator(f"[name={name}]").input_value() == FIGURES[name]
    assert page.get_by_text("税务部门，截至2024年2月1日").count() >= 2
    look(page, "no-typing-section")
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/sections/research/")
    assert page.locator("[name=rd_y1]").input_value() == FIGURES["rd_y1"]
    assert "统计部门" in page.get_by_role("main").inner_text()
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/sections/valuation/")
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/sections/integrity/")
    page.get_by_label("是").check()
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/documents/")
    for title in PAPERS:
        slot = page.get_by_role("region", name=title)
        slot.get_by_label("添加文件").set_input_files(paper)
        slot.get_by_role("button", name=f"添加 {title}", exact=True).click()
        slot.get_by_role("link", name="paper.pdf").wait_for()
    page.get_by_role("link", name="继续", exact=True).click()
    page.get_by_role("link", name="核对并提交").click()
    page.get_by_role("link", name="继续，填写承诺").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/receipt/")
    return Case.objects.get()


def follow_to_the_sources(page: Page, address: str, world: World, case: Case) -> None:
    """The officer goes from the case to an input of the decision, and from the company to each of its facts."""
    sign_in(page, world.people["acceptance"], address)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{address}/console/cases/{case.number}/")
    page.get_by_role("link", name="来源与历史 上年度营业收入", exact=True).click()
    main = page.get_by_role("main")
    for part in ("120,000,000.00 元", "税务部门", "2024年2月1日", "tax2023.csv"):
        expect(main.get_by_text(part).first).to_be_visible()
    main.get_by_role("link", name="tax2023.csv").first.click()
    expect(page.get_by_role("heading", name="tax2023.csv")).to_be_visible()
    page.goto(f"{address}/console/companies/{case.company_id}/")
    look(page, "no-typing-company", 1280)
    facts = page.get_by_role("link", name="来源与历史")
    addresses = {str(link.get_attribute("href")) for link in facts.all()}
    assert len(addresses) == len(set(CompanyFact.objects.values_list("name", flat=True)))
    for one in addresses:
        page.goto(address + one)
        expect(page.get_by_role("heading", name="曾有的全部值，最新的在前")).to_be_visible()
        assert page.get_by_role("main").get_by_role("row").count() >= 4, one
    look(page, "no-typing-company-fact", 1280)
    look(page, "no-typing-company-fact")


def test_a_company_that_registered_online_files_without_typing(
    page: Page, live_server: LiveServer, world: World, paper: Path, tmp_path: Path
) -> None:
    clerk, legal, call = newcomer(world, "wang", "王经办"), newcomer(world, "li", "李法人"), world.call()
    page.set_viewport_size({"width": PHONE, "height": 900})
    sign_in(page, clerk, live_server.url)
    page.goto(f"{live_server.url}/my/companies/")
    page.get_by_role("link", name="登记企业").click()
    ask_online(page, CODE, paper, confirmer="li")
    sign_in(page, legal, live_server.url)
    confirm(page, live_server.url)
    sign_in(page, world.people["counter"], live_server.url)
    accept(page, live_server.url)
    company = Company.objects.get(uscc=CODE)
    bring_facts(page, live_server.url, world, tmp_path)
    page.set_viewport_size({"width": PHONE, "height": 900})
    sign_in(page, clerk, live_server.url)
    case = file_without_typing(page, live_server.url, call, paper)
    assert (case.company, case.state) == (company, CaseState.AWAITING_ACCEPTANCE)
    follow_to_the_sources(page, live_server.url, world, case)


def test_a_company_assisted_at_the_counter_files_without_typing(
    page: Page, live_server: LiveServer, world: World, paper: Path, tmp_path: Path
) -> None:
    clerk, call = newcomer(world, "wang", "王经办"), world.call()
    sign_in(page, world.people["counter"], live_server.url)
    page.goto(f"{live_server.url}/console/companies/register/")
    register_at_counter(page, CODE, paper, clerk="wang")
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    bring_facts(page, live_server.url, world, tmp_path)
    sign_in(page, clerk, live_server.url)
    case = file_without_typing(page, live_server.url, call, paper)
    assert (case.company.name, case.state) == (NAME, CaseState.AWAITING_ACCEPTANCE)
    follow_to_the_sources(page, live_server.url, world, case)
