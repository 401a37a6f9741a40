"""A page for each input of a decision: what counts, what each source says, its history, and overriding it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from policies.language import FactDef
from policies.language.model import RecordDef
from subsidy.accounts.enums import Role
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import Company, CompanyFact
from subsidy.applicants.selectors import history_of
from subsidy.cases.models import AnswerRecord, Case
from subsidy.console import scope
from subsidy.console.cases import crumbs_to
from subsidy.decisions.facts import CASE_DAYS, Known, gathered
from subsidy.programmes.packs import pack_of
from subsidy.web.acts import ActPage, act_form, find_act, sent
from subsidy.web.components import Crumb, Preview, Text
from subsidy.web.facts import fact_shown, said_by, source_words, value_words
from subsidy.web.formats import pick
from subsidy.web.person import acting_of, moment_of
from subsidy.web.records import records_shown
from workflows.common.acts import Act


def definition_of(case: Case, name: str) -> FactDef | RecordDef:
    """What the pinned policy says of an input of that name (Http404 for none such and for days of the case)."""
    pack = pack_of(case.policy_version)
    found = pack.facts.get(name) or pack.records.get(name)
    if found is None or name in CASE_DAYS:
        raise Http404("This policy reads no such fact.")
    return found


def may_be_set(definition: FactDef | RecordDef) -> bool:
    """Whether an officer may set a value against the sources: not a list, and nothing that the system knows by rule."""
    return isinstance(definition, FactDef) and definition.source != FactSource.SYSTEM


def known_of(request: HttpRequest, case: Case, name: str) -> Known:
    return gathered(case, pack_of(case.policy_version), on=moment_of(request).on)[name]


@require_GET
@login_required
def of_case(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One input of the decision on a case."""
    scope.standing(request)
    case = scope.case_for_officer(request, number)
    definition, known = definition_of(case, name), known_of(request, case, name)
    finding = case.findings.order_by("-id").first()
    shown = fact_shown(known, definition, history_of(case.company_id, name))
    context = {
        "case": case,
        "name": name,
        "shown": shown,
        "records": records_shown(definition, known.records, paper=lambda row: _paper_url(case, row))
        if isinstance(definition, RecordDef)
        else [],
        "asks": source_words(definition.source),
        "decided": finding.made_at if finding else None,
        "override": override_of(case.company, name),
        "may_override": may_be_set(definition) and Role.ACCEPTANCE in acting_of(request).roles,
        "import_url_name": "console:sources-import",
        "crumbs": crumbs_to(case, Crumb(shown.label)),
    }
    return render(request, "console/fact.html", context)


def _paper_url(case: Case, row: AnswerRecord) -> str:
    return reverse("console:case", args=[case.number]) + f"?file={row.evidence_id}#evidence"


def override_of(company: Company, name: str) -> CompanyFact | None:
    """The override in force of one fact, if an officer made one."""
    rows = CompanyFact.objects.filter(company=company, name=name, list_name="", superseded_at__isnull=True)
    return rows.filter(source=FactSource.OFFICER).exclude(reason="").order_by("-id").first()


class FactAct(ActPage):
    """An act on one fact of the company of a case; its page stays with the case."""

    kind = "company"

    def get_subject(self) -> Company:
        scope.standing(self.request)
        self.case = scope.case_for_officer(self.request, self.kwargs["number"])
        self.definition = definition_of(self.case, self.kwargs["name"])
        if not may_be_set(self.definition):
            raise Http404("A list is changed by its source only, and what the system knows by rule by nobody.")
        return self.case.company

    @property
    def label(self) -> str:
        return pick(self.definition.text.zh, self.definition.text.en)

    def success_url(self, subject: Company) -> str:
        return reverse("console:case-fact", args=[self.case.number, self.kwargs["name"]])

    def crumbs(self, subject: Company) -> list[Crumb]:
        act = find_act(self.kind, subject, self.get_action())
        return crumbs_to(self.case, Crumb(self.label, self.success_url(subject)), Crumb(act.title))

    def heading(self, subject: Company, act: Act) -> Text:
        return f"{act.title}{pick('：', ': ')}{self.label}"


class Override(FactAct):
    action = "override_fact"
    done_message = gettext_lazy("The value is set. What the sources say stays beside it.")

    def data(self, subject: Company) -> dict[str, Any]:
        return {**sent(self.request), "name": self.kwargs["name"]}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.get_subject()
        act = find_act(self.kind, subject, self.action)
        initial = {"name": self.kwargs["name"], "as_of": moment_of(request).on}
        return self.page(subject, act, act_form(act, subject, initial=initial))

    def preview(self, subject: Company) -> Preview:
        known = known_of(self.request, self.case, self.kwargs["name"])
        assert isinstance(self.definition, FactDef)
        now = value_words(self.definition, known.row) if known.is_known else _("not known")
        return Preview(
            changes=(
                _("Instead of %(value)s, your value counts for every open case of this company.") % {"value": now},
                _("The company and everyone who checks the case see the value, your name and the reason."),
            )
        )


class EndOverride(FactAct):
    action = "end_override"
    done_message = gettext_lazy("The override has ended. The sources count again.")

    def found(self) -> CompanyFact:
        found = override_of(self.case.company, self.kwargs["name"])
        if found is None:
            raise Http404("Nobody has overridden this fact.")
        return found

    def data(self, subject: Company) -> dict[str, Any]:
        return {**sent(self.request), "fact": self.found().pk}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.get_subject()
        act = find_act(self.kind, subject, self.action)
        return self.page(subject, act, act_form(act, subject, initial={"fact": self.found().pk}))

    def preview(self, subject: Company) -> Preview:
        found = override_of(self.case.company, self.kwargs["name"])
        # Only facts are overridden, no lists of records: get_subject sees to it.
        said = f"{value_words(self.definition, found)} ({said_by(found)})" if found else ""  # type: ignore[arg-type]
        return Preview(changes=(_("No longer counts: %(value)s") % {"value": said},))
