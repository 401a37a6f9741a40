"""Proposals and budget lines as the door knows them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.cases.models import Case
from subsidy.decisions.models import Proposal
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.models import BudgetLine
from subsidy.ledger.posting import Posting
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.claims import CLAIMS
from workflows.common.reminders import REMINDERS
from workflows.common.subjects import Card, Kind, Opening, register
from workflows.common.turn import Turn
from workflows.proposal import steps
from workflows.proposal.flow import (
    FREE_ACTS,
    PROPOSE_AUTHORISATION,
    PROPOSE_REOPENING,
    PROPOSE_TITLE_CHANGE,
    PROPOSE_TITLE_TEST,
    ProposalV1,
)


class LineForm(ActForm):
    year = forms.IntegerField(min_value=2000, max_value=2100)
    code = forms.CharField(max_length=40)
    name_zh = forms.CharField(max_length=200)
    name_en = forms.CharField(max_length=200)
    source = forms.CharField(max_length=20)
    function_code = forms.CharField(max_length=10, required=False)


class AppropriateForm(ActForm):
    amount_fen = forms.IntegerField(min_value=1)
    document = forms.CharField(label=_("Document number"), max_length=60)


def make_line(turn: Turn) -> BudgetLine:
    return BudgetLine(authority_id=turn.authority_id, **turn.data)


def established(turn: Turn) -> None:
    line: BudgetLine = turn.subject
    turn.record(year=line.year, code=line.code, source=line.source)


def appropriate(turn: Turn) -> None:
    """Money that a document puts on the line."""
    line: BudgetLine = turn.subject
    turn.passage.post(
        Posting(
            kind=LedgerKind.APPROPRIATE,
            key=f"appropriate:{line.pk}:{turn.data['document']}",
            amount_fen=turn.data["amount_fen"],
            authority_id=line.authority_id,
            subject_kind="budget_line",
            subject_id=line.pk,
            line_id=line.pk,
            currency=line.currency,
            memo=turn.data["document"],
        )
    )
    turn.record(amount_fen=turn.data["amount_fen"], document=turn.data["document"])


def _card(line: Any) -> Card:
    return Card(title=str(line))


def kin(ids: Iterable[int]) -> Q:
    """Acts on the cases that the proposals are about, and help given to their companies at the counter.

    Whoever filed a case, or helped who filed it, has no part in its reopening.
    """
    about = Proposal.objects.filter(pk__in=list(ids), about_kind="case").values("about_id")
    helped = Case.objects.filter(pk__in=about).values("company")
    return Q(subject_kind="case", subject_id__in=about) | Q(
        subject_kind="company", subject_id__in=helped, duty=Duty.ASSISTS
    )


PROPOSAL = register(
    Kind(
        name="proposal",
        model=Proposal,
        card=lambda proposal: Card(title=proposal.title),
        flows={("proposal", 1): ProposalV1},
        free_acts=(*FREE_ACTS, *CLAIMS, *REMINDERS),
        opens={
            "propose_authorisation": Opening(
                act=PROPOSE_AUTHORISATION, make=steps.make_authorisation, route=steps.route_of
            ),
            "propose_title_change": Opening(
                act=PROPOSE_TITLE_CHANGE, make=steps.make_title_change, route=steps.route_of
            ),
            "propose_title_test": Opening(act=PROPOSE_TITLE_TEST, make=steps.make_title_test, route=steps.route_of),
            "propose_reopening": Opening(act=PROPOSE_REOPENING, make=steps.make_reopening, route=steps.route_of),
        },
        kin=kin,
    )
)
BUDGET_LINE = register(
    Kind(
        name="budget_line",
        model=BudgetLine,
        card=_card,
        free_acts=(
            Act(
                "appropriate",
                _("Appropriate"),
                appropriate,
                role=Role.FINANCE_CHECK,
                duty=Duty.KEEPS_BUDGET,
                form=AppropriateForm,
            ),
        ),
        opens={
            "establish": Opening(
                act=Act(
                    "establish",
                    _("Establish a budget line"),
                    established,
                    role=Role.FINANCE_CHECK,
                    duty=Duty.KEEPS_BUDGET,
                    form=LineForm,
                ),
                make=make_line,
            )
        },
    )
)
