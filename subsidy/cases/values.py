"""Typed values of facts: between the columns of a record and the values of the policy language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from policies.language import ABSENT, FactDef
from policies.language.model import RecordDef
from subsidy.applicants.records import TypedValue

_WHOLE = frozenset({"money", "count"})
APPLICANT = "applicant"


def is_asked(fact: FactDef | RecordDef) -> bool:
    """Whether the application asks the company for this fact or list; the others come from where the state knows them."""
    return APPLICANT in (fact.source, fact.asks)


def columns(fact: FactDef, value: Any) -> dict[str, Any]:
    """The columns that hold `value` (minor units, count, date, True/False, text; ABSENT where known not to exist)."""
    row: dict[str, Any] = {"kind": fact.kind, "integer": None, "day": None, "text": None, "absent": value is ABSENT}
    if value is ABSENT:
        return row
    if fact.kind in _WHOLE:
        row["integer"] = int(value)
    elif fact.kind == "yes_no":
        row["integer"] = int(bool(value))
    elif fact.kind == "date":
        row["day"] = value
    else:
        row["text"] = str(value)
    return row


def value_of(row: TypedValue) -> Any:
    """The value as `policies.language.decide` takes it; rates and numbers come back as Decimal."""
    if row.absent:
        return ABSENT
    if row.kind in _WHOLE:
        return row.integer
    if row.kind in {"yes_no", "list"}:
        return row.integer == 1
    if row.kind == "date":
        return row.day
    if row.kind in {"rate", "number"}:
        return Decimal(row.text or "0")
    return row.text


def as_json(value: Any) -> Any:
    """The same value in the form of `facts_from_json`: absent is null, dates are ISO text, decimals are text."""
    if value is ABSENT:
        return None
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
