"""Proposing changes of the budget: a reduction, a move between lines, the end of a year."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from subsidy.accounts.enums import Role
from subsidy.console.finance import scope
from subsidy.console.finance.figures import line_name
from subsidy.console.finance.years import Year
from subsidy.console.proposing import Propose
from subsidy.ledger.models import BudgetLine
from subsidy.web.components import Money, Preview, Refusal, Text
from subsidy.web.formats import money
from workflows.common.acts import ActForm


class ProposeChange(Propose):
    """A change of one open line."""

    about = "line"

    def subject(self) -> BudgetLine:
        line = scope.line_for(self.request, self.kwargs["pk"])
        if line.closed_at is not None:
            raise Http404("The year of this line is closed.")
        return line

    def back(self, subject: BudgetLine) -> str:
        return reverse("console:finance_entries_all", args=[subject.pk])

    def label(self, subject: BudgetLine) -> str:
        return line_name(subject)

    def title_of(self, subject: BudgetLine) -> Text:
        return _("available: %(money)s") % {"money": money(subject.available)}


class ProposeReduction(ProposeChange):
    opening = "propose_reduction"

    def preview(self) -> Preview:
        return Preview(
            changes=[_("Nothing changes yet: it holds when another person of finance approves it.")],
            told=[_("Those who check in finance, one of whom approves or refuses it")],
        )


class ProposeMove(ProposeChange):
    opening = "propose_move"

    def form(self, subject: BudgetLine, data: Any) -> ActForm:
        form, line = super().form(subject, data), subject
        to = form.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        same = BudgetLine.objects.filter(authority=line.authority_id, year=line.year, currency=line.currency)
        to.queryset = same.filter(closed_at=None).exclude(pk=line.pk).order_by("code")
        to.label_from_instance = line_name  # type: ignore[method-assign,assignment]
        return form

    def preview(self) -> Preview:
        return Preview(
            changes=[_("Nothing changes yet: it holds when another person of finance approves it.")],
            told=[_("Those who check in finance, one of whom approves or refuses it")],
        )


class ProposeYearEnd(Propose):
    """The end of a year, with what it would move if everything that is available lapsed."""

    opening, about = "propose_year_end", "year"

    def subject(self) -> Year:
        who = scope.budget_reader(self.request)
        return Year.of(who.bureau_as(Role.FINANCE_PREPARE), self.kwargs["year"])

    def back(self, subject: Year) -> str:
        return reverse("console:finance_year", args=[subject.year])

    def label(self, subject: Year) -> str:
        return str(subject.year)

    def title_of(self, subject: Year) -> Text:
        return _("Year end")

    def said(self, subject: Year) -> dict[str, Any]:
        return {"year": subject.year, "carry": self.request.POST.getlist("carry")}

    def form(self, subject: Year, data: Any) -> ActForm:
        form, year = super().form(subject, data), subject
        carry = form.fields["carry"]
        assert isinstance(carry, forms.ModelMultipleChoiceField)
        carry.queryset = BudgetLine.objects.filter(
            authority=year.authority_id, year=year.year, closed_at=None, available__gt=0
        ).order_by("code")
        carry.label_from_instance = lambda line: f"{line_name(line)} {money(line.available)}"  # type: ignore[method-assign,assignment]
        return form

    def preview(self) -> Preview:
        found = self.subject().rehearsed
        return Preview(
            changes=[
                _(
                    "Nothing changes yet: it holds when another person of finance approves it, if the figures still hold."
                ),
                _("What is reserved and obligated goes over to the next year; of what is available, what you choose."),
            ],
            told=[_("Those who check in finance, one of whom approves or refuses it")],
            money=[
                Money(_("available, lapses unless you choose its line"), found.lapse_fen),
                Money(_("reserved and obligated, carried over"), found.over_fen),
            ],
            refused=[Refusal(str(found.year), words) for words in found.obstacles],
        )
