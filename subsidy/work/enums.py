from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Duty(models.TextChoices):
    """The kind of act that a hand did; `workflows.common.duties` says which may not meet in one person."""

    FILES = "files", _("files the application")
    ASSISTS = "assists", _("assists the company at the counter")
    CHECKS_ACCEPTANCE = "checks_acceptance", _("checks acceptance")
    SCORES = "scores", _("scores")
    CHECKS_AMOUNT = "checks_amount", _("checks the amount")
    RANKS = "ranks", _("ranks the round")
    APPROVES = "approves", _("approves")
    PUBLISHES = "publishes", _("publishes the notice")
    DECREES = "decrees", _("issues the decree")
    PREPARES = "prepares", _("prepares the batch")
    CHECKS_BATCH = "checks_batch", _("checks the batch")
    RELEASES = "releases", _("releases the batch")
    EXPORTS = "exports", _("exports the batch")
    IMPORTS = "imports", _("imports answers")
    ENTERS_ACCOUNT = "enters_account", _("enters a payee account")
    CONFIRMS_ACCOUNT = "confirms_account", _("confirms a payee account")
    KEEPS_BUDGET = "keeps_budget", _("keeps the budget")
    WRITES_POLICY = "writes_policy", _("writes the policy")
    PUBLISHES_POLICY = "publishes_policy", _("publishes the policy")
    KEEPS_RECORDS = "keeps_records", _("keeps records")
