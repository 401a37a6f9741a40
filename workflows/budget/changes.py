"""Budget changes that one person of finance proposes and another approves: a reduction, a move between lines."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from subsidy.decisions.models import Proposal, ProposalKind
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.models import BudgetLine
from workflows.budget.cash import refuse_used
from workflows.budget.lines import key_of, refuse_closed, refuse_more_than_available
from workflows.common.refusals import BadData, NotFound
from workflows.common.turn import Turn
from workflows.proposal.drafts import draft


def make_reduction(turn: Turn) -> Proposal:
    line = _giving(turn)
    refuse_used(key_of(LedgerKind.REDUCE, line, turn.data["document"]))
    terms = {"amount_fen": turn.data["amount_fen"], "document": turn.data["document"]}
    return draft(turn, ProposalKind.BUDGET_REDUCE, str(line)[:200], "budget_line", line.pk, terms)


def make_move(turn: Turn) -> Proposal:
    line, to = _giving(turn), turn.data["to"]
    if to.authority_id != turn.authority_id:
        raise NotFound
    refuse_closed(to)
    if to.pk == line.pk:
        raise BadData(fields={"to": [str(_("Choose another line than the one that gives."))]})
    if (to.year, to.currency) != (line.year, line.currency):
        raise BadData(
            fields={
                "to": [
                    str(
                        _("Money moves between lines of one year and currency; into the next year it is carried over.")
                    )
                ]
            }
        )
    refuse_used(key_of(LedgerKind.MOVE_OUT, line, turn.data["document"]))
    refuse_used(key_of(LedgerKind.MOVE_IN, to, turn.data["document"]))
    terms = {"amount_fen": turn.data["amount_fen"], "document": turn.data["document"], "to": to.pk}
    return draft(turn, ProposalKind.BUDGET_MOVE, f"{line} → {to}"[:200], "budget_line", line.pk, terms)


def _giving(turn: Turn) -> BudgetLine:
    """The line that gives the money: the bureau's own, open, with so much available."""
    line = BudgetLine.objects.filter(pk=turn.data["line"], authority=turn.authority_id).first()
    if line is None:
        raise NotFound
    refuse_closed(line)
    refuse_more_than_available(line, turn.data["amount_fen"])
    return line


def reduce_line(turn: Turn, proposal: Proposal, terms: dict[str, Any]) -> None:
    turn.passage.also("budget_line", [proposal.about_id], "reduce", {**terms, "proposal": proposal.number})


def move_between(turn: Turn, proposal: Proposal, terms: dict[str, Any]) -> None:
    """Both lines are locked in one statement, so that two opposite moves wait for each other instead of crossing."""
    data = {**terms, "from": proposal.about_id, "proposal": proposal.number}
    turn.passage.also("budget_line", [proposal.about_id, terms["to"]], "move", data)
