"""The pages of proposals: proposed by one, approved or refused by another, seen by nobody of another bureau."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.cases.enums import CaseState
from subsidy.decisions.models import Proposal, ProposalState, StandingAuthorisation
from subsidy.programmes.models import Call
from tests.workflows.test_by_rule import BY_RULE, authorised, proposal_of
from tests.workflows.test_stages import Bureau
from tests.world import World, fresh

SignIn = Callable[[str | User], Client]


@pytest.fixture
def world(db: None) -> Bureau:
    return Bureau()


def terms(**changes: Any) -> dict[str, Any]:
    return {
        "cap_fen": "1,000,000.50",
        "case_cap_fen": "200000",
        "sample_percent": "5",
        "valid_from": "2024-03-01",
        "valid_to": "2024-12-31",
        "reason": "规则清晰",
        "key": "propose-1",
        **changes,
    }


def propose_url(call: Call) -> str:
    return reverse("console:propose-authorisation", args=[call.number])


def act_url(proposal: Proposal, name: str) -> str:
    return reverse("console:proposal-act", args=[proposal.number, name])


def test_an_authorisation_is_proposed_in_yuan_and_approved_by_another(world: Bureau, as_person: SignIn) -> None:
    call = world.call_by(BY_RULE)
    officer = as_person("amount")
    assert propose_url(call) in officer.get(reverse("console:call", args=[call.number])).text
    assert "另一人" in officer.get(propose_url(call)).text
    assert officer.post(propose_url(call), terms()).status_code == 302
    proposal = Proposal.objects.get()
    page = officer.get(reverse("console:proposal", args=[proposal.number])).text
    assert "1,000,000.50 元" in page and "200,000.00 元" in page and "规则清晰" in page and "2024年12月31日" in page
    assert act_url(proposal, "approve") not in page, "whoever proposes is offered no approval"

    leader = as_person("leader")
    assert act_url(proposal, "approve") in leader.get(reverse("console:proposal", args=[proposal.number])).text
    assert reverse("console:proposal", args=[proposal.number]) in leader.get(reverse("console:queue")).text
    assert "1,000,000.50" in leader.get(act_url(proposal, "approve")).text
    sent = {"key": "approve-1", "version": proposal.head_seq}
    assert leader.post(act_url(proposal, "approve"), sent).status_code == 302
    found = StandingAuthorisation.objects.get(proposal=proposal)
    assert (found.cap_fen, found.case_cap_fen, found.sample_percent) == (100_000_050, 20_000_000, 5)
    shown = leader.get(reverse("console:proposal", args=[proposal.number])).text
    assert act_url(proposal, "end_authorisation") in shown and "1,000,000.50 元" in shown
    ended = {"key": "end-1", "version": fresh(proposal).head_seq, "reason": "政策调整"}
    assert leader.post(act_url(proposal, "end_authorisation"), ended).status_code == 302
    assert act_url(proposal, "end_authorisation") not in leader.get(shown_at(proposal)).text


def shown_at(proposal: Proposal) -> str:
    return reverse("console:proposal", args=[proposal.number])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cap_fen": "zwei"}, "cap_fen"),
        ({"cap_fen": "1.005"}, "cap_fen"),
        ({"case_cap_fen": "2000000"}, "case_cap_fen"),
        ({"valid_to": "2024-02-01"}, "valid_to"),
        ({"sample_percent": "0"}, "sample_percent"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_typed_wrong_is_said_at_its_field(
    world: Bureau, as_person: SignIn, changes: dict[str, str], field: str
) -> None:
    call = world.call_by(BY_RULE)
    response = as_person("amount").post(propose_url(call), terms(**changes))
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}
    assert not Proposal.objects.exists()


def test_nobody_proposes_for_a_call_decided_by_people_or_without_the_role(world: Bureau, as_person: SignIn) -> None:
    by_people, by_rule = world.call(), world.call_by(BY_RULE)
    assert as_person("amount").get(propose_url(by_people)).status_code == 404
    assert as_person("leader").get(propose_url(by_rule)).status_code == 403
    assert propose_url(by_rule) not in as_person("leader").get(reverse("console:call", args=[by_rule.number])).text
    assert as_person("leader").post(propose_url(by_rule), terms()).status_code == 403
    assert not Proposal.objects.exists()


def test_another_bureau_sees_no_proposal(world: Bureau, as_person: SignIn) -> None:
    proposal = Proposal.objects.get(pk=proposal_of(world, world.call_by(BY_RULE)))
    other = World(code="qt")
    foreign = as_person(other.people["leader"])
    assert foreign.get(shown_at(proposal)).status_code == 404
    assert foreign.post(act_url(proposal, "approve"), {"key": "x", "version": 1}).status_code == 404
    assert proposal.number not in foreign.get(reverse("console:proposals")).text
    assert fresh(proposal).state == ProposalState.PROPOSED


def test_the_list_is_filtered_searched_and_exported(world: Bureau, as_person: SignIn) -> None:
    approved = authorised(world, world.call_by(BY_RULE)).proposal
    waiting = Proposal.objects.get(pk=proposal_of(world, world.call_by(BY_RULE, "2023.3")))
    auditor = as_person("auditor")
    listing = reverse("console:proposals")
    assert approved.number in auditor.get(listing).text and waiting.number in auditor.get(listing).text
    chosen = auditor.get(listing, {"state": "proposed"}).text
    assert waiting.number in chosen and approved.number not in chosen
    assert waiting.number not in auditor.get(listing, {"q": approved.number}).text
    export = b"".join(auditor.get(listing, {"export": "csv"}).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert approved.number in export and waiting.number in export


def test_a_reopening_is_proposed_on_the_page_of_the_ended_case(world: Bureau, as_person: SignIn) -> None:
    case = world.submitted()
    url = reverse("console:propose-reopening", args=[case.number])
    supervisor = as_person("supervision")
    assert supervisor.get(url).status_code == 404, "it has not ended"
    world.act("case", case, "refuse", "acceptance", data={"reason": "材料不齐"})
    page = reverse("console:case", args=[case.number])
    assert url in supervisor.get(page).text
    assert url not in as_person("amount").get(page).text
    supervisor = as_person("supervision")
    said = {"document": "杭政复〔2024〕3号", "reason": "撤销原决定", "key": "reopen-1"}
    assert supervisor.post(url, {**said, "document": ""}).status_code == 422
    assert supervisor.post(url, said).status_code == 302
    proposal = Proposal.objects.get()
    assert "杭政复〔2024〕3号" in supervisor.get(shown_at(proposal)).text
    assert as_person("supervision").post(act_url(proposal, "approve"), {"key": "no", "version": 1}).status_code == 403
    leader = as_person("leader")
    assert leader.post(act_url(proposal, "approve"), {"key": "yes", "version": proposal.head_seq}).status_code == 302
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE
