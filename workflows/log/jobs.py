"""The log's own jobs: sign its head every few minutes, and decide everything again every night.

What may not be, a head that contradicts an earlier one or a decision that comes out otherwise, leaves a failed job: the
administrators' list of jobs shows it under its name until somebody has looked.
"""

from __future__ import annotations

import logging

from procrastinate.contrib.django import app

from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.calendars.clock import business_now
from subsidy.reporting.reproving import differences
from workflows.common.jobs import RETRY

log = logging.getLogger(__name__)


class DecidedOtherwise(Exception):
    """Decisions that do not come out again as they were pinned."""


@app.periodic(cron="*/5 * * * *")
@app.task(name="sign_log", queueing_lock="sign_log", retry=RETRY)
def sign_log_job(timestamp: int) -> None:
    """Number what is pending and sign the head of the log (LogRefused when it may not be signed)."""
    checkpoint_make(now=business_now(), by="job")


@app.periodic(cron="41 2 * * *")
@app.task(name="reprove_decisions", queueing_lock="reprove_decisions")
def reprove_decisions_job(timestamp: int) -> None:
    """Every night; nothing is corrected. Raises DecidedOtherwise with how many differ, and logs which."""
    found = list(differences())
    for one in found:
        log.error("case %s, finding %s comes out otherwise: %s", one.number, one.finding, one.code)
    if found:
        raise DecidedOtherwise(f"{len(found)} decisions come out otherwise; run: manage.py audit reprove")
