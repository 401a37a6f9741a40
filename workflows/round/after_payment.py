"""An award whose money has left already: a paper states the new total, and the difference is paid or asked back.

What is still to be paid is changed first; what was paid beyond the new total is proposed to be recovered, once a paper,
and a person decides on it. Nothing that was paid is edited. Amounts in fen.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from subsidy.cases.models import Case
from subsidy.decisions.enums import InstalmentState
from subsidy.decisions.models import Award, AwardChange, Instalment
from subsidy.decisions.services import instalments_resize
from subsidy.payouts.offsets import standing_offsets
from subsidy.payouts.owing import asked_or_proposed, paid_of, restated_back
from subsidy.payouts.recoveries import Recovery, RecoveryGround
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn
from workflows.round.reserving import correct

_UNDER_WAY = _(
    "A payment of this award stands in a batch. Wait until the bank has answered it, or have the batch returned first."
)
_CAME_BACK = _(
    "Money of this award came back from the bank and is not settled. Have it paid again first, or correct nothing and "
    "have what was paid recovered from the page of the case."
)
_IN_PARTS = _(
    "Parts of this award are planned or were rated: the rating states what is owed. Confirm the open parts first, or "
    "state a total that leaves something of them."
)


@dataclass(frozen=True)
class Restated:
    """What a paper makes of an award: what is to be recovered, what of the standing parts is to be paid back, and whether
    a further payment is due that was not there before."""

    recover_fen: int = 0
    back_fen: int = 0
    pays_more: bool = False


def restate(turn: Turn, award: Award, case: Case, *, before_fen: int, after_fen: int) -> Restated:
    """Have the open parts and the books follow the new total (0: revoked).

    Raises WrongState while a payment is under way, and where parts or returns leave open what was paid.
    """
    rows = list(Instalment.objects.select_for_update(no_key=True).filter(award=award).order_by("position"))
    states = {row.state for row in rows}
    if InstalmentState.IN_BATCH in states:
        raise WrongState(_UNDER_WAY)
    if not states & {InstalmentState.PAID, InstalmentState.RETURNED} and not standing_offsets(r.pk for r in rows):
        correct(turn, case.call, case, before_fen=before_fen, after_fen=after_fen)
        instalments_resize(award, after_fen)
        return Restated()
    return _restate_paid(turn, award, case, rows, after_fen)


def _restate_paid(turn: Turn, award: Award, case: Case, rows: list[Instalment], after_fen: int) -> Restated:
    opened = [row for row in rows if row.state in (InstalmentState.PLANNED, InstalmentState.DUE)]
    if standing_offsets(row.pk for row in rows):
        raise WrongState(_CAME_BACK)
    if after_fen and any(row.state == InstalmentState.RETURNED for row in rows):
        raise WrongState(_CAME_BACK)
    paid = sum(row.amount_fen for row in rows if row.state == InstalmentState.PAID)
    owed = after_fen - paid + restated_back(case) + _not_yet_proposed(award)
    planned = any(row.state == InstalmentState.PLANNED or row.rating for row in rows)
    if after_fen and planned and (owed <= 0 or any(row.rating for row in rows)):
        raise WrongState(_IN_PARTS)
    still = sum(row.amount_fen for row in opened)
    if max(owed, 0) != still:
        correct(turn, case.call, case, before_fen=still, after_fen=max(owed, 0))
    _resize(award, opened, rows[-1], max(owed, 0))
    left = paid_of(case) - asked_or_proposed(case) - _not_yet_proposed(award)
    recover = min(-owed, left) if owed < 0 and left > 0 else 0
    stands = sum(row.amount_fen for row in award.instalments.exclude(state=InstalmentState.FALLEN))
    return Restated(recover, max(stands - after_fen, 0), pays_more=owed > 0 and not opened)


def _resize(award: Award, opened: list[Instalment], last: Instalment, fen: int) -> None:
    """Have the open parts come to so much: none where nothing is owed any more, a further one where none was open."""
    if not fen:
        _among(award, opened).update(state=InstalmentState.FALLEN)
    elif opened:
        instalments_resize(award, fen, among=_among(award, opened))
    else:
        Instalment.objects.create(
            authority_id=award.authority_id,
            award=award,
            position=1 + (award.instalments.aggregate(last=Max("position"))["last"] or 0),
            part=last.part,
            amount_fen=fen,
            state=InstalmentState.DUE,
        )


def _among(award: Award, rows: list[Instalment]) -> QuerySet[Instalment]:
    return award.instalments.filter(pk__in=[row.pk for row in rows])


def _not_yet_proposed(award: Award) -> int:
    """What the last paper found to be paid too much, while its recovery is not proposed yet (a job does that)."""
    last = AwardChange.objects.filter(award=award).select_related("decree").order_by("-id").first()
    if last is None or not last.recover_fen:
        return 0
    proposed = Recovery.objects.filter(case=award.case_id, ground=RecoveryGround.CORRECTED, term=last.decree.number)
    return 0 if proposed.exists() else last.recover_fen


def have_recovered(turn: Turn, award: Award, found: Restated) -> None:
    """Propose, in the name of whoever issues the paper, to recover what was paid beyond it; another person decides."""
    if not found.recover_fen:
        return
    turn.record(too_much_fen=found.recover_fen)
    turn.passage.defer(
        "propose_difference",
        case_id=award.case_id,
        amount_fen=found.recover_fen,
        proposer_id=turn.actor.pk,
        occurred_on=turn.now.on.isoformat(),
        reason=turn.data["reason"],
        paper=turn.data["number"],
    )
