"""Payee accounts for officers: all of the bureau's, those of one company with their history, and what can be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import django_filters
from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import Role
from subsidy.accounts.selectors import grants_of
from subsidy.applicants.banks import bank_warnings
from subsidy.applicants.enums import AccountState
from subsidy.applicants.models import AccountFreeze, Company, PayeeAccount
from subsidy.console import scope
from subsidy.documents.models import StoredFile
from subsidy.documents.responses import file_response
from subsidy.web.accounts import STATE_WORDS, AccountShown, Offer, accounts_shown, masked, paper_of
from subsidy.web.acts import ActPage, act_form, find_act
from subsidy.web.components import Crumb, Preview, SummaryRow, Text
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import acting_of, moment_of
from subsidy.web.reads import about
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import Forbidden

# Account numbers are shown whole only to those whose work is to compare them.
SEES_ACCOUNTS = (
    Role.COUNTER,
    Role.SUPERVISION,
    Role.FINANCE_PREPARE,
    Role.FINANCE_CHECK,
    Role.FINANCE_RELEASE,
    Role.AUDITOR,
)
HOLDS = (
    ("frozen", gettext_lazy("frozen by a court")),
    ("cooling", gettext_lazy("cooling")),
    ("explanation", gettext_lazy("explanation to accept")),
)


def _bureaus(request: HttpRequest) -> QuerySet[Any, Any]:
    """The bureaus whose accounts the reader sees. Raises Forbidden for those who see none anywhere."""
    found = grants_of(scope.person(request), on=moment_of(request).on, roles=SEES_ACCOUNTS).values("authority")
    if not found.exists():
        raise Forbidden
    return found


def company_for(request: HttpRequest, pk: int) -> Company:
    """A company of a bureau whose accounts the reader sees (Http404 otherwise)."""
    found = get_object_or_404(Company, pk=pk, authority__in=_bureaus(request))
    about(request, Company.STREAM, found.pk, found.pk)
    return found


def _find(accounts: QuerySet[PayeeAccount], text: str) -> QuerySet[PayeeAccount]:
    return accounts.filter(Q(company__name__icontains=text) | Q(company__uscc=text) | Q(account_number=text))


def account_filter(at: dt.datetime) -> type[django_filters.FilterSet]:
    """Filters by state, and by what holds an account back at `at`."""

    def by_hold(accounts: QuerySet[PayeeAccount], _name: str, value: str) -> QuerySet[PayeeAccount]:
        if value == "frozen":
            orders = AccountFreeze.objects.filter(account=OuterRef("pk"), lifted_at__isnull=True)
            return accounts.filter(Exists(orders))
        if value == "explanation":
            return accounts.filter(state=AccountState.PROPOSED, explanation__isnull=False, accepted_at__isnull=True)
        return accounts.filter(state=AccountState.CONFIRMED, payable_from__gt=at)

    class AccountFilter(django_filters.FilterSet):
        state = django_filters.ChoiceFilter(label=_("State"), choices=AccountState.choices, empty_label=_("all"))
        held = django_filters.ChoiceFilter(label=_("Held back"), choices=HOLDS, empty_label=_("all"), method=by_hold)

    return AccountFilter


def list_spec(at: dt.datetime) -> ListSpec:
    """The payee accounts of the reader's bureaus; numbers are masked here and in the export."""
    return ListSpec(
        model=PayeeAccount,
        columns=(
            Column("company", _("Company"), value="company.name", link=lambda one: url_of(one.company_id)),
            Column("uscc", _("Credit code"), value="company.uscc", shown=False),
            Column("bank_name", _("Bank")),
            Column("number", _("Account number"), value=lambda one: masked(one.account_number)),
            Column("proposed_at", _("Entered at"), kind="instant"),
            Column(
                "state",
                _("State"),
                value=lambda one: STATE_WORDS[one.state][0],
                kind="state",
                tone=lambda one: STATE_WORDS[one.state][1],
            ),
        ),
        sorts=(Sort("-id", _("Newest first"), ("-id",)), Sort("id", _("Oldest first"), ("id",))),
        filterset=account_filter(at),
        search=_find,
        search_label=_("Company, credit code or account number"),
        related=("company",),
        file_name="payee-accounts",
        empty_title=_("No payee account"),
        empty_text=_("Companies enter their accounts; nothing fits what you asked for."),
    )


def url_of(company_id: int) -> str:
    return reverse("console:company-accounts", args=[company_id])


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """All payee accounts of the bureau."""
    accounts = PayeeAccount.objects.filter(authority__in=_bureaus(request))
    return respond(request, list_spec(moment_of(request).at), [accounts], "console/accounts.html")


@login_required
@require_safe
def of_company(request: HttpRequest, pk: int) -> HttpResponse:
    """Every account of a company with what befell it, and what the reader may do about it."""
    company = company_for(request, pk)
    roles = set(acting_of(request).roles)
    shown = accounts_shown(company, at=moment_of(request).at, whole=True, file_url=_paper_url(company))
    context = {
        "company": company,
        "accounts": [replace(one, acts=list(_offers(one, roles))) for one in shown],
        "may_enter": Role.COUNTER in roles,
        "crumbs": [Crumb(_("Payee accounts"), reverse("console:accounts")), Crumb(company.name)],
    }
    return render(request, "console/company_accounts.html", context)


def _paper_url(company: Company) -> Callable[[StoredFile], str]:
    return lambda paper: reverse("console:account-paper", args=[company.pk, paper.pk])


def _offers(shown: AccountShown, roles: set[str]) -> Iterator[Offer]:
    """What a reader of these roles may do with an account as it stands; the door judges anew."""
    row, names = shown.row, []
    if row.state == AccountState.PROPOSED:
        names = ["accept_explanation"] if shown.unexplained else ["confirm_account_at_counter"]
        names.append("refuse_account")
    elif row.state == AccountState.CONFIRMED:
        names.append("freeze_account")
    if any(freeze.lifted_at is None for freeze in shown.freezes):
        names.append("lift_freeze")
    for name in names:
        act = find_act("company", row.company, name)
        if act.role in roles:
            yield Offer(act.title, reverse("console:account-act", args=[row.company_id, row.pk, name]))


@login_required
@require_safe
def paper(request: HttpRequest, pk: int, paper: int) -> HttpResponseBase:
    """A bank's letter, an explanation or an order of a court, as a file."""
    found = paper_of(company_for(request, pk), paper)
    if found is None:
        raise Http404("There is no such paper of this company's accounts.")
    return file_response(found)


class CompanyAct(ActPage):
    """An act on the payee accounts of a company."""

    kind = "company"
    done_message = gettext_lazy("Done. It stands in the history of the account.")

    def get_subject(self) -> Company:
        return company_for(self.request, self.kwargs["pk"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page of an act is for those who may do it."""
        subject = self.get_subject()
        act = find_act(self.kind, subject, self.get_action())
        if act.role not in acting_of(request).roles:
            raise Forbidden
        return self.page(subject, act, self.form_of(act, subject))

    def form_of(self, act: Act, subject: Company) -> ActForm | None:
        return act_form(act, subject)

    def success_url(self, subject: Company) -> str:
        return url_of(subject.pk)

    def crumbs(self, subject: Company) -> list[Crumb]:
        accounts = Crumb(_("Payee accounts"), reverse("console:accounts"))
        return [
            accounts,
            Crumb(subject.name, url_of(subject.pk)),
            Crumb(find_act("company", subject, self.get_action()).title),
        ]


class Enter(CompanyAct):
    """An account entered at the counter from the company's papers; the company then confirms it."""

    action = "enter_account_at_counter"

    def preview(self, subject: Company) -> Preview:
        return Preview(
            changes=(
                _("The account is noted for %(name)s.") % {"name": subject.name},
                _("Money goes to it only when a second person has confirmed it."),
            ),
            told=(_("The company, which finds it among its payee accounts."),),
        )


class AccountAct(CompanyAct):
    """One account and one act on it: confirm, accept its explanation, refuse, freeze, lift."""

    template_name = "console/account_act.html"
    SAYS: Mapping[str, tuple[Text, ...]] = {
        "confirm_account_at_counter": (
            gettext_lazy("Payments to the company may go to this account."),
            gettext_lazy(
                "The account used until now, if there is one, ends; the new one then cools before it is paid to."
            ),
        ),
        "accept_explanation": (
            gettext_lazy(
                "The other name of the holder is accepted; a second person of the company can confirm the account."
            ),
        ),
        "refuse_account": (gettext_lazy("The account can no longer be confirmed; the company sees your reason."),),
        "freeze_account": (
            gettext_lazy("Nothing is paid to this account until the order is lifted."),
            gettext_lazy("A batch that pays to it is refused at its next step."),
        ),
        "lift_freeze": (gettext_lazy("The account can be paid to again, unless another order holds it."),),
    }

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in self.SAYS:
            raise Http404("There is no such act on an account.")
        return action

    def account(self, subject: Company) -> PayeeAccount:
        return get_object_or_404(PayeeAccount, company=subject, pk=self.kwargs["account"])

    def data(self, subject: Company) -> dict[str, Any]:
        return {**super().data(subject), "account": self.account(subject).pk}

    def form_of(self, act: Act, subject: Company) -> ActForm | None:
        """The form with what the address says filled in; the orders on offer are those against this account."""
        form = act_form(act, subject, initial={"account": self.kwargs["account"]})
        if form is not None and "freeze" in form.fields:
            field = form.fields["freeze"]
            assert isinstance(field, forms.ModelChoiceField) and field.queryset is not None
            field.queryset = field.queryset.filter(account=self.kwargs["account"])
        return form

    def preview(self, subject: Company) -> Preview:
        return Preview(changes=self.SAYS[self.get_action()], told=(_("The company, on its page of payee accounts."),))

    def context(self, subject: Company) -> dict[str, Any]:
        account = self.account(subject)
        warnings = bank_warnings(bank_name=account.bank_name, bank_code=account.bank_code)
        rows = [
            SummaryRow(_("Company"), subject.name),
            SummaryRow(_("Account holder"), account.holder_name),
            SummaryRow(_("Account number"), account.account_number),
            SummaryRow(_("Bank"), account.bank_name),
            SummaryRow(_("Bank code (CNAPS)"), account.bank_code, wrong=" ".join(str(one) for one in warnings)),
            SummaryRow(_("Entered by"), str(account.proposed_by)),
        ]
        return {"rows": rows}
