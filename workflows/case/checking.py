"""What the officers' and experts' acts on one case change: acceptance, correction, panel, scores, amount."""

from __future__ import annotations

import random
import secrets
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.language import format_value
from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.cases.models import Case
from subsidy.cases.services import correction_open
from subsidy.cases.values import value_of
from subsidy.correspondence.models import LetterKind
from subsidy.decisions.facts import decision_of
from subsidy.decisions.services import finding_record
from subsidy.programmes.packs import pack_of
from subsidy.reviews.models import Panel, Score, Seat
from workflows.case.panel import panel_spec
from workflows.common.deadlines import working_days_after
from workflows.common.refusals import BadData, WrongState
from workflows.common.turn import Turn

HUNDREDTHS = 100


def accept(turn: Turn) -> None:
    """Accept the filing and draw its panel at random; the seed is recorded so that the draw can be repeated."""
    turn.set(accepted_at=turn.now.at)
    draw_panel(turn)


def draw_panel(turn: Turn) -> None:
    case: Case = turn.subject
    spec = panel_spec(case.policy_version)
    in_force = Q(valid_from__lte=turn.now.on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=turn.now.on))
    pool = list(
        RoleGrant.objects.filter(in_force, authority=case.authority_id, role=Role.EXPERT, user__is_active=True)
        .exclude(user__recusals__case=case)
        .exclude(user__companyuserobjectpermission__content_object=case.company_id)
        .order_by("user_id")
        .values_list("user_id", flat=True)
        .distinct()
    )
    if len(pool) < spec.seats:
        raise WrongState(
            _(
                "The pool has too few experts without a conflict for this panel. Have more experts admitted, then accept."
            )
        )
    seed = secrets.token_hex(16)
    drawn = random.Random(seed).sample(pool, spec.seats)
    panel = Panel.objects.create(
        authority_id=case.authority_id,
        case=case,
        seed=seed,
        drawn_at=turn.now.at,
        seats_wanted=spec.seats,
        quorum=spec.quorum,
    )
    Seat.objects.bulk_create([Seat(panel=panel, expert_id=user_id, position=n) for n, user_id in enumerate(drawn, 1)])
    turn.seated = drawn
    turn.record(panel=panel.pk, seed=seed, pool=pool, drawn=drawn)


def seated(turn: Turn) -> list[int]:
    """The people of the panel drawn in this turn."""
    return turn.seated


def return_for_correction(turn: Turn) -> None:
    case: Case = turn.subject
    if case.corrections.exists():
        raise WrongState(_("A correction may be asked for once. Accept the application, or refuse it with reasons."))
    pack = pack_of(case.policy_version)
    due = working_days_after(turn.now.on, pack.route.correction_days)
    answers = {row.name: value_of(row) for row in case.answers.all()}
    correction_open(
        case,
        asked_by=turn.actor,
        asked_at=turn.now.at,
        due_on=due.on,
        due_provisional=due.provisional,
        message=turn.data["message"],
        items=[(name, reason, shown(pack, name, answers)) for name, reason in turn.data["items"].items()],
    )
    turn.record(items=turn.data["items"], message=turn.data["message"], due_on=due.on)
    turn.passage.defer("issue_letter", case_id=case.pk, kind=LetterKind.CORRECTION)


def shown(pack: Any, name: str, answers: dict[str, Any]) -> str:
    """The value of an answer as people read it in Chinese; a document or an open answer has none."""
    if name not in pack.facts or name not in answers:
        return ""
    return str(format_value(pack.facts[name], answers[name], "zh"))


def give_reason(turn: Turn) -> None:
    turn.record(reason=turn.data["reason"])


def refuse(turn: Turn) -> None:
    give_reason(turn)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.NON_ACCEPTANCE)


def reject(turn: Turn) -> None:
    give_reason(turn)
    pack, facts, decision = decision_of(turn.subject, now=turn.now)
    finding = finding_record(turn.subject, pack, facts, decision, now=turn.now)
    turn.record(finding=finding.pk, outcome=decision.outcome)
    turn.passage.defer("issue_letter", case_id=turn.subject.pk, kind=LetterKind.REJECTION)


def score(turn: Turn) -> None:
    """Seal one seat's points; the last seat concludes the panel and gives the case its mean."""
    case: Case = turn.subject
    seat = Seat.objects.select_related("panel").get(
        panel__case=case, panel__concluded_at__isnull=True, expert=turn.actor
    )
    points = {name.removeprefix("points_"): value for name, value in turn.data.items() if name.startswith("points_")}
    Score.objects.bulk_create([Score(seat=seat, item=item, points=value) for item, value in points.items()])
    seat.total = sum(points.values()) * HUNDREDTHS
    seat.comment, seat.scored_at = turn.data["comment"], turn.now.at
    seat.save(update_fields=["total", "comment", "scored_at"])
    turn.record(seat=seat.position, points=points, comment=turn.data["comment"], no_conflict=True)
    others = [task for task in turn.live_tasks() if task is not turn.task and "seat" in task.data]
    if not others:
        conclude(turn, seat.panel)


def conclude(turn: Turn, panel: Panel) -> None:
    totals = [total for total in panel.seats.values_list("total", flat=True) if total is not None]
    if len(totals) < panel.quorum:
        raise WrongState(_("The panel has no quorum. Draw further experts before it concludes."))
    mean = (2 * sum(totals) + len(totals)) // (2 * len(totals))
    panel.concluded_at = turn.now.at
    panel.save(update_fields=["concluded_at"])
    turn.set(score=mean)
    turn.record(panel_mean=mean, totals=sorted(totals))


def confirm_amount(turn: Turn) -> None:
    """Let the pinned policy decide on the facts as they are; only what it finds met, with an amount, goes on."""
    case: Case = turn.subject
    if (case.score or 0) < panel_spec(case.policy_version).pass_mark * HUNDREDTHS:
        raise BadData(
            _(
                "The panel's mean lies below the mark that the policy asks for. Reject the application with this reason."
            )
        )
    pack, facts, decision = decision_of(case, now=turn.now)
    if decision.outcome != "met" or not decision.amount:
        raise BadData(
            _(
                "The policy does not find this application entitled on the facts at hand. "
                "Read the reasons, then reject it or ask for the missing facts."
            )
        )
    finding = finding_record(case, pack, facts, decision, now=turn.now)
    turn.set(computed_fen=decision.amount, tier=decision.tier or "")
    turn.record(finding=finding.pk, amount_fen=decision.amount, tier=decision.tier, remark=turn.data["remark"])
