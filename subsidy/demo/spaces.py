"""Titles lived through: makers' spaces recognised in two levels without money, one raised, one lowered, one taken back.

A training policy of the same rules confers the title for eighty days only, so that one ends soon after the demo begins.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from policies.language import Pack
from subsidy.applicants.models import Company
from subsidy.audit.moment import ZONE
from subsidy.correspondence.models import LetterKind
from subsidy.demo.fitted import company_of, shape
from subsidy.demo.route_ends import MINUTE
from subsidy.demo.route_policies import RoutePolicy
from subsidy.demo.stage import Actors, Stage
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.registers.selectors import entries_of_case
from workflows.case.jobs import issue_letter
from workflows.common.turn import Origin
from workflows.round.jobs import issue_round_paper

FIRST_USER, FIRST_NUMBER = 59, 905_000
JOB = Origin(surface="job")
NAMES = ("梧桐里", "启航", "青芝坞", "云谷", "湘湖")
SPACE = RoutePolicy("maker_space", "R2", "maker_space/2024.1", 0)
TRIAL = RoutePolicy(
    "demo_space",
    "R2",
    "maker_space/2024.1",
    0,
    (
        ("code: maker_space", "code: demo_space"),
        (
            "title: {zh: 众创空间认定, en: Recognition of makers' spaces}",
            'title: {zh: 众创空间试运行认定（演示流程）, en: "Trial recognition of makers\' spaces (training)"}',
        ),
        ("valid: 3年", "valid: 80天"),
    ),
)
STANDARD: dict[str, Any] = {
    "opened_on": "2020-05-06",
    "floor_area": "1200",
    "shared_area": "1000",
    "desks": 120,
    "staff": 6,
    "mentors": 8,
    "teams": 28,
    "founded": 12,
    "financed": 6,
    "good_examples": 5,
    "events": 24,
}
MODEL = {**STANDARD, "teams": 52, "financed": 14}


class Window:
    """The days of one call: filed, ranked and published on one day, decreed when its ten working days are over."""

    def __init__(self, opens: dt.date, ranked: dt.date, decreed: dt.date, number: str) -> None:
        self.opens, self.ranked, self.decreed, self.number = opens, ranked, decreed, number


FIRST = Window(dt.date(2024, 1, 4), dt.date(2024, 1, 10), dt.date(2024, 1, 25), "西科〔2024〕201号")
SECOND = Window(dt.date(2024, 1, 26), dt.date(2024, 1, 31), dt.date(2024, 2, 21), "西科〔2024〕202号")
SHORT = Window(dt.date(2024, 1, 4), dt.date(2024, 1, 10), dt.date(2024, 1, 25), "西科〔2024〕203号")


class Spaces:
    """The story of the makers' spaces on one stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.members = [self._member(place, name) for place, name in enumerate(NAMES)]

    def play(self) -> None:
        space, trial = self._published(SPACE), self._published(TRIAL)
        kept, raised, lowered, ended, ends_soon = self.members
        levels = [(kept, MODEL), (raised, STANDARD), (lowered, MODEL), (ended, STANDARD)]
        cases = self._decided(space, FIRST, levels, 1)
        self._decided(space, SECOND, [(raised, MODEL)], 2)
        self._decided(trial, SHORT, [(ends_soon, STANDARD)], 1)
        reason = "本年度入驻团队和活动场次明显减少，已不符合示范级条件。"
        self._changed(cases[2], "lower", "西科〔2024〕211号", reason, LetterKind.TITLE_LOWERED)
        reason = "经核实，申报所附团队名单与实际不符，属弄虚作假。"
        self._changed(cases[3], "revoke", "西科〔2024〕212号", reason, LetterKind.TITLE_ENDED)

    def _member(self, place: int, name: str) -> tuple[Actors, Company]:
        """A company with its people and what offices hold of it."""
        stage, at = self.stage, self.stage.moment(dt.date(2024, 1, 2), 12)
        figures = shape(
            f"杭州{name}众创空间管理有限公司", "L7299", "2018-03-12", f"{name[0]}敏", f"{name[-1]}强",
            800, 10, 20, 20, 5, year=2023,
        )  # fmt: skip
        generated = company_of(figures, FIRST_NUMBER + place)
        actors = Actors(generated, f"company{FIRST_USER + place}")
        company = stage.company(generated, at)
        stage.people.members(company, actors.username, handler=generated.handler.name, legal=generated.legal.name)
        for source, fact, value in (("registry", "is_dishonest", False), ("officer", "statistics_reported", True)):
            facts = [{"name": fact, "kind": "yes_no", "value": value}]
            data = {"source": source, "as_of": "2024-01-02", "facts": facts}
            stage.act(f"spaces:{fact}:{actors.key}", "company", company.pk, "keep_facts", "counter", at, data)
        return actors, company

    def _published(self, policy: RoutePolicy) -> PolicyVersion:
        at = self.stage.moment(dt.date(2024, 1, 3), 9)
        pk = self.stage.open(f"spaces:policy:{policy.key}", "policy_version", "publish", "policy2", at, policy.texts())
        return PolicyVersion.objects.select_related("policy").get(pk=pk)

    def _decided(
        self,
        version: PolicyVersion,
        window: Window,
        filed: list[tuple[tuple[Actors, Company], dict[str, Any]]],
        number: int,
    ) -> list[int]:
        """A call from its opening to its certificates; the cases in the order in which they were filed."""
        call, pack = self._call(version, window, number), pack_of(version)
        cases = [self._filed(call, pack, window, *member, answers) for member, answers in filed]
        self._round(call, pack, window)
        for case in cases:
            issue_letter(case, LetterKind.CERTIFICATE, now=self.stage.moment(window.decreed, 10))
        return cases

    def _call(self, version: PolicyVersion, window: Window, number: int) -> Call:
        pack, code = pack_of(version), version.policy.code
        data = {
            "policy_version": version.pk,
            "number": f"XH-{code.upper().replace('_', '-')}-2024-{number}",
            "title_zh": f"2024年{pack.title.zh}第{'一二'[number - 1]}批",
            "title_en": f"{pack.title.en}, call {number} of 2024",
            "opens_at": dt.datetime.combine(window.opens, dt.time(8, 30), tzinfo=ZONE),
            "closes_at": dt.datetime.combine(window.ranked, dt.time(), tzinfo=ZONE),
            "contact": "政策服务科 0571-0000 0018",
        }
        at = self.stage.moment(window.opens, 8)
        return Call.objects.get(
            pk=self.stage.open(f"spaces:call:{code}:{number}", "call", "open", "policy2", at, data)
        )

    def _filed(
        self, call: Call, pack: Pack, window: Window, actors: Actors, company: Company, answers: dict[str, Any]
    ) -> int:
        stage, at = self.stage, self.stage.moment(window.opens, 10)
        case = stage.draft(actors, company, call.pk, at)
        stage.fill(actors, case, pack, answers, at)
        stage.submit(actors, case, at)
        stage.case_act(actors, case, "accept", "acceptance", stage.moment(window.opens, 14))
        stage.case_act(actors, case, "confirm_amount", "amount", stage.moment(window.opens, 16), {"remark": "属实。"})
        return case

    def _round(self, call: Call, pack: Pack, window: Window) -> None:
        stage, name, day = self.stage, f"spaces:{call.number}", window.ranked
        round_id = stage.open(f"{name}:round", "round", "open", "amount", stage.moment(day, 9), {"call": call.pk})
        stage.act(f"{name}:collect", "round", round_id, "close_collection", "amount", stage.moment(day, 9, 10))
        stage.act(f"{name}:approve", "round", round_id, "approve", "leader", stage.moment(day, 9, 30), MINUTE)
        published, decreed = stage.moment(day, 10), stage.moment(window.decreed, 9)
        titles = {"title_zh": f"{pack.title.zh}名单公示", "title_en": f"Public notice: {pack.title.en}"}
        stage.act(f"{name}:publish", "round", round_id, "publish", "notice", published, titles)
        issue_round_paper(round_id, LetterKind.NOTICE_LIST, now=published)
        stage.act(f"{name}:close", "round", round_id, "close_notice", "system:clock", decreed, origin=JOB)
        number = {"number": window.number}
        stage.act(f"{name}:decree", "round", round_id, "issue_decree", "notice", decreed, number)
        issue_round_paper(round_id, LetterKind.DECREE, now=decreed)

    def _changed(self, case: int, change: str, document: str, reason: str, letter: LetterKind) -> None:
        """What the supervision desk proposes and the leader approves."""
        stage, name = self.stage, f"spaces:{change}:{case}"
        data = {"case": case, "change": change, "document": document, "reason": reason}
        at = stage.moment(dt.date(2024, 2, 26), 10)
        pk = stage.open(name, "proposal", "propose_title_change", "supervision", at, data)
        approved = stage.moment(dt.date(2024, 2, 27), 10)
        stage.act(f"{name}:approve", "proposal", pk, "approve", "leader", approved)
        entry = entries_of_case(case)[0]
        issue_letter(case, letter, now=approved, about=entry.pk)
