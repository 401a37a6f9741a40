"""What officers and the company both see of a recovery."""

from __future__ import annotations

from django.utils.translation import gettext as _

from subsidy.payouts.enums import LineState
from subsidy.payouts.offsets import offsets_against
from subsidy.payouts.recoveries import Recovery
from subsidy.web.components import SummaryRow
from subsidy.web.formats import money


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
