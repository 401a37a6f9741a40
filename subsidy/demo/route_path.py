"""One case led along its route through the door: filed, looked at by everybody whom the policy asks, up to a state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile

from policies.language import Pack
from subsidy.applicants.models import Company
from subsidy.audit.moment import Moment
from subsidy.cases.enums import CaseState
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.demo.route_policies import RoutePolicy
from subsidy.demo.stage import Actors, Stage
from subsidy.programmes.models import Call

DEPARTMENT_PEOPLE = {"tax": "dept1", "court": "dept2"}
OTHER_DEPARTMENTS = "dept3"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010101006000600000ffdb004300") + b"\x08" * 64 + bytes.fromhex("ffd9")

# The steps in the order of every route, with the state in which a case waits for each.
WAITS = {
    "submit": CaseState.DRAFT,
    "accept": CaseState.AWAITING_ACCEPTANCE,
    "recommend": CaseState.AWAITING_RECOMMENDATION,
    "score": CaseState.UNDER_REVIEW,
    "visit": CaseState.AWAITING_VISIT,
    "sign_visit": CaseState.VISIT_RECORDED,
    "co_review": CaseState.CO_REVIEW,
    "confirm": CaseState.AMOUNT_CHECK,
    "upper": CaseState.AWAITING_UPPER,
}
# States to which a case turns off its way, and the step in whose place it does.
TURNS = {
    CaseState.AWAITING_CORRECTION: "accept",
    CaseState.NOT_ACCEPTED: "accept",
    CaseState.WITHDRAWN: "accept",
    CaseState.REJECTED: "confirm",
    CaseState.REFUSED_ABOVE: "upper",
}


@dataclass(frozen=True, slots=True)
class Days:
    """When each step is done; a case is filed at `filed_on`, each later step an hour or a day after the one before."""

    filed_on: dt.date
    steps: dict[str, tuple[dt.date, int]]

    def at(self, stage: Stage, step: str) -> Moment:
        day, hour = self.steps[step]
        return stage.moment(day, hour)


class Path:
    """The way of the cases of one call, up to its round."""

    def __init__(
        self, stage: Stage, policy: RoutePolicy, pack: Pack, call: Call, days: Days, *, by_rule: bool = False
    ) -> None:
        self.stage, self.policy, self.pack, self.call, self.days = stage, policy, pack, call, days
        self.by_rule = by_rule

    def steps(self) -> Iterator[str]:
        """The steps of this policy's route, in their order; a rule needs no more than the filing."""
        route = self.pack.route
        asked = {
            "recommend": route.recommendation,
            "score": route.panel is not None,
            "visit": route.visit,
            "sign_visit": route.visit,
            "co_review": bool(route.co_review),
            "upper": route.upper is not None,
        }
        for step in WAITS:
            if asked.get(step, True):
                yield step
            if self.by_rule:
                return

    def lead(self, actors: Actors, company: Company, target: CaseState, *, base: int = 88) -> int:
        """Bring the company's case to `target` (to its round for a later state); returns the case."""
        case_id = self.stage.draft(actors, company, self.call.pk, self.stage.moment(self.days.filed_on, 9))
        turn = TURNS.get(target)
        for step in self.steps():
            if WAITS[step] == target:
                break
            if step == turn:
                self._turn(actors, case_id, target)
                break
            self._step(step)(actors, case_id, base)
        return case_id

    def _step(self, step: str) -> Callable[[Actors, int, int], None]:
        return {
            "submit": self._submit,
            "accept": self._accept,
            "recommend": self._recommend,
            "score": self._score,
            "visit": self._visit,
            "sign_visit": self._sign_visit,
            "co_review": self._co_review,
            "confirm": self._confirm,
            "upper": self._upper,
        }[step]

    def _at(self, step: str) -> Moment:
        return self.days.at(self.stage, step)

    def _submit(self, actors: Actors, case_id: int, _base: int) -> None:
        stage, at, who = self.stage, self._at("submit"), actors.username
        if self.policy.answers:
            stage.case_act(actors, case_id, "save_answers", who, at, self.policy.answers)
        for name in self.policy.lists:
            said = {"list": name, "complete": True}
            stage.case_act(actors, case_id, "confirm_list", who, at, said, step=f":{name}")
        for document in self.pack.documents:
            stage.attach(actors, case_id, document.id, document.text.zh, at)
        stage.case_act(actors, case_id, "submit", who, at, {"declaration": True})

    def _accept(self, actors: Actors, case_id: int, _base: int) -> None:
        self.stage.case_act(actors, case_id, "accept", "acceptance", self._at("accept"))

    def _recommend(self, actors: Actors, case_id: int, _base: int) -> None:
        opinion = {"text": "企业在辖区正常经营，同意推荐。"}
        self.stage.case_act(actors, case_id, "recommend", "township", self._at("recommend"), opinion)

    def _score(self, actors: Actors, case_id: int, base: int) -> None:
        self.stage.score(actors, case_id, self.pack, self._at("score"), base=base)

    def _visit(self, actors: Actors, case_id: int, _base: int) -> None:
        at = self._at("visit")
        record = {
            "visited_on": at.on.isoformat(),
            "place": "杭州市西湖区文三路",
            "met": actors.generated.handler.name,
            "findings": "场地、设备与人员在岗，与申报材料一致。",
            "favourable": "yes",
        }
        photograph = {"photograph": SimpleUploadedFile("现场.jpg", JPEG, content_type="image/jpeg")}
        self.stage.case_act(actors, case_id, "record_visit", "acceptance", at, record, files=photograph)

    def _sign_visit(self, actors: Actors, case_id: int, _base: int) -> None:
        at = self._at("sign_visit")
        self.stage.case_act(actors, case_id, "sign_visit", "acceptance2", at)
        self.stage.letter(case_id, LetterKind.VISIT_RECORD, at)

    def _co_review(self, actors: Actors, case_id: int, _base: int) -> None:
        for code in self.pack.route.co_review:
            who = DEPARTMENT_PEOPLE.get(code, OTHER_DEPARTMENTS)
            opinion = {"text": "经核查，无不良记录。"}
            self.stage.case_act(actors, case_id, "agree", who, self._at("co_review"), opinion, step=f":{code}")

    def _confirm(self, actors: Actors, case_id: int, _base: int) -> None:
        remark = {"remark": "经核对，金额无误。"}
        self.stage.case_act(actors, case_id, "confirm_amount", "amount", self._at("confirm"), remark)

    def _upper(self, actors: Actors, case_id: int, _base: int) -> None:
        decided = {"text": "上级同意认定。", "document": "杭科高〔2024〕3号"}
        self.stage.case_act(actors, case_id, "grant_above", "acceptance", self._at("upper"), decided)

    def _turn(self, actors: Actors, case_id: int, target: CaseState) -> None:
        stage, at = self.stage, self._at(TURNS[target])
        reason = {"reason": "申报材料与登记信息不一致，经核实不符合条件。"}
        if target == CaseState.AWAITING_CORRECTION:
            self._return(actors, case_id, at)
        elif target == CaseState.NOT_ACCEPTED:
            stage.case_act(actors, case_id, "refuse", "acceptance", at, reason)
        elif target == CaseState.WITHDRAWN:
            stage.case_act(actors, case_id, "withdraw", actors.username, at, {"reason": "企业另行申报其他政策。"})
        elif target == CaseState.REJECTED:
            stage.case_act(actors, case_id, "reject", "amount", at, reason)
        else:
            refused = {"text": "上级未予认定。", "document": "杭科高〔2024〕4号"}
            stage.case_act(actors, case_id, "refuse_above", "acceptance", at, refused)

    def _return(self, actors: Actors, case_id: int, at: Moment) -> None:
        """Returned for its first document; the company has opened the letter, so its days run."""
        asked = {
            "message": "请补正以下材料后重新提交。",
            f"reason_{self.pack.documents[0].id}": "缺少盖章页，请补充后重新上传。",
        }
        self.stage.case_act(actors, case_id, "return_for_correction", "acceptance", at, asked)
        self.stage.letter(case_id, LetterKind.CORRECTION, at)
        letter = Letter.objects.get(case=case_id, kind=LetterKind.CORRECTION, language="zh")
        self.stage.case_act(actors, case_id, "serve_letter", actors.username, at, {"letter": letter.pk})
