"""What the API shows: one declaration a kind of matter."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.db.models import Model
from rest_framework.request import Request

from subsidy.accounts.models import Authority
from subsidy.api import papers, proofs, rules, scope
from subsidy.api.resources import Resource, publish
from subsidy.api.shapes import FEN, HASH, INSTANT, NUMBER, OBJECT, TEXT, many, maybe, record
from subsidy.applicants.models import Company, FactImport, Registration
from subsidy.cases.enums import DECIDED
from subsidy.cases.models import Case
from subsidy.cases.papers import papers_filed
from subsidy.correspondence.models import Letter
from subsidy.decisions.models import Finding, Objection, Proposal, Round, RoundRow
from subsidy.decisions.undertakings import Undertaking
from subsidy.documents.selectors import files_of
from subsidy.ledger.models import BudgetLine
from subsidy.payouts.models import Batch, Recovery
from subsidy.payouts.selectors import lines_of
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.registers.models import RegisterImport
from subsidy.reviews.pool import ExpertProfile
from subsidy.web.lists import Column, Kind, ListSpec, Sort

NEWEST = (Sort("newest", "", ("-id",)), Sort("oldest", "", ("id",)))
_KINDS: dict[str, Kind] = {"fen": "yuan", "on": "day", "at": "instant", "from": "day", "to": "day"}
_NUMBERS = {"line_count", "position", "rank", "score", "year"}

# Each by itself: django-filter has a rule of its own for each of them.
_WHOLE = (models.ForeignKey, models.IntegerField, models.SmallIntegerField, models.PositiveIntegerField,
          models.PositiveSmallIntegerField, models.BigIntegerField)  # fmt: skip


def columns(*names: str) -> tuple[Column, ...]:
    """Columns by name, `name=path` where the value lies elsewhere; what kind of value each is, its ending says."""
    found = []
    for text in names:
        name, _, path = text.partition("=")
        kind = "number" if name in _NUMBERS else _KINDS.get(name.rpartition("_")[2], "text")
        found.append(Column(name, "", path or name, kind=kind))
    return tuple(found)


class WholeNumber(django_filters.NumberFilter):  # type: ignore[misc]
    """Numbers of records too: whether there is one that the reader does not see must not be told by refusing others."""

    field_class = forms.IntegerField


def listed(
    model: type[Model],
    *names: str,
    filters: Iterable[str] = (),
    related: tuple[str, ...] = (),
    sorts: tuple[Sort, ...] = NEWEST,
) -> ListSpec:
    """A list of these columns; `filters` are fields compared for equality."""
    overrides = {field: {"filter_class": WholeNumber} for field in _WHOLE}
    meta = type("Meta", (), {"model": model, "fields": tuple(filters), "filter_overrides": overrides})
    filterset = type(f"{model.__name__}Filter", (django_filters.FilterSet,), {"Meta": meta})
    return ListSpec(model=model, columns=columns(*names), sorts=sorts, filterset=filterset, related=related)


_CASE = ("number", "state", "call=call.number", "policy=policy_version.policy.code", "policy_version=policy_version.version",
         "company=company_id", "company_name", "submitted_at", "amount_fen")  # fmt: skip
_CASE_RELATED = ("call", "policy_version__policy")
_CASE_FILTERS = ("state", "company", "call__number")
CASES_OF_COMPANY = listed(Case, *_CASE, filters=_CASE_FILTERS, related=_CASE_RELATED)
CASES_OF_BUREAU = listed(
    Case, *_CASE, "accepted_at", "score", "tier", "computed_fen", filters=_CASE_FILTERS, related=_CASE_RELATED
)


def case_spec(request: Request | None) -> ListSpec:
    """To a company an amount is told when it is decreed; what was computed before is the bureau's own."""
    return CASES_OF_COMPANY if request is not None and scope.is_company(request) else CASES_OF_BUREAU


def case_more(case: Case, request: Request) -> dict[str, Any]:
    """The last decision by the rules with its reasons, the papers in use, and the letters; a company is told once it is
    decided, and sees the papers that it filed itself.
    """
    its_own = scope.is_company(request)
    may_know = not its_own or case.state in DECIDED
    kept = papers_filed(case).filter(replaced_at__isnull=True) if its_own else files_of(Case.STREAM, case.pk)
    finding = Finding.objects.filter(case=case).order_by("-id").first() if may_know else None
    letters = (
        Letter.objects.filter(case=case).order_by("id").values("id", "kind", "language", "code", "sha256", "issued_at")
    )
    return {
        "decision": None
        if finding is None
        else {
            "outcome": finding.outcome,
            "made_at": finding.made_at.isoformat(),
            "policy_hash": finding.content_hash,
            "decision_hash": finding.decision_hash,
            "reasons": json.loads(finding.decision_text),
        },
        "files": [
            {**one, "uploaded_at": one["uploaded_at"].isoformat()}
            for one in kept.values("id", "slot", "name", "media_type", "size", "sha256", "uploaded_at")
        ],
        "letters": [{**letter, "issued_at": letter["issued_at"].isoformat()} for letter in letters],
    }


CASE_ADDS = {
    "decision": maybe(
        record(outcome=TEXT, made_at=INSTANT, policy_hash=HASH, decision_hash=HASH, reasons=OBJECT),
    ),
    "files": many(
        record(id=NUMBER, slot=TEXT, name=TEXT, media_type=TEXT, size=NUMBER, sha256=HASH, uploaded_at=INSTANT)
    ),
    "letters": many(record(id=NUMBER, kind=TEXT, language=TEXT, code=TEXT, sha256=HASH, issued_at=INSTANT)),
}


def round_more(round_: Round, _request: Request) -> dict[str, Any]:
    rows = RoundRow.objects.filter(round=round_).select_related("case").order_by("rank")
    return {
        "rows": [
            {"rank": row.rank, "case": row.case.number, "state": row.state, "amount_fen": row.amount_fen}
            for row in rows
        ]
    }


ROUND_ADDS = {"rows": many(record(rank=NUMBER, case=TEXT, state=TEXT, amount_fen=FEN))}


def batch_more(batch: Batch, _request: Request) -> dict[str, Any]:
    """Its payments; account numbers stay on the pages of those who pay."""
    return {
        "lines": [
            {
                "row": line.row,
                "case": line.case.number,
                "end_to_end_id": line.end_to_end_id,
                "payee_name": line.payee_name,
                "amount_fen": line.amount_fen,
                "state": line.state,
            }
            for line in lines_of(batch)
        ]
    }


BATCH_ADDS = {
    "lines": many(
        record(row=NUMBER, case=TEXT, end_to_end_id=TEXT, payee_name=TEXT, amount_fen=FEN, state=TEXT),
    )
}


def policy_more(version: PolicyVersion, _request: Request) -> dict[str, Any]:
    return {"policy_text": version.policy_text, "source_text": version.source_text, "cases_text": version.cases_text}


def company_more(company: Company, _request: Request) -> dict[str, Any]:
    """Its accounts as they are told apart; whole numbers stay on the pages of those who enter them."""
    rows = company.accounts.order_by("id")
    return {
        "accounts": [
            {"id": one.pk, "state": one.state, "bank_name": one.bank_name, "ends_in": one.account_number[-4:]}
            for one in rows
        ]
    }


COMPANY_ADDS = {"accounts": many(record(id=NUMBER, state=TEXT, bank_name=TEXT, ends_in=TEXT))}
POLICY_ADDS = {"policy_text": TEXT, "source_text": TEXT, "cases_text": TEXT}


def same(spec: ListSpec) -> Any:
    return lambda _request: spec


publish(Resource("cases", "case", "number", scope.cases, case_spec, case_more, readings=proofs.READINGS,
                 papers=papers.OF_CASES,
                 adds=CASE_ADDS, least=CASES_OF_COMPANY))  # fmt: skip
publish(
    Resource(
        "rounds", "round", "number", scope.rounds,
        same(listed(Round, "number", "state", "call=call.number", "minute_number", "approved_at", "opened_at",
                     filters=("state", "call__number"), related=("call",))),
        round_more,
        adds=ROUND_ADDS,
    )
)  # fmt: skip
publish(
    Resource(
        "objections", "objection", "number", scope.objections,
        same(listed(Objection, "number", "state", "round=round.number", "rank=row.rank", "case=case.number", "opened_at",
                     "decided_at", "consequence", filters=("state",), related=("round", "row", "case"))),
    )
)  # fmt: skip
publish(
    Resource(
        "proposals", "proposal", "number", scope.proposals,
        same(listed(Proposal, "number", "kind", "title", "state", "proposed_by=proposed_by.name", "opened_at",
                     filters=("state", "kind"), related=("proposed_by",))),
    )
)  # fmt: skip
publish(
    Resource(
        "batches", "batch", "number", scope.batches,
        same(listed(Batch, "number", "state", "format", "currency", "execution_on", "purpose", "line_count", "total_fen",
                     "prepared_at", "checked_at", "released_at", filters=("state", "format"))),
        batch_more,
        adds=BATCH_ADDS,
        papers=papers.OF_BATCHES,
    )
)  # fmt: skip
publish(
    Resource(
        "recoveries", "recovery", "number", scope.recoveries,
        same(listed(Recovery, "number", "state", "ground", "case=case.number", "company_name", "proposed_fen", "amount_fen",
                     "interest_fen", "due_on", filters=("state", "ground"), related=("case",))),
    )
)  # fmt: skip
publish(
    Resource(
        "budget-lines", "budget_line", "pk", scope.budget_lines,
        same(listed(BudgetLine, "code", "year", "name_zh", "name_en", "source", "programme", "currency",
                     *(f"{name}_fen={name}" for name in ("appropriated", "available", "committed", "obligated", "in_flight",
                                                         "spent", "lapsed", "carried_out")),
                     "closed_at", filters=("year", "code"))),
    )
)  # fmt: skip
publish(
    Resource(
        "companies", "company", "pk", scope.companies,
        same(listed(Company, "uscc", "name", "region", "industry", "legal_form", "state", "founded_on",
                     filters=("uscc", "state"))),
        company_more,
        adds=COMPANY_ADDS,
    )
)  # fmt: skip
publish(
    Resource(
        "calls", "call", "number", scope.calls,
        same(listed(Call, "id=pk", "number", "title_zh", "title_en", "policy=policy_version.policy.code",
                     "policy_version=policy_version.version", "authority=authority.code", "allocation", "opens_at",
                     "closes_at", "cancelled_at", "budget_fen", filters=("allocation", "policy_version__policy__code"),
                     related=("policy_version__policy", "authority"))),
    )
)  # fmt: skip
publish(
    Resource(
        "policy-versions", "policy_version", "pk", scope.policy_versions,
        same(listed(PolicyVersion, "policy=policy.code", "policy_version=version", "title_zh=policy.title_zh",
                     "title_en=policy.title_en", "document_number", "content_hash", "effective_from", "effective_to",
                     "illustrative", "published_at", filters=("policy__code", "version"), related=("policy",))),
        policy_more,
        adds=POLICY_ADDS,
        readings=rules.READINGS,
    )
)  # fmt: skip
publish(
    Resource(
        "authorities", "authority", "code", scope.authorities,
        same(listed(Authority, "code", "name_zh", "name_en", "short_name", "region")),
    )
)  # fmt: skip
publish(
    Resource(
        "undertakings", "undertaking", "number", scope.undertakings,
        same(listed(Undertaking, "number", "state", "case=case.number", "company=company_id", "company_name", "term", "breach",
                    "due_on", "occurred_on", "answer", "answered_at", "decided_at",
                    filters=("state", "term", "case__number"), related=("case",))),
    )
)  # fmt: skip
publish(
    Resource(
        "experts", "expert", "pk", scope.experts,
        same(listed(ExpertProfile, "name=user.name", "branch", "fields", "employer", "title", "valid_from", "valid_to",
                    filters=("branch", "employer"), related=("user",))),
    )
)  # fmt: skip
publish(
    Resource(
        "registrations", "registration", "pk", scope.registrations,
        same(listed(Registration, "uscc", "name", "region", "founded_on", "representative", "basis", "state", "conflict",
                    "company=company_id", "opened_at", "closed_at", filters=("state", "uscc"))),
    )
)  # fmt: skip
publish(
    Resource(
        "fact-imports", "fact_import", "pk", scope.fact_imports,
        same(listed(FactImport, "layout", "source", "as_of", "year", "file_name", "sha256", "state", "fault",
                    "lines", "lines_bad", "facts_new", "facts_changed",
                    "uploaded_at", filters=("state", "layout", "sha256"))),
    )
)  # fmt: skip
publish(
    Resource(
        "register-imports", "register_import", "pk", scope.register_imports,
        same(listed(RegisterImport, "kind", "register", "as_of", "complete", "file_name", "sha256", "state",
                    "added", "changed", "gone", "same", "bad",
                    "uploaded_at", filters=("state", "register", "sha256"))),
    )
)  # fmt: skip
