"""What an auditor may read: the bureaus of today's grants, less the matters the auditor is recused from. Nothing is written."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.accounts.selectors import grants_of
from subsidy.audit.models import Event
from subsidy.audit.selectors import events_of_bureaus
from subsidy.cases.models import Case
from subsidy.cases.selectors import cases_of_officer
from subsidy.console.scope import RULE_TEXTS, person
from subsidy.decisions.recusals import recused_rows
from subsidy.web.person import moment_of
from subsidy.web.reads import about
from workflows.common.refusals import Forbidden


def auditor_grants(request: HttpRequest) -> QuerySet[RoleGrant]:
    """The reader's grants as an auditor. Raises Forbidden for everybody else."""
    grants = grants_of(person(request), on=moment_of(request).on, roles=[Role.AUDITOR])
    if not grants.exists():
        raise Forbidden
    return grants


def audited_cases(request: HttpRequest) -> QuerySet[Case]:
    authorities = auditor_grants(request).values("authority")
    cases = cases_of_officer(person(request), on=moment_of(request).on).filter(authority__in=authorities)
    return cases.select_related("policy_version__policy", "call", "company", "authority").defer(*RULE_TEXTS)


def audited_case(request: HttpRequest, number: str) -> Case:
    """A filed case of a bureau that the reader audits (Http404 otherwise)."""
    found = get_object_or_404(audited_cases(request), number=number)
    about(request, Case.STREAM, found.pk, found.company_id)
    return found


def audited_events(request: HttpRequest) -> QuerySet[Event]:
    """The events of the bureaus that the reader audits, without those of matters the reader is recused from."""
    authorities = auditor_grants(request).values("authority")
    events = events_of_bureaus(authorities)
    return events.exclude(recused_rows(person(request), kind="stream", matter="stream_id"))
