"""A batch as a bank file: its head and rows as plain data, its bytes, a preview of them, and what its sealed file is."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable
from typing import BinaryIO

from django.db.models import F

from subsidy.audit.moment import ZONE
from subsidy.bankfiles import FORMATS, Party, Payment, PaymentFile, TreasuryHead, check_head, write, write_preview
from subsidy.bankfiles.manifest import SealedFile
from subsidy.ledger.models import PayingAccount
from subsidy.payouts.models import Batch, BatchLine, LineShare

_Writer = Callable[[str, PaymentFile, Iterable[Payment], BinaryIO], None]


def payment_of(line: BatchLine, *, purpose: str, currency: str) -> Payment:
    """A frozen line as the bank file takes it."""
    return Payment(
        end_to_end_id=line.end_to_end_id,
        amount_fen=line.sent_fen,
        currency=currency,
        payee=Party(
            name=line.payee_name,
            account=line.account_number,
            bank_name=line.bank_name,
            bank_code=line.bank_code,
        ),
        purpose=purpose,
        remark=line.end_to_end_id,
        row=line.row,
    )


def expenditure_classes(batch: Batch) -> list[tuple[int, str]]:
    """Year and functional class of the budget lines that bear a batch, each once."""
    lines = LineShare.objects.filter(batch_line__batch=batch).order_by(
        "budget_line__year", "budget_line__function_code"
    )
    return list(lines.values_list("budget_line__year", "budget_line__function_code").distinct())


def head_problems(batch: Batch, *, made_at: dt.datetime) -> list[str]:
    """Why no file of this format can be headed for the batch, in Chinese and English; empty when one can."""
    header = header_of(batch, batch.paying_account, sequence=1, made_at=made_at)
    return [f"{problem.zh} {problem.en}" for problem in check_head(batch.format, header)]


def header_of(batch: Batch, account: PayingAccount, *, sequence: int, made_at: dt.datetime) -> PaymentFile:
    """The head of a batch's file; the sequence runs per paying account."""
    return PaymentFile(
        message_id=batch.number,
        sequence=sequence,
        created_at=made_at.astimezone(ZONE),
        execution_on=batch.execution_on,
        payer=Party(
            name=account.name, account=account.account_number, bank_name=account.bank_name, bank_code=account.bank_code
        ),
        currency=batch.currency,
        count=batch.line_count,
        total_fen=batch.total_fen,
        purpose=batch.purpose,
        treasury=_treasury_head(batch) if FORMATS[batch.format].for_treasury else None,
    )


def _treasury_head(batch: Batch) -> TreasuryHead | None:
    """The treasury's codes, which need one class of expenditure; None where the batch has several."""
    classes = expenditure_classes(batch)
    if len(classes) != 1:
        return None
    [(year, function_code)] = classes
    return TreasuryHead(
        adm_div_code=batch.authority.region,
        st_year=year,
        agency_code=batch.authority.code,
        agency_name=batch.authority.name_zh,
        exp_func_code=function_code,
    )


def written(batch: Batch, header: PaymentFile) -> bytes:
    """The bytes of the batch's file. Raises BankFileError for what the format cannot carry."""
    return _bytes(batch, header, write)


def preview(batch: Batch) -> bytes:
    """What the file would look like, without account numbers and so that nothing can be paid with it.

    The moment and the number are those of preparing and 1: the real ones are known when the batch is released.
    """
    header = header_of(batch, batch.paying_account, sequence=1, made_at=batch.prepared_at)
    return _bytes(batch, header, write_preview)


def _bytes(batch: Batch, header: PaymentFile, writer: _Writer) -> bytes:
    sent = BatchLine.objects.filter(batch=batch, offset_fen__lt=F("amount_fen"))
    lines = sent.order_by("row").iterator(chunk_size=2000)
    payments = (payment_of(line, purpose=batch.purpose, currency=batch.currency) for line in lines)
    with tempfile.TemporaryFile() as out:
        writer(batch.format, header, payments, out)
        out.seek(0)
        return out.read()


def sealed_file(batch: Batch) -> SealedFile:
    """What the sealed file of a released batch is, for its manifest."""
    file = batch.export_file
    return SealedFile(
        name=file.name,
        format=batch.format,
        message_id=batch.number,
        sequence=file.sequence,
        count=batch.line_count,
        total_fen=batch.total_fen,
        currency=batch.currency,
        size=file.size,
        sha256=file.sha256,
    )
