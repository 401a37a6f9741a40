from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.records import AuthorityRecord
from subsidy.reviews.opinions import Asked, Opinion, Visit

__all__ = ["Asked", "Opinion", "Panel", "Score", "Seat", "Visit"]


class Panel(AuthorityRecord):
    """An expert panel of one case, drawn at random with a recorded seed."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="panels")
    seed = models.CharField(max_length=64, help_text=_("the draw can be repeated from it"))
    drawn_at = models.DateTimeField()
    seats_wanted = models.PositiveSmallIntegerField()
    quorum = models.PositiveSmallIntegerField()
    concluded_at = models.DateTimeField(null=True, blank=True)

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
    """One expert of a panel; `total` is set when the scores are in and stays sealed until the panel concludes."""

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="seats")
    expert = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="seats")
    position = models.PositiveSmallIntegerField()
    total = models.PositiveIntegerField(null=True, blank=True, help_text=_("hundredths of a point"))
    comment = models.TextField(blank=True)
    scored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [models.UniqueConstraint(fields=["panel", "expert"], name="one_seat_a_person")]

    def __str__(self) -> str:
        return f"seat {self.position} of panel {self.panel_id}"


class Score(models.Model):
    """Points of one seat for one item of the rubric."""

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="scores")
    item = models.CharField(max_length=60)
    points = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat", "item"], name="score_once")]

    def __str__(self) -> str:
        return f"{self.item}: {self.points}"
