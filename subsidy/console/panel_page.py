"""What the page of a panel shows: who sits, how far it is, and once it has concluded the spread and the ranking."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from policies.language import panel as rules
from subsidy.accounts.enums import Role
from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.calendars.working import Due
from subsidy.cases.enums import FINAL_STATES
from subsidy.cases.models import Case
from subsidy.console.case_page import points
from subsidy.decisions.recusals import recused_from
from subsidy.reviews.draw import Inputs, drawn, fingerprint, place
from subsidy.reviews.enums import Branch, SeatState
from subsidy.reviews.models import Draw, ExpertProfile, Panel, Seat
from subsidy.web.components import Bar, DataTable, Text, Tone
from subsidy.web.formats import day, instant, money
from subsidy.work.models import WorkItem
from workflows.case.panel import panel_spec
from workflows.case.panel_acts import due_of
from workflows.case.seating import NODE
from workflows.round.collecting import ranking

TO_RANK = 500


@dataclass(frozen=True)
class SeatShown:
    """One seat; points only when the panel has concluded."""

    position: int
    name: str
    branch: Text
    state: Text
    tone: Tone
    points: str
    apart: str
    flagged: bool
    comment: str
    may_replace: bool
    bound: bool


@dataclass(frozen=True)
class PanelShown:
    panel: Panel
    seats: Sequence[SeatShown]
    stands: Text
    tone: Tone
    due: Due
    scored: int
    vacant: int
    mean: str
    mark: int
    passed: bool
    bars: Sequence[Bar]


def shown(panel: Panel, *, now: Moment, named: bool) -> PanelShown:
    """The panel for officers. Nothing of a sheet is read before it has concluded, and unless `named` no name either."""
    case, spec = panel.case, panel_spec(panel.case.policy_version)
    seats = list(panel.seats.select_related("expert").order_by("position"))
    sitting = [seat for seat in seats if seat.state == SeatState.SEATED]
    scored = [seat for seat in sitting if seat.scored_at is not None]
    due = due_of(panel, spec.days)
    concluded = panel.concluded_at is not None
    totals = {seat.position: seat.total or 0 for seat in scored} if concluded else {}
    flagged = set(rules.outliers(spec, totals))
    stands, tone = _stands(panel, sitting, scored, due, now)
    return PanelShown(
        panel=panel,
        seats=_seats(panel, seats, flagged, _median(totals), named=named or concluded),
        stands=stands,
        tone=tone,
        due=due,
        scored=len(scored),
        vacant=panel.seats_wanted - len(sitting),
        mean=points(case.score) if concluded else "",
        mark=spec.pass_mark,
        passed=(case.score or 0) >= spec.pass_mark * rules.HUNDREDTHS,
        bars=[Bar(_("Seat %(n)d") % {"n": position}, total, points(total)) for position, total in totals.items()],
    )


def _median(totals: dict[int, int]) -> int:
    ordered = sorted(totals.values())
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) // 2 if ordered else 0


def _stands(panel: Panel, sitting: Sequence[Seat], scored: Sequence[Seat], due: Due, now: Moment) -> tuple[Text, Tone]:
    """How far the panel is, in words; what blocks it comes first."""
    if panel.concluded_at is not None:
        return _("concluded on %(day)s") % {"day": instant(panel.concluded_at)}, "done"
    over = due.on < now.on and not due.provisional
    if over and len(scored) < panel.quorum:
        words = _("blocked: its time is over, and %(n)d of the %(quorum)d scores needed are in")
        return words % {"n": len(scored), "quorum": panel.quorum}, "stop"
    if len(sitting) < panel.seats_wanted:
        words = _("blocked: %(n)d seats are empty, and the pool had nobody left")
        return words % {"n": panel.seats_wanted - len(sitting)}, "stop"
    if len(scored) == panel.seats_wanted:
        return _("waits for the chair's note: totals lie far apart"), "wait"
    words = _("%(n)d of %(all)d scores are in, sealed")
    return words % {"n": len(scored), "all": panel.seats_wanted}, "wait"


def _seats(panel: Panel, seats: Sequence[Seat], flagged: set[int], median: int, *, named: bool) -> list[SeatShown]:
    """The seats with the branches of those who hold them: two statements, whatever their number."""
    people = [seat.expert_id for seat in seats]
    profiles = ExpertProfile.objects.filter(user__in=people, authority=panel.authority_id)
    branches = dict(profiles.values_list("user_id", "branch"))
    bound = set(panel.case.recusals.filter(user__in=people).values_list("user_id", flat=True))
    shown = []
    for seat in seats:
        one = _seat(panel, seat, flagged, median, bound=seat.expert_id in bound)
        branch = branches.get(seat.expert_id)
        words = Branch(branch).label if branch else "—"
        shown.append(replace(one, branch=words, name=one.name if named else str(Role.EXPERT.label)))
    return shown


def _seat(panel: Panel, seat: Seat, flagged: set[int], median: int, *, bound: bool) -> SeatShown:
    concluded = panel.concluded_at is not None
    opened = concluded and seat.total is not None and seat.state == SeatState.SEATED
    if seat.state != SeatState.SEATED:
        state, tone = str(SeatState(seat.state).label), "plain"
    elif seat.scored_at is None:
        state, tone = _("to be scored"), "wait"
    else:
        state, tone = (_("scored") if concluded else _("sealed")), "done"
    return SeatShown(
        position=seat.position,
        name=str(seat.expert),
        branch="—",
        state=state,
        tone=tone,  # type: ignore[arg-type]
        points=points(seat.total) if opened else "—",
        apart=points(abs((seat.total or 0) - median)) if opened else "—",
        flagged=seat.position in flagged,
        comment=seat.comment if opened else "",
        may_replace=not concluded and seat.state == SeatState.SEATED and seat.scored_at is None,
        bound=opened and bound,
    )


def note_is_asked(panel: Panel) -> bool:
    """Whether the chair has been asked to explain totals that lie far apart."""
    scored = panel.seats.filter(state=SeatState.SEATED, scored_at__isnull=False).values("expert")
    items = WorkItem.objects.filter(subject_kind="case", subject_id=panel.case_id, node=NODE)
    return items.filter(assignee__in=scored).exists()


def ranked(case: Case, *, reader: User) -> DataTable | None:
    """The cases of the call by their panels' means, against what its budget has left; None before any has concluded.

    A case that the reader is recused from keeps its rank and is not shown: the places of the others do not change.
    Only checked amounts use up budget; a case whose amount is not checked yet is ranked without one.
    """
    cases = Case.objects.filter(call=case.call_id, score__isnull=False).exclude(state__in=FINAL_STATES)
    found = list(cases.annotate(hidden=recused_from("case", reader)).select_related("company")[:TO_RANK])
    if not found:
        return None
    checked = [one for one in found if one.computed_fen is not None]
    by_key = {str(one.pk): one for one in found}
    rows: list[list[Text]] = []
    cut_drawn, used = False, 0
    for spot in ranking(checked, case.call) if checked else ():
        one = by_key[spot.key]
        if spot.cut and not cut_drawn:
            rows.append(
                ["—", _("the call's budget ends here: %(fen)s") % {"fen": money(case.call.budget_fen)}, "", ""]
            )
            cut_drawn = True
        used += 0 if spot.cut else one.computed_fen or 0
        if one.hidden:
            continue
        rows.append(
            [str(spot.rank), _name(one, case), points(one.score), money(one.computed_fen) if one.computed_fen else "—"]
        )
    waiting = sorted(
        (one for one in found if one.computed_fen is None and not one.hidden),
        key=lambda one: (-(one.score or 0), one.pk),
    )
    rows += [["·", _name(one, case), points(one.score), _("not checked yet")] for one in waiting]
    return DataTable(
        caption=_("Ranking of the call against its budget"),
        head=[_("Rank"), _("Case"), _("Mean"), _("Amount")],
        rows=rows,
        numeric=[2, 3],
        foot=["", _("within the budget"), "", money(used)],
    )


def _name(one: Case, here: Case) -> Text:
    name = f"{one.number} {one.company_name}"
    return _("%(case)s (this case)") % {"case": name} if one.pk == here.pk else name


def repeated(draw: Draw) -> tuple[bool, DataTable, DataTable]:
    """Whether repeating the draw gives the same, the order of the candidates, and who was left out and why."""
    inputs, taken = Inputs.of(draw.inputs), json.loads(draw.taken)
    holds = fingerprint(draw.inputs) == draw.sha256 and drawn(inputs) == taken
    order = sorted(inputs.candidates, key=lambda person: place(inputs.seed, person))
    candidates = DataTable(
        caption=_("Candidates in the order of the draw"),
        head=[_("Order"), _("Person"), _("Branch"), "SHA-256", _("Drawn")],
        rows=[
            [
                str(number),
                str(person),
                Branch(inputs.candidates[person]).label,
                place(inputs.seed, person)[:16],
                _("yes") if person in taken else "",
            ]
            for number, person in enumerate(order, 1)
        ],
    )
    excluded = DataTable(
        caption=_("Left out"),
        head=[_("Person"), _("Why")],
        rows=[[str(person), excluded_words(why)] for person, why in sorted(inputs.excluded.items())],
    )
    return holds, candidates, excluded


def excluded_words(why: str) -> str:
    """The reasons of a draw, which are words of the program, in the reader's language."""
    words = {
        "employer": _("works for the applicant or its group"),
        "shareholder": _("holds shares of it"),
        "representative": _("represents it"),
        "kin": _("has kin in it"),
        "co_author": _("joint work within three years"),
        "member": _("has an account of one of its people"),
        "recused": _("recused from this case"),
        "officer": _("is an officer of the bureau"),
        "left_the_panel": _("has left this panel"),
        "acted_on_the_case": _("has acted on this case"),
        "other_field": _("is of another field"),
    }
    return "; ".join(str(words.get(one, one)) for one in why.split(", "))


def due_words(due: Due) -> str:
    return day(due.on) + (_(" (provisional)") if due.provisional else "")
