"""A payout file that cannot be paid with: the same rows without account numbers, each marked as not payable.

The marks hold in three ways at once, for a preview that reaches a bank by mistake: the identifier is not the batch's,
so the file is no duplicate of the real one; accounts and bank numbers are void, so no row can be executed; and the
words say it to a person.
"""

from __future__ import annotations

from dataclasses import replace

from subsidy.bankfiles.check import ID_MAX
from subsidy.bankfiles.model import Party, Payment, PaymentFile

MARK = "NOT-PAYABLE"
WORDS = "预览不可付款"
_VOID = "0" * 9


def masked_file(header: PaymentFile) -> PaymentFile:
    """The head of a preview."""
    return replace(
        header,
        message_id=f"{MARK}-{header.message_id}"[:ID_MAX],
        payer=_masked(header.payer),
        purpose=WORDS,
    )


def masked_payment(payment: Payment) -> Payment:
    """A row of a preview; amount, name, bank and its class (three digits) are those of the payment."""
    return replace(payment, payee=_masked(payment.payee), purpose=WORDS, remark=MARK)


def _masked(party: Party) -> Party:
    return replace(party, account=MARK, bank_code=party.bank_code[:3] + _VOID, bic="")
