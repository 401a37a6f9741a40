"""Writers of payee accounts and of what holds them back. Only the door calls them."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from subsidy.accounts.models import User
from subsidy.applicants.enums import AccountState
from subsidy.applicants.models import AccountFreeze, Company, PayeeAccount
from subsidy.audit.canonical import canonical
from subsidy.audit.moment import ZONE, Moment
from subsidy.calendars.selectors import working_calendar
from subsidy.documents.models import StoredFile


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
    certification: StoredFile | None = None,
    explanation: StoredFile | None = None,
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
        certification=certification,
        explanation=explanation,
    )


def account_confirm(account: PayeeAccount, *, actor: User, now: Moment) -> PayeeAccount:
    """Confirm an account: it is valid from now on, and the one before it ends at this moment.

    A company's first account can be paid to at once; one that comes after another cools first.
    """
    earlier = PayeeAccount.objects.filter(company_id=account.company_id, valid__isnull=False).exists()
    accounts_end(account.company_id, now=now)
    account.state = AccountState.CONFIRMED
    account.confirmed_by, account.confirmed_at = actor, now.at
    account.valid = DateTimeTZRange(now.at, None)
    account.payable_from = _cooled(now) if earlier else now.at
    account.save(update_fields=["state", "confirmed_by", "confirmed_at", "valid", "payable_from"])
    return account


def _cooled(now: Moment) -> dt.datetime:
    """The beginning of the day after the cooling period; beyond the published calendar, counted in weekdays."""
    days: int = settings.ACCOUNT_COOLING_WORKING_DAYS
    if days == 0:
        return now.at
    last = working_calendar().add_working_days(now.on, days).on
    return dt.datetime.combine(last + dt.timedelta(days=1), dt.time.min, tzinfo=ZONE)


def accounts_end(company_id: int, *, now: Moment, reason: str = "") -> list[PayeeAccount]:
    """End whatever account of the company is in use, as by another account, by closing or by a merger."""
    ended = list(PayeeAccount.objects.filter(company_id=company_id, state=AccountState.CONFIRMED))
    for account in ended:
        assert account.valid is not None  # by the constraint account_confirmed_coherent
        account.state = AccountState.ENDED
        account.valid = DateTimeTZRange(account.valid.lower, now.at)
        account.closing_reason = reason
        account.save(update_fields=["state", "valid", "closing_reason"])
    return ended


def account_refuse(account: PayeeAccount, *, reason: str) -> None:
    """Refuse an account that was entered: it can no longer be confirmed."""
    account.state = AccountState.REFUSED
    account.closing_reason = reason
    account.save(update_fields=["state", "closing_reason"])


def explanation_accept(account: PayeeAccount, *, actor: User, now: Moment) -> None:
    """Accept the stamped explanation of an account in another name."""
    account.accepted_by, account.accepted_at = actor, now.at
    account.save(update_fields=["accepted_by", "accepted_at"])


def account_freeze(
    account: PayeeAccount, *, issuer: str, number: str, order: StoredFile, actor: User, now: Moment
) -> AccountFreeze:
    """Hold an account back by the order of a court."""
    return AccountFreeze.objects.create(
        authority_id=account.authority_id,
        account=account,
        issuer=issuer,
        number=number,
        order=order,
        frozen_by=actor,
        frozen_at=now.at,
    )


def freeze_lift(freeze: AccountFreeze, *, number: str, order: StoredFile, actor: User, now: Moment) -> None:
    """Lift a freeze by another paper of the court."""
    freeze.lifting_number, freeze.lifting_order = number, order
    freeze.lifted_by, freeze.lifted_at = actor, now.at
    freeze.save(update_fields=["lifting_number", "lifting_order", "lifted_by", "lifted_at"])
