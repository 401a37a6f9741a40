from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CalendarDay(models.Model):
    """One day of the published working-day calendar, make-up working days included."""

    day = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    name = models.CharField(max_length=60, blank=True, help_text=_("name of the holiday"))

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")

    def __str__(self) -> str:
        return self.day.isoformat()


class BusinessClock(models.Model):
    """The stored clock of demo and training mode: at most one row; without it the database's own time holds."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    now = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_business_clock")]

    def __str__(self) -> str:
        return self.now.isoformat()
