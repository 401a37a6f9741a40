"""What an act on a round would change, whom it would tell and what money it would move: computed, nothing is done."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from subsidy.audit.moment import Moment
from subsidy.cases.enums import CaseState
from subsidy.decisions.enums import RowState
from subsidy.decisions.models import Round, RoundRow
from subsidy.decisions.selectors import barred, listed, open_objections
from subsidy.programmes.enums import Allocation
from subsidy.programmes.packs import pack_of
from subsidy.web.components import Money, Preview, Refusal, Text
from subsidy.web.formats import day, money, pick
from workflows.common.deadlines import working_days_after
from workflows.round import rules
from workflows.round.collecting import is_listed, ranking, waiting_for
from workflows.round.reserving import reserved_of


def of_round(action: str, round_: Round, *, now: Moment) -> Preview:
    """Of an officer's act on a round (KeyError for an act that has no page)."""
    return _OF_ROUND[action](round_, now)


def _close_collection(round_: Round, _now: Moment) -> Preview:
    waiting = list(waiting_for(round_).select_related("company"))
    if not waiting:
        return Preview(refused=[Refusal(round_.number, _("No case of this call waits for a round."))])
    cases = {str(case.pk): case for case in waiting}
    places = ranking(waiting, round_.call)
    funded = [place for place in places if is_listed(place, cases[place.key])]
    below = [
        Refusal(cases[place.key].company_name, _("rank %(rank)d, below the cut-off") % {"rank": place.rank})
        for place in places
        if not is_listed(place, cases[place.key])
    ]
    changes = [
        _("%(n)d cases are ranked; %(m)d lie within the budget of the call.") % {"n": len(waiting), "m": len(funded)}
    ]
    less = [place for place in funded if place.granted < (cases[place.key].computed_fen or 0)]
    if less:
        changes.append(
            _("%(n)d get less than computed, in proportion, so that the budget suffices.") % {"n": len(less)}
        )
    held = reserved_of(waiting) if round_.call.allocation == Allocation.FIRST_COME else {}
    line = round_.call.budget_line
    return Preview(
        changes=[*changes, _("The round goes to those who approve, each amount to its level.")],
        told=[_("The leaders find the round in their queue.")],
        money=[]
        if line is None
        else [
            Money(
                _("reserved on %(line)s %(year)d") % {"line": pick(line.name_zh, line.name_en), "year": line.year},
                sum(place.granted for place in funded if cases[place.key].pk not in held),
            )
        ],
        refused=below,
    )


def _close_empty(round_: Round, _now: Moment) -> Preview:
    n = waiting_for(round_).count()
    refused = [Refusal(round_.number, _("%(n)d cases wait for this round.") % {"n": n})] if n else []
    return Preview(changes=[_("The round ends without a list.")], refused=refused)


def _total(rows: list[RoundRow]) -> int:
    return sum(row.amount_fen for row in rows)


def _decides(level: str) -> Callable[[Round, Moment], Preview]:
    def preview(round_: Round, _now: Moment) -> Preview:
        rows = listed(round_, level=level)
        changes = [
            _("%(n)d cases with %(total)s in all are approved as listed, unless you strike or put off a row.")
            % {"n": len(rows), "total": money(_total(rows))}
            if round_.call.pays
            else _("%(n)d cases are approved as listed, unless you strike or put off a row.") % {"n": len(rows)},
            _("A row that is struck ends its application; one that is put off waits for the next round."),
        ]
        reason = rules.waives_notice(round_)
        if reason:
            changes.append(_("The policy has no public notice: %(reason)s") % {"reason": reason})
        return Preview(
            changes=changes,
            told=[
                _("The next who must act finds the round in the queue."),
                _("Each company that is struck, by letter"),
            ],
        )

    return preview


def _send_back(round_: Round, _now: Moment) -> Preview:
    kept = round_.call.allocation == Allocation.FIRST_COME or not round_.call.pays
    return Preview(
        changes=[_("The ranking is set aside and the round collects again.")],
        told=[_("The amount checkers find the round in their queue.")],
        money=[] if kept else [Money(_("falls back to the budget line"), _total(listed(round_)))],
    )


def _publish(round_: Round, now: Moment) -> Preview:
    spec = pack_of(round_.call.policy_version).notice
    rows = listed(round_)
    if spec is None:
        return Preview(refused=[Refusal(round_.number, _("This policy has no public notice."))])
    due = working_days_after(now.on, spec.days, count=spec.count)
    days = _("Objections are open for %(n)d working days, the last of them %(day)s.") % {
        "n": spec.days,
        "day": day(due.on),
    }
    if due.provisional:
        days += " " + _("That day is provisional until the calendar of its year is published.")
    return Preview(
        changes=[_("The list of %(n)d companies is frozen under its hash.") % {"n": len(rows)}, days],
        told=[_("Everybody: the list stands on the public site.")],
    )


def _decree(round_: Round, now: Moment) -> Preview:
    rows = listed(round_)
    lists = barred([row.case.company_id for row in rows], pack_of(round_.call.policy_version), on=now.on)
    stopped = [
        Refusal(row.listed_name, _("stands on a list: %(lists)s; its row is held") % {"lists": "、".join(found)})
        for row in rows
        if (found := lists.get(row.case.company_id))
    ]
    rows = [row for row in rows if row.case.company_id not in lists]
    held = RoundRow.objects.filter(round=round_, state=RowState.HELD).count()
    below = RoundRow.objects.filter(
        round=round_, state=RowState.BELOW_CUT, case__state=CaseState.AWAITING_ROUND
    ).count()
    ends = below and round_.call.allocation != Allocation.FIRST_COME
    if not rows:
        return Preview(changes=[_("No row is free to be decreed; no decree is issued.")], refused=stopped)
    pays = round_.call.pays
    changes = _grants(rows) if pays else []
    changes += _titles(round_, rows, now)
    if held + len(stopped):
        changes.append(_("%(n)d held rows wait for a supplementary decree.") % {"n": held + len(stopped)})
    if ends:
        changes.append(_("%(n)d cases below the cut-off end without funding.") % {"n": below})
    return Preview(
        changes=changes,
        told=[
            _("Each company, by its award letter") if pays else _("Each company, by its certificate"),
            *([_("Each company below the cut-off, by letter")] if ends else []),
        ],
        money=[Money(_("reserved becomes owed"), _total(rows))] if pays else [],
        refused=stopped,
    )


def _grants(rows: list[RoundRow]) -> list[Text]:
    return [
        _("%(n)d awards are granted by one decree, %(total)s in all.")
        % {"n": len(rows), "total": money(_total(rows))},
        _("Each company is asked for the account to be paid to."),
    ]


def _titles(round_: Round, rows: list[RoundRow], now: Moment) -> list[Text]:
    """The title that the decree confers, from its day on."""
    title = pack_of(round_.call.policy_version).recognition
    if title is None:
        return []
    return [
        _("%(n)d companies become %(title)s, valid until %(day)s; the public register shows them.")
        % {"n": len(rows), "title": pick(title.text.zh, title.text.en), "day": day(title.last_day(now.on))}
    ]


def _end(round_: Round, _now: Moment) -> Preview:
    left = RoundRow.objects.filter(round=round_, state__in=[RowState.LISTED, RowState.HELD])
    refused = [
        Refusal(row.listed_name, RowState(row.state).label) for row in left.select_related("case").order_by("rank")
    ]
    return Preview(changes=[_("The round ends; nothing more can be decreed by it.")], refused=refused)


def _correct_name(_round: Round, _now: Moment) -> Preview:
    return Preview(
        changes=[
            _("The published list stays as it is; a line below it shows the wrong and the right name."),
            _("The list as corrected gets a hash of its own, and the decree will carry the right name."),
        ],
        told=[_("Everybody: the line stands on the public site.")],
    )


def _settle(round_: Round, _now: Moment) -> Preview:
    held = list(RoundRow.objects.filter(round=round_, state=RowState.HELD).select_related("case").order_by("rank"))
    objected = open_objections([row.pk for row in held])
    return Preview(
        changes=[
            _("A row that goes on is granted by the next decree; lists are looked at again before it."),
            _("A row that is struck ends its application, and its reservation falls back to the budget line."),
        ],
        told=[_("The company whose row is struck, by letter")],
        refused=[
            Refusal(row.listed_name, _("an objection is open; decide the objection"))
            for row in held
            if row.pk in objected
        ],
    )


def _correct(_round: Round, _now: Moment) -> Preview:
    return Preview(
        changes=[
            _("The decree stays as it was issued; a corrigendum under its own number is published beside it."),
            _("A changed amount must be what the policy computes, or less, and nothing of it may have been paid."),
        ],
        told=[_("Everybody: count and total are restated on the public site.")],
    )


def _revoke(_round: Round, _now: Moment) -> Preview:
    return Preview(
        changes=[
            _("The award is taken back by a paper of its own number; the case ends."),
            _("What was owed falls back to the budget line. Once money has left, this is refused."),
        ],
        told=[_("Everybody: count and total are restated on the public site.")],
    )


_OF_ROUND: dict[str, Callable[[Round, Moment], Preview]] = {
    "close_collection": _close_collection,
    "close_empty": _close_empty,
    "sign": _decides(rules.DIVISION),
    "return_ranking": _send_back,
    "approve": _decides(rules.LEADER),
    "send_back": _send_back,
    "publish": _publish,
    "issue_decree": _decree,
    "issue_supplement": _decree,
    "close_undecreed": _end,
    "close_unpublished": _end,
    "finish": _end,
    "correct_name": _correct_name,
    "settle_row": _settle,
    "correct_award": _correct,
    "revoke_award": _revoke,
}
