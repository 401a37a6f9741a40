"""Settles a large district: companies by COPY, what offices hold of them as files through the import, part by part.

Everything has a natural key. A run that was interrupted goes on where it ended, a finished one is passed over, and a
larger district takes in the smaller one. Memory does not grow with the number of companies.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.uploadedfile import UploadedFile

from subsidy.applicants.enums import ChangeOf, ImportState
from subsidy.applicants.models import FactImport
from subsidy.applicants.settling import companies_stage
from subsidy.audit.moment import Moment
from subsidy.demo.district import SEED, GeneratedCompany, generated_company
from subsidy.demo.offices import FIRST, SECOND, figures_year, offices_of, write_files
from subsidy.demo.stage import Stage
from subsidy.demo.summary import Report
from subsidy.sources import LAYOUTS
from workflows.common.jobs import ORIGIN
from workflows.fact_import.jobs import apply_fact_import, check_fact_import

PART = 20_000
CHUNK = 2_000
FIRST_AS_OF, FIRST_ON = dt.date(2024, 1, 17), dt.date(2024, 1, 22)
SECOND_AS_OF, SECOND_ON = dt.date(2024, 2, 20), dt.date(2024, 2, 26)
RENAMED = dt.date(2023, 1, 9)
DAYS_OF_RENAMING = 330


@dataclass(frozen=True, slots=True)
class Part:
    """The companies with numbers from `first` to the one before `end`."""

    first: int
    end: int

    def companies(self) -> Iterator[GeneratedCompany]:
        return (generated_company(number) for number in range(self.first, self.end))

    def parts(self, size: int) -> Iterator[Part]:
        return (Part(first, min(first + size, self.end)) for first in range(self.first, self.end, size))


def settle(stage: Stage, scale: int, report: Report) -> None:
    """Bring the district to `scale` companies, with both deliveries of the offices. Raises Refused as the door does."""
    for part in Part(0, scale).parts(PART):
        for chunk in part.parts(CHUNK):
            settle_companies(stage, chunk)
        report(f"已登记{part.end}/{scale}家企业", f"{part.end:,} of {scale:,} companies are registered")
        deliver(stage, part, FIRST)
        deliver(stage, part, SECOND)
        report(
            f"各部门关于{part.end}/{scale}家企业的数据已导入",
            f"what offices hold of {part.end:,} of {scale:,} companies is imported",
        )


def settle_companies(stage: Stage, part: Part) -> None:
    """Register these companies in one act of the bureau, once."""
    name = f"settle:{part.first}:{part.end}"
    if stage.has(name):
        return
    companies = list(part.companies())
    rows = [_row(company) for company in companies]
    changes = [change for company in companies for change in _changes(company)]
    staged = companies_stage(rows, changes)
    digest = hashlib.sha256("\n".join("\t".join(row) for row in [*rows, *changes]).encode()).hexdigest()
    data = {"staged": staged, "digest": digest, "first": rows[0][0], "last": rows[-1][0]}
    stage.act(
        name,
        "authority",
        stage.authority.pk,
        "settle_companies",
        "system:imports",
        stage.moment(FIRST_ON, 10),
        data,
        origin=ORIGIN,
    )


def _row(company: GeneratedCompany) -> tuple[str, ...]:
    return (
        company.uscc,
        company.name,
        company.region,
        company.industry,
        company.founded_on.isoformat(),
        company.legal.name,
        company.contact.name,
        company.contact.telephone,
    )


def _changes(company: GeneratedCompany) -> Iterator[tuple[str, ...]]:
    """What the company was called and where it sat before, with the day of the change and the notice of it."""
    if company.former_name is not None:
        on = renamed_on(company)
        yield (company.uscc, ChangeOf.NAME, company.former_name, company.name, on.isoformat(), f"变更{on:%Y%m%d}")
    if company.move is not None:
        move = company.move
        document = f"迁移{move.on:%Y%m%d}"
        yield (company.uscc, ChangeOf.REGION, move.from_region, move.to_region, move.on.isoformat(), document)


def renamed_on(company: GeneratedCompany) -> dt.date:
    """The day in 2023 on which a renamed company took its name."""
    seed = hashlib.sha256(f"{SEED}:{company.uscc}:renamed".encode()).digest()
    return RENAMED + dt.timedelta(days=int.from_bytes(seed[:4], "big") % DAYS_OF_RENAMING)


# --- what offices deliver ------------------------------------------------------------------------------------------


def deliver(stage: Stage, part: Part, delivery: str) -> None:
    """Have the files of one delivery uploaded, checked and applied, once."""
    as_of, on = (FIRST_AS_OF, FIRST_ON) if delivery == FIRST else (SECOND_AS_OF, SECOND_ON)
    names = {office.layout: f"{delivery}:{office.layout}:{part.first}:{part.end}" for office in offices_of(delivery)}
    now = stage.moment(on, 14)
    if not all(stage.has(name) for name in names.values()):
        with TemporaryDirectory() as folder:
            files = write_files(part.companies(), Path(folder), delivery=delivery, as_of=as_of)
            for layout, name in names.items():
                _upload(stage, name, layout, files[layout], as_of, now)
    for name in names.values():
        _bring(stage, name, now)


def _upload(stage: Stage, name: str, layout: str, path: Path, as_of: dt.date, now: Moment) -> None:
    described = LAYOUTS[layout]
    data = {
        "layout": layout,
        "as_of": as_of.isoformat(),
        "year": figures_year() if described.needs_year else None,
        "complete": bool(described.list_name),
    }
    with path.open("rb") as stream:
        file = UploadedFile(stream, name=path.name, content_type="text/csv", size=path.stat().st_size)
        stage.open(name, "fact_import", "upload", "counter", now, data, files={"file": file})


def _bring(stage: Stage, name: str, now: Moment) -> None:
    """Take an uploaded file to its end from wherever it stands: checked, then applied if it changes anything."""
    pk = stage.id_of(name)
    check_fact_import(pk, now=lambda: now)
    found = FactImport.objects.get(pk=pk)
    if found.state == ImportState.CHECKED:
        changes = found.facts_new + found.facts_changed + found.facts_renewed + found.facts_gone
        stage.act(f"{name}:end", "fact_import", pk, "apply" if changes else "discard", "counter", now)
    apply_fact_import(pk, now=lambda: now)
