"""Matters that last beside cases: undertakings, the pool of experts, registrations, and lists that offices deliver."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from rest_framework.request import Request

from subsidy.accounts.enums import UserKind
from subsidy.accounts.selectors import SEES_CASES
from subsidy.api import scope
from subsidy.api.authentication import user_of
from subsidy.api.catalogue import listed, same
from subsidy.api.resources import Resource, publish
from subsidy.applicants.models import FactImport, Registration
from subsidy.decisions.undertakings import Undertaking
from subsidy.registers.models import RegisterImport
from subsidy.reviews.pool import ExpertProfile


def undertakings(request: Request) -> QuerySet[Undertaking]:
    return Undertaking.objects.filter(case__in=scope.cases(request).values("pk"))


def experts(request: Request) -> QuerySet[ExpertProfile]:
    """Of an expert the own entry."""
    if user_of(request).kind == UserKind.EXPERT:
        return ExpertProfile.objects.filter(user=user_of(request))
    return ExpertProfile.objects.filter(authority__in=scope.bureaus(request, SEES_CASES))


def registrations(request: Request) -> QuerySet[Registration]:
    """Of a person of a company those that they asked for, or that are theirs to confirm."""
    if scope.is_company(request):
        user = user_of(request)
        return Registration.objects.filter(Q(person=user) | Q(confirmer=user))
    return Registration.objects.filter(authority__in=scope.bureaus(request, SEES_CASES))


def fact_imports(request: Request) -> QuerySet[FactImport]:
    return FactImport.objects.filter(authority__in=scope.bureaus(request, SEES_CASES))


def register_imports(request: Request) -> QuerySet[RegisterImport]:
    return RegisterImport.objects.filter(authority__in=scope.bureaus(request, SEES_CASES))


publish(
    Resource(
        "undertakings", "undertaking", "number", undertakings,
        same(listed(Undertaking, "number", "state", "case=case.number", "company=company_id", "company_name", "term", "breach",
                    "due_on", "occurred_on", "answer", "answered_at", "decided_at",
                    filters=("state", "term", "case__number"), related=("case",))),
    )
)  # fmt: skip
publish(
    Resource(
        "experts", "expert", "pk", experts,
        same(listed(ExpertProfile, "name=user.name", "branch", "fields", "employer", "title", "valid_from", "valid_to",
                    filters=("branch", "employer"), related=("user",))),
    )
)  # fmt: skip
publish(
    Resource(
        "registrations", "registration", "pk", registrations,
        same(listed(Registration, "uscc", "name", "region", "founded_on", "representative", "basis", "state", "conflict",
                    "company=company_id", "opened_at", "closed_at", filters=("state", "uscc"))),
    )
)  # fmt: skip
publish(
    Resource(
        "fact-imports", "fact_import", "pk", fact_imports,
        same(listed(FactImport, "layout", "source", "as_of", "year", "file_name", "sha256", "state", "fault",
                    "lines", "lines_bad", "facts_new", "facts_changed",
                    "uploaded_at", filters=("state", "layout", "sha256"))),
    )
)  # fmt: skip
publish(
    Resource(
        "register-imports", "register_import", "pk", register_imports,
        same(listed(RegisterImport, "kind", "register", "as_of", "complete", "file_name", "sha256", "state",
                    "added", "changed", "gone", "same", "bad",
                    "uploaded_at", filters=("state", "register", "sha256"))),
    )
)  # fmt: skip
