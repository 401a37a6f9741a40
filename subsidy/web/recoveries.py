"""What officers and the company both see of a recovery."""

from __future__ import annotations

from django.utils.translation import gettext as _

from policies.language.render.terms import interest_words
from subsidy.ledger.enums import Kind
from subsidy.ledger.models import Transaction
from subsidy.payouts.enums import LineState
from subsidy.payouts.offsets import offsets_against
from subsidy.payouts.recoveries import Recovery
from subsidy.web.components import SummaryRow
from subsidy.web.formats import instant, money
from workflows.case.fields import spoken
from workflows.recovery.steps import interest_terms


def offset_rows(recovery: Recovery) -> list[SummaryRow]:
    """What was set off against it, payment by payment, or is going to be with a batch that waits for its release."""
    return [
        SummaryRow(
            _("Set off in payment %(payment)s (%(state)s)")
            % {"payment": one.batch_line.end_to_end_id, "state": LineState(one.batch_line.state).label},
            money(one.amount_fen),
        )
        for one in offsets_against(recovery.pk)
    ]


def interest_rows(recovery: Recovery) -> list[SummaryRow]:
    """The interest in what is to be paid back, or before the decision by which rule it is going to be added."""
    terms = interest_terms(recovery)
    if terms is None or (recovery.decided_on is not None and not recovery.interest_fen):
        return []
    said = spoken(interest_words(terms))
    if recovery.decided_on is None:
        return [SummaryRow(_("Interest by the policy"), said)]
    return [SummaryRow(_("Interest in it"), f"{money(recovery.interest_fen)} ({said})")]


def refund_rows(recovery: Recovery) -> list[SummaryRow]:
    """What was paid back to the company, as too much was recovered: when it was booked, and by which paper."""
    moves = Transaction.objects.filter(
        subject_kind="recovery", subject_id=recovery.pk, kind=Kind.RECOVER_REFUND, legs__amount__gt=0
    )
    return [
        SummaryRow(
            _("Paid back to the company, as too much was recovered (%(document)s, %(day)s)")
            % {"document": memo.removeprefix(recovery.number).strip(), "day": instant(at)},
            money(fen),
        )
        for memo, at, fen in moves.order_by("pk").values_list("memo", "at", "legs__amount")
    ]
