"""Failed jobs and e-mails: seen and run again by the system administrator, who can do nothing else and whom nobody replaces."""

from __future__ import annotations

import pytest
from django.core import mail
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from subsidy.accounts.enums import Role, UserKind
from subsidy.audit.models import Event
from subsidy.correspondence.enums import MailState
from subsidy.correspondence.mailing import mail_claim, mails_left
from subsidy.correspondence.models import MailOut
from subsidy.work.models import JobFault
from tests.harness.database import FreshDatabase
from tests.workflows.test_jobs import work
from tests.world import World
from workflows.common.refusals import Forbidden, NotFound, WrongState
from workflows.common.telling import send_mail


def failed_job(database: FreshDatabase) -> ProcrastinateJob:
    """A letter for a case that does not exist: its job fails at once."""
    app.configure_task("issue_letter").defer(case_id=10**9, kind="receipt")
    work(database)
    return ProcrastinateJob.objects.get(status="failed")


@pytest.mark.fresh_db
def test_a_failed_job_says_its_fault_and_runs_again_once(fresh_db: FreshDatabase) -> None:
    world = World()
    world.person("sys", Role.SYSTEM_ADMIN)
    job = failed_job(fresh_db)
    fault = JobFault.objects.get(job_id=job.pk)
    assert fault.error == "NotFound"
    world.act("authority", world.authority, "retry_job", "sys", data={"job": job.pk})
    again = ProcrastinateJob.objects.get(pk=job.pk)
    assert again.status == "todo" and again.attempts == job.attempts + 1
    with pytest.raises(WrongState):
        world.act("authority", world.authority, "retry_job", "sys", data={"job": job.pk})
    with pytest.raises(NotFound):
        world.act("authority", world.authority, "retry_job", "sys", data={"job": 10**9})
    event = Event.objects.get(stream="authority", stream_id=world.authority.pk, action="retry_job")
    assert '"task":"issue_letter"' in event.body


def test_nobody_else_runs_jobs_again_and_the_administrator_does_nothing_else(world: World) -> None:
    other = World(code="yh")
    for role in Role:
        if role == Role.SYSTEM_ADMIN:
            continue
        kind = UserKind.EXPERT if role == Role.EXPERT else UserKind.OFFICER
        who = world.person(f"x-{role.value}", role, kind=kind)
        with pytest.raises((Forbidden, NotFound)):
            world.act("authority", world.authority, "retry_job", who, data={"job": 1})
    sys = world.person("sys", Role.SYSTEM_ADMIN)
    with pytest.raises((Forbidden, NotFound)):
        world.act("authority", other.authority, "retry_job", sys, data={"job": 1})
    case = world.submitted()
    with pytest.raises(Forbidden):
        world.act("case", case, "accept", sys)
    funds = {"paying_account": world.paying_account.pk, "amount_fen": 1, "document": "x"}
    with pytest.raises(Forbidden):
        world.act("authority", world.authority, "receive_funds", sys, data=funds)


def test_a_mail_that_broke_off_is_sent_again_only_by_the_administrator(world: World) -> None:
    sys = world.person("sys", Role.SYSTEM_ADMIN)
    user = world.people["acceptance"]
    user.email = "a@example.org"
    user.save(update_fields=["email"])
    row = MailOut.objects.create(key="event:case:1:1:1", recipient=user, made_at=world.now.at)
    with pytest.raises(WrongState):
        world.act("authority", world.authority, "retry_mail", sys, data={"mail": row.pk})
    other = World(code="qt")
    stranger = other.person("sys", Role.SYSTEM_ADMIN)
    assert mail_claim(row.pk) and not send_mail(row.pk, now=world.now)
    with pytest.raises(WrongState):
        other.act("authority", other.authority, "retry_mail", stranger, data={"mail": row.pk})
    assert not mails_left(other.authority.pk).exists() and mails_left(world.authority.pk).get() == row
    world.act("authority", world.authority, "retry_mail", sys, data={"mail": row.pk})
    assert ProcrastinateJob.objects.filter(task_name="send_mail", args__mail_id=row.pk).exists()
    assert send_mail(row.pk, now=world.now) and len(mail.outbox) == 1
    assert MailOut.objects.get(pk=row.pk).state == MailState.SENT
    with pytest.raises(WrongState):
        world.act("authority", world.authority, "retry_mail", sys, data={"mail": row.pk})
