"""What an act would change, whom it would tell and what money it would move: computed, nothing is done."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.accounts.selectors import in_force
from subsidy.audit.moment import Moment
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.facts import decision_of
from subsidy.decisions.models import Round, RoundRow
from subsidy.programmes.packs import pack_of
from subsidy.web.components import Money, Preview, Refusal
from subsidy.web.formats import day, money, pick
from workflows.common.deadlines import working_days_after
from workflows.round.steps import listed, ranking, waiting_for

HUNDREDTHS = 100


def of_case(action: str, case: Case, *, now: Moment) -> Preview:
    """Of an officer's act on a case (KeyError for an act that has no page)."""
    return _OF_CASE[action](case, now)


def _moves(before: str, after: CaseState) -> str:
    return _("The case moves from %(before)s to %(after)s.") % {"before": before, "after": after.label}


def _accept(case: Case, now: Moment) -> Preview:
    panel = pack_of(case.policy_version).route.panel
    if panel is None:
        return Preview(changes=[_("The case is accepted and goes to the next stage of its route.")])
    pool = (
        RoleGrant.objects.filter(in_force(now.on), authority=case.authority_id, role=Role.EXPERT, user__is_active=True)
        .exclude(user__recusals__case=case)
        .exclude(user__companyuserobjectpermission__content_object=case.company_id)
        .values("user_id")
        .distinct()
        .count()
    )
    draw = _("%(seats)d of %(pool)d experts without a conflict are drawn at random; the draw is recorded.")
    refused = []
    if pool < panel.seats:
        refused = [Refusal(_("The panel"), _("The pool is too small: %(n)d experts are needed.") % {"n": panel.seats})]
    return Preview(
        changes=[
            _moves(case.get_state_display(), CaseState.UNDER_REVIEW),
            draw % {"seats": panel.seats, "pool": pool},
        ],
        told=[_("The experts drawn find the case in their lists.")],
        refused=refused,
    )


def _return(case: Case, now: Moment) -> Preview:
    due = working_days_after(now.on, pack_of(case.policy_version).route.correction_days)
    refused = []
    if case.corrections.exists():
        refused = [Refusal(case.number, _("A correction was already asked for once; it cannot be asked for again."))]
    return Preview(
        changes=[
            _moves(case.get_state_display(), CaseState.AWAITING_CORRECTION),
            _("The company has until %(day)s; your own clock stops meanwhile.") % {"day": day(due.on)},
        ],
        told=[
            _("%(company)s, by a notice of correction with your message and each reason")
            % {"company": case.company_name}
        ],
        refused=refused,
    )


def _ends(case: Case, state: CaseState, letter: str) -> Preview:
    return Preview(
        changes=[_moves(case.get_state_display(), state), _("The case ends here.")],
        told=[_("%(company)s, by %(letter)s with your reason") % {"company": case.company_name, "letter": letter}],
    )


def _refuse(case: Case, _now: Moment) -> Preview:
    return _ends(case, CaseState.NOT_ACCEPTED, _("a notice of non-acceptance"))


def _reject(case: Case, _now: Moment) -> Preview:
    return _ends(case, CaseState.REJECTED, _("a decision of rejection"))


def _confirm_amount(case: Case, now: Moment) -> Preview:
    """The amount as the policy computes it now; no money is reserved before the round is ranked."""
    pack, _facts, decision = decision_of(case, now=now)
    refused = []
    if decision.outcome != "met" or not decision.amount:
        refused.append(Refusal(case.number, _("The policy does not find it entitled on the facts at hand.")))
    panel = pack.route.panel
    if panel is not None and (case.score or 0) < panel.pass_mark * HUNDREDTHS:
        refused.append(
            Refusal(case.number, _("The panel's mean is below the pass mark of %(mark)d.") % {"mark": panel.pass_mark})
        )
    if refused:
        return Preview(refused=refused)
    return Preview(
        changes=[
            _moves(case.get_state_display(), CaseState.AWAITING_ROUND),
            _("The finding is pinned: %(amount)s, policy version %(version)s.")
            % {"amount": money(decision.amount or 0), "version": case.policy_version.version},
            _("No money is reserved yet; that happens when its round is ranked."),
        ],
    )


def _opinion(_case: Case, _now: Moment) -> Preview:
    return Preview(
        changes=[
            _("Your opinion is added to the case under your name and stays there."),
            _("When everybody who was asked has answered, the case goes on to the next stage."),
        ]
    )


def _visit(_case: Case, _now: Moment) -> Preview:
    return Preview(changes=[_("The record of the visit counts when two officers who were there have signed it.")])


def _refuse_above(case: Case, _now: Moment) -> Preview:
    return _ends(case, CaseState.REFUSED_ABOVE, _("a letter that names the decision of the higher level"))


_OF_CASE: dict[str, Callable[[Case, Moment], Preview]] = {
    "accept": _accept,
    "return_for_correction": _return,
    "refuse": _refuse,
    "confirm_amount": _confirm_amount,
    "reject": _reject,
    "refuse_above": _refuse_above,
    **dict.fromkeys(("recommend", "advise_against", "agree", "object_to", "grant_above"), _opinion),
    **dict.fromkeys(("record_visit", "add_photograph", "sign_visit"), _visit),
}
# The acts on a case that have a page of their own in the console.
ACTS = frozenset(_OF_CASE)


def of_round(action: str, round_: Round, *, now: Moment) -> Preview:
    """Of an officer's act on a round (KeyError for an act that has no page)."""
    return _OF_ROUND[action](round_, now)


def waiting_cases(round_: Round) -> list[Case]:
    """The cases of the call that wait for this round."""
    return list(waiting_for(round_).select_related("company"))


def _close_collection(round_: Round, _now: Moment) -> Preview:
    waiting = waiting_cases(round_)
    if not waiting:
        return Preview(refused=[Refusal(round_.number, _("No case of this call waits for a round."))])
    cases = {str(case.pk): case for case in waiting}
    places = ranking(waiting, round_.call)
    funded = [cases[place.key] for place in places if not place.cut]
    below = [
        Refusal(cases[place.key].company_name, _("rank %(rank)d, below the cut-off") % {"rank": place.rank})
        for place in places
        if place.cut
    ]
    line = round_.call.budget_line
    return Preview(
        changes=[
            _("%(n)d cases are ranked; %(m)d lie within the budget of the call.")
            % {"n": len(waiting), "m": len(funded)},
            _("The round goes to the meeting."),
        ],
        told=[_("The leaders find the round in their queue.")],
        money=[
            Money(
                _("reserved on %(line)s %(year)d") % {"line": pick(line.name_zh, line.name_en), "year": line.year},
                sum(case.computed_fen or 0 for case in funded),
            )
        ],
        refused=below,
    )


def _total(rows: list[RoundRow]) -> int:
    return sum(row.amount_fen for row in rows)


def _approve(round_: Round, _now: Moment) -> Preview:
    rows = listed(round_)
    return Preview(
        changes=[
            _("%(n)d cases with %(total)s in all are approved as listed.")
            % {"n": len(rows), "total": money(_total(rows))},
            _("The list can be published for objection."),
        ],
        told=[_("The notice officer finds the round in the queue.")],
    )


def _send_back(round_: Round, _now: Moment) -> Preview:
    rows = listed(round_)
    return Preview(
        changes=[_("The ranking is set aside and the round collects again.")],
        told=[_("The amount checkers find the round in their queue.")],
        money=[Money(_("falls back to the budget line"), _total(rows))],
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


def _issue_decree(round_: Round, _now: Moment) -> Preview:
    rows = listed(round_)
    below = RoundRow.objects.filter(round=round_, state="below_cut", case__state=CaseState.AWAITING_ROUND).count()
    changes = [
        _("%(n)d awards are granted by one decree, %(total)s in all.")
        % {"n": len(rows), "total": money(_total(rows))},
        _("Each company is asked for the account to be paid to."),
    ]
    if below:
        changes.append(_("%(n)d cases below the cut-off end without funding.") % {"n": below})
    return Preview(
        changes=changes,
        told=[
            _("Each company, by its award letter"),
            *([_("Each company below the cut-off, by letter")] if below else []),
        ],
        money=[Money(_("reserved becomes owed"), _total(rows))],
    )


_OF_ROUND: dict[str, Callable[[Round, Moment], Preview]] = {
    "close_collection": _close_collection,
    "approve": _approve,
    "send_back": _send_back,
    "publish": _publish,
    "issue_decree": _issue_decree,
}
