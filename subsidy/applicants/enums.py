from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FactSource(models.TextChoices):
    """Where a value comes from; the names are those of a pack's `from:`."""

    APPLICANT = "applicant", _("applicant")
    REGISTRY = "registry", _("business registry")
    TAX = "tax", _("tax office")
    REGISTER = "register", _("bureau register")
    STATISTICS = "statistics", _("statistics office")
    CREDIT = "credit", _("credit platform")
    EXPERT = "expert", _("experts")
    OFFICER = "officer", _("officer of the bureau")
    SYSTEM = "system", _("this system")


class AccountState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    CONFIRMED = "confirmed", _("confirmed")
    ENDED = "ended", _("ended")
