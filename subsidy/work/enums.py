from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Duty(models.TextChoices):
    """The kind of act that a hand did; `workflows.common.duties` says which may not meet in one person."""

    FILES = "files", _("files the application")
    ASSISTS = "assists", _("assists the company at the counter")
    CHECKS_ACCEPTANCE = "checks_acceptance", _("checks acceptance")
    SCORES = "scores", _("scores")
    RECOMMENDS = "recommends", _("recommends for its township")
    VISITS = "visits", _("visits the site")
    COUNTERSIGNS_VISIT = "countersigns_visit", _("countersigns the record of a visit")
    CO_REVIEWS = "co_reviews", _("reviews for another department")
    CHECKS_AMOUNT = "checks_amount", _("checks the amount")
    RECORDS_UPPER = "records_upper", _("records the decision of a higher level")
    RANKS = "ranks", _("ranks the round")
    APPROVES = "approves", _("approves")
    PUBLISHES = "publishes", _("publishes the notice")
    DECREES = "decrees", _("issues the decree")
    DECIDES_OBJECTION = "decides_objection", _("decides an objection")
    SIGNS_AGREEMENT = "signs_agreement", _("signs the agreement for the bureau")
    CHECKS_COMPLETION = "checks_completion", _("checks completion")
    CHECKS_SAMPLE = "checks_sample", _("checks a sample afterwards")
    PREPARES = "prepares", _("prepares the batch")
    CHECKS_BATCH = "checks_batch", _("checks the batch")
    RELEASES = "releases", _("releases the batch")
    EXPORTS = "exports", _("exports the batch")
    IMPORTS = "imports", _("imports answers")
    ENTERS_ACCOUNT = "enters_account", _("enters a payee account")
    CONFIRMS_ACCOUNT = "confirms_account", _("confirms a payee account")
    KEEPS_BUDGET = "keeps_budget", _("keeps the budget")
    WRITES_POLICY = "writes_policy", _("writes the policy")
    REVIEWS_LEGALITY = "reviews_legality", _("reviews the legality of a policy")
    PUBLISHES_POLICY = "publishes_policy", _("publishes the policy")
    PROPOSES = "proposes", _("proposes")
    APPROVES_PROPOSAL = "approves_proposal", _("approves what was proposed")
    KEEPS_RECORDS = "keeps_records", _("keeps records")
