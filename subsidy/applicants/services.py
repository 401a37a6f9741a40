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


def facts_supersede(
    company: Company, *, source: FactSource, as_of: dt.date, facts: Sequence[dict[str, Any]], now: Moment
) -> int:
    """Keep newer values of one source; the older rows stay, marked as superseded. Returns how many were superseded.

    A fact is {name, kind, value}: whole numbers for money (minor units) and counts, True/False, ISO dates, text; None
    says that it is known not to exist.
    """
    names = [fact["name"] for fact in facts]
    superseded = CompanyFact.objects.filter(
        company=company, source=source, name__in=names, superseded_at__isnull=True
    ).update(superseded_at=now.at)
    CompanyFact.objects.bulk_create(
        [
            CompanyFact(
                authority_id=company.authority_id,
                company=company,
                source=source,
                as_of=as_of,
                entered_at=now.at,
                raw=str(fact["value"]),
                name=fact["name"],
                kind=fact["kind"],
                absent=fact["value"] is None,
                **_columns(fact["kind"], fact["value"]),
            )
            for fact in facts
        ]
    )
    return superseded


def _columns(kind: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if kind == "yes_no":
        return {"integer": int(bool(value))}
    if kind == "date" and isinstance(value, str):
        return {"day": dt.date.fromisoformat(value)}
    return {_COLUMN.get(kind, "text"): value}


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
