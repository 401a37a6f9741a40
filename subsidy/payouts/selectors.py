"""What people of the finance pages may see: batches, what is due, files and statements of the bank, each by bureau."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.accounts.selectors import grants_of
from subsidy.applicants.holds import payable_accounts
from subsidy.audit.moment import ZONE
from subsidy.cases.enums import CaseState
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Instalment
from subsidy.ledger.models import PayingAccount
from subsidy.payouts.answers import Effect
from subsidy.payouts.enums import LineState
from subsidy.payouts.holds import unheld
from subsidy.payouts.models import Answer, AnswerFile, Batch, BatchLine, LineShare

FINANCE = (Role.FINANCE_PREPARE, Role.FINANCE_CHECK, Role.FINANCE_RELEASE)
# The auditor reads everything and does nothing.
SEES_MONEY = (*FINANCE, Role.AUDITOR)
# Statements that somebody has to ask the bank about, or that lie in suspense.
UNRESOLVED = (Effect.UNKNOWN, Effect.CONFLICT, Effect.ENQUIRE, Effect.SUSPENSE_IN, Effect.SUSPENSE_OUT)


def bureaus(user: User, *, on: dt.date, roles: Iterable[Role] = SEES_MONEY) -> QuerySet[Any, Any]:
    """The bureaus whose money the person may look at on that day (their ids, as a subquery)."""
    return grants_of(user, on=on, roles=roles).values("authority")


def batches_of(user: User, *, on: dt.date, roles: Iterable[Role] = SEES_MONEY) -> QuerySet[Batch]:
    return Batch.objects.filter(authority__in=bureaus(user, on=on, roles=roles))


def paying_accounts_of(user: User, *, on: dt.date) -> QuerySet[PayingAccount]:
    return PayingAccount.objects.filter(authority__in=bureaus(user, on=on)).order_by("pk")


def unpaid_of(user: User, *, on: dt.date) -> QuerySet[Instalment]:
    """Instalments that are decreed and in no live batch: due, or held because an account is missing."""
    return Instalment.objects.filter(
        authority__in=bureaus(user, on=on), state__in=[InstalmentState.PLANNED, InstalmentState.DUE]
    )


def payable(instalments: QuerySet[Instalment], *, at: dt.datetime) -> QuerySet[Instalment]:
    """Those of them that a batch would take at `at`: due, held by nobody, and the case's account is valid, cooled and not frozen."""
    accounts = payable_accounts(at=at).values("pk")
    return unheld(instalments, on=at.astimezone(ZONE).date()).filter(
        state=InstalmentState.DUE,
        award__case__state=CaseState.AWAITING_PAYMENT,
        award__case__payee_account__in=accounts,
    )


def last_refusals(instalment_ids: Iterable[int]) -> dict[int, BatchLine]:
    """The newest refused or returned payment of each instalment, which says why it is due again."""
    rows = BatchLine.objects.filter(
        instalment__in=list(instalment_ids), state__in=(LineState.REFUSED, LineState.RETURNED)
    ).order_by("pk")
    return {row.instalment_id: row for row in rows}


def lines_of(batch: Batch) -> QuerySet[BatchLine]:
    return batch.lines.select_related("case", "instalment", "payee_account").order_by("row")


@dataclass(frozen=True)
class BorneByLine:
    """What one budget line bears of a batch: how many payments, together `fen`."""

    line_id: int
    code: str
    year: int
    name_zh: str
    name_en: str
    count: int
    fen: int


def shares_by_line(batch: Batch) -> list[BorneByLine]:
    """What each budget line bears of a batch, by year and code."""
    rows = (
        LineShare.objects.filter(batch_line__batch=batch)
        .values_list(
            "budget_line", "budget_line__code", "budget_line__year", "budget_line__name_zh", "budget_line__name_en"
        )
        .annotate(count=Count("batch_line", distinct=True), fen=Sum("amount_fen"))
        .order_by("budget_line__year", "budget_line__code")
    )
    return [BorneByLine(*row) for row in rows]


def answer_files_of(user: User, *, on: dt.date) -> QuerySet[AnswerFile]:
    """The bank's files with how many statements each has and how many nobody has resolved; without their bytes."""
    told = Answer.objects.filter(file=OuterRef("pk")).order_by().values("file")
    return (
        AnswerFile.objects.filter(authority__in=bureaus(user, on=on))
        .defer("content")
        .annotate(
            statements=Subquery(told.annotate(n=Count("pk")).values("n")),
            unresolved=Subquery(told.annotate(n=Count("pk", filter=Q(effect__in=UNRESOLVED))).values("n")),
        )
    )


def unresolved_of(user: User, *, on: dt.date) -> QuerySet[Answer]:
    """Statements that moved no payment: unknown, contradictory, or in suspense to this hour."""
    told = Answer.objects.filter(authority__in=bureaus(user, on=on), effect__in=UNRESOLVED)
    return told.exclude(suspense__resolved_at__isnull=False)


def statements_of(file: AnswerFile) -> QuerySet[Answer]:
    return file.answers.select_related("line__batch", "line__case").order_by("pk")


def effects_of(file: AnswerFile) -> dict[str, int]:
    """How many statements of a file had which effect."""
    rows = file.answers.order_by().values_list("effect").annotate(n=Count("pk"))
    return dict(rows.values_list("effect", "n"))
