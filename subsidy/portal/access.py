"""What a signed-in person may see here: always through the scoped selectors, a foreign matter is none at all."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from subsidy.accounts.models import User
from subsidy.applicants.models import Company
from subsidy.applicants.rights import CONFIRM_FOR, FILE_FOR, lapsed_right
from subsidy.applicants.selectors import companies_of, rights_of
from subsidy.audit.moment import ZONE
from subsidy.cases.models import Case
from subsidy.cases.selectors import cases_of_member
from subsidy.portal.sections import Filing, filing_of
from subsidy.web.person import moment_of
from workflows.common.refusals import right_ended

__all__ = ["CONFIRM_FOR", "FILE_FOR"]

_TEXTS = ("policy_version__policy_text", "policy_version__source_text", "policy_version__cases_text")
_RELATED = ("call", "policy_version__policy", "company", "authority", "payee_account")


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)


def my_cases(request: HttpRequest) -> QuerySet[Case]:
    """Cases of the person's companies with what pages show of them, without the texts of the policy."""
    return cases_of_member(user_of(request), on=moment_of(request).on).select_related(*_RELATED).defer(*_TEXTS)


def my_case(request: HttpRequest, number: str) -> Case:
    """The case of that number. Raises Http404 for a foreign one as for none, RightEnded when the right has ended."""
    case = my_cases(request).filter(number=number).first()
    if case is None:
        filed_by = Case.objects.filter(number=number).values_list("company_id", flat=True).first()
        if filed_by is not None:
            refuse_lapsed(request, filed_by)
        raise Http404(f"no case {number} of this person")
    return case


def refuse_lapsed(request: HttpRequest, company_id: int) -> None:
    """Tell somebody whose right for the company has ended since when, and what to do (raises RightEnded)."""
    lapsed = lapsed_right(user_of(request), company_id, on=moment_of(request).on)
    if lapsed is not None:
        ended = lapsed.ended_at.astimezone(ZONE).date() if lapsed.ended_at else None
        raise right_ended(since=lapsed.valid_from, until=lapsed.valid_to, ended=ended, on=moment_of(request).on)


def my_company(request: HttpRequest, pk: int) -> Company:
    """The company of that key. Raises Http404 for a foreign one as for none, RightEnded for one that was this person's."""
    mine = companies_of(user_of(request), on=moment_of(request).on)
    company = mine.select_related("authority").filter(pk=pk).first()
    if company is None:
        refuse_lapsed(request, pk)
        raise Http404(f"no company {pk} of this person")
    return company


def may(request: HttpRequest, company_id: int, right: str) -> bool:
    """Whether the person has the right for the company; one query."""
    return right in rights_of(user_of(request), on=moment_of(request).on).get(company_id, frozenset())


def my_filing(request: HttpRequest, case: Case) -> Filing:
    """The application of a case as this person sees it now."""
    return filing_of(case, on=moment_of(request).on, may_file=may(request, case.company_id, FILE_FOR))
