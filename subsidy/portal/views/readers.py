"""Who looked at the company's data, and when: officers by name, experts without."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from subsidy.accounts.enums import UserKind
from subsidy.audit.models import Event
from subsidy.audit.reads import reads_of_company
from subsidy.cases.models import Case
from subsidy.portal.access import my_company
from subsidy.reporting.act_words import ACT_WORDS
from subsidy.web.components import Crumb, Text
from subsidy.web.lists import Column, ListSpec, Sort, respond


def _with_number(events: QuerySet[Any]) -> QuerySet[Any]:
    """Each event with the number of the case that was read, where it was one."""
    data = "(audit_event.body::jsonb) -> 'data'"
    case = RawSQL(  # nosec B611
        f"CASE WHEN {data} ->> 'kind' = 'case' THEN ({data} ->> 'subject')::bigint END", (), BigIntegerField()
    )
    number = Case.objects.filter(pk=OuterRef("case_id")).values("number")[:1]
    return events.annotate(case_id=case).annotate(number=Subquery(number))


def _who(event: Event) -> str:
    actor = json.loads(event.body)["actor"]
    return _("an expert") if actor["kind"] == UserKind.EXPERT else str(actor["name"] or actor["username"])


def _what(event: Event) -> Text:
    return ACT_WORDS[event.stream, event.action][1]


READS = ListSpec(
    model=Event,
    columns=(
        Column("at", gettext_lazy("When"), kind="instant"),
        Column("who", gettext_lazy("Who"), value=_who),
        Column("action", gettext_lazy("What was done"), value=_what),
        Column("number", gettext_lazy("Application"), value=lambda event: event.number or "—"),
    ),
    sorts=(
        Sort("newest", gettext_lazy("Newest first"), ("-id",)),
        Sort("oldest", gettext_lazy("Oldest first"), ("id",)),
    ),
    prepare=_with_number,
    file_name="readers",
    empty_title=gettext_lazy("Nobody has looked yet"),
    empty_text=gettext_lazy("Whoever opens a document or the accounts of the company appears here."),
)


class Readers(LoginRequiredMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        company = my_company(request, pk)
        context = {
            "company": company,
            "crumbs": [
                Crumb(_("My page"), reverse("portal:home")),
                Crumb(company.name, reverse("portal:company", args=[pk])),
                Crumb(_("Who looked at our data")),
            ],
        }
        return respond(request, READS, [reads_of_company(company.pk)], "portal/readers.html", context)
