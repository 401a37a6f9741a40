"""Registers and lists: what each holds, what of it is in force, and changing an entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import django_filters
from django import forms
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
from subsidy.applicants.models import Company
from subsidy.console import scope
from subsidy.programmes.models import Policy
from subsidy.registers.enums import Change, Register
from subsidy.registers.models import PriorAward, RegisterEntry
from subsidy.registers.selectors import current_awards, current_entries
from subsidy.web.acts import ActPage, act_form, find_act
from subsidy.web.components import Crumb, Preview, SummaryRow, Text, Tone
from subsidy.web.formats import day, pick
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import acting_of, moment_of
from workflows.common.refusals import Forbidden

STANDS: dict[str, tuple[Text, Tone]] = {
    "holds": (gettext_lazy("in force"), "done"),
    "later": (gettext_lazy("begins later"), "wait"),
    "over": (gettext_lazy("run out"), "plain"),
    "ended": (gettext_lazy("revoked or taken off"), "stop"),
}


def bureaus(request: HttpRequest) -> QuerySet[Any, Any]:
    """The bureaus whose registers the reader sees. Raises Forbidden for those who have no business here."""
    scope.standing(request)
    return grants_of(scope.person(request), on=moment_of(request).on, roles=SEES_CASES).values("authority")


def register_crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Registers and lists"), reverse("console:registers")), *more]


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every register with how many entries are in force today."""
    today = moment_of(request).on
    held = current_entries().filter(_in_force(today), authority__in=bureaus(request))
    counts: dict[str, int] = {}
    for kind in held.values_list("kind", flat=True):
        counts[kind] = counts.get(kind, 0) + 1
    rows = [(label, reverse("console:register", args=[name]), counts.get(name, 0)) for name, label in Register.choices]
    return render(request, "console/registers/index.html", {"rows": rows, "may_upload": _is_clerk(request)})


def _is_clerk(request: HttpRequest) -> bool:
    return Role.COUNTER in acting_of(request).roles


def _in_force(on: dt.date) -> Q:
    """Newest rows in force on a day: begun and not run out, or a renewal that lies ahead of a certificate in force.

    An ending that lies ahead still leaves its title in force.
    """
    begun = Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    before = Q(follows__valid_from__lte=on, follows__valid_to__gte=on) & ~Q(follows__change=Change.ENDED)
    renewed = Q(change=Change.RENEWED, valid_from__gt=on) & before
    return (begun & (~Q(change=Change.ENDED) | Q(effective_on__gt=on))) | renewed


def stands(entry: RegisterEntry, on: dt.date) -> str:
    """How a title stands on a day by its newest row, as a key of STANDS."""
    if entry.change == Change.ENDED and entry.effective_on <= on:
        return "ended"
    if entry.valid_from > on:
        before = entry.follows
        if entry.change == Change.RENEWED and before is not None and stands(before, on) == "holds":
            return "holds"
        return "later"
    return "over" if entry.valid_to is not None and entry.valid_to < on else "holds"


def entry_filter(today: dt.date) -> type[django_filters.FilterSet]:
    def by_day(entries: QuerySet[RegisterEntry], _name: str, value: dt.date) -> QuerySet[RegisterEntry]:
        return entries.filter(_in_force(value))

    def by_standing(entries: QuerySet[RegisterEntry], _name: str, value: str) -> QuerySet[RegisterEntry]:
        if value == "holds":
            return entries.filter(_in_force(today))
        if value == "ended":
            return entries.filter(change=Change.ENDED, effective_on__lte=today)
        living = entries.exclude(change=Change.ENDED, effective_on__lte=today).exclude(_in_force(today))
        return living.filter(valid_from__gt=today) if value == "later" else living.filter(valid_to__lt=today)

    class EntryFilter(django_filters.FilterSet):
        standing = django_filters.ChoiceFilter(
            label=_("State"),
            choices=[(name, words) for name, (words, _tone) in STANDS.items()],
            empty_label=_("all"),
            method=by_standing,
        )
        on = django_filters.DateFilter(
            label=_("In force on"), method=by_day, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )

    return EntryFilter


def entries_spec(kind: str, today: dt.date, *, clerk: bool) -> ListSpec:
    """One register: its newest rows, each leading to its change page for whoever keeps records."""
    return ListSpec(
        model=RegisterEntry,
        columns=(
            Column("company", _("Company"), value="company.name", link=_entry_url if clerk else None),
            Column("uscc", _("Credit code"), value="company.uscc"),
            Column("certificate_number", _("Certificate or number"), value=lambda one: one.certificate_number or None),
            Column("level", _("Level"), value=lambda one: one.level_name or None),
            Column("valid_from", _("First day"), kind="day", sort="from"),
            Column("valid_to", _("Last day"), kind="day"),
            Column("change", _("Last change"), value=lambda one: one.get_change_display()),
            Column("effective_on", _("With effect from"), kind="day"),
            Column(
                "stands",
                _("State"),
                value=lambda one: STANDS[stands(one, today)][0],
                kind="state",
                tone=lambda one: STANDS[stands(one, today)][1],
            ),
        ),
        sorts=(
            Sort("-id", _("Newest first"), ("-id",)),
            Sort("from", _("First day, earliest first"), ("valid_from", "id")),
            Sort("-from", _("First day, latest first"), ("-valid_from", "-id")),
        ),
        filterset=entry_filter(today),
        search=_find_entries,
        search_label=_("Number, company or credit code"),
        related=("company", "follows"),
        file_name=f"register-{kind}",
        empty_title=_("No entry"),
        empty_text=_("Nothing in this register fits what you asked for."),
    )


def _find_entries(entries: QuerySet[RegisterEntry], text: str) -> QuerySet[RegisterEntry]:
    return entries.filter(
        Q(certificate_number__iexact=text) | Q(company__uscc=text.upper()) | Q(company__name__icontains=text)
    )


def _entry_url(entry: RegisterEntry) -> str:
    return reverse("console:register-entry", args=[entry.pk])


@login_required
@require_safe
def register(request: HttpRequest, kind: str) -> HttpResponseBase:
    if kind not in Register.values:
        raise Http404("There is no such register.")
    today = moment_of(request).on
    entries = current_entries().filter(authority__in=bureaus(request), kind=kind)
    label = Register(kind).label
    context = {"title": label, "crumbs": register_crumbs(Crumb(label)), "may_upload": _is_clerk(request)}
    spec = entries_spec(kind, today, clerk=_is_clerk(request))
    return respond(request, spec, [entries], "console/registers/list.html", context)


def awards_spec(titles: Mapping[str, str]) -> ListSpec:
    """The list of earlier awards; `titles` are those of the bureau's policies by code. Other measures keep their code."""
    return ListSpec(
        model=PriorAward,
        columns=(
            Column("company", gettext_lazy("Company"), value="company.name"),
            Column("uscc", gettext_lazy("Credit code"), value="company.uscc"),
            Column("pack", gettext_lazy("Measure"), value=lambda one: titles.get(one.pack, one.pack)),
            Column("title", gettext_lazy("Title of the award"), value=lambda one: one.title or None),
            Column("group", gettext_lazy("Group"), value=lambda one: one.group or None, shown=False),
            Column("conferred_on", gettext_lazy("Conferred on"), kind="day", sort="on"),
            Column("document_number", gettext_lazy("Decree")),
            Column("amount_fen", gettext_lazy("Amount"), kind="yuan"),
        ),
        sorts=(
            Sort("-id", gettext_lazy("Newest first"), ("-id",)),
            Sort("on", gettext_lazy("Conferred, earliest first"), ("conferred_on", "id")),
            Sort("-on", gettext_lazy("Conferred, latest first"), ("-conferred_on", "-id")),
        ),
        search=lambda awards, text: awards.filter(
            Q(company__uscc=text.upper()) | Q(company__name__icontains=text) | Q(document_number=text) | Q(pack=text)
        ),
        search_label=gettext_lazy("Company, credit code, measure or decree"),
        related=("company",),
        file_name="earlier-awards",
        empty_title=gettext_lazy("No earlier award"),
        empty_text=gettext_lazy("Import what was granted before this system: windows and caps count it."),
    )


@login_required
@require_safe
def awards(request: HttpRequest) -> HttpResponseBase:
    """Awards from before this system, as last stated."""
    held = current_awards().filter(authority__in=bureaus(request))
    policies = Policy.objects.filter(authority__in=bureaus(request)).values_list("code", "title_zh", "title_en")
    titles = {code: pick(zh, en) for code, zh, en in policies}
    title = _("Earlier awards")
    context = {"title": title, "crumbs": register_crumbs(Crumb(title)), "may_upload": _is_clerk(request)}
    return respond(request, awards_spec(titles), [held], "console/registers/list.html", context)


class EntryAct(ActPage):
    """Renewing, correcting or ending one entry, or changing its level; above it all that was said before."""

    kind = "company"
    action = "change_entry"
    template_name = "console/registers/entry.html"
    done_message = gettext_lazy("The register holds a new row; the one before stays in its history.")

    def entry(self) -> RegisterEntry:
        rows = RegisterEntry.objects.filter(authority__in=bureaus(self.request)).select_related("company")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_subject(self) -> Company:
        return self.entry().company

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.get_subject()
        if not _is_clerk(request):
            raise Forbidden
        act = find_act(self.kind, subject, self.action)
        initial = {"entry": self.kwargs["pk"], "effective_on": moment_of(request).on}
        return self.page(subject, act, act_form(act, subject, initial=initial))

    def data(self, subject: Company) -> dict[str, Any]:
        return {**super().data(subject), "entry": self.kwargs["pk"]}

    def success_url(self, subject: Company) -> str:
        return reverse("console:register", args=[RegisterEntry.objects.get(pk=self.kwargs["pk"]).kind])

    def crumbs(self, subject: Company) -> list[Crumb]:
        return register_crumbs(Crumb(self.entry().register_name, self.success_url(subject)), Crumb(subject.name))

    def preview(self, subject: Company) -> Preview:
        return Preview(changes=(_("A row is added after the newest one of this entry; nothing is overwritten."),))

    def context(self, subject: Company) -> dict[str, Any]:
        row: RegisterEntry | None = self.entry()
        rows = [SummaryRow(_("Company"), subject.name)]
        while row is not None:
            last = day(row.valid_to) if row.valid_to else "…"
            said = f"{row.certificate_number} {row.level_name} {day(row.valid_from)} – {last}".strip()
            rows.append(SummaryRow(f"{row.get_change_display()} {day(row.effective_on)}", said, source=row.reason))
            row = row.follows
        return {"rows": rows}
