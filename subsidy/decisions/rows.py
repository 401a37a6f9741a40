"""Rows that say what is known without being kept, in the form of those that are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from policies.language import FactDef, Pack
from policies.language.model import RecordDef
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import CompanyFact
from subsidy.audit.moment import ZONE
from subsidy.decisions.books import Books

_COLUMNS = {"yes_no": "integer", "money": "integer", "date": "day"}


@dataclass(frozen=True)
class Reads:
    """What a policy reads, by name; `code` is the policy's own (empty where no one policy is meant)."""

    names: Mapping[str, FactDef | RecordDef]
    code: str = ""

    @classmethod
    def of(cls, pack: Pack) -> Self:
        return cls({**pack.facts, **pack.records}, pack.code)


def made(
    books: Books,
    name: str,
    kind: str,
    value: dt.date | int | str | None,
    *,
    source: FactSource = FactSource.SYSTEM,
    as_of: dt.date,
    raw: str = "",
    entered_at: dt.datetime | None = None,
    **more: Any,
) -> CompanyFact:
    """A row of the company of the books: a day, a whole number (yes/no as 1/0), text, or None for known not to exist."""
    columns: dict[str, Any] = {"absent": True} if value is None else {_COLUMNS.get(kind, "text"): value}
    return CompanyFact(
        authority_id=books.company.authority_id,
        company_id=books.company.pk,
        source=source,
        as_of=as_of,
        entered_at=entered_at or dt.datetime.combine(as_of, dt.time(), tzinfo=ZONE),
        raw=raw,
        name=name,
        kind=kind,
        **columns,
        **more,
    )
