"""Writer of ISO 20022 customer credit transfers, pain.001.001.09 (message definition report of the 2019 set).

Chinese accounts are ``Othr/Id``; the CNAPS number is the clearing member of the clearing system ``CNAPS``
(external code list ExternalClearingSystemIdentification1Code). One payment information block, booked one by one
(``BtchBookg`` false) because every payment is settled and returned by itself; charges are the payer's (``DEBT``), so
that the decreed amount arrives whole. The purpose of a row and its remark form one ``Ustrd``, since many banks pass on
only the first; the file's own ``purpose`` and ``sequence`` have no place in this message and are not written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from lxml.etree import Element, SubElement, _Element

from subsidy.bankfiles.amounts import fen_to_text
from subsidy.bankfiles.check import NAME_MAX, Findings, common_problems
from subsidy.bankfiles.lxml_stream import xmlfile
from subsidy.bankfiles.model import BANK_TIME, FormatInfo, Party, Payment, PaymentFile, Problem

_NS = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_CLEARING_SYSTEM = "CNAPS"
_CATEGORY = "GOVT"  # ExternalCategoryPurpose1Code: payment to or from a government department


@dataclass(frozen=True, slots=True)
class Pain001Writer:
    """Streams one pain.001 file; holds one payment in memory at a time."""

    info: FormatInfo

    def problems(self, payment: Payment) -> tuple[Problem, ...]:
        """Every reason why the payment cannot stand in this message."""
        problems = common_problems(payment)
        if not problems and len(remittance(payment)) > NAME_MAX:
            found = Findings(payment.row)
            found.text("purpose+remark", remittance(payment), longest=NAME_MAX)
            problems = found.problems
        return tuple(problems)

    def write(self, header: PaymentFile, payments: Iterable[Payment], out: BinaryIO) -> None:
        """Write head and payments; both have been checked."""
        with xmlfile(out, encoding="utf-8") as xml:
            xml.write_declaration()
            with xml.element(f"{{{_NS}}}Document", nsmap={None: _NS}), xml.element(f"{{{_NS}}}CstmrCdtTrfInitn"):
                xml.write(_group_header(header))
                with xml.element(f"{{{_NS}}}PmtInf"):
                    for element in _payment_information(header):
                        xml.write(element)
                    form = _TransactionForm()
                    for payment in payments:
                        xml.write(form.filled(payment))


def remittance(payment: Payment) -> str:
    """The text that travels to the payee: the purpose, then the remark if there is one."""
    return f"{payment.purpose} {payment.remark}" if payment.remark else payment.purpose


# The elements below carry no namespace of their own: written inside the document element they take its default one.
# Giving each its namespace would make lxml repeat the declaration on every payment.


def _leaf(parent: _Element, tag: str, text: str) -> _Element:
    child = SubElement(parent, tag)
    child.text = text
    return child


def _group_header(header: PaymentFile) -> _Element:
    group = Element("GrpHdr")
    _leaf(group, "MsgId", header.message_id)
    _leaf(group, "CreDtTm", header.created_at.astimezone(BANK_TIME).isoformat(timespec="seconds"))
    _controls(group, header)
    _leaf(SubElement(group, "InitgPty"), "Nm", header.payer.name)
    group.tail = "\n"
    return group


def _controls(parent: _Element, header: PaymentFile) -> None:
    _leaf(parent, "NbOfTxs", str(header.count))
    _leaf(parent, "CtrlSum", fen_to_text(header.total_fen))


def _payment_information(header: PaymentFile) -> Iterable[_Element]:
    """The fields of the payment information block before its payments, in the order of the schema."""
    block = Element("PmtInf")
    _leaf(block, "PmtInfId", header.message_id)
    _leaf(block, "PmtMtd", "TRF")
    _leaf(block, "BtchBookg", "false")
    _controls(block, header)
    _leaf(SubElement(SubElement(block, "PmtTpInf"), "CtgyPurp"), "Cd", _CATEGORY)
    _leaf(SubElement(block, "ReqdExctnDt"), "Dt", header.execution_on.isoformat())
    _leaf(SubElement(block, "Dbtr"), "Nm", header.payer.name)
    account = SubElement(block, "DbtrAcct")
    _account(account, header.payer.account)
    _leaf(account, "Ccy", header.currency)
    _agent(SubElement(block, "DbtrAgt"), header.payer)
    _leaf(block, "ChrgBr", "DEBT")
    block[-1].tail = "\n"
    return list(block)


def _account(parent: _Element, account: str) -> _Element:
    return _leaf(SubElement(SubElement(parent, "Id"), "Othr"), "Id", account)


def _agent(parent: _Element, party: Party | None) -> tuple[_Element, _Element]:
    """A bank by its CNAPS number and name; hands back the two elements that hold them."""
    institution = SubElement(parent, "FinInstnId")
    member = SubElement(institution, "ClrSysMmbId")
    _leaf(SubElement(member, "ClrSysId"), "Cd", _CLEARING_SYSTEM)
    code = _leaf(member, "MmbId", party.bank_code if party else "")
    return code, _leaf(institution, "Nm", party.bank_name if party else "")


class _TransactionForm:
    """One transaction element, filled anew for each payment: a written element is not kept, so one is enough."""

    def __init__(self) -> None:
        self._transaction = Element("CdtTrfTxInf")
        self._transaction.tail = "\n"
        self._end_to_end_id = _leaf(SubElement(self._transaction, "PmtId"), "EndToEndId", "")
        self._amount = _leaf(SubElement(self._transaction, "Amt"), "InstdAmt", "")
        self._bank_code, self._bank_name = _agent(SubElement(self._transaction, "CdtrAgt"), None)
        self._name = _leaf(SubElement(self._transaction, "Cdtr"), "Nm", "")
        self._account = _account(SubElement(self._transaction, "CdtrAcct"), "")
        self._remittance = _leaf(SubElement(self._transaction, "RmtInf"), "Ustrd", "")

    def filled(self, payment: Payment) -> _Element:
        """The element with every field of the payment; none keeps a value of the payment before."""
        self._end_to_end_id.text = payment.end_to_end_id
        self._amount.text = fen_to_text(payment.amount_fen)
        self._amount.set("Ccy", payment.currency)
        self._bank_code.text = payment.payee.bank_code
        self._bank_name.text = payment.payee.bank_name
        self._name.text = payment.payee.name
        self._account.text = payment.payee.account
        self._remittance.text = remittance(payment)
        return self._transaction
