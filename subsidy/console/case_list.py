"""The list of cases as declared: for auditors, and behind the figures of those who lead."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import django_filters
from django import forms
from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.programmes.models import Policy
from subsidy.reporting.overview import STAGES, filed_between, paid_between, reached, settled
from subsidy.web.components import Text
from subsidy.web.formats import pick
from subsidy.web.lists import Column, ListSpec, Sort

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
STAGE_WORDS: dict[str, Text] = {
    "filed": _("Filed in all"),
    "accepted": _("Accepted"),
    "decreed": _("Granted by decree"),
    "paid": _("Paid"),
}
Choices = Sequence[tuple[int, str]]


def policies_of(authorities: Collection[int] | QuerySet) -> Choices:
    """The policies of these bureaus as a choice."""
    rows = Policy.objects.filter(authority__in=authorities).order_by("pk").values_list("pk", "title_zh", "title_en")
    return [(pk, pick(zh, en)) for pk, zh, en in rows]


def case_filter(policies: Choices) -> type[django_filters.FilterSet]:
    class CaseFilter(django_filters.FilterSet):
        """By policy, state, how far a case came, and the days of its filing and of its payments."""

        policy = django_filters.ChoiceFilter(
            label=_("Policy"), field_name="policy_version__policy", choices=policies, empty_label=_("all")
        )
        state = django_filters.ChoiceFilter(label=_("State"), choices=CaseState.choices, empty_label=_("all"))
        reached = django_filters.ChoiceFilter(
            label=_("Came as far as"),
            method="by_stage",
            choices=[(stage, STAGE_WORDS[stage]) for stage in STAGES],
            empty_label=_("all"),
        )
        filed_from = django_filters.DateFilter(label=_("Filed on or after"), method="later", widget=DAY)
        filed_to = django_filters.DateFilter(label=_("Filed on or before"), method="later", widget=DAY)
        paid_from = django_filters.DateFilter(label=_("Paid on or after"), method="later", widget=DAY)
        paid_to = django_filters.DateFilter(label=_("Paid on or before"), method="later", widget=DAY)
        payment = django_filters.ChoiceFilter(
            label=_("Which payment"), method="later", choices=[("first", _("the first one"))], empty_label=_("all")
        )

        def by_stage(self, cases: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
            return cases.filter(reached(value))

        def later(self, cases: QuerySet[Case], _name: str, _value: object) -> QuerySet[Case]:
            """The two ends of a time are taken together: one payment must lie between both."""
            return cases

        def filter_queryset(self, queryset: QuerySet[Case]) -> QuerySet[Case]:
            found, said = super().filter_queryset(queryset), self.form.cleaned_data
            found = filed_between(found, said["filed_from"], said["filed_to"])
            return paid_between(found, said["paid_from"], said["paid_to"], begun=said["payment"] == "first")

    return CaseFilter


def case_spec(page: str, policies: Choices) -> ListSpec:
    """The list of cases; `page` is the name of the address that shows one."""
    return ListSpec(
        model=Case,
        columns=(
            Column("number", _("Number"), link=lambda case: reverse(page, args=[case.number]), sort="number"),
            Column("company_name", _("Company")),
            Column("policy", _("Policy"), value=_policy),
            Column("state", _("State"), value=lambda case: case.get_state_display(), kind="state"),
            Column("submitted_at", _("Filed"), kind="instant"),
            Column("amount_fen", _("Awarded"), kind="yuan"),
            Column("paid_fen", _("Paid"), kind="yuan"),
        ),
        sorts=(
            Sort("newest", _("Newest first"), ("-id",)),
            Sort("number", _("Number"), ("number",)),
            Sort("-number", _("Number, last first"), ("-number",)),
        ),
        filterset=case_filter(policies),
        search=lambda cases, text: cases.filter(
            Q(number__iexact=text) | Q(company_name__icontains=text) | Q(company__uscc=text.upper())
        ),
        search_label=_("Number, company or credit code"),
        prepare=_prepared,
        file_name="cases",
        empty_title=_("No case is filed yet"),
        empty_text=_("Cases appear here when a company has filed."),
    )


def _prepared(cases: QuerySet[Case]) -> QuerySet[Case]:
    paid = settled().order_by().values("case").annotate(fen=Sum("amount_fen")).values("fen")
    return (
        cases.select_related("policy_version__policy")
        .defer("policy_version__policy_text", "policy_version__source_text", "policy_version__cases_text")
        .annotate(paid_fen=paid)
    )


def _policy(case: Case) -> str:
    policy = case.policy_version.policy
    return pick(policy.title_zh, policy.title_en)
