"""Writers of registers. Only the door calls them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from subsidy.accounts.models import User
from subsidy.applicants.models import Company
from subsidy.audit.moment import Moment
from subsidy.registers.enums import Change
from subsidy.registers.models import PriorAward, RegisterEntry, RegisterImport


def entry_note(
    company: Company,
    *,
    kind: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
    now: Moment,
    actor: User,
    level: str = "",
    certificate_number: str = "",
    brought_by: RegisterImport | None = None,
) -> RegisterEntry:
    """Enter a title that the company holds, or its place on a list; `valid_to` is the last day, if there is one."""
    return RegisterEntry.objects.create(
        authority_id=company.authority_id,
        company=company,
        kind=kind,
        level=level,
        certificate_number=certificate_number,
        valid_from=valid_from,
        valid_to=valid_to,
        effective_on=valid_from,
        entered_at=now.at,
        entered_by=actor,
        brought_by=brought_by,
    )


def entry_follow(
    entry: RegisterEntry,
    *,
    change: Change,
    effective_on: dt.date,
    now: Moment,
    actor: User,
    level: str | None = None,
    certificate_number: str | None = None,
    valid_from: dt.date | None = None,
    valid_to: dt.date | None = None,
    reason: str = "",
    brought_by: RegisterImport | None = None,
    document_number: str | None = None,
    words: dict[str, Any] | None = None,
) -> RegisterEntry:
    """Renew, correct, end an entry or change its level: a new row after it; what is not given stays as it was."""
    return RegisterEntry.objects.create(
        authority_id=entry.authority_id,
        company_id=entry.company_id,
        kind=entry.kind,
        level=entry.level if level is None else level,
        certificate_number=entry.certificate_number if certificate_number is None else certificate_number,
        valid_from=valid_from or entry.valid_from,
        valid_to=valid_to if valid_from is not None else (valid_to or entry.valid_to),
        change=change,
        effective_on=effective_on,
        follows=entry,
        reason=reason,
        entered_at=now.at,
        entered_by=actor,
        brought_by=brought_by,
        case_key=entry.case_key,
        document_number=entry.document_number if document_number is None else document_number,
        words=entry.words if words is None else words,
    )


def award_note(
    company: Company,
    *,
    pack: str,
    amount_fen: int,
    conferred_on: dt.date,
    document_number: str,
    now: Moment,
    actor: User,
    title: str = "",
    certificate_day: dt.date | None = None,
    group: str = "",
    group_key: list[str] | None = None,
    follows: PriorAward | None = None,
    brought_by: RegisterImport | None = None,
) -> PriorAward:
    """Enter an award from before this system, in fen; `follows` is the statement that it corrects.

    A correction that says nothing of the certificate leaves its day as it was stated.
    """
    if certificate_day is None and follows is not None:
        certificate_day = follows.certificate_day
    return PriorAward.objects.create(
        authority_id=company.authority_id,
        company=company,
        pack=pack,
        title=title,
        certificate_day=certificate_day,
        group=group,
        group_key=group_key or [],
        amount_fen=amount_fen,
        conferred_on=conferred_on,
        document_number=document_number,
        follows=follows,
        entered_at=now.at,
        entered_by=actor,
        brought_by=brought_by,
    )
