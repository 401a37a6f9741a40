"""The lists of an application: what is filled in, correcting it record by record, calling it complete. No scripts needed."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from policies.language.model import RecordDef
from subsidy.cases.enums import CaseState
from subsidy.cases.models import AnswerRecord, Case
from subsidy.portal.access import my_case, my_filing
from subsidy.portal.sections import FILING, Filing, list_gaps_of, next_place
from subsidy.portal.views.application import crumbs_to
from subsidy.web import formats
from subsidy.web.acts import ActPage, act_form, find_act, sent
from subsidy.web.components import Crumb, Text
from subsidy.web.records import RecordShown, records_shown
from workflows.case.fields import spoken
from workflows.case.list_forms import FIELD, seen_of_list, seen_of_record
from workflows.common.acts import Act, ActForm

ON_A_PAGE = 50


class OfList(ActPage):
    """An act on one list of the reader's own application."""

    kind = "case"
    filing: Filing
    definition: RecordDef

    def get_subject(self) -> Case:
        case = my_case(self.request, self.kwargs["number"])
        self.filing = my_filing(self.request, case)
        definition = self.filing.lists.get(self.kwargs["name"])
        if definition is None:
            raise Http404(f"the policy does not ask the company for a list {self.kwargs['name']}")
        self.definition = definition
        return case

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def may_change(self) -> bool:
        return self.filing.editable(self.name)

    @property
    def list_page(self) -> str:
        return reverse("portal:list", args=[self.filing.case.number, self.name])

    def data(self, subject: Case) -> dict[str, Any]:
        return {**sent(self.request), "list": self.name}

    def shown(self, rows: Any) -> list[RecordShown]:
        number, may = self.filing.case.number, self.may_change

        def to(page: str) -> Any:
            return lambda row: reverse(f"portal:{page}", args=[number, self.name, row.pk])

        return records_shown(
            self.definition,
            rows,
            paper=lambda row: reverse("portal:file", args=[number, row.evidence_id]),
            change=to("list-record") if may else None,
            remove=to("list-remove") if may else None,
        )

    @property
    def help(self) -> str:
        return spoken(self.definition.help) if self.definition.help else ""


class ListPage(OfList):
    """The list as it stands, and the word that it is complete."""

    action = "confirm_list"
    template_name = "portal/list.html"
    done_message = gettext_lazy("Saved.")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.get_subject()
        act = find_act(self.kind, subject, self.action)
        head = self.filing.answers.get(self.name)
        initial = {"list": self.name, "complete": None if head is None else head.integer == 1}
        return self.page(subject, act, act_form(act, subject, initial=initial))

    def crumbs(self, subject: Case) -> list[Crumb]:
        return crumbs_to(subject, self.above(subject), Crumb(spoken(self.definition.text)))

    def above(self, subject: Case) -> Crumb:
        if subject.state == CaseState.AWAITING_CORRECTION:
            return Crumb(_("Correction"), reverse("portal:correction", args=[subject.number]))
        if subject.state == CaseState.DRAFT:
            return Crumb(_("Sections"), reverse("portal:tasks", args=[subject.number]))
        return Crumb(_("Answers and documents"), reverse("portal:check", args=[subject.number]))

    def success_url(self, subject: Case) -> str:
        if subject.state == CaseState.AWAITING_CORRECTION:
            return reverse("portal:correction", args=[subject.number])
        return next_place(self.filing, self.name)

    def context(self, subject: Case) -> dict[str, Any]:
        rows = self.filing.records.get(self.name, ())
        page = Paginator(rows, ON_A_PAGE).get_page(self.request.GET.get("page"))
        kept = sum(not row.removed for row in rows)
        papers = {paper.id: spoken(paper.text) for paper in self.filing.pack.documents}
        return {
            "case": subject,
            "title": spoken(self.definition.text),
            "name": self.name,
            "help": self.help,
            "proofs": formats.pick("、", ", ").join(papers.get(paper, paper) for paper in self.definition.proof),
            "counted": ngettext("%(n)d record", "%(n)d records", kept) % {"n": kept},
            "gaps": list_gaps_of(self.filing, self.name) if subject.state in FILING else [],
            "records": self.shown(page),
            "page": page,
            "seen": seen_of_list(subject, self.name),
            "may_file": self.filing.may_file,
            "may_change": self.may_change,
            "filing_now": subject.state in FILING,
            "back_url": self.above(subject).url,
        }


class RecordPage(OfList):
    """One record: a new one, or one that is corrected."""

    action = "save_record"
    template_name = "portal/record.html"
    done_message = gettext_lazy("The record is saved.")

    def get_subject(self) -> Case:
        case = super().get_subject()
        self.row: AnswerRecord | None = None
        if "record" in self.kwargs:
            rows = self.filing.records.get(self.name, ())
            self.row = next((row for row in rows if row.pk == self.kwargs["record"]), None)
            if self.row is None:
                raise Http404(f"no record {self.kwargs['record']} in this list")
        return case

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.get_subject()
        if not self.may_change:
            return redirect(self.list_page)
        act = find_act(self.kind, subject, self.action)
        return self.page(subject, act, act_form(act, subject, initial=self.initial()))

    def initial(self) -> dict[str, Any]:
        found: dict[str, Any] = {"list": self.name}
        if self.row is not None:
            found |= {"record": self.row.pk, "reason": self.row.reason}
            found |= {FIELD + name: value for name, value in self.row.values.items()}
        return found

    def data(self, subject: Case) -> dict[str, Any]:
        return {**super().data(subject), "record": self.row.pk if self.row else ""}

    def page(self, subject: Any, act: Act, form: ActForm | None, *, status: int = 200) -> HttpResponse:
        assert form is not None, "both acts of a record have a form"
        form.use_required_attribute = False
        for name, fact in self.definition.fields.items():
            field = form.fields.get(FIELD + name)
            unit = formats.pick("元", "yuan") if fact.kind == "money" else fact.unit
            if field is not None and unit:
                field.label = formats.pick(f"{field.label}（{unit}）", f"{field.label} ({unit})")
        return super().page(subject, act, form, status=status)

    def heading(self, subject: Case, act: Act) -> Text:
        of = spoken(self.definition.text)
        said = _("Add a record") if self.row is None else _("Correct %(key)s") % {"key": self.row.record_key}
        return formats.pick(f"{said}：{of}", f"{said}: {of}")

    def crumbs(self, subject: Case) -> list[Crumb]:
        here = Crumb(spoken(self.definition.text), self.list_page)
        return crumbs_to(subject, here, Crumb(str(self.heading(subject, find_act(self.kind, subject, self.action)))))

    def success_url(self, subject: Case) -> str:
        return self.list_page

    def context(self, subject: Case) -> dict[str, Any]:
        return {
            "case": subject,
            "live": None,
            "help": self.help,
            "records": self.shown([self.row]) if self.row is not None and self.row.stored is not None else [],
            "seen": seen_of_record(self.row),
        }


class RemovePage(RecordPage):
    """Taking a record out; one of a source with reason and proof."""

    action = "remove_record"
    done_message = gettext_lazy("The record is out of the list.")

    def heading(self, subject: Case, act: Act) -> Text:
        assert self.row is not None, "the address names it"
        said = _("Remove %(key)s") % {"key": self.row.record_key}
        return formats.pick(f"{said}：{spoken(self.definition.text)}", f"{said}: {spoken(self.definition.text)}")
