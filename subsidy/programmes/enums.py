from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Allocation(models.TextChoices):
    FIRST_COME = "first_come", _("first come, first served")
    RANKED = "ranked", _("ranked")
    PRO_RATA = "pro_rata", _("pro rata")
