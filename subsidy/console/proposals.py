"""Proposals: what one person proposes and another approves; the list, one of them in words, and its acts."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import django_filters
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import Role
from subsidy.accounts.selectors import SEES_CASES, grants_of
from subsidy.console import scope
from subsidy.console.finance import proposed
from subsidy.console.offers import Offer, Offers, offers, reader_duties, why_not
from subsidy.decisions.models import Proposal, ProposalKind, ProposalState, StandingAuthorisation
from subsidy.decisions.recusals import recused_from
from subsidy.decisions.titles import TestOutcome
from subsidy.ledger.models import PayingAccount
from subsidy.ledger.selectors import SEES_BUDGET
from subsidy.payouts.enums import Resolution
from subsidy.payouts.selectors import SEES_MONEY
from subsidy.registers.models import RegisterEntry
from subsidy.web.acts import ActPage, find_act
from subsidy.web.components import Crumb, Money, Preview, SummaryRow, Text, Tone
from subsidy.web.formats import day, instant, money
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.work.selectors import Standing, items_of
from workflows.case.by_rule import used_of
from workflows.common.refusals import Message
from workflows.common.subjects import kind_named
from workflows.proposal.erasing import RULES
from workflows.proposal.kind import PROPOSAL
from workflows.proposal.titles import CHANGES, REVOKE

TONES: dict[str, Tone] = {
    ProposalState.PROPOSED: "wait",
    ProposalState.APPROVED: "done",
    ProposalState.REFUSED: "stop",
}
END = "end_authorisation"
TITLE_KINDS = (ProposalKind.TITLE_CHANGE, ProposalKind.TITLE_TEST)
ABOUT_RECOVERIES = (ProposalKind.RECOVERY_REDUCTION, ProposalKind.WRITE_OFF)


class ProposalFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=ProposalState.choices, empty_label=gettext_lazy("all")
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"), choices=ProposalKind.choices, empty_label=gettext_lazy("all")
    )


PROPOSALS = ListSpec(
    model=Proposal,
    columns=(
        Column("number", gettext_lazy("Number"), link=lambda one: reverse("console:proposal", args=[one.number])),
        Column("kind", gettext_lazy("Kind"), value=lambda one: one.get_kind_display()),
        Column("title", gettext_lazy("About")),
        Column(
            "state",
            gettext_lazy("State"),
            kind="state",
            value=lambda one: one.get_state_display(),
            tone=lambda one: TONES[one.state],
        ),
        Column("proposed_by", gettext_lazy("Proposed by"), value="proposed_by.name"),
        Column("opened_at", gettext_lazy("Proposed on"), kind="day"),
    ),
    sorts=(
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
        Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
    ),
    filterset=ProposalFilter,
    search=lambda rows, text: rows.filter(Q(number__icontains=text) | Q(title__icontains=text)),
    search_label=gettext_lazy("Number, call or company"),
    related=("proposed_by",),
    file_name="proposals",
    empty_title=gettext_lazy("No proposal"),
    empty_text=gettext_lazy(
        "A standing authorisation is proposed on the page of a call that is decided by rule, a reopening on the page of a "
        "case that ended."
    ),
)


def proposals_for(request: HttpRequest) -> QuerySet[Proposal]:
    """The proposals of the bureaus whose cases the reader sees; to others, and to whoever is recused from the case
    that one is about, they do not exist.
    """
    scope.standing(request)
    grants = grants_of(scope.person(request), on=moment_of(request).on, roles=SEES_CASES)
    found = Proposal.objects.filter(authority__in=grants.values("authority"))
    found = found.exclude(recused_from("proposal", scope.person(request)))
    return found.select_related("proposed_by", "process")


def may_propose(request: HttpRequest, opening: str, authority_id: int, *, kind: str = "proposal") -> bool:
    """Whether the reader holds the role that proposes this, at that bureau."""
    role = kind_named(kind).opens[opening].act.role
    pools = scope.standing(request).pools
    return any(pool.role == role and pool.authority_id == authority_id for pool in pools)


def crumbs_to(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Proposals"), reverse("console:proposals")), *more]


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    return respond(request, PROPOSALS, [proposals_for(request)], "console/proposals.html")


@require_safe
@login_required
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One proposal: what exactly, why, by whom, what has come of it, and what the reader may do."""
    standing = scope.standing(request)
    found = get_object_or_404(proposals_for(request), number=number)
    context = {
        "proposal": found,
        "about_url": about_url(found, standing),
        "tone": TONES[found.state],
        "rows": [*about_of(found), *terms_of(found), *_who(found)],
        "standing_rows": authorisation_rows(found),
        "offers": offered(found, standing),
        "crumbs": crumbs_to(Crumb(number)),
    }
    return render(request, "console/proposal.html", context)


def offered(proposal: Proposal, standing: Standing) -> Offers:
    """The acts at its open item, and ending an authorisation that is in force."""
    found = offers(
        "proposal", proposal, standing, items_of("proposal", proposal.pk), lambda name: _act(proposal, name)
    )
    act = PROPOSAL.free_act(END)
    leads = any(pool.role == Role.LEADER and pool.authority_id == proposal.authority_id for pool in standing.pools)
    in_force = StandingAuthorisation.objects.filter(proposal=proposal, ended_on__isnull=True).exists()
    if act is None or not leads or not in_force:
        return found
    against = why_not(act, reader_duties(PROPOSAL, proposal, standing))
    return Offers([*found.acts, Offer(act.name, act.title, _act(proposal, END), True, against)], found.claim)


def _act(proposal: Proposal, name: str) -> str:
    return reverse("console:proposal-act", args=[proposal.number, name])


def about_url(proposal: Proposal, standing: Standing) -> str:
    """The page of what it is about; empty where the reader's roles do not open it."""
    if proposal.kind in proposed.KINDS:
        return proposed.about_url(proposal) if standing.roles.intersection(SEES_BUDGET) else ""
    if proposal.about_kind == "suspense" and not standing.roles.intersection(SEES_MONEY):
        return ""
    return reverse(f"console:{proposal.about_kind}", args=[number_about(proposal)])


def about_of(proposal: Proposal) -> list[SummaryRow]:
    """The call, the case, the budget line or the year that it is about."""
    if proposal.kind in proposed.KINDS:
        return proposed.about(proposal)
    number = number_about(proposal)
    if proposal.about_kind == "call":
        return [SummaryRow(_("Call"), f"{number} {proposal.title}")]
    if proposal.about_kind == "recovery":
        return [SummaryRow(_("Recovery"), proposal.title)]
    if proposal.about_kind == "suspense":
        return [SummaryRow(_("Item in suspense"), f"{number}: {proposal.title}")]
    return [SummaryRow(_("Case"), proposal.title)]


def number_about(proposal: Proposal) -> str:
    if proposal.about_kind == "suspense":
        return str(proposal.about_id)
    number: str = (
        kind_named(proposal.about_kind).model.objects.values_list("number", flat=True).get(pk=proposal.about_id)
    )
    return number


def terms_of(proposal: Proposal) -> list[SummaryRow]:
    """What exactly is proposed, in words."""
    return [
        SummaryRow(label, words) for label, words in terms_in_words(proposal.kind, json.loads(proposal.terms_text))
    ]


def terms_in_words(kind: str, terms: dict[str, Any]) -> list[tuple[Text, str]]:
    """Each term with its value; amounts in yuan, days as dates."""
    if kind in proposed.KINDS:
        return proposed.terms_in_words(kind, terms)
    if kind == ProposalKind.RECOVERY_REFUND:
        return _refund_terms(terms)
    if kind in ABOUT_RECOVERIES:
        document = (_("Document of the approval or judgment"), str(terms["document"]))
        less = [(_("Less is owed by"), money(terms["amount_fen"]))] if "amount_fen" in terms else []
        return [document, *less]
    if kind == ProposalKind.SUSPENSE:
        said = [(_("What it is"), str(Resolution(terms["resolution"]).label)), (_("Payment or debit"), terms["named"])]
        return [row for row in (*said, (_("Document number"), terms["document"])) if row[1]]
    if kind == ProposalKind.REOPENING:
        return [(_("Document of the review or judgment"), str(terms["document"]))]
    if kind == ProposalKind.ERASURE:
        return [(_("Rule of retention"), str(RULES[terms["rule"]]))]
    if kind in TITLE_KINDS:
        return _title_terms(terms)
    return [
        (_("Total that may be granted"), money(terms["cap_fen"])),
        (_("Most for one case"), money(terms["case_cap_fen"])),
        (_("Checked after payment"), f"{terms['sample_percent']}%"),
        (_("Valid from"), day(dt.date.fromisoformat(terms["valid_from"]))),
        (_("Valid to"), day(dt.date.fromisoformat(terms["valid_to"]))),
    ]


def _refund_terms(terms: dict[str, Any]) -> list[tuple[Text, str]]:
    """By which paper, how much, and the payment of the bank that brought it back."""
    return [
        (_("Document of the approval or judgment"), str(terms["document"])),
        (_("Amount paid back"), money(terms["amount_fen"])),
        (_("Paying account"), str(PayingAccount.objects.get(pk=terms["paying_account"]))),
        (_("Bank's reference"), str(terms["reference"])),
        (_("Booked on"), day(dt.date.fromisoformat(terms["paid_on"]))),
    ]


def _title_terms(terms: dict[str, Any]) -> list[tuple[Text, str]]:
    """Which title becomes what, and the facts that were entered for its test."""
    entry = RegisterEntry.objects.get(pk=terms["entry"])
    words: list[tuple[Text, str]] = [(_("Title"), f"{entry.title_name} {entry.level_name}".strip())]
    words.append((_("Certificate or document number"), str(terms["certificate"])))
    if "outcome" in terms:
        words.append((_("What the policy finds"), str(TestOutcome(terms["outcome"]).label)))
        words.append((_("Failed tests so far"), str(terms["failures"])))
        words += [(name, str(value)) for name, value in terms["facts"].items()]
    else:
        words.append((_("What is decided"), str(CHANGES[terms["change"]])))
    if terms["document"]:
        words.append((_("Document number of the decision"), str(terms["document"])))
    return words


def _who(proposal: Proposal) -> list[SummaryRow]:
    return [
        SummaryRow(_("Reason"), proposal.reason),
        SummaryRow(_("Proposed by"), f"{proposal.proposed_by.name}, {instant(proposal.opened_at)}"),
    ]


def authorisation_rows(proposal: Proposal) -> list[SummaryRow]:
    """Of an authorisation that was approved: how much of it is used, and whether it was ended."""
    found = StandingAuthorisation.objects.filter(proposal=proposal).first()
    if found is None:
        return []
    used = used_of(found)
    rows = [
        SummaryRow(_("Used so far"), money(used)),
        SummaryRow(_("Still free"), money(found.cap_fen - used)),
        SummaryRow(_("Cases decided under it"), str(found.decisions.count())),
    ]
    if found.ended_on:
        rows.append(SummaryRow(_("Ended early on"), day(found.ended_on)))
    return rows


class ProposalAct(ActPage):
    """Approving, refusing or ending, previewed."""

    kind = "proposal"
    template_name = "console/proposal_act.html"
    done_words: dict[str, Message] = {
        "approve": gettext_lazy("Approved. What was proposed holds from now on."),
        "refuse": gettext_lazy("Refused. Nothing has changed."),
        END: gettext_lazy("Ended. Nothing more is decided under it; what was decided stands."),
    }

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in self.done_words:
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> Proposal:
        found: Proposal = get_object_or_404(proposals_for(self.request), number=self.kwargs["number"])
        return found

    def done(self) -> Message:
        return self.done_words[self.get_action()]

    def preview(self, subject: Proposal) -> Preview:
        return preview_of(subject, self.get_action())

    def crumbs(self, subject: Proposal) -> list[Crumb]:
        title = find_act(self.kind, subject, self.get_action()).title
        return crumbs_to(Crumb(subject.number, self.success_url(subject)), Crumb(title))

    def success_url(self, subject: Proposal) -> str:
        return reverse("console:proposal", args=[subject.number])

    def context(self, subject: Proposal) -> dict[str, Any]:
        return {"rows": [*about_of(subject), *terms_of(subject), *_who(subject)]}


def preview_of(proposal: Proposal, action: str) -> Preview:
    """What the act would change."""
    if action == "refuse":
        return Preview(changes=[_("The proposal ends here and nothing changes; it can be proposed anew.")])
    if action == END:
        return Preview(
            changes=[
                _("Nothing more is decided by rule under it; cases go to people, and no more offers are made."),
                _("What was decided under it stands."),
            ]
        )
    if proposal.kind in ABOUT_RECOVERIES:
        return Preview(changes=[_("What the company owes becomes less at once, and stays in the books as given up.")])
    if proposal.kind == ProposalKind.RECOVERY_REFUND:
        return Preview(
            changes=[_("The payment to the company is booked; so much less was recovered.")],
            money=[Money(_("paid back to the company"), json.loads(proposal.terms_text)["amount_fen"])],
            told=[_("The company")],
        )
    if proposal.kind == ProposalKind.SUSPENSE:
        return Preview(changes=[_("The item leaves suspense and is booked as what it is said to be.")])
    if proposal.kind == ProposalKind.REOPENING:
        return Preview(changes=[_("The case is open again and goes on before what is in doubt; every hand is kept.")])
    if proposal.kind in proposed.KINDS:
        return proposed.preview_of(proposal)
    terms = json.loads(proposal.terms_text)
    if proposal.kind in TITLE_KINDS:
        return _title_preview(terms)
    return Preview(
        changes=[
            _("From the first day on a rule decides cases of the call within these bounds; notice, decree and payment by "
              "three people stay."),
            _("Whatever the rule does not find entitled, or what lies beyond the bounds, goes to people."),
        ],
        money=[Money(_("at most, all cases together"), terms["cap_fen"])],
    )  # fmt: skip


def _title_preview(terms: dict[str, Any]) -> Preview:
    """What approving does to the title."""
    outcome = terms.get("outcome") or (TestOutcome.ENDED if terms["change"] == REVOKE else TestOutcome.LOWERED)
    if outcome in (TestOutcome.KEPT, TestOutcome.FAILED):
        return Preview(changes=[_("The test is kept on record; the title stands as it is.")])
    words = {
        TestOutcome.ENDED.value: _("The title ends today; the certificate is no longer valid."),
        TestOutcome.LOWERED.value: _(
            "The title goes down one level from today on; it ends on the same day as before."
        ),
    }
    return Preview(
        changes=[words[str(outcome)], _("The public register shows it.")],
        told=[_("The company, by a decision with its reason and how to object")],
    )
