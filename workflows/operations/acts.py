"""What a system administrator does: run failed jobs and send failed e-mails again. No business power goes with it.

A job acts under the natural key that it always had, so nothing that it has done already is done twice.
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from subsidy.accounts.enums import Role
from subsidy.correspondence.mailing import mail_release
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import NotFound, WrongState
from workflows.common.turn import Turn


class JobForm(ActForm):
    job = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class MailForm(ActForm):
    mail = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


def retry_job(turn: Turn) -> None:
    """Put a failed job back into its queue."""
    job = ProcrastinateJob.objects.select_for_update().filter(pk=turn.data["job"]).first()
    if job is None:
        raise NotFound
    if job.status != "failed":
        raise WrongState(_("This job has not failed, or has been run again already. Reload the list."))
    app.job_manager.retry_job_by_id(job.pk, retry_at=turn.now.real)
    turn.record(job=job.pk, task=job.task_name, tries=job.attempts)


def retry_mail(turn: Turn) -> None:
    """Send an e-mail that failed, or of which nobody knows whether it was taken; the administrator says so."""
    if not mail_release(turn.data["mail"], authority_id=turn.authority_id):
        raise WrongState(_("This e-mail has been handed over, or is on its way. Reload the list."))
    turn.record(mail=turn.data["mail"])
    turn.passage.defer("send_mail", mail_id=turn.data["mail"])


OPERATIONS = (
    Act(
        "retry_job",
        _("Run a failed job again"),
        retry_job,
        role=Role.SYSTEM_ADMIN,
        form=JobForm,
        versioned=False,
    ),
    Act(
        "retry_mail",
        _("Send a failed e-mail again"),
        retry_mail,
        role=Role.SYSTEM_ADMIN,
        form=MailForm,
        versioned=False,
    ),
)
