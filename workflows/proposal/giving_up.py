"""Giving up what a company still has to pay back, whole or in part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.bankfiles import AMOUNT_FEN_MAX
from subsidy.decisions.models import Proposal, ProposalKind
from subsidy.decisions.recusals import recused_from
from subsidy.payouts.models import Recovery
from subsidy.payouts.recoveries import RecoveryState
from workflows.case.fields import MoneyField
from workflows.common.acts import ActForm
from workflows.common.refusals import NotFound, WrongState
from workflows.common.turn import Turn
from workflows.proposal.drafts import draft


class WriteOffForm(ActForm):
    """What is owed when it is approved is given up then."""

    recovery = forms.IntegerField(widget=forms.HiddenInput)
    document = forms.CharField(label=_("Document number of the approval or judgment"), max_length=60)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class ReductionForm(WriteOffForm):
    amount_fen = MoneyField(label=_("How much less is owed (yuan)"), decimals=2, minimum=1, maximum=AMOUNT_FEN_MAX)


def open_recovery(turn: Turn) -> Recovery:
    """The recovery that the data name (NotFound for a foreign one, WrongState where nothing is awaited)."""
    mine = Recovery.objects.exclude(recused_from("recovery", turn.actor))
    found = mine.filter(pk=turn.data["recovery"], authority=turn.authority_id).first()
    if found is None:
        raise NotFound
    if found.state != RecoveryState.OPEN:
        raise WrongState(
            _("Nothing is awaited on this recovery; it stands at: %(state)s.") % {"state": found.get_state_display()}
        )
    return found


def make_write_off(turn: Turn) -> Proposal:
    return _about(turn, ProposalKind.WRITE_OFF, {})


def make_reduction(turn: Turn) -> Proposal:
    return _about(turn, ProposalKind.RECOVERY_REDUCTION, {"amount_fen": turn.data["amount_fen"]})


def _about(turn: Turn, kind: ProposalKind, terms: dict[str, Any]) -> Proposal:
    recovery = open_recovery(turn)
    title = f"{recovery.number} {recovery.company_name}"
    return draft(turn, kind, title, "recovery", recovery.pk, {"document": turn.data["document"], **terms})


def on_recovery(action: str) -> Callable[[Turn, Proposal, dict[str, Any]], None]:
    """The effect of such a proposal: an act on the recovery that it is about, in the same transaction."""

    def effect(turn: Turn, proposal: Proposal, terms: dict[str, Any]) -> None:
        data = {"proposal": proposal.number, "reason": proposal.reason, **terms}
        turn.passage.also("recovery", [proposal.about_id], action, data)

    return effect
