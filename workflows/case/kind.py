"""The case as the door knows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from subsidy.audit.moment import ZONE
from subsidy.cases.models import Case
from subsidy.decisions.models import Objection, RoundRow
from subsidy.payouts.models import BatchLine
from subsidy.work.enums import Duty
from workflows.case import by_rule, filing
from workflows.case.archiving import ARCHIVE
from workflows.case.flow import FLOWS, FREE_ACTS, OFFER, OPEN
from workflows.case.list_acts import LISTS
from workflows.case.messages import MESSAGES
from workflows.case.panel_acts import PANEL_ACTS
from workflows.case.serving import SERVICE
from workflows.case.titles import TITLES
from workflows.common.claims import CLAIMS
from workflows.common.reminders import REMINDERS
from workflows.common.sent import key_of
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.proposal.erasing import ERASE
from workflows.round.leaving import CASE_ACTS


def card(case: Case) -> Card:
    return Card(
        title=case.company_name,
        policy_id=case.policy_version.policy_id,
        company_id=case.company_id,
        amount_fen=case.computed_fen or 0,
        call_id=case.call_id,
        township_id=case.company.township_id,
        filed_on=case.submitted_at.astimezone(ZONE).date() if case.submitted_at else None,
        blind=case.call.title_zh,
    )


def kin(ids: Iterable[int]) -> Q:
    """Acts on the rounds and batches that the cases are in, and help given to their companies at the counter."""
    ids = list(ids)
    companies = Case.objects.filter(pk__in=ids).values("company")
    return (
        Q(subject_kind="round", subject_id__in=RoundRow.objects.filter(case__in=ids).values("round"))
        | Q(subject_kind="objection", subject_id__in=Objection.objects.filter(case__in=ids).values("pk"))
        | Q(subject_kind="batch", subject_id__in=BatchLine.objects.filter(case__in=ids).values("batch"))
        | Q(subject_kind="company", subject_id__in=companies, duty=Duty.ASSISTS)
    )


def pins(case: Case) -> dict[str, Any]:
    return {"policy_version": case.policy_version.content_hash, "route": f"{case.route} v{case.route_version}"}


def _company(turn: Any) -> int | None:
    return key_of(turn.data["company"])


CASE = register(
    Kind(
        name="case",
        model=Case,
        card=card,
        flows=FLOWS,
        free_acts=(
            *FREE_ACTS,
            *TITLES,
            *CASE_ACTS,
            *LISTS,
            *PANEL_ACTS,
            *CLAIMS,
            *REMINDERS,
            *SERVICE,
            *MESSAGES,
            *ARCHIVE,
            ERASE,
        ),
        opens={
            "open": Opening(act=OPEN, make=filing.make, route=filing.route_of, company_id=_company),
            "offer": Opening(act=OFFER, make=by_rule.make_offer, route=filing.route_of, company_id=_company),
        },
        kin=kin,
        company_path="company_id",
        pins=pins,
        related=("policy_version", "call", "company"),
        deferred=("policy_version__policy_text", "policy_version__source_text", "policy_version__cases_text"),
    )
)
