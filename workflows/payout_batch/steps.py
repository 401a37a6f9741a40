"""What each act of a batch changes: frozen when prepared, three people, sealed when released, settled by the bank."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from subsidy.bankfiles import FORMATS, BankFileError
from subsidy.cases.enums import CaseState
from subsidy.correspondence.services import cover_issue
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Instalment
from subsidy.payouts.enums import BatchState, LineState
from subsidy.payouts.files import expenditure_classes, head_problems
from subsidy.payouts.holds import reasons, with_holds
from subsidy.payouts.models import Batch, BatchLine, LineShare
from subsidy.payouts.offsets import due_of
from subsidy.payouts.services import (
    accounts_digest,
    batch_number,
    changed_accounts,
    export_seal,
    format_problems,
    held_accounts,
    lines_freeze,
    lines_move,
    lines_of,
    lines_withdraw,
)
from subsidy.payouts.transfers import transfer_begin, transfer_note
from workflows.common.refusals import BadData, NotFound, WrongState
from workflows.common.turn import Turn
from workflows.payout_batch.moving import Moves
from workflows.payout_batch.years import refuse_closed_years

NOTHING_SENT = _(
    "Everything chosen would be set off against what its companies owe, so that no file would be left. Add a payment "
    "that is sent, or pay in full and say why."
)


def chosen(turn: Turn) -> list[Instalment]:
    """The instalments to pay, locked, with award, case and account at hand; one that is not due is refused by name."""
    wanted = turn.data["instalments"]
    found = list(
        Instalment.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in=wanted)
        .select_related("award__case__payee_account")
        .order_by("pk")
    )
    if len(found) != len(wanted):
        raise NotFound
    wrong = [
        one.award.case.number
        for one in found
        if one.state != InstalmentState.DUE or one.award.case.state != CaseState.AWAITING_PAYMENT
    ]
    if wrong:
        raise WrongState(
            _("These cases are not due for payment, or are in another batch: %(cases)s. Leave them out.")
            % {"cases": ", ".join(wrong)}
        )
    return found


def _refuse_unpayable(found: Sequence[Instalment], turn: Turn) -> None:
    """Raises WrongState that names every case whose account, company or policy is held back today."""
    held = held_accounts(found, at=turn.now.at)
    kept_back = reasons([one.pk for one in found], on=turn.now.on)
    held += [f"{one.award.case.number}: {kept_back[one.pk]}" for one in found if one.pk in kept_back]
    if held:
        raise WrongState(
            _("These cases cannot be paid to their account now: %(reasons)s Leave them out.")
            % {"reasons": " ".join(held)}
        )


def make(turn: Turn) -> Batch:
    instalments = chosen(turn)
    _refuse_unpayable(instalments, turn)
    account = turn.data["paying_account"]
    authorities = {one.authority_id for one in instalments} | {account.authority_id}
    if len(authorities) != 1:
        raise NotFound
    if turn.data["execution_on"] < turn.now.on:
        raise BadData(
            fields={"execution_on": [str(_("The execution date lies in the past. Choose today or a later day."))]}
        )
    due = due_of(instalments, in_full=bool(turn.data["full_reason"]))
    sent = [one for one in due.values() if one.sent_fen]
    if not sent:
        raise BadData(fields={"instalments": [str(NOTHING_SENT)]})
    limit = FORMATS[turn.data["format"]].max_rows
    if limit is not None and len(instalments) > limit:
        raise BadData(
            fields={
                "instalments": [
                    str(_("This format takes at most %(n)d rows a file. Make several batches.") % {"n": limit})
                ]
            }
        )
    turn.worked_out = instalments, due
    return Batch(
        authority_id=account.authority_id,
        number=batch_number(turn.now.on.year),
        format=turn.data["format"],
        paying_account=account,
        currency=account.currency,
        execution_on=turn.data["execution_on"],
        purpose=turn.data["purpose"],
        line_count=len(sent),
        total_fen=sum(one.sent_fen for one in sent),
        offset_fen=sum(one.offset_fen for one in due.values()),
        full_reason=turn.data["full_reason"],
        prepared_by=turn.actor,
        prepared_at=turn.now.at,
    )


def route_of(_turn: Turn) -> tuple[str, int]:
    return "batch", 1


def prepared(turn: Turn) -> None:
    """Freeze the lines; a row that the format cannot carry refuses the whole batch and is named."""
    batch: Batch = turn.subject
    instalments, due = turn.worked_out
    lines = lines_of(batch, instalments, due)
    problems = format_problems(batch, lines)
    if problems:
        raise BadData(fields={"instalments": problems})
    lines_freeze(lines, instalments, due)
    wrong = head_problems(batch, made_at=turn.now.at)
    if wrong:
        raise BadData(fields={"format": _several_classes(batch) or wrong})
    turn.record(
        format=batch.format,
        count=batch.line_count,
        total_fen=batch.total_fen,
        lines=[[line.row, line.end_to_end_id, line.sent_fen] for line in lines],
        offsets=[[line.row, line.amount_fen, line.offset_fen] for line in lines if line.offset_fen],
        offset_fen=batch.offset_fen,
        full_reason=batch.full_reason,
        accounts=accounts_digest(lines),
    )


def _several_classes(batch: Batch) -> list[str]:
    """A treasury's voucher carries one class of expenditure of one year: which ones this batch has, if several."""
    classes = expenditure_classes(batch) if FORMATS[batch.format].for_treasury else []
    if len(classes) < 2:
        return []
    return [
        str(
            _(
                "A treasury voucher carries one year and one class of expenditure; these payments have %(classes)s. "
                "Make a batch for each."
            )
            % {"classes": ", ".join(f"{year} {code or '–'}" for year, code in classes)}
        )
    ]


def _refuse_changed(lines: Sequence[BatchLine], turn: Turn) -> None:
    """I12: what is paid to is the account that the company confirmed, valid today, cooled and under no freeze."""
    changed = changed_accounts(lines, at=turn.now.at)
    if changed:
        raise WrongState(
            _(
                "The payee account changed or was frozen after this batch was prepared: %(rows)s. "
                "Return the batch and prepare it again."
            )
            % {"rows": ", ".join(f"{line.row} {line.payee_name}" for line in changed)}
        )


def _shares() -> QuerySet[LineShare]:
    """What budget lines bear, each with its line at hand: one object a line, however many payments it bears."""
    return LineShare.objects.prefetch_related("budget_line").order_by("pk")


def _refuse_held(lines: Sequence[BatchLine]) -> None:
    """Raises WrongState that names the lines that `with_holds` found held."""
    held = [line for line in lines if line.is_held]  # type: ignore[attr-defined]
    if held:
        raise WrongState(
            _("Payments of this batch are held since it was prepared: %(rows)s. Return it and leave them out.")
            % {"rows": ", ".join(f"{line.row} {line.payee_name}" for line in held)}
        )


def check(turn: Turn) -> None:
    batch: Batch = turn.subject
    lines = list(with_holds(batch.lines.order_by("row"), on=turn.now.on))
    _refuse_changed(lines, turn)
    refuse_closed_years(_shares().select_related("batch_line").filter(batch_line__batch=batch))
    _refuse_held(lines)
    turn.set(checked_by=turn.actor, checked_at=turn.now.at)
    turn.record(
        count=batch.line_count,
        total_fen=sum(line.sent_fen for line in lines),
        offset_fen=batch.offset_fen,
        accounts=accounts_digest(lines),
    )


def take_apart(turn: Turn) -> None:
    """The batch is given up: its instalments are due again, nothing of it was payable."""
    lines_withdraw(turn.subject)
    turn.record(reason=turn.data["reason"])


def release(turn: Turn) -> None:
    """Seal the bytes and move the money from obligated to in flight, line by line; what is set off is booked with it."""
    batch: Batch = turn.subject
    if batch.execution_on < turn.now.on:
        raise WrongState(
            _("The execution date of this batch has passed. Return it and prepare it again with a later date.")
        )
    wanted = batch.lines.select_related("instalment").prefetch_related(Prefetch("shares", _shares()), "offsets")
    lines = list(with_holds(wanted.order_by("row"), on=turn.now.on))
    _refuse_changed(lines, turn)
    refuse_closed_years(share for line in lines for share in line.shares.all())
    _refuse_held(lines)
    in_file = [line.sent_fen for line in lines if line.sent_fen]
    if sum(in_file) != batch.total_fen or len(in_file) != batch.line_count:
        raise WrongState(_("The lines no longer add up to the batch's totals. Return the batch and report this."))
    turn.set(released_by=turn.actor, released_at=turn.now.at)
    try:
        file = export_seal(batch, now=turn.now)
    except BankFileError as error:
        raise WrongState(str(error)) from error
    moves = Moves(turn)
    for line in lines:
        if line.sent_fen:
            moves.release(line)
        else:
            moves.offset_whole(line, on=turn.now.on)
    moves.finish()
    lines_move(batch, LineState.IN_FLIGHT)
    turn.record(
        sha256=file.sha256,
        sequence=file.sequence,
        size=file.size,
        total_fen=batch.total_fen,
        offset_fen=batch.offset_fen,
        accounts=accounts_digest(lines),
    )
    turn.passage.defer("issue_batch_cover", batch_id=batch.pk)


def export(turn: Turn) -> None:
    """Hand the sealed bytes out for the first time; every later time they are the same."""
    file = turn.subject.export_file
    transfer = transfer_begin(file, now=turn.now)
    channel = {"channel": transfer.channel} if transfer is not None else {}
    turn.record(sha256=file.sha256, sequence=file.sequence, **channel)
    if transfer is not None:
        turn.passage.defer("send_to_bank", transfer_id=transfer.pk)


def note_transfer(turn: Turn) -> None:
    """How far the file is on its way to the bank by its channel."""
    transfer_note(turn.subject.export_file.transfer, turn.data["state"], fault=turn.data["fault"], now=turn.now)
    turn.record(state=turn.data["state"], fault=turn.data["fault"])


def take_answers(turn: Turn) -> None:
    """The bank has answered for some lines: the batch is settled when each is paid or refused."""
    batch: Batch = turn.subject
    turn.record(**turn.data["answers"][batch.pk])
    open_lines = batch.lines.filter(state__in=[LineState.IN_FLIGHT, LineState.ACCEPTED]).exists()
    if open_lines:
        turn.set(state=BatchState.ANSWERED)
        turn.hold()


def issue_cover(turn: Turn) -> None:
    """Render the cover sheet of the sealed file and keep its bytes."""
    issued = cover_issue(turn.subject, now=turn.now)
    turn.record(**issued.recorded())


def note_answers(turn: Turn) -> None:
    """The bank says something more about a batch that is over, such as a return: recorded, the batch stays settled."""
    turn.record(**turn.data["answers"][turn.subject.pk])
