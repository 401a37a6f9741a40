"""Rounds on their pages: from the first case that waits to the decree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.cases.enums import CaseState
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.enums import RoundState
from subsidy.decisions.models import Decree, Round
from tests.world import MINUTE, World, days_later, fresh

SignIn = Callable[[str | User], Client]


def act(round_: Round, action: str) -> str:
    return reverse("console:round-act", args=[round_.number, action])


def sent(client: Client, url: str, **data: Any) -> Any:
    shown = client.get(url)
    assert shown.status_code == 200, shown.content
    return client.post(url, {"key": shown.context["key"], "version": shown.context["version"], **data})


def test_a_round_goes_from_opening_to_its_decree_through_the_pages(world: World, as_person: SignIn) -> None:
    call = world.call()
    better, worse = world.ready(call, points=0.95), world.ready(call, points=0.8)
    type(call).objects.filter(pk=call.pk).update(budget_fen=better.computed_fen)
    amount = as_person("amount")
    rounds = reverse("console:rounds")
    assert not amount.get(rounds).context["calls"][0]["may_open"], "the window is still open"
    assert amount.post(reverse("console:round-open", args=[call.pk])).status_code == 409
    world.now = days_later(world.now, 12)
    amount = as_person("amount")
    row = amount.get(rounds).context["calls"][0]
    assert row["may_open"]
    for _twice in range(2):
        opened = amount.post(reverse("console:round-open", args=[call.pk]), {"key": row["key"]})
        assert opened.status_code == 302
    round_ = Round.objects.get(call=call)
    page = reverse("console:round", args=[round_.number])
    assert opened["Location"] == page
    shown = amount.get(page)
    assert [line[1] for line in shown.context["table"].rows] == [better.number, worse.number]
    assert shown.context["provisional_ranking"]

    preview = amount.get(act(round_, "close_collection")).context["preview"]
    assert preview.money[0].fen == better.computed_fen and worse.company_name in str(preview.refused[0].what)
    assert sent(amount, act(round_, "close_collection")).status_code == 302
    assert fresh(round_).state == RoundState.AWAITING_MEETING
    assert [offer.name for offer in as_person("leader").get(page).context["offers"].acts] == ["approve", "send_back"]
    assert as_person("notice").get(page).context["offers"].acts == []

    leader = as_person("leader")
    assert sent(leader, act(round_, "send_back"), reason="").status_code == 422
    assert sent(leader, act(round_, "send_back"), reason="请复核第二家").status_code == 302
    assert sent(as_person("amount"), act(round_, "close_collection")).status_code == 302
    missing = sent(leader, act(round_, "approve"), **{**MINUTE, "minute_number": "", "statement": "同意全部"})
    assert missing.status_code == 422 and "同意全部" in missing.text
    assert sent(as_person("amount"), act(round_, "approve"), minute_number="1", statement="1").status_code == 403
    assert sent(leader, act(round_, "approve"), **MINUTE).status_code == 302

    notice = as_person("notice")
    assert "公示" in notice.get(act(round_, "publish")).text
    assert sent(notice, act(round_, "publish"), title_zh="拟奖补名单", title_en="Proposed awards").status_code == 302
    shown = notice.get(page)
    assert fresh(round_).notice.list_hash in shown.text and shown.context["notice"]["days_left"] == 5
    assert notice.get(act(round_, "issue_decree")).status_code == 200
    assert notice.post(act(round_, "issue_decree"), {"number": "西科〔2024〕8号"}).status_code == 409
    assert notice.post(act(round_, "issue_decree"), {"number": "西科〔2024〕8号", "preview": "pdf"}).status_code == 409
    world.now = days_later(world.now, 10)
    world.act("round", round_, "close_notice", world.system)

    notice = as_person("notice")
    wrong = notice.post(act(round_, "issue_decree"), {"number": "西科[2024]8号", "preview": "pdf"})
    assert wrong.status_code == 422 and "西科[2024]8号" in wrong.text
    draft = notice.post(act(round_, "issue_decree"), {"number": "西科〔2024〕8号", "preview": "pdf"})
    assert draft["Content-Type"] == "application/pdf" and draft.content.startswith(b"%PDF")
    assert not Decree.objects.exists(), "a preview keeps nothing"
    assert sent(notice, act(round_, "issue_decree"), number="西科〔2024〕8号").status_code == 302
    assert fresh(better).state == CaseState.AWAITING_ACCOUNT and fresh(worse).state == CaseState.NOT_FUNDED
    assert "西科〔2024〕8号" in notice.get(page).text
    assert notice.get(reverse("console:round-route", args=[round_.number])).status_code == 200

    letter = Letter.objects.create(
        authority=world.authority, kind=LetterKind.DECREE, subject_kind="round", subject_id=round_.pk, number="西科〔2024〕8号",
        content=b"%PDF-1.4", sha256="0" * 64, issued_at=world.now.at,
    )  # fmt: skip
    award = Letter.objects.create(
        authority=world.authority, kind=LetterKind.AWARD, case=better, subject_kind="case", subject_id=better.pk, number="A-1",
        content=b"%PDF-1.4", sha256="0" * 64, issued_at=world.now.at,
    )  # fmt: skip
    stranger = World(code="qt").people["leader"]
    admin = world.person("sysadmin", Role.SYSTEM_ADMIN)
    for who, status in ((stranger, 404), ("expert1", 404), (admin, 403), ("leader", 200)):
        client = as_person(who)
        assert client.get(page).status_code == status, who
        assert client.get(act(round_, "approve")).status_code == status, who
        for paper in (letter, award):
            assert client.get(reverse("console:letter", args=[paper.pk])).status_code == status, who
    assert as_person(stranger).post(reverse("console:round-open", args=[call.pk])).status_code == 404
    assert as_person(stranger).get(rounds).context["page"].rows == []
    assert as_person("leader").get(rounds).context["page"].rows == [round_]
    assert as_person("leader").get(reverse("console:letter", args=[letter.pk + 100])).status_code == 404
