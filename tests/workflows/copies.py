"""Many cases that stand where one stands, made without the door: as many rows as an act on a list needs."""

from __future__ import annotations

from copy import copy
from typing import Any

from viewflow.workflow.models import Process, Task

from subsidy.applicants.models import Company
from subsidy.audit.models import EMPTY_HASH
from subsidy.cases.models import Case
from subsidy.demo.uscc import generated_uscc
from subsidy.work.models import WorkItem


def copies(case: Case, count: int, *, start: int = 1) -> list[Case]:
    """`count` further cases of companies of their own, each with its open task and work item like those of `case`."""
    tasks = list(Task.objects.filter(process=case.process, finished__isnull=True))
    items = list(WorkItem.objects.filter(subject_kind="case", subject_id=case.pk))
    assert len(tasks) == len(items) == 1, "the copied case waits for one person"
    numbers = range(start, start + count)
    companies = [_copied(case.company, uscc=generated_uscc(500_000 + n, region="330106")) for n in numbers]
    companies = Company.objects.bulk_create(companies)
    processes = Process.objects.bulk_create(_copied(case.process) for _n in numbers)
    new = Case.objects.bulk_create(
        _copied(
            case, process=process, company=company, number=f"{case.number}-{n}", filing_number=None,
            head_seq=0, head_hash=EMPTY_HASH,
        )
        for n, process, company in zip(numbers, processes, companies, strict=True)
    )  # fmt: skip
    made = Task.objects.bulk_create(_copied(tasks[0], process=process) for process in processes)
    WorkItem.objects.bulk_create(
        _copied(items[0], task_id=task.pk, subject_id=one.pk, number=one.number, applicant_id=one.company_id)
        for task, one in zip(made, new, strict=True)
    )
    return new


def _copied(row: Any, **changes: object) -> Any:
    new = copy(row)
    new._state = copy(row._state)
    new._state.fields_cache = {}
    new.pk, new._state.adding = None, True
    for name, value in changes.items():
        setattr(new, name, value)
    return new
