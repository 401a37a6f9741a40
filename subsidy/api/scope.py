"""Whose rows a request reads: each kind of matter by the selector of its room, and nothing beyond it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet
from rest_framework.request import Request

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import Authority
from subsidy.accounts.selectors import SEES_CASES
from subsidy.api.authentication import user_of
from subsidy.applicants.models import Company, FactImport, Registration
from subsidy.applicants.selectors import companies_of
from subsidy.cases.models import Case
from subsidy.cases.selectors import cases_of_member
from subsidy.decisions.models import Objection, Proposal, Round
from subsidy.decisions.recusals import recused_from
from subsidy.decisions.selectors import SEES_OBJECTIONS
from subsidy.decisions.undertakings import Undertaking
from subsidy.ledger.models import BudgetLine
from subsidy.ledger.selectors import SEES_BUDGET
from subsidy.payouts.models import Batch, Recovery
from subsidy.payouts.selectors import SEES_MONEY
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.registers.models import RegisterImport
from subsidy.reviews.pool import ExpertProfile
from subsidy.web.person import grants_of_request, moment_of
from subsidy.work.models import WorkItem
from subsidy.work.queues import seen_items
from subsidy.work.selectors import cases_seen, standing_of
from workflows.common.refusals import Forbidden

_TEXTS = ("policy_text", "source_text", "cases_text")


def bureaus(request: Request, roles: Collection[Role]) -> list[int]:
    """The bureaus in which the reader holds one of the roles. Raises Forbidden where there is none."""
    if user_of(request).kind != UserKind.OFFICER:
        raise Forbidden
    found = sorted({grant.authority_id for grant in grants_of_request(request) if grant.role in roles})
    if not found:
        raise Forbidden
    return found


def is_company(request: Request) -> bool:
    return user_of(request).kind == UserKind.COMPANY


def cases(request: Request) -> QuerySet[Case]:
    """A company's own; of an officer those of the bureau, or that were given to the own unit. Experts judge blind, on
    their own pages.
    """
    user, on = user_of(request), moment_of(request).on
    if is_company(request):
        found = cases_of_member(user, on=on)
    elif user.kind == UserKind.OFFICER and grants_of_request(request):
        found = cases_seen(user, on=on, grants=grants_of_request(request))
    else:
        raise Forbidden
    return found.defer(*(f"policy_version__{name}" for name in _TEXTS))


def rounds(request: Request) -> QuerySet[Round]:
    return Round.objects.filter(authority__in=bureaus(request, SEES_CASES))


def objections(request: Request) -> QuerySet[Objection]:
    found = Objection.objects.filter(authority__in=bureaus(request, SEES_OBJECTIONS))
    return found.exclude(recused_from("objection", user_of(request)))


def proposals(request: Request) -> QuerySet[Proposal]:
    found = Proposal.objects.filter(authority__in=bureaus(request, SEES_CASES))
    return found.exclude(recused_from("proposal", user_of(request)))


def recoveries(request: Request) -> QuerySet[Recovery]:
    found = Recovery.objects.filter(authority__in=bureaus(request, (*SEES_CASES, *SEES_BUDGET)))
    return found.exclude(recused_from("recovery", user_of(request)))


def batches(request: Request) -> QuerySet[Batch]:
    return Batch.objects.filter(authority__in=bureaus(request, SEES_MONEY))


def budget_lines(request: Request) -> QuerySet[BudgetLine]:
    return BudgetLine.objects.filter(authority__in=bureaus(request, SEES_BUDGET))


def companies(request: Request) -> QuerySet[Company]:
    if is_company(request):
        return companies_of(user_of(request), on=moment_of(request).on)
    return Company.objects.filter(authority__in=bureaus(request, SEES_CASES))


def calls(_request: Request) -> QuerySet[Call]:
    """Calls are public."""
    return Call.objects.defer(*(f"policy_version__{name}" for name in _TEXTS))


def policy_versions(_request: Request) -> QuerySet[PolicyVersion]:
    """Published rules are public."""
    return PolicyVersion.objects.defer(*_TEXTS)


def authorities(request: Request) -> QuerySet[Authority]:
    """The bureaus in which the reader has an office: their calendars and units are kept, and answers of banks read in, there."""
    return Authority.objects.filter(pk__in=bureaus(request, tuple(Role)))


def undertakings(request: Request) -> QuerySet[Undertaking]:
    return Undertaking.objects.filter(case__in=cases(request).values("pk"))


def experts(request: Request) -> QuerySet[ExpertProfile]:
    """Of an expert the own entry."""
    if user_of(request).kind == UserKind.EXPERT:
        return ExpertProfile.objects.filter(user=user_of(request))
    return ExpertProfile.objects.filter(authority__in=bureaus(request, SEES_CASES))


def registrations(request: Request) -> QuerySet[Registration]:
    """Of a person of a company those that they asked for, or that are theirs to confirm."""
    if is_company(request):
        user = user_of(request)
        return Registration.objects.filter(Q(person=user) | Q(confirmer=user))
    return Registration.objects.filter(authority__in=bureaus(request, SEES_CASES))


def fact_imports(request: Request) -> QuerySet[FactImport]:
    return FactImport.objects.filter(authority__in=bureaus(request, SEES_CASES))


def register_imports(request: Request) -> QuerySet[RegisterImport]:
    return RegisterImport.objects.filter(authority__in=bureaus(request, SEES_CASES))


def work_items(request: Request) -> QuerySet[WorkItem]:
    """Every open task that an officer sees, drafts and the seats of panels apart; of a company its own.

    Experts judge blind, on their own pages.
    """
    if is_company(request):
        return WorkItem.objects.filter(company__in=companies(request).values("pk"))
    user, grants = user_of(request), grants_of_request(request)
    if user.kind != UserKind.OFFICER or not grants:
        raise Forbidden
    seen = seen_items(standing_of(user, on=moment_of(request).on, grants=grants))
    return seen.exclude(node="draft").exclude(pool__role=Role.EXPERT)
