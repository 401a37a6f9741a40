"""Everybody whom an act concerns is told of it, once; nobody else is told anything."""

from __future__ import annotations

from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, User
from subsidy.applicants.models import CompanyUserObjectPermission
from subsidy.audit.models import Event
from subsidy.cases.models import Case, Recusal
from subsidy.correspondence.enums import MailChoice, MailState, NotificationKind
from subsidy.correspondence.mailing import mail_claim
from subsidy.correspondence.models import MailOut, Notification
from subsidy.correspondence.notifying import Preference, notifications_read, preferences_save, unread_count
from subsidy.correspondence.telling import ANY_KIND, TELLS, sentence
from tests.workflows.test_delegation import lend
from tests.workflows.test_matrix import acts_of
from tests.world import World, days_later, fresh
from workflows.case.jobs import issue_letter
from workflows.common.subjects import kinds
from workflows.common.telling import MailFailed, send_digests, send_mail, tell

CORRECTION = {"message": "请补正", "reason_sales_y1": "与报表不符"}


def run_jobs(world: World) -> list[int]:
    """Do every job that tells somebody; returns the e-mails to send."""
    mails: list[int] = []
    for job in ProcrastinateJob.objects.filter(task_name="tell").order_by("id"):
        mails += tell(
            **{"kind_name" if name == "kind" else name: value for name, value in job.args.items()}, now=world.now
        )
    return mails


def told(action: str, subject: Any, kind: str = "case") -> set[str]:
    """Who was told of the last such event, by user name."""
    event = Event.objects.filter(stream=kind, stream_id=subject.pk, action=action).order_by("-seq")[0]
    rows = Notification.objects.filter(subject_kind=kind, subject_id=subject.pk, seq=event.seq)
    return set(rows.values_list("recipient__username", flat=True))


def everybody_has_an_address() -> None:
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.pk}@example.org")


def test_a_filed_application_is_told_to_those_who_check_it_and_to_nobody_else(world: World) -> None:
    other = World(code="yh")
    case = world.submitted()
    run_jobs(world)
    assert told("submit", case) == {"acceptance"}
    assert not Notification.objects.filter(recipient__in=[one.pk for one in other.people.values()]).exists()


def test_who_acted_is_not_told_of_it(world: World) -> None:
    case = world.submitted()
    world.act("case", case, "return_for_correction", "acceptance", data=CORRECTION)
    run_jobs(world)
    world.act("case", case, "resubmit", world.filer(case.company), data={"declaration": True})
    run_jobs(world)
    names = {world.filer(case.company).username, world.legal(case.company).username}
    assert told("return_for_correction", case) == names
    assert told("resubmit", case) == {"acceptance"}


def test_experts_of_the_panel_are_told_and_the_recused_are_not(world: World) -> None:
    case = world.accepted()
    experts = world.experts(case)
    Recusal.objects.create(
        authority=world.authority, case=case, user=experts[0], reason="亲属", declared_at=world.now.at
    )
    run_jobs(world)
    company = {world.filer(case.company).username, world.legal(case.company).username}
    assert told("accept", case) == {one.username for one in experts[1:]} | company
    row = Notification.objects.filter(recipient=experts[1], subject_id=case.pk).get()
    assert case.company_name not in str(row.params)


def test_whose_right_has_ended_is_told_nothing(world: World) -> None:
    case = world.submitted()
    gone = world.person("gone", None)
    permission = Permission.objects.get(codename="file_for", content_type__app_label="applicants")
    CompanyUserObjectPermission.objects.create(
        permission=permission, user=gone, content_object=case.company, valid_to=world.now.on.replace(year=2023)
    )
    world.act("case", case, "return_for_correction", "acceptance", data=CORRECTION)
    run_jobs(world)
    assert "gone" not in told("return_for_correction", case)


def test_telling_again_tells_nobody_twice(world: World) -> None:
    everybody_has_an_address()
    case = world.submitted()
    everybody_has_an_address()
    world.act("case", case, "return_for_correction", "acceptance", data=CORRECTION)
    mails = run_jobs(world)
    before = list(Notification.objects.order_by("pk").values_list("pk", "mail"))
    assert mails and run_jobs(world) == []
    assert list(Notification.objects.order_by("pk").values_list("pk", "mail")) == before
    assert [send_mail(pk, now=world.now) for pk in mails] == [True] * len(mails)
    assert [send_mail(pk, now=world.now) for pk in mails] == [False] * len(mails)
    assert len(mail.outbox) == len(mails) == 2


def test_a_mail_says_what_to_do_in_both_languages_and_holds_nothing_personal(world: World) -> None:
    case = world.submitted()
    everybody_has_an_address()
    world.act("case", case, "return_for_correction", "acceptance", data=CORRECTION)
    for pk in run_jobs(world):
        send_mail(pk, now=world.now)
    text = mail.outbox[0].body
    assert case.number in text and "等待贵单位办理" in text and "waits for your company" in text
    assert "/notifications/" in text
    for private in (case.company_name, "张三", "与报表不符", "12000000000"):
        assert private not in text


def test_a_failing_mail_is_tried_again_and_visible(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = world.submitted()
    everybody_has_an_address()
    world.act("case", case, "return_for_correction", "acceptance", data=CORRECTION)
    pk = run_jobs(world)[0]
    hand_over = "workflows.common.telling.mail_hand_over"
    with monkeypatch.context() as broken:
        broken.setattr(hand_over, lambda _pk: (_ for _ in ()).throw(SMTPServerDisconnected("no")))
        with pytest.raises(MailFailed):
            send_mail(pk, now=world.now)
    failed = MailOut.objects.get(pk=pk)
    assert (failed.state, failed.tries, failed.last_error) == (MailState.FAILED, 1, "SMTPServerDisconnected")
    assert send_mail(pk, now=world.now)
    assert fresh(failed).state == MailState.SENT and fresh(failed).tries == 2 and len(mail.outbox) == 1


def test_a_mail_whose_sending_broke_off_is_never_sent_again_by_itself(world: World) -> None:
    case = world.submitted()
    everybody_has_an_address()
    world.act("case", case, "return_for_correction", "acceptance", data=CORRECTION)
    pk = run_jobs(world)[0]
    assert mail_claim(pk)  # … and the process ended here
    assert not send_mail(pk, now=world.now)
    assert MailOut.objects.get(pk=pk).state == MailState.SENDING and not mail.outbox


def test_preferences_hold_but_what_has_legal_effect_stays_in_the_app(world: World) -> None:
    case = world.submitted()
    everybody_has_an_address()
    filer = world.filer(case.company)
    nothing = Preference(in_app=False, mail=MailChoice.OFF)
    preferences_save(filer, dict.fromkeys(NotificationKind, nothing))
    world.act("case", case, "return_for_correction", "acceptance", data=CORRECTION)
    run_jobs(world)
    world.act("case", case, "resubmit", filer, data={"declaration": True})
    world.act("case", case, "accept", "acceptance")
    run_jobs(world)
    mine = Notification.objects.filter(recipient=filer)
    assert set(mine.filter(in_app=True).values_list("kind", flat=True)) == {NotificationKind.DEADLINE}
    assert set(mine.filter(in_app=False).values_list("kind", flat=True)) == {NotificationKind.PROGRESS}
    assert not mine.filter(mail__isnull=False).exists()


def test_a_digest_gathers_the_day_once(world: World) -> None:
    everybody_has_an_address()
    call = world.call()
    first, second = world.submitted(call), world.submitted(call)
    assert run_jobs(world) == []
    (pk,) = send_digests(world.now)
    assert send_digests(world.now) == []
    send_mail(pk, now=world.now)
    assert first.number in mail.outbox[0].body and second.number in mail.outbox[0].body
    third = world.submitted(call)
    run_jobs(world)
    assert send_digests(world.now) == []
    (later,) = send_digests(days_later(world.now, 1))
    send_mail(later, now=world.now)
    assert third.number in mail.outbox[1].body and first.number not in mail.outbox[1].body


def test_a_receipt_is_no_news_and_another_letter_is(world: World) -> None:
    case = world.submitted()
    issue_letter(case.pk, "receipt", now=world.now)
    run_jobs(world)
    assert told("issue_letter", case) == set()
    world.act("case", case, "refuse", "acceptance", data={"reason": "不属于受理范围"})
    issue_letter(case.pk, "non_acceptance", now=world.now)
    run_jobs(world)
    assert told("issue_letter", case) == {world.filer(case.company).username, world.legal(case.company).username}


def test_a_task_that_somebody_has_done_meanwhile_waits_for_nobody(world: World) -> None:
    case: Case = world.submitted()
    world.act("case", case, "accept", "acceptance")
    run_jobs(world)
    assert told("submit", case) == set()


def test_reading_marks_only_what_is_mine(world: World) -> None:
    case = world.submitted()
    run_jobs(world)
    row = Notification.objects.get(recipient__username="acceptance", subject_id=case.pk)
    assert notifications_read(world.people["amount"], now=world.now, only=row.pk) == 0
    assert unread_count(world.people["acceptance"], cap=99) == 1
    assert notifications_read(world.people["acceptance"], now=world.now, until=row.pk) == 1
    assert unread_count(world.people["acceptance"], cap=99) == 0


def test_who_gets_a_task_or_a_role_and_who_loses_it_are_told(world: World) -> None:
    case, second = world.submitted(world.call()), world.person("acceptance2", Role.ACCEPTANCE)
    world.act("case", case, "claim", "acceptance")
    world.act("case", case, "reassign", "leader", data={"to": second.pk, "reason": "外出"})
    lender = world.people["amount"]
    lend(world, "amount", Role.AMOUNT, second)
    lent = RoleGrant.objects.get(user=second, source__isnull=False)
    world.act("person", second, "end_delegation", second, data={"grant": lent.pk})
    lend(world, "amount", Role.AMOUNT, second)
    world.act("person", second, "end_delegations", "leader", data={"reason": "调离"})
    run_jobs(world)
    assert told("reassign", case) == {"acceptance", "acceptance2"}
    words = dict(Notification.objects.filter(words__contains="reassign").values_list("recipient__username", "words"))
    assert words == {"acceptance2": "case.reassign.0", "acceptance": "case.reassign.1"}
    assert told("delegate", lender, kind="person") == {"acceptance2"}
    assert told("end_delegation", second, kind="person") == {"amount"}
    assert told("end_delegations", second, kind="person") == {"acceptance2", "amount"}


def test_every_entry_of_the_table_names_an_act_that_there_is() -> None:
    known = {
        (kind.name, act.name) for kind in kinds() for act in [*acts_of(kind), *(o.act for o in kind.opens.values())]
    }
    known |= {(ANY_KIND, name) for _kind, name in known}
    assert TELLS.keys() - known == set()


@pytest.mark.parametrize("code", ["zh-hans", "en"])
def test_every_sentence_can_be_said(code: str) -> None:
    lang = code[:2]
    params = {"number": "XH-1", "what": {"zh": "补正", "en": "Correct"}, "due_on": "2024-03-08"}
    with translation.override(code):
        for (kind, action), entries in TELLS.items():
            for place in range(len(entries)):
                said = sentence(f"{kind}.{action}.{place}", params, lang)
                assert ("XH-1" in said or kind == "person") and said and "%(" not in said
                for kind_name in [one.name for one in kinds() if kind == ANY_KIND]:
                    assert sentence(f"{kind_name}.{action}.{place}", params, lang) == said
        assert sentence("task", params, lang) != sentence("company_task", params, lang)
        assert sentence("case.gone.0", params, lang) == "XH-1"


def test_somebody_new_in_a_role_is_told_from_their_first_day(world: World) -> None:
    world.person("acceptance2", Role.ACCEPTANCE)
    case = world.submitted()
    run_jobs(world)
    assert told("submit", case) == {"acceptance", "acceptance2"}
