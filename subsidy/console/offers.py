"""Which acts a page offers to its reader: those of the node where the matter stands and of the reader's roles.

Only the door decides whether an act is done; this says beforehand what it would answer, so that nobody is led to a
page that must refuse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.calendars.selectors import working_calendar
from subsidy.web.components import DaysLeft, Text
from subsidy.work.models import NO_DUE, Hand, WorkItem
from subsidy.work.selectors import Standing
from workflows.common.acts import Act
from workflows.common.duties import WITHOUT_BUSINESS_POWER, clash
from workflows.common.refusals import DutiesClash
from workflows.common.subjects import Kind, kind_named


@dataclass(frozen=True)
class Offer:
    """An act on offer; with `why_not` it is shown without its link."""

    name: str
    title: Text
    url: str
    danger: bool = False
    why_not: Text = ""


@dataclass(frozen=True)
class Offers:
    """What the reader may do here. `claim` is "claim", "unclaim" or empty."""

    acts: Sequence[Offer] = ()
    claim: str = ""
    holder: Text = ""


def offers(
    kind_name: str, subject: Any, standing: Standing, items: Sequence[WorkItem], url_of: Callable[[str], str]
) -> Offers:
    """The acts at the open items of a matter. One statement (the reader's earlier duties), and only when needed."""
    if standing.roles & WITHOUT_BUSINESS_POWER:
        return Offers(holder=holder_words(items))
    kind = kind_named(kind_name)
    nodes = kind.flows[(subject.route, subject.route_version)].instance
    pools = {pool.pk for pool in standing.pools}
    mine = [item for item in items if item.pool_id in pools]
    found: list[Offer] = []
    claim = ""
    earlier: frozenset[str] | None = None
    for item in mine:
        for act in nodes.node(item.node).acts:
            earlier = reader_duties(kind, subject, standing) if earlier is None else earlier
            found.append(
                Offer(act.name, act.title, url_of(act.name), act.danger, _why_not(act, item, standing, earlier))
            )
        claim = "claim" if item.assignee_id is None else "unclaim" if item.assignee_id == standing.user.pk else claim
    return Offers(found, claim, holder_words(items))


def time_left(items: Sequence[WorkItem], *, on: dt.date) -> DaysLeft:
    """Working days from `on` until the earliest due day (negative when overdue; None without one), and whether that day
    may still move.
    """
    due = min((item for item in items if item.due_on != NO_DUE), key=lambda item: item.due_on, default=None)
    if due is None:
        return DaysLeft(None)
    days = working_calendar().working_days_between(on, due.due_on)
    return DaysLeft(min(days, -1) if due.due_on < on else days, due.due_provisional)


def reader_duties(kind: Kind, subject: Any, standing: Standing) -> frozenset[str]:
    """What the reader did on the matter and on what is bound to it; one statement."""
    bound = Q(subject_kind=kind.name, subject_id=subject.pk) | kind.kin([subject.pk])
    hands = Hand.objects.filter(bound, actor=standing.user).exclude(duty="")
    return frozenset(hands.values_list("duty", flat=True))


def _why_not(act: Act, item: WorkItem, standing: Standing, earlier: frozenset[str]) -> Text:
    if item.assignee_id is not None and item.assignee_id != standing.user.pk:
        return _("%(name)s has taken this over.") % {"name": item.assignee}
    return why_not(act, earlier)


def why_not(act: Act, earlier: frozenset[str]) -> Text:
    """What the door would say of separation of duties; empty where nothing stands against the act."""
    return DutiesClash.default_message if clash(act.duty, earlier) is not None else ""


def holder_words(items: Sequence[WorkItem]) -> Text:
    """Whom the matter waits for, in words; experts of a panel are not named."""
    if not items:
        return ""
    item = items[0]
    if item.pool is None:
        return _("the company")
    role = Role(item.pool.role)
    return str(role.label) if item.assignee is None or role == Role.EXPERT else f"{item.assignee} · {role.label}"


def works_on(standing: Standing, items: Iterable[WorkItem], authority_id: int) -> bool:
    """Whether the matter waits for a pool of the reader, or one of its tasks is held by them."""
    roles = {pool.role for pool in standing.pools if pool.authority_id == authority_id}
    open_to = {
        item.pool.role for item in items if item.pool is not None and item.assignee_id in (None, standing.user.pk)
    }
    return bool(roles & open_to)
