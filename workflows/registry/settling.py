"""Taking in many companies at once, as an act on the bureau: one event says how many, of which file, and which ones.

A company that is registered by itself has an event of its own; here the digest of the staged rows stands for all.
"""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.applicants.settling import companies_settle, companies_staged
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn


class SettleForm(ActForm):
    """What was staged on this connection: how many companies, the SHA-256 of their rows, the first and last code."""

    staged = forms.IntegerField(min_value=1)
    digest = forms.RegexField(r"^[0-9a-f]{64}$")
    first = forms.CharField(max_length=18)
    last = forms.CharField(max_length=18)


def settle_companies(turn: Turn) -> None:
    """Write the staged companies that are new; those that are held already stay as they are."""
    data = turn.data
    if companies_staged() != data["staged"]:
        raise WrongState(_("The companies that were read are no longer at hand. Read the list again."))
    settled = companies_settle(turn.authority_id, by=turn.actor, now=turn.now)
    turn.record(
        companies=data["staged"],
        made=settled.made,
        changes=settled.changes,
        digest=data["digest"],
        first=data["first"],
        last=data["last"],
    )


SETTLE = Act(
    "settle_companies",
    _("Take in many companies"),
    settle_companies,
    system=True,
    form=SettleForm,
    versioned=False,
)
