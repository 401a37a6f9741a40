"""What each act of a case changes. A step writes through the services and says what goes into the event."""

from __future__ import annotations

import datetime as dt
import random
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.language import Pack, decide, facts_to_json, format_value, required_documents
from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.applicants.models import Company
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.cases.services import answers_prefill, answers_save, case_number, correction_answer, correction_open
from subsidy.cases.values import as_json, value_of
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.correspondence.services import letter_issue
from subsidy.correspondence.serving import letter_serve
from subsidy.decisions.enums import InstalmentState, RowState
from subsidy.decisions.facts import decision_of, facts_of, known_facts
from subsidy.decisions.models import Award, Instalment, RoundRow
from subsidy.decisions.services import finding_record
from subsidy.documents.models import StoredFile
from subsidy.documents.refusals import UploadRefused
from subsidy.documents.selectors import files_of
from subsidy.documents.services import file_replace, file_store
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.models import Reservation
from subsidy.ledger.posting import Posting
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from subsidy.reviews.models import Panel, Score, Seat
from workflows.case.forms import asked_facts
from workflows.case.panel import panel_spec
from workflows.common.deadlines import working_days_after
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn

HUNDREDTHS = 100


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
    refuse_outside_window(call, turn)
    return Case(
        authority_id=call.authority_id,
        call=call,
        policy_version=call.policy_version,
        company=company,
        company_name=company.name,
        number=case_number(call.authority, turn.now.on.year),
    )


def refuse_outside_window(call: Call, turn: Turn) -> None:
    if turn.now.at < call.opens_at:
        raise WrongState(_("The call is not open yet. Come back when its filing window begins."))
    if turn.now.at >= call.closes_at:
        raise WrongState(
            _("The filing window of this call has closed; late filing is not possible. Watch for the next call.")
        )


def route_of(turn: Turn) -> tuple[str, int]:
    return turn.subject.call.route, turn.subject.call.route_version


def opened(turn: Turn) -> None:
    case: Case = turn.subject
    filled = answers_prefill(case, pack_of(case.policy_version), known_facts(case.company_id))
    turn.record(call=case.call.number, company=case.company_id, prefilled=filled)


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
    try:
        stored = file_store(
            turn.data["file"],
            authority_id=case.authority_id,
            owner_kind="case",
            owner_id=case.pk,
            slot=turn.data["slot"],
            actor=turn.actor,
            now=turn.now,
        )
    except UploadRefused as refusal:
        raise BadData(fields={"file": [str(refusal.message)]}) from refusal
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
    stored: StoredFile | None = files_of("case", case.pk).filter(pk=turn.data["file"]).first()
    if stored is None:
        raise NotFound
    file_replace(stored, now=turn.now)
    turn.record(slot=stored.slot, file=stored.pk, sha256=stored.sha256)


def missing(case: Case, *, on: dt.date) -> dict[str, list[str]]:
    """What still keeps the application from being submitted: field or document name → what to do.

    An optional fact is answered by saving it empty ("there is none"); one that nobody has said is unknown, and what is
    unknown never pays.
    """
    pack = pack_of(case.policy_version)
    held = files_of("case", case.pk).values_list("slot", flat=True)
    return gaps_in(pack, facts_of(case, pack, on=on), held)


def gaps_in(pack: Pack, facts: Mapping[str, Any], held: Iterable[str]) -> dict[str, list[str]]:
    """What the facts and documents at hand still lack: field or document name → what to do."""
    documents = set(held)
    gaps = {name: [str(_("Answer this question."))] for name in asked_facts(pack) if name not in facts}
    for document in required_documents(pack, facts):
        if document not in documents:
            gaps[document] = [str(_("Add this document."))]
    return gaps


def submit(turn: Turn) -> None:
    """File the application: complete, and with what the policy says of it at this moment."""
    case: Case = turn.subject
    refuse_outside_window(case.call, turn)
    pack = pack_of(case.policy_version)
    turn.set(submitted_at=turn.now.at)
    facts, files = facts_of(case, pack, on=turn.now.on), list(files_of("case", case.pk))
    gaps = gaps_in(pack, facts, [file.slot for file in files])
    if gaps:
        raise BadData(_("The application is not complete yet. Open the marked sections."), fields=gaps)
    turn.record(
        facts=facts_to_json(pack, facts),
        files=[{"slot": file.slot, "sha256": file.sha256} for file in files],
        self_check=decide(pack, facts).outcome,
    )
    turn.passage.defer("issue_letter", case_id=case.pk, kind=LetterKind.RECEIPT)


def accept(turn: Turn) -> None:
    """Accept the filing and draw its panel at random; the seed is recorded so that the draw can be repeated."""
    turn.set(accepted_at=turn.now.at)
    draw_panel(turn)


def draw_panel(turn: Turn) -> None:
    case: Case = turn.subject
    spec = panel_spec(case.policy_version)
    in_force = Q(valid_from__lte=turn.now.on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=turn.now.on))
    pool = list(
        RoleGrant.objects.filter(in_force, authority=case.authority_id, role=Role.EXPERT, user__is_active=True)
        .exclude(user__recusals__case=case)
        .exclude(user__companyuserobjectpermission__content_object=case.company_id)
        .order_by("user_id")
        .values_list("user_id", flat=True)
        .distinct()
    )
    if len(pool) < spec.seats:
        raise WrongState(
            _(
                "The pool has too few experts without a conflict for this panel. Have more experts admitted, then accept."
            )
        )
    seed = secrets.token_hex(16)
    drawn = random.Random(seed).sample(pool, spec.seats)
    panel = Panel.objects.create(
        authority_id=case.authority_id,
        case=case,
        seed=seed,
        drawn_at=turn.now.at,
        seats_wanted=spec.seats,
        quorum=spec.quorum,
    )
    Seat.objects.bulk_create([Seat(panel=panel, expert_id=user_id, position=n) for n, user_id in enumerate(drawn, 1)])
    turn.seated = drawn
    turn.record(panel=panel.pk, seed=seed, pool=pool, drawn=drawn)


def seated(turn: Turn) -> list[int]:
    """The people of the panel drawn in this turn."""
    return turn.seated


def return_for_correction(turn: Turn) -> None:
    case: Case = turn.subject
    if case.corrections.exists():
        raise WrongState(_("A correction may be asked for once. Accept the application, or refuse it with reasons."))
    pack = pack_of(case.policy_version)
    due = working_days_after(turn.now.on, pack.route.correction_days)
    answers = {row.name: value_of(row) for row in case.answers.all()}
    correction_open(
        case,
        asked_by=turn.actor,
        asked_at=turn.now.at,
        due_on=due.on,
        due_provisional=due.provisional,
        message=turn.data["message"],
        items=[(name, reason, shown(pack, name, answers)) for name, reason in turn.data["items"].items()],
    )
    turn.record(items=turn.data["items"], message=turn.data["message"], due_on=due.on)
    turn.passage.defer("issue_letter", case_id=case.pk, kind=LetterKind.CORRECTION)


def shown(pack: Any, name: str, answers: dict[str, Any]) -> str:
    """The value of an answer as people read it in Chinese; a document or an open answer has none."""
    if name not in pack.facts or name not in answers:
        return ""
    return str(format_value(pack.facts[name], answers[name], "zh"))


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


def give_reason(turn: Turn) -> None:
    turn.record(reason=turn.data["reason"])


def refuse(turn: Turn) -> None:
    give_reason(turn)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.NON_ACCEPTANCE)


def reject(turn: Turn) -> None:
    give_reason(turn)
    pack, facts, decision = decision_of(turn.subject, now=turn.now)
    finding = finding_record(turn.subject, pack, facts, decision, now=turn.now)
    turn.record(finding=finding.pk, outcome=decision.outcome)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.REJECTION)


def score(turn: Turn) -> None:
    """Seal one seat's points; the last seat concludes the panel and gives the case its mean."""
    case: Case = turn.subject
    seat = Seat.objects.select_related("panel").get(
        panel__case=case, panel__concluded_at__isnull=True, expert=turn.actor
    )
    points = {name.removeprefix("points_"): value for name, value in turn.data.items() if name.startswith("points_")}
    Score.objects.bulk_create([Score(seat=seat, item=item, points=value) for item, value in points.items()])
    seat.total = sum(points.values()) * HUNDREDTHS
    seat.comment, seat.scored_at = turn.data["comment"], turn.now.at
    seat.save(update_fields=["total", "comment", "scored_at"])
    turn.record(seat=seat.position, points=points, comment=turn.data["comment"], no_conflict=True)
    others = [task for task in turn.live_tasks() if task is not turn.task and "seat" in task.data]
    if not others:
        conclude(turn, seat.panel)


def conclude(turn: Turn, panel: Panel) -> None:
    totals = [total for total in panel.seats.values_list("total", flat=True) if total is not None]
    if len(totals) < panel.quorum:
        raise WrongState(_("The panel has no quorum. Draw further experts before it concludes."))
    mean = (2 * sum(totals) + len(totals)) // (2 * len(totals))
    panel.concluded_at = turn.now.at
    panel.save(update_fields=["concluded_at"])
    turn.set(score=mean)
    turn.record(panel_mean=mean, totals=sorted(totals))


def confirm_amount(turn: Turn) -> None:
    """Let the pinned policy decide on the facts as they are; only what it finds met, with an amount, goes on."""
    case: Case = turn.subject
    if (case.score or 0) < panel_spec(case.policy_version).pass_mark * HUNDREDTHS:
        raise BadData(
            _(
                "The panel's mean lies below the mark that the policy asks for. Reject the application with this reason."
            )
        )
    pack, facts, decision = decision_of(case, now=turn.now)
    if decision.outcome != "met" or not decision.amount:
        raise BadData(
            _(
                "The policy does not find this application entitled on the facts at hand. "
                "Read the reasons, then reject it or ask for the missing facts."
            )
        )
    finding = finding_record(case, pack, facts, decision, now=turn.now)
    turn.set(computed_fen=decision.amount, tier=decision.tier or "")
    turn.record(finding=finding.pk, amount_fen=decision.amount, tier=decision.tier, remark=turn.data["remark"])


def enter_round(turn: Turn) -> None:
    turn.record(**turn.data)
    turn.hold()


def award(turn: Turn) -> None:
    """The decree grants this case its amount; from here on it waits for the payee account."""
    amount = turn.data["amounts"][turn.subject.pk]
    turn.set(amount_fen=amount)
    turn.record(decree=turn.data["decree"], amount_fen=amount)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.AWARD)


def leave_unfunded(turn: Turn) -> None:
    turn.record(**turn.data)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.NOT_FUNDED)


def choose_account(turn: Turn) -> None:
    award_ = _take_account(turn)
    award_.instalments.filter(state=InstalmentState.PLANNED).update(state=InstalmentState.DUE)


def change_account(turn: Turn) -> None:
    """Another account before the money leaves: the bank refused the old one, or the company closed it."""
    # Locked, as a batch locks what it takes: the account cannot change while it is being frozen.
    instalments = Instalment.objects.select_for_update(no_key=True).filter(award__case=turn.subject).order_by("pk")
    if any(one.state == InstalmentState.IN_BATCH for one in instalments):
        raise WrongState(
            _(
                "This payment stands in a batch that is under way. Wait until the bank has answered or the bureau "
                "has returned the batch; then choose the account again."
            )
        )
    _take_account(turn)


def _take_account(turn: Turn) -> Award:
    """Pay the case to the chosen account, whose holder must be who was awarded."""
    case: Case = turn.subject
    account = turn.data["account"]
    award_ = Award.objects.get(case=case)
    if account.holder_name != award_.company_name:
        raise BadData(
            fields={
                "account": [
                    str(
                        _(
                            "The account holder's name differs from the name in the decree. "
                            "Enter an account in the company's own name, or hand in a stamped explanation at the counter."
                        )
                    )
                ]
            }
        )
    turn.set(payee_account=account)
    turn.record(account=account.pk, fingerprint=account.fingerprint)
    return award_


def payment_settled(turn: Turn) -> None:
    """The bank has booked a payment: the case is done when every instalment is paid."""
    turn.record(**turn.data["answers"][turn.subject.pk])
    if turn.subject.pk in turn.data["unpaid"]:
        turn.hold()


def payment_refused(turn: Turn) -> None:
    turn.record(**turn.data["answers"][turn.subject.pk])
    turn.hold()


def withdraw(turn: Turn) -> None:
    """The company takes its application back; what was reserved for it falls back to the line."""
    case: Case = turn.subject
    give_reason(turn)
    RoundRow.objects.filter(case=case, state=RowState.LISTED).update(
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


def issue_letter(turn: Turn) -> None:
    """Render a paper from what was decided and keep its bytes."""
    letter = letter_issue(turn.subject, turn.data["kind"], now=turn.now)
    turn.record(letter=letter.pk, kind=letter.kind, number=letter.number, sha256=letter.sha256)


def serve_letter(turn: Turn) -> None:
    """The company opens a letter: from now on it is served."""
    letter = Letter.objects.defer("content").filter(pk=turn.data["letter"], case=turn.subject).first()
    if letter is None:
        raise NotFound
    if not letter_serve(letter, now=turn.now):
        raise WrongState(_("This letter was opened before. Open it again from the page of the case."))
    turn.record(letter=letter.pk, kind=letter.kind, number=letter.number, sha256=letter.sha256)
