"""The parts of a round's page: what its reader may do, its meetings, notice, decrees and objections."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.enums import Role
from subsidy.calendars.selectors import working_calendar
from subsidy.console.offers import Offer, Offers, offers, reader_duties, why_not
from subsidy.decisions.enums import DecreeKind, ObjectionState, RowDecision, RowState
from subsidy.decisions.models import Decree, Meeting, Round, RoundRow
from subsidy.decisions.recusals import recused_from
from subsidy.decisions.selectors import SEES_OBJECTIONS, objections_of
from subsidy.web import formats
from subsidy.work.models import WorkItem
from subsidy.work.selectors import Standing
from workflows.round.kind import ROUND

_NEEDS = {
    "settle_row": (RowState.HELD,),
    "correct_award": (RowState.AWARDED,),
    "revoke_award": (RowState.AWARDED,),
    "correct_name": (RowState.LISTED,),
}
"""Free acts that are about one row are offered only where there is such a row."""


def offered(round_: Round, standing: Standing, items: Sequence[WorkItem]) -> Offers:
    """What the reader may do at the node where the round stands, and on single rows."""

    def url_of(name: str) -> str:
        return reverse("console:round-act", args=[round_.number, name])

    found = offers("round", round_, standing, items, url_of)
    roles = {pool.role for pool in standing.pools if pool.authority_id == round_.authority_id}
    free = [act for act in ROUND.free_acts if act.role in roles and round_.state in act.states]
    if not free:
        return found
    states = set(RoundRow.objects.filter(round=round_).values_list("state", flat=True))
    earlier = reader_duties(ROUND, round_, standing)
    more = [
        Offer(act.name, act.title, url_of(act.name), act.danger, why_not(act, earlier))
        for act in free
        if states.intersection(_NEEDS[act.name])
    ]
    return replace(found, acts=[*found.acts, *more])


def notice_of(round_: Round, *, on: dt.date) -> dict[str, Any] | None:
    """The notice with the working days that are left for objections, and the lines appended to it."""
    notice = getattr(round_, "notice", None)
    if notice is None:
        return None
    return {
        "notice": notice,
        "title": formats.pick(notice.title_zh, notice.title_en),
        "count": len(json.loads(notice.list_text)),
        "days_left": None if notice.closed_at else working_calendar().working_days_between(on, notice.ends_on),
        "over": on > notice.ends_on and not notice.ends_provisional,
        "entries": list(notice.entries.order_by("position")),
    }


@dataclass(frozen=True)
class MeetingShown:
    """A minute with the rows on which it says more than that they are approved."""

    meeting: Meeting
    level: str
    present: str
    remarks: Sequence[str]


def meetings_of(round_: Round) -> list[MeetingShown]:
    between = formats.pick("、", ", ")
    return [
        MeetingShown(
            meeting,
            str(Role(meeting.level).label),
            between.join(meeting.present),
            [words for row in json.loads(meeting.rows_text) if (words := _remark(row, between))],
        )
        for meeting in Meeting.objects.filter(round=round_).order_by("pk")
    ]


def _remark(row: dict[str, Any], between: str) -> str:
    said = []
    if row["decision"] != RowDecision.APPROVE:
        said.append(f"{RowDecision(row['decision']).label}{formats.pick('：', ': ')}{row['reason']}")
    if row["left"]:
        said.append(_("%(names)s left the room") % {"names": between.join(row["left"])})
    return f"{row['rank']} {row['name']} · " + " · ".join(said) if said else ""


@dataclass(frozen=True)
class DecreeShown:
    decree: Decree
    kind: str
    count: int
    total_fen: int
    change: Any = None


def decrees_of(round_: Round) -> list[DecreeShown]:
    """All papers of the round in their order, each with what it grants or what it changed; three statements."""
    found = Decree.objects.filter(round=round_).select_related("corrects").order_by("pk")
    shown = []
    for decree in found.prefetch_related("awards", "changes__award"):
        awards, change = list(decree.awards.all()), next(iter(decree.changes.all()), None)
        shown.append(
            DecreeShown(
                decree,
                str(DecreeKind(decree.kind).label),
                change.count if change else len(awards),
                change.total_fen if change else sum(award.amount_fen for award in awards),
                change,
            )
        )
    return shown


def objections_table(round_: Round, standing: Standing) -> list[dict[str, Any]]:
    """The objections of the round for those who may read them: which row, what became of it. Nobody is named."""
    if not standing.roles.intersection(SEES_OBJECTIONS):
        return []
    return [
        {
            "number": one.number,
            "row": f"{one.row.rank} {one.row.listed_name}",
            "state": one.get_state_display(),
            "tone": "wait" if one.state == ObjectionState.OPEN else "done",
            "url": reverse("console:objection", args=[one.number]),
        }
        for one in objections_of(round_).exclude(recused_from("objection", standing.user))
    ]
