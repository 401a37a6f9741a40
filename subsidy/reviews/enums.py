from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Branch(models.TextChoices):
    """What an expert judges; a pack says how many of each its panel needs."""

    TECHNICAL = "technical", _("technical expert")
    FINANCIAL = "financial", _("financial expert")
    MANAGEMENT = "management", _("management expert")


class ExpertLinkKind(models.TextChoices):
    """How an expert is bound to a company; any of them keeps the expert from its cases."""

    EMPLOYER = "employer", _("works for it")
    SHAREHOLDER = "shareholder", _("holds shares of it")
    REPRESENTATIVE = "representative", _("is its legal representative, director or manager")
    KIN = "kin", _("has kin in it")
    CO_AUTHOR = "co_author", _("has published or worked jointly with it")


class LinkSaidBy(models.TextChoices):
    EXPERT = "expert", _("declared by the expert")
    OFFICER = "officer", _("recorded by an officer")
    FILE = "file", _("from the file of the pool")


class SeatState(models.TextChoices):
    """How a seat of a panel stands; whoever has left it sees nothing of the case any more."""

    SEATED = "seated", _("seated")
    RECUSED = "recused", _("recused")
    REPLACED = "replaced", _("replaced")
    MISSED = "missed", _("did not score in time")
    SET_ASIDE = "set_aside", _("score set aside")
