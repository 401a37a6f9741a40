"""One thing that the state knows of a company: who says so, since when, and what was held before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from policies.language import FactDef
from policies.language.model import RecordDef
from subsidy.applicants.models import Company, CompanyFact
from subsidy.applicants.selectors import held_of, history_of
from subsidy.decisions.facts import Known, fact_definitions, held_on, known_alone
from subsidy.decisions.rows import Reads
from subsidy.portal.access import my_company
from subsidy.web.components import Crumb, SummaryRow, Text
from subsidy.web.facts import fact_shown, source_words, value_words
from subsidy.web.formats import day, pick
from subsidy.web.person import moment_of


class FactPage(LoginRequiredMixin, View):
    """A fact or list of the reader's own company."""

    def get(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        company = my_company(request, pk)
        definition = fact_definitions(company.authority_id).get(name)
        rows = list(history_of(company.pk, name))
        if definition is None and not rows:
            raise Http404("Nothing of that name is held of this company.")
        today = moment_of(request).on
        known = Known(name)
        if definition:
            held = held_on(company.pk, Reads({name: definition}), on=today)
            known = known_alone(definition, held, filed_on=today)
        shown = fact_shown(known, definition, rows)
        here = Crumb(company.name, reverse("portal:company", args=[company.pk]))
        crumbs = [Crumb(_("My page"), reverse("portal:home")), here, Crumb(shown.label)]
        return render(request, "portal/fact.html", {"company": company, "shown": shown, "crumbs": crumbs})


def facts_by_source(company: Company) -> list[tuple[Text, list[SummaryRow]]]:
    """What is held of the company now, by who says so, each with its day and the way to its history."""
    defs = fact_definitions(company.authority_id)
    scalars: dict[str, list[CompanyFact]] = {}
    lists: dict[tuple[str, str], list[CompanyFact]] = {}
    for row in held_of(company.pk):
        if row.list_name:
            lists.setdefault((row.source, row.list_name), []).append(row)
        else:
            scalars.setdefault(row.source, []).append(row)
    found = {source: [_fact_row(row, defs) for row in rows] for source, rows in scalars.items()}
    for (source, name), rows in lists.items():
        found.setdefault(source, []).append(_list_row(company, name, rows, defs))
    return [(source_words(source), shown) for source, shown in found.items()]


def _fact_row(row: CompanyFact, defs: Mapping[str, FactDef | RecordDef]) -> SummaryRow:
    definition = defs.get(row.name)
    label = pick(definition.text.zh, definition.text.en) if definition else row.name
    return SummaryRow(
        f"{label} ({row.period})" if row.period else label,
        value_words(definition if isinstance(definition, FactDef) else None, row),
        source=_("as of %(day)s") % {"day": day(row.as_of)},
        open_url=reverse("portal:fact", args=[row.company_id, row.name]),
    )


def _list_row(
    company: Company, name: str, rows: Sequence[CompanyFact], defs: Mapping[str, FactDef | RecordDef]
) -> SummaryRow:
    definition = defs.get(name)
    n = len({row.record_key for row in rows if row.record_key})
    return SummaryRow(
        pick(definition.text.zh, definition.text.en) if definition else name,
        ngettext("%(n)d record", "%(n)d records", n) % {"n": n},
        source=_("as of %(day)s") % {"day": day(max(row.as_of for row in rows))},
        open_url=reverse("portal:fact", args=[company.pk, name]),
    )
