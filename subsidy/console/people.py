"""People of companies for the counter: find an account, open one for somebody who stands there, check a name."""

from __future__ import annotations

import secrets

from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import make_password
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import User
from subsidy.accounts.selectors import grants_of
from subsidy.applicants.selectors import companies_of
from subsidy.console import scope
from subsidy.console.companies import bureau_at_counter, is_at_counter
from subsidy.web.acts import UNPROCESSABLE, ActPage, blame, find_act, new_key, posted_version, sent, submit, submit_new
from subsidy.web.components import Crumb, Preview, SummaryRow
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData, Forbidden
from workflows.common.subjects import kind_named
from workflows.person.forms import OpenForm

SEES_PEOPLE = (Role.COUNTER, Role.AUDITOR)
# Neither 0 and o nor 1, i and l: the password is read from a screen or a slip of paper.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


class OpenPageForm(OpenForm):
    """What the officer fills in; the password is made by the page."""

    password_hash = None  # type: ignore[assignment]  # Django's way to leave out a field of the form above


def one_time_password() -> str:
    """About 79 bits, in groups that can be read aloud."""
    return "-".join("".join(secrets.choice(_SIGNS) for _sign in range(_GROUP)) for _group in range(_GROUPS))


def _search(rows: QuerySet[User], text: str) -> QuerySet[User]:
    return rows.filter(Q(username__icontains=text.strip()) | Q(name__icontains=text.strip()))


PEOPLE = ListSpec(
    model=User,
    columns=(
        Column("username", gettext_lazy("User name"), link=lambda one: reverse("console:person", args=[one.pk])),
        Column("name", gettext_lazy("Full name")),
        Column(
            "name_checked",
            gettext_lazy("Name compared"),
            lambda one: _("name checked") if one.name_checked else _("name not checked"),
            kind="state",
            tone=lambda one: "done" if one.name_checked else "wait",
        ),
        Column("date_joined", gettext_lazy("Account since"), kind="day"),
    ),
    sorts=(
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
        Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
    ),
    search=_search,
    search_label=gettext_lazy("User name or full name"),
    file_name="people",
    empty_title=gettext_lazy("Nobody found"),
    empty_text=gettext_lazy("Ask the person to spell the address or number out, or open an account for them."),
)


def people_for(request: HttpRequest) -> QuerySet[User]:
    """People of companies whose accounts the reader's bureaus keep. Raises Forbidden for those who see none."""
    scope.standing(request)
    bureaus = grants_of(scope.person(request), on=moment_of(request).on, roles=SEES_PEOPLE).values("authority")
    if not bureaus.exists():
        raise Forbidden
    return User.objects.filter(kind=UserKind.COMPANY, authority__in=bureaus)


def _crumbs(*more: Crumb) -> list[Crumb]:
    companies = Crumb(_("Companies"), reverse("console:companies"))
    return [companies, Crumb(_("People of companies"), reverse("console:people") if more else ""), *more]


def _may_act(request: HttpRequest, found: User) -> bool:
    return found.authority_id is not None and is_at_counter(request, found.authority_id)


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    """Who has an account."""
    found = people_for(request)
    may_open = grants_of(scope.person(request), on=moment_of(request).on, roles=[Role.COUNTER]).exists()
    context = {"may_open": may_open, "crumbs": _crumbs()}
    return respond(request, PEOPLE, [found], "console/people.html", context)


@require_safe
@login_required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: who they are, whether anybody has checked it, for whom they act."""
    found = get_object_or_404(people_for(request), pk=pk)
    kind = kind_named("person")
    acts = []
    if _may_act(request, found):
        addresses = {
            "check_name": reverse("console:person-act", args=[pk, "check_name"]),
            "give_password": reverse("console:person-password", args=[pk]),
        }
        acts = [(act.title, addresses[act.name]) for act in kind.free_acts if act.name in addresses]
    context = {"found": found, "rows": _rows(found), "acts": acts, "crumbs": _crumbs(Crumb(str(found)))}
    context["may_register"] = grants_of(scope.person(request), on=moment_of(request).on, roles=[Role.COUNTER]).exists()
    context["companies"] = list(companies_of(found, on=moment_of(request).on).filter(authority=found.authority_id))
    return render(request, "console/person.html", context)


def _rows(found: User) -> list[SummaryRow]:
    checked = "" if found.name_checked else _("Nobody has compared the name with an identity card yet.")
    rows = [SummaryRow(_("User name"), found.username), SummaryRow(_("Full name"), found.name, wrong=checked)]
    if found.password_to_change:
        rows.append(SummaryRow(_("Password"), _("given for one sign-in, not yet changed by the person")))
    return rows


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def open_account(request: HttpRequest) -> HttpResponse:
    """Open an account for somebody who stands at the counter; the password for one sign-in is shown once."""
    bureau = bureau_at_counter(request)
    form, status = OpenPageForm(subject=None), 200
    if request.method == "POST":
        data, password = sent(request), one_time_password()
        hashed = {**data, "password_hash": make_password(password)}
        try:
            made = submit_new(request, "person", "open_at_counter", authority_id=bureau.pk, data=hashed)
        except BadData as refusal:
            form, status = OpenPageForm(data, subject=None), UNPROCESSABLE
            blame(form, refusal)
        else:
            return _told(request, User.objects.get(pk=made.subject_id), password)
    context = {
        "act": kind_named("person").opens["open_at_counter"].act,
        "heading": _("Open an account for a person at the counter"),
        "form": form,
        "key": request.POST.get("key") or new_key(),
        "version": "",
        "preview": Preview(
            changes=(
                _(
                    "The person can sign in once with a password that this page shows once, and then chooses an own one."
                ),
                _("That you helped is recorded."),
            )
        ),
        "crumbs": _crumbs(Crumb(_("Open an account"))),
        "back_url": reverse("console:people"),
    }
    return render(request, "console/company_act.html", context, status=status)


def _told(request: HttpRequest, found: User, password: str) -> HttpResponse:
    """The only page that ever shows the password."""
    rows = [SummaryRow(_("User name"), found.username), SummaryRow(_("Password"), password)]
    context = {"found": found, "rows": rows, "crumbs": _crumbs(Crumb(str(found)))}
    response = render(request, "console/person_password.html", context)
    response["Cache-Control"] = "no-store"
    return response


class PersonAct(ActPage):
    """An act of the counter on a person's account."""

    kind = "person"
    action = "check_name"
    template_name = "console/company_act.html"
    done_message = gettext_lazy("Entered.")

    def get_action(self) -> str:
        if self.kwargs.get("action", self.action) != self.action:
            raise Http404("There is no such act on this page.")
        return self.action

    def get_subject(self) -> User:
        found: User = get_object_or_404(people_for(self.request), pk=self.kwargs["pk"])
        if not _may_act(self.request, found):
            raise Forbidden
        return found

    def preview(self, subject: User) -> Preview:
        return Preview(changes=(_("The name then proves who %(name)s is.") % {"name": subject},))

    def crumbs(self, subject: User) -> list[Crumb]:
        here = Crumb(str(subject), reverse("console:person", args=[subject.pk]))
        return _crumbs(here, Crumb(find_act(self.kind, subject, self.get_action()).title))

    def success_url(self, subject: User) -> str:
        return reverse("console:person", args=[subject.pk])


class GivePassword(PersonAct):
    """A new password for one sign-in, shown once."""

    action = "give_password"

    def preview(self, subject: User) -> Preview:
        names = {"name": subject}
        return Preview(
            changes=(
                _("The password of %(name)s until now no longer works; who is signed in under it is signed out.")
                % names,
                _("The next page shows the new one once. Compare the identity card before you hand it over."),
            ),
            told=(str(subject),),
        )

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        subject, password = self.get_subject(), one_time_password()
        data = {"password_hash": make_password(password)}
        submit(request, self.kind, subject.pk, self.action, data=data, version=posted_version(request))
        return _told(request, subject, password)

    def page(self, subject: User, act: Act, form: ActForm | None, *, status: int = 200) -> HttpResponse:
        return super().page(subject, act, None, status=status)
