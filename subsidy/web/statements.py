"""Statements as files: PDF for signing, XLSX and CSV row by row; the data of treasury vouchers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import Authority
from subsidy.letters.records import Bilingual
from subsidy.letters.statements import Paid, Statement, statement
from subsidy.payouts.models import LineShare
from subsidy.reporting.statements import Payments
from subsidy.web import exports, formats
from subsidy.web.lists import EXPORT_CHUNK, Column

PDF_ROWS_MAX = 2_000

COLUMNS = (
    Column("paid_on", _("Paid on"), value="batch_line.settled_on", kind="day"),
    Column("payee", _("Paid to"), value="batch_line.payee_name"),
    Column("case", _("Case"), value="batch_line.case.number"),
    Column("payment", _("Payment"), value="batch_line.end_to_end_id"),
    Column("batch", _("Batch"), value="batch_line.batch.number"),
    Column("line", _("Budget line"), value="budget_line.code"),
    Column("year", _("Year"), value="budget_line.year", kind="number"),
    Column("amount", _("Amount"), value="amount_fen", kind="yuan"),
)


def _summary(share: Any) -> str:
    return str(share.batch_line.batch.purpose)


# Heads are the element names of DA/T 95—2022, so that the treasury's own program takes the file in.
VOUCHER_COLUMNS = (
    Column("StYear", "StYear", value="budget_line.year", kind="number"),
    Column("VouDate", "VouDate", value="batch_line.settled_on", kind="day"),
    Column("VoucherNo", "VoucherNo", value="batch_line.batch.number"),
    Column("VoucherBillNo", "VoucherBillNo", value="batch_line.end_to_end_id"),
    Column("ExpFuncCode", "ExpFuncCode", value="budget_line.function_code"),
    Column("BgtLineCode", "BgtLineCode", value="budget_line.code"),
    Column("PayeeAcctNo", "PayeeAcctNo", value="batch_line.account_number"),
    Column("PayeeAcctName", "PayeeAcctName", value="batch_line.payee_name"),
    Column("PayeeAcctBankName", "PayeeAcctBankName", value="batch_line.bank_name"),
    Column("PayeeAcctBankNo", "PayeeAcctBankNo", value="batch_line.bank_code"),
    Column("PayAcctNo", "PayAcctNo", value="batch_line.batch.paying_account.account_number"),
    Column("PayAcctName", "PayAcctName", value="batch_line.batch.paying_account.name"),
    Column("PayAcctBankName", "PayAcctBankName", value="batch_line.batch.paying_account.bank_name"),
    Column("PaySummaryName", "PaySummaryName", value=_summary),
    Column("PayAmt", "PayAmt", value="amount_fen", kind="yuan"),
)


@dataclass(frozen=True)
class About:
    """Whom a statement is about, and under which number and name its file goes."""

    number: str
    zh: str
    en: str
    authority: Authority
    facts: tuple[tuple[Bilingual, str], ...] = ()


def response(wanted: str, about: About, payments: Payments, *, on: dt.date) -> HttpResponseBase:
    """The statement in the format asked for. Raises Http404 for one that is not offered."""
    if wanted == "pdf":
        return _pdf(about, payments, on)
    return _rows(wanted, f"statement-{about.number}", list(COLUMNS), payments)


def vouchers(wanted: str, name: str, payments: Payments) -> HttpResponseBase:
    """The settled payments as data of treasury vouchers, full account numbers included."""
    return _rows(wanted, f"vouchers-{name}", list(VOUCHER_COLUMNS), payments)


def _rows(wanted: str, name: str, columns: list[Column], payments: Payments) -> HttpResponseBase:
    rows: Iterator[LineShare] = payments.rows.iterator(chunk_size=EXPORT_CHUNK)
    if wanted == "csv":
        streamed = StreamingHttpResponse(exports.csv_lines(columns, rows), content_type="text/csv; charset=utf-8")
        streamed["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return streamed
    if wanted == "xlsx":
        return FileResponse(
            exports.xlsx_file(columns, rows),
            as_attachment=True,
            filename=f"{name}.xlsx",
            content_type=exports.XLSX_TYPE,
        )
    raise Http404("Statements are offered as pdf, xlsx and csv.")


def _pdf(about: About, payments: Payments, on: dt.date) -> HttpResponse:
    count = payments.count
    paid = None
    if count <= PDF_ROWS_MAX:
        paid = [
            Paid(
                paid_on=share.batch_line.settled_on,
                payee=share.batch_line.payee_name,
                case=share.batch_line.case.number,
                payment=share.batch_line.end_to_end_id,
                fen=share.amount_fen,
            )
            for share in payments.rows
        ]
    content = statement(
        Statement(
            number=about.number,
            authority=Bilingual(about.authority.name_zh, about.authority.name_en),
            about=Bilingual(about.zh, about.en),
            facts=about.facts,
            paid=paid,
            count=count,
            total_fen=payments.total_fen,
            ledger_fen=payments.ledger_fen,
            as_of=on,
            lang="zh" if formats.is_chinese() else "en",
        )
    )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="statement-{about.number}.pdf"'
    return answer
