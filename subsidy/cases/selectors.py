from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, QuerySet

from subsidy.accounts.models import User
from subsidy.accounts.selectors import SEES_CASES, grants_of
from subsidy.applicants.models import CompanyUserObjectPermission
from subsidy.applicants.rights import in_force
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Answer, AnswerRecord, Case, Recusal


def cases_of_member(user: User, *, on: dt.date) -> QuerySet[Case]:
    """Cases of the companies that the person may act for on that day, by an indexed join on guardian's rows."""
    mine = CompanyUserObjectPermission.objects.filter(in_force(on), user=user, content_object=OuterRef("company"))
    return Case.objects.filter(Exists(mine))


def cases_of_officer(user: User, *, on: dt.date) -> QuerySet[Case]:
    """Filed cases of the bureaus in which the person holds a role that sees cases, without those recused from."""
    authorities = grants_of(user, on=on, roles=SEES_CASES).values("authority")
    recused = Recusal.objects.filter(user=user, case=OuterRef("pk"))
    return Case.objects.filter(authority__in=authorities).exclude(state=CaseState.DRAFT).exclude(Exists(recused))


def answers_of(case: Case) -> dict[str, Answer]:
    """What the application says now, by fact, and by list whether the company calls it complete; one statement."""
    return {answer.name: answer for answer in case.answers.select_related("prefilled_from")}


def records_of(case: Case) -> dict[str, list[AnswerRecord]]:
    """The records of the lists that the application gives, in the order in which they were entered; one statement."""
    found: dict[str, list[AnswerRecord]] = {}
    for record in case.records.select_related("evidence").order_by("id"):
        found.setdefault(record.list_name, []).append(record)
    return found
