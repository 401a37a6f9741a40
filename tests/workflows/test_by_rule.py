"""Decisions by rule under a standing authorisation, agreements and parts, reopening: what two people sign beforehand."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from subsidy.applicants.models import Company
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.enums import InstalmentState, RoundState
from subsidy.decisions.models import Instalment, Proposal, ProposalState, RuleDecision, StandingAuthorisation
from subsidy.ledger.invariants import violations
from subsidy.payouts.models import Batch
from subsidy.programmes.models import Call
from tests.subsidy.payouts.bank import answered, imported
from tests.workflows.test_stages import JOB, Bureau, whole
from tests.world import World, days_later, fresh, pdf
from workflows.case.by_rule import is_drawn
from workflows.common import door
from workflows.common.refusals import BadData, DutiesClash, Forbidden, WrongState

BY_RULE = "  kind: R1\n  co_review: no\n"
OFFERED = "  kind: R0\n  co_review: no\n"
IN_PARTS = (
    "instalments:\n"
    "  - {id: first, share: 60%, on: award, clause: A-08, zh: 首笔, en: first, certainty: assumed, source: assumed}\n"
    "  - {id: last, share: rest, on: completion, clause: A-08, zh: 余款, en: rest, certainty: assumed, source: assumed}\n\n"
)


def proposal_of(bureau: Bureau, call: Call, **changes: Any) -> int:
    terms = {
        "call": call.pk,
        "cap_fen": 50_000_000_00,
        "case_cap_fen": 10_000_000_00,
        "sample_percent": 1,
        "valid_from": "2024-03-01",
        "valid_to": "2024-12-31",
        "reason": "规则清晰，数据完整",
        **changes,
    }
    return bureau.open("proposal", "propose_authorisation", "amount", terms)


def authorised(bureau: Bureau, call: Call, **changes: Any) -> StandingAuthorisation:
    pk = proposal_of(bureau, call, **changes)
    bureau.act("proposal", pk, "approve", "leader")
    return StandingAuthorisation.objects.get(proposal=pk)


@pytest.fixture
def bureau(db: None) -> Bureau:
    return Bureau()


def test_an_authorisation_needs_two_people_and_a_call_by_rule(bureau: Bureau) -> None:
    call = bureau.call_by(BY_RULE)
    pk = proposal_of(bureau, call)
    assert not StandingAuthorisation.objects.exists()
    with pytest.raises(Forbidden):
        bureau.act("proposal", pk, "approve", "amount")
    bureau.grant("amount", "leader")
    with pytest.raises(DutiesClash):
        bureau.act("proposal", pk, "approve", "amount")
    bureau.act("proposal", pk, "refuse", "leader", data={"reason": "上限过高"})
    assert Proposal.objects.get(pk=pk).state == ProposalState.REFUSED
    assert not StandingAuthorisation.objects.exists()
    with pytest.raises(WrongState, match="R0"):
        proposal_of(bureau, bureau.call_by("  kind: R2\n  co_review: no\n", "2023.3"))
    with pytest.raises(BadData):
        proposal_of(bureau, call, case_cap_fen=60_000_000_00)


def test_what_the_rule_finds_entitled_goes_to_its_round_at_once(bureau: Bureau) -> None:
    call = bureau.call_by(BY_RULE)
    authorised(bureau, call)
    case = bureau.submitted(call)
    assert case.state == CaseState.AWAITING_ROUND
    decision = RuleDecision.objects.get(case=case)
    assert decision.amount_fen == case.computed_fen and decision.finding.outcome == "met"
    whole()


def test_without_an_authorisation_people_decide(bureau: Bureau) -> None:
    case = bureau.submitted(bureau.call_by(BY_RULE))
    assert case.state == CaseState.AWAITING_ACCEPTANCE
    bureau.act("case", case, "accept", "acceptance")
    bureau.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    assert fresh(case).state == CaseState.AWAITING_ROUND
    assert not RuleDecision.objects.exists()


def test_what_lies_beyond_the_bounds_goes_to_people_and_is_never_refused_by_rule(bureau: Bureau) -> None:
    call = bureau.call_by(BY_RULE)
    first = bureau.submitted(call)
    assert first.state == CaseState.AWAITING_ACCEPTANCE
    bureau.act("case", first, "accept", "acceptance")
    bureau.act("case", first, "confirm_amount", "amount", data={"remark": ""})
    amount = fresh(first).computed_fen
    authorised(bureau, call, cap_fen=amount * 2 - 1, case_cap_fen=amount)
    assert bureau.submitted(call).state == CaseState.AWAITING_ROUND
    assert bureau.submitted(call).state == CaseState.AWAITING_ACCEPTANCE, "the total would be passed by one fen"
    assert bureau.submitted(call, sales_y1=1_000_000_00).state == CaseState.AWAITING_ACCEPTANCE, "not met"


def test_an_authorisation_that_was_ended_covers_nothing_more(bureau: Bureau) -> None:
    call = bureau.call_by(BY_RULE)
    found = authorised(bureau, call)
    bureau.act("proposal", found.proposal_id, "end_authorisation", "leader", data={"reason": "政策调整"})
    assert bureau.submitted(call).state == CaseState.AWAITING_ACCEPTANCE
    with pytest.raises(WrongState):
        bureau.act("proposal", found.proposal_id, "end_authorisation", "leader", data={"reason": "再次"})


def test_the_sample_can_be_drawn_again_and_has_its_share() -> None:
    drawn = [number for number in range(20_000) if is_drawn("a" * 64, f"XH-2024-{number:06d}", 10)]
    assert drawn == [number for number in range(20_000) if is_drawn("a" * 64, f"XH-2024-{number:06d}", 10)]
    # Within five standard deviations of 2,000 (σ ≈ 42).
    assert abs(len(drawn) - 2_000) < 215
    assert not any(is_drawn("a" * 64, str(number), 0) for number in range(1_000))
    assert all(is_drawn("a" * 64, str(number), 100) for number in range(1_000))


def offered(bureau: Bureau, call: Call, company: Company) -> Case:
    outcome = door.open_matter(
        "case",
        "offer",
        actor=bureau.system,
        now=bureau.now,
        key=bureau.key(),
        authority_id=bureau.authority.pk,
        data={"call": call.pk, "company": company.pk},
        origin=JOB,
    )
    return Case.objects.get(pk=outcome.subject_id)


def known_company(bureau: Bureau, **changes: Any) -> Company:
    """A company of which the bureau holds everything that the policy asks."""
    company = bureau.company()
    held: dict[str, tuple[str, Any]] = {
        "sales_y1": ("money", 12_000_000_000),
        "sales_y3": ("money", 7_000_000_000),
        "rd_y1": ("money", 900_000_000),
        "commitment_signed": ("yes_no", True),
        **changes,
    }
    bureau.act(
        "company",
        company,
        "keep_facts",
        "counter",
        data={
            "source": "registry",
            "as_of": "2024-01-01",
            "facts": [{"name": name, "kind": kind, "value": value} for name, (kind, value) in held.items()],
        },
    )
    return company


def test_nobody_applies_where_the_bureau_offers(bureau: Bureau) -> None:
    call = bureau.call_by(OFFERED)
    with pytest.raises(WrongState, match="免申即享"):
        bureau.draft(call)


def test_there_is_no_offer_without_an_authorisation(bureau: Bureau) -> None:
    call, company = bureau.call_by(OFFERED), known_company(bureau)
    with pytest.raises(WrongState):
        offered(bureau, call, company)
    assert not Case.objects.exists(), "what is refused leaves nothing"


def test_an_offer_has_no_receipt_because_nothing_was_filed(bureau: Bureau, client: Client) -> None:
    call, company = bureau.call_by(OFFERED), known_company(bureau)
    authorised(bureau, call)
    case = offered(bureau, call, company)
    assert not ProcrastinateJob.objects.filter(task_name="issue_letter").exists()
    client.force_login(bureau.filer(company))
    assert "receipt" not in client.get(f"/my/applications/{case.number}/").content.decode()
    assert client.get(f"/my/applications/{case.number}/receipt/").status_code == 404


def reopened(bureau: Bureau, case: Case) -> int:
    return bureau.open(
        "proposal",
        "propose_reopening",
        "supervision",
        {"case": case.pk, "document": "杭政复〔2024〕3号", "reason": "行政复议撤销原决定"},
    )


def test_a_case_is_reopened_by_two_people_with_every_hand_kept(bureau: Bureau) -> None:
    case = bureau.submitted(bureau.call_by("  kind: R2\n  co_review: no\n"))
    with pytest.raises(WrongState):
        reopened(bureau, case)
    bureau.act("case", case, "refuse", "acceptance", data={"reason": "材料不齐"})
    pk = reopened(bureau, case)
    assert fresh(case).state == CaseState.NOT_ACCEPTED, "a proposal alone moves nothing"
    with pytest.raises(Forbidden):
        bureau.act("proposal", pk, "approve", "supervision")
    bureau.act("proposal", pk, "approve", "leader")
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE
    bureau.act("case", case, "accept", "acceptance2")
    bureau.grant("acceptance", "amount")
    with pytest.raises(DutiesClash):
        bureau.act("case", case, "confirm_amount", "acceptance", data={"remark": ""})
    bureau.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    assert fresh(case).state == CaseState.AWAITING_ROUND
    whole()


def by_agreement(bureau: Bureau) -> tuple[Call, Case]:
    """A case of route R5 that waits for its round; its award is paid in two parts."""
    call = bureau.call_by("  kind: R5\n  co_review: no\n", terms=IN_PARTS)
    case = bureau.submitted(call)
    bureau.act("case", case, "accept", "acceptance")
    if fresh(case).state == CaseState.UNDER_REVIEW:
        bureau.score_all(case)
    bureau.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    return call, fresh(case)


def test_an_agreement_is_signed_by_both_before_anything_is_paid(bureau: Bureau) -> None:
    call, case = by_agreement(bureau)
    bureau.decreed(call)
    assert fresh(case).state == CaseState.AWAITING_AGREEMENT
    legal = bureau.legal(case.company)
    bureau.act("case", case, "sign_agreement", legal, files={"document": pdf("agreement.pdf")})
    bureau.act("case", case, "return_agreement", "leader", data={"reason": "未盖章"})
    bureau.act("case", case, "sign_agreement", legal, files={"document": pdf("sealed.pdf")})
    bureau.act("case", case, "countersign", "leader", data={"number": "西科协〔2024〕1号"})
    assert fresh(case).state == CaseState.AWAITING_ACCOUNT
    case = bureau.accounted(case)
    assert case.state == CaseState.AWAITING_PAYMENT
    states = Instalment.objects.filter(award__case=case).order_by("position").values_list("part", "state")
    assert list(states) == [("first", InstalmentState.DUE), ("last", InstalmentState.PLANNED)]
    total = sum(Instalment.objects.filter(award__case=case).values_list("amount_fen", flat=True))
    assert total == case.amount_fen
    whole()


def settled(bureau: World, case: Case) -> None:
    """What is due goes through a batch by three people and is booked by the bank."""
    due = Instalment.objects.filter(award__case=case, state=InstalmentState.DUE)
    pk = bureau.open(
        "batch",
        "prepare",
        "finance1",
        {
            "instalments": list(due.values_list("pk", flat=True)),
            "format": "pain.001.001.09",
            "paying_account": bureau.paying_account.pk,
            "execution_on": bureau.now.on.isoformat(),
            "purpose": "飞天计划奖补",
        },
    )
    for action, who in (("check", "finance2"), ("release", "finance3"), ("export", "finance1")):
        bureau.act("batch", pk, action, who)
    for document in answered(Batch.objects.get(pk=pk), bureau):
        imported(bureau, document.content)


def test_the_second_part_is_reported_checked_and_paid(bureau: Bureau) -> None:
    call, case = by_agreement(bureau)
    bureau.decreed(call)
    legal = bureau.legal(case.company)
    bureau.act("case", case, "sign_agreement", legal, files={"document": pdf("agreement.pdf")})
    bureau.act("case", case, "countersign", "leader", data={"number": "西科协〔2024〕2号"})
    case = bureau.accounted(case)
    settled(bureau, case)
    assert fresh(case).state == CaseState.AWAITING_MILESTONE
    filer = bureau.filer(case.company)
    report = {"data": {"text": "目标达成"}, "files": {"document": pdf("report.pdf")}}
    bureau.act("case", case, "report_part", filer, **report)
    bureau.act("case", case, "return_part", "amount", data={"reason": "缺少审计"})
    assert fresh(case).state == CaseState.AWAITING_MILESTONE
    bureau.act(
        "case", case, "report_part", filer, data={"text": "目标达成，附审计"}, files={"document": pdf("r2.pdf")}
    )
    bureau.act("case", case, "confirm_part", "amount", data={"remark": "核查无误"})
    assert fresh(case).state == CaseState.AWAITING_PAYMENT
    last = Instalment.objects.get(award__case=case, part="last")
    assert last.state == InstalmentState.DUE
    settled(bureau, case)
    assert fresh(case).state == CaseState.PAID
    whole()


def test_a_round_of_cases_decided_by_rule_goes_to_its_notice_without_a_meeting(bureau: Bureau) -> None:
    call = bureau.call_by(BY_RULE)
    authorised(bureau, call, sample_percent=100)
    case = bureau.submitted(call)
    round_ = bureau.round_on(call)
    bureau.act("round", round_, "close_collection", "amount")
    assert fresh(round_).state == RoundState.AWAITING_NOTICE
    bureau.act(
        "round", round_, "publish", "notice", data={"title_zh": "拟奖补名单公示", "title_en": "Proposed awards"}
    )
    bureau.now = days_later(bureau.now, 10)
    bureau.act("round", round_, "close_notice", bureau.system)
    bureau.act("round", round_, "issue_decree", "notice", data={"number": "西科〔2024〕9号"})
    case = bureau.accounted(case)
    settled(bureau, case)
    assert fresh(case).state == CaseState.SAMPLE_CHECK
    with pytest.raises(Forbidden):
        bureau.act("case", case, "confirm_sample", "amount", data={"remark": ""})
    bureau.act("case", case, "find_irregular", "acceptance", data={"reason": "数据造假"})
    assert fresh(case).state == CaseState.IRREGULAR


def test_one_case_that_people_decided_brings_the_whole_list_to_the_meeting(bureau: Bureau) -> None:
    call = bureau.call_by(BY_RULE)
    by_people = bureau.submitted(call)
    authorised(bureau, call)
    bureau.submitted(call)
    bureau.act("case", by_people, "accept", "acceptance")
    bureau.act("case", by_people, "confirm_amount", "amount", data={"remark": ""})
    round_ = bureau.round_on(call)
    bureau.act("round", round_, "close_collection", "amount")
    assert fresh(round_).state in (RoundState.AWAITING_MEETING, RoundState.AWAITING_DIVISION)


def test_the_books_hold_where_a_part_was_rated_below_its_best(bureau: Bureau) -> None:
    """Parts add up to the award where none was rated; a rated one may fall short of it, and nothing may pass it."""
    _call, case = by_agreement(bureau)
    bureau.decreed(_call)
    assert list(violations(["I9"])) == []
    last = Instalment.objects.get(award__case=case, part="last")
    planned = last.amount_fen
    Instalment.objects.filter(pk=last.pk).update(amount_fen=planned - 1)
    assert len(list(violations(["I9"]))) == 1, "less than the award, and nobody rated it"
    Instalment.objects.filter(pk=last.pk).update(rating="good")
    assert list(violations(["I9"])) == []
    Instalment.objects.filter(pk=last.pk).update(amount_fen=planned + 1)
    assert len(list(violations(["I9"]))) == 1, "more than the award"
