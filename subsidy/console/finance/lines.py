"""All budget lines as a list, one line with the entries behind each of its figures, and the acts on lines and cash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import django_filters
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import Case as Choice
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_safe

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Authority
from subsidy.cases.models import Case
from subsidy.console.case_list import DAY
from subsidy.console.finance import scope
from subsidy.console.finance.figures import FIGURES, figures_of, line_name, sums_of
from subsidy.ledger.enums import Book, BudgetAccount, Kind, MoneySource
from subsidy.ledger.models import BudgetLine, Leg
from subsidy.ledger.selectors import budget_lines_of, legs_of_line
from subsidy.payouts.models import Batch, BatchLine
from subsidy.payouts.selectors import SEES_MONEY
from subsidy.web import formats
from subsidy.web.acts import UNPROCESSABLE, ActPage, act_form, blame, new_key, sent, submit_new
from subsidy.web.components import Crumb, Preview
from subsidy.web.lists import Column, ListSpec, Sort, respond
from workflows.budget.cash import CASH_ACTS
from workflows.common.acts import ActForm
from workflows.common.refusals import BadData
from workflows.common.subjects import kind_named


class LineFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter(label=gettext_lazy("Year"))
    source = django_filters.ChoiceFilter(
        label=gettext_lazy("Source of the money"), choices=MoneySource.choices, empty_label=gettext_lazy("all")
    )
    programme = django_filters.CharFilter(label=gettext_lazy("Programme"))
    closed = django_filters.ChoiceFilter(
        label=gettext_lazy("Closed"),
        choices=(("true", gettext_lazy("yes")), ("false", gettext_lazy("no"))),
        empty_label=gettext_lazy("all"),
        method="by_closing",
    )

    def by_closing(self, lines: QuerySet[BudgetLine], _name: str, value: str) -> QuerySet[BudgetLine]:
        return lines.filter(closed_at__isnull=value == "false")


def _figure(account: BudgetAccount) -> Column:
    return Column(
        account.value,
        account.label,
        kind="yuan",
        link=lambda line: reverse("console:finance_entries", args=[line.pk, account.value]),
    )


LINES = ListSpec(
    model=BudgetLine,
    columns=(
        Column("year", gettext_lazy("Year"), kind="number", sort="year"),
        Column("code", gettext_lazy("Code"), link=lambda line: reverse("console:finance_entries_all", args=[line.pk])),
        Column("name", gettext_lazy("Name"), value=lambda line: formats.pick(line.name_zh, line.name_en)),
        Column("programme", gettext_lazy("Programme")),
        Column("source", gettext_lazy("Source of the money"), value=lambda line: line.get_source_display()),
        *map(_figure, FIGURES),
        Column("closed_at", gettext_lazy("Closed on"), kind="day"),
    ),
    sorts=(
        Sort("-year", gettext_lazy("Newest year first"), ("-year", "code")),
        Sort("year", gettext_lazy("Oldest year first"), ("year", "code")),
        Sort("available", gettext_lazy("Most available first"), ("-available",)),
    ),
    filterset=LineFilter,
    search=lambda rows, text: rows.filter(
        Q(code__icontains=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text)
    ),
    search_label=gettext_lazy("Code or name"),
    file_name="budget-lines",
    empty_title=gettext_lazy("No budget line"),
    empty_text=gettext_lazy("No line fits; take a filter away."),
)


@login_required
@require_safe
def lines(request: HttpRequest) -> HttpResponseBase:
    who = scope.budget_reader(request)
    context = {"crumbs": [Crumb(_("Budget"), reverse("console:finance_budget")), Crumb(_("All lines"))]}
    return respond(request, LINES, [budget_lines_of(who.user, on=who.on)], "console/finance/lines.html", context)


class LegFilter(django_filters.FilterSet):
    account = django_filters.ChoiceFilter(
        label=gettext_lazy("Account"),
        field_name="budget_account",
        choices=BudgetAccount.choices,
        empty_label=gettext_lazy("all"),
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Event"),
        field_name="transaction__kind",
        choices=Kind.choices,
        empty_label=gettext_lazy("all"),
    )
    since = django_filters.DateFilter(
        label=gettext_lazy("From"), field_name="transaction__at__date", lookup_expr="gte", widget=DAY
    )
    until = django_filters.DateFilter(
        label=gettext_lazy("To"), field_name="transaction__at__date", lookup_expr="lte", widget=DAY
    )


def with_matters(legs: QuerySet[Any]) -> QuerySet[Any]:
    """The legs with the number of the case or batch that each is of, and of the case whose payment it names."""
    numbers: dict[str, QuerySet[Any]] = {"case": Case.objects.all(), "batch": Batch.objects.all()}
    return legs.annotate(
        number=Choice(
            *(
                When(
                    transaction__subject_kind=kind,
                    then=Subquery(rows.filter(pk=OuterRef("transaction__subject_id")).values("number")[:1]),
                )
                for kind, rows in numbers.items()
            ),
            default=Value(""),
            output_field=CharField(),
        ),
        paid_case=Subquery(
            BatchLine.objects.filter(end_to_end_id=OuterRef("transaction__memo")).values("case__number")[:1]
        ),
    )


MATTERS: dict[str, str] = {"case": "console:case", "batch": "console:finance_batch"}


def _matter_url(leg: Any) -> str:
    name = MATTERS.get(leg.transaction.subject_kind)
    return reverse(name, args=[leg.number]) if name and leg.number else ""


def _case_url(leg: Any) -> str:
    """The case whose payment the leg names."""
    return reverse("console:case", args=[leg.paid_case]) if leg.paid_case else ""


def _matter(leg: Any) -> str:
    return leg.number or leg.transaction.memo or leg.transaction.key


LEGS = ListSpec(
    model=Leg,
    columns=(
        Column("at", gettext_lazy("When"), value="transaction.at", kind="instant"),
        Column("event", gettext_lazy("Event"), value=lambda leg: Kind(leg.transaction.kind).label),
        Column("account", gettext_lazy("Account"), value=lambda leg: BudgetAccount(leg.budget_account).label),
        Column("subject", gettext_lazy("For"), value=_matter, link=_matter_url),
        Column("document", gettext_lazy("Document or reference"), value="transaction.memo", link=_case_url),
        Column("amount", gettext_lazy("Amount"), kind="yuan", value=lambda leg: shown_fen(leg)),
    ),
    sorts=(Sort("-id", gettext_lazy("Newest first"), ("-id",)), Sort("id", gettext_lazy("Oldest first"), ("id",))),
    filterset=LegFilter,
    search=lambda rows, text: rows.filter(Q(transaction__memo__icontains=text) | Q(transaction__key__icontains=text)),
    search_label=gettext_lazy("Document, case or payment"),
    related=("transaction",),
    prepare=with_matters,
    file_name="ledger-entries",
    empty_title=gettext_lazy("No entries"),
    empty_text=gettext_lazy("Nothing has been booked on this account yet."),
)


YEAR_LEGS = replace(
    LEGS,
    columns=(
        LEGS.columns[0],
        Column(
            "line",
            gettext_lazy("Budget line"),
            value=lambda leg: line_name(leg.line),
            link=lambda leg: reverse("console:finance_entries_all", args=[leg.line_id]),
        ),
        *LEGS.columns[1:],
    ),
    related=("transaction", "line"),
)


def for_reader(spec: ListSpec, who: scope.Reader) -> ListSpec:
    """The list as it is for somebody: batches open only to those who see them."""
    if {role for _authority, role in who.grants} & set(SEES_MONEY):
        return spec
    columns = [
        replace(column, link=lambda leg: _matter_url(leg) if leg.transaction.subject_kind == "case" else "")
        if column.name == "subject"
        else column
        for column in spec.columns
    ]
    return replace(spec, columns=columns)


def shown_fen(leg: Leg) -> int:
    """What the leg adds to its figure; APPROPRIATED is the contra account and counts the other way round."""
    return -leg.amount if leg.budget_account == BudgetAccount.APPROPRIATED else leg.amount


@login_required
@require_safe
def entries(request: HttpRequest, pk: int, account: str = "") -> HttpResponseBase:
    """The entries of a line, or behind one of its figures."""
    line = scope.line_for(request, pk)
    if account and account not in BudgetAccount.values:
        raise Http404("A budget line has no such account.")
    chosen = BudgetAccount(account) if account else None

    def figure_url(one: BudgetAccount) -> str:
        return reverse("console:finance_entries", args=[line.pk, one.value])

    context = {
        "line": line,
        "name": line_name(line),
        "account": chosen.label if chosen else "",
        "total_fen": getattr(line, account) if account else None,
        "figures": figures_of(sums_of([line]), figure_url),
        "after": line.carried_to,
        "before": BudgetLine.objects.filter(carried_to=line).first(),
        "pays": scope.budget_reader(request).may(line.authority_id, *scope.PAYS),
        "acts": _acts(scope.budget_reader(request), line),
        "crumbs": [
            Crumb(_("Budget"), f"{reverse('console:finance_budget')}?year={line.year}"),
            Crumb(line_name(line)),
        ],
    }
    spec = for_reader(LEGS, scope.budget_reader(request))
    return respond(request, spec, [legs_of_line(line, chosen)], "console/finance/entries.html", context)


@login_required
@require_safe
def year_entries(request: HttpRequest, year: int) -> HttpResponseBase:
    """The entries of all lines of a year, for figures over all of them."""
    who = scope.budget_reader(request)
    lines = budget_lines_of(who.user, on=who.on).filter(year=year)
    if not lines.exists():
        raise Http404("There is no budget line of this year.")
    legs = Leg.objects.filter(book=Book.BUDGET, line__in=lines.order_by())
    context = {
        "year": year,
        "crumbs": [
            Crumb(_("Budget"), f"{reverse('console:finance_budget')}?year={year}"),
            Crumb(_("Ledger entries")),
        ],
    }
    return respond(request, for_reader(YEAR_LEGS, who), [legs], "console/finance/year_entries.html", context)


def _acts(who: scope.Reader, line: BudgetLine) -> list[tuple[Any, str]]:
    """What the reader may do with an open line."""
    if line.closed_at is not None:
        return []
    acts = []
    if who.may(line.authority_id, Role.FINANCE_CHECK):
        acts.append((_("Appropriate"), reverse("console:finance_line_act", args=[line.pk, "appropriate"])))
    if who.may(line.authority_id, Role.FINANCE_PREPARE) and line.available:
        acts.append((_("Propose a reduction"), reverse("console:finance_propose_reduction", args=[line.pk])))
        acts.append((_("Propose a move to another line"), reverse("console:finance_propose_move", args=[line.pk])))
    return acts


class LineAct(ActPage):
    """Money put on a line by a document."""

    kind = "budget_line"
    done_message = gettext_lazy("Booked. The entry stands below with its document.")

    def get_action(self) -> str:
        if self.kwargs["action"] != "appropriate":
            raise Http404("There is no such act on this page.")
        return "appropriate"

    def get_subject(self) -> BudgetLine:
        return scope.line_for(self.request, self.kwargs["pk"])

    def preview(self, subject: BudgetLine) -> Preview:
        return Preview(changes=[_("The amount is available on this line at once; the document is booked on it once.")])

    def crumbs(self, subject: BudgetLine) -> list[Crumb]:
        budget = Crumb(_("Budget"), reverse("console:finance_budget"))
        return [budget, Crumb(line_name(subject), self.success_url(subject)), Crumb(_("Appropriate"))]

    def success_url(self, subject: BudgetLine) -> str:
        return reverse("console:finance_entries_all", args=[subject.pk])


CASH_WORDS: dict[str, Callable[[], str]] = {
    "receive_funds": lambda: _("The bank account holds more, and so much more was received from the treasury."),
    "pay_over": lambda: _("The bank account holds less, and so much less was received from the treasury."),
    "book_charge": lambda: _("The bank account holds less; no budget line bears it."),
    "book_interest": lambda: _("The bank account holds more; no budget line gets it."),
}


class CashAct(ActPage):
    """A movement on a paying account that is no payment."""

    kind = "authority"
    done_message = gettext_lazy("Booked. The cash book shows it.")

    def get_action(self) -> str:
        action: str = self.kwargs["action"]
        if action not in {act.name for act in CASH_ACTS}:
            raise Http404("There is no such act on this page.")
        return action

    def get_subject(self) -> Authority:
        who = scope.budget_reader(self.request)
        return Authority.objects.get(pk=who.bureau_as(Role.FINANCE_CHECK))

    def preview(self, subject: Authority) -> Preview:
        return Preview(changes=[CASH_WORDS[self.get_action()]()])

    def crumbs(self, subject: Authority) -> list[Crumb]:
        title = next(act.title for act in CASH_ACTS if act.name == self.get_action())
        return [Crumb(_("Budget"), self.success_url(subject)), Crumb(title)]

    def success_url(self, subject: Authority) -> str:
        return reverse("console:finance_budget")


class Establish(LoginRequiredMixin, View):
    """A new budget line, still without money."""

    def get(self, request: HttpRequest) -> HttpResponse:
        scope.budget_reader(request).bureau_as(Role.FINANCE_CHECK)
        return self.page(request, self.form(None))

    def post(self, request: HttpRequest) -> HttpResponse:
        bureau, data = scope.budget_reader(request).bureau_as(Role.FINANCE_CHECK), sent(request)
        try:
            outcome = submit_new(request, "budget_line", "establish", authority_id=bureau, data=data)
        except BadData as refusal:
            form = self.form(data)
            blame(form, refusal)
            return self.page(request, form, status=UNPROCESSABLE)
        return HttpResponseRedirect(reverse("console:finance_entries_all", args=[outcome.subject_id]))

    def form(self, data: Any) -> ActForm:
        form = act_form(kind_named("budget_line").opens["establish"].act, None, data)
        assert form is not None  # a line has a year and a code
        return form

    def page(self, request: HttpRequest, form: ActForm, *, status: int = 200) -> HttpResponse:
        act, back = kind_named("budget_line").opens["establish"].act, reverse("console:finance_budget")
        context = {
            "act": act,
            "heading": act.title,
            "about": _("A line is money of one year for one purpose."),
            "form": form,
            "key": request.POST.get("key") or new_key(),
            "version": None,
            "preview": Preview(changes=[_("The line stands in the tree without money; a document appropriates it.")]),
            "crumbs": [Crumb(_("Budget"), back), Crumb(act.title)],
            "back_url": back,
        }
        return render(request, "console/propose.html", context, status=status)
