"""The whole way through pages alone: from the policy on the public site to the money in the bank and the auditor's story."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.management import call_command
from pdfminer.high_level import extract_text
from playwright.sync_api import Browser
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from subsidy.applicants.models import Company
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.demo import bank
from subsidy.management import base
from subsidy.programmes.models import Call
from subsidy.web import person
from tests.browser.steps import company as filer
from tests.browser.steps import finance, review
from tests.browser.steps.tabs import PHONE, Players, players_of, sign_in
from tests.harness.browser import LiveServer
from tests.harness.second_factor import prove_cookies
from tests.world import PDF, World, days_later, fresh
from workflows import jobs
from workflows.case import jobs as case_jobs
from workflows.payout_batch import jobs as batch_jobs
from workflows.round import jobs as round_jobs

pytestmark = pytest.mark.long

ACCOUNT = "6222000012345678"
DECREE = "西科〔2024〕8号"
# 5 % of 3,000,000 and 60 % of the increase of 2,000,000
AMOUNT = "1,350,000.00"
# What the auditor must find, in the program's words; five experts, two letters opened or issued are told more than once.
STORY = (
    "opened the case",
    "submitted the application",
    "returned it for correction",
    "resubmitted the corrected application",
    "accepted the application",
    "submitted sealed scores",
    "confirmed the amount",
    "ranked the round and reserved the money",
    "approved the list in the meeting",
    "published the notice list",
    "closed the notice",
    "issued the decree",
    "was awarded by decree",
    "opened a letter (served)",
    "entered the payee account",
    "confirmed the payee account",
    "confirmed the account for the payment",
    "prepared the payment batch",
    "checked the payment batch",
    "released the payment batch",
    "handed the payment file to the bank",
    "the bank has paid",
)
CLOCKS = (person, base, case_jobs, round_jobs, batch_jobs)


@dataclass
class Play:
    """The bureau, its people's tabs, and the jobs that have run."""

    world: World
    players: Players
    ran: set[int] = field(default_factory=set)

    def run_jobs(self) -> None:
        """What the worker would do with the jobs that were left since the last time."""
        assert {task.name for task in jobs.ALL} <= set(app.tasks)
        for job in ProcrastinateJob.objects.exclude(pk__in=self.ran).order_by("id"):
            app.tasks[job.task_name].func(**job.args)
            self.ran.add(job.pk)

    def days_pass(self, days: int) -> None:
        self.world.now = days_later(self.world.now, days)
        round_jobs.close_due_notices(self.world.now)


@pytest.fixture
def world(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> World:
    """A bureau on the server's database; pages, jobs and commands are asked at its time."""
    made = World()
    for module in CLOCKS:
        monkeypatch.setattr(module, "business_now", lambda: made.now)
    return made


def test_from_the_policy_to_the_money(world: World, browser: Browser, live_server: LiveServer, tmp_path: Path) -> None:
    call, company = world.call(), world.company("杭州云帆智能科技有限公司")
    with players_of(browser, str(live_server)) as players:
        play = Play(world, players)
        case = files(play, call, company, tmp_path)
        is_reviewed(play, case)
        others = [world.ready(call, points=points) for points in (0.8, 0.7)]
        play.run_jobs()
        is_decided(play, case, others)
        names_its_account(play, case)
        others = [world.accounted(other) for other in others]
        is_paid(play, [case, *others], tmp_path)
        filer.sees_paid(players.tab(world.filer(company)), case.number)
        assert [fresh(one).state for one in (case, *others)] == [CaseState.PAID] * 3
        is_audited(play, case)


def files(play: Play, call: Call, company: Company, folder: Path) -> Case:
    """A visitor finds the policy, calculates, signs in on the way, and files."""
    paper = folder / "审计报告.pdf"
    paper.write_bytes(PDF)
    user = play.world.filer(company)
    tab = play.players.visitor()
    filer.calculate(tab)
    filer.begin(tab, call)
    sign_in(tab, user)
    play.players.keep(tab, user)
    number = filer.apply(tab, paper)
    play.run_jobs()
    case = Case.objects.get(number=number)
    assert case.state == CaseState.AWAITING_ACCEPTANCE
    return case


def is_reviewed(play: Play, case: Case) -> None:
    """Returned once, corrected, accepted, scored by five, its amount checked (in English)."""
    world, players = play.world, play.players
    review.return_for_correction(players.tab(world.people["acceptance"]), case.number)
    play.run_jobs()
    filer.correct(players.tab(world.filer(case.company)), case.number, research="9,600,000")
    review.accept(players.tab(world.people["acceptance"]), case.number)
    experts = world.experts(case)
    assert len(experts) == 5
    for place, expert in enumerate(experts):
        review.score(players.tab(expert, width=PHONE if place == 0 else 1280), case.number)
    amount = players.tab(world.people["amount"])
    amount.open("/console/queue/")
    amount.speak_english()
    review.confirm_amount(amount, case.number, AMOUNT)
    assert fresh(case).state == CaseState.AWAITING_ROUND
    play.run_jobs()


def is_decided(play: Play, case: Case, others: list[Case]) -> None:
    """One round: ranked, approved, published, closed by the clock, decreed; the letter is a PDF."""
    world, players = play.world, play.players
    play.days_pass(12)
    round_number = review.rank(players.tab(world.people["amount"]), 1 + len(others))
    review.approve(players.tab(world.people["leader"]), round_number)
    review.publish(players.tab(world.people["notice"]), round_number)
    play.run_jobs()
    visitor = players.visitor()
    visitor.open("/notices/")
    visitor.main.get_by_role("link", name="飞天计划拟奖补名单公示").click()
    visitor.reads(case.company_name)
    visitor.look("public-notice")
    play.days_pass(10)
    review.decree(players.tab(world.people["notice"]), round_number, DECREE)
    play.run_jobs()
    letter = filer.open_award_letter(players.tab(world.filer(case.company)), case.number)
    text = extract_text(io.BytesIO(letter)).replace("\n", "")
    assert case.company_name in text
    assert DECREE in text
    visitor.open("/decrees/")
    visitor.main.get_by_role("link", name=DECREE).click()
    visitor.reads(case.company_name)
    visitor.look("public-decree")


def names_its_account(play: Play, case: Case) -> None:
    """The handler enters it; the legal representative, on a telephone, confirms and chooses it."""
    world, players = play.world, play.players
    filer.enter_account(players.tab(world.filer(case.company)), case.company_name, ACCOUNT)
    filer.confirm_account(players.tab(world.legal(case.company), width=PHONE), case.number, ACCOUNT)
    assert fresh(case).state == CaseState.AWAITING_PAYMENT


def is_paid(play: Play, cases: list[Case], folder: Path) -> None:
    """Two batches by three people, one of each format; the bank answers both."""
    first, second, third = (play.players.tab(play.world.people[f"finance{place}"]) for place in (1, 2, 3))
    chosen = (([cases[0], cases[1]], "pain.001.001.09"), ([cases[2]], "CSV"))
    for batch_cases, words in chosen:
        names = [case.company_name for case in batch_cases]
        number = finance.prepare(first, names, words, "飞天计划奖补")
        finance.act(second, number, "Checked")
        prove_cookies(third.page.context.cookies())
        finance.act(third, number, "Release")
        exported = finance.take_file(first, number)
        answers(play, exported, folder)
    play.run_jobs()
    second.follow("Budget", within=second.page.get_by_role("navigation"))
    second.look("finance-budget")


def answers(play: Play, exported: bytes, folder: Path) -> None:
    """The reference bank carries the file out; what it says is read in: pain.002, then camt.054, or the result CSV."""
    play.days_pass(1)
    now = play.world.now
    for document in bank.answer(exported, answered_at=now.at, booked_on=now.on):
        path = folder / document.name
        path.write_bytes(document.content)
        finance.read_answer(play.players.tab(play.world.people["finance1"]), path)


def is_audited(play: Play, case: Case) -> None:
    """The auditor reads every step; the chain of events and the books hold."""
    tab = play.players.tab(play.world.people["auditor"])
    review.reads_story(tab, case.number, STORY)
    call_command("audit", "verify", stdout=io.StringIO())
    call_command("ledger", "check", stdout=io.StringIO())
