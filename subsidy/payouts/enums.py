from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    PREPARED = "prepared", _("prepared")
    CHECKED = "checked", _("checked")
    RELEASED = "released", _("released")
    EXPORTED = "exported", _("exported")
    ANSWERED = "answered", _("answered in part")
    SETTLED = "settled", _("settled")
    WITHDRAWN = "withdrawn", _("withdrawn")


class LineState(models.TextChoices):
    FROZEN = "frozen", _("frozen")
    IN_FLIGHT = "in_flight", _("in flight")
    ACCEPTED = "accepted", _("accepted by the bank")
    SETTLED = "settled", _("paid")
    REFUSED = "refused", _("refused by the bank")
    RETURNED = "returned", _("returned by the bank")
    WITHDRAWN = "withdrawn", _("withdrawn")


LIVE_LINE_STATES = (LineState.FROZEN, LineState.IN_FLIGHT, LineState.ACCEPTED, LineState.SETTLED)
