"""What waits for whom: the queue of an officer, and what waits for the people of a company."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.request import Request

from subsidy.accounts.enums import Role, UserKind
from subsidy.api import scope
from subsidy.api.authentication import user_of
from subsidy.api.catalogue import NEWEST, listed, same
from subsidy.api.resources import Resource, publish
from subsidy.web.lists import Sort
from subsidy.web.person import grants_of_request, moment_of
from subsidy.work.models import WorkItem
from subsidy.work.queues import seen_items
from subsidy.work.selectors import standing_of
from workflows.common.refusals import Forbidden


def work_items(request: Request) -> QuerySet[WorkItem]:
    """Every open task that an officer sees, drafts and the seats of panels apart; of a company its own.

    Experts judge blind, on their own pages.
    """
    if scope.is_company(request):
        return WorkItem.objects.filter(company__in=scope.companies(request).values("pk"))
    user, grants = user_of(request), grants_of_request(request)
    if user.kind != UserKind.OFFICER or not grants:
        raise Forbidden
    seen = seen_items(standing_of(user, on=moment_of(request).on, grants=grants))
    return seen.exclude(node="draft").exclude(pool__role=Role.EXPERT)


publish(
    Resource(
        "work-items", "case", "pk", work_items,
        same(listed(WorkItem, "kind=subject_kind", "number", "title", "node", "role=pool.role", "holder=assignee.name",
                    "policy=policy.code", "amount_fen", "filed_on", "due_on", "created_at",
                    filters=("subject_kind", "number", "node", "pool__role", "policy__code"),
                    related=("pool", "assignee", "policy"),
                    sorts=(*NEWEST, Sort("due", "", ("due_on", "id"))))),
        acts=False,
    )
)  # fmt: skip
