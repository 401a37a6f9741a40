"""Pages of panels: experts see their cases blind, officers nothing under seal, and who is recused sees nothing at all."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.console.panel_page import repeated, shown
from subsidy.documents.models import StoredFile
from subsidy.reviews.models import Draw, ExpertProfile, Panel, Seat
from subsidy.reviews.services import recusal_record
from tests.world import World, fresh, pack, scores

CONFLICT = {"kind": "kin", "reason": "配偶在该企业任职"}


@pytest.fixture
def world(db: None) -> World:
    return World()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def panel_page(case: Any) -> str:
    return reverse("console:panel", args=[case.number])


def test_an_expert_reads_nothing_that_names_the_applicant(world: World) -> None:
    case = world.accepted()
    expert = world.experts(case)[0]
    mine, company = client_of(expert), case.company
    others = [one.name for one in world.experts(case) if one != expert]
    shown = pack(case).route.panel.shows
    open_file = StoredFile.objects.filter(owner_kind="case", owner_id=case.pk, slot__in=shown)[0]
    closed = StoredFile.objects.filter(owner_kind="case", owner_id=case.pk).exclude(slot__in=shown)[0]
    pages = [
        reverse("console:scoring"),
        reverse("console:scoring") + "?export=csv",
        reverse("console:queue-tab", args=["mine"]),
    ]
    sheet = reverse("console:score", args=[case.number])
    pages += [sheet, f"{sheet}?file={open_file.pk}", reverse("console:score-conflict", args=[case.number])]
    for page in pages:
        answer = mine.get(page)
        text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.text  # type: ignore[attr-defined]
        assert answer.status_code == 200, page
        for secret in (company.name, company.uscc, company.contact_name, open_file.name, *others):
            assert secret not in text, (page, secret)
    found = mine.get(reverse("console:queue-tab", args=["mine"]), {"q": company.name[2:6]})
    assert case.number not in found.text, "a search by name would tell whose case it is"
    bytes_of = mine.get(reverse("console:score-file", args=[case.number, open_file.pk]))
    assert bytes_of.status_code == 200 and open_file.slot in bytes_of["Content-Disposition"]
    assert open_file.name not in bytes_of["Content-Disposition"]
    assert b"".join(bytes_of.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert mine.get(reverse("console:score-file", args=[case.number, closed.pk])).status_code == 404


def test_a_recused_expert_finds_the_case_nowhere(world: World) -> None:
    case = world.accepted()
    leaver, stays = world.experts(case)[:2]
    world.act("case", case, "score", leaver, data=scores(case))
    gone = client_of(leaver)
    done = gone.get(reverse("console:queue-tab", args=["done"])).text
    assert (
        reverse("console:score", args=[case.number]) in done
        and reverse("console:case", args=[case.number]) not in done
    )
    sent = gone.post(reverse("console:score-conflict", args=[case.number]), CONFLICT)
    assert sent.status_code == 302
    file = StoredFile.objects.filter(owner_kind="case", owner_id=case.pk)[0]
    for name, arguments in (
        ("score", [case.number]),
        ("score-file", [case.number, file.pk]),
        ("score-conflict", [case.number]),
        ("score-note", [case.number]),
        ("case", [case.number]),
        ("case-file", [case.number, file.pk]),
        ("case-route", [case.number]),
        ("panel", [case.number]),
        ("panel-draw", [case.number, 1]),
    ):
        assert gone.get(reverse(f"console:{name}", args=arguments)).status_code in (403, 404), name
    lists = [reverse("console:scoring"), reverse("console:scoring") + "?show=done", reverse("console:declarations")]
    lists += [reverse("console:queue-tab", args=[tab]) for tab in ("mine", "pools", "soon", "overdue", "done")]
    lists += [
        reverse("console:scoring") + "?show=done&export=csv",
        reverse("console:queue-tab", args=["done"]) + "?export=csv",
    ]
    for page in lists:
        answer = gone.get(page)
        text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.text  # type: ignore[attr-defined]
        assert answer.status_code == 200 and case.number not in text, page
    assert case.number in client_of(stays).get(reverse("console:scoring")).text
    with closing(client_of(stays).get(reverse("console:scoring") + "?export=xlsx")) as workbook:
        assert workbook.status_code == 200


def test_officers_see_nothing_under_the_seal_and_everything_after_it(world: World) -> None:
    case = world.accepted()
    people = world.experts(case)
    for expert in people[:4]:
        world.act("case", case, "score", expert, data={**scores(case), "comment": "封存的意见"})
    for who in ("acceptance", "amount", "leader", "auditor"):
        reader, knows = client_of(world.people[who]), who in ("acceptance", "auditor")
        shown = reader.get(panel_page(case)).text + reader.get(reverse("console:case", args=[case.number])).text
        assert {one.name in shown for one in people[:4]} == {knows}, who
        draw = reader.get(reverse("console:panel-draw", args=[case.number, 1]))
        assert draw.status_code == (200 if knows else 404), who
        for page in (panel_page(case), reverse("console:case", args=[case.number])):
            text = reader.get(page).text
            assert "封存的意见" not in text and "89" not in text.split("<main")[1].replace(case.number, ""), (
                who,
                page,
            )
    auditor = client_of(world.people["auditor"])
    story = auditor.get(reverse("console:audit-case", args=[case.number]))
    assert story.status_code == 200 and "封存的意见" not in story.text and '"total"' not in story.text
    world.act("case", case, "score", people[4], data=scores(case))
    text = client_of(world.people["amount"]).get(panel_page(case)).text
    assert "封存的意见" in text and people[0].name in text and "<svg" in text


def test_a_panel_page_costs_the_same_whatever_its_seats(world: World, django_assert_num_queries: Any) -> None:
    case = world.accepted(world.call())
    panel = Panel.objects.select_related("case__policy_version").get(case=case)
    with django_assert_num_queries(5):  # seats, branches, recusals; the calendar of the deadline twice
        assert len(shown(panel, now=world.now, named=True).seats) == 5


def test_the_ranking_leaves_out_the_cases_that_its_reader_is_recused_from(world: World) -> None:
    call = world.call()
    mine, other = world.ready(call), world.scored(call, points=0.8)
    page = panel_page(other)
    auditor = client_of(world.people["auditor"])
    assert mine.number in auditor.get(page).text
    recusal_record(mine, world.people["auditor"].pk, reason="亲属", now=world.now)
    assert mine.number not in auditor.get(page).text


def test_a_draw_is_repeated_on_its_page_and_a_changed_one_is_found(world: World) -> None:
    case = world.accepted()
    reader = client_of(world.people["auditor"])
    page = reverse("console:panel-draw", args=[case.number, 1])
    assert reader.get(page).context["holds"] is True
    real = Draw.objects.get(panel__case=case)
    # The table takes no change, so it is made beside it.
    real.taken = "[" + ",".join(str(one.pk) for one in reversed(world.experts(case))) + "]"
    assert repeated(real)[0] is False
    assert reader.get(reverse("console:panel-draw", args=[case.number, 2])).status_code == 404


def test_an_officer_replaces_and_draws_from_the_page(world: World) -> None:
    case = world.accepted()
    officer = client_of(world.people["acceptance"])
    page = reverse("console:panel-act", args=[case.number, "replace_expert"])
    assert officer.get(page + "?seat=2").status_code == 200
    before = world.experts(case)[1]
    assert officer.post(page, {"seat": "2", "reason": "出差"}).status_code == 302
    assert before not in world.experts(case)
    assert officer.post(page, {"seat": "2", "reason": ""}).status_code == 422
    assert officer.post(reverse("console:panel-act", args=[case.number, "draw_further"])).status_code == 409
    assert officer.post(reverse("console:panel-act", args=[case.number, "conclude_panel"])).status_code == 409
    amount = client_of(world.people["amount"])
    assert amount.post(page, {"seat": "3", "reason": "出差"}).status_code == 403
    assert officer.get(reverse("console:panels") + "?show=none").status_code == 404


def test_the_chair_explains_on_a_page_without_names(world: World) -> None:
    case = world.accepted()
    people = world.experts(case)
    for expert in people[:4]:
        world.act("case", case, "score", expert, data=scores(case))
    world.act("case", case, "score", people[4], data=scores(case, 0.4))
    chair, note = client_of(people[0]), reverse("console:score-note", args=[case.number])
    assert note in chair.get(reverse("console:score", args=[case.number])).text
    text = chair.get(note).text
    assert "89" in text and not any(one.name in text for one in people[1:])
    assert client_of(people[1]).get(note).status_code == 404
    assert chair.post(note, {"note": ""}).status_code == 422
    assert chair.post(note, {"note": "第五席对市场判断不同，专家组维持多数意见。"}).status_code == 302
    assert fresh(case).state == "amount_check"
    assert "维持多数意见" in client_of(world.people["amount"]).get(panel_page(case)).text


HEAD = "username,branch,fields,employer,employer_uscc,title,valid_from,valid_to\n"


def test_a_file_of_experts_is_shown_first_and_then_done_once(world: World) -> None:
    for name in ("new1", "new2"):
        User.objects.create(username=name, name=name, kind=UserKind.EXPERT, authority=world.authority)
    officer, page = client_of(world.people["acceptance"]), reverse("console:expert-import")
    rows = (
        "new1,technical,materials;biology,浙江大学,,教授,2024-01-01,\n"
        "new2,poetry,,浙江大学,,,2024-01-01,\n"
        "nobody,technical,,浙江大学,,,2024-01-01,\n"
        "expert1,technical,,浙江大学,,,2024-01-01,\n"
    )
    before = ExpertProfile.objects.count()
    for encoding in ("utf-8", "gb18030"):
        file = SimpleUploadedFile("experts.csv", (HEAD + rows).encode(encoding))
        seen = officer.post(page, {"file": file})
        assert seen.status_code == 200 and seen.context["good"] == 1
    assert ExpertProfile.objects.count() == before
    for _ in range(2):
        assert officer.post(page, {"text": HEAD + rows, "confirm": "yes"}).status_code == 200
    assert ExpertProfile.objects.get(user__username="new1").fields == ["materials", "biology"]
    assert ExpertProfile.objects.count() == before + 1


@pytest.mark.parametrize(
    "content", [b"", b"name,who\na,b\n", HEAD.encode(), b"\xff\xfe\x00\x81\xff", b"x" * 1_000_001]
)
def test_a_file_that_is_none_of_experts_is_refused_in_words(world: World, content: bytes) -> None:
    file = SimpleUploadedFile("experts.csv", content)
    answer = client_of(world.people["acceptance"]).post(reverse("console:expert-import"), {"file": file})
    assert answer.status_code in (200, 422) and (answer.status_code == 422 or not content)


def test_an_expert_declares_for_nobody_else(world: World) -> None:
    company = world.company()
    one, two = (ExpertProfile.objects.get(user=world.people[name]) for name in ("expert1", "expert2"))
    mine = client_of(one.user)
    data = {"kind": "shareholder", "uscc": company.uscc, "valid_from": "2024-01-01"}
    assert mine.get(reverse("console:declare", args=[two.pk])).status_code == 404
    assert mine.post(reverse("console:declare", args=[two.pk]), data).status_code == 404
    assert (
        mine.post(reverse("console:declare", args=[one.pk]), {**data, "uscc": "91330106MA2XXXXX00"}).status_code == 422
    )
    assert mine.post(reverse("console:declare", args=[one.pk]), data).status_code == 302
    assert company.uscc in mine.get(reverse("console:declarations")).text
    assert one.links.get().said_by == "expert" and not two.links.exists()


def test_a_pool_and_its_links_are_kept_on_pages(world: World) -> None:
    officer, company = client_of(world.people["acceptance"]), world.company()
    User.objects.create(username="new1", name="新专家", kind=UserKind.EXPERT, authority=world.authority)
    given = {"username": "new1", "branch": "financial", "employer": "浙江财经大学", "valid_from": "2024-01-01"}
    assert officer.post(reverse("console:expert-admit"), {**given, "valid_to": "2023-01-01"}).status_code == 422
    assert officer.post(reverse("console:expert-admit"), given).status_code == 302
    profile = ExpertProfile.objects.get(user__username="new1")
    assert officer.post(reverse("console:expert-admit"), given).status_code == 409
    act = {
        name: reverse("console:expert-act", args=[profile.pk, name]) for name in ("amend", "record_link", "end_link")
    }
    assert officer.get(act["amend"]).status_code == 200
    assert officer.post(act["amend"], {**given, "branch": "technical"}).status_code == 302
    link = {"kind": "kin", "uscc": company.uscc, "valid_from": "2024-01-01"}
    assert officer.post(act["record_link"], link).status_code == 302
    found = profile.links.get()
    end = {"link": found.pk, "valid_to": "2024-02-01", "reason": "离婚"}
    assert officer.post(act["end_link"], {**end, "valid_to": "2023-02-01"}).status_code == 422
    assert officer.post(act["end_link"], end).status_code == 302
    assert officer.post(act["end_link"], end).status_code == 409
    assert "新专家" in officer.get(reverse("console:experts"), {"q": "新专"}).text
    assert client_of(world.people["amount"]).post(act["amend"], given).status_code == 403


def test_an_officer_of_the_bureau_is_not_drawn_for_its_cases(world: World) -> None:
    case = world.submitted()
    RoleGrant.objects.create(
        user=world.people["expert1"], authority=world.authority, role=Role.AMOUNT, valid_from="2020-01-01"
    )
    world.act("case", case, "accept", "acceptance")
    assert not Seat.objects.filter(panel__case=case, expert=world.people["expert1"]).exists()
