"""Everybody tries to open every kind of matter that has a flow, each where it can be opened; and tries every act on proposals."""

from __future__ import annotations

from typing import Any

import pytest

from subsidy.cases.models import Case
from subsidy.decisions.models import Instalment, Proposal, ProposalKind, RoundRow, Undertaking
from subsidy.payouts.models import Recovery, SuspenseItem
from subsidy.payouts.recoveries import RecoveryGround
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.subsidy.payouts.test_answers import booked, credit
from tests.titles import MODEL, YEAR, Titles
from tests.workflows.sending import Data, Place
from tests.workflows.staff import Person, officers
from tests.workflows.test_by_rule import BY_RULE, OFFERED, authorised, known_company, proposal_of, reopened
from tests.workflows.test_free_matrix import expected_opening, tried
from tests.workflows.test_matrix import attempts, own_acts
from tests.workflows.test_stages import Bureau
from tests.workflows.walked import node_of
from tests.world import World, days_later, fresh, pdf
from workflows.common.subjects import kind_named, kinds
from workflows.undertaking.jobs import begin_undertakings

Tried = tuple[str, str]


class Everything(Bureau, Titles):
    """A bureau with units, and with calls that confer titles."""


@pytest.fixture
def bureau(db: None) -> Everything:
    return Everything()


YEAR_END = {"year": 2024, "document": "西财〔2024〕99号", "reason": "年终"}


class Openings:
    """Tries one opening after another; `wrong` says in words what was answered otherwise than it must be."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau, self.staff = bureau, officers(bureau, World(code="yh"))
        self.wrong: list[str] = []
        self.tried: set[Tried] = set()

    def __call__(self, kind: str, action: str, data: dict[str, Any], *, people: tuple[Person, ...] = ()) -> None:
        act = kind_named(kind).opens[action].act
        files = {"document": pdf()} if (kind, action) == ("objection", "file") else {}
        self.tried.add((kind, action))
        for person in (*self.staff, *people):
            must = expected_opening(act, person)
            got = tried(self.bureau, kind_named(kind), action, person, (data, files))
            if got != must:
                self.wrong.append(f"{kind}.{action} by {person.label}: {got}, must be {must}")


def refused_case(bureau: Bureau, version: str) -> Case:
    case = bureau.submitted(bureau.call_by("  kind: R2\n  co_review: no\n", version))
    bureau.act("case", case, "refuse", "acceptance", data={"reason": "材料不齐"})
    return fresh(case)


def recovered(bureau: Bureau, case: Case) -> Recovery:
    """The bank has paid the case, and one yuan of it is to come back."""
    for document in answered(bureau.released([case]), bureau):
        imported(bureau, document.content, name=document.name)
    said = {"ground": RecoveryGround.FOUND, "term": "", "occurred_on": "2024-03-01", "amount_fen": 1_00}
    found = bureau.open("recovery", "propose", "amount", {"case": case.pk, **said, "reason": "部分支出不合规"})
    bureau.now = days_later(bureau.now, 30)
    bureau.act("recovery", found, "decide", "leader", data={"amount_fen": 1_00, "reasons": "事实清楚，依据充分"})
    return Recovery.objects.get(pk=found)


def test_everybody_tries_to_open_every_kind_of_matter_with_a_flow(bureau: Everything) -> None:
    openings = Openings(bureau)
    company, call = bureau.company(), bureau.call()
    members = (
        Person("filer", bureau.filer(company), member=frozenset({"file_for"})),
        Person("legal", bureau.legal(company), member=frozenset({"confirm_for"})),
    )
    openings("case", "open", {"call": call.pk, "company": company.pk}, people=members)
    by_rule, offers = bureau.call_by(BY_RULE), bureau.call_by(OFFERED, "2023.3")
    authorised(bureau, offers)
    openings("case", "offer", {"call": offers.pk, "company": known_company(bureau).pk}, people=members)
    terms = {"cap_fen": 50_000_000_00, "case_cap_fen": 10_000_000_00, "sample_percent": 1, "reason": "规则清晰"}
    days = {"valid_from": "2024-03-01", "valid_to": "2024-12-31"}
    openings("proposal", "propose_authorisation", {"call": by_rule.pk, **terms, **days})
    sent_back = {"case": refused_case(bureau, "2023.4").pk, "document": "杭政复〔2024〕3号", "reason": "撤销原决定"}
    openings("proposal", "propose_reopening", sent_back)
    openings("proposal", "propose_erasure", to_erase(bureau))
    line, other = bureau.line(), bureau.line()
    change = {"line": line.pk, "amount_fen": 1_00, "document": "西财〔2024〕9号", "reason": "调整"}
    openings("proposal", "propose_reduction", change)
    openings("proposal", "propose_move", {**change, "to": other.pk})
    openings("proposal", "propose_year_end", YEAR_END)
    _on_the_way_to_payment(bureau, openings)
    (titled,) = bureau.conferred(MODEL, number=9)
    change = {"case": titled.pk, "change": "revoke", "document": "西科〔2024〕20号", "reason": "弄虚作假"}
    openings("proposal", "propose_title_change", change)
    openings("proposal", "propose_title_test", {"case": titled.pk, **YEAR})
    assert openings.wrong == []
    flows = {(kind.name, name) for kind in kinds() if kind.flows for name in kind.opens}
    assert openings.tried == flows, "say here where each of them can be opened"


def _on_the_way_to_payment(bureau: Bureau, openings: Openings) -> None:
    call = bureau.call()
    case, waiting = bureau.ready(call), bureau.call()
    bureau.ready(waiting)
    published = bureau.published(call)
    openings("round", "open", {"call": waiting.pk})
    rank = RoundRow.objects.get(round=published, case=case).rank
    said = {"notice": published.notice.pk, "rank": rank, "objector_kind": "person", "name": "李真名"}
    said |= {"contact": "13900001111", "grounds": "该企业的研发费用与年报不一致。"}
    openings("objection", "file", said)
    bureau.now = days_later(bureau.now, 10)
    bureau.act("round", published, "close_notice", bureau.system)
    bureau.act("round", published, "issue_decree", "notice", data={"number": "西科〔2024〕8号"})
    due = Instalment.objects.filter(award__case=bureau.accounted(case)).values_list("pk", flat=True)
    batch = {
        "instalments": list(due),
        "format": "pain.001.001.09",
        "paying_account": bureau.paying_account.pk,
        "execution_on": bureau.now.on.isoformat(),
        "purpose": "飞天计划奖补",
    }
    openings("batch", "prepare", batch)
    openings("proposal", "propose_suspense", {"item": stray(bureau), "resolution": "interest", "reason": "结息"})
    _after_payment(bureau, openings, case)


def _after_payment(bureau: Bureau, openings: Openings, case: Case) -> None:
    owed = recovered(bureau, case)
    more = {
        "ground": RecoveryGround.RATED,
        "term": "",
        "occurred_on": "2024-03-01",
        "amount_fen": 1,
        "reason": "评级下调所致",
    }
    openings("recovery", "propose", {"case": case.pk, **more})
    checker = bureau.people["amount"]
    found = {"amount_fen": 1, "occurred_on": "2024-03-01", "reason": "评级下调所致"}
    openings("recovery", "propose_difference", {"case": case.pk, "proposer": checker.pk, **found})
    begin_undertakings(case.pk, now=bureau.now)
    broken = Undertaking.objects.get(case=case, term="true_filing")
    said = {"note": "原始凭证虚假", "occurred_on": bureau.now.on.isoformat(), "term": ""}
    bureau.act("undertaking", broken, "find_breach", "amount", data=said)
    breach = {"undertaking": broken.pk, "term": "false_filing", "occurred_on": bureau.now.on.isoformat()}
    openings("recovery", "propose_breach", breach)
    given_up = {"recovery": owed.pk, "document": "西科〔2024〕31号", "reason": "企业已注销"}
    openings("proposal", "propose_write_off", given_up)
    openings("proposal", "propose_recovery_less", {**given_up, "amount_fen": 1})
    repaid(bureau, owed)
    openings("proposal", "propose_recovery_refund", refund_of(bureau, owed))


def repaid(bureau: Bureau, recovery: Recovery) -> None:
    """The yuan came back."""
    said = {"recovery": recovery.number, "paying_account": bureau.paying_account.pk, "amount_fen": 1_00}
    said |= {"reference": f"BK-{recovery.pk}", "received_on": bureau.now.on.isoformat()}
    bureau.act("authority", bureau.authority, "receive_repayment", "finance2", data=said)


def refund_of(bureau: Bureau, recovery: Recovery) -> dict[str, Any]:
    """What proposes that half of it went back to the company."""
    money = {"amount_fen": 50, "paying_account": bureau.paying_account.pk, "reference": f"TK-{recovery.pk}"}
    said = {"document": "杭政复〔2024〕31号", "reason": "复议决定变更追回金额", "paid_on": bureau.now.on.isoformat()}
    return {"recovery": recovery.pk, **said, **money}


def to_erase(bureau: Bureau) -> dict[str, Any]:
    """What proposes the erasure of a message on a case that has ended."""
    case = bureau.submitted(bureau.call())
    bureau.act("case", case, "write_to_bureau", bureau.filer(case.company), data={"text": "联系人王小明"})
    bureau.act("case", case, "refuse", "acceptance", data={"reason": "材料不齐"})
    return {"case": case.pk, "rule": "unneeded", "reason": "无需保留"}


def stray(bureau: Bureau) -> int:
    """An item in suspense: money that came and that nobody knows."""
    imported(bureau, booked(bureau, credit("NOBODYS", 1_00, reference="STRAY")))
    return SuspenseItem.objects.get().pk


def test_everybody_tries_every_act_on_a_proposal(bureau: Everything) -> None:
    """One of each kind that waits, one approved, one refused, and one whose authorisation was ended already."""
    call = bureau.call_by(BY_RULE)
    refused = proposal_of(bureau, call)
    bureau.act("proposal", refused, "refuse", "leader", data={"reason": "上限过高"})
    ended = authorised(bureau, call).proposal_id
    bureau.act("proposal", ended, "end_authorisation", "leader", data={"reason": "政策调整"})
    approved, waiting = authorised(bureau, call).proposal_id, proposal_of(bureau, call)
    reopening = reopened(bureau, refused_case(bureau, "2023.3"))
    erasure = bureau.open("proposal", "propose_erasure", "supervision", to_erase(bureau))
    said = {"item": stray(bureau), "resolution": "interest", "reason": "结息"}
    suspense = bureau.open("proposal", "propose_suspense", "finance1", said)
    line = bureau.line()
    change = {"line": line.pk, "amount_fen": 1_00, "document": "西财〔2024〕9号", "reason": "调整"}
    reduction = bureau.open("proposal", "propose_reduction", "finance1", change)
    move = bureau.open("proposal", "propose_move", "finance1", {**change, "to": bureau.line().pk})
    staff, seen = officers(bureau, World(code="yh")), set()
    wrong: list[str] = []
    changed, kept = bureau.conferred(MODEL, MODEL)
    about_titles = (bureau.revoked(changed), bureau.tested(kept))
    paid = obligated(bureau, 1, decree="西科〔2024〕88号")[0]
    given_up = {"recovery": recovered(bureau, paid).pk, "document": "西科〔2024〕31号", "reason": "企业已注销"}
    less = bureau.open("proposal", "propose_recovery_less", "amount", {**given_up, "amount_fen": 1})
    written_off = bureau.open("proposal", "propose_write_off", "finance2", given_up)
    back = recovered(bureau, obligated(bureau, 1, decree="西科〔2024〕89号")[0])
    repaid(bureau, back)
    refund = bureau.open("proposal", "propose_recovery_refund", "finance2", refund_of(bureau, back))
    # Last: its figures are frozen, and are to hold still when it is approved.
    year_end = bureau.open("proposal", "propose_year_end", "finance1", YEAR_END)
    about_money = (reduction, move, year_end, suspense)
    waiting_ones = (waiting, reopening, erasure, *about_money, *about_titles, less, written_off, refund)
    for at, pk in enumerate((*waiting_ones, approved, refused, ended)):
        found = Proposal.objects.get(pk=pk)
        seen.add((found.kind, found.state))
        place = Place(found, node_of(found), staff[at * 5 % len(staff) :] + staff[: at * 5 % len(staff)])
        steps = {("", "end_authorisation"): "state"} if pk == ended else {}
        wrong += attempts(kind_named("proposal"), [place], Data(bureau), steps, own_acts)
    assert wrong == []
    assert {kind for kind, state in seen if state == "proposed"} == set(ProposalKind)
