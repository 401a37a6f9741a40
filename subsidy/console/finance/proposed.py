"""Proposals of finance in words: what they are about, their terms, what approving them does."""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.console.finance.figures import line_name
from subsidy.decisions.models import Proposal, ProposalKind
from subsidy.ledger.models import BudgetLine
from subsidy.web.components import Money, Preview, SummaryRow, Text
from subsidy.web.formats import money

KINDS = (ProposalKind.BUDGET_REDUCE, ProposalKind.BUDGET_MOVE, ProposalKind.YEAR_END)


def about(proposal: Proposal) -> list[SummaryRow]:
    """The line, or the year, with the page that shows it."""
    if proposal.kind == ProposalKind.YEAR_END:
        return [SummaryRow(_("Year"), proposal.title)]
    return [SummaryRow(_("Budget line"), line_name(BudgetLine.objects.get(pk=proposal.about_id)))]


def about_url(proposal: Proposal) -> str:
    if proposal.kind == ProposalKind.YEAR_END:
        return reverse("console:finance_year", args=[int(proposal.title)])
    return reverse("console:finance_entries_all", args=[proposal.about_id])


def terms_in_words(kind: str, terms: dict[str, Any]) -> list[tuple[Text, str]]:
    """Each term with its value; of the end of a year the figures of each line."""
    rows: list[tuple[Text, str]] = [(_("Document number"), str(terms["document"]))]
    if kind != ProposalKind.YEAR_END:
        rows.append((_("Amount"), money(terms["amount_fen"])))
        if kind == ProposalKind.BUDGET_MOVE:
            rows.append((_("To the line"), line_name(BudgetLine.objects.get(pk=terms["to"]))))
        return rows
    lines = BudgetLine.objects.in_bulk([row["line"] for row in terms["lines"]])
    return rows + [
        (
            line_name(lines[row["line"]]),
            _(
                "lapses %(lapse)s; carried over: available %(available)s, reserved %(committed)s, obligated %(obligated)s"
            )
            % {name.removesuffix("_fen"): money(fen) for name, fen in row.items() if name != "line"},
        )
        for row in terms["lines"]
    ]


def preview_of(proposal: Proposal) -> Preview:
    """What approving it does."""
    terms = json.loads(proposal.terms_text)
    if proposal.kind == ProposalKind.BUDGET_REDUCE:
        return Preview(
            changes=[_("So much less is appropriated to the line, and available on it.")],
            money=[Money(_("taken off the line"), terms["amount_fen"])],
        )
    if proposal.kind == ProposalKind.BUDGET_MOVE:
        return Preview(
            changes=[_("One line has less appropriated and available, the other as much more, in one entry each.")],
            money=[Money(_("moved"), terms["amount_fen"])],
        )
    lapse = sum(row["lapse_fen"] for row in terms["lines"])
    over = sum(row["available_fen"] + row["committed_fen"] + row["obligated_fen"] for row in terms["lines"])
    return Preview(
        changes=[
            _("Every line of the year closes for good; nothing more is booked on it."),
            _(
                "What is promised to cases is paid from the lines of the next year. What is owed to the bureau stays owed."
            ),
            _("A batch that was prepared before and is released after is refused; it is prepared again."),
        ],
        money=[Money(_("lapses"), lapse), Money(_("carried over"), over)],
    )
