"""What an act would change, whom it would tell and what money it would move: computed, nothing is done."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from subsidy.audit.moment import Moment
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.programmes.packs import pack_of
from subsidy.reviews.conflicts import candidates
from subsidy.web.components import Money, Preview, Refusal
from subsidy.web.formats import day, money, pick
from workflows.case.checking import amount_found
from workflows.case.parts import part_of, ratings_of, reckoned
from workflows.common.deadlines import working_days_after
from workflows.common.refusals import BadData, WrongState


def of_case(action: str, case: Case, *, now: Moment) -> Preview:
    """Of an officer's act on a case (KeyError for an act that has no page)."""
    return _OF_CASE[action](case, now)


def _moves(before: str, after: CaseState) -> str:
    return _("The case moves from %(before)s to %(after)s.") % {"before": before, "after": after.label}


def _accept(case: Case, now: Moment) -> Preview:
    panel = pack_of(case.policy_version).route.panel
    if panel is None:
        return Preview(changes=[_("The case is accepted and goes to the next stage of its route.")])
    found = candidates(case, on=now.on)
    pool = sum(not one.bonds for one in found)
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
    try:
        _pack, _facts, decision, beside = amount_found(case, now=now, lock=False)
    except BadData as refusal:
        return Preview(refused=[Refusal(case.number, refusal.message)])
    return Preview(
        changes=[
            _moves(case.get_state_display(), CaseState.AWAITING_ROUND),
            _("The finding is pinned: %(amount)s, policy version %(version)s.")
            % {"amount": money(decision.amount or 0), "version": case.policy_version.version},
            *(
                _("Of it %(amount)s is not paid beside other awards: %(group)s.")
                % {"amount": money(one.amount_fen), "group": pick(one.title.zh, one.title.en)}
                for one in beside.forgone
            ),
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


def _countersign(case: Case, _now: Moment) -> Preview:
    return Preview(
        changes=[
            _moves(case.get_state_display(), CaseState.AWAITING_ACCOUNT),
            _("The agreement binds both sides under the number that you enter; no other agreement may have it."),
        ],
        told=[_("%(company)s, which confirms its account next") % {"company": case.company_name}],
    )


def _return_agreement(case: Case, _now: Moment) -> Preview:
    return Preview(
        changes=[_moves(case.get_state_display(), CaseState.AWAITING_AGREEMENT)],
        told=[_("%(company)s, which signs anew") % {"company": case.company_name}],
    )


def _confirm_part(case: Case, _now: Moment) -> Preview:
    """What the part comes to, by each rating that the policy pays it by."""
    pack = pack_of(case.policy_version)
    try:
        found = reckoned(case)
    except WrongState as refusal:
        return Preview(refused=[Refusal(case.number, refusal.message)])
    ratings = ratings_of(pack, part_of(pack, found.instalment))
    amounts = {label: reckoned(case, rating=value).amount_fen for value, label in ratings.items()}
    shown = amounts or {_("This part"): found.amount_fen}
    # One of them will be owed, so that they are told one by one and not as money that adds up.
    by_rating = [f"{label}{pick('：', ': ')}{money(fen)}" for label, fen in amounts.items() if fen >= 0]
    return Preview(
        changes=[
            *by_rating,
            _("What is set aside for the part and not owed falls back to the budget."),
            _("A part that comes to nothing falls away; the case goes on to the next part, or ends."),
        ],
        money=[Money(label, fen) for label, fen in shown.items() if fen >= 0 and not amounts],
        refused=[
            Refusal(
                label,
                _("Less is owed than was paid: the part falls away, and the difference is proposed to be recovered."),
            )
            for label, fen in shown.items()
            if fen < 0
        ],
    )


def _return_part(case: Case, _now: Moment) -> Preview:
    return Preview(
        changes=[_("The report goes back; what was reported stays in the history and the company reports anew.")],
        told=[_("%(company)s, with your reason") % {"company": case.company_name}],
    )


def _confirm_sample(case: Case, _now: Moment) -> Preview:
    return Preview(changes=[_moves(case.get_state_display(), CaseState.PAID), _("The case ends here.")])


def _find_irregular(case: Case, _now: Moment) -> Preview:
    return Preview(
        changes=[
            _moves(case.get_state_display(), CaseState.IRREGULAR),
            _("The case ends here. What is to come back is recovered by a matter of its own."),
        ]
    )


_OF_CASE: dict[str, Callable[[Case, Moment], Preview]] = {
    "accept": _accept,
    "return_for_correction": _return,
    "refuse": _refuse,
    "confirm_amount": _confirm_amount,
    "reject": _reject,
    "refuse_above": _refuse_above,
    "countersign": _countersign,
    "return_agreement": _return_agreement,
    "confirm_part": _confirm_part,
    "return_part": _return_part,
    "confirm_sample": _confirm_sample,
    "find_irregular": _find_irregular,
    **dict.fromkeys(("recommend", "advise_against", "agree", "object_to", "grant_above"), _opinion),
    **dict.fromkeys(("record_visit", "add_photograph", "sign_visit"), _visit),
}
# The acts on a case that have a page of their own in the console.
ACTS = frozenset(_OF_CASE)
