"""An award of December: decreed when there was no time left to pay it, carried over, paid from the next year's line.

A laboratory's construction money by a training policy. The year ends between decree and payment, so that all of the
award, the parts that are not due yet too, goes over to the line of 2024; the first part is paid from it in January.
"""

from __future__ import annotations

import datetime as dt

from subsidy.applicants.models import Company
from subsidy.audit.moment import ZONE
from subsidy.cases.enums import CaseState
from subsidy.correspondence.models import LetterKind
from subsidy.decisions.models import Instalment
from subsidy.demo.fitted import company_of, shape
from subsidy.demo.paying import Order, choose_account, pay
from subsidy.demo.route_ends import Decided, listed
from subsidy.demo.route_path import Days, Path
from subsidy.demo.route_policies import DECEMBER, HELD, kinds_of
from subsidy.demo.stage import Actors, Stage
from subsidy.ledger.models import PayingAccount
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.programmes.packs import pack_of
from workflows.common.turn import Origin
from workflows.round.jobs import issue_round_paper

USER, NUMBER = "company64", 906_000
LINE = {
    "year": 2023,
    "code": "2060404-SY",
    "name_zh": "实验室建设资金",
    "name_en": "Funds for laboratories",
    "source": "district",
    "programme": "实验室建设",
    "function_code": "2060404",
}
BUDGET_FEN = 1_000_000_00
FUNDED_ON, OPENS_ON, CLOSES_ON = dt.date(2023, 11, 20), dt.date(2023, 11, 27), dt.date(2023, 12, 2)
FILED_ON, CONFIRMED_ON = dt.date(2023, 11, 28), dt.date(2023, 11, 29)
RANKED_ON, NOTICE_ENDED_ON, DECREED_ON = dt.date(2023, 12, 5), dt.date(2023, 12, 14), dt.date(2023, 12, 20)
ACCOUNT_ON = dt.date(2023, 12, 27)
PREPARED_ON, RELEASED_ON, BOOKED_ON = dt.date(2024, 1, 8), dt.date(2024, 1, 9), dt.date(2024, 1, 10)
DAYS = Days(FILED_ON, {"submit": (FILED_ON, 10), "accept": (FILED_ON, 14), "confirm": (CONFIRMED_ON, 10)})


class December:
    """The award on one stage: `decreed` before the year ends, `paid` after it."""

    def __init__(self, stage: Stage, account: PayingAccount) -> None:
        self.stage, self.account = stage, account

    def decreed(self) -> None:
        """From the line to the decree of the last weeks of the year; the account is confirmed between the holidays."""
        stage, at = self.stage, self.stage.moment(FUNDED_ON, 10)
        pk = stage.open("december:policy", "policy_version", "publish", "policy2", at, DECEMBER.texts())
        version = PolicyVersion.objects.select_related("policy").get(pk=pk)
        pack = pack_of(version)
        call = self._call(version, self._line())
        actors, company = self._company(kinds_of([pack]))
        case_id = Path(stage, DECEMBER, pack, call, DAYS).lead(actors, company, CaseState.PAID)
        decided = Decided(DECEMBER, pack, call, {CaseState.PAID: (actors, case_id)})
        round_id = listed(stage, decided, "december", on=RANKED_ON)
        over, decree = stage.moment(NOTICE_ENDED_ON), stage.moment(DECREED_ON, 10)
        stage.act(
            "december:close", "round", round_id, "close_notice", "system:clock", over, origin=Origin(surface="job")
        )
        number = {"number": "西科〔2023〕58号"}
        stage.act("december:decree", "round", round_id, "issue_decree", "notice", decree, number)
        issue_round_paper(round_id, LetterKind.DECREE, now=decree)
        stage.letter(case_id, LetterKind.AWARD, decree)
        choose_account(stage, actors, case_id, stage.moment(ACCOUNT_ON, 10), stage.moment(ACCOUNT_ON, 15))

    def paid(self) -> None:
        """The part that is due, from the line that took the award over."""
        due = Instalment.objects.filter(award__case__call__number=self._number, position=1)
        order = Order(
            "december:batch", "pain.001.001.09", self.account, "实验室建设经费", PREPARED_ON, RELEASED_ON, BOOKED_ON
        )
        pay(self.stage, order, list(due.values_list("pk", flat=True)))

    _number = "XH-DEMO-DECEMBER-2023-1"

    def _line(self) -> int:
        stage, at = self.stage, self.stage.moment(FUNDED_ON, 11)
        pk = stage.open("december:line", "budget_line", "establish", "finance2", at, LINE)
        money = {"amount_fen": BUDGET_FEN, "document": "西财〔2023〕77号"}
        stage.act("december:line:appropriate", "budget_line", pk, "appropriate", "finance2", at, money)
        return pk

    def _call(self, version: PolicyVersion, line: int) -> Call:
        terms = {
            "policy_version": version.pk,
            "number": self._number,
            "title_zh": "2023年实验室建设经费（演示流程）年末批",
            "title_en": "Construction money of laboratories (training), end of 2023",
            "opens_at": dt.datetime.combine(OPENS_ON, dt.time(8, 30), tzinfo=ZONE),
            "closes_at": dt.datetime.combine(CLOSES_ON, dt.time(), tzinfo=ZONE),
            "route": "",
            "route_version": "",
            "allocation": "ranked",
            "budget_line": line,
            "budget_fen": BUDGET_FEN,
            "contact": "政策服务科 0571-0000 0018",
        }
        pk = self.stage.open("december:call", "call", "open", "policy2", self.stage.moment(OPENS_ON, 8), terms)
        return Call.objects.get(pk=pk)

    def _company(self, kinds: dict[str, str]) -> tuple[Actors, Company]:
        """The laboratory's host, with what offices hold of it and the policy asks for."""
        stage, at = self.stage, self.stage.moment(FUNDED_ON, 14)
        figures = shape(
            "杭州岁末光量子实验室有限公司", "M7320", "2019-03-12", "岑文", "岑武", 3_000, 20, 60, 60, 80, year=2022
        )  # fmt: skip
        generated = company_of(figures, NUMBER)
        actors, company = Actors(generated, USER), stage.company(generated, at)
        stage.people.members(company, USER, handler=generated.handler.name, legal=generated.legal.name)
        for source, held in HELD.items():
            facts = [{"name": one, "kind": kinds[one], "value": value} for one, value in held.items() if one in kinds]
            data = {"source": source, "as_of": FUNDED_ON.isoformat(), "facts": facts}
            stage.act(f"december:facts:{source}", "company", company.pk, "keep_facts", "counter", at, data)
        return actors, company
