"""Background steps of a recovery: its notice, and the proposal of what a rating or a paper leaves too much."""

from __future__ import annotations

from procrastinate.contrib.django import app

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.cases.models import Case
from workflows.common import door
from workflows.common.door import Outcome
from workflows.common.jobs import ORIGIN, RETRY


def issue_recovery_notice(recovery_id: int, *, now: Moment) -> Outcome:
    """Print the notice of an ordered recovery, once. Raises Refused as the door does."""
    return door.perform(
        "recovery",
        recovery_id,
        "issue_notice",
        actor=system_actor("system:letters"),
        now=now,
        key=f"issue_recovery_notice:{recovery_id}",
        origin=ORIGIN,
    )


@app.task(name="issue_recovery_notice", retry=RETRY)
def issue_recovery_notice_job(recovery_id: int) -> None:
    issue_recovery_notice(recovery_id, now=business_now())


def propose_difference(
    case_id: int, *, amount_fen: int, proposer_id: int, occurred_on: str, reason: str, now: Moment, paper: str = ""
) -> Outcome:
    """Propose to recover what was paid beyond what is owed; a person decides on it.

    Once a case and day of rating, or once a case and `paper` (the number of a corrigendum or revocation).
    """
    return door.open_matter(
        "recovery",
        "propose_difference",
        actor=system_actor("system:clock"),
        now=now,
        key=f"difference:{case_id}:{paper or occurred_on}:{amount_fen}",
        authority_id=Case.objects.values_list("authority", flat=True).get(pk=case_id),
        data={
            "case": case_id,
            "amount_fen": amount_fen,
            "proposer": proposer_id,
            "occurred_on": occurred_on,
            "reason": reason,
            "paper": paper,
        },
        origin=ORIGIN,
    )


@app.task(name="propose_difference", retry=RETRY)
def propose_difference_job(
    case_id: int, amount_fen: int, proposer_id: int, occurred_on: str, reason: str, paper: str = ""
) -> None:
    propose_difference(
        case_id,
        amount_fen=amount_fen,
        proposer_id=proposer_id,
        occurred_on=occurred_on,
        reason=reason,
        paper=paper,
        now=business_now(),
    )
