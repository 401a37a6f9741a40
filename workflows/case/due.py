"""By when each stage of a case is due, from the policy's route; working days."""

from __future__ import annotations

from subsidy.calendars.working import Due
from subsidy.programmes.packs import pack_of
from workflows.case.serving import correction_days_from, correction_served_on
from workflows.common.deadlines import working_days_after
from workflows.common.recount import recount_items
from workflows.common.turn import Turn

AMOUNT_DAYS = 2
OPINION_DAYS = 5  # assumed; no text names it
SAMPLE_DAYS = 20  # assumed; no text names it


def acceptance_due(turn: Turn) -> Due:
    """The policy's working days for acceptance, from filing and anew from a resubmission."""
    return working_days_after(turn.now.on, pack_of(turn.subject.policy_version).route.acceptance_days)


def correction_due(turn: Turn) -> Due:
    """No day before the letter is served; then the policy's working days for correction from that day."""
    correction = turn.subject.corrections.filter(answered_at__isnull=True).get()
    return Due(on=correction.due_on, provisional=correction.due_provisional)


def recount_due(turn: Turn) -> None:
    """Count the case's provisional days again: of its open correction, from the day of service, then of its work."""
    case = turn.subject
    correction = case.corrections.filter(answered_at__isnull=True, due_provisional=True).first()
    served_on = correction_served_on(case)
    if correction is not None and served_on is not None:
        due = correction_days_from(case, served_on)
        turn.record(correction=[correction.due_on, due.on])
        correction.due_on, correction.due_provisional = due.on, due.provisional
        correction.save(update_fields=["due_on", "due_provisional"])
    recount_items(turn)


def score_due(turn: Turn) -> Due:
    """The policy's working days to score, from the draw of the seat."""
    panel = pack_of(turn.subject.policy_version).route.panel
    if panel is None:
        raise ValueError("a case without a panel came to be scored; correct the route of its call")
    return working_days_after(turn.now.on, panel.days)


def amount_due(turn: Turn) -> Due:
    """Two working days from the panel's conclusion."""
    return working_days_after(turn.now.on, AMOUNT_DAYS)


def recommendation_due(turn: Turn) -> Due:
    """Five working days from acceptance."""
    return working_days_after(turn.now.on, OPINION_DAYS)


def sample_due(turn: Turn) -> Due:
    """Twenty working days from payment."""
    return working_days_after(turn.now.on, SAMPLE_DAYS)


def visit_due(turn: Turn) -> Due:
    """Five working days from when the visit, or its second signature, came to be waited for."""
    return working_days_after(turn.now.on, OPINION_DAYS)


def co_review_due(turn: Turn) -> Due:
    """Five working days from when the departments were asked; silence then goes to their leaders and never passes."""
    return working_days_after(turn.now.on, OPINION_DAYS)
