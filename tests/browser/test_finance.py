"""Finance in a real browser: one batch from what is due to the bank's answer, readable at every width in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from subsidy.cases.enums import CaseState
from subsidy.demo import bank
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import Transaction
from subsidy.payouts.models import Batch
from subsidy.payouts.recoveries import Recovery, RecoveryState
from tests.browser.test_base import PASSWORD
from tests.harness import looking
from tests.harness.browser import LiveServer
from tests.harness.second_factor import prove_cookies
from tests.subsidy.payouts.bank import answered, ids, imported, obligated
from tests.subsidy.payouts.test_answers import booked, credit
from tests.subsidy.payouts.test_returns import change_account
from tests.workflows.test_recovery import ordered
from tests.world import World, days_later, fresh
from workflows.recovery.jobs import issue_recovery_notice

pytestmark = pytest.mark.long

WIDTHS = [390, 1280]


@pytest.fixture
def world(fresh_db: object, monkeypatch: pytest.MonkeyPatch) -> World:
    """A bureau in a database of its own, whose site lives at the bureau's time."""
    made = World()
    monkeypatch.setattr("subsidy.web.person.business_now", lambda: made.now)
    for name in ("finance1", "finance2", "finance3"):
        made.people[name].set_password(PASSWORD)
        made.people[name].save()
    return made


@pytest.fixture
def enter(page: Page, live_server: LiveServer) -> Callable[[str], None]:
    """`enter("finance1")` signs that person in, whoever was there before."""

    def enter(who: str) -> None:
        page.context.clear_cookies()
        page.goto("/sign-in/")
        page.get_by_label("用户名").fill(who)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "sign-in" not in url)

    return enter


def look(page: Page, live_server: LiveServer, address: str, name: str) -> None:
    """The page at both widths in both languages; it is left in Chinese."""
    found = looking.faults_everywhere(page, address, f"finance-{name}", url=live_server.url, widths=WIDTHS)
    assert not found, "\n".join(found)


def test_a_batch_by_three_people(
    world: World, page: Page, live_server: LiveServer, enter: Callable[[str], None], tmp_path: Path
) -> None:
    obligated(world, 2)
    enter("finance1")
    look(page, live_server, "/console/finance/pay/", "to-pay")
    for box in page.get_by_role("checkbox").all():
        box.check()
    total = page.locator("[data-total-sum]").inner_text()
    page.get_by_role("button", name="将所选款项编入批次").click()
    page.get_by_role("heading", name="批次制单", level=1).wait_for()
    look(page, live_server, page.url.removeprefix(live_server.url), "prepare")
    assert total in page.locator("main").inner_text()
    page.get_by_label("用途").fill("飞天计划奖补")
    page.locator("main button.button").click()
    page.wait_for_url("**/batches/B*/")
    batch = Batch.objects.get()
    address = f"/console/finance/batches/{batch.number}/"
    enter("finance2")
    look(page, live_server, address, "batch-prepared")
    look(page, live_server, f"{address}check/", "check")
    page.locator("main button.button").click()
    page.wait_for_url(f"**{address}")
    enter("finance3")
    prove_cookies(page.context.cookies())
    look(page, live_server, f"{address}release/", "release")
    page.locator("main button.button").click()
    page.wait_for_url(f"**{address}")
    enter("finance1")
    page.goto(f"{address}export/")
    page.locator("main button.button").click()
    page.wait_for_url(f"**{address}")
    with page.expect_download() as download:
        page.get_by_role("link", name=f"{batch.number}.xml").click()
    assert Path(download.value.path()).read_bytes() == bytes(batch.export_file.content)
    look(page, live_server, address, "batch-exported")
    for document in answered(batch, world, reject={ids(batch)[0]: "AC01"}):
        read_in(page, tmp_path / document.name, document.content)
    look(page, live_server, page.url.removeprefix(live_server.url), "answer-file")
    for path, name in (("answers/", "answers"), ("answers/open/", "enquiries"), ("answers/import/", "import")):
        look(page, live_server, f"/console/finance/{path}", name)
    look(page, live_server, "/console/finance/batches/", "batches")
    look(page, live_server, "/console/finance/", "budget")
    look(page, live_server, "/console/overview/", "overview")
    for path in ("overview/cases/", "overview/tasks/", "finance/budget/years/2024/entries/"):
        look(page, live_server, f"/console/{path}", path.strip("/").replace("/", "-"))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator("table.rows a").last.click()
    look(page, live_server, page.url.removeprefix(live_server.url), "entries")


def test_money_that_comes_back(
    world: World, page: Page, live_server: LiveServer, enter: Callable[[str], None], tmp_path: Path
) -> None:
    """From the clause to the bank line and back: answered in part, returned late, asked back and set off, paid again."""
    refused, returned, kept = obligated(world, 3)
    clause = clause_of_the_amount(page, live_server)
    first = world.released([refused, returned, kept])
    keys = dict(first.lines.values_list("case", "end_to_end_id"))
    stray = booked(world, credit("STRAY", 77_00, reference="S1"), message_id="S1")
    late = days_later(world.now, 4)
    back = bank.money_back(
        bytes(first.export_file.content), returned={keys[returned.pk]: "AC04"}, answered_at=late.at, booked_on=late.on
    )
    told = [one.content for one in answered(first, world, reject={keys[refused.pk]: "AC01"})]
    files = [*told, back, stray]
    enter("finance1")
    for number, content in enumerate(files):
        read_in(page, tmp_path / f"{number}.xml", content)
    states = dict(first.lines.values_list("case", "state"))
    assert states == {refused.pk: "refused", returned.pk: "returned", kept.pk: "settled"}
    look(page, live_server, f"/console/finance/batches/{first.number}/", "batch-answered")
    look(page, live_server, "/console/finance/holds/", "holds")
    recovery = ordered(world, fresh(kept), amount_fen=1_000_00)
    issue_recovery_notice(recovery.pk, now=world.now)
    # As after a merger: the company of another case took over what this one owes.
    Recovery.objects.filter(pk=recovery.pk).update(company=returned.company)
    look(page, live_server, f"/console/recoveries/{recovery.number}/", "recovery-open")
    second = world.released([change_account(world, returned)])
    files += [document.content for document in answered(second, world)]
    for number, content in enumerate(files[4:], 10):
        read_in(page, tmp_path / f"{number}.xml", content)
    assert fresh(returned).state == CaseState.PAID and fresh(recovery).state == RecoveryState.PAID
    look(page, live_server, f"/console/finance/batches/{second.number}/", "batch-set-off")
    assert "1,000.00" in page.locator("main").inner_text()
    look(page, live_server, f"/console/recoveries/{recovery.number}/", "recovery-paid")
    assert ids(second)[0] in page.locator("main").inner_text()
    for path in ("recoveries", "finance/suspense", "finance/reconciliation", "finance/statements"):
        look(page, live_server, f"/console/{path}/", path.rpartition("/")[2])
    for path in (f"budget/years/{world.now.on.year}", "budget/lines"):
        look(page, live_server, f"/console/finance/{path}/", path.replace("/", "-"))
    booked_once = Transaction.objects.count()
    for content in reversed(files):
        imported(world, content)
    assert Transaction.objects.count() == booked_once, "read again in another order, the files change nothing"
    assert [str(one) for one in violations()] == []
    for case in (returned, kept):
        filer = world.filer(case.company)
        filer.set_password(PASSWORD)
        filer.save()
    enter(world.filer(returned.company).username)
    look(page, live_server, f"/my/applications/{returned.number}/", "company-paid")
    page.get_by_text("逐条理由").click()
    paid = page.locator("main").inner_text()
    assert clause in paid and "1,000.00" in paid and f"{second.lines.get().settled_on:%-d}" in paid
    enter(world.filer(kept.company).username)
    look(page, live_server, f"/my/recoveries/{recovery.number}/", "company-recovery")
    assert ids(second)[0] in page.locator("main").inner_text()
    page.get_by_role("main").get_by_role("link", name=recovery.number).first.click()
    page.wait_for_url("**/letters/**")


def clause_of_the_amount(page: Page, live_server: LiveServer) -> str:
    """What the public page of the policy names as the clause by which the amount is computed."""
    look(page, live_server, "/policies/xh/flying_sky/2023.1/", "policy")
    return page.locator("main .clause").first.inner_text().strip()


def read_in(page: Page, file: Path, content: bytes) -> None:
    """Read one file of the bank in by its page."""
    file.write_bytes(content)
    page.goto("/console/finance/answers/import/")
    page.set_input_files("input[type=file]", file)
    page.locator("main button.button").click()
    page.wait_for_url("**/answers/*/")
