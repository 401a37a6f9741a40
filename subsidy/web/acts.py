"""Acts of the door as pages: the form, what it would do, and the one call that does it.

A page shows an act as a form with a hidden `key` (so that a double click or a resend is done once) and `version` (so
that a stale page is told). Everything a screen changes goes through `submit`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views import View

from subsidy.accounts.models import User
from subsidy.web.components import Crumb, Preview, Text
from subsidy.web.person import moment_of, request_id_of
from subsidy.web.second_factor import confirm_first, proven
from subsidy.web.told import told_lines
from workflows.common import door, place
from workflows.common.acts import Act, ActForm
from workflows.common.door import Outcome
from workflows.common.refusals import BadData, Message
from workflows.common.subjects import kind_named
from workflows.common.turn import Origin

UNPROCESSABLE = 422


def new_key() -> str:
    """A key for one sending of one form."""
    return f"page:{uuid.uuid4()}"


def origin_of(request: HttpRequest) -> Origin:
    return Origin(
        surface="page",
        request_id=request_id_of(request),
        address=request.META.get("REMOTE_ADDR", ""),
        proven=proven(request),
    )


def find_act(kind: str, subject: Any, action: str) -> Act:
    """The act of that name as the subject's flow (or kind) declares it."""
    return place.act_named(kind_named(kind), subject, action)


def act_form(act: Act, subject: Any, data: Any = None, files: Any = None, **kwargs: Any) -> ActForm | None:
    """The form of an act, bound when data is given; None for an act without data."""
    return act.form(data, files, subject=subject, **kwargs) if act.form is not None else None


def sent(request: HttpRequest) -> dict[str, Any]:
    """What the form sent, without the page's own fields."""
    own = ("csrfmiddlewaretoken", "key", "version", "confirm")
    data: dict[str, Any] = {}
    for name in request.POST:
        if name not in own:
            values = request.POST.getlist(name)
            data[name] = values if len(values) > 1 else values[0]
    return data


def submit(
    request: HttpRequest,
    kind: str,
    subject_id: int,
    action: str,
    *,
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Outcome:
    """Do an act as the signed-in person, now; raises Refused."""
    return door.perform(
        kind,
        subject_id,
        action,
        actor=cast(User, request.user),
        now=moment_of(request),
        key=request.POST.get("key") or new_key(),
        version=version,
        data=data,
        files=files,
        origin=origin_of(request),
    )


def submit_new(
    request: HttpRequest,
    kind: str,
    action: str,
    *,
    authority_id: int,
    data: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    part: str = "",
) -> Outcome:
    """Open a matter as the signed-in person, now; raises Refused. `part` tells apart several that one sending opens."""
    return door.open_matter(
        kind,
        action,
        actor=cast(User, request.user),
        now=moment_of(request),
        key=(request.POST.get("key") or new_key()) + part,
        authority_id=authority_id,
        data=data,
        files=files,
        origin=origin_of(request),
    )


def posted_version(request: HttpRequest) -> int | None:
    """The version of the matter that the page showed."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else None


def blame(form: ActForm, refusal: BadData) -> None:
    """Put what the door found wrong into the form, where its fields show it."""
    form.is_valid()
    for name, errors in refusal.fields.items():
        for error in errors:
            if error not in [str(known) for known in form.errors.get(name, [])]:
                form.add_error(name if name in form.fields else None, error)
    if not refusal.fields:
        form.add_error(None, str(refusal.message))


class ActPage(LoginRequiredMixin, View):
    """One act on one matter as a page of its own: GET shows what it would do and its form, POST does it.

    A subclass names `kind`, and gives `get_subject` (raising Http404 for a matter that is not this person's to see),
    `preview`, `success_url`, and what the page says.
    """

    kind = ""
    action = ""
    template_name = "web/act.html"
    done_message: Message = ""

    def get_subject(self) -> Any:
        raise NotImplementedError("say which matter this page is about")

    def get_action(self) -> str:
        return self.action

    def done(self) -> Message:
        """What the person is told once the act is done; empty for nothing."""
        return self.done_message

    def preview(self, subject: Any) -> Preview:
        """What the act would change; computed, nothing is done."""
        return Preview()

    def told(self, preview: Preview, subject: Any, act: Act) -> Preview:
        """The preview with everybody whom the table of notifications names."""
        actor_id = cast(User, self.request.user).pk
        lines = told_lines(self.kind, act.name, subject, actor_id=actor_id, now=moment_of(self.request))
        return replace(preview, told=tuple(dict.fromkeys((*preview.told, *lines))))

    def crumbs(self, subject: Any) -> list[Crumb]:
        return []

    def heading(self, subject: Any, act: Act) -> Text:
        return act.title

    def success_url(self, subject: Any) -> str:
        raise NotImplementedError("say where the person goes when the act is done")

    def context(self, subject: Any) -> dict[str, Any]:
        """More for the template."""
        return {}

    def data(self, subject: Any) -> dict[str, Any]:
        """What is sent to the door."""
        return sent(self.request)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.get_subject()
        act = find_act(self.kind, subject, self.get_action())
        return self.page(subject, act, act_form(act, subject))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.get_subject()
        act = find_act(self.kind, subject, self.get_action())
        data = self.data(subject)
        try:
            submit(
                request,
                self.kind,
                subject.pk,
                act.name,
                data=data if act.form is not None else None,
                files=request.FILES if act.form is not None else None,
                version=posted_version(request),
            )
        except BadData as refusal:
            form = act_form(act, subject, data, request.FILES)
            if form is None:
                raise
            blame(form, refusal)
            return self.page(subject, act, form, status=UNPROCESSABLE)
        if done := self.done():
            messages.success(request, str(done))
        return HttpResponseRedirect(self.success_url(subject))

    def page(self, subject: Any, act: Act, form: ActForm | None, *, status: int = 200) -> HttpResponse:
        if self.request.method != "POST" and act.step_up and not proven(self.request):
            return confirm_first(self.request, back=self.request.get_full_path())
        context = {
            "subject": subject,
            "act": act,
            "form": form,
            "key": self.request.POST.get("key") or new_key(),
            "version": subject.head_seq,
            "preview": self.told(self.preview(subject), subject, act),
            "crumbs": self.crumbs(subject),
            "heading": self.heading(subject, act),
            "back_url": self.success_url(subject),
            **self.context(subject),
        }
        return render(self.request, self.template_name, context, status=status)
