"""Registering a company online: what is asked, how the request stands, what its person or the legal representative does."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import Authority
from subsidy.applicants.enums import RegistrationConflict, RegistrationState
from subsidy.applicants.models import Registration
from subsidy.documents.responses import file_response
from subsidy.documents.selectors import files_of
from subsidy.portal.access import user_of
from subsidy.web.acts import UNPROCESSABLE, ActPage, blame, new_key, sent, submit_new
from subsidy.web.companies import REGISTRATION_TONES, registration_files, registration_rows
from subsidy.web.components import Crumb, Preview
from subsidy.web.formats import pick
from workflows.common.refusals import BadData, Message
from workflows.common.subjects import kind_named
from workflows.registration.forms import AskForm


def my_registrations(request: HttpRequest) -> QuerySet[Registration]:
    """Requests that the person made, or is asked to confirm as legal representative."""
    mine = Q(person=user_of(request)) | Q(confirmer=user_of(request))
    rows = Registration.objects.filter(mine).select_related("company", "person", "confirmer", "authority")
    return rows.order_by("-id")


def _crumbs(*more: Crumb) -> list[Crumb]:
    company = Crumb(_("My company"), reverse("portal:companies"))
    return [Crumb(_("My page"), reverse("portal:home")), company, *more]


class Choose(LoginRequiredMixin, View):
    """At which bureau to register; the only one straight away."""

    def get(self, request: HttpRequest) -> HttpResponse:
        bureaus = list(Authority.objects.order_by("id"))
        if len(bureaus) == 1:
            return redirect("portal:register", bureau=bureaus[0].code)
        context = {
            "bureaus": [(one.code, pick(one.name_zh, one.name_en)) for one in bureaus],
            "crumbs": _crumbs(Crumb(_("Register a company"))),
        }
        return render(request, "portal/register_at.html", context)


class Ask(LoginRequiredMixin, View):
    """The form of a registration; sent, it is a matter of its own."""

    def get(self, request: HttpRequest, bureau: str) -> HttpResponse:
        return self.page(request, self.bureau(bureau), AskForm(subject=None))

    def post(self, request: HttpRequest, bureau: str) -> HttpResponse:
        authority = self.bureau(bureau)
        data = sent(request)
        try:
            outcome = submit_new(
                request, "registration", "ask", authority_id=authority.pk, data=data, files=request.FILES
            )
        except BadData as refusal:
            form = AskForm(data, request.FILES, subject=None)
            blame(form, refusal)
            return self.page(request, authority, form, status=UNPROCESSABLE)
        return redirect("portal:registration", pk=outcome.subject_id)

    def bureau(self, code: str) -> Authority:
        if self.request.user.is_authenticated and self.request.user.kind != UserKind.COMPANY:
            raise Http404("only people of companies register companies here")
        return get_object_or_404(Authority, code=code)

    def page(self, request: HttpRequest, authority: Authority, form: AskForm, *, status: int = 200) -> HttpResponse:
        context = {
            "act": kind_named("registration").opens["ask"].act,
            "heading": _("Register a company"),
            "form": form,
            "key": request.POST.get("key") or new_key(),
            "version": "",
            "case": None,
            "live": None,
            "preview": Preview(
                changes=(
                    _("Your request is compared with what the bureau holds of this code."),
                    _("You may act for the company when the legal representative or the counter has confirmed it."),
                ),
                told=(
                    _("The legal representative, if you name one; else the bureau's counter."),
                    pick(authority.name_zh, authority.name_en),
                ),
            ),
            "crumbs": _crumbs(Crumb(_("Register a company"))),
            "back_url": reverse("portal:companies"),
        }
        return render(request, "portal/act.html", context, status=status)


class Show(LoginRequiredMixin, View):
    """Where a request stands, whom it waits for, what did not agree."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        registration = get_object_or_404(my_registrations(request), pk=pk)
        conflict = RegistrationConflict(registration.conflict).label if registration.conflict else ""
        context = {
            "registration": registration,
            "tone": REGISTRATION_TONES[registration.state],
            "conflict": conflict,
            "rows": registration_rows(registration),
            "files": registration_files(
                registration, lambda file: reverse("portal:registration-file", args=[pk, file.pk])
            ),
            "acts": [
                (act.title, reverse("portal:registration-act", args=[pk, act.name]), act.danger)
                for act in kind_named("registration").free_acts
                if act.name in offered(registration, user_of(request).pk)
            ],
            "crumbs": _crumbs(Crumb(registration.name)),
        }
        return render(request, "portal/registration.html", context)


def offered(registration: Registration, person_id: int) -> set[str]:
    """The acts that are this person's to do now."""
    found: set[str] = set()
    if registration.state == RegistrationState.AWAITING_REPRESENTATIVE and registration.confirmer_id == person_id:
        found |= {"confirm", "decline"}
    if registration.state in RegistrationState.open_values() and registration.person_id == person_id:
        found.add("withdraw")
    return found


class RegistrationFile(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, pk: int, file: int) -> FileResponse:
        registration = get_object_or_404(my_registrations(request), pk=pk)
        return file_response(get_object_or_404(files_of("registration", registration.pk), pk=file))


class RegistrationAct(ActPage):
    kind = "registration"
    template_name = "portal/act.html"
    done_words = {
        "confirm": gettext_lazy("Confirmed. Where the bureau's records agree, the person may act at once."),
        "decline": gettext_lazy("Declined. The person cannot act for the company."),
        "withdraw": gettext_lazy("The registration is withdrawn."),
    }

    def get_subject(self) -> Registration:
        subject = get_object_or_404(my_registrations(self.request), pk=self.kwargs["pk"])
        if self.kwargs["action"] not in offered(subject, user_of(self.request).pk):
            raise Http404("this act is not this person's, or not possible now")
        return subject

    def get_action(self) -> str:
        return str(self.kwargs["action"])

    def done(self) -> Message:
        return self.done_words[self.get_action()]

    def preview(self, subject: Registration) -> Preview:
        names = {"person": subject.person.name, "company": subject.name}
        said = {
            "confirm": _("%(person)s files and administers for %(company)s; you confirm and administer.") % names,
            "decline": _("The request of %(person)s for %(company)s ends.") % names,
            "withdraw": _("Your request for %(company)s ends.") % names,
        }
        return Preview(changes=(said[self.get_action()],), told=(subject.person.name,))

    def crumbs(self, subject: Registration) -> list[Crumb]:
        return _crumbs(Crumb(subject.name, reverse("portal:registration", args=[subject.pk])))

    def success_url(self, subject: Registration) -> str:
        return reverse("portal:registration", args=[subject.pk])

    def context(self, subject: Registration) -> dict[str, Any]:
        return {"case": None, "live": None}
