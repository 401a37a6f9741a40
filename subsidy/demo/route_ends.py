"""From the round on: the list, its decree, agreements, accounts, parts and checks, until each case stands where it is to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from policies.language import Pack
from subsidy.cases.enums import CaseState
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.models import Decree, Notice, Round, RoundRow
from subsidy.demo.papers import paper
from subsidy.demo.paying import choose_account
from subsidy.demo.route_policies import R2, RATED, RoutePolicy
from subsidy.demo.stage import Actors, Stage
from subsidy.programmes.models import Call
from workflows.common.turn import Origin
from workflows.round.jobs import issue_round_paper

JOB = Origin(surface="job")
RANKED_ON, CLOSED_ON = dt.date(2024, 1, 22), dt.date(2024, 1, 30)
OBJECTED_ON, SIGNED_ON, REVOKED_ON = dt.date(2024, 1, 29), dt.date(2024, 1, 31), dt.date(2024, 2, 2)
LAPSED_ON = dt.date(2024, 2, 27)
"""The day after the fifteenth working day from SIGNED_ON: the Spring Festival lies between, with two days made up."""
REPORTED_ON, CHECKED_ON = dt.date(2024, 2, 28), dt.date(2024, 3, 1)
MINUTE = {
    "minute_number": "局长办公会纪要〔2024〕2号",
    "statement": "会议同意按排序名单给予奖补。",
    "members": 5,
    "present": "郑重\n冯正\n何川\n王立\n周宁",
    "others": True,
}

_ALWAYS = (
    CaseState.AWAITING_ACCOUNT,
    CaseState.AWAITING_PAYMENT,
    CaseState.PAID,
    CaseState.REVOKED,
)
_BY_RULE = (*_ALWAYS, CaseState.SAMPLE_CHECK, CaseState.IRREGULAR, CaseState.NOT_FUNDED)
_OBJECTED = CaseState.AWAITING_ROUND
_BY_PARTS = (CaseState.AWAITING_AGREEMENT, CaseState.AGREEMENT_SIGNED, CaseState.AWAITING_MILESTONE)
# What becomes of the cases of a decided call, by policy and in the order of their ranking.
PAID_FOR: dict[str, tuple[CaseState, ...]] = {
    "tech_sme_award": _BY_RULE,
    "demo_r1": _BY_RULE,
    "demo_rated": (CaseState.COMPLETION_CHECK, CaseState.LAPSED),
    "demo_r2": (*_ALWAYS, CaseState.LAPSED, _OBJECTED, CaseState.NOT_FUNDED),
    "demo_r3": (*_ALWAYS, CaseState.NOT_FUNDED),
    "demo_r4": (*_ALWAYS, CaseState.NOT_FUNDED),
    "demo_r5": (*_ALWAYS, *_BY_PARTS, CaseState.COMPLETION_CHECK, CaseState.NOT_FUNDED),
}
_PAID = (
    CaseState.PAID,
    CaseState.SAMPLE_CHECK,
    CaseState.IRREGULAR,
    CaseState.AWAITING_MILESTONE,
    CaseState.COMPLETION_CHECK,
)


@dataclass(frozen=True)
class Decided:
    """A call with the cases of its round, by the state to which each is led."""

    policy: RoutePolicy
    pack: Pack
    call: Call
    cases: dict[CaseState, tuple[Actors, int]]

    def to_be_paid(self) -> list[int]:
        """The cases of which a part is due when the accounts are confirmed."""
        if self.policy is RATED:
            return []
        return [case for state, (_actors, case) in self.cases.items() if state in _PAID]


def after_award(stage: Stage, decided: Decided) -> None:
    """The round with its notice and decree, then agreements and accounts, up to the payment."""
    name = f"routes:{decided.policy.key}"
    round_id = listed(stage, decided, name, on=RANKED_ON)
    if decided.policy is R2:
        _objected(stage, decided, round_id)
    at = stage.moment(CLOSED_ON)
    stage.act(f"{name}:close", "round", round_id, "close_notice", "system:clock", at, origin=JOB)
    decree = stage.moment(at.on, 10)
    number = 31 + decided.call.pk % 60
    stage.act(
        f"{name}:decree", "round", round_id, "issue_decree", "notice", decree, {"number": f"西科〔2024〕{number}号"}
    )
    issue_round_paper(round_id, LetterKind.DECREE, now=decree)
    for state, (actors, case_id) in decided.cases.items():
        if state in (CaseState.NOT_FUNDED, _OBJECTED):
            continue
        stage.letter(case_id, LetterKind.AWARD, decree)
        if decided.pack.route.kind == "R5":
            _agreement(stage, actors, case_id, state)
        if state == CaseState.LAPSED and decided.policy is not RATED:
            _lapsed(stage, actors, case_id)
        elif state in (*_PAID, CaseState.AWAITING_PAYMENT, CaseState.LAPSED):
            choose_account(stage, actors, case_id, stage.moment(SIGNED_ON, 14), stage.moment(SIGNED_ON, 15))
    if CaseState.REVOKED in decided.cases:
        _revoked(stage, decided, round_id, name)


def listed(stage: Stage, decided: Decided, name: str, *, on: dt.date) -> int:
    """Ranked, approved where people decide, and published on that day; returns the round."""
    start = stage.moment(on, 9)
    round_id = stage.open(f"{name}:round", "round", "open", "amount", start, {"call": decided.call.pk})
    stage.act(f"{name}:collect", "round", round_id, "close_collection", "amount", stage.moment(on, 9, 10))
    if not stage.has(f"{name}:publish") and _waits(round_id, "awaiting_division"):
        sheet = {"minute_number": "处室审批单〔2024〕2号", "statement": "限额内金额同意。", "others": True}
        stage.act(f"{name}:sign", "round", round_id, "sign", "division", stage.moment(on, 9, 20), sheet)
    if not stage.has(f"{name}:publish") and _waits(round_id, "awaiting_meeting"):
        stage.act(f"{name}:approve", "round", round_id, "approve", "leader", stage.moment(on, 9, 30), MINUTE)
    title = decided.pack.title
    titles = {"title_zh": f"{title.zh}拟奖补名单公示", "title_en": f"Public notice: {title.en}"}
    published = stage.moment(on, 10)
    stage.act(f"{name}:publish", "round", round_id, "publish", "notice", published, titles)
    issue_round_paper(round_id, LetterKind.NOTICE_LIST, now=published)
    return round_id


def _waits(round_id: int, state: str) -> bool:
    return Round.objects.filter(pk=round_id, state=state).exists()


def _objected(stage: Stage, decided: Decided, round_id: int) -> None:
    """Somebody objects by name, with a sealed paper; the supervision desk has still to decide."""
    _actors, case_id = decided.cases[_OBJECTED]
    if stage.has("routes:objection"):
        return
    data: dict[str, Any] = {
        "notice": Notice.objects.values_list("pk", flat=True).get(round=round_id),
        "rank": RoundRow.objects.values_list("rank", flat=True).get(round=round_id, case=case_id),
        "objector_kind": "unit",
        "name": "杭州同业技术有限公司",
        "contact": "0571-0000 0077",
        "grounds": "该合同与我公司同期合同内容重复，请核实付款凭证的真实性。",
    }
    file = {"document": _pdf("异议书")}
    at = stage.moment(OBJECTED_ON, 10)
    stage.open("routes:objection", "objection", "file", "system:public", at, data, files=file)


def _agreement(stage: Stage, actors: Actors, case_id: int, state: CaseState) -> None:
    if state in (CaseState.AWAITING_AGREEMENT, CaseState.REVOKED):
        return
    legal, at = f"{actors.username}-legal", stage.moment(SIGNED_ON, 9)
    stage.case_act(actors, case_id, "sign_agreement", legal, at, files={"document": _pdf("建设协议")})
    if state != CaseState.AGREEMENT_SIGNED:
        number = {"number": f"西科协〔2024〕{case_id}号"}
        stage.case_act(actors, case_id, "countersign", "leader", stage.moment(SIGNED_ON, 11), number)


def _lapsed(stage: Stage, actors: Actors, case_id: int) -> None:
    """The company opens its award letter and then confirms no account: after the policy's days the award lapses."""
    letter = Letter.objects.values_list("pk", flat=True).get(case=case_id, kind=LetterKind.AWARD, language="zh")
    opened, over = stage.moment(SIGNED_ON, 16), stage.moment(LAPSED_ON, 0, 35)
    stage.case_act(actors, case_id, "serve_letter", actors.username, opened, {"letter": letter}, step=":award")
    stage.act(f"{actors.key}:{case_id}:lapse", "case", case_id, "lapse", "system:clock", over, origin=JOB)
    stage.letter(case_id, LetterKind.LAPSE, over)


def _revoked(stage: Stage, decided: Decided, round_id: int, name: str) -> None:
    _actors, case_id = decided.cases[CaseState.REVOKED]
    rank = RoundRow.objects.values_list("rank", flat=True).get(round=round_id, case=case_id)
    number = 131 + decided.call.pk % 60
    data = {"rank": rank, "number": f"西科〔2024〕{number}号", "reason": "企业迁出本区，不再符合条件。"}
    at = stage.moment(REVOKED_ON, 10)
    stage.act(f"{name}:revoke", "round", round_id, "revoke_award", "notice", at, data)
    paper = Decree.objects.values_list("pk", flat=True).get(round=round_id, number=data["number"])
    issue_round_paper(round_id, LetterKind.DECREE, now=at, decree_id=paper)


def after_payment(stage: Stage, decided: Decided) -> None:
    """What follows the first payment: checks by sample, reports on parts and their checks."""
    at = stage.moment(CHECKED_ON, 9)
    for state, (actors, case_id) in decided.cases.items():
        if decided.policy.route in ("R0", "R1") and state == CaseState.PAID:
            stage.case_act(actors, case_id, "confirm_sample", "acceptance", at, {"remark": "抽查无误。"})
        if state == CaseState.IRREGULAR:
            stage.case_act(actors, case_id, "find_irregular", "acceptance", at, {"reason": "抽查发现凭证不实。"})
        if state == CaseState.LAPSED and decided.policy is RATED:
            _fail(stage, actors, case_id, 3)
        if decided.policy.route == "R5" and state == CaseState.COMPLETION_CHECK:
            _report(stage, actors, case_id, 1)
        if decided.policy.route == "R5" and state == CaseState.PAID:
            for number in (1, 2):
                _report(stage, actors, case_id, number)
                _fail(stage, actors, case_id, 1, step=f":{number}")


def _fail(stage: Stage, actors: Actors, case_id: int, parts: int, *, step: str = "") -> None:
    """So many parts are rated as failed: nothing is due of them."""
    at = stage.moment(CHECKED_ON, 11)
    graded = {"rating": "fail", "remark": "年度评估不合格，本期不拨付。"}
    for part in range(parts):
        stage.case_act(actors, case_id, "confirm_part", "amount", at, graded, step=step or f":{part}")


def _report(stage: Stage, actors: Actors, case_id: int, number: int) -> None:
    text, file = {"text": "本期建设目标已完成，附专项审计。"}, {"document": _pdf("建设报告")}
    at = stage.moment(REPORTED_ON, 9 + number)
    stage.case_act(actors, case_id, "report_part", actors.username, at, text, files=file, step=f":{number}")


def _pdf(title: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{title}.pdf", paper(title), content_type="application/pdf")
