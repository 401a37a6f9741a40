from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Allocation(models.TextChoices):
    FIRST_COME = "first_come", _("first come, first served")
    RANKED = "ranked", _("ranked")
    PRO_RATA = "pro_rata", _("pro rata")


class Filing(models.TextChoices):
    """When the applications of a call are decided together."""

    WINDOW = "window", _("one window, decided after it has closed")
    ROUNDS = "rounds", _("several rounds, each decided after its cut-off")
    CONTINUOUS = "continuous", _("continuous filing, a round whenever cases wait")


class CallState(models.TextChoices):
    """Where a call stands at an instant; computed from its window, never stored."""

    LATER = "later", _("opens later")
    OPEN = "open", _("takes applications")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("cancelled")


class CallNews(models.TextChoices):
    """What the public is told of a call."""

    OPENED = "opened", _("The call was announced")
    EXTENDED = "extended", _("The filing window was extended")
    REOPENED = "reopened", _("Filing was opened again after an outage")
    CLOSED_EARLY = "closed_early", _("The filing window closes early")
    CANCELLED = "cancelled", _("The call was cancelled")


class ExtensionCause(models.TextChoices):
    OUTAGE = "outage", _("an outage of the system")
    OTHER = "other", _("another reason")
