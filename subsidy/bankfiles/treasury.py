"""Writer of the treasury payment voucher (国库集中支付凭证) as XML, with the element names of DA/T 95—2022, table B.1.

The table names elements; it does not fix the document around them. Assumed here, and in one place: the root
``Voucher``, the list ``DetailList`` of ``Detail``, dates as eight digits, and the codes that ``TreasuryHead``
proposes. One voucher a file, one class of expenditure a voucher. Amounts are yuan with two decimals;
below zero they stand in returns and corrections only, which are the treasury's to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from lxml.etree import Element, SubElement, _Element

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.check import Findings, common_problems
from subsidy.bankfiles.lxml_stream import xmlfile
from subsidy.bankfiles.model import FormatInfo, Payment, PaymentFile, Problem, TreasuryHead

CURRENCY = "CNY"
_CODE = re.compile(r"[0-9A-Za-z-]{1,40}")
_FUNCTION = re.compile(r"[0-9]{3}(?:[0-9]{2}){0,2}")
#: The prefixes of a functional class: 类 (3 digits), 款 (5), 项 (7).
_FUNCTION_PARTS = (3, 5, 7)
_CODES: tuple[tuple[str, str], ...] = (
    ("adm_div_code", "区划代码"),
    ("vt_code", "凭证类型"),
    ("fund_type_code", "资金性质"),
    ("bgt_type_code", "预算类型"),
    ("pay_type_code", "支付方式"),
    ("agency_code", "预算单位代码"),
    ("gov_exp_eco_code", "政府经济分类"),
    ("dep_exp_eco_code", "部门经济分类"),
    ("business_type_code", "业务类型"),
)


@dataclass(frozen=True, slots=True)
class TreasuryWriter:
    """Streams one voucher; holds one row in memory at a time."""

    info: FormatInfo

    def problems(self, payment: Payment) -> tuple[Problem, ...]:
        """Every reason why the payment cannot stand in a voucher."""
        problems = common_problems(payment)
        if payment.currency != CURRENCY and not any(problem.field == "currency" for problem in problems):
            found = Findings(payment.row)
            found.add("currency", "国库凭证只支持人民币，请改用 pain.001", "a voucher carries CNY only; use pain.001")
            problems += found.problems
        return tuple(problems)

    def head_problems(self, header: PaymentFile) -> tuple[Problem, ...]:
        """Every code that the treasury needs and that is missing or is none."""
        found = Findings(0)
        head = header.treasury
        if head is None:
            found.add(
                "treasury",
                "缺少国库要素（区划、预算单位、支出分类等），请在预算指标中补齐后重新制单",
                "the treasury's codes are missing (area, agency, class of expenditure); "
                "complete the budget line and prepare the batch again",
            )
            return tuple(found.problems)
        for field, zh in _CODES:
            if _CODE.fullmatch(getattr(head, field)) is None:
                found.add(
                    field, f"{zh}为空或有误，请补齐后重新制单", f"{field} is blank or no code; complete it first"
                )
        if _FUNCTION.fullmatch(head.exp_func_code) is None:
            found.add(
                "exp_func_code",
                f"功能分类须为 3、5 或 7 位数字，现为“{head.exp_func_code}”，请在预算指标中补齐后重新制单",
                f"exp_func_code must have 3, 5 or 7 digits, got {head.exp_func_code!r}; complete the budget line",
            )
        found.text("agency_name", head.agency_name, longest=140)
        return tuple(found.problems)

    def write(self, header: PaymentFile, payments: Iterable[Payment], out: BinaryIO) -> None:
        """Write head and details; both have been checked."""
        assert header.treasury is not None, "head_problems has refused a head without the treasury's codes"
        with xmlfile(out, encoding="utf-8") as xml:
            xml.write_declaration()
            with xml.element("Voucher"):
                for tag, text in _head(header, header.treasury):
                    xml.write(_leaf(tag, text))
                with xml.element("DetailList"):
                    for payment in payments:
                        xml.write(_detail(payment))


def _leaf(tag: str, text: str) -> _Element:
    element = Element(tag)
    element.text = text
    element.tail = "\n"
    return element


def _head(header: PaymentFile, head: TreasuryHead) -> Iterator[tuple[str, str]]:
    yield "AdmDivCode", head.adm_div_code
    yield "StYear", str(head.st_year)
    yield "VtCode", head.vt_code
    yield "VouDate", header.execution_on.strftime("%Y%m%d")
    yield "VoucherNo", header.message_id
    yield "FundTypeCode", head.fund_type_code
    yield "BgtTypeCode", head.bgt_type_code
    yield "PayTypeCode", head.pay_type_code
    yield "AgencyCode", head.agency_code
    yield "AgencyName", head.agency_name
    yield "ExpFuncCode", head.exp_func_code
    for number, length in enumerate(_FUNCTION_PARTS, start=1):
        if len(head.exp_func_code) >= length:
            yield f"ExpFuncCode{number}", head.exp_func_code[:length]
    yield "GovExpEcoCode", head.gov_exp_eco_code
    yield "DepExpEcoCode", head.dep_exp_eco_code
    yield "PayAcctNo", header.payer.account
    yield "PayAcctName", header.payer.name
    yield "PayAcctBankName", header.payer.bank_name
    yield "PaySummaryName", header.purpose
    yield "PayAmt", fen_to_text(header.total_fen)
    yield "BusinessTypeCode", head.business_type_code


def _detail(payment: Payment) -> _Element:
    detail = Element("Detail")
    for tag, text in (
        ("Id", str(payment.row)),
        ("VoucherBillNo", payment.end_to_end_id),
        ("PayeeAcctNo", payment.payee.account),
        ("PayeeAcctName", payment.payee.name),
        ("PayeeAcctBankName", payment.payee.bank_name),
        ("PayeeAcctBankNo", payment.payee.bank_code),
        ("PaySummaryName", payment.purpose),
        ("PayAmt", fen_to_text(payment.amount_fen)),
    ):
        SubElement(detail, tag).text = text
    detail.tail = "\n"
    return detail
