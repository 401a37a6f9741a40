"""Writers of pools and of what a person keeps for themselves. Work items and hands are written by the door alone."""

from __future__ import annotations

import datetime as dt

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Authority, User
from subsidy.work.models import JobFault, Pool, SavedView


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


def view_save(user: User, page: str, name: str, query: str, *, limit: int) -> bool:
    """Keep a list under a name of this person's, or write that name anew; False when they keep `limit` already."""
    own = SavedView.objects.filter(user=user)
    if not own.filter(page=page, name=name).exists() and own.count() >= limit:
        return False
    SavedView.objects.update_or_create(user=user, page=page, name=name, defaults={"query": query})
    return True


def view_remove(user: User, pk: int) -> bool:
    """Forget a kept list of this person's; False when there is none such."""
    deleted, _by_model = SavedView.objects.filter(user=user, pk=pk).delete()
    return deleted > 0
