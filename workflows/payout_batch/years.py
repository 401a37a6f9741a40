"""A batch that was prepared before a budget year ended, and would be paid from it after."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.payouts.models import Batch, LineShare
from workflows.common.refusals import WrongState

NAMED_MAX = 5


def refuse_closed_years(batch: Batch) -> None:
    """Raises WrongState with the payments that a closed line was to bear: prepared anew, the next year's line bears them."""
    shares = LineShare.objects.filter(batch_line__batch=batch, budget_line__closed_at__isnull=False)
    found = list(
        shares.order_by("batch_line__row").values_list(
            "batch_line__end_to_end_id", "budget_line__code", "budget_line__year"
        )
    )
    if not found:
        return
    rows = [f"{payment} ({code} {year})" for payment, code, year in found[:NAMED_MAX]]
    more = f" … (+{len(found) - NAMED_MAX})" if len(found) > NAMED_MAX else ""
    raise WrongState(
        _(
            "The budget year that was to bear these payments is closed: %(rows)s. Return the batch and prepare it again: "
            "the line of the next year bears them."
        )
        % {"rows": ", ".join(rows) + more}
    )
