"""Writers of panels and of the pool of experts. Only the door calls them."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from subsidy.accounts.models import User
from subsidy.audit.canonical import canonical, digest
from subsidy.audit.moment import Moment
from subsidy.cases.models import Case, Recusal
from subsidy.reviews.draw import Inputs, drawn, fingerprint
from subsidy.reviews.enums import SeatState
from subsidy.reviews.models import Draw, Panel, PanelValue, Score, Seat


def panel_open(case: Case, *, seed: str, seats: int, quorum: int, now: Moment) -> Panel:
    """A new panel without anybody in it."""
    return Panel.objects.create(
        authority_id=case.authority_id, case=case, seed=seed, drawn_at=now.at, seats_wanted=seats, quorum=quorum
    )


def seats_draw(panel: Panel, inputs: Inputs, *, number: int, first: int, why: str, now: Moment) -> list[Seat]:
    """Draw people for the free seats and seat them from position `first` on; the draw is recorded even if empty."""
    text, taken = inputs.text(), drawn(inputs)
    Draw.objects.create(
        panel=panel,
        number=number,
        inputs=text,
        sha256=fingerprint(text),
        taken=canonical(taken),
        why=why,
        drawn_at=now.at,
    )
    return Seat.objects.bulk_create(
        [Seat(panel=panel, expert_id=user_id, position=place) for place, user_id in enumerate(taken, first)]
    )


def sheet_text(salt: str, points: Mapping[str, int], comments: Mapping[str, str], comment: str) -> str:
    """A sheet as it is sealed: canonical JSON of points and comments with the salt."""
    return canonical({"salt": salt, "points": dict(points), "comments": dict(comments), "comment": comment})


def seat_seal(
    seat: Seat, *, points: Mapping[str, int], comments: Mapping[str, str], comment: str, total: int, now: Moment
) -> str:
    """Keep a sheet under seal; returns the seal. `total` is in hundredths of a point."""
    Score.objects.bulk_create(
        [Score(seat=seat, item=item, points=value, comment=comments.get(item, "")) for item, value in points.items()]
    )
    seat.given = [{"item": item, "points": value, "comment": comments.get(item, "")} for item, value in points.items()]
    seat.salt = secrets.token_hex(16)
    seat.seal = digest(sheet_text(seat.salt, points, comments, comment)).hex()
    seat.total, seat.comment, seat.scored_at = total, comment, now.at
    seat.save(update_fields=["salt", "seal", "total", "comment", "scored_at"])
    return seat.seal


def seat_leave(seat: Seat, state: SeatState, *, why: str, now: Moment) -> None:
    """Take a person off the panel; a sheet that was sealed stays, and counts no more."""
    seat.state, seat.left_at, seat.left_why = state, now.at, why[:500]
    seat.save(update_fields=["state", "left_at", "left_why"])


def recusal_record(case: Case, user_id: int, *, reason: str, now: Moment) -> None:
    """Keep a person from a case from now on; the first reason stays."""
    Recusal.objects.get_or_create(
        case=case,
        user_id=user_id,
        defaults={"authority_id": case.authority_id, "reason": reason[:500], "declared_at": now.at},
    )


def panel_conclude(panel: Panel, values: Mapping[str, int], *, now: Moment) -> None:
    """Close the panel and keep what it says of facts of the pack."""
    panel.concluded_at = now.at
    panel.save(update_fields=["concluded_at"])
    PanelValue.objects.bulk_create(
        [
            PanelValue(panel=panel, name=name, kind="count", integer=value, as_of=now.on)
            for name, value in values.items()
        ]
    )


def panel_reopen(panel: Panel, *, now: Moment) -> None:
    """Open a concluded panel again: what it said of facts counts no more, nor does the chair's note."""
    panel.concluded_at, panel.note, panel.noted_at = None, "", None
    panel.save(update_fields=["concluded_at", "note", "noted_at"])
    PanelValue.objects.filter(panel=panel, superseded_at__isnull=True).update(superseded_at=now.at)


def panel_note(panel: Panel, note: str, *, now: Moment) -> None:
    """Keep the chair's word on totals that lie far apart."""
    panel.note, panel.noted_at = note, now.at
    panel.save(update_fields=["note", "noted_at"])


def sheets_of(seats: Sequence[Seat]) -> list[dict[str, int]]:
    """The points that each of these seats gave, by line of the sheet."""
    return [{line["item"]: line["points"] for line in seat.given} for seat in seats]


def opened(seat: Seat) -> dict[str, Any]:
    """A sheet with its salt as the event of the conclusion carries it; `seal` can be computed from it."""
    return {
        "seat": seat.position,
        "total": seat.total,
        "points": {line["item"]: line["points"] for line in seat.given},
        "comments": {line["item"]: line["comment"] for line in seat.given if line["comment"]},
        "comment": seat.comment,
        "salt": seat.salt,
        "seal": seat.seal,
    }


def link_record(
    profile: Any,
    *,
    kind: str,
    uscc: str,
    company_name: str,
    valid_from: dt.date,
    valid_to: dt.date | None,
    said_by: str,
    actor: User,
    now: Moment,
) -> Any:
    """Record what binds an expert to a company."""
    return profile.links.create(
        authority_id=profile.authority_id,
        kind=kind,
        uscc=uscc,
        company_name=company_name,
        valid_from=valid_from,
        valid_to=valid_to,
        said_by=said_by,
        recorded_at=now.at,
        recorded_by=actor,
    )
