"""The people of a company: who may what, since when and until when; giving, ending and handing over; its history."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from subsidy.applicants.models import Company
from subsidy.applicants.rights import ADMINISTER_FOR, CONFIRM_FOR
from subsidy.applicants.selectors import companies_of
from subsidy.documents.responses import file_response
from subsidy.documents.selectors import files_of
from subsidy.portal.access import may, my_company, user_of
from subsidy.portal.views.company import CompanyAct
from subsidy.web.companies import changes_table, kin_table, prefilled, rights_shown
from subsidy.web.components import Crumb, Preview
from subsidy.web.person import moment_of
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import Message
from workflows.common.subjects import kind_named

WHO_MAY = {
    "grant_right": ADMINISTER_FOR,
    "end_right": ADMINISTER_FOR,
    "hand_over": ADMINISTER_FOR,
    "appoint_administrator": CONFIRM_FOR,
}


def _crumbs(company: Company, *more: Crumb) -> list[Crumb]:
    here = Crumb(company.name, reverse("portal:company", args=[company.pk]))
    return [Crumb(_("My page"), reverse("portal:home")), here, *more]


class Team(LoginRequiredMixin, View):
    """Who acts for the company and by what; what this person may change of it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        company = my_company(request, pk)
        acts = kind_named("company")
        open_to = [name for name, right in WHO_MAY.items() if name != "end_right" and may(request, pk, right)]
        ends = may(request, pk, ADMINISTER_FOR)
        context = {
            "company": company,
            "rights": rights_shown(
                company,
                on=moment_of(request).on,
                end_url=(lambda row: reverse("portal:team-act", args=[pk, "end_right"]) + f"?right={row}")
                if ends
                else None,
                letter_url=lambda file: reverse("portal:team-letter", args=[pk, file]),
            ),
            "acts": [
                (acts.free_act(name).title, reverse("portal:team-act", args=[pk, name]))  # type: ignore[union-attr]
                for name in open_to
            ],
            "crumbs": _crumbs(company, Crumb(_("People and rights"))),
        }
        return render(request, "portal/team.html", context)


class TeamLetter(LoginRequiredMixin, View):
    """A letter of authorisation, for those who act for the company."""

    def get(self, request: HttpRequest, pk: int, file: int) -> FileResponse:
        company = my_company(request, pk)
        rights = company.companyuserobjectpermission_set.filter(letter=file).select_related("letter")
        right = rights.first()
        if right is not None and right.letter is not None:
            return file_response(right.letter)
        return file_response(get_object_or_404(files_of("company", company.pk).filter(slot="letter"), pk=file))


class History(LoginRequiredMixin, View):
    """What the company was called and how it stood, with the day and the document of each change."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        company = my_company(request, pk)
        context = {
            "company": company,
            "changes": changes_table(company),
            "kin": kin_table(company),
            "crumbs": _crumbs(company, Crumb(_("History"))),
        }
        return render(request, "portal/history.html", context)


class TeamAct(CompanyAct):
    """One act on the rights of the company."""

    done_words = {
        "grant_right": gettext_lazy("The right is given."),
        "end_right": gettext_lazy("The right has ended."),
        "hand_over": gettext_lazy("Handed over. Your own rights have ended."),
        "appoint_administrator": gettext_lazy("The new administrator is named."),
    }

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in WHO_MAY:
            raise Http404("there is no such act on this page")
        return action

    def done(self) -> Message:
        return self.done_words[self.get_action()]

    def heading(self, subject: Company, act: Act) -> Message:
        return act.title

    def success_url(self, subject: Company) -> str:
        # Whoever hands over or ends the own right sees the company no longer.
        mine = my_company_or_none(self.request, subject.pk)
        return reverse("portal:team", args=[subject.pk]) if mine else reverse("portal:companies")

    def crumbs(self, subject: Company) -> list[Crumb]:
        return _crumbs(subject, Crumb(_("People and rights"), reverse("portal:team", args=[subject.pk])))

    def page(self, subject: Any, act: Act, form: ActForm | None, *, status: int = 200) -> HttpResponse:
        return super().page(subject, act, prefilled(form, self.request.GET.dict()), status=status)

    def preview(self, subject: Company) -> Preview:
        said = {
            "grant_right": _("The person may act for %(name)s from today, until the day you enter."),
            "end_right": _("The person loses this right for %(name)s at once; what they did stays valid."),
            "hand_over": _("The person takes over everything that you may do for %(name)s; your rights end at once."),
            "appoint_administrator": _("The person administers %(name)s; whoever did so before loses that right."),
        }
        return Preview(changes=(said[self.get_action()] % {"name": subject.name},))


def my_company_or_none(request: HttpRequest, pk: int) -> Company | None:
    return companies_of(user_of(request), on=moment_of(request).on).filter(pk=pk).first()
