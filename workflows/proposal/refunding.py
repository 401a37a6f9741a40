"""Proposing that what was recovered too much was paid back to the company."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.bankfiles import AMOUNT_FEN_MAX
from subsidy.decisions.models import Proposal, ProposalKind
from subsidy.decisions.recusals import recused_from
from subsidy.ledger.models import PayingAccount
from subsidy.payouts.models import Recovery
from workflows.case.fields import MoneyField
from workflows.common.acts import ActForm
from workflows.common.refusals import NotFound
from workflows.common.turn import Turn
from workflows.proposal.drafts import draft
from workflows.recovery.refunding import look_at


class RefundForm(ActForm):
    """By which paper less is owed, and the payment of the bank that brought the difference back to the company."""

    recovery = forms.IntegerField(widget=forms.HiddenInput)
    document = forms.CharField(label=_("Document number of the approval or judgment"), max_length=60)
    amount_fen = MoneyField(label=_("Amount paid back (yuan)"), decimals=2, minimum=1, maximum=AMOUNT_FEN_MAX)
    paying_account = forms.ModelChoiceField(
        label=_("Account that it was paid from"), queryset=PayingAccount.objects.order_by("pk")
    )
    reference = forms.CharField(label=_("The bank's reference"), max_length=60)
    paid_on = forms.DateField(label=_("Booked on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def make_refund(turn: Turn) -> Proposal:
    """The proposal on a recovery of the bureau that is over. Raises NotFound, and what `look_at` raises."""
    data = turn.data
    mine = Recovery.objects.exclude(recused_from("recovery", turn.actor))
    recovery = mine.filter(pk=data["recovery"], authority=turn.authority_id).first()
    if recovery is None or data["paying_account"].authority_id != turn.authority_id:
        raise NotFound
    terms = {
        "document": data["document"],
        "amount_fen": data["amount_fen"],
        "paying_account": data["paying_account"].pk,
        "reference": data["reference"],
        "paid_on": data["paid_on"].isoformat(),
    }
    look_at(recovery, terms, turn.now.on)
    title = f"{recovery.number} {recovery.company_name}"
    return draft(turn, ProposalKind.RECOVERY_REFUND, title, "recovery", recovery.pk, terms)
