"""Recoveries: who owes what, why and by when; one of them with its payments, and its acts."""

from __future__ import annotations

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
from subsidy.accounts.models import Authority
from subsidy.accounts.selectors import SEES_CASES, grants_of
from subsidy.console import scope
from subsidy.console.offers import offers
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.recusals import recused_from
from subsidy.ledger.models import Transaction
from subsidy.ledger.selectors import SEES_BUDGET
from subsidy.payouts.owing import owed_by_recovery, refundable
from subsidy.payouts.recoveries import Recovery, RecoveryGround, RecoveryState
from subsidy.programmes.packs import pack_of
from subsidy.web.acts import ActPage, find_act
from subsidy.web.components import Crumb, Money, Preview, SummaryRow, Tone
from subsidy.web.formats import day, instant, money
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of
from subsidy.web.recoveries import interest_rows, offset_rows, refund_rows
from subsidy.work.selectors import items_of
from workflows.case.fields import spoken
from workflows.common.refusals import Message
from workflows.recovery.refunding import ENDED
from workflows.recovery.steps import interest_of, interest_terms

TONES: dict[str, Tone] = {
    RecoveryState.PROPOSED: "wait",
    RecoveryState.OPEN: "wait",
    RecoveryState.PAID: "done",
    RecoveryState.DROPPED: "done",
    RecoveryState.WRITTEN_OFF: "stop",
}
SEES = (*SEES_CASES, *SEES_BUDGET)


class RecoveryFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=RecoveryState.choices, empty_label=gettext_lazy("all")
    )
    ground = django_filters.ChoiceFilter(
        label=gettext_lazy("Ground"), choices=RecoveryGround.choices, empty_label=gettext_lazy("all")
    )


RECOVERIES = ListSpec(
    model=Recovery,
    columns=(
        Column("number", gettext_lazy("Number"), link=lambda one: reverse("console:recovery", args=[one.number])),
        Column("company_name", gettext_lazy("Company")),
        Column("case", gettext_lazy("Case"), value="case.number"),
        Column(
            "state",
            gettext_lazy("State"),
            kind="state",
            value=lambda one: one.get_state_display(),
            tone=lambda one: TONES[one.state],
        ),
        Column(
            "amount_fen",
            gettext_lazy("Amount"),
            kind="yuan",
            value=lambda one: one.proposed_fen if one.amount_fen is None else one.amount_fen,
        ),
        Column("due_on", gettext_lazy("To be paid by"), kind="day"),
    ),
    sorts=(
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
        Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
    ),
    filterset=RecoveryFilter,
    search=lambda rows, text: rows.filter(
        Q(number__icontains=text) | Q(company_name__icontains=text) | Q(case__number__icontains=text)
    ),
    search_label=gettext_lazy("Number, company or case"),
    related=("case",),
    file_name="recoveries",
    empty_title=gettext_lazy("No recovery"),
    empty_text=gettext_lazy("A recovery is proposed on the page of a case that was paid."),
)


def recoveries_for(request: HttpRequest) -> QuerySet[Recovery]:
    """The recoveries of the bureaus whose cases or money the reader sees, without those of cases of the recused."""
    scope.standing(request)
    reader = scope.person(request)
    grants = grants_of(reader, on=moment_of(request).on, roles=SEES)
    found = Recovery.objects.filter(authority__in=grants.values("authority"))
    return found.exclude(recused_from("recovery", reader)).select_related("case__policy_version", "process")


def crumbs_to(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Recoveries"), reverse("console:recoveries")), *more]


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponseBase:
    return respond(request, RECOVERIES, [recoveries_for(request)], "console/recoveries.html")


@require_safe
@login_required
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One recovery: how much, why, what the company said, what came in, and what the reader may do."""
    standing = scope.standing(request)
    found = get_object_or_404(recoveries_for(request), number=number)
    mine = {(pool.role, pool.authority_id) for pool in standing.pools}
    is_open = found.state == RecoveryState.OPEN
    context = {
        "recovery": found,
        "tone": TONES[found.state],
        "rows": rows_of(found),
        "moves": moves_of(found),
        "letters": Letter.objects.filter(
            kind=LetterKind.RECOVERY, subject_kind="recovery", subject_id=found.pk, language="zh"
        ).defer("content"),
        "offers": offers(
            "recovery",
            found,
            standing,
            items_of("recovery", found.pk),
            lambda name: reverse("console:recovery-act", args=[number, name]),
        ),
        "may_receive": (Role.FINANCE_CHECK, found.authority_id) in mine
        and found.state in (RecoveryState.OPEN, RecoveryState.WRITTEN_OFF),
        "may_write_off": is_open and (Role.FINANCE_CHECK, found.authority_id) in mine,
        "may_refund": found.state in ENDED
        and (Role.FINANCE_CHECK, found.authority_id) in mine
        and refundable(found) > 0,
        "may_reduce": is_open and (Role.AMOUNT, found.authority_id) in mine,
        "crumbs": crumbs_to(Crumb(number)),
    }
    return render(request, "console/recovery.html", context)


def rows_of(recovery: Recovery) -> list[SummaryRow]:
    rows = [
        SummaryRow(_("Company"), recovery.company_name),
        SummaryRow(_("Ground"), recovery.get_ground_display()),
        *term_rows(recovery),
        SummaryRow(_("Occurred on"), day(recovery.occurred_on)),
        SummaryRow(_("Facts and reasons"), recovery.reason),
        SummaryRow(_("Amount proposed"), money(recovery.proposed_fen)),
        SummaryRow(_("The company may answer until"), day(recovery.answer_until)),
        SummaryRow(_("The company's answer"), recovery.answer or _("none")),
    ]
    if recovery.decided_on is None:
        return [*rows, *interest_rows(recovery)]
    rows.append(SummaryRow(_("Decided on"), day(recovery.decided_on)))
    rows.append(SummaryRow(_("Reasons of the decision"), recovery.decision_text))
    if recovery.amount_fen is not None and recovery.due_on is not None:
        owed = owed_by_recovery([recovery.pk]).get(recovery.pk, 0)
        rows.append(SummaryRow(_("Amount to be paid back"), money(recovery.amount_fen)))
        rows += interest_rows(recovery)
        rows += offset_rows(recovery)
        rows += refund_rows(recovery)
        rows.append(SummaryRow(_("Still owed"), money(owed)))
        rows.append(SummaryRow(_("To be paid by"), day(recovery.due_on)))
    return rows


def term_rows(recovery: Recovery) -> list[SummaryRow]:
    """The clause that the pinned version of the policy names, with how sure its text is."""
    terms = {one.term.id: one.term for one in pack_of(recovery.case.policy_version).recovery}
    term = terms.get(recovery.term)
    return [SummaryRow(_("Clause of the policy"), spoken(term.text))] if term else []


def moves_of(recovery: Recovery) -> list[SummaryRow]:
    """What the books say of it, the oldest first."""
    moves = Transaction.objects.filter(subject_kind="recovery", subject_id=recovery.pk, legs__amount__gt=0)
    rows = moves.order_by("pk").values_list("kind", "at", "legs__amount")
    kinds = dict(Transaction._meta.get_field("kind").flatchoices)
    return [SummaryRow(f"{instant(at)} · {kinds[kind]}", money(fen)) for kind, at, fen in rows]


class RecoveryPage(ActPage):
    """An act of one recovery."""

    kind = "recovery"
    template_name = "console/company_act.html"

    def recovery(self) -> Recovery:
        found: Recovery = get_object_or_404(recoveries_for(self.request), number=self.kwargs["number"])
        return found


class RecoveryAct(RecoveryPage):
    """Ordering or dropping a recovery, previewed."""

    done_words: dict[str, Message] = {
        "decide": gettext_lazy("Ordered. The company owes the amount; its notice is being printed."),
        "drop": gettext_lazy("Dropped. Nothing is owed."),
    }

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in self.done_words:
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> Recovery:
        return self.recovery()

    def done(self) -> Message:
        return self.done_words[self.get_action()]

    def preview(self, subject: Recovery) -> Preview:
        if self.get_action() == "drop":
            return Preview(changes=[_("The recovery ends here. Nothing is owed; it can be proposed anew.")])
        figures = [Money(_("at most, as proposed"), subject.proposed_fen)]
        if interest_terms(subject) is not None:
            today = moment_of(self.request).on
            interest = interest_of(subject, subject.proposed_fen, today)
            figures.append(Money(_("interest that is added, of the whole until today"), interest))
        return Preview(
            changes=[_("The company owes the amount from today on; what comes in or is offset lessens it.")],
            money=figures,
        )

    def crumbs(self, subject: Recovery) -> list[Crumb]:
        title = find_act(self.kind, subject, self.get_action()).title
        return crumbs_to(Crumb(subject.number, self.success_url(subject)), Crumb(title))

    def success_url(self, subject: Recovery) -> str:
        return reverse("console:recovery", args=[subject.number])


class Receive(RecoveryPage):
    """Entering money that came in for one recovery: an act of the bureau."""

    kind = "authority"
    action = "receive_repayment"
    done_message = gettext_lazy("Entered. What is still owed is shown below.")

    def get_subject(self) -> Authority:
        return self.recovery().authority

    def data(self, subject: Authority) -> dict[str, Any]:
        return {**super().data(subject), "recovery": self.kwargs["number"]}

    def preview(self, subject: Authority) -> Preview:
        owed = owed_by_recovery([self.recovery().pk])
        return Preview(
            changes=[_("The bank account grows and what is owed becomes less; it ends when nothing is owed.")],
            money=[Money(_("still owed"), fen) for fen in owed.values()],
        )

    def crumbs(self, subject: Authority) -> list[Crumb]:
        return crumbs_to(Crumb(self.kwargs["number"], self.success_url(subject)), Crumb(_("Record money paid back")))

    def success_url(self, subject: Authority) -> str:
        return reverse("console:recovery", args=[self.kwargs["number"]])
