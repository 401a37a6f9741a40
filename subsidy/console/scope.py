"""Whose console it is: every object of a page is fetched through one of these, and what is not there answers 404."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import User
from subsidy.accounts.selectors import SEES_CASES, grants_of
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter
from subsidy.decisions.models import Round
from subsidy.programmes.models import Call
from subsidy.reviews.selectors import cases_of_expert
from subsidy.web.person import grants_of_request, moment_of
from subsidy.web.reads import about
from subsidy.work.selectors import Standing, cases_seen, standing_of
from workflows.common.refusals import Forbidden

_STANDING = "_subsidy_standing"
RULE_TEXTS = ("policy_version__policy_text", "policy_version__source_text", "policy_version__cases_text")

TAKES_FILES = (Role.ACCEPTANCE, Role.AUDITOR)


def person(request: HttpRequest) -> User:
    return cast(User, request.user)


def standing(request: HttpRequest) -> Standing:
    """Where the reader stands, read once a request. Raises Forbidden for those who have no business here."""
    if not hasattr(request, _STANDING):
        held = grants_of_request(request)
        setattr(request, _STANDING, standing_of(person(request), on=moment_of(request).on, grants=held))
    found = cast(Standing, getattr(request, _STANDING))
    if person(request).kind not in (UserKind.OFFICER, UserKind.EXPERT) or not found.works:
        raise Forbidden
    return found


def cases_for(request: HttpRequest) -> QuerySet[Case]:
    """The filed cases that an officer sees."""
    return cases_seen(person(request), on=moment_of(request).on, grants=grants_of_request(request))


def case_for_officer(request: HttpRequest, number: str) -> Case:
    """A filed case of the reader's bureau, or one that was given to the reader's unit (Http404 otherwise)."""
    return _case(request, cases_for(request), number)


def case_for_expert(request: HttpRequest, number: str) -> Case:
    """A case in whose panel the reader sits (Http404 otherwise)."""
    return _case(request, cases_of_expert(person(request)), number)


def _case(request: HttpRequest, cases: QuerySet[Case], number: str) -> Case:
    query = cases.select_related("policy_version__policy", "call", "company", "authority")
    found = get_object_or_404(query.defer(*RULE_TEXTS), number=number)
    about(request, Case.STREAM, found.pk, found.company_id)
    return found


def rounds_for(request: HttpRequest) -> QuerySet[Round]:
    """The rounds of the bureaus whose cases the reader sees."""
    authorities = grants_of(person(request), on=moment_of(request).on, roles=SEES_CASES).values("authority")
    texts = [f"call__{name}" for name in RULE_TEXTS]
    rounds = Round.objects.filter(authority__in=authorities)
    return rounds.select_related("call__policy_version__policy", "authority").defer(*texts)


def round_for(request: HttpRequest, number: str) -> Round:
    return get_object_or_404(rounds_for(request).select_related("notice"), number=number)


def names_experts(request: HttpRequest, authority_id: int) -> bool:
    """Whether the reader learns who sits before a panel has concluded: only those who draw it, and the auditors."""
    grants = grants_of(person(request), on=moment_of(request).on, roles=(Role.ACCEPTANCE, Role.AUDITOR))
    return grants.filter(authority=authority_id).exists()


def takes_files(request: HttpRequest, authority_id: int, *, roles: tuple[Role, ...] = TAKES_FILES) -> bool:
    """Whether the reader may take whole files of cases of the bureau along: who took them in, and the auditors."""
    return grants_of(person(request), on=moment_of(request).on, roles=roles).filter(authority=authority_id).exists()


def calls_for(request: HttpRequest) -> QuerySet[Call]:
    authorities = grants_of(person(request), on=moment_of(request).on, roles=SEES_CASES).values("authority")
    return Call.objects.filter(authority__in=authorities).select_related("policy_version").defer(*RULE_TEXTS)


def letter_for(request: HttpRequest, pk: int) -> Letter:
    """A letter of a case or round that the reader sees (Http404 otherwise)."""
    letter = Letter.objects.filter(pk=pk).select_related("case").first()
    if letter is None:
        raise Http404("There is no such letter.")
    if letter.case is not None:
        case_for_officer(request, letter.case.number)
    elif letter.subject_kind != "round" or not rounds_for(request).filter(pk=letter.subject_id).exists():
        raise Http404("There is no such letter.")
    return letter
