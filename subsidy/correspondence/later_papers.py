"""Papers beside and after the decision: the record of a visit, the lapse of an award, what corrects or revokes a decree's line."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from subsidy.audit.moment import ZONE
from subsidy.cases.models import Case
from subsidy.correspondence.case_papers import (
    REMEDIES,
    authority_of,
    compose_decision,
    contact_of,
    last_event,
    policy_of,
)
from subsidy.correspondence.issue import Issue
from subsidy.decisions.models import AwardChange
from subsidy.decisions.models import Decree as IssuedDecree
from subsidy.letters import Bilingual, DecreeChange, VisitRecord, decree_change, visit_record
from subsidy.letters.formats import Language, day, money
from subsidy.reviews.models import Visit


def compose_lapse(case: Case, issue: Issue) -> bytes:
    """That the time to confirm the account ran out: from when to when it ran, what falls back, and how to object."""
    said: dict[str, Any] = json.loads(last_event(case, "lapse").body)["data"]
    return compose_decision(
        case,
        issue,
        title=Bilingual("奖补失效通知书", "Notice of Lapse"),
        opening=Bilingual(_lapsed(said, "zh"), _lapsed(said, "en")),
        next_steps=(
            Bilingual(
                "如因不可抗力等正当理由未能按期确认，请在救济期限内一并书面说明。",
                "If you could not act in time for a reason beyond your control, say so in writing within that time.",
            ),
        ),
    )


def _lapsed(said: dict[str, Any], lang: Language) -> str:
    served, due = (day(dt.date.fromisoformat(said[name]), lang) for name in ("served_on", "due_on"))
    amount = money(said["amount_fen"], lang)
    if lang == "zh":
        return (
            f"经{said['decree']}文核定奖补{amount}。奖补通知书于{served}送达，应在{said['days']}个工作日内、即{due}前（含当日）"
            "确认收款账户；贵单位逾期未确认，该奖补失效，资金退回预算。"
        )
    return (
        f"{said['decree']} granted it {amount}. The award letter was served on {served}; the payee account was to be "
        f"confirmed within {said['days']} working days, by {due}. It was not: the award has lapsed, and the money has "
        "gone back to the budget."
    )


def compose_visit(case: Case, issue: Issue) -> bytes:
    """The newest record of a visit that both officers have signed. Raises Visit.DoesNotExist when there is none."""
    visits = Visit.objects.select_related("recorded_by", "signed_by").filter(case=case, signed_at__isnull=False)
    visit = visits.latest("id")
    assert visit.signed_by is not None, "a signature has its signer"
    return visit_record(
        VisitRecord(
            number=issue.number,
            case_number=case.number,
            authority=authority_of(case),
            company_name=case.company_name,
            policy_title=policy_of(case),
            visited_on=visit.visited_on,
            place=visit.place,
            findings=visit.findings,
            favourable=visit.favourable,
            recorded_by=visit.recorded_by.name,
            signed_by=visit.signed_by.name,
            contact=contact_of(case),
            issued_on=visit.signed_at.astimezone(ZONE).date() if visit.signed_at else issue.on,
            illustrative=case.policy_version.illustrative,
            lang=issue.lang,
            seal=issue.seal,
        )
    )


def compose_change(paper: IssuedDecree, issue: Issue) -> bytes:
    """A corrigendum or a revocation: one line of an earlier decree, before and after, with its totals from then on."""
    change = change_of(paper)
    version = paper.round.call.policy_version
    title = version.policy
    return decree_change(
        DecreeChange(
            number=paper.number,
            issuers=(Bilingual(paper.authority.name_zh, paper.authority.name_en),),
            basis=(
                Bilingual(
                    f"《{title.title_zh}》（{version.document_number}）",
                    f"{title.title_en} ({version.document_number})",
                ),
            ),
            corrects=change.award.decree.number,
            corrects_on=change.award.decree.issued_on,
            rank=change.award.rank,
            name_before=change.name_before,
            name_after=change.name_after,
            amount_before=change.before_fen,
            amount_after=change.after_fen,
            reason=change.reason,
            count=change.count,
            total_fen=change.total_fen,
            how_to_object=REMEDIES,
            issued_on=paper.issued_on,
            illustrative=version.illustrative,
            lang=issue.lang,
            seal=issue.seal,
        )
    )


def change_of(paper: IssuedDecree) -> AwardChange:
    """The one line that a corrigendum or a revocation changes."""
    return AwardChange.objects.select_related("award__decree", "award__case").get(decree=paper)
