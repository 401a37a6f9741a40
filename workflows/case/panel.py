"""The panel of a case: drawn at random, scored under seal, concluded with the last score."""

from __future__ import annotations

import random
import secrets

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.language.model import PanelDef
from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.cases.models import Case
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.reviews.models import Panel, Score, Seat
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn

HUNDREDTHS = 100


def panel_spec(version: PolicyVersion) -> PanelDef:
    """Seats, quorum, rubric and pass mark of the policy version (ValueError when its route has no panel)."""
    panel = pack_of(version).route.panel
    if panel is None:
        raise ValueError(
            f"{version} has no panel, but its call sends cases through one; correct the route of the call"
        )
    return panel


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


def drawn(turn: Turn) -> list[int]:
    """Draw a panel for the case of this turn; the people of its seats."""
    draw_panel(turn)
    return turn.seated


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
