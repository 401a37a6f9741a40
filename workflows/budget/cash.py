"""The bureau's own cash: received from the treasury, paid over to it, bank charges and interest; acts on the bureau."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.ledger.enums import CashAccountKind
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.models import CashAccount, PayingAccount, Transaction
from subsidy.ledger.posting import Posting
from subsidy.work.enums import Duty
from workflows.budget.forms import CashForm
from workflows.common.acts import Act, Step
from workflows.common.refusals import BadData, Message, NotFound
from workflows.common.turn import Turn

HUNDRED = 100


def yuan(fen: int) -> str:
    return f"{fen // HUNDRED:,}.{fen % HUNDRED:02d}"


def refuse_used(key: str) -> None:
    """Raises BadData when the document was booked before: one document never moves money twice."""
    if Transaction.objects.filter(key=key).exists():
        said = _("This document is booked here already. Look at the entries; a further change needs its own document.")
        raise BadData(said, fields={"document": [str(said)]})


def _moving(kind: LedgerKind, check: Callable[[Turn], None] | None = None) -> Step:
    """The step that books one movement of the bank under its document."""

    def step(turn: Turn) -> None:
        account: PayingAccount = turn.data["paying_account"]
        if account.authority_id != turn.authority_id:
            raise NotFound
        key = f"{kind.value}:{account.pk}:{turn.data['document']}"
        refuse_used(key)
        if check is not None:
            check(turn)
        turn.passage.post(
            Posting(
                kind=kind,
                key=key,
                amount_fen=turn.data["amount_fen"],
                authority_id=turn.authority_id,
                subject_kind="authority",
                subject_id=turn.authority_id,
                paying_account_id=account.pk,
                currency=account.currency,
                memo=turn.data["document"],
            )
        )
        turn.record(account=account.pk, amount_fen=turn.data["amount_fen"], document=turn.data["document"])

    return step


def _refuse_more_than_received(turn: Turn) -> None:
    """The treasury takes back no more than it gave; the bureau's row is locked, so that the figure stands still."""
    currency = turn.data["paying_account"].currency
    funding = CashAccount.objects.filter(
        authority=turn.authority_id, kind=CashAccountKind.FUNDING, currency=currency
    ).first()
    received = -funding.balance if funding is not None else 0
    if turn.data["amount_fen"] > received:
        raise BadData(
            fields={
                "amount_fen": [
                    str(_("Only %(fen)s yuan were received and not paid over yet.") % {"fen": yuan(received)})
                ]
            }
        )


def _act(name: str, title: Message, step: Step) -> Act:
    return Act(name, title, step, role=Role.FINANCE_CHECK, duty=Duty.KEEPS_BUDGET, form=CashForm)


CASH_ACTS = (
    _act("receive_funds", _("Receive funds"), _moving(LedgerKind.FUND)),
    _act("pay_over", _("Pay over to the treasury"), _moving(LedgerKind.PAY_OVER, _refuse_more_than_received)),
    _act("book_charge", _("Book a bank charge"), _moving(LedgerKind.CHARGE)),
    _act("book_interest", _("Book interest"), _moving(LedgerKind.EARN_INTEREST)),
)
