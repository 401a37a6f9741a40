"""The pages of agreements, parts and samples, of the company and of the officers, along one case of route R5 and one of R1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.models import Agreement, Instalment, PartReport
from subsidy.reviews.models import Visit
from tests.workflows.test_by_rule import BY_RULE, authorised, by_agreement, settled
from tests.workflows.test_stages import JPEG, VISIT, Bureau
from tests.world import World, days_later, fresh, pdf, scores

SignIn = Callable[[str | User], Client]


@pytest.fixture
def world(db: None) -> Bureau:
    return Bureau()


def portal(case: Case, name: str = "") -> str:
    return reverse("portal:case-act", args=[case.number, name]) if name else reverse("portal:case", args=[case.number])


def console(case: Case, name: str = "") -> str:
    return (
        reverse("console:case-act", args=[case.number, name]) if name else reverse("console:case", args=[case.number])
    )


def sent(case: Case, key: str, **data: Any) -> dict[str, Any]:
    return {"key": key, "version": fresh(case).head_seq, **data}


def test_an_agreement_goes_to_and_fro_through_the_pages(world: Bureau, as_person: SignIn) -> None:
    call, case = by_agreement(world)
    world.decreed(call)
    legal = as_person(world.legal(case.company))
    assert portal(case, "sign_agreement") in legal.get(portal(case)).text
    assert reverse("portal:home") and portal(case) in legal.get(reverse("portal:home")).text
    page = legal.get(portal(case, "sign_agreement")).text
    assert 'enctype="multipart/form-data"' in page
    lacking = legal.post(portal(case, "sign_agreement"), sent(case, "s0"))
    assert lacking.status_code == 422 and not Agreement.objects.exists()
    bad = SimpleUploadedFile("agreement.exe", b"MZ\x90\x00")
    assert legal.post(portal(case, "sign_agreement"), sent(case, "s1", document=bad)).status_code == 422
    assert legal.post(portal(case, "sign_agreement"), sent(case, "s2", document=pdf("a.pdf"))).status_code == 302
    assert "a.pdf" in legal.get(portal(case)).text

    leader = as_person("leader")
    assert console(case, "countersign") in leader.get(console(case)).text
    assert "a.pdf" in leader.get(console(case, "countersign")).text
    assert console(case, "countersign") not in as_person("amount").get(console(case)).text
    leader = as_person("leader")
    returned = sent(case, "r1", reason="未加盖公章")
    assert leader.post(console(case, "return_agreement"), returned).status_code == 302
    legal = as_person(world.legal(case.company))
    assert "未加盖公章" in legal.get(portal(case)).text, "the company reads why"
    assert legal.post(portal(case, "sign_agreement"), sent(case, "s3", document=pdf("b.pdf"))).status_code == 302
    leader = as_person("leader")
    assert leader.post(console(case, "countersign"), sent(case, "c1", number="西科协1号")).status_code == 302
    assert fresh(case).state == CaseState.AWAITING_ACCOUNT
    assert "西科协1号" in leader.get(console(case)).text


def test_only_its_own_company_and_the_right_person_sign(world: Bureau, as_person: SignIn) -> None:
    call, case = by_agreement(world)
    world.decreed(call)
    filer = as_person(world.filer(case.company))
    assert '<form method="post" novalidate' not in filer.get(portal(case, "sign_agreement")).text
    assert filer.post(portal(case, "sign_agreement"), sent(case, "x", document=pdf())).status_code == 403
    foreign = as_person(world.legal(world.company()))
    assert foreign.get(portal(case, "sign_agreement")).status_code == 404
    assert foreign.post(portal(case, "sign_agreement"), sent(case, "y", document=pdf())).status_code == 404
    assert as_person("leader").get(console(case, "countersign")).status_code == 200
    other = World(code="qt")
    assert as_person(other.people["leader"]).get(console(case, "countersign")).status_code == 404
    assert filer.get(portal(case, "report_part")).status_code == 302, "nothing is to be reported now"
    assert filer.get(portal(case, "erase")).status_code == 404


def test_a_part_is_reported_checked_and_shown_with_its_name(world: Bureau, as_person: SignIn) -> None:
    call, case = by_agreement(world)
    world.decreed(call)
    world.act("case", case, "sign_agreement", world.legal(case.company), files={"document": pdf("agreement.pdf")})
    world.act("case", case, "countersign", "leader", data={"number": "西科协2号"})
    case = world.accounted(case)
    settled(world, case)
    filer = as_person(world.filer(case.company))
    page = filer.get(portal(case)).text
    assert "首笔" in page and "余款" in page and portal(case, "report_part") in page
    assert filer.post(portal(case, "report_part"), sent(case, "p0", text="")).status_code == 422
    report = sent(case, "p1", text="目标已达成", document=pdf("report.pdf"))
    assert filer.post(portal(case, "report_part"), report).status_code == 302
    assert PartReport.objects.count() == 1 and "目标已达成" in filer.get(portal(case)).text

    last = Instalment.objects.get(award__case=case, part="last")
    checker = as_person("amount")
    confirm = checker.get(console(case, "confirm_part")).text
    assert "目标已达成" in confirm and "report.pdf" in confirm and f"{last.amount_fen // 100:,}.00" in confirm
    assert checker.post(console(case, "return_part"), sent(case, "q1", reason="缺审计")).status_code == 302
    filer = as_person(world.filer(case.company))
    assert "缺审计" in filer.get(portal(case)).text
    again = sent(case, "p2", text="附审计", document=pdf("r2.pdf"))
    assert filer.post(portal(case, "report_part"), again).status_code == 302
    checker = as_person("amount")
    assert checker.post(console(case, "confirm_part"), sent(case, "q2", remark="核实")).status_code == 302
    shown = checker.get(console(case)).text
    assert "余款" in shown and "附审计" in shown and fresh(case).state == CaseState.AWAITING_PAYMENT


def test_a_sample_is_checked_through_its_page(world: Bureau, as_person: SignIn) -> None:
    call = world.call_by(BY_RULE)
    found = authorised(world, call, sample_percent=100)
    case = world.submitted(call)
    round_ = world.round_on(call)
    world.act("round", round_, "close_collection", "amount")
    world.act("round", round_, "publish", "notice", data={"title_zh": "公示", "title_en": "Notice"})
    world.now = days_later(world.now, 10)
    world.act("round", round_, "close_notice", world.system)
    world.act("round", round_, "issue_decree", "notice", data={"number": "西科〔2024〕9号"})
    settled(world, world.accounted(case))
    officer = as_person("acceptance")
    page = officer.get(console(case)).text
    assert console(case, "confirm_sample") in page and found.proposal.number in page
    assert officer.get(console(case, "find_irregular")).status_code == 200
    assert officer.post(console(case, "find_irregular"), sent(case, "i0", reason="")).status_code == 422
    assert as_person("amount").post(console(case, "confirm_sample"), sent(case, "n", remark="")).status_code == 403
    officer = as_person("acceptance")
    assert officer.post(console(case, "confirm_sample"), sent(case, "i1", remark="无误")).status_code == 302
    assert fresh(case).state == CaseState.PAID


def test_a_visit_is_recorded_with_its_photograph(world: Bureau, as_person: SignIn) -> None:
    call = world.call_by("  kind: R4\n  upper: city\n  visit: yes\n  co_review: no\n")
    case = world.submitted(call)
    world.act("case", case, "accept", "acceptance")
    for expert in world.experts(case):
        world.act("case", case, "score", expert, data=scores(case))
    officer = as_person("acceptance")
    assert 'enctype="multipart/form-data"' in officer.get(console(case, "record_visit")).text
    photograph = SimpleUploadedFile("site.jpg", JPEG, content_type="image/jpeg")
    data = sent(case, "v1", **VISIT, photograph=photograph)
    assert officer.post(console(case, "record_visit"), data).status_code == 302
    assert Visit.objects.filter(case=case).exists()
    page = officer.get(console(case)).text
    assert "site.jpg" in page and "考察照片" in page, "the paper is called by its name"
