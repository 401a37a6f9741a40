"""A proposal before it is saved: its number, and what it says in canonical text."""

from __future__ import annotations

from typing import Any

from django.db import connection

from subsidy.audit.canonical import canonical
from subsidy.decisions.models import Proposal, ProposalKind
from workflows.common.turn import Turn


def draft(
    turn: Turn, kind: ProposalKind, title: str, about_kind: str, about_id: int, terms: dict[str, Any]
) -> Proposal:
    """The proposal of the turn's actor; its reason comes from the data of the act."""
    return Proposal(
        authority_id=turn.authority_id,
        number=_number(turn.now.on.year),
        kind=kind,
        title=title,
        reason=turn.data["reason"],
        about_kind=about_kind,
        about_id=about_id,
        terms_text=canonical(terms),
        proposed_by=turn.actor,
    )


def _number(year: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('proposal_number')")
        return f"P{year}-{cursor.fetchone()[0]:05d}"
