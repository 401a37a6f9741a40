"""What an item in suspense is: one person of the finance desk proposes it, another approves, and it is booked then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.decisions.models import Proposal, ProposalKind
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.models import Transaction
from subsidy.ledger.posting import Posting
from subsidy.payouts.answers import brings_back, pays
from subsidy.payouts.enums import LineState, Resolution
from subsidy.payouts.models import Batch, BatchLine, SuspenseItem
from subsidy.payouts.reconciling import RECOGNISED, entered_alike, recognised_key
from subsidy.payouts.recoveries import Recovery
from workflows.common.acts import ActForm
from workflows.common.refusals import BadData, Message, NotFound, WrongState
from workflows.common.turn import Turn
from workflows.payout_batch.moving import Bank, Moves, tell_batches
from workflows.payout_batch.reading import EXPORTED
from workflows.payout_batch.suspense import write_items
from workflows.proposal.drafts import draft
from workflows.recovery.receiving import NONE_AWAITS, awaiting
from workflows.recovery.refunding import NOTHING_CAME_IN, look_at
from workflows.recovery.steps import taken_at_most

NAMES_PAYMENT = (Resolution.SETTLEMENT, Resolution.RETURN, Resolution.RETURN_CANCELLED)
OF_DEBIT = (Resolution.SETTLEMENT, Resolution.CHARGE, Resolution.REFUND)
OF_BOTH = (Resolution.ENTERED,)


class SuspenseForm(ActForm):
    """What the item is said to be; `named` is the key of a payment, or the number of a debit, a recovery or an entry."""

    item = forms.IntegerField(widget=forms.HiddenInput)
    resolution = forms.ChoiceField(label=_("What it is"), choices=Resolution.choices, widget=forms.RadioSelect)
    named = forms.CharField(
        label=_(
            "Key of the payment, or number of the debit that sent it back, of the recovery, or of the entry by hand"
        ),
        max_length=60,
        required=False,
    )
    document = forms.CharField(label=_("Document number"), max_length=60, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


@dataclass(frozen=True)
class Found:
    """The item, and what it is said to be: a payment, a debit that sent it back, money for a recovery, an entry by hand,
    or none of them."""

    item: SuspenseItem
    resolution: Resolution
    line: BatchLine | None = None
    debit: SuspenseItem | None = None
    recovery: Recovery | None = None
    entry: Transaction | None = None


def _wrong(field: str, words: Message) -> BadData:
    return BadData(fields={field: [str(words)]})


def find(authority_id: int, item_id: int, resolution: Resolution, named: str) -> Found:
    """The open item and what it is said to be, locked. Raises NotFound, WrongState, BadData with what does not fit."""
    items = SuspenseItem.objects.select_for_update(no_key=True, of=("self",)).select_related("answer")
    item = items.filter(pk=item_id, authority_id=authority_id).first()
    if item is None:
        raise NotFound
    if item.resolved_at is not None:
        raise WrongState(_("This item has left suspense already. Reload the list."))
    if resolution not in OF_BOTH and item.is_credit == (resolution in OF_DEBIT):
        raise _wrong("resolution", _("Money in cannot be this, or money out cannot. Choose what fits its direction."))
    if resolution in NAMES_PAYMENT:
        return Found(item, resolution, line=_payment(item, resolution, named))
    if resolution == Resolution.SEND_BACK:
        wanted = int(named) if named.isdecimal() and len(named) < 18 else 0
        debit = items.filter(pk=wanted, authority_id=authority_id, is_credit=False, resolved_at=None).first()
        if debit is None or debit.left_fen != item.left_fen or debit.paying_account_id != item.paying_account_id:
            raise _wrong(
                "named", _("Name the open debit of the same account and amount that sent it back, by its number.")
            )
        return Found(item, resolution, debit=debit)
    if resolution == Resolution.REFUND:
        return Found(item, resolution, recovery=_refunded(item, named.strip()))
    if resolution == Resolution.REPAYMENT:
        return Found(item, resolution, recovery=awaiting(authority_id, named.strip(), field="named")[0])
    if resolution == Resolution.ENTERED:
        return Found(item, resolution, entry=_entry(item, named.strip()))
    return Found(item, resolution)


def _entry(item: SuspenseItem, number: str) -> Transaction:
    alike = {str(one.pk): one for one in entered_alike(item)}
    if number not in alike:
        known = ", ".join(alike) or str(_("none"))
        raise _wrong(
            "named",
            _("Name the entry by its number. Of this account, amount and direction were entered: %(known)s.")
            % {"known": known},
        )
    return alike[number]


def _refunded(item: SuspenseItem, number: str) -> Recovery:
    """The recovery of which the debit paid something back. Raises BadData where it cannot have, or stands there by hand."""
    recovery = Recovery.objects.filter(number=number, authority=item.authority_id).first()
    if recovery is None:
        raise _wrong("named", NOTHING_CAME_IN)
    by_hand = [one for one in entered_alike(item) if one.kind == LedgerKind.RECOVER_REFUND]
    same = next((one for one in by_hand if one.subject_id == recovery.pk), None)
    if same is not None:
        raise _wrong(
            "resolution",
            _("This refund was entered by hand as entry %(number)s. Propose that the item is that entry.")
            % {"number": same.pk},
        )
    return recovery


def _payment(item: SuspenseItem, resolution: Resolution, named: str) -> BatchLine:
    lines = BatchLine.objects.select_related("batch", "case", "instalment").prefetch_related(
        "shares__budget_line", "offsets"
    )
    line = lines.filter(
        end_to_end_id=named.strip(), batch__authority=item.authority_id, batch__state__in=EXPORTED
    ).first()
    if line is None:
        raise _wrong("named", _("No payment that was exported has this key. Copy it from the page of its batch."))
    if resolution == Resolution.SETTLEMENT:
        fits = pays(line, item.left_fen)
    elif resolution == Resolution.RETURN:
        fits = brings_back(line, item.left_fen)
    else:
        fits = line.state == LineState.SETTLED and line.sent_fen == item.left_fen
    if not fits:
        raise _wrong(
            "named",
            _("This payment is %(state)s and of another amount or not where this fits. Choose what it really is.")
            % {"state": LineState(line.state).label},
        )
    return line


def make_suspense(turn: Turn) -> Proposal:
    """What one person of finance says the item is. Raises what `find` raises."""
    data = turn.data
    found = find(turn.authority_id, data["item"], Resolution(data["resolution"]), data["named"])
    if found.resolution == Resolution.FUNDS and not data["document"]:
        raise _wrong("document", _("Money of the treasury comes with a document. Give its number."))
    if found.resolution == Resolution.REFUND:
        _look_at_refund(turn, found, data["document"])
    item = found.item
    title = f"{item.booked_on:%Y-%m-%d} {item.left_fen // 100:,}.{item.left_fen % 100:02d} {item.other_name or item.end_to_end_id}".strip()
    terms = {"resolution": found.resolution, "named": data["named"].strip(), "document": data["document"]}
    return draft(turn, ProposalKind.SUSPENSE, title, "suspense", item.pk, terms)


def resolve(turn: Turn, proposal: Proposal, terms: dict[str, Any]) -> None:
    """Book the item as what two people say it is; looked at once more, for a file may have been read since."""
    found = find(proposal.authority_id, proposal.about_id, Resolution(terms["resolution"]), terms["named"])
    known, left = found.item.left_fen, 0
    if found.line is not None:
        _move_payment(turn, proposal, found)
    elif found.resolution == Resolution.REFUND:
        assert found.recovery is not None, "found"
        turn.passage.also("recovery", [found.recovery.pk], "refund", _money_out(found, terms["document"], proposal))
    elif found.recovery is not None:
        left = _repay(turn, found, found.recovery)
    else:
        _post(turn, proposal, found, terms["document"])
    for item in (found.item, found.debit):
        if item is not None:
            item.left_fen, item.proposal = left, proposal.number
            if not left:
                item.resolved_at, item.resolution = turn.now.at, found.resolution
    write_items(item for item in (found.item, found.debit) if item is not None)
    turn.record(item=found.item.pk, resolution=found.resolution, amount_fen=known - left, named=terms["named"])
    if left:
        turn.record(left_fen=left)


def _money_out(found: Found, document: str, proposal: Proposal | None = None) -> dict[str, Any]:
    """The debit as the recovery books it: the whole of it, or nothing."""
    item = found.item
    money = {
        "amount_fen": item.left_fen,
        "item": item.pk,
        "reference": item.answer.bank_reference,
        "paid_on": item.booked_on.isoformat(),
        "document": document,
    }
    return money if proposal is None else {**money, "proposal": proposal.number, "reason": proposal.reason}


def _look_at_refund(turn: Turn, found: Found, document: str) -> None:
    assert found.recovery is not None, "found"
    if not document:
        raise _wrong("document", _("A refund needs the paper by which less is owed. Give its number."))
    try:
        look_at(found.recovery, _money_out(found, document), turn.now.on)
    except BadData as refusal:
        raise _wrong("named", refusal.fields["amount_fen"][0]) from refusal


def _repay(turn: Turn, found: Found, recovery: Recovery) -> int:
    """Count the money for the recovery, up to what it can take; returns what of the item stays unknown (fen)."""
    item, act = found.item, awaiting(turn.authority_id, recovery.number, field="named")[1]
    taken = min(item.left_fen, taken_at_most(recovery))
    if not taken:
        raise _wrong("named", NONE_AWAITS)
    money = {"amount_fen": taken, "reference": f"{item.answer.entry}:{item.left_fen}", "received_on": item.booked_on}
    turn.passage.also("recovery", [recovery.pk], act, money)
    return item.left_fen - taken


def _move_payment(turn: Turn, proposal: Proposal, found: Found) -> None:
    line, item = found.line, found.item
    assert line is not None, "the caller has looked"
    batch = Batch.objects.select_for_update(no_key=True).get(pk=line.batch_id)
    bank = Bank(
        item.answer.entry,
        item.paying_account_id,
        is_known=False,
        booked_on=item.booked_on,
        reason_code=item.answer.reason_code,
        reason_text=item.answer.reason_text,
    )
    moves = Moves(turn)
    if found.resolution == Resolution.SETTLEMENT:
        moves.settle(line, bank)
    else:
        moves.give_back(line, bank, cancelled=found.resolution == Resolution.RETURN_CANCELLED)
    moves.finish()
    tell_batches(
        turn, {batch.pk: {"proposal": proposal.number, "effects": {found.resolution: 1}}}, {batch.pk: batch.state}
    )


_KINDS = {
    Resolution.FUNDS: LedgerKind.FUND,
    Resolution.INTEREST: LedgerKind.EARN_INTEREST,
    Resolution.CHARGE: LedgerKind.CHARGE,
    Resolution.SEND_BACK: LedgerKind.SEND_BACK,
}


def _post(turn: Turn, proposal: Proposal, found: Found, document: str) -> None:
    """Book the event that the item turned out to be; one that was booked when it was entered is taken off the account,
    for the bank's movement stands there too."""
    item = found.item
    kind = RECOGNISED[item.is_credit] if found.entry else _KINDS[found.resolution]
    turn.passage.post(
        Posting(
            kind=kind,
            key=recognised_key(found.entry) if found.entry else f"{kind.value}:suspense:{item.pk}",
            amount_fen=item.left_fen,
            authority_id=item.authority_id,
            subject_kind="proposal",
            subject_id=proposal.pk,
            paying_account_id=item.paying_account_id,
            from_suspense=found.entry is None,
            currency=item.paying_account.currency,
            memo=document or proposal.number,
        )
    )
