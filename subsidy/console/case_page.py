"""What the review page of a case shows, put together for the templates."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from policies.language import Decision, FactDef, Pack, facts_to_json
from policies.language import Text as Bilingual
from policies.language.model import RecordDef
from policies.language.panel import outliers
from subsidy.accounts.enums import Role
from subsidy.applicants.models import CompanyFact
from subsidy.applicants.records import TypedValue
from subsidy.audit.moment import Moment
from subsidy.cases.enums import FINAL_STATES, CaseState
from subsidy.cases.models import Case, Correction, CorrectionItem
from subsidy.cases.words import progress_of, words_of
from subsidy.console.offers import holder_words
from subsidy.console.rules import amount_of, outcome_words, tree_of
from subsidy.decisions.facts import CASE_DAYS, Known, decision_of, gathered
from subsidy.decisions.models import Finding, RoundRow
from subsidy.documents.models import StoredFile
from subsidy.payouts.models import BatchLine
from subsidy.programmes.packs import pack_of
from subsidy.reporting.story import StoryEntry, story
from subsidy.reviews.enums import SeatState
from subsidy.reviews.models import Panel, Seat
from subsidy.web import formats
from subsidy.web.awards import PAPERS
from subsidy.web.components import Entry, File, KeyFact, Reason, Step, SummaryRow, Text
from subsidy.web.facts import conflict_words, list_words, said_by, source_words, value_words
from subsidy.work.models import WorkItem
from workflows.case.forms import asked_lists

HUNDREDTHS = 100
# Who makes the list or the batch for which a case waits that stands in none yet.
RESTS: dict[str, Role] = {CaseState.AWAITING_ROUND: Role.AMOUNT, CaseState.AWAITING_PAYMENT: Role.FINANCE_PREPARE}


@dataclass(frozen=True)
class Section:
    """One section of the pack's form with its facts."""

    title: str
    rows: Sequence[SummaryRow]


@dataclass(frozen=True)
class Rules:
    """What the pinned policy says: as pinned by the last finding, or as it stands today; `facts` as JSON."""

    tree: Sequence[Reason]
    trace: Sequence[Reason]
    outcome: str
    outcome_words: str
    tier: str
    amount_fen: int | None
    pinned: Finding | None
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class PanelShown:
    """The panel for officers: sealed until it has concluded."""

    sealed: int
    seats: int
    rows: Sequence[Seat] = ()
    mean: str = ""
    low: str = ""
    high: str = ""
    pass_mark: int = 0
    passed: bool = False
    concluded: bool = False
    outliers: Sequence[int] = ()


def stage_steps(case: Case) -> list[Step]:
    """The stages of the case's route with its place among them; one that ended early has only its end."""
    if case.state in FINAL_STATES and case.state not in (CaseState.PAID, CaseState.RECOGNISED):
        return [Step(case.get_state_display(), "stopped")]
    return [Step(label, place) for label, place in progress_of(case)]


def sections_of(case: Case, pack: Pack, *, on: dt.date, opens: bool = True) -> list[Section]:
    """Every fact and list of the pack but the days of the case, by section, with its source; three statements.

    Each opens (unless `opens` is false: for experts) its own page with every source and its history; sources that say
    something else are told at once.
    """
    known = gathered(case, pack, on=on)
    wrong = _wrong(case)
    by_section: dict[str, list[SummaryRow]] = {name: [] for name in pack.sections}
    for name, fact in pack.facts.items():
        if name in CASE_DAYS:
            continue
        by_section.setdefault(fact.section or "", []).append(
            SummaryRow(
                label=_spoken(fact.text),
                value=_shown(fact, known[name]),
                source=_source(fact, known[name].row),
                old=_old(wrong.get(name)),
                wrong=wrong[name].reason if name in wrong and not wrong[name].after else "",
                conflict=conflict_words(known[name], fact),
                open_url=_fact_url(case, name) if opens else "",
            )
        )
    for name, record in pack.records.items():
        by_section.setdefault("", []).append(_list_row(case, record, known[name], opens))
    titles = {name: _spoken(text) for name, text in pack.sections.items()}
    return [Section(titles.get(name, ""), rows) for name, rows in by_section.items() if rows]


def _old(item: CorrectionItem | None) -> str:
    """What stood there before a correction, when that changed it."""
    return item.before if item is not None and item.after not in ("", item.before) else ""


def _wrong(case: Case) -> dict[str, CorrectionItem]:
    return {item.name: item for correction in corrections_of(case) for item in correction.items.all()}


def corrections_of(case: Case) -> list[Correction]:
    """Its corrections with their items; read once for a case."""
    return list(case.corrections.prefetch_related(Prefetch("items")).order_by("id"))


def _fact_url(case: Case, name: str) -> str:
    return reverse("console:case-fact", args=[case.number, name])


def _list_row(case: Case, record: RecordDef, known: Known, opens: bool) -> SummaryRow:
    return SummaryRow(
        label=_spoken(record.text),
        value=list_words(known),
        source=_source(None, known.rows[0]) if known.rows else source_words(record.asks or record.source),
        conflict=conflict_words(known, None),
        open_url=_fact_url(case, record.name) if opens else "",
    )


def _shown(fact: FactDef, known: Known) -> str:
    if known.too_old is not None:
        return _("not known: held only as of %(day)s, too long ago") % {"day": formats.day(known.too_old)}
    return value_words(fact, known.row) if known.is_known else _("not known")


def _source(fact: FactDef | None, row: TypedValue | None) -> str:
    given = row if isinstance(row, CompanyFact) else getattr(row, "prefilled_from", None)
    if given is None:
        return source_words(fact.source) if fact is not None else ""
    return said_by(given)


def _spoken(text: Bilingual) -> str:
    return formats.pick(text.zh, text.en)


def document_titles(pack: Pack) -> dict[str, str]:
    titles = {document.id: _spoken(document.text) for document in pack.documents}
    papers = {slot: str(title) for slot, title in PAPERS.items()}
    return papers | titles | {name: _spoken(record.text) for name, record in asked_lists(pack).items()}


def files_shown(files: Iterable[StoredFile], pack: Pack) -> list[File]:
    titles = document_titles(pack)
    return [
        File(
            name=file.name,
            url=f"?file={file.pk}#evidence",
            octets=file.size,
            at=file.uploaded_at,
            what=titles.get(file.slot, file.slot),
            sha256=file.sha256,
        )
        for file in files
    ]


def rules_of(case: Case, *, now: Moment) -> Rules:
    """The last finding when there is one (what was decided must not change when facts do), else what holds today."""
    finding = case.findings.order_by("-id").first()
    found: Finding | Decision
    facts: Mapping[str, Any]
    if finding is not None:
        found, amount, facts = finding, finding.amount_fen, json.loads(finding.facts_text)
    else:
        pack, known, found = decision_of(case, now=now)
        amount, facts = found.amount, facts_to_json(pack, known)
    tiers = {tier.id: _spoken(tier.text) for tier in pack_of(case.policy_version).tiers}
    return Rules(
        tree=tree_of(found),
        trace=amount_of(found),
        outcome=found.outcome,
        outcome_words=outcome_words(found.outcome),
        tier=tiers.get(found.tier or "", found.tier or ""),
        amount_fen=amount,
        pinned=finding,
        facts=facts,
    )


def panel_of(case: Case, pack: Pack) -> PanelShown | None:
    """The newest panel. Points are read only once it has concluded."""
    panel = Panel.objects.filter(case=case).order_by("-id").first()
    if panel is None:
        return None
    seats = list(panel.seats.filter(state=SeatState.SEATED).select_related("expert").order_by("position"))
    sealed = sum(seat.scored_at is not None for seat in seats)
    if panel.concluded_at is None:
        return PanelShown(sealed=sealed, seats=len(seats))
    totals = [seat.total for seat in seats if seat.total is not None]
    spec = pack.route.panel
    mean, mark = case.score or 0, spec.pass_mark if spec else 0
    return PanelShown(
        sealed=sealed,
        seats=len(seats),
        rows=seats,
        mean=points(mean),
        low=points(min(totals)),
        high=points(max(totals)),
        pass_mark=mark,
        passed=mean >= mark * HUNDREDTHS,
        concluded=True,
        outliers=outliers(spec, {seat.position: seat.total for seat in seats if seat.total is not None})
        if spec
        else (),
    )


def points(hundredths: int | None) -> str:
    """Hundredths of a point as text: 8350 is 83.5."""
    if hundredths is None:
        return "—"
    whole, rest = divmod(hundredths, HUNDREDTHS)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")


def key_facts(case: Case, rules: Rules, panel: PanelShown | None) -> list[KeyFact]:
    facts = [KeyFact(_("By rule"), rules.outcome_words, note=rules.tier)]
    if rules.amount_fen is not None:
        facts.append(
            KeyFact(
                _("Amount by rule"),
                formats.money_short(rules.amount_fen),
                note=formats.money(rules.amount_fen),
                url="#rules",
            )
        )
    less = (rules.amount_fen or 0) - case.computed_fen if rules.pinned and case.computed_fen is not None else 0
    if less > 0:
        facts.append(KeyFact(_("Not paid beside other awards"), formats.money_short(less), note=formats.money(less)))
    if panel is not None:
        shown = (
            panel.mean if panel.concluded else _("%(n)d of %(all)d sealed") % {"n": panel.sealed, "all": panel.seats}
        )
        facts.append(KeyFact(_("Panel"), shown, url="#panel"))
    if case.amount_fen is not None:
        facts.append(KeyFact(_("Awarded"), formats.money_short(case.amount_fen), note=formats.money(case.amount_fen)))
    return facts


def items_elsewhere(case: Case) -> list[WorkItem]:
    """The open tasks of the round and the batch in which a case rests that has none of its own."""
    rounds = RoundRow.objects.filter(case=case).values("round")
    batches = BatchLine.objects.filter(case=case).values("batch")
    found = WorkItem.objects.filter(
        Q(subject_kind="round", subject_id__in=rounds) | Q(subject_kind="batch", subject_id__in=batches)
    )
    return list(found.select_related("assignee", "pool").order_by("id"))


def holder_of(case: Case, items: Sequence[WorkItem]) -> Text:
    """Who holds the case: whom its tasks wait for, or else who makes the list or the batch that it waits for."""
    return holder_words(items) or (str(RESTS[case.state].label) if case.state in RESTS else "")


def stopped_by(case: Case, entries: Sequence[Entry]) -> Entry | None:
    """The last step that gave a reason, of a case that ended without going through; None for the others."""
    if not words_of(case).stopped:
        return None
    return next((entry for entry in entries if entry.why), None)


def history(case: Case, panel: PanelShown | None, *, named: bool) -> list[Entry]:
    """Every step, newest first; until a panel has concluded what its experts wrote is sealed, and unless `named` also
    who they are.
    """
    sealed = panel is not None and not panel.concluded
    return [_entry(entry, sealed=sealed, named=named) for entry in reversed(story(case, "officer"))]


def _entry(entry: StoryEntry, *, sealed: bool, named: bool) -> Entry:
    of_expert = sealed and entry.role == Role.EXPERT.label
    return Entry(
        at=entry.at,
        who=_("expert of the panel") if of_expert and not named else entry.who,
        what=entry.what,
        role=entry.role,
        why="" if sealed and entry.action == "score" else entry.why,
        clause=entry.clause,
        amount_fen=entry.amount_fen,
        url=reverse("console:letter", args=[entry.letter_id]) if entry.letter_id else "",
        link_text=_("Letter (PDF)"),
    )
