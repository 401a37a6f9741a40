"""A budget line: established, given money by a document, and what approved changes do to it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.ledger.enums import Kind as LedgerKind
from subsidy.ledger.models import BudgetLine
from subsidy.ledger.posting import Posting
from subsidy.work.enums import Duty
from workflows.budget.cash import refuse_used, yuan
from workflows.budget.forms import AmountForm, LineForm
from workflows.common.acts import Act
from workflows.common.refusals import BadData, WrongState
from workflows.common.subjects import Opening
from workflows.common.turn import Turn


def make_line(turn: Turn) -> BudgetLine:
    same = BudgetLine.objects.filter(authority=turn.authority_id, year=turn.data["year"], code=turn.data["code"])
    if same.exists():
        raise BadData(fields={"code": [str(_("This year has a line with this code already. Choose another code."))]})
    return BudgetLine(authority_id=turn.authority_id, **turn.data)


def established(turn: Turn) -> None:
    line: BudgetLine = turn.subject
    turn.record(year=line.year, code=line.code, source=line.source, programme=line.programme)


def refuse_closed(line: BudgetLine) -> None:
    """A closed year takes no money and gives none."""
    if line.closed_at is not None:
        raise WrongState(
            _("The year %(year)d of the line %(line)s is closed. Book on a line of an open year.")
            % {"year": line.year, "line": line.code}
        )


def refuse_more_than_available(line: BudgetLine, amount_fen: int) -> None:
    if amount_fen > line.available:
        raise WrongState(
            _(
                "The line %(line)s has %(left)s yuan available, less than %(need)s. Nothing was changed: lower the amount."
            )
            % {"line": line.code, "left": yuan(line.available), "need": yuan(amount_fen)}
        )


def key_of(kind: LedgerKind, line: BudgetLine, document: str) -> str:
    """The natural key of a document on a line; of both sides of a move, so that neither is booked twice."""
    return f"{kind.value}:{line.pk}:{document}"


def book(turn: Turn, kind: LedgerKind) -> None:
    """Have the books move the amount of the data on this line under its document."""
    line: BudgetLine = turn.subject
    refuse_closed(line)
    key = key_of(kind, line, turn.data["document"])
    refuse_used(key)
    turn.passage.post(
        Posting(
            kind=kind,
            key=key,
            amount_fen=turn.data["amount_fen"],
            authority_id=line.authority_id,
            subject_kind="budget_line",
            subject_id=line.pk,
            line_id=line.pk,
            currency=line.currency,
            memo=turn.data["document"],
        )
    )
    turn.record(**turn.data)


def appropriate(turn: Turn) -> None:
    """Money that a document puts on the line."""
    book(turn, LedgerKind.APPROPRIATE)


def reduce(turn: Turn) -> None:
    """Money that a document takes off the line again, as two people wanted it."""
    refuse_more_than_available(turn.subject, turn.data["amount_fen"])
    book(turn, LedgerKind.REDUCE)


def move(turn: Turn) -> None:
    """One side of a move between two lines of a year: `from` gives, the other takes."""
    gives = turn.subject.pk == turn.data["from"]
    if gives:
        refuse_more_than_available(turn.subject, turn.data["amount_fen"])
    book(turn, LedgerKind.MOVE_OUT if gives else LedgerKind.MOVE_IN)


def noted(turn: Turn) -> None:
    """The end of a year comes to this line; what it moves is recorded when it is reckoned under the lock."""
    turn.record(**turn.data)


LINE_ACTS = (
    Act(
        "appropriate",
        _("Appropriate"),
        appropriate,
        role=Role.FINANCE_CHECK,
        duty=Duty.KEEPS_BUDGET,
        form=AmountForm,
    ),
    Act("reduce", _("Reduced"), reduce, system=True),
    Act("move", _("Moved between lines"), move, system=True),
    Act("close_year", _("Year closed"), noted, system=True),
    Act("take_over", _("Taken over from the year before"), noted, system=True),
)
ESTABLISH = Opening(
    act=Act(
        "establish",
        _("Establish a budget line"),
        established,
        role=Role.FINANCE_CHECK,
        duty=Duty.KEEPS_BUDGET,
        form=LineForm,
    ),
    make=make_line,
)
