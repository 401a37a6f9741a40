"""What a system administrator looks after: background jobs that failed and e-mails that were not handed over.

The pages show names of jobs, keys and classes of faults; no text of a fault, no address, nothing of a case.
"""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from procrastinate.contrib.django.models import ProcrastinateJob

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Authority
from subsidy.accounts.selectors import grants_of
from subsidy.console import scope
from subsidy.correspondence.mailing import mails_left
from subsidy.correspondence.models import MailOut
from subsidy.web.acts import ActPage
from subsidy.web.components import Crumb, KeyFact, Preview
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.work.models import JobFault
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import Forbidden


def bureau_of(request: HttpRequest) -> Authority:
    """The bureau whose system administrator the reader is (Forbidden for anybody else)."""
    grants = grants_of(scope.person(request), on=moment_of(request).on, roles=(Role.SYSTEM_ADMIN,))
    found = grants.select_related("authority").order_by("id").first()
    if found is None:
        raise Forbidden
    return found.authority


def _with_faults(jobs: QuerySet[Any]) -> QuerySet[Any]:
    fault = JobFault.objects.filter(job_id=OuterRef("pk"))
    return jobs.annotate(error=Subquery(fault.values("error")), failed_at=Subquery(fault.values("at")))


def _arguments(job: Any) -> str:
    return json.dumps(job.args, sort_keys=True, ensure_ascii=False)


ORDERS = (
    Sort("newest", gettext_lazy("Newest first"), ("-id",)),
    Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
)
JOBS = ListSpec(
    model=ProcrastinateJob,
    columns=(
        Column("task_name", gettext_lazy("Job"), link=lambda job: reverse("console:job-retry", args=[job.pk])),
        Column("args", gettext_lazy("Arguments"), _arguments),
        Column("error", gettext_lazy("Fault"), lambda job: job.error or _("not known")),
        Column("attempts", gettext_lazy("Tries"), kind="number"),
        Column("failed_at", gettext_lazy("Failed on"), kind="instant"),
    ),
    sorts=ORDERS,
    prepare=_with_faults,
    file_name="failed-jobs",
    empty_title=gettext_lazy("No failed jobs"),
    empty_text=gettext_lazy("Every job that was left has been done or waits for its turn."),
)
MAILS = ListSpec(
    model=MailOut,
    columns=(
        Column("key", gettext_lazy("Key"), link=lambda mail: reverse("console:mail-retry", args=[mail.pk])),
        Column("state", gettext_lazy("State"), lambda mail: mail.get_state_display(), kind="state"),
        Column("last_error", gettext_lazy("Fault")),
        Column("tries", gettext_lazy("Tries"), kind="number"),
        Column("made_at", gettext_lazy("Made on"), kind="instant"),
    ),
    sorts=ORDERS,
    file_name="mails",
    empty_title=gettext_lazy("No e-mails left"),
    empty_text=gettext_lazy("Every e-mail has been handed over to the mail server."),
)


@require_safe
@login_required
def jobs(request: HttpRequest) -> HttpResponseBase:
    """Background jobs that failed and will not be tried again by themselves."""
    bureau_of(request)
    failed = ProcrastinateJob.objects.filter(status="failed")
    return respond(request, JOBS, [failed], "console/operations.html", {"title": _("Failed jobs"), "mails": False})


@require_safe
@login_required
def mails(request: HttpRequest) -> HttpResponseBase:
    """E-mails that failed, or whose sending broke off."""
    left = mails_left(bureau_of(request).pk)
    title = _("E-mails that were not handed over")
    return respond(request, MAILS, [left], "console/operations.html", {"title": title, "mails": True})


class Retry(ActPage):
    """Running one job, or sending one e-mail, again."""

    kind = "authority"
    template_name = "console/operation_act.html"
    done_message = gettext_lazy("It will be run by the next free worker.")
    field = "job"
    list_url = "console:jobs"

    def get_subject(self) -> Authority:
        subject = bureau_of(self.request)
        self.context(subject)  # what has not failed is not there, for sending as for looking (Http404)
        return subject

    def data(self, subject: Authority) -> dict[str, Any]:
        return {self.field: self.kwargs["pk"]}

    def page(self, subject: Authority, act: Act, form: ActForm | None, *, status: int = 200) -> HttpResponse:
        """The address names what is run again; the form does not ask for it."""
        if form is not None:
            form.fields.clear()
        return super().page(subject, act, form, status=status)

    def crumbs(self, subject: Authority) -> list[Crumb]:
        return [Crumb(_("Jobs and e-mails"), reverse(self.list_url))]

    def success_url(self, subject: Authority) -> str:
        return reverse(self.list_url)


class RetryJob(Retry):
    action = "retry_job"

    def preview(self, subject: Authority) -> Preview:
        return Preview(
            changes=(_("The job runs again under its old key: what it has done already is not done twice."),)
        )

    def context(self, subject: Authority) -> dict[str, Any]:
        job = get_object_or_404(_with_faults(ProcrastinateJob.objects.filter(status="failed")), pk=self.kwargs["pk"])
        facts = [
            KeyFact(_("Job"), job.task_name),
            KeyFact(_("Arguments"), _arguments(job)),
            KeyFact(_("Fault"), job.error or _("not known")),
            KeyFact(_("Tries"), str(job.attempts)),
        ]
        return {"facts": facts}


class RetryMail(Retry):
    action = "retry_mail"
    field = "mail"
    list_url = "console:mails"

    def preview(self, subject: Authority) -> Preview:
        return Preview(changes=(_("It may have been received: it is sent again only if you say so."),))

    def context(self, subject: Authority) -> dict[str, Any]:
        mail = get_object_or_404(mails_left(subject.pk), pk=self.kwargs["pk"])
        facts = [
            KeyFact(_("Key"), mail.key),
            KeyFact(_("State"), mail.get_state_display()),
            KeyFact(_("Fault"), mail.last_error or _("not known")),
            KeyFact(_("Tries"), str(mail.tries)),
        ]
        return {"facts": facts}
