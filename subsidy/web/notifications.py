"""What a person is told in the app, what of it is unread, and how they want to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

import django_filters
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from subsidy.correspondence.enums import LEGAL_EFFECT, MailChoice, NotificationKind
from subsidy.correspondence.models import Notification
from subsidy.correspondence.notifying import (
    Preference,
    notifications_of,
    notifications_read,
    preference_default,
    preferences_of,
    preferences_save,
)
from subsidy.correspondence.telling import sentence
from subsidy.web.formats import pick
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.matters import BY_NUMBER, page_of
from subsidy.web.person import acting_of, moment_of

UNREAD_CAP = 99
# Where a matter without a number is read, by its key.
BY_KEY: Mapping[tuple[str, str], str] = {
    ("company", UserKind.COMPANY): "portal:company",
    ("company", UserKind.OFFICER): "console:company",
    ("fact_import", UserKind.OFFICER): "console:sources-import",
    ("register_import", UserKind.OFFICER): "console:register-import",
    ("registration", UserKind.COMPANY): "portal:registration",
    ("registration", UserKind.OFFICER): "console:registration",
}
WITHOUT_KEY: Mapping[tuple[str, str], str] = {
    ("round", UserKind.COMPANY): "public:notices",
    ("person", UserKind.OFFICER): "console:delegations",
}
EXPORTED = ("keep_export", "fail_export")
WRITTEN = ("ask_company", "answer_company", "write_to_bureau")


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def url_of(one: Notification, kind: str, *, roles: Collection[str]) -> str:
    """Where its reader, of that kind and those roles, finds the matter; empty where they have no page of it."""
    place, (_kind, _dot, rest) = (one.subject_kind, kind), one.words.partition(".")
    act = rest.partition(".")[0]
    if act in EXPORTED:
        return reverse("own-exports")
    if place in BY_NUMBER:
        number = one.params["number"]
        if act in WRITTEN and kind != UserKind.EXPERT:
            return reverse(f"{BY_NUMBER[place]}-messages", args=[number])
        return page_of(*place, number, roles=roles)
    if place in WITHOUT_KEY:
        return reverse(WITHOUT_KEY[place])
    return reverse(BY_KEY[place], args=[one.subject_id]) if place in BY_KEY else ""


class NotificationFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("About"), choices=NotificationKind.choices, empty_label=gettext_lazy("all")
    )
    read = django_filters.ChoiceFilter(
        label=gettext_lazy("Read"),
        choices=(("no", gettext_lazy("unread")), ("yes", gettext_lazy("read"))),
        empty_label=gettext_lazy("all"),
        method="by_reading",
    )

    def by_reading(self, rows: QuerySet[Notification], _name: str, value: str) -> QuerySet[Notification]:
        return rows.filter(read_at__isnull=value == "no")


def _said(one: Notification) -> str:
    return sentence(one.words, one.params, pick("zh", "en"))


def list_for(kind: str, roles: Collection[str]) -> ListSpec:
    """The list of a person of that kind and those roles: its links lead to their own pages."""
    return ListSpec(
        model=Notification,
        columns=(
            Column("made_at", gettext_lazy("When"), kind="instant"),
            Column("words", gettext_lazy("What"), _said, link=lambda one: url_of(one, kind, roles=roles)),
            Column("kind", gettext_lazy("About"), lambda one: one.get_kind_display()),
            Column(
                "read_at",
                gettext_lazy("Read"),
                lambda one: _("read") if one.read_at else _("new"),
                kind="state",
                tone=lambda one: "plain" if one.read_at else "wait",
            ),
        ),
        sorts=(
            Sort("newest", gettext_lazy("Newest first"), ("-id",)),
            Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
        ),
        filterset=NotificationFilter,
        file_name="notifications",
        empty_title=gettext_lazy("Nothing yet"),
        empty_text=gettext_lazy("What concerns you appears here as it happens."),
    )


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    """What the person was told, the newest first."""
    user = user_of(request)
    newest = notifications_of(user).order_by("-id").values_list("pk", flat=True).first()
    context = {"newest": newest, "has_unread": notifications_of(user).filter(read_at__isnull=True).exists()}
    spec = list_for(user.kind, acting_of(request).roles)
    return respond(request, spec, [notifications_of(user)], "web/notifications.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mark_read(request: HttpRequest) -> HttpResponse:
    """Mark everything that the page showed as read; what came since stays unread. Asked for plainly, it is the list."""
    until = request.POST.get("until", "")
    if request.method == "POST" and until.isdecimal() and len(until) < 19:
        notifications_read(user_of(request), now=moment_of(request), until=int(until))
    return HttpResponseRedirect(reverse("notifications"))


class PreferenceForm(forms.Form):
    """Two questions a kind: in the app (not asked where it has legal effect), and by e-mail."""

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        chosen = preferences_of([user.pk])
        for kind in NotificationKind:
            held = chosen.get((user.pk, kind), preference_default(kind))
            if kind not in LEGAL_EFFECT:
                self.fields[f"app_{kind}"] = forms.BooleanField(
                    label=_("%(kind)s: show in the app") % {"kind": kind.label}, required=False, initial=held.in_app
                )
            self.fields[f"mail_{kind}"] = forms.ChoiceField(
                label=_("%(kind)s: by e-mail") % {"kind": kind.label}, choices=MailChoice.choices, initial=held.mail
            )

    def wanted(self) -> dict[str, Preference]:
        data = self.cleaned_data
        return {
            kind: Preference(bool(data.get(f"app_{kind}", True)), data[f"mail_{kind}"]) for kind in NotificationKind
        }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """How the person wants to be told of each kind."""
    user = user_of(request)
    form = PreferenceForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        preferences_save(user, form.wanted())
        messages.success(request, _("Saved. It holds from the next notification on."))
        return HttpResponseRedirect(reverse("notifications"))
    always = [NotificationKind(kind).label for kind in NotificationKind if kind in LEGAL_EFFECT]
    status = 422 if form.is_bound else 200
    return render(request, "web/notification_settings.html", {"form": form, "always": always}, status=status)
