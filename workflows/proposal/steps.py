"""What each kind of proposal says, and what comes of it when it is approved."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.bankfiles import AMOUNT_FEN_MAX
from subsidy.cases.models import Case
from subsidy.decisions.models import Proposal, ProposalKind, StandingAuthorisation
from subsidy.decisions.recusals import recused_from
from subsidy.programmes.models import Call
from workflows.budget import changes, year_end
from workflows.case.fields import MoneyField
from workflows.case.flow import REMANDED
from workflows.common.acts import ActForm
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn
from workflows.proposal import erasing, giving_up, suspense, titles
from workflows.proposal.drafts import draft

BY_RULE = ("R0", "R1")


class AuthorisationForm(ActForm):
    """The bounds within which a rule may decide the cases of a call; amounts typed in yuan (whole numbers given: fen)."""

    call = forms.IntegerField(widget=forms.HiddenInput)
    cap_fen = MoneyField(
        label=_("Total that may be granted under it (yuan)"), decimals=2, minimum=0, maximum=AMOUNT_FEN_MAX
    )
    case_cap_fen = MoneyField(
        label=_("Most that one case may get (yuan)"), decimals=2, minimum=0, maximum=AMOUNT_FEN_MAX
    )
    sample_percent = forms.IntegerField(
        label=_("Percent of the cases checked after payment"), min_value=1, max_value=100
    )
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(label=_("Valid to"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("The last day must not lie before the first."))
        cap, most = cleaned.get("cap_fen"), cleaned.get("case_cap_fen")
        if cap is not None and most is not None and most > cap:
            self.add_error("case_cap_fen", _("One case cannot get more than all cases together."))
        return cleaned


class ReopeningForm(ActForm):
    """The document that sends a case back: of a reconsideration (行政复议) or a court."""

    case = forms.IntegerField(widget=forms.HiddenInput)
    document = forms.CharField(label=_("Document number of the review or judgment"), max_length=60)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


def make_authorisation(turn: Turn) -> Proposal:
    call = Call.objects.filter(pk=turn.data["call"]).first()
    if call is None or call.authority_id != turn.authority_id:
        raise NotFound
    if call.route not in BY_RULE:
        raise WrongState(
            _(
                "Only calls of the routes R0 and R1 are decided by rule; the others are decided by people, case by case."
            )
        )
    terms = {name: turn.data[name] for name in ("cap_fen", "case_cap_fen", "sample_percent")}
    dates = {name: turn.data[name].isoformat() for name in ("valid_from", "valid_to")}
    return draft(turn, ProposalKind.STANDING_AUTHORISATION, call.title_zh, "call", call.pk, {**terms, **dates})


def make_reopening(turn: Turn) -> Proposal:
    case = Case.objects.filter(pk=turn.data["case"]).exclude(recused_from("case", turn.actor)).first()
    if case is None or case.authority_id != turn.authority_id:
        raise NotFound
    _refuse_unless_ended(case)
    return draft(
        turn,
        ProposalKind.REOPENING,
        f"{case.number} {case.company_name}",
        "case",
        case.pk,
        {"document": turn.data["document"]},
    )


def make_title_change(turn: Turn) -> Proposal:
    """Taking a title back, or a level of it."""
    return _about_title(turn, ProposalKind.TITLE_CHANGE, titles.change_terms)


def make_title_test(turn: Turn) -> Proposal:
    """The repeated test of a title, with what the policy finds."""
    return _about_title(turn, ProposalKind.TITLE_TEST, titles.test_terms)


def _about_title(turn: Turn, kind: ProposalKind, terms: Callable[[Turn, Case], dict[str, Any]]) -> Proposal:
    case = titles.case_for(turn)
    return draft(turn, kind, f"{case.number} {case.company_name}", "case", case.pk, terms(turn, case))


def _refuse_unless_ended(case: Case) -> None:
    if case.state not in REMANDED:
        raise WrongState(
            _("Only a case that ended without an award can be reopened; this one stands at: %(state)s.")
            % {"state": case.get_state_display()}
        )


def route_of(_turn: Turn) -> tuple[str, int]:
    return "proposal", 1


def route_of_finance(_turn: Turn) -> tuple[str, int]:
    return "finance", 1


def proposed(turn: Turn) -> None:
    proposal: Proposal = turn.subject
    turn.record(
        proposal=proposal.kind,
        about=[proposal.about_kind, proposal.about_id],
        terms=json.loads(proposal.terms_text),
        reason=proposal.reason,
    )


def approve(turn: Turn) -> None:
    """What was proposed happens now, in the same transaction."""
    proposal: Proposal = turn.subject
    turn.record(proposal=proposal.kind, about=[proposal.about_kind, proposal.about_id])
    EFFECTS[ProposalKind(proposal.kind)](turn, proposal, json.loads(proposal.terms_text))


def refuse(turn: Turn) -> None:
    turn.record(reason=turn.data["reason"])


def _authorise(turn: Turn, proposal: Proposal, terms: dict[str, Any]) -> None:
    """The authorisation, with a seed of its own: nobody could know before which cases its sample will hold."""
    if terms["valid_to"] < turn.now.on.isoformat():
        raise BadData(_("Its last day has passed. Refuse it and have it proposed anew."))
    seed = secrets.token_hex(32)
    StandingAuthorisation.objects.create(
        authority_id=proposal.authority_id, proposal=proposal, call_id=proposal.about_id, seed=seed, **terms
    )
    turn.record(seed=seed, **terms)


def _reopen(turn: Turn, proposal: Proposal, terms: dict[str, Any]) -> None:
    case = Case.objects.get(pk=proposal.about_id)
    _refuse_unless_ended(case)
    turn.passage.also(
        "case",
        [case.pk],
        "reopen",
        {"proposal": proposal.number, "document": terms["document"], "reason": proposal.reason},
    )


EFFECTS: dict[ProposalKind, Callable[[Turn, Proposal, dict[str, Any]], None]] = {
    ProposalKind.STANDING_AUTHORISATION: _authorise,
    ProposalKind.REOPENING: _reopen,
    ProposalKind.TITLE_CHANGE: titles.change_title,
    ProposalKind.TITLE_TEST: titles.test_title,
    ProposalKind.BUDGET_REDUCE: changes.reduce_line,
    ProposalKind.BUDGET_MOVE: changes.move_between,
    ProposalKind.YEAR_END: year_end.end_year,
    ProposalKind.RECOVERY_REDUCTION: giving_up.on_recovery("reduce"),
    ProposalKind.WRITE_OFF: giving_up.on_recovery("write_off"),
    ProposalKind.RECOVERY_REFUND: giving_up.on_recovery("refund"),
    ProposalKind.ERASURE: erasing.effect,
    ProposalKind.SUSPENSE: suspense.resolve,
}


def end_authorisation(turn: Turn) -> None:
    """From tomorrow on nothing more is decided under it; what was decided stands."""
    found = StandingAuthorisation.objects.filter(proposal=turn.subject, ended_on__isnull=True).first()
    if found is None:
        raise WrongState(_("There is no authorisation in force here that could be ended."))
    found.ended_on = turn.now.on
    found.save(update_fields=["ended_on"])
    turn.record(ended_on=found.ended_on, reason=turn.data["reason"])
