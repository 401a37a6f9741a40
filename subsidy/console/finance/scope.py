"""Whose money a finance page shows: every object is fetched through one of these; what is not there answers 404."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.accounts.selectors import grants_of
from subsidy.ledger.models import BudgetLine
from subsidy.ledger.selectors import SEES_BUDGET, budget_lines_of
from subsidy.payouts.models import AnswerFile, Batch
from subsidy.payouts.selectors import SEES_MONEY, answer_files_of, batches_of
from subsidy.web.person import moment_of
from workflows.common.refusals import Forbidden, NotFound

# Full account numbers leave only to those who pay.
PAYS = (Role.FINANCE_PREPARE, Role.FINANCE_CHECK, Role.FINANCE_RELEASE)
_READER = "_subsidy_finance_reader"


@dataclass(frozen=True)
class Reader:
    """Who reads, on which day, with which roles in which bureau."""

    user: User
    on: dt.date
    at: dt.datetime
    grants: frozenset[tuple[int, str]]

    def may(self, authority_id: int, *roles: Role) -> bool:
        return any((authority_id, role) in self.grants for role in roles)

    def bureau_as(self, role: Role) -> int:
        """The bureau in which the reader holds the role (the first one). Raises Forbidden when there is none."""
        found = sorted(authority for authority, held in self.grants if held == role)
        if not found:
            raise Forbidden
        return found[0]


def reader(request: HttpRequest, *, roles: tuple[Role, ...] = SEES_MONEY) -> Reader:
    """The reader of a finance page, read once a request. Raises Forbidden for whoever holds none of the roles."""
    if not hasattr(request, _READER):
        user, now = cast(User, request.user), moment_of(request)
        grants = frozenset(grants_of(user, on=now.on).values_list("authority", "role"))
        setattr(request, _READER, Reader(user=user, on=now.on, at=now.at, grants=grants))
    found = cast(Reader, getattr(request, _READER))
    if not {role for _, role in found.grants} & set(roles):
        raise Forbidden
    return found


def budget_reader(request: HttpRequest) -> Reader:
    return reader(request, roles=SEES_BUDGET)


def batches_for(request: HttpRequest) -> QuerySet[Batch]:
    who = reader(request)
    people = ("paying_account", "prepared_by", "checked_by", "released_by", "authority")
    return batches_of(who.user, on=who.on).select_related(*people)


def batch_for(request: HttpRequest, number: str) -> Batch:
    return get_object_or_404(batches_for(request), number=number)


def line_for(request: HttpRequest, pk: int) -> BudgetLine:
    who = budget_reader(request)
    return get_object_or_404(budget_lines_of(who.user, on=who.on), pk=pk)


def answer_file_for(request: HttpRequest, pk: int) -> AnswerFile:
    who = reader(request)
    return get_object_or_404(answer_files_of(who.user, on=who.on).select_related("imported_by"), pk=pk)


def require(condition: bool) -> None:
    """Answer as for a matter that does not exist."""
    if not condition:
        raise NotFound
