"""Calls on their pages: opened with a preview, extended, closed early, cancelled; read by everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.programmes.models import Call
from tests.world import World, days_later, fresh

SignIn = Callable[[str | User], Client]
REASON = {"reason_zh": "系统中断", "reason_en": "The system was down"}


def form_of(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "policy_version": world.policy().pk,
        "number": "XH-2024-7",
        "title_zh": "飞天计划申报",
        "title_en": "Flying-Sky call",
        "opens_at": "2024-03-04T09:00",
        "closes_at": "2024-03-15T23:59",
        "filing": "window",
        "budget_line": world.line().pk,
        "budget_fen": "3,000,000.50",
        "contact": "0571-8888",
        **changes,
    }


def act(call: Call, action: str) -> str:
    return reverse("console:call-act", args=[call.number, action])


def sent(client: Client, url: str, **data: Any) -> Any:
    shown = client.get(url)
    assert shown.status_code == 200, shown.content
    return client.post(url, {"key": shown.context["key"], "version": shown.context["version"], **data})


def test_a_call_is_checked_then_opened_once_and_stands_on_the_public_site(world: World, as_person: SignIn) -> None:
    publisher, address = as_person("policy2"), reverse("console:call-open")
    page = publisher.get(address)
    assert page.status_code == 200 and "policy_version" in page.text
    data = form_of(world)
    checked = publisher.post(address, {**data, "preview": "yes", "key": "k"})
    assert checked.status_code == 200 and not Call.objects.exists()
    assert "2024年3月15日 23:59" in str(checked.context["preview"].changes[0])
    assert [row.fen for row in checked.context["preview"].money] == [3_000_000_50]
    for _twice in range(2):
        opened = publisher.post(address, {**data, "confirm": "yes", "key": "one click"})
        assert opened.status_code in (302, 422)
    call = Call.objects.get()
    assert (call.budget_fen, call.contact) == (3_000_000_50, "0571-8888")
    shown = publisher.get(reverse("console:call", args=[call.number]))
    assert [offer.name for offer in shown.context["offers"].acts] == ["extend", "close_early", "cancel"]
    assert "申报通知已公布" in shown.text
    public = Client().get(reverse("public:call", args=[call.number])).text
    assert "2024年3月15日 23:59" in public and "北京时间" in public and "没有宽限期" in public


def test_what_is_wrong_stands_beside_its_field_and_nothing_entered_is_lost(world: World, as_person: SignIn) -> None:
    publisher, address = as_person("policy2"), reverse("console:call-open")
    wrong = form_of(world, closes_at="2024-03-01T10:00", title_zh="保留这一标题")
    for button in ("preview", "confirm"):
        answer = publisher.post(address, {**wrong, button: "yes"})
        assert answer.status_code == 422 and "保留这一标题" in answer.text
        assert "closes_at" in answer.context["form"].errors
    late = publisher.post(address, {**form_of(world, closes_at="2024-08-02"), "confirm": "yes"})
    assert late.status_code == 422 and "2024-07-31" in late.text
    assert not Call.objects.exists()


def test_a_line_that_holds_less_than_the_call_may_grant_is_said_before(world: World, as_person: SignIn) -> None:
    data = form_of(world, budget_line=world.line(1_00).pk)
    checked = as_person("policy2").post(reverse("console:call-open"), {**data, "preview": "yes"})
    assert len(checked.context["preview"].refused) == 1


def test_the_window_is_changed_with_a_reason_that_everybody_reads(world: World, as_person: SignIn) -> None:
    call = world.call()
    world.draft(call)
    publisher = as_person("policy2")
    shown = publisher.get(act(call, "extend"))
    assert "1" in str(shown.context["preview"].told[1])
    assert sent(publisher, act(call, "extend"), closes_at="2024-03-20T23:59", cause="other").status_code == 422
    done = sent(publisher, act(call, "extend"), closes_at="2024-03-20T23:59", cause="other", **REASON)
    assert done.status_code == 302
    stale = publisher.post(
        act(call, "close_early"), {"key": "k", "version": call.head_seq, "closes_at": "2024-03-12T23:59", **REASON}
    )
    assert stale.status_code == 409, "the window was changed after that page was made"
    closing = sent(publisher, act(call, "close_early"), closes_at="2024-03-12T23:59", **REASON)
    assert closing.status_code == 302
    page = Client().get(reverse("public:call", args=[call.number]))
    assert [str(one.tone) for one in page.context["news"]] == ["wait", "wait", "info"]
    assert "系统中断" in page.text and "2024年3月20日 23:59" in page.text
    english = Client(headers={"accept-language": "en"}).get(reverse("public:call", args=[call.number])).text
    assert "The system was down" in english and "20 Mar 2024, 23:59" in english
    assert sent(publisher, act(call, "cancel"), **REASON).status_code == 302
    cancelled = publisher.get(reverse("console:call", args=[call.number]))
    assert list(cancelled.context["offers"].acts) == [] and "已取消" in cancelled.text
    public = Client().get(reverse("public:call", args=[call.number])).text
    assert "本次申报已取消" in public and f"/my/apply/{call.number}/" not in public


def test_after_the_end_the_page_says_what_may_still_be_done(world: World, as_person: SignIn) -> None:
    call = world.call()
    world.now = days_later(world.now, 12)
    publisher = as_person("policy2")
    shown = publisher.get(reverse("console:call", args=[call.number]))
    assert [offer.name for offer in shown.context["offers"].acts] == ["extend", "cancel"]
    assert "24" in str(publisher.get(act(call, "extend")).context["preview"].changes[1])
    refused = sent(publisher, act(call, "extend"), closes_at="2024-03-30T23:59", cause="other", **REASON)
    assert refused.status_code == 409


def test_the_list_is_of_the_own_bureau_with_counts_filter_search_and_export(world: World, as_person: SignIn) -> None:
    call, other = world.call(), World(code="yh")
    foreign = other.call()
    world.submitted(call)
    world.draft(call)
    leader = as_person("leader")
    page = leader.get(reverse("console:calls"))
    assert [(row.number, row.filed, row.drafts) for row in page.context["page"].rows] == [(call.number, 1, 1)]
    assert not page.context["may_open"]
    for query, found in (("state=open", 1), ("state=cancelled", 0), ("q=飞天", 1), (f"q={foreign.number}", 0)):
        assert len(leader.get(f"{reverse('console:calls')}?{query}").context["page"].rows) == found, query
    exported = leader.get(reverse("console:calls") + "?export=csv")
    assert call.number in b"".join(exported.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_who_may_not_open_or_change_is_told_and_a_foreign_call_is_not_there(world: World, as_person: SignIn) -> None:
    call = world.call()
    assert as_person("leader").get(reverse("console:call-open")).status_code == 403
    assert as_person("leader").get(reverse("console:call", args=[call.number])).context["offers"].acts == []
    assert as_person("leader").post(act(call, "cancel"), REASON).status_code == 403
    stranger = World(code="yh").people["policy2"]
    for address in (reverse("console:call", args=[call.number]), act(call, "extend")):
        assert as_person(stranger).get(address).status_code == 404
    assert as_person(stranger).post(act(call, "cancel"), REASON).status_code == 404
    assert as_person("policy2").get(act(call, "delete")).status_code == 404
    admin = world.person("sysadmin", Role.SYSTEM_ADMIN)
    assert as_person(admin).get(reverse("console:calls")).status_code == 403
    assert fresh(call).cancelled_at is None


def test_a_publisher_of_one_bureau_is_offered_its_own_versions_and_lines_alone(
    world: World, as_person: SignIn
) -> None:
    other = World(code="yh")
    foreign_version, foreign_line = other.policy(), other.line()
    form = as_person("policy2").get(reverse("console:call-open")).context["form"]
    assert foreign_version not in form.fields["policy_version"].queryset
    assert foreign_line not in form.fields["budget_line"].queryset
    data = form_of(world, budget_line=foreign_line.pk)
    assert as_person("policy2").post(reverse("console:call-open"), {**data, "confirm": "yes"}).status_code == 422
