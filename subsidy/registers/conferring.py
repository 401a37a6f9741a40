"""Titles that a decree of this bureau confers, written into the same registers as those that lists bring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.registers.enums import Change
from subsidy.registers.models import RegisterEntry
from subsidy.registers.selectors import current_entries


@dataclass(frozen=True)
class Conferred:
    """The title of one company: by which case, at which level, under which number. `same` are other words of the level."""

    company_id: int
    case_key: int
    level: str
    certificate_number: str
    words: dict[str, Any]
    same: frozenset[str] = frozenset()


def titles_confer(
    conferred: Sequence[Conferred],
    *,
    authority_id: int,
    register: str,
    first: dt.date,
    last: dt.date,
    document_number: str,
    now: Moment,
    actor: User,
) -> list[RegisterEntry]:
    """Enter the titles that hold from `first` to `last`; two statements, whatever their number.

    A company that stands in the register already has its title renewed, or where it reached another level while the old
    one runs, its level changed: the new row follows the old one.
    """
    standing = _standing([one.company_id for one in conferred], register)
    rows = []
    for one in conferred:
        before = standing.get(one.company_id)
        rows.append(
            RegisterEntry(
                authority_id=authority_id,
                company_id=one.company_id,
                kind=register,
                level=one.level,
                certificate_number=one.certificate_number,
                valid_from=first,
                valid_to=last,
                change=_change(one, before, first),
                effective_on=first,
                follows=before,
                entered_at=now.at,
                entered_by=actor,
                case_key=one.case_key,
                document_number=document_number,
                words=one.words,
            )
        )
    return RegisterEntry.objects.bulk_create(rows)


def _standing(company_ids: Sequence[int], register: str) -> dict[int, RegisterEntry]:
    """The newest entry of each company in the register that nothing follows and nobody ended."""
    found = current_entries().filter(company__in=company_ids, kind=register).exclude(change=Change.ENDED)
    return {row.company_id: row for row in found.order_by("pk")}


def _change(one: Conferred, before: RegisterEntry | None, first: dt.date) -> Change:
    if before is None:
        return Change.NOTED
    runs = before.valid_from <= first and (before.valid_to is None or first <= before.valid_to)
    other = before.level not in (one.level, *one.same)
    return Change.UPGRADED if runs and other else Change.RENEWED
