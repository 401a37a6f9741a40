"""Writers of calls. Only the door calls them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from subsidy.audit.moment import Moment
from subsidy.ledger.models import BudgetLine
from subsidy.programmes.enums import CallNews
from subsidy.programmes.models import Call, CallLine, CallNotice


def call_lines_add(call: Call, *, lines: Sequence[tuple[BudgetLine, int]]) -> None:
    """Give the call its further budget lines, each with what it bears in fen, in the order in which they are used."""
    CallLine.objects.bulk_create(
        [
            CallLine(call=call, line=line, position=position, amount_fen=amount)
            for position, (line, amount) in enumerate(lines, start=2)
        ]
    )


def call_tell(
    call: Call,
    *,
    news: CallNews,
    now: Moment,
    reason_zh: str = "",
    reason_en: str = "",
    closed_before: dt.datetime | None = None,
    outage: Sequence[dt.datetime] = (),
) -> CallNotice:
    """Put a line on the public page of the call, for good; `outage` is its beginning and its end, if there was one."""
    outage_from, outage_to = outage or (None, None)
    return CallNotice.objects.create(
        authority_id=call.authority_id,
        call=call,
        news=news,
        published_at=now.at,
        reason_zh=reason_zh,
        reason_en=reason_en,
        closed_before=closed_before,
        closes_at=call.closes_at,
        outage_from=outage_from,
        outage_to=outage_to,
    )


def call_hold(call: Call) -> None:
    """Hold the call as it is until the end of the transaction; `call` then carries its window as it is now.

    Acts that change the call wait for those that file under it, and those for these; filings do not wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT opens_at, closes_at, cancelled_at FROM programmes_call WHERE id = %s FOR SHARE", [call.pk]
        )
        call.opens_at, call.closes_at, call.cancelled_at = cursor.fetchone()
