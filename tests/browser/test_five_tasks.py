"""Five tasks from sign-in to their end, by the keyboard alone and by pointing on a telephone: no page is left out by either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from subsidy.accounts.models import User
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.payouts.enums import BatchState
from subsidy.payouts.models import Batch
from subsidy.web import person
from tests.browser.steps import company as filer
from tests.browser.steps import finance, review
from tests.browser.steps.hands import Hand, Keyboard, Pointer
from tests.browser.steps.tabs import DESKTOP, PHONE, Players, Tab, players_of, sign_in
from tests.harness.browser import LiveServer
from tests.harness.second_factor import prove_cookies
from tests.subsidy.payouts.bank import obligated
from tests.world import PDF, World, fresh

pytestmark = pytest.mark.long

WAYS: dict[str, tuple[Callable[[], Hand], int]] = {"keyboard": (Keyboard, DESKTOP), "telephone": (Pointer, PHONE)}
REASON = "审计报告缺少签章页"


@pytest.fixture
def world(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(person, "business_now", lambda: made.now)
    return made


@pytest.fixture(params=WAYS)
def players(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Iterator[Players]:
    """Everybody handles pages in this way."""
    hand, width = WAYS[request.param]
    with players_of(browser, str(live_server), width=width, hand=hand()) as found:
        yield found


def test_a_company_files(world: World, players: Players, tmp_path: Path) -> None:
    """From the catalogue: the policy, its open call, signing in on the way, every section, every paper, the receipt."""
    call, user = world.call(), world.filer(world.company())
    paper = tmp_path / "审计报告.pdf"
    paper.write_bytes(PDF)
    tab = players.visitor()
    tab.open("/policies/")
    tab.follow_name("飞天计划企业奖补")
    tab.main.get_by_role("heading", name="飞天计划企业奖补", level=1).wait_for()
    tab.follow("Apply: open call")
    tab.main.get_by_role("heading", name=call.title_zh).wait_for()
    tab.follow("Start an application")
    sign_in(tab, user)
    number = filer.apply(tab, paper)
    assert Case.objects.get(number=number).state == CaseState.AWAITING_ACCEPTANCE


def test_an_officer_reviews_and_returns(world: World, players: Players) -> None:
    case = world.submitted(world.call())
    review.return_for_correction(players.tab(world.people["acceptance"]), case.number)
    assert fresh(case).state == CaseState.AWAITING_CORRECTION


def test_an_expert_scores(world: World, players: Players) -> None:
    case = world.accepted(world.call())
    for expert in world.experts(case):
        review.score(players.tab(expert), case.number)
    assert fresh(case).state == CaseState.AMOUNT_CHECK


def test_finance_makes_a_batch(world: World, players: Players) -> None:
    """Built, checked, released and exported by three people."""
    names = [case.company_name for case in obligated(world, 2)]
    first, second, third = (players.tab(world.people[f"finance{place}"]) for place in (1, 2, 3))
    number = finance.prepare(first, names, "pain.001.001.09", "飞天计划奖补")
    finance.act(second, number, "Checked")
    prove_cookies(third.page.context.cookies())
    finance.act(third, number, "Release")
    content = finance.take_file(first, number)
    batch = Batch.objects.get(number=number)
    assert (batch.state, content) == (BatchState.EXPORTED, bytes(batch.export_file.content))


def test_why_a_company_was_refused(world: World, players: Players) -> None:
    """Its own people find it under their applications, an auditor by its name; both read the words and the clauses."""
    case = world.submitted(world.call())
    world.act("case", case, "refuse", "acceptance", data={"reason": REASON})
    mine = _tab(players, world.filer(case.company), "/my/")
    mine.follow_name(case.number)
    mine.reads(REASON)
    auditor = _tab(players, world.people["auditor"], "/console/audit/cases/")
    auditor.hand.write(auditor.page.get_by_role("searchbox").first, case.company_name)
    auditor.press("Apply")
    auditor.follow_name(case.number)
    auditor.reads(REASON)
    auditor.look("refused-story")


def _tab(players: Players, user: User, address: str) -> Tab:
    tab = players.tab(user)
    tab.open(address)
    return tab
