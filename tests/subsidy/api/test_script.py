"""The example of a caller: by the published description alone from an application to the money and a checked proof."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from examples.api import grant
from subsidy.accounts.models import User
from subsidy.accounts.services import token_new
from subsidy.api import description, pages
from subsidy.api.authentication import digest_of, new_secret
from subsidy.calendars.services import clock_start
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.demo import clock_api
from subsidy.ledger.invariants import violations
from tests.harness.second_factor import SECRET, give_app
from tests.workflows.test_stages import Bureau
from tests.world import ANSWERS, MINUTE, PDF, pack

pytestmark = [pytest.mark.urls("tests.subsidy.api.demo_urls"), pytest.mark.long]
OFFICES = {
    "accepts": "acceptance",
    "amount": "amount",
    "leads": "leader",
    "notice": "notice",
    "prepares": "finance1",
    "checks": "finance2",
    "releases": "finance3",
    "audits": "auditor",
}


@pytest.fixture
def demo(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A demo, whose description has the clock."""
    settings.DEMO_MODE = True
    monkeypatch.setattr(description, "_ADDED", {})
    description.add_path(clock_api.PATH, clock_api.described)
    pages.described.cache_clear()
    yield
    pages.described.cache_clear()


def program_of(bureau: Bureau, user: User) -> dict[str, str]:
    """A token of the person, and the secret of their code app."""
    give_app(user)
    secret, begins = new_secret(), dt.datetime.now(dt.UTC)
    token_new(
        user,
        authority_id=bureau.authority.pk,
        name="script",
        digest=digest_of(secret),
        hint=secret[:8],
        may_act=True,
        kinds=(),
        made_at=begins,
        expires_at=begins + dt.timedelta(days=1),
    )
    return {"token": secret, "secret": SECRET}


def test_a_script_files_is_paid_and_checks_its_proof(demo: None, live_server: Any, tmp_path: Path) -> None:
    bureau = Bureau()
    clock_start()
    call, company = bureau.call_by("  kind: R2\n  co_review: no\n"), bureau.company()
    people = {role: program_of(bureau, bureau.people[name]) for role, name in OFFICES.items()}
    people["filer"] = program_of(bureau, bureau.filer(company))
    people["confirms"] = program_of(bureau, bureau.legal(company))
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(PDF)
    slots = [one.id for one in pack(Case(policy_version=call.policy_version)).documents if one.required]
    given = {
        "call": call.number,
        "company": company.uscc,
        "answers": ANSWERS,
        "papers": dict.fromkeys(slots, str(paper)),
        "account": {
            "holder_name": company.name,
            "account_number": "6222000000000017",
            "bank_name": "招商银行杭州分行",
            "bank_code": "308584000013",
        },
        "minute": {**MINUTE, "others": "on"},
        "decree": "西科〔2024〕8号",
        "paying_account": bureau.paying_account.pk,
        "purpose": "飞天计划奖补",
        "people": people,
    }
    proof = grant.Story(f"{live_server.url}/api/v1/openapi.json", given, tmp_path).tell()
    case = Case.objects.get()
    assert case.state == CaseState.PAID and proof.name == f"{case.number}.zip"
    assert list(violations()) == []
    # What the bureau refuses stops the script, which says so.
    with pytest.raises(grant.Stopped):
        grant.Story(f"{live_server.url}/api/v1/openapi.json", {**given, "call": "XH-NONE"}, tmp_path).file()
