"""Correction, letters, award, account, payment, withdrawal: what a company sees and does once it has filed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from subsidy.applicants.enums import AccountState
from subsidy.cases.enums import CaseState
from subsidy.cases.words import STAGES, WORDS, progress_of
from subsidy.correspondence.models import LetterKind
from subsidy.reporting.act_words import ACT_WORDS
from subsidy.reporting.story import story
from tests.harness.second_factor import prove
from tests.subsidy.portal.conftest import SignIn
from tests.subsidy.portal.helpers import get, letter_on
from tests.world import World, days_later, fresh, pdf
from workflows.common.nodes import Standing
from workflows.common.subjects import kind_named

pytestmark = pytest.mark.django_db


def test_only_what_a_correction_names_can_be_changed(world: World, sign_in: SignIn) -> None:
    case = world.submitted()
    reasons = {"message": "请核对研发费用", "reason_rd_y1": "与审计报告不一致", "reason_audit_reports": "缺第三年"}
    world.act("case", case, "return_for_correction", "acceptance", data=reasons)
    client = sign_in(world.filer(case.company))
    assert "补正" in get(client, "home")
    address = reverse("portal:correction", args=[case.number])
    page = client.get(address).content.decode()
    assert "与审计报告不一致" in page and "请核对研发费用" in page and "9,000,000.00" in page
    assert 'name="sales_y1"' not in page
    assert client.get(reverse("portal:section", args=[case.number, "growth"]))["Location"] == address
    client.post(address, {"rd_y1": "9,500,000", "sales_y1": "1"})
    answers = {answer.name: answer.integer for answer in case.answers.all()}
    assert answers["rd_y1"] == 950_000_000
    assert answers["sales_y1"] == 12_000_000_000
    documents = reverse("portal:documents", args=[case.number])
    assert client.post(documents, {"slot": "tax_certificate", "file": pdf()}).status_code == 422
    assert client.post(documents, {"slot": "audit_reports", "file": pdf("third.pdf")}).status_code == 302
    resubmit = reverse("portal:resubmit", args=[case.number])
    assert client.get(resubmit).status_code == 200
    sent = client.post(resubmit, {"declaration": "on", "key": "r1", "version": fresh(case).head_seq})
    assert sent["Location"] == reverse("portal:receipt", args=[case.number])
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE
    assert client.get(address)["Location"] == reverse("portal:case", args=[case.number])


def test_opening_a_letter_serves_it_once(world: World, sign_in: SignIn) -> None:
    case = world.submitted()
    zh, en = letter_on(case, world), letter_on(case, world, language="en")
    # The legal representative may open letters too, though not file.
    client = sign_in(world.legal(case.company))
    address = reverse("portal:letter", args=[case.number, zh.pk])
    assert address in get(client, "case", case.number)
    assert client.get(address)["Content-Type"].startswith("text/html")
    assert fresh(zh).served_at is None
    assert client.post(address)["Location"] == address
    assert fresh(zh).served_at == fresh(en).served_at == world.now.at
    seq = fresh(case).head_seq
    assert client.post(address).status_code == 302
    assert fresh(case).head_seq == seq
    letter = client.get(address)
    assert letter["Content-Type"] == "application/pdf"
    assert letter["Content-Disposition"].startswith("inline")
    assert letter["X-Content-Type-Options"] == "nosniff"
    assert letter.content.startswith(b"%PDF")


def test_from_award_to_money(world: World, sign_in: SignIn) -> None:
    call = world.call()
    case = world.ready(call)
    filer, legal = sign_in(world.filer(case.company)), sign_in(world.legal(case.company))
    # What the amount check found is the bureau's own until the decree.
    assert case.computed_fen and f"{case.computed_fen // 100:,}" not in get(filer, "case", case.number)
    world.decreed(call)
    case = fresh(case)
    page = get(filer, "case", case.number)
    assert f"{case.amount_fen // 100:,}" in page and "西科〔2024〕8号" in page and "A-08" in page

    propose = reverse("portal:propose-account", args=[case.company_id])
    account = {
        "holder_name": case.company_name,
        "account_number": "622200001234",
        "bank_name": "招商银行杭州分行",
        "bank_code": "308584000013",
    }
    wrong = filer.post(propose, {**account, "bank_code": "123"})
    assert wrong.status_code == 422 and "622200001234" in wrong.content.decode()
    assert filer.post(propose, account).status_code == 302
    entered = case.company.accounts.get()
    page = get(filer, "company", case.company_id)
    assert "622200001234" not in page and "1234" in page
    confirm = reverse("portal:confirm-account", args=[case.company_id, entered.pk])
    # The handler who entered it is shown the way back, and refused by the door.
    assert filer.get(confirm).status_code == 302
    assert filer.post(confirm).status_code == 403
    prove(legal)
    assert "622200001234" in legal.get(confirm).content.decode()
    assert legal.post(confirm).status_code == 302
    assert fresh(entered).state == AccountState.CONFIRMED

    choose = reverse("portal:account", args=[case.number])
    assert filer.get(choose).status_code == 200
    assert filer.post(choose, {"account": entered.pk}).status_code == 403
    assert legal.get(choose).status_code == 200
    chosen = legal.post(choose, {"account": entered.pk, "version": case.head_seq})
    assert chosen["Location"] == reverse("portal:case", args=[case.number])
    world.released([fresh(case)])
    page = get(filer, "case", case.number)
    assert "拨付中" in page
    told = [entry.action for entry in story(fresh(case), "company")]
    assert told.index("submit") < told.index("issue_decree") < told.index("export")
    assert "close_collection" not in told and "propose_account" in told
    names = {str(entry.who) for entry in story(fresh(case), "company")}
    assert not names & {"acceptance", "leader", "finance1"}
    checked = story(fresh(case), "auditor")
    assert {"acceptance", "leader", "finance3"} <= {str(entry.who) for entry in checked}
    assert [entry.clause for entry in checked if entry.action == "confirm_amount"] == ["A-08"]
    assert all(len(entry.hash) == 64 for entry in checked)
    assert sum(entry.action == "score" for entry in checked) == 5


def test_a_company_withdraws_until_the_decree(world: World, sign_in: SignIn) -> None:
    case = world.submitted()
    client = sign_in(world.filer(case.company))
    address = reverse("portal:withdraw", args=[case.number])
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "填报有误", "key": "w1"}).status_code == 302
    assert fresh(case).state == CaseState.WITHDRAWN
    assert client.get(address).status_code == 302
    assert client.post(address, {"reason": "再次", "key": "w2"}).status_code == 409
    assert "填报有误" in get(client, "case", case.number)
    assert dict(progress_of(fresh(case)))[STAGES["acceptance"]] == "stopped"


def test_every_state_and_every_act_has_its_words() -> None:
    assert set(WORDS) == set(CaseState)
    for name in ("case", "round", "batch"):
        kind = kind_named(name)
        acts = {act.name for act in kind.free_acts} | set(kind.opens)
        for flow in kind.flows.values():
            acts |= {act.name for node in flow.instance.nodes() if isinstance(node, Standing) for act in node.acts}
        assert not {act for act in acts if (name, act) not in ACT_WORDS}


def test_queries_do_not_grow(
    world: World, sign_in: SignIn, django_assert_max_num_queries: object, django_assert_num_queries: object
) -> None:
    call = world.call()
    case = world.submitted(call)
    client = sign_in(world.filer(case.company))
    letter_on(case, world)
    counts: dict[str, list[int]] = {}
    for round_ in range(2):
        for name, args in (("home", []), ("cases", []), ("case", [case.number]), ("check", [case.number])):
            with django_assert_max_num_queries(45) as captured:  # type: ignore[operator]
                assert client.get(reverse(f"portal:{name}", args=args)).status_code == 200
            counts.setdefault(name, []).append(len(captured))
        if round_ == 0:
            for _ in range(3):
                world.draft(world.call(), case.company)
            letter_on(case, world, LetterKind.CORRECTION)
    assert all(first >= second for first, second in counts.values()), counts


def test_another_account_is_chosen_while_the_payment_waits(world: World, sign_in: SignIn) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    case = world.accounted(case)
    first = case.payee_account
    filer, legal = world.filer(case.company), world.legal(case.company)
    second = {
        "holder_name": case.company_name,
        "account_number": "622200009999",
        "bank_name": "中国银行杭州分行",
        "bank_code": "104331000018",
    }
    world.act("company", case.company, "propose_account", filer, data=second)
    entered = case.company.accounts.get(account_number="622200009999")
    world.act("company", case.company, "confirm_account", legal, data={"account": entered.pk})
    address = reverse("portal:change-account", args=[case.number])
    client = sign_in(legal)
    assert address in get(client, "case", case.number)
    assert address not in get(sign_in(filer), "case", case.number)
    assert client.get(address).status_code == 200
    assert client.post(address, {"account": entered.pk, "key": "c1"}).status_code == 302
    assert fresh(case).payee_account == entered != first
    world.now = days_later(world.now, 7)  # a changed account cools first
    world.released([fresh(case)])
    assert address not in get(client, "case", case.number)
    assert client.post(address, {"account": entered.pk, "key": "c2"}).status_code == 409
