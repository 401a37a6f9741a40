"""Writes what people are told, and keeps what they have read and how they want to be told.

A notification is no change of a matter: it follows from an event that the door has written, is made by a job, and is
unique by event and person. Reading marks and preferences are a person's own; they have no event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet

from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.cases.models import Recusal
from subsidy.correspondence.enums import LEGAL_EFFECT, MAIL_DEFAULT, MailChoice, NotificationKind
from subsidy.correspondence.models import MailOut, Notification, NotificationPreference
from subsidy.decisions.recusals import recused_rows


@dataclass(frozen=True)
class Told:
    """One person and the sentence that they are told."""

    user_id: int
    kind: str
    words: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class About:
    """The event that people are told of."""

    authority_id: int
    kind: str
    subject_id: int
    seq: int


@dataclass(frozen=True)
class Preference:
    """How one person is told of one kind."""

    in_app: bool
    mail: str


def preferences_of(user_ids: Iterable[int]) -> dict[tuple[int, str], Preference]:
    """What people have chosen, by person and kind; who is not in it keeps the defaults. One query."""
    rows = NotificationPreference.objects.filter(user__in=list(user_ids))
    return {(row.user_id, row.kind): Preference(row.in_app, row.mail) for row in rows}


def preference_default(kind: str) -> Preference:
    return Preference(in_app=True, mail=MAIL_DEFAULT[kind])


def notifications_make(about: About, told: Sequence[Told], *, now: Moment, mail: bool) -> list[int]:
    """Tell each person once of this event; returns the e-mails to send now (none with `mail` False). Safe to repeat.

    Of several sentences for one person the first is kept.
    """
    first = {one.user_id: one for one in reversed(told)}
    chosen = preferences_of(first)
    mailed = (
        set(User.objects.filter(pk__in=list(first)).exclude(email="").values_list("pk", flat=True)) if mail else set()
    )
    with transaction.atomic():
        known = _known(about, first)
        fresh = [one for pk, one in sorted(first.items()) if pk not in known]
        wants = {one.user_id: chosen.get((one.user_id, one.kind), preference_default(one.kind)) for one in fresh}
        mails = _mails(about, [pk for pk in wants if pk in mailed and wants[pk].mail == MailChoice.AT_ONCE], now)
        rows = [_row(about, one, wants[one.user_id], mails, mailed, now) for one in fresh]
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return sorted(mails.values())


def _known(about: About, user_ids: Iterable[int]) -> set[int]:
    of_event = Notification.objects.filter(subject_kind=about.kind, subject_id=about.subject_id, seq=about.seq)
    return set(of_event.filter(recipient__in=list(user_ids)).values_list("recipient_id", flat=True))


def _mails(about: About, user_ids: list[int], now: Moment) -> dict[int, int]:
    """An e-mail for each, by person; the natural key makes a second one impossible."""
    keys = {f"event:{about.kind}:{about.subject_id}:{about.seq}:{pk}": pk for pk in user_ids}
    MailOut.objects.bulk_create(
        [MailOut(key=key, recipient_id=pk, made_at=now.at) for key, pk in keys.items()], ignore_conflicts=True
    )
    found = MailOut.objects.filter(key__in=list(keys)).values_list("recipient_id", "pk")
    return dict(found)


def _row(
    about: About, one: Told, wants: Preference, mails: Mapping[int, int], mailed: set[int], now: Moment
) -> Notification:
    return Notification(
        authority_id=about.authority_id,
        recipient_id=one.user_id,
        kind=one.kind,
        words=one.words,
        params=dict(one.params),
        subject_kind=about.kind,
        subject_id=about.subject_id,
        seq=about.seq,
        in_app=wants.in_app or one.kind in LEGAL_EFFECT,
        made_at=now.at,
        mail_id=mails.get(one.user_id),
        for_digest=wants.mail == MailChoice.DAILY and one.user_id in mailed,
    )


def digests_make(on: dt.date, *, now: Moment) -> list[int]:
    """One e-mail a person for what waits for the day's digest; returns the e-mails to send. Safe to repeat."""
    waiting = without_recused(Notification.objects.filter(for_digest=True, mail__isnull=True))
    made = []
    for user_id in sorted(set(waiting.values_list("recipient_id", flat=True))):
        with transaction.atomic():
            mail, new = MailOut.objects.get_or_create(
                key=f"digest:{on.isoformat()}:{user_id}", defaults={"recipient_id": user_id, "made_at": now.at}
            )
            if new:  # what came after the day's digest waits for the next
                waiting.filter(recipient=user_id).update(mail=mail)
                made.append(mail.pk)
    return made


def notifications_of(user: User) -> QuerySet[Notification]:
    """What the person is told in the app."""
    return without_recused(Notification.objects.filter(recipient=user, in_app=True))


def without_recused(notifications: QuerySet[Notification]) -> QuerySet[Notification]:
    """Without those on matters from which their reader has been recused since: even a number would tell too much."""
    return notifications.exclude(recused_rows(OuterRef("recipient"), kind="subject_kind", matter="subject_id"))


def unread_count(user: User, *, cap: int) -> int:
    """How many are unread, counting no further than one beyond the cap.

    Every page asks. Composing the condition about recusals costs more than the rest of the frame, and few people were
    ever recused: it is asked about those alone.
    """
    unread = Notification.objects.filter(recipient=user, in_app=True, read_at__isnull=True).order_by()
    found = unread[: cap + 1].count()
    if not found or not Recusal.objects.filter(user=user).exists():
        return found
    return without_recused(unread)[: cap + 1].count()


def notifications_read(user: User, *, now: Moment, only: int | None = None, until: int | None = None) -> int:
    """Mark one, or all up to the newest that the page showed, as read; returns how many. A foreign one is none."""
    unread = notifications_of(user).filter(read_at__isnull=True)
    if only is not None:
        unread = unread.filter(pk=only)
    if until is not None:
        unread = unread.filter(pk__lte=until)
    return unread.update(read_at=now.at)


def preferences_save(user: User, wanted: Mapping[str, Preference]) -> None:
    """Keep how a person wants to be told. What has legal effect stays in the app whatever was chosen."""
    rows = [
        NotificationPreference(
            user=user,
            kind=NotificationKind(kind),
            in_app=one.in_app or kind in LEGAL_EFFECT,
            mail=MailChoice(one.mail),
        )
        for kind, one in wanted.items()
    ]
    NotificationPreference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["in_app", "mail"]
    )
