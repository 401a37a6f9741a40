"""Payee accounts on the officers' pages and on the company's: what each sees, and the acts through their forms."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.applicants.enums import AccountState
from subsidy.applicants.models import Company, PayeeAccount
from subsidy.documents.models import StoredFile
from tests.harness.second_factor import prove
from tests.world import World, days_later, fresh, pdf


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr("subsidy.web.person.business_now", lambda: made.now)
    return made


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _entry(company: Company, **changed: Any) -> dict[str, Any]:
    known = {"holder_name": company.name, "account_number": "622200001234"}
    return {**known, "bank_name": "招商银行杭州分行", "bank_code": "308584000013", **changed}


def _act(account: PayeeAccount, action: str) -> str:
    return reverse("console:account-act", args=[account.company_id, account.pk, action])


def test_another_name_from_the_company_s_page_to_its_acceptance_at_the_counter(world: World) -> None:
    company = world.company()
    filer, counter = _client(world.filer(company)), _client(world.people["counter"])
    enter = reverse("portal:propose-account", args=[company.pk])
    assert 'enctype="multipart/form-data"' in filer.get(enter).content.decode()
    assert filer.post(enter, _entry(company, holder_name="别家有限公司")).status_code == 422
    sent = _entry(company, holder_name="别家有限公司", bank_code="308584000014", explanation=pdf("说明.pdf"))
    assert filer.post(enter, sent).status_code == 302
    account = company.accounts.get()
    listed = counter.get(reverse("console:accounts"), {"held": "explanation"}).content.decode()
    assert company.name in listed and "622200001234" not in listed
    page = counter.get(reverse("console:company-accounts", args=[company.pk])).content.decode()
    assert "622200001234" in page and "校验位" in page and "说明.pdf" in page
    assert _act(account, "accept_explanation") in page
    assert _act(account, "confirm_account_at_counter") not in page and _act(account, "freeze_account") not in page
    assert counter.post(_act(account, "accept_explanation"), {"key": "k1"}).status_code == 302
    assert counter.get(reverse("console:accounts"), {"held": "explanation"}).content.decode().count(company.name) == 0
    legal = _client(world.legal(company))
    assert prove(legal).post(reverse("portal:confirm-account", args=[company.pk, account.pk])).status_code == 302
    assert fresh(account).state == AccountState.CONFIRMED


def test_a_freeze_shows_to_officers_and_to_the_company_until_it_is_lifted(world: World) -> None:
    company = world.company()
    world.act("company", company, "propose_account", world.filer(company), data=_entry(company))
    account = company.accounts.get()
    world.act("company", company, "confirm_account", world.legal(company), data={"account": account.pk})
    officer, filer = _client(world.people["supervision"]), _client(world.filer(company))
    order = {"issuer": "西湖区人民法院", "number": "执12号", "order": pdf("裁定.pdf")}
    assert officer.post(_act(account, "freeze_account"), {"issuer": "法院", "number": "1"}).status_code == 422
    assert officer.post(_act(account, "freeze_account"), order).status_code == 302
    history = reverse("portal:accounts", args=[company.pk])
    page = filer.get(history).content.decode()
    assert "执12号" in page and "暂不可付" in page and "622200001234" not in page
    stored = StoredFile.objects.get(slot="account_order")
    for client, address in (
        (filer, reverse("portal:account-paper", args=[company.pk, stored.pk])),
        (officer, reverse("console:account-paper", args=[company.pk, stored.pk])),
    ):
        assert b"".join(client.get(address).streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    lift = {"freeze": account.freezes.get().pk, "number": "解1号", "lifting_order": pdf()}
    assert officer.post(_act(account, "lift_freeze"), lift).status_code == 302
    page = filer.get(history).content.decode()
    assert "解1号" in page and "暂不可付" not in page


def test_a_cooling_account_says_from_when_it_is_paid_to(world: World) -> None:
    company = world.company()
    for number in ("622200001234", "622200009999"):
        world.act(
            "company", company, "propose_account", world.filer(company), data=_entry(company, account_number=number)
        )
        account = company.accounts.get(state=AccountState.PROPOSED)
        world.act("company", company, "confirm_account", world.legal(company), data={"account": account.pk})
    finance = _client(world.people["finance1"])
    cooling = reverse("console:accounts"), {"held": "cooling"}
    assert company.name in finance.get(*cooling).content.decode()
    page = finance.get(reverse("console:company-accounts", args=[company.pk])).content.decode()
    assert "2024-03-08" in page and "暂不可付" in page and "已停用" in page
    world.now = days_later(world.now, 7)
    assert company.name not in finance.get(*cooling).content.decode()


def test_papers_and_acts_of_another_company_do_not_exist_here(world: World) -> None:
    company, other = world.company(), world.company()
    entered = _entry(company)
    world.act(
        "company", company, "propose_account", world.filer(company), data=entered, files={"certification": pdf()}
    )
    account, paper = company.accounts.get(), StoredFile.objects.get(slot="account_certification")
    counter, stranger = _client(world.people["counter"]), _client(world.filer(other))
    assert stranger.get(reverse("portal:account-paper", args=[company.pk, paper.pk])).status_code == 404
    assert counter.get(reverse("console:account-paper", args=[other.pk, paper.pk])).status_code == 404
    wrong = reverse("console:account-act", args=[other.pk, account.pk, "refuse_account"])
    assert counter.get(wrong).status_code == 404 and counter.post(wrong, {"reason": "x"}).status_code == 404
    assert _client(world.people["leader"]).get(reverse("console:accounts")).status_code == 403
    assert fresh(account).state == AccountState.PROPOSED
