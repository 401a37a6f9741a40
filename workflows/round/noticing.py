"""A round is published: the frozen, masked list, its days, and what is appended to it afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from subsidy.audit.moment import Moment
from subsidy.decisions.enums import NoticeEntryKind, RowState
from subsidy.decisions.models import Notice, NoticeEntry, Round, RoundRow
from subsidy.decisions.selectors import listed
from subsidy.decisions.services import listing, notice_append
from subsidy.programmes.packs import pack_of
from workflows.common.deadlines import working_days_after
from workflows.common.recount import recount_items
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn

Line = tuple[RoundRow, NoticeEntryKind, str, str]


def publish(turn: Turn) -> None:
    """Freeze the masked list and open it to objection for the policy's working days."""
    round_: Round = turn.subject
    spec = pack_of(round_.call.policy_version).notice
    if spec is None:
        raise WrongState(_("This policy has no public notice; its version says why. Have the route corrected."))
    rows = listed(round_)
    if not rows:
        raise WrongState(_("Nothing is left on the list to publish: every case was withdrawn. Close the round."))
    due = working_days_after(turn.now.on, spec.days, count=spec.count)
    text = listing(rows)
    notice = Notice.objects.create(
        authority_id=round_.authority_id,
        round=round_,
        title_zh=turn.data["title_zh"],
        title_en=turn.data["title_en"],
        starts_on=turn.now.on,
        ends_on=due.on,
        ends_provisional=due.provisional,
        list_text=text,
        list_hash=hashlib.sha256(text.encode()).hexdigest(),
        published_at=turn.now.at,
    )
    turn.record(notice=notice.pk, list_hash=notice.list_hash, starts_on=notice.starts_on, ends_on=notice.ends_on)
    turn.passage.defer("issue_notice_papers", round_id=round_.pk)


def is_open(notice: Notice, now: Moment) -> bool:
    """Whether anybody may object now: until the end of the last day, and longer while that day may still move."""
    return notice.closed_at is None and (notice.ends_provisional or now.on <= notice.ends_on)


def refuse_before_end(notice: Notice, now: Moment) -> None:
    """A notice closes after its last day, and never on a day that may still move."""
    if notice.ends_provisional:
        raise WrongState(_("The end of this notice is provisional until the calendar of that year is published."))
    if now.on <= notice.ends_on:
        raise WrongState(_("The notice is still open to objection. It closes after its last day."))


def recount_due(turn: Turn) -> None:
    """Count the provisional end of the round's notice again, from its first day, then the deadlines of its work."""
    notice = Notice.objects.filter(round=turn.subject, ends_provisional=True, closed_at__isnull=True).first()
    spec = pack_of(turn.subject.call.policy_version).notice
    if notice is not None and spec is not None:
        due = working_days_after(notice.starts_on, spec.days, count=spec.count)
        turn.record(notice=[notice.ends_on, due.on])
        notice.ends_on, notice.ends_provisional = due.on, due.provisional
        notice.save(update_fields=["ends_on", "ends_provisional"])
    recount_items(turn)


def close_notice(turn: Turn) -> None:
    notice = turn.subject.notice
    refuse_before_end(notice, turn.now)
    notice.closed_at = turn.now.at
    notice.save(update_fields=["closed_at"])
    append(turn, [])
    turn.record(notice=notice.pk, ends_on=notice.ends_on)


def correct_name(turn: Turn) -> None:
    """A name was written wrongly on the list: the line appended shows both; the list as published stays as it is."""
    row: RoundRow = turn.data["rank"]
    before, after = row.listed_name, turn.data["name"].strip()
    if before == after:
        raise WrongState(_("The list says so already. Nothing is to be corrected."))
    kept = RoundRow(pk=row.pk, round=row.round, case=row.case, rank=row.rank, name=before)
    row.name = after
    row.save(update_fields=["name"])
    entries = append(turn, [(kept, NoticeEntryKind.NAME_CORRECTED, turn.data["reason"], after)])
    turn.record(rank=row.rank, name_before=before, name_after=after, reason=turn.data["reason"])
    turn.record(list_hash=entries[-1].list_hash)


def append(turn: Turn, lines: Sequence[Line]) -> list[NoticeEntry]:
    """Append lines to the round's notice, if it has one, after those for cases withdrawn meanwhile."""
    told = NoticeEntry.objects.filter(
        notice__round=OuterRef("round"), rank=OuterRef("rank"), kind=NoticeEntryKind.WITHDRAWN
    )
    gone = RoundRow.objects.filter(
        ~Exists(told), round=turn.subject, state=RowState.REMOVED, round__notice__isnull=False
    )
    withdrawn = list(gone.select_related("case").order_by("rank"))
    if not (withdrawn or lines):
        return []
    notice = Notice.objects.filter(round=turn.subject).first()
    if notice is None:
        return []
    published = {row["rank"] for row in json.loads(notice.list_text)}
    before = [(row, NoticeEntryKind.WITHDRAWN, "", "") for row in withdrawn if row.rank in published]
    return notice_append(notice, [*before, *lines], now=turn.now)
