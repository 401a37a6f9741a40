"""Writers of pools. Work items and hands are written by the door alone."""

from __future__ import annotations

import datetime as dt

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Authority
from subsidy.work.models import JobFault, Pool


def pools_make(authority: Authority) -> None:
    """One pool a role, so that work always has a queue to wait in (idempotent)."""
    held = set(Pool.objects.filter(authority=authority, unit=None).values_list("role", flat=True))
    Pool.objects.bulk_create([Pool(authority=authority, role=role) for role in Role if role not in held])


def unit_pool_make(authority_id: int, role: str, unit_id: int) -> Pool:
    """The pool of one unit's people in a role; of two who make it at once the second takes the first's."""
    return Pool.objects.get_or_create(authority_id=authority_id, role=role, unit_id=unit_id)[0]


def job_fault_note(job_id: int, fault: BaseException, *, at: dt.datetime) -> None:
    """Keep the class of a job's last fault."""
    JobFault.objects.update_or_create(job_id=job_id, defaults={"error": type(fault).__name__[:120], "at": at})
