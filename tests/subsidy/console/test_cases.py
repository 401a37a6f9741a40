"""The review page of a case, its acts, and who may see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case, Recusal
from subsidy.documents.selectors import files_of
from subsidy.work.models import WorkItem
from tests.world import PDF, World, fresh, scores

SignIn = Callable[[str | User], Client]


def page(case: Case) -> str:
    return reverse("console:case", args=[case.number])


def act(case: Case, action: str) -> str:
    return reverse("console:case-act", args=[case.number, action])


def sent(client: Client, url: str, **data: Any) -> Any:
    """A form sent as the page gave it out: with its key and version."""
    shown = client.get(url)
    assert shown.status_code == 200, shown.content
    return client.post(url, {"key": shown.context["key"], "version": shown.context["version"], **data})


def test_a_case_is_returned_accepted_scored_and_confirmed_through_the_pages(world: World, as_person: SignIn) -> None:
    case = world.submitted()
    acceptance = as_person("acceptance")
    shown = acceptance.get(page(case))
    assert shown.status_code == 200
    assert case.company_name in shown.text and "sha256" in shown.text
    assert [offer.name for offer in shown.context["offers"].acts] == ["accept", "return_for_correction", "refuse"]
    assert shown.context["rules"].pinned is None and shown.context["rules"].outcome == "met"

    empty = sent(acceptance, act(case, "return_for_correction"), message="请更正", reason_rd_y1="")
    assert empty.status_code == 422 and "请更正" in empty.text
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE
    key = acceptance.get(act(case, "return_for_correction")).context["key"]
    body = {"key": key, "version": fresh(case).head_seq, "message": "请更正", "reason_rd_y1": "与辅助账不符"}
    for _twice in range(2):
        done = acceptance.post(act(case, "return_for_correction"), body)
        assert (done.status_code, done["Location"]) == (302, page(case))
    case = fresh(case)
    assert case.state == CaseState.AWAITING_CORRECTION and case.corrections.count() == 1
    assert "与辅助账不符" in acceptance.get(page(case)).text
    world.act("case", case, "resubmit", world.filer(case.company), data={"declaration": True})

    preview = acceptance.get(act(case, "return_for_correction")).context["preview"]
    assert preview.refused
    assert sent(acceptance, act(case, "accept")).status_code == 302
    case = fresh(case)
    assert case.state == CaseState.UNDER_REVIEW

    experts = world.experts(case)
    sheet = {f"points_{item}": 8 for item in ("technology", "market", "team", "finance", "district")}
    for place, expert in enumerate(experts, 1):
        mine = as_person(expert)
        assert mine.get(page(case)).status_code == 404, "an expert sees the sheet, not the officers' page"
        url = reverse("console:score", args=[case.number])
        seen = mine.get(url).text
        assert case.company_name not in seen and case.company.uscc not in seen, "experts judge blind"
        assert not any(other.name in seen for other in experts if other != expert)
        if place == 1:
            lacking = sent(mine, url, **sheet, comment="材料完整")
            assert lacking.status_code == 422 and "材料完整" in lacking.text
            wrong = sent(mine, url, **{**sheet, "points_market": 26}, comment="材料完整", no_conflict="on")
            assert wrong.status_code == 422 and "points_market" in wrong.context["form"].errors
            hidden = as_person("amount").get(page(case))
            assert "材料完整" not in hidden.text
        points = 8 if place < 5 else 10
        given = {**sheet, "points_district": points, "comment_district": "带动明显" if points == 10 else ""}
        done = sent(mine, url, **given, comment=f"意见{place}", no_conflict="on")
        assert done.status_code == 302
        own = mine.get(url)
        assert f"意见{place}" in own.text and '<form method="post" class="confirm"' not in own.text
        if place == 1:
            sealed = as_person("amount").get(page(case))
            assert "意见1" not in sealed.text and not sealed.context["panel"].rows
            assert mine.post(url, {**sheet, "comment": "again", "no_conflict": "on"}).status_code == 409
    case = fresh(case)
    assert case.state == CaseState.AMOUNT_CHECK and case.score == 4040

    amount = as_person("amount")
    shown = amount.get(act(case, "confirm_amount"))
    assert shown.context["panel"].mean == "40.4" and "意见1" in shown.text
    assert shown.context["preview"].refused, "the mean is below the pass mark"
    refused = sent(amount, act(case, "confirm_amount"), remark="核对无误")
    assert refused.status_code == 422 and "核对无误" in refused.text
    assert sent(amount, act(case, "reject"), reason="平均分未达标").status_code == 302
    assert fresh(case).state == CaseState.REJECTED
    assert amount.get(page(case)).context["rules"].pinned is not None
    assert amount.get(reverse("console:case-route", args=[case.number])).status_code == 200


def test_who_sees_a_case(world: World, as_person: SignIn) -> None:
    case = world.submitted()
    draft = world.draft(case.call)
    other = World(code="qt")
    foreign = {"foreign officer": other.people["acceptance"], "foreign leader": other.people["leader"]}
    admin = world.person("sysadmin", Role.SYSTEM_ADMIN)
    nobody = world.person("nobody", None)
    expected: list[tuple[str | User, int]] = [
        ("acceptance", 200), ("amount", 200), ("leader", 200), ("auditor", 200), ("finance1", 200),
        *((person, 404) for person in foreign.values()),
        ("expert1", 404), (admin, 403), (nobody, 403), (world.filer(case.company), 403),
    ]  # fmt: skip
    stored = files_of("case", case.pk).first()
    assert stored is not None
    for who, status in expected:
        client = as_person(who)
        assert client.get(page(case)).status_code == status, who
        answer = client.get(reverse("console:case-file", args=[case.number, stored.pk]))
        assert answer.status_code == status, who
        if status == 200:
            assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
        assert client.get(reverse("console:case-route", args=[case.number])).status_code == status, who
        assert client.get(act(case, "accept")).status_code == status, who
        if status != 200:
            assert client.post(act(case, "accept")).status_code == status, who
    assert as_person("acceptance").get(page(draft)).status_code == 404, "drafts are the company's"
    assert Client().get(page(case)).status_code == 302
    assert as_person("amount").post(act(case, "accept")).status_code == 403, "a role without the act"
    assert as_person("acceptance").get(act(case, "submit")).status_code == 404, "the company's acts have no page here"
    assert fresh(case).state == CaseState.AWAITING_ACCEPTANCE
    Recusal.objects.create(
        authority=world.authority, case=case, user=world.people["acceptance"], reason="亲属", declared_at=world.now.at
    )
    assert as_person("acceptance").get(page(case)).status_code == 404
    assert case.number not in as_person("acceptance").get(reverse("console:queue-tab", args=["pools"])).text


def test_stale_pages_claims_and_separation_of_duties_are_told(world: World, as_person: SignIn) -> None:
    case = world.submitted()
    second = world.person("acceptance2", Role.ACCEPTANCE)
    one, two = as_person("acceptance"), as_person(second)
    old = two.get(act(case, "accept")).context["version"]
    claimed = one.post(reverse("console:claim", args=["case", case.number]), {"next": page(case)})
    assert (claimed.status_code, claimed["Location"]) == (302, page(case))
    assert two.post(reverse("console:claim", args=["case", case.number])).status_code == 409
    assert [str(offer.why_not) != "" for offer in two.get(page(case)).context["offers"].acts] == [True] * 3
    assert one.get(page(case)).context["offers"].claim == "unclaim"
    assert two.post(act(case, "accept"), {"version": old}).status_code == 409
    assert two.post(reverse("console:unclaim", args=["case", case.number])).status_code == 409
    away = one.post(reverse("console:unclaim", args=["case", case.number]), {"next": "https://evil.example/"})
    assert away["Location"] == reverse("console:queue")
    # A claim does not make a page old; what moved the case does.
    stale = one.post(act(case, "accept"), {"version": old - 1})
    assert stale.status_code == 409
    assert one.post(act(case, "accept"), {"version": fresh(case).head_seq}).status_code == 302
    assert one.post(act(case, "refuse"), {"reason": "晚了"}).status_code == 409

    world.person("both", Role.ACCEPTANCE)
    both = world.people["both"]
    RoleGrant.objects.create(user=both, authority=world.authority, role=Role.AMOUNT, valid_from="2020-01-01")
    third = world.submitted(case.call)
    world.act("case", third, "accept", both)
    for expert in world.experts(fresh(third)):
        world.act("case", third, "score", expert, data=scores(third))
    offered = as_person(both).get(page(third)).context["offers"].acts
    assert [offer.name for offer in offered] == ["confirm_amount", "reject"]
    assert all(offer.why_not for offer in offered)
    assert as_person(both).post(act(third, "confirm_amount"), {"remark": ""}).status_code == 409


def test_a_document_is_shown_inside_the_page(world: World, as_person: SignIn) -> None:
    case = world.submitted()
    client = as_person("acceptance")
    stored = files_of("case", case.pk).first()
    assert stored is not None
    assert "<iframe" in client.get(page(case), {"file": stored.pk}).text
    assert "<iframe" not in client.get(page(case), {"file": stored.pk + 1_000}).text
    answer = client.get(reverse("console:case-file", args=[case.number, stored.pk]))
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["X-Frame-Options"] == "SAMEORIGIN" and "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    elsewhere = world.submitted(case.call)
    assert client.get(reverse("console:case-file", args=[elsewhere.number, stored.pk])).status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_speak_one_language(world: World, as_person: SignIn, language: str) -> None:
    case = world.submitted()
    client = as_person("acceptance")
    client.cookies["django_language"] = language
    words = {"zh-hans": ("受理", "证明材料"), "en": ("Evidence", "Reasons by rule")}
    text = client.get(page(case)).text
    assert all(word in text for word in words[language])
    assert WorkItem.objects.filter(subject_id=case.pk).count() == 1
    assert world.people["expert1"].kind == UserKind.EXPERT
