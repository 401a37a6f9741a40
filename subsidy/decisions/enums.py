from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoundState(models.TextChoices):
    COLLECTING = "collecting", _("collecting")
    AWAITING_MEETING = "awaiting_meeting", _("awaiting the meeting")
    AWAITING_NOTICE = "awaiting_notice", _("awaiting its notice")
    ON_NOTICE = "on_notice", _("on public notice")
    AWAITING_DECREE = "awaiting_decree", _("awaiting the decree")
    DECREED = "decreed", _("decreed")


class RowState(models.TextChoices):
    LISTED = "listed", _("listed")
    BELOW_CUT = "below_cut", _("below the cut-off")
    AWARDED = "awarded", _("awarded")
    REMOVED = "removed", _("removed")


class InstalmentState(models.TextChoices):
    PLANNED = "planned", _("planned")
    DUE = "due", _("due")
    IN_BATCH = "in_batch", _("in a batch")
    PAID = "paid", _("paid")
    FALLEN = "fallen", _("fallen away")
