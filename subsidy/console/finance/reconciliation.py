"""Bank against books: balances, each difference with its reason, statements that do not connect, a bank that is silent."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from subsidy.console.finance import scope
from subsidy.payouts.enums import LineState
from subsidy.payouts.models import BatchLine
from subsidy.payouts.reconciling import SILENT_DAYS, Break, Reconciled, reconciled, silent_of, suspense_of
from subsidy.web.components import Crumb, DataTable, Text
from subsidy.web.formats import day, yuan
from subsidy.web.lists import Column, ListSpec, Sort, respond

SILENT = ListSpec(
    model=BatchLine,
    columns=(
        Column("end_to_end_id", gettext_lazy("Payment key")),
        Column(
            "batch",
            gettext_lazy("Batch"),
            value="batch.number",
            link=lambda line: reverse("console:finance_batch", args=[line.batch.number]),
        ),
        Column("payee_name", gettext_lazy("Payee")),
        Column("execution_on", gettext_lazy("Execution date"), kind="day", value="batch.execution_on"),
        Column(
            "state",
            gettext_lazy("State"),
            kind="state",
            value=lambda line: LineState(line.state).label,
            tone=lambda _line: "wait",
        ),
        Column(
            "advice", gettext_lazy("What to do"), value=lambda _line: _("enquire at the bank; never send it again")
        ),
        Column("amount_fen", gettext_lazy("Amount"), kind="yuan"),
    ),
    sorts=(Sort("id", gettext_lazy("Oldest first"), ("id",)),),
    file_name="silent-bank",
    empty_title=gettext_lazy("The bank has answered in time"),
    empty_text=gettext_lazy("No payment has been with it for longer than it takes."),
)


@login_required
@require_safe
def reconciliation(request: HttpRequest) -> HttpResponseBase:
    who = scope.reader(request)
    found = reconciled(who.user, on=who.on)
    breaks = [(one, gap) for one in found for gap in one.breaks]
    context = {
        "accounts": [_account(one) for one in found],
        "breaks": _breaks(breaks) if breaks else None,
        "open_count": suspense_of(who.user, on=who.on).filter(resolved_at=None).count(),
        "silent_days": SILENT_DAYS,
        "crumbs": [Crumb(_("Bank answers"), reverse("console:finance_answers")), Crumb(_("Reconciliation"))],
    }
    silent = silent_of(who.user, on=who.on)
    return respond(request, SILENT, [silent], "console/finance/reconciliation.html", context)


def _account(one: Reconciled) -> DataTable:
    """From the bank's balance to the books' balance, reason by reason."""
    if one.last is None:
        rows: list[tuple[Text, ...]] = [
            (_("Balance in the books; no statement of this account has been read"), yuan(one.books_fen))
        ]
        return DataTable(caption=str(one.account), head=(_("What"), _("Amount (CNY)")), rows=rows, numeric=(1,))
    closing = day(one.last.closing_on) if one.last.closing_on else one.last.name
    gaps = sum(gap.difference_fen for gap in one.breaks)
    rows = [
        (_("Balance at the bank, %(day)s") % {"day": closing}, yuan(one.last.closing_fen)),
        (_("less what the account held before the first statement"), yuan(-one.before_fen)),
        (_("less what statements that were not read have moved"), yuan(-gaps)),
        (_("movements that the books know and no statement shows yet"), yuan(one.unlisted_fen)),
        (_("entered by people without a statement"), yuan(one.entered_fen)),
        (_("not explained; report this"), yuan(-one.unexplained_fen)),
    ]
    rows = [row for place, row in enumerate(rows) if place == 0 or row[1] not in ("0.00", "-0.00")]
    foot = (_("Balance in the books"), yuan(one.books_fen))
    return DataTable(caption=str(one.account), head=(_("What"), _("Amount (CNY)")), rows=rows, numeric=(1,), foot=foot)


def _breaks(found: list[tuple[Reconciled, Break]]) -> DataTable:
    rows = [
        (
            str(one.account),
            _words(gap),
            f"{gap.earlier.name} → {gap.later.name}",
            yuan(gap.difference_fen),
        )
        for one, gap in found
    ]
    head = (_("Account"), _("What is wrong"), _("Statements"), _("Between them (CNY)"))
    return DataTable(caption=_("Statements that do not connect"), head=head, rows=rows, numeric=(3,))


def _words(gap: Break) -> Text:
    if gap.is_gap:
        return _("a statement is missing: ask the bank for it and read it in")
    if gap.is_repeated:
        return _("one number was given twice: ask the bank which statement holds")
    return _("they overlap or their balances do not meet: ask the bank which holds")
