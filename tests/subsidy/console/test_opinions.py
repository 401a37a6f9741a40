"""What townships and departments see and do in the console: what was given to them, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from subsidy.accounts.enums import Role
from subsidy.cases.enums import CaseState
from tests.subsidy.console.test_cases import SignIn
from tests.workflows.test_stages import Bureau
from tests.world import fresh


@pytest.fixture
def world(db: None) -> Bureau:
    return Bureau()


def page(case: Any) -> str:
    return reverse("console:case", args=[case.number])


def act(case: Any, name: str) -> str:
    return reverse("console:case-act", args=[case.number, name])


def test_a_department_sees_its_case_and_answers_through_the_page(world: Bureau, as_person: SignIn) -> None:
    call = world.call_by("  kind: R2\n  co_review: [tax, court]\n")
    case, other = world.submitted(call), world.submitted(call)
    tax = as_person(world.people["tax1"])
    assert tax.get(page(case)).status_code == 404
    world.act("case", case, "accept", "acceptance")
    case = fresh(case)
    shown = tax.get(page(case)).text
    assert act(case, "agree") in shown and act(case, "confirm_amount") not in shown
    assert tax.get(page(other)).status_code == 404
    assert case.company_name not in tax.get(reverse("console:companies")).text

    preview = tax.get(act(case, "agree"))
    assert preview.status_code == 200 and "名义" in preview.text
    sent = {"text": "无欠税", "key": "tax-1", "version": case.head_seq, "confirm": "on"}
    assert tax.post(act(case, "agree"), sent).status_code == 302
    assert "无欠税" in tax.get(page(case)).text, "a department keeps what it has answered"
    assert fresh(case).state == CaseState.CO_REVIEW
    court = as_person(world.people["court1"])
    lacking = court.post(act(case, "object_to"), {"text": "", "key": "court-1", "version": fresh(case).head_seq})
    assert lacking.status_code == 422
    said = {"text": "有失信记录", "key": "court-2", "version": fresh(case).head_seq, "confirm": "on"}
    assert court.post(act(case, "object_to"), said).status_code == 302
    townships = world.in_unit("tax2", Role.TOWNSHIP, "tax")
    assert as_person(townships).get(page(case)).status_code == 404, "what a department answered is no township's"
    officer = as_person(world.people["amount"])
    review = officer.get(page(case)).text
    assert "有失信记录" in review and "不同意" in review
    refused = officer.post(
        act(case, "confirm_amount"), {"remark": "", "key": "a1", "version": fresh(case).head_seq, "confirm": "on"}
    )
    assert refused.status_code == 422 and fresh(case).state == CaseState.AMOUNT_CHECK
