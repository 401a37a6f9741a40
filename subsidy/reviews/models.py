from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.applicants.records import TypedValue
from subsidy.reviews.enums import SeatState
from subsidy.reviews.opinions import Asked, Opinion, Visit
from subsidy.reviews.pool import ExpertLink, ExpertProfile

__all__ = [
    "Asked",
    "Draw",
    "ExpertLink",
    "ExpertProfile",
    "Opinion",
    "Panel",
    "PanelValue",
    "Score",
    "Seat",
    "Visit",
]


class Panel(AuthorityRecord):
    """An expert panel of one case, drawn at random with a recorded seed.

    It is open until it concludes, and open again when a score that counted is set aside. `note` is the chair's on
    totals that lie far apart.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="panels")
    seed = models.CharField(max_length=64, help_text=_("the draw can be repeated from it"))
    drawn_at = models.DateTimeField()
    seats_wanted = models.PositiveSmallIntegerField()
    quorum = models.PositiveSmallIntegerField()
    concluded_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, default="")
    noted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("panel")
        verbose_name_plural = _("panels")
        constraints = [
            models.CheckConstraint(condition=Q(seats_wanted__gt=0, quorum__gt=0), name="panel_not_empty"),
            models.UniqueConstraint(fields=["case"], condition=Q(concluded_at__isnull=True), name="one_open_panel"),
        ]

    def __str__(self) -> str:
        return f"panel of case {self.case_id}"


class Seat(models.Model):
    """One expert of a panel; `total` is set with the sheet and stays sealed until the panel concludes.

    `seal` is the SHA-256 of the sheet with its salt: the event of the score carries it alone, and the event of the
    conclusion the sheet and the salt, so that anyone can check that nothing was changed under the seal.
    """

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="seats")
    expert = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="seats")
    position = models.PositiveSmallIntegerField()
    total = models.PositiveIntegerField(null=True, blank=True, help_text=_("hundredths of a point"))
    comment = models.TextField(blank=True)
    scored_at = models.DateTimeField(null=True, blank=True)
    salt = models.CharField(max_length=32, blank=True, default="")
    seal = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=10, choices=SeatState, default=SeatState.SEATED)
    left_at = models.DateTimeField(null=True, blank=True)
    left_why = models.CharField(max_length=500, blank=True, default="")

    # The lines of the sheet, where a query has read them beside the seat (`selectors.seats_sitting`).
    given: list[dict[str, Any]]

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [models.UniqueConstraint(fields=["panel", "expert"], name="one_seat_a_person")]

    def __str__(self) -> str:
        return f"seat {self.position} of panel {self.panel_id}"


class Score(models.Model):
    """What one seat gives for one line of the sheet, with a word of why."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="scores")
    item = models.CharField(max_length=60)
    points = models.PositiveSmallIntegerField()
    comment = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat", "item"], name="score_once")]

    def __str__(self) -> str:
        return f"{self.item}: {self.points}"


class Draw(models.Model):
    """One drawing of seats: everything that decides it, as text with its hash, and who came out.

    `inputs` is the canonical JSON that `subsidy.reviews.draw.drawn` reads; repeating it must give `taken`.
    """

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="draws")
    number = models.PositiveSmallIntegerField()
    inputs = models.TextField()
    sha256 = models.CharField(max_length=64)
    taken = models.TextField(help_text="canonical JSON: the people drawn, in order")
    why = models.CharField(max_length=500, blank=True, default="")
    drawn_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draw")
        verbose_name_plural = _("draws")
        constraints = [models.UniqueConstraint(fields=["panel", "number"], name="draw_once_per_number")]

    def __str__(self) -> str:
        return f"draw {self.number} of panel {self.panel_id}"


class PanelValue(TypedValue):
    """What a concluded panel says of one fact of the pack; a panel that concludes anew supersedes its values."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="values")
    as_of = models.DateField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("value of a panel")
        verbose_name_plural = _("values of panels")
        constraints = [
            TypedValue.one_value_constraint("panel_value_one_value"),
            models.UniqueConstraint(
                fields=["panel", "name"], condition=Q(superseded_at__isnull=True), name="panel_value_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
