"""The parts of an application as pages show them: sections with their state, answers, known facts, documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policies.language import ABSENT, FactDef, Pack, PolicyError, format_value, required_documents
from policies.language.model import RecordDef
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import CompanyFact
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Answer, AnswerRecord, Case
from subsidy.cases.papers import papers_filed
from subsidy.cases.selectors import answers_of, records_of
from subsidy.cases.values import is_asked, value_of
from subsidy.decisions.facts import assembled, facts_of, filed_on, held_on
from subsidy.decisions.rows import Reads
from subsidy.documents.models import StoredFile
from subsidy.programmes.packs import pack_of
from subsidy.web import formats
from subsidy.web.components import File, SummaryRow, Task, TaskState
from workflows.case.fields import spoken
from workflows.case.forms import AnswersForm, asked_lists, open_item_names
from workflows.case.lists import gaps_of_list

OTHER = "other"
FILING = (CaseState.DRAFT, CaseState.AWAITING_CORRECTION)


@dataclass(frozen=True)
class Part:
    """A section of the form: the facts that the company is asked for, and those that the state knows itself."""

    name: str
    title: str
    asked: Sequence[FactDef]
    known: Sequence[FactDef]


@dataclass
class Filing:
    """An application with what its pages need of it, read once: three queries and those of the policy's cache."""

    case: Case
    pack: Pack
    answers: Mapping[str, Answer]
    known: Mapping[str, CompanyFact]
    too_old: Mapping[str, dt.date]
    records: Mapping[str, Sequence[AnswerRecord]]
    files: Sequence[StoredFile]
    required: frozenset[str]
    named: frozenset[str] = field(default_factory=frozenset)
    may_file: bool = False

    @property
    def parts(self) -> list[Part]:
        return parts_of(self.pack)

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts if part.name == name), None)

    @property
    def lists(self) -> Mapping[str, RecordDef]:
        """The lists that the company is asked for."""
        return asked_lists(self.pack)

    def held(self, slot: str) -> list[StoredFile]:
        return [file for file in self.files if file.slot == slot]

    def editable(self, name: str) -> bool:
        """Whether this reader may change the fact or document now: all in a draft, in a correction what it names."""
        if not self.may_file:
            return False
        if self.case.state == CaseState.AWAITING_CORRECTION:
            return name in self.named
        return self.case.state == CaseState.DRAFT


def filing_of(case: Case, *, on: dt.date, may_file: bool) -> Filing:
    """Read an application; `may_file` says whether its reader has the right to change it."""
    pack = pack_of(case.policy_version)
    try:
        required = required_documents(pack, facts_of(case, pack, on=on))
    except PolicyError:
        # Facts that the version cannot read (a day on which it is not in force): the page of the result says so.
        required = tuple(document.id for document in pack.documents if document.required)
    correcting = case.state == CaseState.AWAITING_CORRECTION
    held = held_on(case.company_id, Reads.of(pack), on=on, case_id=case.pk)
    known = assembled(pack, held, filed_on=filed_on(case, on), on=on)
    return Filing(
        case=case,
        pack=pack,
        answers=answers_of(case),
        known={name: one.row for name, one in known.items() if isinstance(one.row, CompanyFact) and one.is_held},
        too_old={name: one.too_old for name, one in known.items() if one.too_old is not None},
        records=records_of(case) if asked_lists(pack) else {},
        files=list(papers_filed(case).filter(replaced_at__isnull=True)),
        required=frozenset(required),
        named=frozenset(open_item_names(case)) if correcting else frozenset(),
        may_file=may_file,
    )


def parts_of(pack: Pack) -> list[Part]:
    """The sections in the pack's order; facts without one stand in a last section of their own."""
    found: list[Part] = []
    for name, title in [*((name, spoken(text)) for name, text in pack.sections.items()), (None, _("Other questions"))]:
        facts = [fact for fact in pack.facts.values() if fact.section == name and fact.source != "system"]
        if facts:
            asked = [fact for fact in facts if is_asked(fact)]
            found.append(Part(name or OTHER, title, asked, [fact for fact in facts if not is_asked(fact)]))
    return found


def tasks_of(filing: Filing) -> list[Task]:
    """The task list of a draft: every section and list, the documents, and checking the answers at the end."""
    number = filing.case.number
    tasks = [
        Task(
            part.title, _state(filing, part), reverse("portal:section", args=[number, part.name]), _note(filing, part)
        )
        for part in filing.parts
    ]
    tasks += [
        Task(spoken(record.text), _list_state(filing, name), list_url(filing, name), _list_note(filing, name))
        for name, record in filing.lists.items()
    ]
    tasks.append(Task(_("Documents"), _documents_state(filing), reverse("portal:documents", args=[number])))
    ready = all(task.state == "done" for task in tasks)
    tasks.append(
        Task(
            _("Check your answers and submit"),
            "not_started" if ready else "blocked",
            reverse("portal:check", args=[number]) if ready else "",
            "" if ready else _("Complete the other sections first."),
        )
    )
    return tasks


def next_place(filing: Filing, after: str) -> str:
    """Where "save and continue" leads: the next section with questions, then the lists, then the documents."""
    number = filing.case.number
    urls = {part.name: reverse("portal:section", args=[number, part.name]) for part in filing.parts if part.asked}
    urls |= {name: list_url(filing, name) for name in filing.lists}
    names = list(urls)
    rest = names[names.index(after) + 1 :] if after in names else names
    return urls[rest[0]] if rest else reverse("portal:documents", args=[number])


def list_url(filing: Filing, name: str) -> str:
    """The page of a list that the company is asked for."""
    return reverse("portal:list", args=[filing.case.number, name])


def list_gaps_of(filing: Filing, name: str) -> list[str]:
    """What a list still lacks."""
    return gaps_of_list(filing.lists[name], filing.answers.get(name), filing.records.get(name, ()))


def _list_state(filing: Filing, name: str) -> TaskState:
    if not list_gaps_of(filing, name):
        return "done"
    return "started" if filing.records.get(name) or name in filing.answers else "not_started"


def _list_note(filing: Filing, name: str) -> str:
    held = [row for row in filing.records.get(name, ()) if row.stored is not None]
    if held and list_gaps_of(filing, name):
        return _("Prefilled from what the state already knows; look through it and confirm.")
    return ""


def list_row(filing: Filing, name: str, gaps: Mapping[str, Sequence[str]]) -> SummaryRow:
    """A list to check: how many records, whether the company calls it complete, and the way to it."""
    kept = [row for row in filing.records.get(name, ()) if not row.removed]
    head = filing.answers.get(name)
    counted = ngettext("%(n)d record", "%(n)d records", len(kept)) % {"n": len(kept)}
    if head is None or head.prefilled_from_id is not None:
        said = _("%(records)s, not confirmed yet")
    else:
        said = _("%(records)s, complete") if head.integer == 1 else _("%(records)s, not complete")
    return SummaryRow(
        spoken(filing.lists[name].text),
        said % {"records": counted},
        change_url=list_url(filing, name),
        wrong=" ".join(gaps.get(name, ())),
    )


def _state(filing: Filing, part: Part) -> TaskState:
    answered = [filing.answers[fact.name] for fact in part.asked if fact.name in filing.answers]
    if len(answered) == len(part.asked) and not any(answer.prefilled_from_id for answer in answered):
        return "done"
    return "started" if answered else "not_started"


def _note(filing: Filing, part: Part) -> str:
    if not part.asked:
        return _("Taken from registers and offices; nothing to enter.")
    prefilled = any(fact.name in filing.answers and filing.answers[fact.name].prefilled_from_id for fact in part.asked)
    return _("Prefilled from what the state already knows; check and save.") if prefilled else ""


def _documents_state(filing: Filing) -> TaskState:
    held = {file.slot for file in filing.files}
    if filing.required <= held:
        return "done"
    return "started" if held else "not_started"


def answers_form(filing: Filing, names: Sequence[str], data: Mapping[str, Any] | None = None) -> AnswersForm:
    """The door's own form for these facts; a missing name counts as left empty (an unchosen radio is not sent)."""
    if data is not None:
        return AnswersForm({name: data.get(name, "") for name in names}, subject=filing.case)
    values = {name: value_of(answer) for name, answer in filing.answers.items()}
    initial = {name: "" if value is ABSENT else value for name, value in values.items()}
    form = AnswersForm(subject=filing.case, initial=initial)
    for name in [name for name in form.fields if name not in names]:
        del form.fields[name], form.facts[name]
    return form


def dress(form: AnswersForm, filing: Filing) -> AnswersForm:
    """Add what the reader needs to each field: unit, "leave empty", where a prefilled value comes from.

    The form itself requires nothing, so that a half-filled draft can be saved; only its labels tell what is optional.
    """
    form.use_required_attribute = False
    for name, shown in form.fields.items():
        fact = filing.pack.facts[name]
        shown.required = not fact.optional
        unit = formats.pick("元", "yuan") if fact.kind == "money" else fact.unit
        if unit:
            shown.label = formats.pick(f"{shown.label}（{unit}）", f"{shown.label} ({unit})")
        shown.help_text = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in _help(filing, fact, shown)))  # nosec B308
    return form


def _help(filing: Filing, fact: FactDef, shown: forms.Field) -> list[str]:
    lines = [str(shown.help_text)] if shown.help_text else []
    if fact.optional:
        lines.append(_("Leave this empty if there is none, and save the page all the same."))
    known = filing.known.get(fact.name)
    if known is not None:
        lines.append(
            _("Known to the state: %(value)s (%(source)s).")
            % {"value": value_text(fact, known), "source": source_text(known)}
        )
        if fact.name in filing.too_old:
            lines.append(
                _("That is too long ago to count by itself: check it, and save the page as your own statement.")
            )
    proofs = [spoken(paper.text) for paper in filing.pack.documents if paper.id in fact.proof]
    if proofs:
        lines.append(_("To be proved by: %(papers)s.") % {"papers": formats.pick("、", ", ").join(proofs)})
    return lines


def value_text(fact: FactDef, row: Answer | CompanyFact) -> str:
    """The value in the active language."""
    return format_value(fact, value_of(row), formats.pick("zh", "en"))


def source_text(row: CompanyFact) -> str:
    """Who says so, and as of when."""
    return _("%(source)s, as of %(day)s") % {"source": FactSource(row.source).label, "day": formats.day(row.as_of)}


def known_rows(filing: Filing, part: Part) -> list[SummaryRow]:
    """What the state knows itself in this section, with its source; what it does not know yet is said."""
    rows = []
    for fact in part.known:
        row = filing.known.get(fact.name)
        unknown = _("not known yet; the bureau asks: %(source)s") % {"source": FactSource(fact.source).label}
        rows.append(
            SummaryRow(
                spoken(fact.text),
                value_text(fact, row) if row else unknown,
                source=source_text(row) if row else "",
                conflict=_too_old(fact) if fact.name in filing.too_old else "",
            )
        )
    return rows


def _too_old(fact: FactDef) -> str:
    source = FactSource(fact.asks or fact.source).label
    return _("too long ago, so it counts as not known; the bureau asks: %(source)s") % {"source": source}


def answer_rows(filing: Filing, part: Part, gaps: Mapping[str, Sequence[str]]) -> list[SummaryRow]:
    """The answers of a section to check, each with the way to its field."""
    return [_answer_row(filing, part, fact, gaps) for fact in part.asked]


def _answer_row(filing: Filing, part: Part, fact: FactDef, gaps: Mapping[str, Sequence[str]]) -> SummaryRow:
    answer = filing.answers.get(fact.name)
    source = answer.prefilled_from if answer is not None else None
    return SummaryRow(
        label=spoken(fact.text),
        value=value_text(fact, answer) if answer is not None else _("not answered"),
        change_url=_change_url(filing, part, fact),
        source=source_text(source) if source is not None else "",
        wrong=" ".join(gaps.get(fact.name, ())),
    )


def _change_url(filing: Filing, part: Part, fact: FactDef) -> str:
    if not filing.editable(fact.name):
        return ""
    field_id = f"#id_{fact.name}{'_0' if fact.kind == 'yes_no' else ''}"
    if filing.case.state == CaseState.AWAITING_CORRECTION:
        return reverse("portal:correction", args=[filing.case.number]) + field_id
    return reverse("portal:section", args=[filing.case.number, part.name]) + field_id


def document_rows(filing: Filing, gaps: Mapping[str, Sequence[str]]) -> list[SummaryRow]:
    """Which papers are there, slot by slot."""
    rows = []
    for paper in filing.pack.documents:
        names = [file.name for file in filing.held(paper.id)]
        absent = _("not added") if paper.id in filing.required else _("not added (not needed)")
        url = reverse("portal:documents", args=[filing.case.number]) + f"#slot-{paper.id}"
        rows.append(
            SummaryRow(
                spoken(paper.text),
                formats.pick("、", ", ").join(names) or absent,
                change_url=url if filing.editable(paper.id) else "",
                wrong=" ".join(gaps.get(paper.id, ())),
            )
        )
    return rows


def shown_file(filing: Filing, file: StoredFile) -> File:
    """A document as a list shows it."""
    return File(
        name=file.name,
        url=reverse("portal:file", args=[filing.case.number, file.pk]),
        octets=file.size,
        at=file.uploaded_at,
        remove_url=reverse("portal:remove", args=[filing.case.number, file.pk]) if filing.editable(file.slot) else "",
    )
