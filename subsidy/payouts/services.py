"""Writers of batches, exports and bank answers. Only the door calls them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import connection
from django.db.models import Max

from subsidy.applicants.account_services import account_fingerprint
from subsidy.applicants.holds import hold_on, payable_accounts
from subsidy.audit.canonical import canonical
from subsidy.audit.moment import Moment
from subsidy.bankfiles import FORMATS, check_payment
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Instalment
from subsidy.ledger.enums import ReservationState
from subsidy.ledger.models import PayingAccount, Reservation
from subsidy.payouts.enums import LineState
from subsidy.payouts.files import header_of, payment_of, written
from subsidy.payouts.models import Batch, BatchLine, ExportFile, LineOffset, LineShare
from subsidy.payouts.offsets import Due, borne, offsets_of


def batch_number(year: int) -> str:
    """A new batch number such as B2024-00012, at most 35 characters for message ids; gaps may occur, repeats never."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('batch_number')")
        return f"B{year}-{cursor.fetchone()[0]:05d}"


def lines_of(batch: Batch, instalments: Sequence[Instalment], due: Mapping[int, Due]) -> list[BatchLine]:
    """One payment an instalment, not saved yet; the natural key counts attempts.

    `due` says for each instalment what is paid and what of it is set off. The instalments come with award, case and
    payee account at hand.
    """
    attempts = _attempts(instalments)
    return [
        _line(batch, row, instalment, attempts.get(instalment.pk, 0) + 1, due[instalment.pk])
        for row, instalment in enumerate(instalments, 1)
    ]


def lines_freeze(lines: Sequence[BatchLine], instalments: Sequence[Instalment], due: Mapping[int, Due]) -> None:
    """Keep the payments, with what each budget line bears of them, and move the instalments to IN_BATCH."""
    BatchLine.objects.bulk_create(lines)
    shares = list(_shares(lines, instalments))
    LineShare.objects.bulk_create(shares)
    _offsets_freeze(lines, shares, due)
    Instalment.objects.filter(pk__in=[one.pk for one in instalments]).update(state=InstalmentState.IN_BATCH)


def _offsets_freeze(lines: Iterable[BatchLine], shares: Iterable[LineShare], due: Mapping[int, Due]) -> None:
    by_line: dict[int, list[LineShare]] = defaultdict(list)
    for share in shares:
        by_line[share.batch_line_id].append(share)
    LineOffset.objects.bulk_create(
        [
            offset
            for line in lines
            if line.offset_fen
            for offset in offsets_of(line, by_line[line.pk], due[line.instalment_id].taken)
        ]
    )


def _attempts(instalments: Sequence[Instalment]) -> dict[int, int]:
    counts: dict[int, int] = {}
    earlier = BatchLine.objects.filter(instalment__in=instalments).values_list("instalment_id", flat=True)
    for instalment_id in earlier:
        counts[instalment_id] = counts.get(instalment_id, 0) + 1
    return counts


def _line(batch: Batch, row: int, instalment: Instalment, attempt: int, due: Due) -> BatchLine:
    case = instalment.award.case
    account = case.payee_account
    if account is None:
        raise ValueError(f"case {case.number} has no payee account; it is not due for payment")
    return BatchLine(
        batch=batch,
        row=row,
        instalment=instalment,
        case=case,
        key=f"{instalment.award_id}:{instalment.position}:{attempt}",
        end_to_end_id=f"{case.number}-{instalment.position}-{attempt}",
        amount_fen=due.amount_fen,
        offset_fen=due.offset_fen,
        payee_name=account.holder_name,
        payee_account=account,
        account_number=account.account_number,
        bank_name=account.bank_name,
        bank_code=account.bank_code,
        account_fingerprint=account.fingerprint,
    )


def _shares(lines: Sequence[BatchLine], instalments: Sequence[Instalment]) -> Iterator[LineShare]:
    """What each budget line bears of a payment: of what it is obligated to the case, less what earlier parts took."""
    cases = {instalment.award.case_id for instalment in instalments}
    left: dict[int, dict[int, int]] = {}
    bound = Reservation.objects.filter(case_id__in=cases, state=ReservationState.OBLIGATED).order_by("line_id", "pk")
    for reservation in bound:
        lines_of = left.setdefault(reservation.case_id, {})
        lines_of[reservation.line_id] = lines_of.get(reservation.line_id, 0) + reservation.amount_fen
    for case_id, line_id, amount in borne(cases):
        left[case_id][line_id] -= amount
    for line in lines:
        rest = line.amount_fen
        for line_id, amount in left.get(line.case_id, {}).items():
            part = min(rest, amount)
            if part:
                left[line.case_id][line_id] -= part
                rest -= part
                yield LineShare(batch_line=line, budget_line_id=line_id, amount_fen=part)
        if rest:
            raise ValueError(f"obligations of case {line.case_id} do not bear its payment {line.end_to_end_id}")


def format_problems(batch: Batch, lines: Iterable[BatchLine]) -> list[str]:
    """Why rows cannot stand in a file of this format, each named, in Chinese and English; empty when all can."""
    problems: list[str] = []
    for line in lines:
        if not line.sent_fen:
            continue
        payment = payment_of(line, purpose=batch.purpose, currency=batch.currency)
        problems.extend(f"{problem.zh} {problem.en}" for problem in check_payment(batch.format, payment))
    return problems


def export_seal(batch: Batch, *, now: Moment) -> ExportFile:
    """Write the batch's file once and keep its bytes; the sequence runs per paying account, under its row's lock."""
    account = PayingAccount.objects.select_for_update(no_key=True).get(pk=batch.paying_account_id)
    last = ExportFile.objects.filter(paying_account=account).aggregate(last=Max("sequence"))["last"] or 0
    header = header_of(batch, account, sequence=last + 1, made_at=now.at)
    content = written(batch, header)
    return ExportFile.objects.create(
        authority_id=batch.authority_id,
        batch=batch,
        name=f"{batch.number}.{FORMATS[batch.format].extension}",
        sequence=header.sequence,
        paying_account=account,
        content=content,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sealed_at=now.at,
    )


def accounts_digest(lines: Iterable[BatchLine]) -> str:
    """One hash over the accounts of all lines by row: what checker and releaser saw."""
    return hashlib.sha256(canonical([[line.row, line.account_fingerprint] for line in lines]).encode()).hexdigest()


def changed_accounts(lines: Sequence[BatchLine], *, at: dt.datetime) -> list[BatchLine]:
    """Lines whose account is not, or no longer, the confirmed and valid one that was frozen, or may not be paid to."""
    payable = {
        account.pk: account.fingerprint
        for account in payable_accounts(at=at).filter(pk__in=[line.payee_account_id for line in lines])
    }
    return [
        line
        for line in lines
        if payable.get(line.payee_account_id) != line.account_fingerprint
        or account_fingerprint(line.payee_name, line.account_number, line.bank_code) != line.account_fingerprint
    ]


def held_accounts(instalments: Sequence[Instalment], *, at: dt.datetime) -> list[str]:
    """Why cases cannot be paid to their account at `at`, each named; empty when all can.

    The instalments come with award, case and payee account at hand.
    """
    cases = {one.award.case_id: one.award.case for one in instalments}
    wanted = [case.payee_account_id for case in cases.values() if case.payee_account_id is not None]
    payable = set(payable_accounts(at=at).filter(pk__in=wanted).values_list("pk", flat=True))
    return [
        f"{case.number}: {hold_on(case.payee_account, at=at)}"
        for case in cases.values()
        if case.payee_account is not None and case.payee_account_id not in payable
    ]


def lines_move(batch: Batch, state: LineState) -> int:
    """Move every frozen line of a batch to `state`; returns how many."""
    return BatchLine.objects.filter(batch=batch, state=LineState.FROZEN).update(state=state)


def lines_withdraw(batch: Batch) -> None:
    """Take the batch apart: its instalments are due again."""
    lines_move(batch, LineState.WITHDRAWN)
    Instalment.objects.filter(lines__batch=batch).update(state=InstalmentState.DUE)
