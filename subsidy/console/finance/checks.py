"""What a checker looks at before money leaves: computed from the frozen batch each time, never stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subsidy.bankfiles import check_payment
from subsidy.payouts.files import payment_of
from subsidy.payouts.models import Batch
from subsidy.payouts.services import changed_accounts
from subsidy.web import formats
from subsidy.web.components import Text, Tone

NAMED_MAX = 10


@dataclass(frozen=True)
class Check:
    """One check: what it asks, whether it holds, and what was found."""

    what: Text
    holds: bool
    found: Text

    @property
    def words(self) -> Text:
        return _("holds") if self.holds else _("does not hold")

    @property
    def tone(self) -> Tone:
        return "done" if self.holds else "stop"


def checks_of(batch: Batch, *, at: dt.datetime, on: dt.date) -> list[Check]:
    """Totals, accounts, format and date of a batch that has not been released; two statements whatever its size."""
    lines = list(batch.lines.order_by("row"))
    sent = [line for line in lines if line.sent_fen]
    total = sum(line.sent_fen for line in sent)
    changed = changed_accounts(lines, at=at)
    payments = (payment_of(line, purpose=batch.purpose, currency=batch.currency) for line in sent)
    problems = [
        formats.pick(problem.zh, problem.en)
        for payment in payments
        for problem in check_payment(batch.format, payment)
    ]
    return [
        Check(
            _("The lines add up to the totals of the batch"),
            total == batch.total_fen and len(sent) == batch.line_count,
            ngettext("%(n)d payment, %(total)s", "%(n)d payments, %(total)s", len(sent))
            % {"n": len(sent), "total": formats.money(total)},
        ),
        Check(
            _("Each account is the one that the company confirmed, valid today"),
            not changed,
            _named([f"{line.row} {line.payee_name}" for line in changed]) or _("no account has changed"),
        ),
        Check(
            _("The format can carry every line"),
            not problems,
            _named(problems) or _("names, accounts and amounts fit"),
        ),
        Check(_("The execution date has not passed"), batch.execution_on >= on, formats.day(batch.execution_on)),
    ]


def _named(found: list[str]) -> str:
    more = f" … (+{len(found) - NAMED_MAX})" if len(found) > NAMED_MAX else ""
    return "; ".join(found[:NAMED_MAX]) + more
