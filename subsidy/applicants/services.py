"""Writers of companies' facts and accounts. Only the door calls them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from subsidy.accounts.models import User
from subsidy.applicants.enums import AccountState, FactSource
from subsidy.applicants.models import Company, CompanyFact, PayeeAccount
from subsidy.audit.canonical import canonical
from subsidy.audit.moment import Moment

_COLUMN = {"money": "integer", "count": "integer", "date": "day"}
_RAW_LENGTH = 500


def facts_supersede(
    company: Company,
    *,
    source: FactSource,
    as_of: dt.date,
    facts: Sequence[dict[str, Any]],
    now: Moment,
    actor: User | None = None,
    reason: str = "",
) -> int:
    """Keep newer values of one source; the older rows stay, marked as superseded. Returns how many were superseded.

    A fact is {name, kind, value} and, where it has them, period, unit, list_name, record_key, raw. Values are whole
    numbers for money (minor units) and counts, True/False, ISO dates, text; None says that it is known not to exist.
    What is held already, as of the same day and for the same reason, is left as it is.
    """
    rows = [_fact_row(company, source, as_of, fact, now, actor, reason) for fact in facts]
    names = [row.name for row in rows]
    current = CompanyFact.objects.filter(company=company, source=source, name__in=names, superseded_at__isnull=True)
    held = {fact_key(row): row for row in current}
    fresh = [row for row in rows if not _says_the_same(held.get(fact_key(row)), row)]
    old = [held[fact_key(row)].pk for row in fresh if fact_key(row) in held]
    CompanyFact.objects.filter(pk__in=old).update(superseded_at=now.at)
    CompanyFact.objects.bulk_create(fresh)
    return len(old)


def fact_end(fact: CompanyFact, *, now: Moment) -> None:
    """Take a fact out of use without another in its place; its row stays as history."""
    fact.superseded_at = now.at
    fact.save(update_fields=["superseded_at"])


def fact_key(row: CompanyFact) -> tuple[str, str, str, str]:
    """What makes two values of one company and source speak of the same thing."""
    return (row.name, row.period, row.list_name, row.record_key)


def _says_the_same(held: CompanyFact | None, row: CompanyFact) -> bool:
    if held is None:
        return False
    names = ("kind", "integer", "day", "text", "absent", "unit", "as_of", "reason")
    return all(getattr(held, name) == getattr(row, name) for name in names)


def _fact_row(
    company: Company,
    source: FactSource,
    as_of: dt.date,
    fact: dict[str, Any],
    now: Moment,
    actor: User | None,
    reason: str,
) -> CompanyFact:
    return CompanyFact(
        authority_id=company.authority_id,
        company=company,
        source=source,
        as_of=as_of,
        entered_at=now.at,
        entered_by=actor,
        reason=reason,
        raw=str(fact.get("raw", fact["value"]))[:_RAW_LENGTH],
        name=fact["name"],
        kind=fact["kind"],
        unit=fact.get("unit", ""),
        period=fact.get("period", ""),
        list_name=fact.get("list_name", ""),
        record_key=fact.get("record_key", ""),
        absent=fact["value"] is None,
        **_columns(fact["kind"], fact["value"]),
    )


def _columns(kind: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if kind == "yes_no":
        return {"integer": int(bool(value))}
    if kind == "date" and isinstance(value, str):
        return {"day": dt.date.fromisoformat(value)}
    column = _COLUMN.get(kind, "text")
    return {column: str(value) if column == "text" else value}


def account_fingerprint(holder_name: str, account_number: str, bank_code: str) -> str:
    """SHA-256 of what identifies an account; checker and releaser of a batch sign it with their events (I12)."""
    return hashlib.sha256(canonical([holder_name, account_number, bank_code]).encode()).hexdigest()


def account_propose(
    company: Company,
    *,
    actor: User,
    now: Moment,
    holder_name: str,
    account_number: str,
    bank_name: str,
    bank_code: str,
) -> PayeeAccount:
    """Enter an account; it can be paid to only when another person has confirmed it."""
    return PayeeAccount.objects.create(
        authority_id=company.authority_id,
        company=company,
        holder_name=holder_name,
        account_number=account_number,
        bank_name=bank_name,
        bank_code=bank_code,
        fingerprint=account_fingerprint(holder_name, account_number, bank_code),
        proposed_by=actor,
        proposed_at=now.at,
    )


def account_confirm(account: PayeeAccount, *, actor: User, now: Moment) -> PayeeAccount:
    """Confirm an account: it is valid from now on, and the one before it ends at this moment."""
    for earlier in PayeeAccount.objects.filter(company_id=account.company_id, state=AccountState.CONFIRMED):
        earlier.state = AccountState.ENDED
        earlier.valid = DateTimeTZRange(earlier.valid.lower, now.at)
        earlier.save(update_fields=["state", "valid"])
    account.state = AccountState.CONFIRMED
    account.confirmed_by, account.confirmed_at = actor, now.at
    account.valid = DateTimeTZRange(now.at, None)
    account.save(update_fields=["state", "confirmed_by", "confirmed_at", "valid"])
    return account
