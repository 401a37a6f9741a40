"""People of the bureau for its administrators: accounts, and which roles they hold since when and by whom."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import ADMINISTRATORS, Role, UserKind
from subsidy.accounts.models import Authority, RoleGrant, User
from subsidy.accounts.selectors import grants_of
from subsidy.console import scope
from subsidy.console.people import one_time_password
from subsidy.web.acts import UNPROCESSABLE, ActPage, blame, find_act, new_key, posted_version, sent, submit, submit_new
from subsidy.web.components import Crumb, Preview, SummaryRow
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.web.second_factor import confirm_first, has_factor, proven
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData, Forbidden
from workflows.common.subjects import kind_named
from workflows.person import administering

SEES_STAFF = (*ADMINISTRATORS, Role.AUDITOR)
WITH_PASSWORD = ("reopen_account", "renew_password")


class OpenPageForm(administering.OfficerForm):
    """What the administrator fills in; the password is made by the page."""

    password_hash = None  # type: ignore[assignment]  # Django's way to leave out a field of the form above


STAFF = ListSpec(
    model=User,
    columns=(
        Column("username", gettext_lazy("User name"), link=lambda one: reverse("console:officer", args=[one.pk])),
        Column("name", gettext_lazy("Full name")),
        Column("kind", gettext_lazy("Works as"), lambda one: one.get_kind_display()),
        Column(
            "is_active",
            gettext_lazy("Account"),
            lambda one: _("account open") if one.is_active else _("account closed"),
            kind="state",
            tone=lambda one: "done" if one.is_active else "stop",
        ),
    ),
    sorts=(
        Sort("name", gettext_lazy("By user name"), ("username",)),
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
    ),
    search=lambda rows, text: (
        rows.filter(username__icontains=text.strip()) | rows.filter(name__icontains=text.strip())
    ),
    search_label=gettext_lazy("User name or full name"),
    file_name="staff",
    empty_title=gettext_lazy("Nobody found"),
    empty_text=gettext_lazy("Nobody of the bureau has this name. The system administrator opens accounts."),
)


def bureau_of(request: HttpRequest, roles: tuple[Role, ...] = SEES_STAFF) -> Authority:
    """The bureau in which the reader holds one of the roles (Forbidden for anybody else)."""
    grants = grants_of(scope.person(request), on=moment_of(request).on, roles=roles)
    found = grants.select_related("authority").order_by("id").first()
    if found is None:
        raise Forbidden
    return found.authority


def staff_of(request: HttpRequest) -> QuerySet[User]:
    kinds = (UserKind.OFFICER, UserKind.EXPERT)
    return User.objects.filter(kind__in=kinds, authority=bureau_of(request))


def _may(request: HttpRequest, act: Act, found: User) -> bool:
    """Whether the act is offered: the reader's role, another person than the reader."""
    held = grants_of(scope.person(request), on=moment_of(request).on, roles=[act.role] if act.role else [])
    return found.pk != scope.person(request).pk and held.filter(authority=found.authority_id).exists()


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("People of the bureau"), reverse("console:staff") if more else ""), *more]


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    """Everybody who has an account of the bureau."""
    found = staff_of(request)
    opens = grants_of(scope.person(request), on=moment_of(request).on, roles=[Role.SYSTEM_ADMIN]).exists()
    return respond(request, STAFF, [found], "console/staff.html", {"opens": opens, "crumbs": _crumbs()})


@require_safe
@login_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One person of the bureau: account, second factor, every role ever held."""
    found = get_object_or_404(staff_of(request), pk=pk)
    offered = [act for act in administering.ACTS if act.name != "end_role" and _offered(act, found)]
    acts = [
        (act.title, reverse("console:officer-act", args=[pk, act.name]))
        for act in offered
        if _may(request, act, found)
    ]
    grants = RoleGrant.objects.filter(user=found).select_related("unit", "granted_by", "source").order_by("-pk")
    context = {
        "found": found,
        "rows": [
            SummaryRow(_("User name"), found.username),
            SummaryRow(_("Full name"), found.name),
            SummaryRow(_("Account"), _("account open") if found.is_active else _("account closed")),
            SummaryRow(_("Second factor"), _("in use") if has_factor(found) else _("not in use")),
        ],
        "acts": acts,
        "grants": grants,
        "today": moment_of(request).on,
        "may_end": _may(request, find_act("person", found, "end_role"), found),
        "crumbs": _crumbs(Crumb(str(found))),
    }
    return render(request, "console/officer.html", context)


def _offered(act: Act, found: User) -> bool:
    if act.name == "link_identity" and not settings.IDENTITY_PROVIDERS:
        return False
    return found.is_active is not (act.name == "reopen_account")


class OpenOfficer(ActPage):
    """Open an account of the bureau; the password for one sign-in is shown once."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        bureau_of(request, (Role.SYSTEM_ADMIN,))
        if not proven(request):
            return confirm_first(request, back=request.get_full_path())
        return self._form(OpenPageForm(subject=None))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        bureau = bureau_of(request, (Role.SYSTEM_ADMIN,))
        data, password = sent(request), one_time_password()
        hashed = {**data, "password_hash": make_password(password)}
        try:
            made = submit_new(request, "person", "open_for_bureau", authority_id=bureau.pk, data=hashed)
        except BadData as refusal:
            form = OpenPageForm(data, subject=None)
            blame(form, refusal)
            return self._form(form, status=UNPROCESSABLE)
        return told(request, User.objects.get(pk=made.subject_id), password)

    def _form(self, form: ActForm, *, status: int = 200) -> HttpResponse:
        act = kind_named("person").opens["open_for_bureau"].act
        changes = (
            _("The account has no role yet: the security administrator grants roles."),
            _("The next page shows the password for one sign-in, once."),
        )
        context = {
            "act": act,
            "heading": act.title,
            "form": form,
            "key": self.request.POST.get("key") or new_key(),
            "version": "",
            "preview": Preview(changes=changes),
            "crumbs": _crumbs(Crumb(str(act.title))),
            "back_url": reverse("console:staff"),
        }
        return render(self.request, "console/company_act.html", context, status=status)


def told(request: HttpRequest, found: User, password: str) -> HttpResponse:
    """The only page that ever shows the password."""
    rows = [SummaryRow(_("User name"), found.username), SummaryRow(_("Password"), password)]
    context = {"found": found, "rows": rows, "crumbs": _crumbs(Crumb(str(found)))}
    response = render(request, "console/officer_password.html", context)
    response["Cache-Control"] = "no-store"
    return response


PREVIEWS = {
    "close_account": (
        gettext_lazy("The person is signed out everywhere and cannot sign in; what was lent from or to them ends."),
        gettext_lazy("Roles and records stay. A leader hands over what waits for this person."),
    ),
    "reopen_account": (gettext_lazy("The person can sign in once with a password that the next page shows once."),),
    "renew_password": (gettext_lazy("The password until now no longer works; the next page shows the new one once."),),
    "remove_factors": (
        gettext_lazy(
            "The person is signed out, needs a new password from the system administrator, and sets up a new factor."
        ),
    ),
    "link_identity": (
        gettext_lazy("The person can sign in by this provider; the second factor is asked for as ever."),
    ),
    "unlink_identities": (gettext_lazy("The person signs in with user name and password alone."),),
    "grant_role": (gettext_lazy("From that day on the person can do what the role allows."),),
    "end_role": (gettext_lazy("The role ends at once, and with it what was lent of it."),),
}


class OfficerAct(ActPage):
    """An administrator's act on one account of the bureau."""

    kind = "person"
    template_name = "console/company_act.html"
    done_message = gettext_lazy("Entered.")

    def get_action(self) -> str:
        name: str = self.kwargs["action"]
        if name not in PREVIEWS:
            raise Http404("There is no such act on this page.")
        return name

    def get_subject(self) -> User:
        found: User = get_object_or_404(staff_of(self.request), pk=self.kwargs["pk"])
        if not _may(self.request, find_act(self.kind, found, self.get_action()), found):
            raise Forbidden
        return found

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        action = self.get_action()
        if action not in WITH_PASSWORD:
            return super().post(request, *args, **kwargs)
        subject, password = self.get_subject(), one_time_password()
        data = {"password_hash": make_password(password)}
        submit(request, self.kind, subject.pk, action, data=data, version=posted_version(request))
        return told(request, subject, password)

    def page(self, subject: User, act: Act, form: ActForm | None, *, status: int = 200) -> HttpResponse:
        if act.name == "end_role" and form is not None and not form.is_bound:
            form.initial = {"grant": self.request.GET.get("grant", "")}
        return super().page(subject, act, None if act.name in WITH_PASSWORD else form, status=status)

    def preview(self, subject: User) -> Preview:
        return Preview(changes=PREVIEWS[self.get_action()])

    def crumbs(self, subject: User) -> list[Crumb]:
        here = Crumb(str(subject), reverse("console:officer", args=[subject.pk]))
        return _crumbs(here, Crumb(str(find_act(self.kind, subject, self.get_action()).title)))

    def success_url(self, subject: User) -> str:
        return reverse("console:officer", args=[subject.pk])
