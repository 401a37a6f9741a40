"""Writers of findings, rounds, notices, decrees and awards. Only the door calls them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from policies.language import Decision, Pack, facts_to_json
from subsidy.audit.canonical import canonical
from subsidy.audit.moment import Moment
from subsidy.cases.models import Case
from subsidy.decisions.enums import InstalmentState, RowState
from subsidy.decisions.models import Award, Decree, Finding, Instalment, Round, RoundRow


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


def checked_amount(case: Case) -> int:
    """The amount that the amount check confirmed, in fen (ValueError before that)."""
    if not case.computed_fen:
        raise ValueError(f"case {case.number} has no checked amount; it cannot be in a round")
    return case.computed_fen


def rows_rank(round_: Round, ranked: Sequence[tuple[Case, int, bool]]) -> None:
    """Write the ranking: (case, rank, within the call's budget). A row ranked before is ranked anew."""
    RoundRow.objects.bulk_create(
        [
            RoundRow(
                round=round_,
                case=case,
                rank=rank,
                score=case.score,
                amount_fen=checked_amount(case),
                state=RowState.LISTED if funded else RowState.BELOW_CUT,
                reason="",
            )
            for case, rank, funded in ranked
        ],
        update_conflicts=True,
        unique_fields=["round", "case"],
        update_fields=["rank", "score", "amount_fen", "state", "reason"],
    )


def rows_set(round_: Round, state: RowState, *, of: Iterable[RowState], reason: str = "") -> int:
    """Move all rows of a round from the states `of` to `state`; returns how many."""
    return RoundRow.objects.filter(round=round_, state__in=list(of)).update(state=state, reason=reason)


def awards_grant(decree: Decree, rows: Sequence[RoundRow], findings: Mapping[int, int]) -> list[Award]:
    """Grant what the decree lists, each with one instalment of the whole amount that waits for the payee account.

    `findings` gives for each case the id of the finding that its amount comes from.
    """
    awards = Award.objects.bulk_create(
        [
            Award(
                authority_id=decree.authority_id,
                case=row.case,
                decree=decree,
                company_id=row.case.company_id,
                finding_id=findings[row.case_id],
                company_name=row.case.company_name,
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
                position=1,
                amount_fen=award.amount_fen,
                state=InstalmentState.PLANNED,
            )
            for award in awards
        ]
    )
    return awards
