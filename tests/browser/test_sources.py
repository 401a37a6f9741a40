"""An officer imports a file twice in a real browser, nothing changes the second time, and the fact opens its file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from subsidy.applicants.models import CompanyFact, FactImport
from subsidy.web import person
from tests.browser.steps.registration import upload_facts
from tests.browser.test_console import Desk
from tests.harness.browser import LiveServer
from tests.world import World
from workflows.fact_import.jobs import apply_fact_import, check_fact_import

pytestmark = pytest.mark.long


@pytest.fixture
def world(fresh_db: object) -> World:
    return World()


@pytest.fixture
def desk(page: Page, live_server: LiveServer, world: World, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(person, "business_now", lambda: world.now)
    return Desk(page, live_server, world)


def send(desk: Desk, path: Path) -> FactImport:
    """Upload the file by the form."""
    return upload_facts(desk.page, str(desk.server), path, source="tax", year="2023")


def test_an_officer_imports_a_file_twice(desk: Desk, world: World, tmp_path: Path) -> None:
    case = world.submitted(world.call())
    other = world.company()
    path = tmp_path / "税务2023.csv"
    lines = [
        "统一社会信用代码,上年区级贡献（元）,税收征管关系在本区",
        f"{case.company.uscc},1234567.89,是",
        f"{other.uscc},很多,是",
    ]
    path.write_text("\n".join(lines), encoding="gb18030")
    desk.sit("counter")
    page = desk.page
    first = send(desk, path)
    desk.look(page.url, "import-checking")
    check_fact_import(first.pk, now=lambda: world.now)
    # The page asks by itself how far the work is.
    expect(page.get_by_text("已核对，未入库")).to_be_visible(timeout=15_000)
    for language in ("zh-hans", "en"):
        desk.sit("counter", language)
        desk.look(page.url, "import-checked", language=language)
    desk.sit("counter")
    page.goto(page.url)
    page.get_by_role("link", name="确认入库").click()
    desk.look(page.url, "import-apply")
    page.get_by_role("button", name="确认入库").click()
    expect(page.locator("progress")).to_be_visible()
    apply_fact_import(first.pk, now=lambda: world.now)
    expect(page.get_by_text("已入库", exact=True)).to_be_visible(timeout=15_000)
    held = CompanyFact.objects.count()
    second = send(desk, path)
    check_fact_import(second.pk, now=lambda: world.now)
    expect(page.get_by_text("该文件不会带来任何变化")).to_be_visible(timeout=15_000)
    assert CompanyFact.objects.count() == held
    for address, name in (("/console/sources/", "imports"), ("/console/sources/layouts/", "import-layouts")):
        desk.look(desk.server + address, name)
    desk.sit("acceptance")
    page.goto(desk.server + f"/console/cases/{case.number}/")
    page.get_by_role("link", name="来源与历史 上年度区级贡献").click()
    expect(page.get_by_role("link", name="税务2023.csv").first).to_be_visible()
    for language in ("zh-hans", "en"):
        desk.sit("acceptance", language)
        desk.look(desk.server + f"/console/cases/{case.number}/facts/contribution_y1/", "fact", language=language)
    desk.look(desk.server + f"/console/cases/{case.number}/facts/contribution_y1/override/", "fact-override")
    desk.sit(world.filer(case.company))
    desk.look(desk.server + f"/my/companies/{case.company.pk}/facts/contribution_y1/", "fact-company")
