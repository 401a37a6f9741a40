"""The public register of the titles that this program's bureaus have conferred: searched, filtered, exported."""

from __future__ import annotations

import datetime as dt

import django_filters
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from subsidy.public.lists import BureauFilter, bureau_name
from subsidy.registers.enums import LISTS, Change, Register
from subsidy.registers.models import RegisterEntry
from subsidy.registers.selectors import current_entries
from subsidy.web.components import Text, Tone
from subsidy.web.lists import Column, ListSpec, Sort, respond
from subsidy.web.person import moment_of

VALID, OVER, ENDED = "valid", "over", "ended"
STATES = ((VALID, _("valid")), (OVER, _("ended by its date")), (ENDED, _("taken back")))
TONES: dict[str, Tone] = {VALID: "done", OVER: "plain", ENDED: "stop"}


def conferred() -> QuerySet[RegisterEntry]:
    """The titles as they stand last. What lists of other offices bring is theirs to publish."""
    return current_entries().filter(case_key__isnull=False).exclude(kind__in=LISTS)


def state_of(entry: RegisterEntry, on: dt.date) -> str:
    if entry.change == Change.ENDED and entry.effective_on <= on:
        return ENDED
    return OVER if entry.valid_to is not None and entry.valid_to < on else VALID


def in_state(state: str, on: dt.date) -> Q:
    """The same as a condition."""
    ended = Q(change=Change.ENDED, effective_on__lte=on)
    over = Q(valid_to__lt=on)
    return {VALID: ~ended & ~over, OVER: ~ended & over, ENDED: ended}[state]


def _words(entry: RegisterEntry, on: dt.date) -> Text:
    return dict(STATES)[state_of(entry, on)]


def _filter(on: dt.date) -> type[django_filters.FilterSet]:
    class TitleFilter(BureauFilter):
        register = django_filters.ChoiceFilter(
            label=_("Register"),
            field_name="kind",
            choices=[(one.value, one.label) for one in Register if one not in LISTS],
            empty_label=_("all"),
        )
        state = django_filters.ChoiceFilter(
            label=_("State"),
            choices=STATES,
            empty_label=_("all"),
            method=lambda rows, _name, value: rows.filter(in_state(value, on)),
        )

    return TitleFilter


def titles(on: dt.date) -> ListSpec:
    return ListSpec(
        model=RegisterEntry,
        columns=(
            Column("company", _("Company"), value=lambda one: one.company.name),
            Column("uscc", _("Unified social credit code"), value=lambda one: one.company.uscc),
            Column("title", _("Title"), value=lambda one: one.title_name),
            Column("level", _("Level"), value=lambda one: one.level_name),
            Column("certificate", _("Certificate or document number"), value="certificate_number"),
            Column("valid_from", _("Valid from"), kind="day"),
            Column("valid_to", _("Valid to"), kind="day", sort="ends"),
            Column(
                "state",
                _("State"),
                kind="state",
                value=lambda one: _words(one, on),
                tone=lambda one: TONES[state_of(one, on)],
            ),
            Column("bureau", _("Bureau"), value=bureau_name),
        ),
        sorts=(
            Sort("newest", _("Newest first"), ("-id",)),
            Sort("ends", _("Last day, earliest first"), ("valid_to",)),
        ),
        filterset=_filter(on),
        search=lambda rows, text: rows.filter(
            Q(company__name__icontains=text) | Q(company__uscc=text.strip()) | Q(certificate_number__icontains=text)
        ),
        search_label=_("Company, credit code or certificate number"),
        related=("company", "authority"),
        file_name="recognitions",
        empty_title=_("No recognition is on this list"),
        empty_text=_("Recognitions appear here when they are decreed."),
    )


@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    return respond(request, titles(moment_of(request).on), [conferred()], "public/recognitions.html")
