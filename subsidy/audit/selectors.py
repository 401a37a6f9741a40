"""Searching the log: by bureau, person, time and act; each order is served by an index of the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db.models import Q, QuerySet

from subsidy.audit.models import Checkpoint, Event, EventPrivate, Leaf
from subsidy.audit.moment import ZONE


def events_of_bureaus(authorities: QuerySet | Iterable[int]) -> QuerySet[Event]:
    """Every event that belongs to one of the bureaus (ids)."""
    return Event.objects.filter(authority_id__in=authorities)


def of_subjects(events: QuerySet[Event], subjects: Mapping[str, QuerySet | Iterable[int]]) -> QuerySet[Event]:
    """Events of these streams and rows alone; nothing where none is named."""
    wanted = Q(pk__in=[])
    for stream, ids in subjects.items():
        wanted |= Q(stream=stream, stream_id__in=ids)
    return events.filter(wanted)


def between(events: QuerySet[Event], first: dt.date | None, last: dt.date | None) -> QuerySet[Event]:
    """Events whose business date lies between two days, both inclusive; None leaves an end open."""
    if first is not None:
        events = events.filter(at__gte=_start(first))
    if last is not None:
        events = events.filter(at__lt=_start(last) + dt.timedelta(days=1))
    return events


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=ZONE)


def private_count(stream: str, stream_id: int) -> int:
    """Beside how many events of a stream personal values stand."""
    return EventPrivate.objects.filter(event__stream=stream, event__stream_id=stream_id).count()


def places_of(events: Iterable[int]) -> dict[int, int]:
    """The place in the log of each of these events, counted from 0; those that still wait for one are left out."""
    return dict(Leaf.objects.filter(event__in=list(events)).values_list("event", "idx"))


def latest_checkpoint() -> Checkpoint | None:
    """The newest signed head of the log; None before the first one."""
    return Checkpoint.objects.select_related("key__end").order_by("-pk").first()
