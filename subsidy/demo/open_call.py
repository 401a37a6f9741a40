"""The open 2023.1 call: companies that have filed and wait in every state up to the round, and the visitor's own.

None of them is decided. The visitor files as company1, takes the part of every officer, and brings the whole call to
its round.
"""

from __future__ import annotations

import datetime as dt

from policies.language import Pack
from subsidy.audit.moment import ZONE
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.demo.district import HOME, GeneratedCompany, generate_district
from subsidy.demo.facts import answers_for
from subsidy.demo.stage import Actors, Stage
from subsidy.demo.waiting import visitor_company, waiting_2023
from subsidy.ledger.models import BudgetLine
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.reviews.models import Seat

REGISTERED_ON, FILED_ON = dt.date(2024, 1, 15), dt.date(2024, 2, 28)
ACCEPTED_ON, SCORED_ON = dt.date(2024, 2, 29), dt.date(2024, 3, 1)
AMONG_FIRST = 60
"""Two more applicants are looked for among so many of the district, whatever its size."""

# How far each company of `waiting_2023` has come, by its place there.
AWAITING_ROUND, AMOUNT_CHECK = (0, 2), (3, 4)
UNDER_REVIEW, AWAITING_CORRECTION = (6,), (7,)


class OpenCall:
    """The story of the open call on one stage; the visitor is company1."""

    def __init__(self, stage: Stage, call: Call, pack: Pack) -> None:
        self.stage, self.call, self.pack = stage, call, pack

    def play(self) -> None:
        visitor = Actors(visitor_company(self.pack), "company1")
        self.known(visitor)
        for place, generated in enumerate(waiting_2023(self.pack)):
            self.bring(place, Actors(generated, f"company{2 + place}"))
        draft, filed = self.neighbours()
        self.begin(Actors(draft, "company10"))
        self.filed(Actors(filed, "company11"))

    def known(self, actors: Actors) -> int:
        """Register a company, its people and what is known of it; returns its id."""
        stage, at = self.stage, self.stage.moment(REGISTERED_ON, 10)
        company = stage.company(actors.generated, at)
        stage.people.members(
            company, actors.username, handler=actors.generated.handler.name, legal=actors.generated.legal.name
        )
        stage.know(company, actors.generated, self.pack, FILED_ON, at)
        self._company = company
        return company.pk

    def filed(self, actors: Actors) -> int:
        stage = self.stage
        self.known(actors)
        number = int(actors.username.removeprefix("company"))
        at = stage.moment(FILED_ON, 8 + number // 2, 30 * (number % 2))
        case_id = stage.draft(actors, self._company, self.call.pk, at)
        stage.fill(actors, case_id, self.pack, answers_for(actors.generated, self.pack, filed_on=FILED_ON), at)
        stage.submit(actors, case_id, at)
        return case_id

    def bring(self, place: int, actors: Actors) -> None:
        """File, and go on as far as this company has come."""
        stage, case_id = self.stage, self.filed(actors)
        checked = stage.moment(ACCEPTED_ON, 10)
        if place in AWAITING_CORRECTION:
            asked = {
                "message": "请补正以下材料后重新提交。",
                "reason_audit_reports": "2022年度审计报告缺少会计师事务所盖章页，请补充后重新上传。",
            }
            stage.case_act(actors, case_id, "return_for_correction", "acceptance", checked, asked)
            stage.letter(case_id, LetterKind.CORRECTION, checked)
            # The company has opened it, so its days run.
            letter = Letter.objects.get(case=case_id, kind=LetterKind.CORRECTION, language="zh")
            stage.case_act(actors, case_id, "serve_letter", actors.username, checked, {"letter": letter.pk})
        if place not in (*AWAITING_ROUND, *AMOUNT_CHECK, *UNDER_REVIEW):
            return
        stage.case_act(actors, case_id, "accept", "acceptance", checked)
        seats = 2 if place in UNDER_REVIEW else None
        stage.score(actors, case_id, self.pack, stage.moment(SCORED_ON, 10), base=86 - place, seats=seats)
        if place == UNDER_REVIEW[0]:
            self.recuse(actors, case_id)
        if place in AWAITING_ROUND:
            stage.case_act(
                actors,
                case_id,
                "confirm_amount",
                "amount",
                stage.moment(SCORED_ON, 16),
                {"remark": "经核对，金额无误。"},
            )

    def recuse(self, actors: Actors, case_id: int) -> None:
        """One of those who have not scored yet declares a conflict; the next of the draw takes the seat."""
        if self.stage.has(f"{actors.key}:{case_id}:declare_conflict"):
            return
        seat = Seat.objects.filter(panel__case=case_id, scored_at__isnull=True).select_related("expert")
        self.stage.case_act(
            actors,
            case_id,
            "declare_conflict",
            seat.order_by("position")[0].expert.username,
            self.stage.moment(SCORED_ON, 11),
            {"kind": "kin", "reason": "亲属在该企业任职。"},
        )

    def begin(self, actors: Actors) -> None:
        """A draft with its first answers."""
        stage, at = self.stage, self.stage.moment(SCORED_ON, 14)
        self.known(actors)
        case_id = stage.draft(actors, self._company, self.call.pk, at)
        answers = answers_for(actors.generated, self.pack, filed_on=FILED_ON)
        stage.case_act(actors, case_id, "save_answers", actors.username, at, {"sales_y1": answers["sales_y1"]})

    def neighbours(self) -> list[GeneratedCompany]:
        """The first two companies of the district that sit in it and have reported their last year."""
        fit = [
            company
            for company in generate_district(scale=AMONG_FIRST).companies
            if company.region == HOME and company.move is None and "sales_y1" in answers_for(company, self.pack)
        ]
        return [company for company in fit if "sales_y3" in answers_for(company, self.pack)][:2]


def open_second_call(stage: Stage, version: PolicyVersion, line: BudgetLine) -> Call:
    """The call that is open when the demo's clock starts; it closes at the end of 15 March 2024."""
    pk = stage.open(
        "2024:call",
        "call",
        "open",
        "policy2",
        stage.moment(dt.date(2024, 2, 5)),
        {
            "policy_version": version.pk,
            "number": "XH-FT-2024-1",
            "title_zh": "2024年第一批飞天计划企业奖补申报",
            "title_en": "Flying-Sky plan award, first batch of 2024",
            "opens_at": dt.datetime(2024, 2, 19, 9, tzinfo=ZONE),
            "closes_at": dt.datetime(2024, 3, 16, tzinfo=ZONE),
            "route": "R3",
            "route_version": 1,
            "allocation": "ranked",
            "budget_line": line.pk,
            "budget_fen": 30_000_000_00,
            "contact": "政策服务科 0571-0000 0018",
        },
    )
    return Call.objects.get(pk=pk)
