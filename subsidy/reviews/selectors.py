from __future__ import annotations

import datetime as dt
import json

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from subsidy.accounts.models import User
from subsidy.accounts.selectors import SEES_CASES, grants_of
from subsidy.cases.models import Case, Recusal
from subsidy.reviews.enums import SeatState
from subsidy.reviews.models import ExpertProfile, Opinion, Panel, PanelValue, Score, Seat, Visit


def seats_of_expert(user: User) -> QuerySet[Seat]:
    """The seats that the person holds, without those left and those of cases the person is recused from."""
    recused = Recusal.objects.filter(user=user, case=OuterRef("panel__case"))
    return Seat.objects.filter(expert=user, state=SeatState.SEATED).exclude(Exists(recused))


def cases_of_expert(user: User) -> QuerySet[Case]:
    """Cases in whose panel the person sits, without those recused from."""
    seats = Seat.objects.filter(expert=user, state=SeatState.SEATED, panel__case=OuterRef("pk"))
    recused = Recusal.objects.filter(user=user, case=OuterRef("pk"))
    return Case.objects.filter(Exists(seats)).exclude(Exists(recused))


def seats_sitting(case: Case) -> list[Seat]:
    """The seats of the case's open panel that people hold, in order, each with its sheet; one statement."""
    seats = Seat.objects.filter(panel__case=case, panel__concluded_at__isnull=True, state=SeatState.SEATED)
    sheet = Score.objects.filter(seat=OuterRef("pk")).order_by("pk")
    line = JSONObject(item=F("item"), points=F("points"), comment=F("comment"))
    found = seats.annotate(lines=ArraySubquery(sheet.values(json=line))).select_related("panel").order_by("position")
    for seat in found:
        seat.given = [json.loads(one) if isinstance(one, str) else one for one in seat.lines]
    return list(found)


def panels_of_officer(user: User, *, on: dt.date) -> QuerySet[Panel]:
    """Panels of the bureaus whose cases the person sees, without those of cases recused from."""
    authorities = grants_of(user, on=on, roles=SEES_CASES).values("authority")
    recused = Recusal.objects.filter(user=user, case=OuterRef("case"))
    return Panel.objects.filter(authority__in=authorities).exclude(Exists(recused))


def experts_of_officer(user: User, *, on: dt.date) -> QuerySet[ExpertProfile]:
    """The pools of the bureaus whose cases the person sees."""
    authorities = grants_of(user, on=on, roles=SEES_CASES).values("authority")
    return ExpertProfile.objects.filter(authority__in=authorities).select_related("user", "authority")


def panel_values(case: Case) -> dict[str, PanelValue]:
    """What the concluded panel of a case says of facts, by name; one statement."""
    rows = PanelValue.objects.filter(
        Q(superseded_at__isnull=True), panel__case=case, panel__concluded_at__isnull=False
    )
    return {row.name: row for row in rows.select_related("panel").order_by("panel_id")}


def opinions_that_count(case: Case) -> QuerySet[Opinion]:
    """The last answer of everybody who was asked about the case, with its unit: a case that came back was asked anew."""
    last = Opinion.objects.filter(case=case).order_by("asked", "unit", "-id").distinct("asked", "unit")
    return last.select_related("unit", "given_by")


def visits_of(case: Case) -> QuerySet[Visit]:
    """Every visit to the company's site in this case, the last first, with its officers."""
    return Visit.objects.filter(case=case).select_related("recorded_by", "signed_by").order_by("-id")


def visit_that_counts(case: Case) -> Visit | None:
    """The last visit that two officers have signed."""
    return visits_of(case).filter(signed_at__isnull=False).first()
