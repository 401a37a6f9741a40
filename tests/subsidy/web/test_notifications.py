"""The pages of notifications, service and messages, as each reader sees them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import User
from subsidy.cases.models import Case
from subsidy.correspondence.enums import MailState
from subsidy.correspondence.models import Letter, LetterKind, MailOut, Notification, NotificationPreference
from subsidy.web import person
from subsidy.web.matters import page_of
from subsidy.web.notifications import url_of
from subsidy.web.told import told_lines
from tests.workflows.test_telling import run_jobs
from tests.world import World, days_later, fresh, pdf
from workflows.case.jobs import issue_letter

ASKED = {"message": "请补正", "reason_rd_y1": "与审计报告不一致"}


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(person, "business_now", lambda: made.now)
    return made


@pytest.fixture
def returned(world: World) -> Case:
    case = world.submitted()
    run_jobs(world)
    world.act("case", case, "return_for_correction", "acceptance", data=ASKED)
    issue_letter(case.pk, LetterKind.CORRECTION, now=world.now)
    run_jobs(world)
    return fresh(case)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(client: Client, address: str, language: str = "zh-hans") -> str:
    client.cookies["django_language"] = language
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def test_a_person_reads_what_they_were_told_in_their_language(world: World, returned: Case) -> None:
    client = client_of(world.filer(returned.company))
    chinese = text_of(client, reverse("notifications"))
    assert f"{returned.number} 等待贵单位办理：补正并重新提交" in chinese or "等待贵单位办理" in chinese
    english = text_of(client, reverse("notifications"), "en")
    assert "waits for your company" in english and "A letter on" in english
    assert reverse("portal:case", args=[returned.number]) in english
    foreign = text_of(client_of(world.filer(world.company())), reverse("notifications"))
    assert returned.number not in foreign


def test_unread_ones_are_counted_and_marked(world: World, returned: Case) -> None:
    filer = world.filer(returned.company)
    client = client_of(filer)
    page = client.get(reverse("notifications"))
    assert page.context["unread"] == 2 and page.context["has_unread"]
    newest = page.context["newest"]
    world.act("case", returned, "answer_company", "acceptance", data={"text": "请补正"})
    run_jobs(world)
    client.post(reverse("notifications-read"), {"until": newest})
    assert Notification.objects.filter(recipient=filer, read_at__isnull=True).count() == 1
    for broken in ("", "x", "9" * 40):
        assert client.post(reverse("notifications-read"), {"until": broken}).status_code == 302
    assert client.get(reverse("notifications-read"), {"until": "9"}).status_code == 302
    assert Notification.objects.filter(recipient=filer, read_at__isnull=True).count() == 1
    assert len(client.get(reverse("notifications"), {"read": "no"}).context["page"].rows) == 1
    assert client.get(reverse("notifications"), {"export": "csv"}).status_code == 200


def test_a_notification_of_each_kind_of_matter_leads_to_its_page() -> None:
    for kind in ("case", "round", "batch", "objection", "proposal"):
        one = Notification(subject_kind=kind, subject_id=1, words=f"{kind}.remind_due.0", params={"number": "N-1"})
        roles = (Role.AUDITOR,)
        assert url_of(one, UserKind.OFFICER, roles=roles) == page_of(kind, UserKind.OFFICER, "N-1", roles=roles) != ""
        others = url_of(one, UserKind.OFFICER, roles=(Role.ACCEPTANCE,))
        assert (others == "") is (kind in ("batch", "objection")), (
            "not everybody opens who objects, or where money goes"
        )
    told = Notification(subject_kind="objection", words="task", params={})
    assert url_of(told, UserKind.COMPANY, roles=()) == ""


def test_a_company_is_told_who_hears_of_its_act_and_not_how_many_they_are(world: World) -> None:
    case = world.submitted(world.call())
    world.person("acceptance2", Role.ACCEPTANCE)
    filer, now = world.filer(case.company).pk, world.now
    with translation.override("en"):
        said = told_lines("case", "write_to_bureau", case, actor_id=filer, now=now)
        officers = told_lines("case", "withdraw", case, actor_id=world.people["leader"].pk, now=now)
    assert len(said) == len(set(said)) == 2 and not any(letter.isdigit() for line in said for letter in line)
    assert [line for line in officers if "(2 people)" in line]


def test_preferences_are_saved_and_nonsense_is_not(world: World, returned: Case) -> None:
    filer = world.filer(returned.company)
    client = client_of(filer)
    address = reverse("notification-settings")
    form = client.get(address).context["form"]
    assert "app_deadline" not in form.fields and "app_task" in form.fields
    sent = {name: "off" for name in form.fields if name.startswith("mail_")}
    assert client.post(address, {**sent, "mail_task": "every minute"}).status_code == 422
    assert not NotificationPreference.objects.exists()
    assert client.post(address, sent).status_code == 302
    saved = {row.kind: (row.in_app, row.mail) for row in NotificationPreference.objects.filter(user=filer)}
    assert saved["task"] == (False, "off") and saved["deadline"] == (True, "off")


def test_the_page_says_that_no_period_runs_before_service(world: World, returned: Case) -> None:
    filer = client_of(world.filer(returned.company))
    for address in ("portal:case", "portal:correction"):
        assert "补正期限自补正通知书" in text_of(filer, reverse(address, args=[returned.number]))
    officer = client_of(world.people["acceptance"])
    assert "尚未送达" in text_of(officer, reverse("console:case", args=[returned.number]))
    letter = Letter.objects.get(case=returned, kind=LetterKind.CORRECTION, language="zh")
    filer.post(reverse("portal:letter", args=[returned.number, letter.pk]), {"key": "s1"})
    page = text_of(filer, reverse("portal:case", args=[returned.number]))
    assert "补正期限自补正通知书" not in page and "剩余 5 个工作日" in page


def test_the_counter_serves_with_a_slip_and_the_desk_by_post(world: World, returned: Case) -> None:
    letter = Letter.objects.get(case=returned, kind=LetterKind.CORRECTION, language="zh")
    counter, desk = client_of(world.people["counter"]), client_of(world.people["acceptance"])
    at_counter = reverse("console:letter-serve", args=[letter.pk, "serve_at_counter"])
    by_post = reverse("console:letter-serve", args=[letter.pk, "serve_by_post"])
    page = text_of(counter, reverse("console:case", args=[returned.number]))
    assert at_counter in page and by_post not in page
    form = counter.get(at_counter)
    assert "letter" not in form.context["form"].fields and form.context["preview"].told
    empty = counter.post(at_counter, {"key": "k1", "received_on": ""})
    assert empty.status_code == 422
    done = counter.post(at_counter, {"key": "k2", "received_on": "2024-03-04", "slip": pdf("slip.pdf")})
    assert done.status_code == 302 and fresh(letter).served_at is not None
    again = desk.get(by_post)
    assert again.context["preview"].refused
    assert desk.get(reverse("console:letter-serve", args=[letter.pk, "accept"])).status_code == 404


def test_company_and_bureau_write_to_each_other(world: World, returned: Case) -> None:
    filer, desk = client_of(world.filer(returned.company)), client_of(world.people["acceptance"])
    portal = reverse("portal:case-messages", args=[returned.number])
    page = filer.get(portal)
    assert any("受理" in str(line) for line in page.context["preview"].told)
    assert filer.post(portal, {"key": "m1", "text": "<b>期限</b>如何计算？"}).status_code == 302
    console = reverse("console:case-messages", args=[returned.number])
    assert "&lt;b&gt;期限&lt;/b&gt;如何计算" in text_of(desk, console)
    answer = reverse("console:case-message", args=[returned.number, "answer_company"])
    assert desk.post(answer, {"key": "m2", "text": "自送达之日起。"}).status_code == 302
    assert "自送达之日起" in text_of(filer, portal)
    assert world.people["acceptance"].name not in text_of(filer, portal)
    legal = client_of(world.legal(returned.company))
    assert legal.get(portal).context["may_write"] is False
    assert client_of(world.filer(world.company())).get(portal).status_code == 404
    draft = world.draft(world.call(), returned.company)
    assert filer.get(reverse("portal:case-messages", args=[draft.number])).status_code == 302


def test_the_administrator_sees_failures_without_their_text(world: World) -> None:
    admin = client_of(world.person("sys", Role.SYSTEM_ADMIN))
    assert "没有失败的任务" in text_of(admin, reverse("console:jobs"))
    row = MailOut.objects.create(
        key="event:case:1:1:1",
        recipient=world.people["acceptance"],
        made_at=world.now.at,
        state=MailState.FAILED,
        last_error="SMTPServerDisconnected",
        tries=6,
    )
    page = text_of(admin, reverse("console:mails"))
    assert "SMTPServerDisconnected" in page and "@" not in page.split("<main")[1]
    assert admin.post(reverse("console:mail-retry", args=[row.pk]), {"key": "r1"}).status_code == 302
    assert fresh(row).state == MailState.WAITING
    assert ProcrastinateJob.objects.filter(task_name="send_mail", args__mail_id=row.pk).count() == 1
    assert client_of(world.people["leader"]).get(reverse("console:jobs")).status_code == 403
    assert admin.get(reverse("console:job-retry", args=[10**9])).status_code == 404


def test_a_notification_of_yesterday_stays_readable(world: World, returned: Case) -> None:
    world.now = days_later(world.now, 40)
    world.act("case", returned, "withdraw", world.filer(returned.company), data={"reason": "不再申报"})
    run_jobs(world)
    assert returned.number in text_of(client_of(world.people["acceptance"]), reverse("notifications"), "en")
