"""The first batch of the Flying-Sky plan as it went in 2022: filed, reviewed, decreed and paid, seventeen companies.

Everything goes through the door at the dates of the time. No amount is given anywhere: the pack decides on the fitted
facts, and the total is checked against what the bureau reported.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from policies.language import Pack
from subsidy.accounts.enums import Role
from subsidy.audit.moment import ZONE
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.correspondence.models import LetterKind
from subsidy.decisions.models import Award, Instalment, RoundRow
from subsidy.demo.facts import answers_for
from subsidy.demo.fitted import fitted_first_batch
from subsidy.demo.money_story import recoveries_of_first_batch
from subsidy.demo.paying import Order, change_account, choose_account, pay
from subsidy.demo.stage import Actors, Stage
from subsidy.ledger.models import BudgetLine, PayingAccount
from subsidy.programmes.models import Call, PolicyVersion
from workflows.common.turn import Origin
from workflows.round.jobs import issue_round_paper

DECREE_NUMBER = "西科〔2022〕18号"
REPORTED_FEN = range(6_200 * 1_000_000, 6_300 * 1_000_000)
"""What the bureau reported: sixty-two million yuan and something."""

REGISTERED_ON, FILED_ON = dt.date(2022, 5, 9), dt.date(2022, 5, 20)
RETURNED_ON, RESUBMITTED_ON, ACCEPTED_ON = dt.date(2022, 5, 24), dt.date(2022, 5, 27), dt.date(2022, 5, 30)
SCORED_ON, CHECKED_ON, RANKED_ON = dt.date(2022, 6, 8), dt.date(2022, 6, 14), dt.date(2022, 6, 16)
MET_ON, PUBLISHED_ON, CLOSED_ON = dt.date(2022, 6, 20), dt.date(2022, 6, 21), dt.date(2022, 6, 29)
DECREED_ON, ACCOUNTS_ON = dt.date(2022, 6, 30), dt.date(2022, 7, 5)
PREPARED_ON, RELEASED_ON, BOOKED_ON = dt.date(2022, 7, 8), dt.date(2022, 7, 11), dt.date(2022, 7, 12)
ENTERED_ON, CHANGED_ON = dt.date(2022, 7, 13), dt.date(2022, 7, 20)
AGAIN_ON = dt.date(2022, 7, 21), dt.date(2022, 7, 22), dt.date(2022, 7, 25)

ROUND_KEY = "2022:round"
BY_ISO = 11
"""How many of the companies are paid by pain.001; the rest by the bank's CSV."""
BOUNCED, OTHER_ACCOUNT = 4, "6222021202022004004"
"""Whose payment the bank refuses at first, by its place among the companies, and the account that it names then."""
ASKED_BACK = (6, 7, 8)
"""Of whom part of the money is asked back later: repaid in parts, written off, still owed."""


class FirstBatch:
    """The story of 2022 on one stage; `play` runs it from wherever an earlier run ended."""

    def __init__(self, stage: Stage, call: Call, pack: Pack, account: PayingAccount, *, first_user: int) -> None:
        self.stage, self.call, self.pack, self.account = stage, call, pack, account
        self.companies = [
            Actors(company, f"company{first_user + place}") for place, company in enumerate(fitted_first_batch(pack))
        ]
        self.cases: dict[str, int] = {}

    def play(self) -> int:
        """Run the story; returns the total in fen. Raises ValueError when it is not what the bureau reported."""
        self.file()
        self.review()
        self.decide()
        self.pay()
        return self.total()

    def file(self) -> None:
        stage = self.stage
        for place, actors in enumerate(self.companies):
            registered, filed = stage.moment(REGISTERED_ON, 10), stage.moment(FILED_ON, 9 + place // 3, place % 3 * 20)
            company = stage.company(actors.generated, registered)
            stage.people.members(
                company, actors.username, handler=actors.generated.handler.name, legal=actors.generated.legal.name
            )
            stage.know(company, actors.generated, self.pack, FILED_ON, registered)
            case_id = self.cases[actors.key] = stage.draft(actors, company, self.call.pk, filed)
            answers = answers_for(actors.generated, self.pack, filed_on=FILED_ON)
            said = {**answers, "rd_y1": mistyped(answers["rd_y1"])} if place == 0 else answers
            stage.fill(actors, case_id, self.pack, said, filed)
            stage.submit(actors, case_id, filed)
            if place == 0:
                self.correct(actors, case_id, answers["rd_y1"])
            stage.case_act(actors, case_id, "accept", "acceptance", stage.moment(ACCEPTED_ON, 10))

    def correct(self, actors: Actors, case_id: int, spending: object) -> None:
        """The first company had typed its research spending ten times too small: returned once, mended, filed again."""
        stage, returned = self.stage, self.stage.moment(RETURNED_ON, 15)
        asked = {
            "message": "请核对上年度研发费用并修改后重新提交。",
            "reason_rd_y1": "与审计报告“研发费用合计”不一致，疑少填一位数字，请核对后改正。",
        }
        stage.case_act(actors, case_id, "return_for_correction", "acceptance", returned, asked)
        stage.letter(case_id, LetterKind.CORRECTION, returned)
        mended = stage.moment(RESUBMITTED_ON, 11)
        stage.case_act(
            actors, case_id, "save_answers", actors.username, mended, {"rd_y1": spending}, step=":corrected"
        )
        stage.case_act(actors, case_id, "resubmit", actors.username, mended, {"declaration": True})

    def review(self) -> None:
        stage = self.stage
        for place, actors in enumerate(self.companies):
            case_id = self.cases[actors.key]
            stage.score(actors, case_id, self.pack, stage.moment(SCORED_ON, 10), base=90 - place)
            stage.case_act(
                actors,
                case_id,
                "confirm_amount",
                "amount",
                stage.moment(CHECKED_ON, 14),
                {"remark": "经核对，金额无误。"},
            )

    def decide(self) -> None:
        stage = self.stage
        round_id = stage.open(ROUND_KEY, "round", "open", "amount", stage.moment(RANKED_ON), {"call": self.call.pk})
        stage.act("2022:collect", "round", round_id, "close_collection", "amount", stage.moment(RANKED_ON, 10))
        meeting = {
            "minute_number": "局长办公会纪要〔2022〕9号",
            "statement": "会议同意按排序名单给予奖补。",
            "members": 5,
            "present": "郑重\n冯正\n何川\n王立\n周宁",
            "others": True,
        }
        if RoundRow.objects.filter(round=round_id, level=Role.DIVISION_HEAD).exists():
            sheet = {"minute_number": "处室审批单〔2022〕6号", "statement": "限额内金额同意。", "others": True}
            stage.act("2022:sign", "round", round_id, "sign", "division", stage.moment(MET_ON, 9), sheet)
        stage.act("2022:approve", "round", round_id, "approve", "leader", stage.moment(MET_ON, 15), meeting)
        titles = {
            "title_zh": "2022年首批飞天计划拟奖补企业名单公示",
            "title_en": "Public Notice of the First Flying-Sky Awards, 2022",
        }
        published = stage.moment(PUBLISHED_ON, 10)
        stage.act("2022:publish", "round", round_id, "publish", "notice", published, titles)
        issue_round_paper(round_id, LetterKind.NOTICE_LIST, now=published)
        closed = stage.moment(CLOSED_ON)
        stage.act(
            "2022:close", "round", round_id, "close_notice", "system:clock", closed, origin=Origin(surface="job")
        )
        decreed = stage.moment(DECREED_ON, 10)
        stage.act("2022:decree", "round", round_id, "issue_decree", "notice", decreed, {"number": DECREE_NUMBER})
        issue_round_paper(round_id, LetterKind.DECREE, now=decreed)
        for case_id in self.cases.values():
            stage.letter(case_id, LetterKind.AWARD, decreed)

    def pay(self) -> None:
        for actors in self.companies:
            entered, later = self.stage.moment(ACCOUNTS_ON, 10), self.stage.moment(ACCOUNTS_ON, 15)
            choose_account(self.stage, actors, self.cases[actors.key], entered, later)
        ordered = [self.cases[actors.key] for actors in self.companies]
        days = PREPARED_ON, RELEASED_ON, BOOKED_ON
        self.batch("pain.001.001.09", ordered[:BY_ISO], days, refused={ordered[BOUNCED]: "AC01"})
        self.batch("bank_csv", ordered[BY_ISO:], days)
        entered, changed = self.stage.moment(ENTERED_ON, 10), self.stage.moment(CHANGED_ON, 10)
        change_account(self.stage, self.companies[BOUNCED], ordered[BOUNCED], OTHER_ACCOUNT, entered, changed)
        self.batch("pain.001.001.09", [ordered[BOUNCED]], AGAIN_ON, again=":again")

    def batch(
        self,
        format: str,
        cases: list[int],
        days: tuple[dt.date, dt.date, dt.date],
        *,
        refused: Mapping[int, str] = MappingProxyType({}),
        again: str = "",
    ) -> None:
        """Prepared, checked and released by three people, exported, and answered by the reference bank."""
        instalments = Instalment.objects.filter(award__case__in=cases).order_by("award__rank")
        order = Order(f"2022:batch:{format}{again}", format, self.account, "飞天计划奖补", *days, refused=refused)
        pay(self.stage, order, list(instalments.values_list("pk", flat=True)))

    def ask_back(self) -> None:
        """What an inspection of 2023 finds among them."""
        found = [(self.companies[place], self.cases[self.companies[place].key]) for place in ASKED_BACK]
        recoveries_of_first_batch(self.stage, found, self.account)

    def total(self) -> int:
        """What was granted in all, of cases that are all paid. Raises ValueError when either does not hold."""
        cases = Case.objects.filter(call=self.call)
        unpaid = cases.exclude(state=CaseState.PAID).values_list("number", flat=True)
        total = sum(Award.objects.filter(case__in=cases).values_list("amount_fen", flat=True))
        if unpaid or total not in REPORTED_FEN:
            raise ValueError(f"the first batch does not come out: {total} fen granted, not paid: {', '.join(unpaid)}")
        return total


def mistyped(spending: object) -> int:
    """The amount with its last digit before the yuan lost."""
    assert isinstance(spending, int)
    return spending // 1000 * 100


def open_first_call(stage: Stage, version: PolicyVersion, line: BudgetLine) -> Call:
    """The call of May 2022, open for nineteen working days, with 65 million yuan to grant."""
    opens = dt.datetime(2022, 5, 5, 9, tzinfo=ZONE)
    pk = stage.open(
        "2022:call",
        "call",
        "open",
        "policy2",
        stage.moment(dt.date(2022, 4, 28)),
        {
            "policy_version": version.pk,
            "number": "XH-FT-2022-1",
            "title_zh": "2022年飞天计划企业奖补（首批）申报",
            "title_en": "Flying-Sky plan award, first batch of 2022",
            "opens_at": opens,
            "closes_at": dt.datetime(2022, 6, 1, tzinfo=ZONE),
            "route": "R3",
            "route_version": 1,
            "allocation": "ranked",
            "budget_line": line.pk,
            "budget_fen": 65_000_000_00,
            "contact": "政策服务科 0571-0000 0018",
        },
    )
    return Call.objects.get(pk=pk)
