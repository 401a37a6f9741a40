"""The company itself: what the state knows of it and from whom, its titles, its people, its payee accounts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from subsidy.applicants.banks import bank_warnings
from subsidy.applicants.enums import AccountState, RegistrationState
from subsidy.applicants.models import Company, PayeeAccount
from subsidy.applicants.rights import rights_in
from subsidy.applicants.selectors import companies_of
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.documents.responses import file_response
from subsidy.portal.access import CONFIRM_FOR, FILE_FOR, may, my_company, user_of
from subsidy.portal.views.registration import my_registrations
from subsidy.registers.enums import LISTS
from subsidy.registers.selectors import spans_of
from subsidy.registers.spans import Span
from subsidy.web.accounts import AccountShown, Offer, accounts_shown, paper_of
from subsidy.web.acts import ActPage
from subsidy.web.companies import RIGHT_WORDS
from subsidy.web.company_facts import facts_by_source
from subsidy.web.components import Crumb, Preview, SummaryRow, Text
from subsidy.web.formats import pick
from subsidy.web.person import moment_of


class Companies(LoginRequiredMixin, View):
    """The one company straight away; several to choose from."""

    def get(self, request: HttpRequest) -> HttpResponse:
        companies = list(companies_of(user_of(request), on=moment_of(request).on))
        asked = list(my_registrations(request).filter(state__in=RegistrationState.open_values()))
        if len(companies) == 1 and not asked:
            return redirect("portal:company", pk=companies[0].pk)
        return render(request, "portal/companies.html", {"companies": companies, "registrations": asked})


class CompanyPage(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        company = my_company(request, pk)
        context = {
            "company": company,
            "facts": facts_by_source(company, page=lambda name: reverse("portal:fact", args=[company.pk, name])),
            "recognitions": recognitions_of(company, request),
            "team": team_of(company, moment_of(request).on),
            "accounts": accounts_of(company, request),
            "may_file": may(request, company.pk, FILE_FOR),
            "crumbs": [Crumb(_("My page"), reverse("portal:home")), Crumb(company.name)],
        }
        return render(request, "portal/company.html", context)


SOON = 90
"""Calendar days before its last day on which a title is said to end soon."""


@dataclass(frozen=True)
class Recognition:
    """A title and the days on which it was or is held; `days_left` while it ends soon, `url` leads to its case."""

    span: Span
    valid: bool
    days_left: int | None
    url: str
    link_text: str


def recognitions_of(company: Company, request: HttpRequest) -> list[Recognition]:
    """Titles with their certificates, the newest first; three statements."""
    today = moment_of(request).on
    spans = [span for span in spans_of(company.pk) if span.entry.kind not in LISTS]
    keys = [span.entry.case_key for span in spans if span.entry.case_key is not None]
    numbers = dict(Case.objects.filter(pk__in=keys).values_list("pk", "number"))
    letters = certificates_of(keys)
    return [_recognition(span, today, numbers, letters) for span in spans]


def certificates_of(case_ids: list[int]) -> dict[int, int]:
    """The certificate of each case in the active language, by its key."""
    found = Letter.objects.filter(case__in=case_ids, kind=LetterKind.CERTIFICATE, language=pick("zh", "en"))
    return dict(found.order_by("pk").values_list("case_id", "pk"))


def _recognition(span: Span, today: dt.date, numbers: dict[int, str], letters: dict[int, int]) -> Recognition:
    key, valid = span.entry.case_key or 0, span.holds(today)
    left = (span.last - today).days if valid and span.last is not None else SOON + 1
    url, words = "", ""
    if key in letters:
        url, words = reverse("portal:letter", args=[numbers[key], letters[key]]), _("Certificate (PDF)")
    elif key in numbers:
        url, words = reverse("portal:case", args=[numbers[key]]), _("The application")
    return Recognition(span, valid, left if left <= SOON else None, url, words)


def team_of(company: Company, on: dt.date) -> list[tuple[str, str, list[Text]]]:
    """Who may act for the company, and how: name, user name, rights in words."""
    found: dict[tuple[str, str], list[Text]] = {}
    for row in rights_in(company, on=on):
        words = RIGHT_WORDS.get(row.permission.codename, row.permission.codename)
        found.setdefault((str(row.user), row.user.username), []).append(words)
    return [(name, username, words) for (name, username), words in found.items()]


def accounts_of(company: Company, request: HttpRequest) -> list[AccountShown]:
    """The payee accounts, the newest first, each with what this person may do about it."""
    may_confirm = may(request, company.pk, CONFIRM_FOR)
    shown = accounts_shown(
        company,
        at=moment_of(request).at,
        whole=False,
        file_url=lambda paper: reverse("portal:account-paper", args=[company.pk, paper.pk]),
    )
    return [replace(one, acts=_offers(one)) if may_confirm else one for one in shown]


def _offers(shown: AccountShown) -> list[Offer]:
    if shown.row.state != AccountState.PROPOSED or shown.unexplained:
        return []
    url = reverse("portal:confirm-account", args=[shown.row.company_id, shown.row.pk])
    return [Offer(_("Compare and confirm"), url)]


class Accounts(LoginRequiredMixin, View):
    """Every account that the company ever had, with what befell it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        company = my_company(request, pk)
        here = Crumb(company.name, reverse("portal:company", args=[pk]))
        context = {
            "company": company,
            "accounts": accounts_of(company, request),
            "may_file": may(request, company.pk, FILE_FOR),
            "crumbs": [Crumb(_("My page"), reverse("portal:home")), here, Crumb(_("Payee accounts"))],
        }
        return render(request, "portal/accounts.html", context)


class AccountPaper(LoginRequiredMixin, View):
    """A paper of an account of the own company."""

    def get(self, request: HttpRequest, pk: int, paper: int) -> HttpResponseBase:
        found = paper_of(my_company(request, pk), paper)
        if found is None:
            raise Http404("no such paper of this company's accounts")
        return file_response(found)


class CompanyAct(ActPage):
    kind = "company"
    template_name = "portal/act.html"
    title: Text = ""

    def get_subject(self) -> Company:
        return my_company(self.request, self.kwargs["pk"])

    def success_url(self, subject: Company) -> str:
        return reverse("portal:company", args=[subject.pk]) + "#accounts"

    def heading(self, subject: Company, act: Any) -> Text:
        return self.title

    def crumbs(self, subject: Company) -> list[Crumb]:
        here = Crumb(subject.name, reverse("portal:company", args=[subject.pk]))
        return [Crumb(_("My page"), reverse("portal:home")), here, Crumb(str(self.title))]

    def context(self, subject: Company) -> dict[str, Any]:
        return {"case": None, "live": None}


class ProposeAccount(CompanyAct):
    action = "propose_account"
    title = gettext_lazy("Enter a payee account")
    done_message = gettext_lazy("The account is entered. A second person of your company must confirm it.")

    def preview(self, subject: Company) -> Preview:
        return Preview(
            changes=(
                _("The account is noted for %(name)s.") % {"name": subject.name},
                _("Money goes to it only when a second person has confirmed it."),
            ),
            told=(_("Your legal representative or authorised person."),),
        )


class ConfirmAccount(CompanyAct):
    """One account with all of its number: whoever confirms compares it with the bank's papers."""

    action = "confirm_account"
    title = gettext_lazy("Confirm a payee account")
    done_message = gettext_lazy("The account is confirmed and in use from now on.")
    template_name = "portal/confirm_account.html"

    def account(self, subject: Company) -> PayeeAccount:
        account = PayeeAccount.objects.filter(company=subject, pk=self.kwargs["account"]).first()
        if account is None:
            raise Http404("no such account of this company")
        return account

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.get_subject()
        if self.account(subject).state != AccountState.PROPOSED or not may(request, subject.pk, CONFIRM_FOR):
            return redirect(self.success_url(subject))
        return super().get(request, *args, **kwargs)

    def data(self, subject: Company) -> dict[str, Any]:
        return {"account": self.account(subject).pk}

    def preview(self, subject: Company) -> Preview:
        return Preview(
            changes=(
                _("Payments to your company may go to this account."),
                _("The account used until now, if there is one, ends; a changed account cools before it is paid to."),
            ),
            told=(_("The finance office, when it prepares a payment."),),
        )

    def context(self, subject: Company) -> dict[str, Any]:
        account = self.account(subject)
        warnings = bank_warnings(bank_name=account.bank_name, bank_code=account.bank_code)
        rows = [
            SummaryRow(_("Account holder"), account.holder_name),
            SummaryRow(_("Account number"), account.account_number),
            SummaryRow(_("Bank"), account.bank_name),
            SummaryRow(_("Bank code (CNAPS)"), account.bank_code, wrong=" ".join(str(one) for one in warnings)),
            SummaryRow(_("Entered by"), str(account.proposed_by)),
        ]
        return {**super().context(subject), "rows": rows}
