"""Writers of findings, rounds, notices, decrees and awards. Only the door calls them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet, Sum

from policies.language import Decision, Pack, facts_to_json
from policies.language.award.apportion import largest_remainder
from policies.language.award.payment import plan
from subsidy.accounts.models import User
from subsidy.audit.canonical import canonical
from subsidy.audit.moment import Moment
from subsidy.cases.models import Case
from subsidy.decisions.enums import InstalmentState, NoticeEntryKind, RowState
from subsidy.decisions.models import (
    Award,
    Decree,
    Finding,
    Instalment,
    Notice,
    NoticeEntry,
    OfferRun,
    Round,
    RoundRow,
)
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of

STANDING = (RowState.LISTED, RowState.AWARDED)
"""Rows of a list that count: neither held nor struck."""


def finding_record(case: Case, pack: Pack, facts: Mapping[str, Any], decision: Decision, *, now: Moment) -> Finding:
    """Pin what was decided: version, facts and reasons as the texts that were hashed."""
    text = decision.canonical()
    return Finding.objects.create(
        authority_id=case.authority_id,
        case=case,
        made_at=now.at,
        content_hash=pack.content_hash,
        facts_text=canonical(facts_to_json(pack, facts)),
        decision_text=text,
        decision_hash=hashlib.sha256(text.encode()).hexdigest(),
        outcome=decision.outcome,
        tier=decision.tier or "",
        amount_fen=decision.amount,
    )


def as_pinned(finding: Finding) -> dict[str, Any]:
    """A finding as an event names it: with the hashes of its facts and its decision, so that neither can be exchanged."""
    return {
        "finding": finding.pk,
        "facts_sha256": hashlib.sha256(finding.facts_text.encode()).hexdigest(),
        "decision_sha256": finding.decision_hash,
    }


def checked_amount(case: Case) -> int:
    """The amount that the amount check confirmed, in fen (ValueError before that)."""
    if case.computed_fen is None:
        raise ValueError(f"case {case.number} has no checked amount; it cannot be in a round")
    return case.computed_fen


@dataclass(frozen=True)
class RankedRow:
    """A place of a ranking: what the round gives the case in fen, who must approve it, whether the budget reaches it."""

    case: Case
    rank: int
    amount_fen: int
    level: str
    listed: bool


def rows_rank(round_: Round, ranked: Sequence[RankedRow]) -> None:
    """Write the ranking. A row ranked before is ranked anew."""
    RoundRow.objects.bulk_create(
        [
            RoundRow(
                round=round_,
                case=one.case,
                rank=one.rank,
                score=one.case.score,
                amount_fen=one.amount_fen,
                computed_fen=checked_amount(one.case),
                name=one.case.company_name,
                level=one.level,
                state=RowState.LISTED if one.listed else RowState.BELOW_CUT,
                reason="",
            )
            for one in ranked
        ],
        update_conflicts=True,
        unique_fields=["round", "case"],
        update_fields=["rank", "score", "amount_fen", "computed_fen", "name", "level", "state", "reason"],
    )


def rows_set(round_: Round, state: RowState, *, of: Iterable[RowState], reason: str = "") -> int:
    """Move all rows of a round from the states `of` to `state`; returns how many."""
    return RoundRow.objects.filter(round=round_, state__in=list(of)).update(state=state, reason=reason)


def awards_grant(decree: Decree, rows: Sequence[RoundRow], findings: Mapping[int, int]) -> list[Award]:
    """Grant what the decree lists, each with the parts that its policy plans; they wait for the payee account.

    `findings` gives for each case the id of the finding that its amount comes from.
    """
    pack = pack_of(decree.round.call.policy_version)
    awards = Award.objects.bulk_create(
        [
            Award(
                authority_id=decree.authority_id,
                case=row.case,
                decree=decree,
                company_id=row.case.company_id,
                finding_id=findings[row.case_id],
                company_name=row.listed_name,
                rank=row.rank,
                tier=row.case.tier,
                amount_fen=row.amount_fen,
            )
            for row in rows
        ]
    )
    Instalment.objects.bulk_create(
        [
            Instalment(
                authority_id=decree.authority_id,
                award=award,
                position=position,
                part=part.instalment.term.id,
                amount_fen=part.most,
                state=InstalmentState.PLANNED,
            )
            for award in awards
            for position, part in enumerate(plan(pack, award.amount_fen), 1)
            if part.most
        ]
    )
    return awards


def rows_move(moved: Sequence[tuple[RoundRow, RowState, str]]) -> None:
    """Give each row its new state with the reason."""
    for row, state, reason in moved:
        row.state, row.reason = state, reason
    RoundRow.objects.bulk_update([row for row, _state, _reason in moved], ["state", "reason"])


def notice_append(
    notice: Notice, entries: Sequence[tuple[RoundRow, NoticeEntryKind, str, str]], *, now: Moment
) -> list[NoticeEntry]:
    """Append lines to a published notice: (row, what happened, reason, new name); each restates count and total.

    The rows have their new state already; all lines of one act restate the list as it stands after the act.
    """
    if not entries:
        return []
    rows = RoundRow.objects.filter(round=notice.round_id, state__in=STANDING).select_related("case")
    standing = list(rows.order_by("rank"))
    text = listing(standing)
    first = notice.entries.count() + 1
    return NoticeEntry.objects.bulk_create(
        [
            NoticeEntry(
                authority_id=notice.authority_id,
                notice=notice,
                position=first + place,
                kind=kind,
                rank=row.rank,
                name=row.listed_name,
                name_after=name_after,
                reason=reason,
                count=len(standing),
                total_fen=sum(one.amount_fen for one in standing),
                list_text=text,
                list_hash=hashlib.sha256(text.encode()).hexdigest(),
                appended_at=now.at,
            )
            for place, (row, kind, reason, name_after) in enumerate(entries)
        ]
    )


def listing(rows: Iterable[RoundRow]) -> str:
    """The masked list as it is published and hashed: rank, name, tier and amount of each row."""
    return canonical(
        [
            {"rank": row.rank, "name": row.listed_name, "tier": row.case.tier, "amount_fen": row.amount_fen}
            for row in rows
        ]
    )


def instalments_resize(award: Award, amount_fen: int, *, among: QuerySet[Instalment] | None = None) -> None:
    """Have the instalments of an award (of one paid in part: those `among` it) add up to another amount; 0 makes them void."""
    standing = award.instalments.exclude(state=InstalmentState.FALLEN) if among is None else among
    rows = list(standing.order_by("position"))
    if not amount_fen:
        award.instalments.update(state=InstalmentState.FALLEN)
        return
    parts = largest_remainder({str(row.pk): row.amount_fen for row in rows}, whole=amount_fen)
    for row in rows:
        row.amount_fen = parts[str(row.pk)]
    Instalment.objects.bulk_update(rows, ["amount_fen"])


def award_lapse(award: Award) -> int:
    """Have every part of an award fall away of which nothing was paid or is under way; returns what they came to, in fen."""
    standing = award.instalments.exclude(state=InstalmentState.FALLEN)
    bound: int = standing.aggregate(total=Sum("amount_fen"))["total"] or 0
    standing.update(state=InstalmentState.FALLEN)
    return bound


def offer_run_start(call: Call, *, companies: int, actor: User, now: Moment) -> OfferRun:
    """Begin a walk over the companies of the call's bureau."""
    last: int = Case.objects.filter(call=call).aggregate(last=Max("pk"))["last"] or 0
    return OfferRun.objects.create(
        authority_id=call.authority_id,
        call=call,
        asked_by=actor,
        asked_at=now.at,
        companies=companies,
        cases_to=last,
    )


def offer_run_add(run: OfferRun, counts: Mapping[str, int], *, done_to: int, finished_at: dt.datetime | None) -> None:
    """Add what came of further companies, of which `done_to` is the last by key."""
    for name, n in counts.items():
        setattr(run, name, getattr(run, name) + n)
    run.done_to, run.finished_at = done_to, finished_at
    run.save(update_fields=[*counts, "done_to", "finished_at"])


def offer_run_stop(run: OfferRun, *, actor: User, now: Moment) -> None:
    """End the walk where it is; what it has offered stands."""
    run.finished_at, run.stopped_by = now.at, actor
    run.save(update_fields=["finished_at", "stopped_by"])
