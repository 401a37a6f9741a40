"""The log's own job: number what is pending and sign its head, every five minutes."""

from __future__ import annotations

from procrastinate.contrib.django import app

from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.calendars.clock import business_now
from workflows.common.jobs import RETRY


@app.periodic(cron="*/5 * * * *")
@app.task(name="sign_log", queueing_lock="sign_log", retry=RETRY)
def sign_log_job(timestamp: int) -> None:
    """A head that may not be signed (LogRefused) leaves a failed job, which the administrators see."""
    checkpoint_make(now=business_now(), by="job")
