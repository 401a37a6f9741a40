"""A file of facts in chunks: parsed, each line judged by itself, its companies found; a chunk never parts a company."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from typing import BinaryIO

from subsidy.applicants.models import COMPLETE, Company, FactImport
from subsidy.applicants.staging import staged
from subsidy.sources import LAYOUTS, Binding, Line, Row, SourceFault, Wrong, bind, read_line, rows_of
from workflows.common.parts import kept_file

LINES = 2_000


@dataclass
class Chunk:
    """Lines after `after` up to `last`; `final` when the file ends with them."""

    after: int
    last: int
    final: bool = False
    lines: list[Line] = field(default_factory=list)
    companies: dict[str, int] = field(default_factory=dict)

    @property
    def faults(self) -> list[dict[str, str | int]]:
        return [
            {"line": line.number, "column": one.column, "code": one.code, "detail": one.detail, "found": one.found}
            for line in self.lines
            for one in line.wrong
        ]


def opened(fact_import: FactImport) -> AbstractContextManager[BinaryIO]:
    """The kept file, proved to be the one that was uploaded (SourceFault when it is not)."""
    return kept_file(fact_import.document, fact_import.sha256)


def binding_of(fact_import: FactImport, heading: Row) -> Binding:
    return bind(LAYOUTS[fact_import.layout], heading, year=fact_import.year)


def chunks(fact_import: FactImport, stream: BinaryIO, *, after: int) -> Generator[Chunk, None, None]:
    """The chunks of the file beyond the line `after`, the same ones at every reading. Raises SourceFault."""
    with closing(rows_of(stream)) as rows:
        heading = next(rows, None)
        if heading is None:
            raise SourceFault("empty")
        binding = binding_of(fact_import, heading)
        reader = _Reader(binding, after, max(after, heading.line))
        for row in rows:
            if (full := reader.take(row)) is not None:
                yield _known(fact_import, full)
        reader.chunk.final = True
        yield _known(fact_import, reader.chunk)


class _Reader:
    """Gathers lines into chunks and sees what no line can know alone: companies and records that stand there twice."""

    def __init__(self, binding: Binding, after: int, last: int) -> None:
        self.binding, self.after = binding, after
        self.is_list = bool(binding.layout.list_name)
        self.first_at: dict[str, int] = {}
        self.keys: dict[str, int] = {}
        self.company = ""
        self.chunk = Chunk(after=after, last=last)

    def take(self, row: Row) -> Chunk | None:
        """Take one row in; returns the chunk before it when that is full."""
        code = self.binding.code_of(row)
        new_company = code != self.company
        full = None
        if new_company and len(self.chunk.lines) >= LINES:
            full, self.chunk = self.chunk, Chunk(after=self.chunk.last, last=self.chunk.last)
        if row.line > self.after:
            line = read_line(self.binding, row)
            self._refuse_repeats(line, new_company)
            self.chunk.lines.append(line)
            self.chunk.last = row.line
        self._remember(code, row.line, new_company)
        return full

    def _refuse_repeats(self, line: Line, new_company: bool) -> None:
        earlier = self.first_at.get(line.uscc)
        if earlier is not None and (new_company or not self.is_list):
            line.wrong.append(Wrong("uscc", "not_together" if self.is_list else "line_twice", str(earlier), line.uscc))
        if self.is_list and line.key:
            if new_company:
                self.keys = {}
            if line.key in self.keys:
                line.wrong.append(Wrong("", "record_twice", str(self.keys[line.key]), line.key[:100]))
            self.keys.setdefault(line.key, line.number)

    def _remember(self, code: str, number: int, new_company: bool) -> None:
        if code:
            self.first_at.setdefault(code, number)
        self.company = code


def _known(fact_import: FactImport, chunk: Chunk) -> Chunk:
    """Find the companies of the chunk; a line of one that the bureau does not know is not taken."""
    wanted = {line.uscc for line in chunk.lines}
    rows = Company.objects.filter(authority=fact_import.authority_id, uscc__in=wanted).values_list("uscc", "pk")
    chunk.companies = dict(rows)
    for line in chunk.lines:
        if not line.wrong and line.uscc not in chunk.companies:
            line.wrong.append(Wrong("uscc", "unknown_company", "", line.uscc))
    return chunk


def rows_to_stage(fact_import: FactImport, chunk: Chunk) -> Iterator[str]:
    """The facts of the good lines, and for a list that is said to be complete whether it could be read as such."""
    layout = LAYOUTS[fact_import.layout]
    whole: dict[str, bool] = {}
    for line in chunk.lines:
        whole[line.uscc] = whole.get(line.uscc, True) and not line.wrong
        if line.wrong:
            continue
        company = chunk.companies[line.uscc]
        for cell in line.cells:
            yield staged(
                fact_import.pk,
                company,
                name=cell.name,
                kind=cell.kind,
                value=cell.value,
                raw=cell.raw,
                unit=cell.unit,
                period=cell.period,
                list_name=layout.list_name,
                record_key=line.key,
            )
    if not (fact_import.complete and layout.list_name):
        return
    for code, complete in whole.items():
        if code in chunk.companies:
            yield staged(
                fact_import.pk,
                chunk.companies[code],
                name=COMPLETE,
                kind="yes_no",
                value=int(complete),
                raw="",
                list_name=layout.list_name,
            )
