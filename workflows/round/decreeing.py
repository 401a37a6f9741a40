"""A round is decreed: the main decree, a supplementary one for rows that were held, and papers that correct or revoke."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from subsidy.cases.enums import CaseState
from subsidy.correspondence.models import LetterKind
from subsidy.correspondence.services import decree_issue, notice_issue
from subsidy.decisions.enums import DecreeKind, RowState
from subsidy.decisions.facts import decision_of
from subsidy.decisions.models import Award, AwardChange, Decree, Round, RoundRow
from subsidy.decisions.selectors import barred, last_changes, with_findings
from subsidy.decisions.services import as_pinned, awards_grant, finding_record, rows_set
from subsidy.programmes.enums import Allocation
from subsidy.programmes.packs import pack_of
from workflows.common.refusals import BadData, WrongState
from workflows.common.turn import Turn
from workflows.round.after_payment import Restated, have_recovered, restate
from workflows.round.conferring import confer
from workflows.round.holding import hold
from workflows.round.noticing import append
from workflows.round.reserving import obligate

LIVE = (RowState.LISTED, RowState.BELOW_CUT)


def issue_decree(turn: Turn) -> None:
    """Grant every listed case what was reserved for it, under one document number; held rows wait for the next decree."""
    _issue(turn, DecreeKind.MAIN)


def issue_supplement(turn: Turn) -> None:
    """Grant the rows that were held and are free again."""
    _issue(turn, DecreeKind.SUPPLEMENTARY)


def _issue(turn: Turn, kind: DecreeKind) -> None:
    round_: Round = turn.subject
    live = with_findings(round_, LIVE)
    rows = _free_of_lists(turn, [row for row in live if row.state == RowState.LISTED])
    if rows is None:
        turn.hold()
        return
    decree = _written(turn, kind)
    cases = {row.case_id: row.case for row in rows}
    amounts = {row.case_id: row.amount_fen for row in rows}
    granted = turn.passage.also("case", list(cases), "award", {"decree": decree.number, "amounts": amounts})
    if len(granted) != len(rows):
        raise WrongState
    awards_grant(decree, rows, {row.case_id: finding_of(row) for row in rows})
    rows_set(round_, RowState.AWARDED, of=[RowState.LISTED])
    obligate(turn, cases, amounts)
    confer(turn, decree, rows)
    append(turn, [])
    unfunded = _leave_unfunded(turn, decree, live) if kind == DecreeKind.MAIN else 0
    turn.record(decree=decree.number, count=len(rows), total_fen=sum(amounts.values()), unfunded=unfunded)
    turn.passage.defer("issue_decree_papers", round_id=round_.pk, decree_id=decree.pk)


def finding_of(row: Any) -> int:
    """The finding that the amount of a row of `with_findings` comes from."""
    finding_id: int = row.finding_id
    return finding_id


def _free_of_lists(turn: Turn, rows: list[RoundRow]) -> list[RoundRow] | None:
    """The rows that may be decreed. A company that has come onto a list since the notice has its row held, by name.

    None when every row had to be held: then no decree is issued. Raises WrongState when there was none to begin with.
    """
    if not rows:
        held = RoundRow.objects.filter(round=turn.subject, state=RowState.HELD).exists()
        raise WrongState(
            _("Every row that is left is held. Decide the objections first; then issue the decree.")
            if held
            else _("Nothing is left on the list to decree. Close the round instead.")
        )
    pack = pack_of(turn.subject.call.policy_version)
    lists = barred([row.case.company_id for row in rows], pack, on=turn.now.on)
    stopped = [(row, "、".join(lists[row.case.company_id])) for row in rows if row.case.company_id in lists]
    hold(turn, stopped)
    turn.record(held=[[row.rank, row.case.number, reason] for row, reason in stopped])
    return [row for row in rows if row.case.company_id not in lists] or None


def _written(turn: Turn, kind: DecreeKind, corrects: Decree | None = None) -> Decree:
    return Decree.objects.create(
        authority_id=turn.subject.authority_id,
        round=turn.subject,
        kind=kind,
        corrects=corrects,
        number=turn.data["number"],
        issued_on=turn.now.on,
        issued_at=turn.now.at,
    )


def _leave_unfunded(turn: Turn, decree: Decree, live: list[RoundRow]) -> int:
    """Cases below the cut-off end; under first come they keep waiting for money that falls back."""
    below = [
        row.case_id for row in live if row.state == RowState.BELOW_CUT and row.case.state == CaseState.AWAITING_ROUND
    ]
    if not below or turn.subject.call.allocation == Allocation.FIRST_COME:
        return 0
    turn.passage.also("case", below, "leave_unfunded", {"decree": decree.number})
    return len(below)


def end_round(turn: Turn) -> None:
    """Nothing is left to decree: every row was struck, withdrawn or put off, or the last held one was settled."""
    left = RoundRow.objects.filter(round=turn.subject, state__in=[RowState.LISTED, RowState.HELD])
    if left.exists():
        raise WrongState(_("Rows are still listed or held. Decree them or settle them; then close the round."))
    append(turn, [])
    turn.record(decrees=Decree.objects.filter(round=turn.subject).count())


def correct_award(turn: Turn) -> None:
    """A corrigendum under a number of its own: another amount, another name; the decree itself stays as it was."""
    row: RoundRow = turn.data["rank"]
    award, change = _award_of(row)
    before = change.after_fen if change else award.amount_fen
    name = change.name_after if change else award.company_name
    after = turn.data["amount_fen"] or before
    if after and not turn.subject.call.pays:
        raise BadData(
            fields={"amount_yuan": [str(_("This decree confers a title and no money. Correct the name alone."))]}
        )
    name_after = turn.data["name"].strip() or name
    if (after, name_after) == (before, name):
        raise WrongState(_("The decree says so already. Nothing is to be corrected."))
    finding_id = change.finding_id if change else award.finding_id
    if after != before:
        finding_id = _found(turn, row, after)
        restated = restate(turn, award, row.case, before_fen=before, after_fen=after)
    else:
        restated = Restated(back_fen=change.back_fen if change else 0)
    _change(turn, DecreeKind.CORRIGENDUM, row, award, finding_id, (before, after), (name, name_after), restated)


def revoke_award(turn: Turn) -> None:
    """Take an award back: what was bound falls back to the line, what was paid is proposed to be recovered, the case ends."""
    if not turn.subject.call.pays:
        raise WrongState(
            _("This decree confers a title and no money. Propose on the page of the case to take the title back.")
        )
    row: RoundRow = turn.data["rank"]
    award, change = _award_of(row)
    before = change.after_fen if change else award.amount_fen
    name = change.name_after if change else award.company_name
    restated = restate(turn, award, row.case, before_fen=before, after_fen=0)
    row.state, row.reason = RowState.STRUCK, turn.data["reason"]
    row.save(update_fields=["state", "reason"])
    finding_id = change.finding_id if change else award.finding_id
    _change(turn, DecreeKind.REVOCATION, row, award, finding_id, (before, 0), (name, name), restated)


def _award_of(row: RoundRow) -> tuple[Award, AwardChange | None]:
    award = Award.objects.select_related("decree").get(case=row.case_id)
    return award, last_changes([award.pk]).get(award.pk)


def _found(turn: Turn, row: RoundRow, after: int) -> int:
    """Pin what the policy finds of the case now: an award never exceeds what the policy computes."""
    pack, facts, decision = decision_of(row.case, now=turn.now)
    if decision.outcome != "met" or (decision.amount or 0) < after:
        raise BadData(
            fields={
                "amount_yuan": [
                    str(
                        _(
                            "The policy does not compute that much on the facts at hand. Correct the facts first, or "
                            "enter at most what it computes."
                        )
                    )
                ]
            }
        )
    finding = finding_record(row.case, pack, facts, decision, now=turn.now)
    turn.record(**as_pinned(finding))
    return finding.pk


def _change(
    turn: Turn,
    kind: DecreeKind,
    row: RoundRow,
    award: Award,
    finding_id: int,
    amounts: tuple[int, int],
    names: tuple[str, str],
    restated: Restated,
) -> None:
    """Write the paper and its one line, with count and total of the decree as they stand after it; tell the case."""
    paper = _written(turn, kind, award.decree)
    others = list(Award.objects.filter(decree=award.decree).exclude(pk=award.pk).values_list("pk", "amount_fen"))
    changed = last_changes(pk for pk, _fen in others)
    standing = [changed[pk].after_fen if pk in changed else fen for pk, fen in others] + [amounts[1]]
    AwardChange.objects.create(
        authority_id=award.authority_id,
        decree=paper,
        award=award,
        finding_id=finding_id,
        before_fen=amounts[0],
        after_fen=amounts[1],
        name_before=names[0],
        name_after=names[1],
        reason=turn.data["reason"],
        count=sum(1 for fen in standing if fen) if turn.subject.call.pays else len(standing),
        total_fen=sum(standing),
        back_fen=restated.back_fen,
        recover_fen=restated.recover_fen,
    )
    have_recovered(turn, award, restated)
    told = {"decree": paper.number, "corrects": award.decree.number, "amount_fen": amounts[1], "name": names[1]}
    action = "award_revoked" if kind == DecreeKind.REVOCATION else "award_corrected"
    if restated.pays_more:
        action = "award_raised"
    turn.passage.also("case", [row.case_id], action, {**told, "reason": turn.data["reason"]})
    turn.passage.defer("issue_decree_papers", round_id=turn.subject.pk, decree_id=paper.pk)
    turn.record(
        decree=paper.number,
        corrects=award.decree.number,
        case=row.case.number,
        amounts_fen=list(amounts),
        names=list(names),
        reason=turn.data["reason"],
        total_fen=sum(standing),
    )


def issue_paper(turn: Turn) -> None:
    """Render the notice list or a decree and keep its bytes."""
    if LetterKind(turn.data["kind"]) == LetterKind.NOTICE_LIST:
        issued = notice_issue(turn.subject, now=turn.now)
    else:
        issued = decree_issue(_decree_named(turn), now=turn.now)
    turn.record(**issued.recorded())


def _decree_named(turn: Turn) -> Decree:
    decrees = Decree.objects.filter(round=turn.subject)
    if turn.data.get("decree"):
        return decrees.get(pk=turn.data["decree"])
    return decrees.get(kind=DecreeKind.MAIN)
