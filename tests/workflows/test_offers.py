"""Offers from the bureau's data (route R0): who gets one, who does not and why, and that no run makes a second one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from subsidy.accounts.services import system_actor
from subsidy.applicants.enums import LegalForm
from subsidy.applicants.models import Company
from subsidy.audit.moment import Moment
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.correspondence.enums import NotificationKind
from subsidy.correspondence.models import Notification
from subsidy.correspondence.telling import sentence
from subsidy.decisions.models import OfferRun, RuleDecision
from subsidy.programmes.models import Call, PolicyVersion
from tests.subsidy.registers.lists import AWARDS, deliver
from tests.subsidy.registers.lists import apply as register_apply
from tests.workflows.test_by_rule import authorised
from tests.workflows.test_stages import Bureau, whole
from tests.workflows.test_telling import run_jobs
from tests.world import PACKS, days_later, fresh, pack_texts
from workflows.case import offering
from workflows.case.offering import run_offers
from workflows.common import door
from workflows.common.jobs import ORIGIN
from workflows.common.refusals import Forbidden, WrongState

PACK = "provincial_tech_sme_award"


@pytest.fixture
def bureau(db: None) -> Bureau:
    return Bureau()


@pytest.fixture
def call(bureau: Bureau) -> Call:
    """A call of the policy in which the imported list triggers and nobody applies."""
    texts = {**pack_texts(PACKS / PACK / "2024.1"), "name": f"{PACK}/2024.1"}
    version = PolicyVersion.objects.get(pk=bureau.open("policy_version", "publish", "policy2", texts))
    # Whoever stands on no complete list of earlier awards has had none; without such a list nobody knows.
    line = f"{bureau.company().uscc},flying_sky,飞天计划,,,100000.00,2021-05-01,西科〔2021〕1号"
    register_apply(bureau, deliver(bureau, line, register="prior_awards", heading=AWARDS, complete=True))
    window = {"opens_at": bureau.now.at, "closes_at": days_later(bureau.now, 10).at}
    data = {
        "policy_version": version.pk,
        "number": "XH-SME-1",
        "title_zh": "省科技型中小企业奖励",
        "title_en": "Award for technology SMEs",
        "route": "",
        "route_version": "",
        "allocation": "",
        "budget_line": bureau.line().pk,
        "budget_fen": 10_000_000_00,
        **window,
    }
    return Call.objects.get(pk=bureau.open("call", "open", "policy2", data))


def on_the_list(bureau: Bureau, **changes: Any) -> Company:
    """A company that the provincial list names; a change to None leaves what is held as it is."""
    company = bureau.company()
    facts = {"recognised_on": ("date", "2024-01-10"), **changes}
    bureau.act(
        "company",
        company,
        "keep_facts",
        "counter",
        data={
            "source": "register",
            "as_of": "2024-02-01",
            "facts": [{"name": name, "kind": kind, "value": value} for name, (kind, value) in facts.items()],
        },
    )
    return company


def walked(bureau: Bureau, call: Call) -> OfferRun:
    bureau.act("call", call, "make_offers", "amount")
    run = OfferRun.objects.filter(call=call).latest("id")
    run_offers(run.pk, now=lambda: bureau.now)
    return fresh(run)


def dying(bureau: Bureau, asked: int) -> Callable[[], Moment]:
    """A clock that can be asked so often; then its worker dies."""
    left = itertools.repeat(bureau.now, asked)

    def now() -> Moment:
        found = next(left, None)
        if found is None:
            raise ConnectionError
        return found

    return now


def counts(run: OfferRun) -> dict[str, int]:
    return {name: getattr(run, name) for name in OfferRun.COUNTS if getattr(run, name)}


def test_each_entitled_company_gets_one_offer_and_the_others_a_reason(bureau: Bureau, call: Call) -> None:
    authorised(bureau, call)
    entitled = [on_the_list(bureau), on_the_list(bureau)]
    on_the_list(bureau, recognised_on=("date", "2024-03-05"))
    branch = on_the_list(bureau)
    Company.objects.filter(pk=branch.pk).update(legal_form=LegalForm.BRANCH)
    run = walked(bureau, call)
    # The company of the list of earlier awards is one of whom nobody knows whether the provincial list names it.
    assert counts(run) == {"offered": 2, "not_met": 1, "unknown": 1, "unfit": 1}
    assert run.finished_at is not None and run.looked_at == run.companies
    cases = Case.objects.filter(call=call)
    assert {case.company_id for case in cases} == {company.pk for company in entitled}
    assert {case.state for case in cases} == {CaseState.AWAITING_ROUND}
    assert set(cases.values_list("computed_fen", flat=True)) == {1_000_000}
    finding = RuleDecision.objects.filter(case__in=cases)[0].finding
    assert '"account_confirmed":true' in finding.facts_text
    whole()


def test_a_second_run_makes_no_second_offer(bureau: Bureau, call: Call) -> None:
    authorised(bureau, call)
    on_the_list(bureau)
    walked(bureau, call)
    late = on_the_list(bureau)
    again = walked(bureau, call)
    assert counts(again) == {"had_one": 1, "offered": 1, "unknown": 1}
    assert Case.objects.filter(call=call).count() == 2
    assert Case.objects.filter(call=call, company=late).count() == 1


def test_an_interrupted_run_goes_on_where_it_stopped(
    bureau: Bureau, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorised(bureau, call)
    for _ in range(3):
        on_the_list(bureau)
    monkeypatch.setattr(offering, "COMPANIES", 2)
    bureau.act("call", call, "make_offers", "amount")
    run = OfferRun.objects.get(call=call)
    clock = dying(bureau, 3)  # two companies (one unknown) and the note of their chunk; then the worker dies
    with pytest.raises(ConnectionError):
        run_offers(run.pk, now=clock)
    assert (fresh(run).offered, fresh(run).finished_at) == (1, None)
    # It died once more after an offer, before its chunk was noted.
    clock = dying(bureau, 1)
    with pytest.raises(ConnectionError):
        run_offers(run.pk, now=clock)
    assert Case.objects.filter(call=call).count() == 2 and fresh(run).offered == 1

    bureau.act("call", call, "make_offers", "amount")
    assert OfferRun.objects.filter(call=call).count() == 1, "the same run is taken up"
    run_offers(run.pk, now=lambda: bureau.now)
    assert counts(fresh(run)) == {"offered": 3, "unknown": 1}
    assert Case.objects.filter(call=call).count() == 3


def test_what_lies_beyond_the_authorisation_is_no_offer(bureau: Bureau, call: Call) -> None:
    authorised(bureau, call, cap_fen=1_999_999, case_cap_fen=1_000_000)
    on_the_list(bureau)
    on_the_list(bureau)
    assert counts(walked(bureau, call)) == {"offered": 1, "not_covered": 1, "unknown": 1}
    assert Case.objects.filter(call=call).count() == 1


def test_offers_need_the_role_an_authorisation_an_open_call_and_the_route(bureau: Bureau, call: Call) -> None:
    with pytest.raises(WrongState, match="常设授权"):
        bureau.act("call", call, "make_offers", "amount")
    found = authorised(bureau, call)
    with pytest.raises(Forbidden):
        bureau.act("call", call, "make_offers", "leader")
    with pytest.raises(WrongState, match="R0"):
        bureau.act("call", bureau.call(), "make_offers", "amount")
    bureau.act("proposal", found.proposal_id, "end_authorisation", "leader", data={"reason": "政策调整"})
    with pytest.raises(WrongState):
        bureau.act("call", call, "make_offers", "amount")
    assert not OfferRun.objects.exists()


def test_a_closed_call_offers_nothing(bureau: Bureau, call: Call) -> None:
    authorised(bureau, call)
    bureau.now = days_later(bureau.now, 12)
    with pytest.raises(WrongState, match="截止"):
        bureau.act("call", call, "make_offers", "amount")


def test_nobody_notes_offers_but_the_system(bureau: Bureau, call: Call) -> None:
    authorised(bureau, call)
    bureau.act("call", call, "make_offers", "amount")
    run = OfferRun.objects.get()
    data = {"run": run.pk, "after": 0, "last": 5, "final": True, **dict.fromkeys(OfferRun.COUNTS, 1)}
    with pytest.raises(Forbidden):
        bureau.act("call", call, "note_offers", "amount", data=data)
    data |= {"after": 7}
    with pytest.raises(WrongState):
        door.perform(
            "call",
            call.pk,
            "note_offers",
            actor=system_actor(offering.ACTOR),
            now=bureau.now,
            key="note-1",
            data=data,
            origin=ORIGIN,
        )
    assert fresh(run).looked_at == 0


def test_a_run_that_is_stopped_offers_to_nobody_else_and_a_later_one_goes_over_the_rest(
    bureau: Bureau, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorised(bureau, call)
    for _ in range(4):
        on_the_list(bureau)
    monkeypatch.setattr(offering, "COMPANIES", 2)
    with pytest.raises(WrongState):
        bureau.act("call", call, "stop_offers", "amount")
    bureau.act("call", call, "make_offers", "amount")
    run = OfferRun.objects.get(call=call)
    with pytest.raises(Forbidden):
        bureau.act("call", call, "stop_offers", "leader")
    asked = itertools.count()

    def stopped_meanwhile() -> Moment:
        if next(asked) == 3:  # the first two companies are noted; the next ones are being looked at
            bureau.act("call", call, "stop_offers", "amount")
        return bureau.now

    run_offers(run.pk, now=stopped_meanwhile)
    run = fresh(run)
    assert counts(run) == {"offered": 1, "unknown": 1} and run.finished_at is not None
    assert run.stopped_by == bureau.people["amount"]
    made = Case.objects.filter(call=call).count()
    assert made < 4, "it went on after it was stopped"
    run_offers(run.pk, now=lambda: bureau.now)
    assert Case.objects.filter(call=call).count() == made

    again = walked(bureau, call)
    assert counts(again) == {"had_one": made, "offered": 4 - made, "unknown": 1} and again.stopped_by is None


def test_who_asked_is_told_when_every_company_has_been_looked_at(
    bureau: Bureau, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorised(bureau, call)
    on_the_list(bureau)
    monkeypatch.setattr(offering, "COMPANIES", 1)
    run = walked(bureau, call)
    assert run.companies == 2
    run_jobs(bureau)
    [row] = Notification.objects.filter(subject_kind="call", subject_id=call.pk)
    assert row.recipient == bureau.people["amount"] and row.kind == NotificationKind.DONE
    assert call.number in sentence(row.words, row.params, "zh")
