"""Notes why a background job failed, for the administrator's list; the worker tries and reports as before."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError
from procrastinate import App, JobContext

from subsidy.calendars.clock import business_now
from subsidy.work.services import job_fault_note

log = logging.getLogger(__name__)


def note_fault(call_next: Callable[[], Any], context: JobContext, _worker: Any) -> Any:
    """Run the job; of a fault keep the class, then let it pass on."""
    try:
        return call_next()
    except Exception as fault:
        try:
            if context.job.id is not None:
                job_fault_note(context.job.id, fault, at=business_now().real)
        except DatabaseError:
            log.exception("the fault of job %s could not be noted", context.job)
        raise


def watch(app: App) -> None:
    """Have every worker of this program note faults (settings, PROCRASTINATE_ON_APP_READY)."""
    before = list(app.worker_defaults.get("task_middleware") or [])
    app.worker_defaults["task_middleware"] = [*before, note_fault]
