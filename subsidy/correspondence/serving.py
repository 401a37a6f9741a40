"""Service of letters (送达): by opening online, by hand at the counter, by post, by public announcement.

Periods that run against a company begin on the day of service. Only the door calls the writers.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from subsidy.accounts.models import User
from subsidy.audit.moment import ZONE, Moment
from subsidy.correspondence.enums import Way
from subsidy.correspondence.models import Announcement, Letter, LetterKind, Serving
from subsidy.documents.models import StoredFile

REVIEW_DAYS = 60
"""Calendar days from service within which an administrative review may be asked for (行政复议法 Art. 20)."""

ADVERSE = frozenset(
    {
        LetterKind.NON_ACCEPTANCE,
        LetterKind.REJECTION,
        LetterKind.NOT_FUNDED,
        LetterKind.TITLE_LOWERED,
        LetterKind.TITLE_ENDED,
        LetterKind.LAPSE,
        LetterKind.CORRIGENDUM,
        LetterKind.REVOCATION,
    }
)


def letter_serve(
    letter: Letter,
    *,
    now: Moment,
    by: User,
    way: Way = Way.PORTAL,
    served_on: dt.date | None = None,
    slip: StoredFile | None = None,
    tracking_number: str = "",
) -> bool:
    """Note that a letter reached its recipient; all its languages are one letter. False if it was served before.

    `served_on` is the day of receipt, for service by hand or post; online it is today.
    """
    on = served_on or now.on
    at = now.at if on == now.on else dt.datetime.combine(on, dt.time(), ZONE)
    if versions_of(letter).filter(served_at__isnull=True).update(served_at=at) == 0:
        return False
    Serving.objects.create(
        authority_id=letter.authority_id,
        letter=versions_of(letter).get(language="zh"),
        way=way,
        served_on=on,
        noted_at=now.at,
        noted_by=by,
        slip=slip,
        tracking_number=tracking_number,
    )
    return True


def letter_announce(letter: Letter, *, now: Moment, days: int, place: str, tried: str) -> Announcement:
    """Note that a letter was put up publicly; it counts as served when `days` calendar days are over."""
    return Announcement.objects.create(
        authority_id=letter.authority_id,
        letter=versions_of(letter).get(language="zh"),
        put_up_on=now.on,
        ends_on=now.on + dt.timedelta(days=days),
        place=place,
        tried=tried,
    )


def versions_of(letter: Letter) -> QuerySet[Letter]:
    """The letter in all its languages, without its bytes."""
    same = Letter.objects.defer("content").filter(subject_kind=letter.subject_kind, subject_id=letter.subject_id)
    return same.filter(kind=letter.kind, number=letter.number)


def review_until(letter: Letter) -> dt.date | None:
    """The last day on which a review of an adverse decision may be asked for; None before service, or if none may."""
    if letter.kind not in ADVERSE or letter.served_at is None:
        return None
    return letter.served_at.astimezone(ZONE).date() + dt.timedelta(days=REVIEW_DAYS)
