from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class FactSource(models.TextChoices):
    """Where a value comes from; the names are those of a pack's `from:`, and of the files that offices deliver."""

    APPLICANT = "applicant", _("applicant")
    REGISTRY = "registry", _("business registry")
    TAX = "tax", _("tax office")
    REGISTER = "register", _("bureau register")
    IP_REGISTER = "ip_register", _("register of intellectual property")
    SOCIAL_SECURITY = "social_security", _("social security office")
    STATISTICS = "statistics", _("statistics office")
    CREDIT = "credit", _("credit platform")
    COURT = "court", _("court")
    SAFETY = "safety", _("work safety office")
    ENVIRONMENT = "environment", _("environment office")
    SUBSIDIES = "subsidies", _("records of earlier subsidies")
    BANK = "bank", _("bank, certifying accounts")
    EXPERT = "expert", _("experts")
    OFFICER = "officer", _("officer of the bureau")
    SYSTEM = "system", _("this system")


class ImportState(models.TextChoices):
    """Where an import of facts stands."""

    UPLOADED = "uploaded", _("being checked")
    UNREADABLE = "unreadable", _("cannot be read")
    CHECKED = "checked", _("checked, not applied")
    APPLYING = "applying", _("being applied")
    APPLIED = "applied", _("applied")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    DISCARDED = "discarded", _("discarded")


class AccountState(models.TextChoices):
    PROPOSED = "proposed", _("proposed")
    CONFIRMED = "confirmed", _("confirmed")
    ENDED = "ended", _("ended")
