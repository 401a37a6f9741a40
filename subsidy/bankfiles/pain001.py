"""Writer of ISO 20022 customer credit transfers: pain.001.001.09 (the 2019 set) and the older pain.001.001.03.

Chinese accounts are ``Othr/Id``; the CNAPS number is the clearing member of the clearing system ``CNAPS``
(external code list ExternalClearingSystemIdentification1Code). One payment information block, booked one by one
(``BtchBookg`` false) because every payment is settled and returned by itself; charges are the payer's (``DEBT``), so
that the decreed amount arrives whole. The purpose of a row and its remark form one ``Ustrd``, since many banks pass on
only the first; the file's own ``purpose`` and ``sequence`` have no place in this message and are not written.
What differs between the versions is in ``Version``: the rest of what is written is the same in both schemas.
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

_CLEARING_SYSTEM = "CNAPS"
_CATEGORY = "GOVT"  # ExternalCategoryPurpose1Code: payment to or from a government department


@dataclass(frozen=True, slots=True)
class Version:
    """What one version of the message does otherwise than the others."""

    namespace: str
    bic_tag: str
    date_is_choice: bool


V09 = Version("urn:iso:std:iso:20022:tech:xsd:pain.001.001.09", bic_tag="BICFI", date_is_choice=True)
V03 = Version("urn:iso:std:iso:20022:tech:xsd:pain.001.001.03", bic_tag="BIC", date_is_choice=False)


@dataclass(frozen=True, slots=True)
class Pain001Writer:
    """Streams one pain.001 file; holds one payment in memory at a time."""

    info: FormatInfo
    version: Version

    def problems(self, payment: Payment) -> tuple[Problem, ...]:
        """Every reason why the payment cannot stand in this message."""
        problems = common_problems(payment)
        if not problems and len(remittance(payment)) > NAME_MAX:
            found = Findings(payment.row)
            found.text("purpose+remark", remittance(payment), longest=NAME_MAX)
            problems = found.problems
        return tuple(problems)

    def head_problems(self, header: PaymentFile) -> tuple[Problem, ...]:
        """None beyond what holds of every head."""
        return ()

    def write(self, header: PaymentFile, payments: Iterable[Payment], out: BinaryIO) -> None:
        """Write head and payments; both have been checked."""
        name = self.version.namespace
        with xmlfile(out, encoding="utf-8") as xml:
            xml.write_declaration()
            with xml.element(f"{{{name}}}Document", nsmap={None: name}), xml.element(f"{{{name}}}CstmrCdtTrfInitn"):
                xml.write(_group_header(header))
                with xml.element(f"{{{name}}}PmtInf"):
                    for element in _payment_information(header, self.version):
                        xml.write(element)
                    form = _TransactionForm(self.version)
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
    _leaf(parent, "CtrlSum", fen_to_text(header.total_fen, header.currency))


def _payment_information(header: PaymentFile, version: Version) -> Iterable[_Element]:
    """The fields of the payment information block before its payments, in the order of the schema."""
    block = Element("PmtInf")
    _leaf(block, "PmtInfId", header.message_id)
    _leaf(block, "PmtMtd", "TRF")
    _leaf(block, "BtchBookg", "false")
    _controls(block, header)
    _leaf(SubElement(SubElement(block, "PmtTpInf"), "CtgyPurp"), "Cd", _CATEGORY)
    executed = SubElement(block, "ReqdExctnDt")
    (SubElement(executed, "Dt") if version.date_is_choice else executed).text = header.execution_on.isoformat()
    _leaf(SubElement(block, "Dbtr"), "Nm", header.payer.name)
    account = SubElement(block, "DbtrAcct")
    _account(account, header.payer.account)
    _leaf(account, "Ccy", header.currency)
    _Agent(SubElement(block, "DbtrAgt"), version).fill(header.payer)
    _leaf(block, "ChrgBr", "DEBT")
    block[-1].tail = "\n"
    return list(block)


def _account(parent: _Element, account: str) -> _Element:
    return _leaf(SubElement(SubElement(parent, "Id"), "Othr"), "Id", account)


class _Agent:
    """A bank by its CNAPS number and name, and by its BIC where one is known."""

    def __init__(self, parent: _Element, version: Version) -> None:
        self._institution = SubElement(parent, "FinInstnId")
        self._bic = Element(version.bic_tag)
        member = SubElement(self._institution, "ClrSysMmbId")
        _leaf(SubElement(member, "ClrSysId"), "Cd", _CLEARING_SYSTEM)
        self._code = _leaf(member, "MmbId", "")
        self._name = _leaf(self._institution, "Nm", "")

    def fill(self, party: Party) -> None:
        """Take the party's bank in place of the one before; without a BIC there is no element for it."""
        self._code.text = party.bank_code
        self._name.text = party.bank_name
        if party.bic:
            self._bic.text = party.bic
            self._institution.insert(0, self._bic)
        elif self._bic.getparent() is not None:
            self._institution.remove(self._bic)


class _TransactionForm:
    """One transaction element, filled anew for each payment: a written element is not kept, so one is enough."""

    def __init__(self, version: Version) -> None:
        self._transaction = Element("CdtTrfTxInf")
        self._transaction.tail = "\n"
        self._end_to_end_id = _leaf(SubElement(self._transaction, "PmtId"), "EndToEndId", "")
        self._amount = _leaf(SubElement(self._transaction, "Amt"), "InstdAmt", "")
        self._agent = _Agent(SubElement(self._transaction, "CdtrAgt"), version)
        self._name = _leaf(SubElement(self._transaction, "Cdtr"), "Nm", "")
        self._account = _account(SubElement(self._transaction, "CdtrAcct"), "")
        self._remittance = _leaf(SubElement(self._transaction, "RmtInf"), "Ustrd", "")

    def filled(self, payment: Payment) -> _Element:
        """The element with every field of the payment; none keeps a value of the payment before."""
        self._end_to_end_id.text = payment.end_to_end_id
        self._amount.text = fen_to_text(payment.amount_fen, payment.currency)
        self._amount.set("Ccy", payment.currency)
        self._agent.fill(payment.payee)
        self._name.text = payment.payee.name
        self._account.text = payment.payee.account
        self._remittance.text = remittance(payment)
        return self._transaction
