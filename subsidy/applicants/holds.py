"""Whether an account can be paid to at a moment, and if not, why."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subsidy.applicants.enums import AccountState
from subsidy.applicants.models import AccountFreeze, PayeeAccount
from subsidy.audit.moment import ZONE

NOT_CONFIRMED = gettext_lazy("The account waits for a second person to confirm it.")
ENDED = gettext_lazy("Its account is no longer valid; the company must confirm and choose another one.")


def payable_accounts(*, at: dt.datetime) -> QuerySet[PayeeAccount]:
    """Accounts that money may go to at `at`: valid, past their cooling period, under no freeze."""
    frozen = AccountFreeze.objects.filter(account=OuterRef("pk"), lifted_at__isnull=True)
    cooled = Q(payable_from__isnull=True) | Q(payable_from__lte=at)
    return PayeeAccount.objects.filter(cooled, ~Exists(frozen), valid__contains=at)


def open_freezes(account: PayeeAccount) -> list[AccountFreeze]:
    """The orders in force against an account, the oldest first."""
    return list(account.freezes.filter(lifted_at__isnull=True).order_by("frozen_at", "id"))


def hold_on(account: PayeeAccount, *, at: dt.datetime) -> str | Promise:
    """Why nothing may be paid to this account at `at`, and what to do; empty when it can be paid to."""
    if account.state in (AccountState.PROPOSED, AccountState.REFUSED):
        return NOT_CONFIRMED
    if account.valid is None or at not in account.valid:
        return ENDED
    freezes = open_freezes(account)
    if freezes:
        return _("The account is frozen by %(issuer)s, %(number)s. Pay when the order is lifted.") % {
            "issuer": freezes[0].issuer,
            "number": freezes[0].number,
        }
    if account.payable_from is not None and at < account.payable_from:
        return _("The account was changed lately; it can be paid to from %(day)s.") % {
            "day": f"{account.payable_from.astimezone(ZONE):%Y-%m-%d}"
        }
    return ""
