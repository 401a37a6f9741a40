"""Records that belong to matters, shown without acts: notices, awards with their reasons, instalments, what banks said,
messages, open tasks, registers. Each is scoped by the matter that it belongs to.
"""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from subsidy.accounts.selectors import SEES_CASES
from subsidy.api import scope
from subsidy.api.catalogue import NEWEST, listed, same
from subsidy.api.resources import Resource, publish
from subsidy.api.shapes import FEN, HASH, INSTANT, NUMBER, OBJECT, TEXT, many, maybe, record
from subsidy.correspondence.models import CaseMessage
from subsidy.decisions.models import Award, Finding, Instalment, Notice
from subsidy.ledger.models import PayingAccount
from subsidy.payouts.models import Answer, AnswerFile
from subsidy.payouts.selectors import SEES_MONEY
from subsidy.registers.models import PriorAward, RegisterEntry
from subsidy.registers.selectors import current_awards, current_entries
from subsidy.web.lists import Sort
from subsidy.work.models import WorkItem


def notices(_request: Request) -> QuerySet[Notice]:
    """Public."""
    return Notice.objects.all()


def notice_more(notice: Notice, _request: Request) -> dict[str, Any]:
    """The frozen list as it was hashed, and every line appended since, each with the list that it left."""
    entries = notice.entries.order_by("position")
    return {
        "rows": json.loads(notice.list_text),
        "list_text": notice.list_text,
        "entries": [
            {
                "position": one.position,
                "kind": one.kind,
                "rank": one.rank,
                "name": one.name,
                "name_after": one.name_after,
                "reason": one.reason,
                "count": one.count,
                "total_fen": one.total_fen,
                "list_hash": one.list_hash,
                "appended_at": one.appended_at.isoformat(),
            }
            for one in entries
        ],
    }


NOTICE_ADDS = {
    "rows": many(OBJECT),
    "list_text": TEXT,
    "entries": many(
        record(
            position=NUMBER,
            kind=TEXT,
            rank=maybe(NUMBER),
            name=TEXT,
            name_after=TEXT,
            reason=TEXT,
            count=NUMBER,
            total_fen=FEN,
            list_hash=HASH,
            appended_at=INSTANT,
        )
    ),
}


def awards(request: Request) -> QuerySet[Award]:
    return Award.objects.filter(case__in=scope.cases(request).values("pk"))


def award_more(award: Award, _request: Request) -> dict[str, Any]:
    """The reasons of the decree, and each later change with its own."""
    return {
        "reasons": _reasons(award.finding),
        "changes": [
            {
                "decree": one.decree.number,
                "before_fen": one.before_fen,
                "after_fen": one.after_fen,
                "reason": one.reason,
                "reasons": _reasons(one.finding),
            }
            for one in award.changes.select_related("decree", "finding").order_by("pk")
        ],
        "instalments": list(award.instalments.order_by("position").values("id", "position", "part", "amount_fen", "state")),
    }  # fmt: skip


def _reasons(finding: Finding) -> dict[str, Any]:
    return {
        "policy_hash": finding.content_hash,
        "decision_hash": finding.decision_hash,
        "decision": json.loads(finding.decision_text),
    }


_REASONS = record(policy_hash=HASH, decision_hash=HASH, decision=OBJECT)
AWARD_ADDS = {
    "reasons": _REASONS,
    "changes": many(record(decree=TEXT, before_fen=FEN, after_fen=FEN, reason=TEXT, reasons=_REASONS)),
    "instalments": many(record(id=NUMBER, position=NUMBER, part=TEXT, amount_fen=FEN, state=TEXT)),
}


def instalments(request: Request) -> QuerySet[Instalment]:
    return Instalment.objects.filter(award__case__in=scope.cases(request).values("pk"))


def answer_files(request: Request) -> QuerySet[AnswerFile]:
    return AnswerFile.objects.filter(authority__in=scope.bureaus(request, SEES_MONEY)).defer("content")


def answers(request: Request) -> QuerySet[Answer]:
    return Answer.objects.filter(authority__in=scope.bureaus(request, SEES_MONEY))


def paying_accounts(request: Request) -> QuerySet[PayingAccount]:
    return PayingAccount.objects.filter(authority__in=scope.bureaus(request, SEES_MONEY))


def messages(request: Request) -> QuerySet[CaseMessage]:
    """Between the company and the bureau, on cases that the reader sees."""
    return CaseMessage.objects.filter(case__in=scope.cases(request).values("pk"))


def register_entries(request: Request) -> QuerySet[RegisterEntry]:
    """As entered last; of a company its own."""
    if scope.is_company(request):
        return current_entries().filter(company__in=scope.companies(request).values("pk"))
    return current_entries().filter(authority__in=scope.bureaus(request, SEES_CASES))


def prior_awards(request: Request) -> QuerySet[PriorAward]:
    if scope.is_company(request):
        return current_awards().filter(company__in=scope.companies(request).values("pk"))
    return current_awards().filter(authority__in=scope.bureaus(request, SEES_CASES))


publish(
    Resource(
        "notices", "round", "pk", notices,
        same(listed(Notice, "round=round.number", "title_zh", "title_en", "authority=authority.code", "starts_on", "ends_on",
                    "list_hash", "published_at", "closed_at", filters=("round__number", "authority__code"),
                    related=("round", "authority"))),
        notice_more,
        acts=False,
        adds=NOTICE_ADDS,
    )
)  # fmt: skip
publish(
    Resource(
        "awards", "case", "pk", awards,
        same(listed(Award, "case=case.number", "company=company_id", "company_name", "decree=decree.number",
                    "issued_on=decree.issued_on", "rank", "tier", "amount_fen",
                    filters=("case__number", "company", "decree__number"), related=("case", "decree", "finding"))),
        award_more,
        acts=False,
        adds=AWARD_ADDS,
    )
)  # fmt: skip
publish(
    Resource(
        "instalments", "case", "pk", instalments,
        same(listed(Instalment, "case=award.case.number", "award=award_id", "position", "part", "rating", "amount_fen",
                    "state", filters=("award__case__number", "award", "state"), related=("award__case",))),
        acts=False,
    )
)  # fmt: skip
publish(
    Resource(
        "answer-files", "batch", "pk", answer_files,
        same(listed(AnswerFile, "name", "format", "message_id", "sha256", "imported_at", filters=("format", "sha256"))),
        acts=False,
    )
)  # fmt: skip
publish(
    Resource(
        "answers", "batch", "pk", answers,
        same(listed(Answer, "file=file_id", "batch=line.batch.number", "case=line.case.number", "end_to_end_id", "status",
                    "effect", "amount_fen", "bank_reference", "booked_on", "reason_code", "reason_text",
                    filters=("file", "status", "effect", "end_to_end_id", "line__batch__number"),
                    related=("line__batch", "line__case"))),
        acts=False,
    )
)  # fmt: skip
publish(
    Resource(
        "paying-accounts", "batch", "pk", paying_accounts,
        same(listed(PayingAccount, "name", "bank_name", "bank_code", "currency", "ends_in")),
        acts=False,
    )
)  # fmt: skip
publish(
    Resource(
        "messages", "case", "pk", messages,
        same(listed(CaseMessage, "case=case.number", "from_company", "text", "written_at",
                    filters=("case__number",), related=("case",))),
        acts=False,
    )
)  # fmt: skip
publish(
    Resource(
        "work-items", "case", "pk", scope.work_items,
        same(listed(WorkItem, "kind=subject_kind", "number", "title", "node", "role=pool.role", "holder=assignee.name",
                    "policy=policy.code", "amount_fen", "filed_on", "due_on", "created_at",
                    filters=("subject_kind", "number", "node", "pool__role", "policy__code"),
                    related=("pool", "assignee", "policy"),
                    sorts=(*NEWEST, Sort("due", "", ("due_on", "id"))))),
        acts=False,
    )
)  # fmt: skip
publish(
    Resource(
        "register-entries", "company", "pk", register_entries,
        same(listed(RegisterEntry, "register=kind", "level", "company=company_id", "uscc=company.uscc",
                    "company_name=company.name", "certificate_number", "valid_from", "valid_to", "change", "effective_on",
                    "document_number", filters=("kind", "company", "company__uscc"), related=("company",))),
        acts=False,
    )
)  # fmt: skip
publish(
    Resource(
        "prior-awards", "company", "pk", prior_awards,
        same(listed(PriorAward, "policy=pack", "title", "company=company_id", "uscc=company.uscc", "amount_fen",
                    "conferred_on", "document_number", filters=("pack", "company", "company__uscc"),
                    related=("company",))),
        acts=False,
    )
)  # fmt: skip
