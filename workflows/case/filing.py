"""What the company's own acts change: opening, answers, documents, submitting, correcting, withdrawing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from policies.language import Outdated, Pack, decide, facts_to_json, required_documents
from subsidy.applicants.models import Company
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.cases.papers import papers_filed
from subsidy.cases.services import answers_prefill, answers_save, case_number, correction_answer, filing_place
from subsidy.cases.values import as_json, value_of
from subsidy.correspondence.models import LetterKind
from subsidy.decisions.enums import RowState
from subsidy.decisions.facts import best_rows, facts_of, held_on
from subsidy.decisions.models import RoundRow
from subsidy.decisions.rows import Reads
from subsidy.documents.models import StoredFile
from subsidy.documents.selectors import files_of
from subsidy.documents.services import file_replace
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.models import Reservation
from subsidy.ledger.posting import Posting
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from workflows.case.checking import give_reason, shown
from workflows.case.forms import asked_facts
from workflows.case.lists import list_gaps, prefill
from workflows.case.serving import serve_online
from workflows.case.window import refuse_late, refuse_start
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn
from workflows.common.uploads import upload_keep


def make(turn: Turn) -> Case:
    """A new case for the company in an open call; its number comes from a sequence."""
    call = (
        Call.objects.select_related("policy_version", "authority")
        .defer("policy_version__policy_text", "policy_version__source_text", "policy_version__cases_text")
        .filter(pk=turn.data["call"])
        .first()
    )
    company = Company.objects.filter(pk=turn.data["company"]).first()
    if call is None or company is None or company.authority_id != call.authority_id:
        raise NotFound
    if call.route == "R0":
        raise WrongState(
            _(
                "This policy needs no application: the bureau offers it to the companies that its data show to be entitled. "
                "See whether an offer waits on your home page."
            )
        )
    refuse_start(call, company, turn)
    return Case(
        authority_id=call.authority_id,
        call=call,
        policy_version=call.policy_version,
        company=company,
        company_name=company.name,
        number=case_number(call.authority, turn.now.on.year),
    )


def route_of(turn: Turn) -> tuple[str, int]:
    return turn.subject.call.route, turn.subject.call.route_version


def opened(turn: Turn) -> None:
    case: Case = turn.subject
    pack = pack_of(case.policy_version)
    held = held_on(case.company_id, Reads.of(pack), on=turn.now.on)
    filled = answers_prefill(case, pack, best_rows(pack, held, on=turn.now.on))
    turn.record(
        call=case.call.number, company=case.company_id, prefilled=filled, prefilled_records=prefill(case, pack, held)
    )


def save_answers(turn: Turn) -> None:
    case: Case = turn.subject
    pack = pack_of(case.policy_version)
    before = {row.name: as_json(value_of(row)) for row in case.answers.filter(name__in=list(turn.data))}
    answers_save(case, pack, turn.data)
    after = {name: as_json(value) for name, value in turn.data.items() if value is not None}
    changed = sorted(name for name in turn.data if before.get(name) != after.get(name))
    turn.record(
        before={name: before[name] for name in changed if name in before},
        after={name: after[name] for name in changed if name in after},
    )


def attach(turn: Turn) -> None:
    case: Case = turn.subject
    stored = upload_keep(turn, "file", slot=turn.data["slot"])
    turn.record(slot=stored.slot, file=stored.pk, name=stored.name, size=stored.size, sha256=stored.sha256)
    if turn.data["replaces"] is not None:
        earlier: StoredFile | None = (
            files_of("case", case.pk).filter(pk=turn.data["replaces"], slot=stored.slot).exclude(pk=stored.pk).first()
        )
        if earlier is None:
            raise NotFound
        file_replace(earlier, now=turn.now)
        turn.record(replaces=earlier.pk)


def detach(turn: Turn) -> None:
    case: Case = turn.subject
    stored: StoredFile | None = papers_filed(case).filter(pk=turn.data["file"], replaced_at__isnull=True).first()
    if stored is None:
        raise NotFound
    if case.records.filter(evidence=stored).exists():
        raise WrongState(_("This file proves a record of a list. Correct the record first, with another paper."))
    file_replace(stored, now=turn.now)
    turn.record(slot=stored.slot, file=stored.pk, sha256=stored.sha256)


def missing(case: Case, *, on: dt.date) -> dict[str, list[str]]:
    """What still keeps the application from being submitted: field or document name → what to do.

    An optional fact is answered by saving it empty ("there is none"); one that nobody has said is unknown, and what is
    unknown never pays.
    """
    pack = pack_of(case.policy_version)
    held = files_of("case", case.pk).values_list("slot", flat=True)
    return gaps_in(pack, facts_of(case, pack, on=on), held) | list_gaps(case, pack)


def gaps_in(pack: Pack, facts: Mapping[str, Any], held: Iterable[str]) -> dict[str, list[str]]:
    """What the facts and documents at hand still lack: field or document name → what to do."""
    documents = set(held)
    gaps = {name: [str(_("Answer this question."))] for name in asked_facts(pack) if name not in facts}
    for name in asked_facts(pack):
        value = facts.get(name)
        if isinstance(value, Outdated):
            old = _("What is held is as of %(day)s, too long ago to count. Check it and save the page.")
            gaps[name] = [str(old) % {"day": value.as_of}]
    for document in required_documents(pack, facts):
        if document not in documents:
            gaps[document] = [str(_("Add this document."))]
    return gaps


def submit(turn: Turn) -> None:
    """File the application: complete, and with what the policy says of it at this moment."""
    case: Case = turn.subject
    refuse_late(case, turn)
    pack = pack_of(case.policy_version)
    turn.set(submitted_at=turn.now.at)
    facts, files = facts_of(case, pack, on=turn.now.on), list(files_of("case", case.pk))
    gaps = gaps_in(pack, facts, [file.slot for file in files]) | list_gaps(case, pack)
    if gaps:
        raise BadData(_("The application is not complete yet. Open the marked sections."), fields=gaps)
    turn.set(filing_number=filing_place())
    turn.record(
        filing_number=case.filing_number,
        facts=facts_to_json(pack, facts),
        files=[{"slot": file.slot, "sha256": file.sha256} for file in files],
        self_check=decide(pack, facts).outcome,
    )
    turn.passage.defer("issue_letter", case_id=case.pk, kind=LetterKind.RECEIPT)


def resubmit(turn: Turn) -> None:
    case: Case = turn.subject
    correction = case.corrections.filter(answered_at__isnull=True).get()
    gaps = missing(case, on=turn.now.on)
    if gaps:
        raise BadData(_("The application is not complete yet. Open the marked sections."), fields=gaps)
    pack = pack_of(case.policy_version)
    answers = {row.name: value_of(row) for row in case.answers.all()}
    after = {item.name: shown(pack, item.name, answers) for item in correction.items.all()}
    correction_answer(correction, answered_at=turn.now.at, after=after)
    turn.record(correction=correction.pk, after=after)


def withdraw(turn: Turn) -> None:
    """The company takes its application back; what was reserved for it falls back to the line."""
    case: Case = turn.subject
    give_reason(turn)
    RoundRow.objects.filter(case=case, state__in=(RowState.LISTED, RowState.HELD)).update(
        state=RowState.REMOVED, reason=turn.data["reason"]
    )
    for reservation in Reservation.objects.filter(case_id=case.pk, state=ReservationState.RESERVED).order_by(
        "line_id"
    ):
        turn.passage.post(
            Posting(
                kind=LedgerKind.UNRESERVE,
                key=f"unreserve:{reservation.pk}",
                amount_fen=reservation.amount_fen,
                authority_id=case.authority_id,
                subject_kind="case",
                subject_id=case.pk,
                line_id=reservation.line_id,
            )
        )
        reservation.state = ReservationState.FALLEN
        reservation.save(update_fields=["state"])


def withdraw_states() -> frozenset[str]:
    """States in which the company may still take its application back: until the decree."""
    return frozenset(
        {
            CaseState.DRAFT,
            CaseState.AWAITING_ACCEPTANCE,
            CaseState.AWAITING_CORRECTION,
            CaseState.UNDER_REVIEW,
            CaseState.AMOUNT_CHECK,
            CaseState.AWAITING_ROUND,
        }
    )


def serve_letter(turn: Turn) -> None:
    """The company opens a letter: from now on it is served."""
    serve_online(turn)
