"""Items in suspense: what nobody knows yet, how old it is, and proposing what it is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_filters import ChoiceFilter, FilterSet

from subsidy.accounts.enums import Role
from subsidy.console.finance import scope
from subsidy.console.proposing import Propose
from subsidy.decisions.models import Proposal, ProposalKind
from subsidy.ledger.enums import Kind
from subsidy.payouts.enums import Movement, Resolution
from subsidy.payouts.models import SuspenseItem
from subsidy.payouts.reconciling import entered_alike, suspense_of
from subsidy.web.components import Crumb, Preview, SummaryRow, Text
from subsidy.web.formats import day, money
from subsidy.web.lists import Column, ListSpec, Sort, respond


def number_of(item: SuspenseItem) -> str:
    return str(item.pk)


def state_of(item: SuspenseItem) -> Text:
    return Resolution(item.resolution).label if item.resolution else _("open")


class SuspenseFilter(FilterSet):
    state = ChoiceFilter(
        label=gettext_lazy("State"),
        choices=(("open", gettext_lazy("open")), ("resolved", gettext_lazy("resolved"))),
        method="by_state",
        empty_label=gettext_lazy("all"),
    )

    class Meta:
        model = SuspenseItem
        fields: tuple[str, ...] = ()

    def by_state(self, items: Any, _name: str, value: str) -> Any:
        return items.filter(resolved_at__isnull=value == "open")


def _spec(on: dt.date) -> ListSpec:
    return ListSpec(
        model=SuspenseItem,
        columns=(
            Column(
                "number",
                gettext_lazy("Number"),
                value=number_of,
                link=lambda item: reverse("console:suspense", args=[item.pk]),
            ),
            Column("booked_on", gettext_lazy("Booked on"), kind="day"),
            Column("age", gettext_lazy("Age in days"), kind="number", value=lambda item: age_of(item, on)),
            Column(
                "movement", gettext_lazy("What the bank calls it"), value=lambda item: Movement(item.movement).label
            ),
            Column("other_name", gettext_lazy("Other side")),
            Column("end_to_end_id", gettext_lazy("Payment key")),
            Column(
                "state",
                gettext_lazy("State"),
                kind="state",
                value=state_of,
                tone=lambda item: "done" if item.resolution else "wait",
            ),
            Column("is_credit", gettext_lazy("Direction"), value=direction),
            Column("left_fen", gettext_lazy("Still unknown"), kind="yuan"),
            Column("amount_fen", gettext_lazy("Amount"), kind="yuan"),
        ),
        sorts=(
            Sort("oldest", gettext_lazy("Oldest first"), ("booked_on", "id")),
            Sort("newest", gettext_lazy("Newest first"), ("-booked_on", "-id")),
        ),
        filterset=SuspenseFilter,
        search=lambda items, text: (
            items.filter(end_to_end_id__icontains=text) | items.filter(other_name__contains=text)
        ),
        search_label=gettext_lazy("Payment key or other side"),
        file_name="suspense",
        empty_title=gettext_lazy("Nothing in suspense"),
        empty_text=gettext_lazy("Every movement of the bank that was read is known."),
    )


def direction(item: SuspenseItem) -> Text:
    return _("money in") if item.is_credit else _("money out")


def age_of(item: SuspenseItem, on: dt.date) -> int:
    """Days in suspense: to today while it is open, else to the day on which it left."""
    return ((item.resolved_at.date() if item.resolved_at else on) - item.booked_on).days


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    who = scope.reader(request)
    return respond(request, _spec(who.on), [suspense_of(who.user, on=who.on)], "console/finance/suspense.html")


def item_for(request: HttpRequest, pk: int) -> SuspenseItem:
    who = scope.reader(request)
    return get_object_or_404(suspense_of(who.user, on=who.on), pk=pk)


@login_required
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One item: what the bank said, what has been proposed, and proposing what it is."""
    item, who = item_for(request, pk), scope.reader(request)
    proposals = Proposal.objects.filter(kind=ProposalKind.SUSPENSE, about_kind="suspense", about_id=item.pk)
    context = {
        "item": item,
        "rows": rows_of(item, who.on),
        "proposals": proposals.order_by("pk"),
        "entered": [(one, Kind(one.kind).label) for one in entered_alike(item)] if item.resolved_at is None else [],
        "may_propose": item.resolved_at is None and who.may(item.authority_id, Role.FINANCE_PREPARE),
        "crumbs": [*_crumbs(), Crumb(number_of(item))],
    }
    return render(request, "console/finance/suspense_item.html", context)


def rows_of(item: SuspenseItem, on: dt.date) -> list[SummaryRow]:
    """What is known of an item."""
    said = item.answer
    rows = [
        SummaryRow(_("Amount"), f"{direction(item)} {money(item.amount_fen)}"),
        SummaryRow(_("Still unknown"), money(item.left_fen)),
        SummaryRow(_("Paying account"), str(item.paying_account)),
        SummaryRow(_("Booked on"), f"{day(item.booked_on)} ({age_of(item, on)} {_('days')})"),
        SummaryRow(_("What the bank calls it"), Movement(item.movement).label),
        SummaryRow(_("Bank's reference"), said.bank_reference),
        SummaryRow(_("Payment key"), item.end_to_end_id),
        SummaryRow(_("Other side"), item.other_name),
        SummaryRow(_("Words with it"), item.remittance),
        SummaryRow(_("What the bank said"), f"{said.reason_code} {said.reason_text}".strip()),
        SummaryRow(_("File"), said.file.name),
        SummaryRow(_("State"), f"{state_of(item)} {item.proposal}".strip()),
    ]
    return [row for row in rows if row.value]


def _crumbs() -> list[Crumb]:
    return [
        Crumb(_("Bank answers"), reverse("console:finance_answers")),
        Crumb(_("Suspense"), reverse("console:finance_suspense")),
    ]


class ProposeSuspense(Propose):
    """Saying what an item is; nothing is booked before a second person approves it."""

    opening, about = "propose_suspense", "item"

    def subject(self) -> Any:
        item = item_for(self.request, self.kwargs["pk"])
        scope.require(item.resolved_at is None)
        return item

    def back(self, subject: Any) -> str:
        return reverse("console:suspense", args=[subject.pk])

    def label(self, subject: Any) -> str:
        return number_of(subject)

    def title_of(self, subject: Any) -> Text:
        return f"{direction(subject)} {money(subject.left_fen)} {subject.other_name or subject.end_to_end_id}".strip()

    def preview(self) -> Preview:
        return Preview(
            changes=[
                _("Nothing changes yet: it holds when another person approves it."),
                _(
                    "Then the item leaves suspense and is booked as what it is; a payment moves as if the bank had named it."
                ),
            ],
            told=[_("Another person of finance, who approves or refuses it")],
        )
