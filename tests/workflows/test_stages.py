"""The stages that a policy asks for: recommendation, visit, departments, the level above; and the ways back into a flow."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from procrastinate.contrib.django.models import ProcrastinateJob
from viewflow.workflow.models import Process, Task

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, Unit, User
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.reviews.models import Asked, Opinion, Visit
from subsidy.work.models import WorkItem
from tests.subsidy.letters.reading import flat, text_of
from tests.world import PACKS, World, fresh, pack_texts, scores
from workflows.case.jobs import issue_letter
from workflows.common.consistency import differences, stuck
from workflows.common.refusals import BadData, DutiesClash, Forbidden, NotFound, WrongState
from workflows.common.turn import Origin

JPEG = bytes.fromhex("ffd8ffe000104a46494600010101006000600000ffdb004300") + b"\x08" * 64 + bytes.fromhex("ffd9")
JOB = Origin(surface="job")
ROUTE = "route:\n  kind: R3\n  acceptance: 5 working days\n  correction: 5 working days\n  co_review: no\n"
VISIT = {
    "visited_on": "2024-03-04",
    "place": "西溪路1号",
    "met": "张三",
    "findings": "研发场地与设备在用。",
    "favourable": "yes",
}


class Bureau(World):
    """The small bureau with two townships and two departments, each with its people."""

    def _founded(self) -> dict[str, Any]:
        made = super()._founded()
        self.units = {
            code: Unit.objects.create(authority=self.authority, code=code, name_zh=code, name_en=code)
            for code in ("beishan", "liuxia", "tax", "court")
        }
        for unit, role in (
            ("beishan", Role.TOWNSHIP),
            ("liuxia", Role.TOWNSHIP),
            ("tax", Role.DEPARTMENT),
            ("court", Role.DEPARTMENT),
        ):
            self.in_unit(f"{unit}1", role, unit)
        self.person("acceptance2", Role.ACCEPTANCE)
        return {**made, "people": self.people, "units": self.units}

    def in_unit(self, name: str, role: Role, unit: str) -> User:
        user = self.person(name, None)
        RoleGrant.objects.create(
            user=user, authority=self.authority, role=role, unit=self.units[unit], valid_from=dt.date(2020, 1, 1)
        )
        return user

    def grant(self, name: str, role: str) -> None:
        """One more role for somebody who has one."""
        RoleGrant.objects.create(
            user=self.people[name], authority=self.authority, role=Role(role), valid_from=dt.date(2020, 1, 1)
        )

    def score_all(self, case: Case) -> None:
        for expert in self.experts(case):
            self.act("case", case, "score", expert, data=scores(case))

    def call_by(self, route: str, version: str = "2023.2", terms: str = "", *, panel: bool = False) -> Call:
        """A call of flying-sky's rules by another route; `terms` are further lines of the policy.

        Routes that need no panel have one only with `panel`.
        """
        texts = dict(pack_texts(PACKS / "flying_sky" / "2023.1"))
        head = texts["policy_text"].replace('version: "2023.1"', f'version: "{version}"')
        assert ROUTE in head, "the route of the pack is written another way now"
        texts["policy_text"] = head.replace(
            ROUTE, f"route:\n  acceptance: 5 working days\n  correction: 5 working days\n{route}"
        )
        if not panel and not any(kind in route for kind in ("kind: R3", "kind: R4")):
            start, end = texts["policy_text"].index("  panel:"), texts["policy_text"].index("\nnotice:")
            texts["policy_text"] = texts["policy_text"][:start] + texts["policy_text"][end:]
        texts["policy_text"] = texts["policy_text"].replace("\nnotice:", f"\n{terms}notice:", 1)
        texts["name"] = f"flying_sky/{version}"
        pk = self.open("policy_version", "publish", "policy2", texts)
        opened = self.open(
            "call",
            "open",
            "policy2",
            {
                "policy_version": PolicyVersion.objects.get(pk=pk).pk,
                "number": f"XH-ST-{next(self.serial)}",
                "title_zh": "飞天计划申报",
                "title_en": "Flying-Sky call",
                "opens_at": self.now.at - dt.timedelta(days=1),
                "closes_at": self.now.at + dt.timedelta(days=10),
                "route": "",
                "route_version": "",
                "allocation": "ranked",
                "budget_line": self.line().pk,
                "budget_fen": 100_000_000_00,
            },
        )
        return Call.objects.get(pk=opened)


def jpeg() -> dict[str, Any]:
    return {"photograph": SimpleUploadedFile("site.jpg", JPEG, content_type="image/jpeg")}


def whole() -> None:
    """The lists agree with the flows, and nothing under way waits for nobody."""
    assert differences() == []
    assert stuck() == []


@pytest.fixture
def bureau(db: None) -> Bureau:
    return Bureau()


def test_a_route_without_panel_goes_by_township_and_departments_to_the_amount_check(bureau: Bureau) -> None:
    call = bureau.call_by("  kind: R2\n  recommendation: yes\n  co_review: [tax, court]\n")
    company = bureau.company()
    company.township = bureau.units["beishan"]
    company.save(update_fields=["township"])
    case = bureau.submitted(call, company)
    bureau.act("case", case, "accept", "acceptance")
    assert fresh(case).state == CaseState.AWAITING_RECOMMENDATION
    item = WorkItem.objects.get(subject_id=case.pk, node="recommendation")
    assert item.pool is not None and item.pool.unit == bureau.units["beishan"]

    with pytest.raises(NotFound):
        bureau.act("case", case, "recommend", "liuxia1", data={"text": "推荐"})
    with pytest.raises(DutiesClash):
        RoleGrant.objects.create(
            user=bureau.people["acceptance"],
            authority=bureau.authority,
            role=Role.TOWNSHIP,
            valid_from=dt.date(2020, 1, 1),
        )
        bureau.act("case", case, "recommend", "acceptance", data={"text": "推荐"})
    bureau.act("case", case, "recommend", "beishan1", data={"text": "同意推荐"})
    assert fresh(case).state == CaseState.CO_REVIEW
    waiting = WorkItem.objects.filter(subject_id=case.pk, node="co_review")
    assert {one.pool.unit.code for one in waiting if one.pool and one.pool.unit} == {"tax", "court"}

    bureau.act("case", case, "agree", "court1", data={"text": "无失信记录"})
    with pytest.raises(WrongState):
        bureau.act("case", case, "agree", "court1", data={"text": "再次"})
    assert fresh(case).state == CaseState.CO_REVIEW
    bureau.act("case", case, "agree", "tax1", data={"text": "无欠税"})
    assert fresh(case).state == CaseState.AMOUNT_CHECK
    bureau.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    assert fresh(case).state == CaseState.AWAITING_ROUND
    said = Opinion.objects.filter(case=case).values_list("asked", "unit__code", "favourable")
    assert sorted(said) == [("department", "court", True), ("department", "tax", True), ("township", "beishan", True)]
    whole()


def test_a_department_that_does_not_agree_stops_the_amount_but_not_the_people(bureau: Bureau) -> None:
    call = bureau.call_by("  kind: R2\n  co_review: [tax, court]\n")
    case = bureau.submitted(call)
    bureau.act("case", case, "accept", "acceptance")
    bureau.act("case", case, "object_to", "tax1", data={"text": "有欠税"})
    bureau.act("case", case, "agree", "court1", data={"text": "无"})
    with pytest.raises(BadData, match="tax"):
        bureau.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    bureau.act("case", case, "reject", "amount", data={"reason": "税务部门不同意：有欠税"})
    assert fresh(case).state == CaseState.REJECTED


def test_a_department_without_a_unit_blocks_and_says_so(bureau: Bureau) -> None:
    call = bureau.call_by("  kind: R2\n  co_review: [environment]\n")
    case = bureau.submitted(call)
    with pytest.raises(WrongState, match="environment"):
        bureau.act("case", case, "accept", "acceptance")
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE


def visited(bureau: Bureau) -> Case:
    """A case of route R4 whose site one officer has recorded."""
    call = bureau.call_by("  kind: R4\n  upper: city\n  visit: yes\n  co_review: no\n")
    case = bureau.submitted(call)
    bureau.act("case", case, "accept", "acceptance")
    for expert in bureau.experts(case):
        bureau.act("case", case, "score", expert, data=scores(case))
    assert fresh(case).state == CaseState.AWAITING_VISIT
    bureau.act("case", case, "record_visit", "acceptance", data=VISIT, files=jpeg())
    return fresh(case)


def test_a_visit_counts_when_a_second_officer_has_signed(bureau: Bureau) -> None:
    case = visited(bureau)
    assert case.state == CaseState.VISIT_RECORDED
    with pytest.raises(DutiesClash):
        bureau.act("case", case, "sign_visit", "acceptance")
    bureau.act("case", case, "add_photograph", "acceptance", files=jpeg())
    bureau.act("case", case, "sign_visit", "acceptance2")
    assert fresh(case).state == CaseState.AMOUNT_CHECK
    visit = Visit.objects.get(case=case)
    assert (visit.recorded_by, visit.signed_by) == (bureau.people["acceptance"], bureau.people["acceptance2"])


def test_a_visit_cannot_lie_ahead_and_needs_a_photograph(bureau: Bureau) -> None:
    call = bureau.call_by("  kind: R4\n  upper: city\n  visit: yes\n  co_review: no\n")
    case = bureau.submitted(call)
    bureau.act("case", case, "accept", "acceptance")
    for expert in bureau.experts(case):
        bureau.act("case", case, "score", expert, data=scores(case))
    with pytest.raises(BadData) as ahead:
        bureau.act(
            "case", case, "record_visit", "acceptance", data={**VISIT, "visited_on": "2024-03-05"}, files=jpeg()
        )
    assert "visited_on" in ahead.value.fields
    with pytest.raises(BadData) as bare:
        bureau.act("case", case, "record_visit", "acceptance", data=VISIT)
    assert "photograph" in bare.value.fields
    assert fresh(case).state == CaseState.AWAITING_VISIT


def test_what_a_higher_level_decides_leads_on_or_ends(bureau: Bureau) -> None:
    case = visited(bureau)
    bureau.act("case", case, "sign_visit", "acceptance2")
    bureau.act("case", case, "confirm_amount", "amount", data={"remark": ""})
    assert fresh(case).state == CaseState.AWAITING_UPPER
    decided = {"text": "不予认定", "document": "杭科高〔2024〕9号"}
    bureau.act("case", case, "refuse_above", "acceptance", data=decided)
    assert fresh(case).state == CaseState.REFUSED_ABOVE
    assert ProcrastinateJob.objects.filter(task_name="issue_letter", args__kind=LetterKind.REJECTION).count() == 1
    issue_letter(case.pk, LetterKind.REJECTION, now=bureau.now)
    letter = flat(text_of(bytes(Letter.objects.get(kind=LetterKind.REJECTION, language="zh").content)))
    assert "杭科高〔2024〕9号：不予认定" in letter and "六十日" in letter
    # A court sends it back: it waits for the level above again, with every hand kept.
    bureau.act("case", case, "reopen", bureau.system, data={}, origin=JOB)
    assert fresh(case).state == CaseState.AWAITING_UPPER
    assert fresh(case).closed_at is None
    bureau.act("case", case, "grant_above", "acceptance", data={"text": "认定", "document": "杭科高〔2024〕10号"})
    assert fresh(case).state == CaseState.AWAITING_ROUND
    last = Opinion.objects.filter(case=case, asked=Asked.UPPER).order_by("id").values_list("favourable", flat=True)
    assert list(last) == [False, True]
    whole()


def test_the_counter_says_which_township_recommends_a_company(bureau: Bureau) -> None:
    call, company = bureau.call_by("  kind: R2\n  recommendation: yes\n  co_review: no\n"), bureau.company()
    before = bureau.submitted(call, company)
    bureau.act("case", before, "accept", "acceptance")
    beishan, tax = bureau.units["beishan"].pk, bureau.units["tax"].pk
    with pytest.raises(Forbidden):
        bureau.act("company", company, "assign_township", "acceptance", data={"township": beishan})
    with pytest.raises(BadData):
        bureau.act("company", company, "assign_township", "counter", data={"township": tax})
    bureau.act("company", company, "assign_township", "counter", data={"township": beishan})
    with pytest.raises(WrongState):
        bureau.act("company", company, "assign_township", "counter", data={"township": beishan})
    other = bureau.call_by("  kind: R2\n  recommendation: yes\n  co_review: no\n", "2023.3")
    after = bureau.submitted(other, fresh(company))
    bureau.act("case", after, "accept", "acceptance")
    waiting = WorkItem.objects.filter(node="recommendation")
    assert dict(waiting.values_list("subject_id", "pool__unit")) == {before.pk: None, after.pk: beishan}
    with pytest.raises(NotFound):
        bureau.act("case", after, "recommend", "liuxia1", data={"text": "推荐"})
    bureau.act("company", company, "assign_township", "counter", data={"township": ""})
    assert fresh(company).township is None


def test_a_rejected_case_that_is_reopened_is_checked_again_and_can_be_paid(bureau: Bureau) -> None:
    call = bureau.call()
    case = bureau.scored(call)
    bureau.act("case", case, "reject", "amount", data={"reason": "误判"})
    process = Process.objects.get(pk=case.process_id)
    assert process.finished is not None
    bureau.act("case", case, "reopen", bureau.system, data={}, origin=JOB)
    process.refresh_from_db()
    assert (fresh(case).state, process.finished) == (CaseState.AMOUNT_CHECK, None)
    assert WorkItem.objects.filter(subject_id=case.pk, node="amount_check").count() == 1
    bureau.act("case", case, "confirm_amount", "amount", data={"remark": "复议后确认"})
    assert fresh(case).state == CaseState.AWAITING_ROUND
    assert Task.objects.filter(process=process, finished__isnull=True).count() == 1
    whole()


def test_only_an_ended_case_can_be_reopened(bureau: Bureau) -> None:
    case = bureau.scored(bureau.call())
    with pytest.raises(WrongState):
        bureau.act("case", case, "reopen", bureau.system, data={}, origin=JOB)
