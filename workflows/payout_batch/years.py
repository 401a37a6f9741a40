"""A batch that was prepared before a budget year ended, and would be paid from it after."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from subsidy.payouts.models import LineShare
from workflows.common.refusals import WrongState

NAMED_MAX = 5


def refuse_closed_years(shares: Iterable[LineShare]) -> None:
    """Raises WrongState with the payments that a closed line was to bear: prepared anew, the next year's line bears them.

    The shares come with their payment and their budget line at hand.
    """
    found = [share for share in shares if share.budget_line.closed_at is not None]
    if not found:
        return
    rows = [
        f"{share.batch_line.end_to_end_id} ({share.budget_line.code} {share.budget_line.year})"
        for share in found[:NAMED_MAX]
    ]
    more = f" … (+{len(found) - NAMED_MAX})" if len(found) > NAMED_MAX else ""
    raise WrongState(
        _(
            "The budget year that was to bear these payments is closed: %(rows)s. Return the batch and prepare it again: "
            "the line of the next year bears them."
        )
        % {"rows": ", ".join(rows) + more}
    )
