"""Cases that leave their round without an award: struck by the meeting, or on an objection."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from subsidy.cases.enums import CaseState
from subsidy.correspondence.models import LetterKind
from subsidy.decisions.enums import AfterUpheld
from workflows.common.acts import Act
from workflows.common.turn import Turn

AMOUNT_CHECK = "amount_check"
"""The node of a case's route to which an objection can bring it back."""
_AFTER_OBJECTION = {
    AfterUpheld.REJECTED.value: "objection_upheld",
    AfterUpheld.AMOUNT_CHECK.value: "objection_returned",
}


def leave(turn: Turn, reasons: Mapping[int, str]) -> None:
    """The cases end rejected, each with the reason given for its row (by the key of the case)."""
    turn.passage.also("case", list(reasons), "struck", {"round": turn.subject.number, "reasons": dict(reasons)})


def leave_objected(turn: Turn, case_id: int, *, objection: str, reason: str, then: str) -> None:
    """The case whose row an upheld objection struck ends rejected, or its amount is checked again."""
    data = {"round": turn.subject.number, "objection": objection, "reason": reason}
    turn.passage.also("case", [case_id], _AFTER_OBJECTION[then], data)


def struck(turn: Turn) -> None:
    """The round struck this case from its list: it ends rejected, and is told why."""
    turn.record(round=turn.data["round"], reason=turn.data["reasons"][turn.subject.pk])
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.REJECTION)


def corrected(turn: Turn) -> None:
    """A corrigendum has changed what the decree grants this case."""
    turn.set(amount_fen=turn.data["amount_fen"] or None)
    turn.record(**turn.data)


def revoked(turn: Turn) -> None:
    """The award of this case was revoked; what of it was paid is recovered by itself."""
    turn.set(amount_fen=None)
    turn.record(**turn.data)


_AWARDED = frozenset(
    {
        CaseState.AWAITING_AGREEMENT,
        CaseState.AGREEMENT_SIGNED,
        CaseState.AWAITING_ACCOUNT,
        CaseState.AWAITING_PAYMENT,
        CaseState.AWAITING_MILESTONE,
        CaseState.COMPLETION_CHECK,
    }
)
CASE_ACTS = (
    Act(
        "struck",
        _("Struck from the list"),
        struck,
        system=True,
        states=frozenset({CaseState.AWAITING_ROUND}),
        exits=CaseState.REJECTED,
        danger=True,
    ),
    Act(
        "award_corrected",
        _("Award corrected"),
        corrected,
        system=True,
        states=_AWARDED | {CaseState.RECOGNISED, CaseState.PAID},
    ),
    Act(
        "award_raised",
        _("Award raised after payment"),
        corrected,
        system=True,
        states=frozenset({CaseState.PAID}),
        enters={CaseState.PAID: "payment"},
    ),
    Act(
        "award_revoked",
        _("Award revoked"),
        revoked,
        system=True,
        states=_AWARDED | {CaseState.PAID},
        exits=CaseState.REVOKED,
        danger=True,
    ),
)
"""What a round does to a case outside the nodes of the case's own route."""
