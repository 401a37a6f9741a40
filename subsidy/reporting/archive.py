"""The package of a case for the archive: its papers, vouchers and what the bank said, its audit bundle, and an index.

The same papers and the same bundle give the same bytes: names come from keys, entries are sorted, no time is taken
from a clock. Nothing is left out in silence: a kept file that is missing or was changed stops the package.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from django.db.models import Q

from subsidy.audit.moment import ZONE
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.models import RoundRow
from subsidy.documents.models import StoredFile
from subsidy.documents.services import folder
from subsidy.ledger.models import Transaction
from subsidy.payouts.models import Answer, BatchLine
from subsidy.payouts.recoveries import Recovery
from subsidy.reporting.retention import Category, kept_until, years_of

FORMAT, VERSION = "subsidy-archive-package", 1
BUNDLE, INDEX, TABLE = f"{Category.AUDIT}/bundle.zip", "index.json", "index.csv"
BOM = "\ufeff"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 16
_ON_THE_WAY = frozenset(
    {
        LetterKind.RECEIPT,
        LetterKind.ACCEPTANCE,
        LetterKind.CORRECTION,
        LetterKind.VISIT_RECORD,
    }
)


class PaperMissing(Exception):
    """A kept file of the case is not there, or is not the one that was kept: its name says which."""


@dataclass(frozen=True)
class Paper:
    """One file of the package: where it lies there, what it is, its hash and size, and how it is read."""

    category: Category
    name: str
    title: str
    dated: dt.date
    sha256: str
    size: int
    read: Callable[[], Iterator[bytes]]

    @property
    def path(self) -> str:
        return self.name if "/" in self.name else f"{self.category}/{self.name}"


def papers_of(case: Case, bundle: bytes, *, ended_on: dt.date) -> list[Paper]:
    """Everything that belongs to the file of the case, in the order of the index; `bundle` is its audit bundle."""
    lines = list(BatchLine.objects.filter(case=case).select_related("batch").order_by("pk"))
    found = [*_letters(case, lines), *_files(case), *_records(case, lines, ended_on)]
    found.append(_made(Category.AUDIT, BUNDLE, "事件与证明 / events with their proofs", ended_on, bundle))
    return sorted(found, key=lambda paper: paper.path)


def package(
    case: Case, papers: Sequence[Paper], out: BinaryIO, *, ended_on: dt.date, told: Callable[[int], None]
) -> None:
    """Write the package, paper by paper; `told` hears how many are in it. Raises PaperMissing."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for count, paper in enumerate(papers, 1):
            _put(archive, paper)
            told(count)
        for name, content in ((INDEX, _index(case, papers, ended_on)), (TABLE, _table(papers, ended_on))):
            archive.writestr(_entry(name), content)


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _put(archive: zipfile.ZipFile, paper: Paper) -> None:
    seen = hashlib.sha256()
    with archive.open(_entry(paper.path), "w", force_zip64=True) as out:
        for chunk in paper.read():
            seen.update(chunk)
            out.write(chunk)
    if seen.hexdigest() != paper.sha256:
        raise PaperMissing(f"{paper.path} ({paper.title}) is not the file that was kept")


def _letters(case: Case, lines: Sequence[BatchLine]) -> Iterator[Paper]:
    """Its letters, the notices and decrees of its rounds, and the cover sheets of the batches that paid it."""
    rounds = RoundRow.objects.filter(case=case).values("round")
    batches = {line.batch_id for line in lines}
    wanted = (
        Q(case=case)
        | Q(subject_kind="round", subject_id__in=rounds, case=None)
        | Q(subject_kind="batch", subject_id__in=batches)
    )
    for letter in Letter.objects.filter(wanted).order_by("pk"):
        content = bytes(letter.content)
        name = f"{letter.kind}-{letter.pk}-{letter.language}.pdf"
        title = f"{LetterKind(letter.kind).label} {letter.number}"
        yield _made(_category(letter.kind), name, title, letter.issued_at.astimezone(ZONE).date(), content)


def _category(kind: str) -> Category:
    if kind == LetterKind.BATCH_COVER:
        return Category.VOUCHERS
    return Category.CORRESPONDENCE if kind in _ON_THE_WAY else Category.DECISIONS


def _files(case: Case) -> Iterator[Paper]:
    """What was handed in, what was replaced later too: the original name stands in the index alone."""
    for file in StoredFile.objects.filter(owner_kind="case", owner_id=case.pk).order_by("pk"):
        place = folder() / file.path
        name = f"{file.pk}{PurePosixPath(file.path).suffix}"
        title = f"{file.slot}: {file.name}"
        dated = file.uploaded_at.astimezone(ZONE).date()
        yield Paper(Category.APPLICATION, name, title, dated, file.sha256, file.size, partial(_read, place))


def _read(place: Path) -> Iterator[bytes]:
    if not place.is_file():
        raise PaperMissing(f"{place.name} is not where it was kept")
    with place.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _made(category: Category, name: str, title: str, dated: dt.date, content: bytes) -> Paper:
    digest = hashlib.sha256(content).hexdigest()
    return Paper(category, name, title, dated, digest, len(content), lambda: iter((content,)))


def _records(case: Case, lines: Sequence[BatchLine], ended_on: dt.date) -> Iterator[Paper]:
    """The payments with what bore them, the entries of the books, and what the bank said of each payment."""
    for category, name, title, rows in (
        (Category.VOUCHERS, "payments.json", "拨付明细 / payments", _payments(lines)),
        (Category.VOUCHERS, "ledger.json", "账簿分录 / entries of the books", _entries(case, lines)),
        (Category.BANK, "answers.json", "银行回执 / what the bank said", _answers(lines)),
    ):
        if rows:
            yield _made(category, name, title, ended_on, _json(rows))


def _payments(lines: Sequence[BatchLine]) -> list[dict[str, Any]]:
    return [
        {
            "batch": one.batch.number,
            "row": one.row,
            "end_to_end_id": one.end_to_end_id,
            "payee": one.payee_name,
            "bank": one.bank_name,
            "account_ends": one.account_number[-4:],
            "account_fingerprint": one.account_fingerprint,
            "amount_fen": one.amount_fen,
            "set_off_fen": one.offset_fen,
            "sent_fen": one.sent_fen,
            "state": one.state,
            "reason": f"{one.reason_code} {one.reason_text}".strip(),
            "settled_on": _day(one.settled_on),
            "returned_on": _day(one.returned_on),
            "borne_by": [
                {"year": share.budget_line.year, "line": share.budget_line.code, "amount_fen": share.amount_fen}
                for share in one.shares.select_related("budget_line").order_by("pk")
            ],
        }
        for one in lines
    ]


def _entries(case: Case, lines: Sequence[BatchLine]) -> list[dict[str, Any]]:
    """Every transaction of the case, of its payments and of its recoveries."""
    recoveries = Recovery.objects.filter(case=case).values("pk")
    wanted = (
        Q(subject_kind="case", subject_id=case.pk)
        | Q(subject_kind="recovery", subject_id__in=recoveries)
        | Q(memo__in=[one.end_to_end_id for one in lines])
    )
    found = Transaction.objects.filter(wanted, authority=case.authority_id).prefetch_related("legs__line")
    return [
        {
            "key": one.key,
            "kind": one.kind,
            "at": one.at.isoformat(),
            "legs": [
                {
                    "book": leg.book,
                    "account": leg.budget_account or f"cash {leg.cash_account_id}",
                    "line": leg.line and f"{leg.line.year} {leg.line.code}",
                    "currency": leg.currency,
                    "amount_fen": leg.amount,
                }
                for leg in sorted(one.legs.all(), key=lambda leg: leg.pk)
            ],
        }
        for one in found.order_by("pk")
    ]


def _answers(lines: Sequence[BatchLine]) -> list[dict[str, Any]]:
    found = Answer.objects.filter(line__in=lines).select_related("file").defer("file__content").order_by("pk")
    return [
        {
            "end_to_end_id": one.end_to_end_id,
            "file": one.file.name,
            "file_sha256": one.file.sha256,
            "format": one.file.format,
            "message_id": one.file.message_id,
            "bank_reference": one.bank_reference,
            "status": one.status,
            "effect": one.effect,
            "amount_fen": one.amount_fen,
            "booked_on": _day(one.booked_on),
            "reason": f"{one.reason_code} {one.reason_text}".strip(),
        }
        for one in found
    ]


def _index(case: Case, papers: Sequence[Paper], ended_on: dt.date) -> bytes:
    return _json(
        {
            "format": FORMAT,
            "version": VERSION,
            "case": case.number,
            "applicant": case.company_name,
            "ended_on": ended_on.isoformat(),
            "papers": [_row(paper, ended_on) for paper in papers],
        }
    )


def _row(paper: Paper, ended_on: dt.date) -> dict[str, Any]:
    return {
        "path": paper.path,
        "category": paper.category.value,
        "title": paper.title,
        "dated": paper.dated.isoformat(),
        "sha256": paper.sha256,
        "bytes": paper.size,
        "years": years_of(paper.category),
        "keep_until": _day(kept_until(paper.category, ended_on)),
    }


def _table(papers: Sequence[Paper], ended_on: dt.date) -> bytes:
    """The index for a spreadsheet; a text that one would run is marked as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    heads = ("路径 path", "类别 category", "名称 title", "日期 dated", "保管年限 years", "保管至 keep until", "sha256")
    writer.writerow(heads)
    for paper in papers:
        row = _row(paper, ended_on)
        kept = ("永久 permanent", "永久 permanent") if row["years"] is None else (row["years"], row["keep_until"])
        title = f"'{paper.title}" if paper.title[:1] in "=+-@\t\r" else paper.title
        writer.writerow([paper.path, row["category"], title, row["dated"], *kept, paper.sha256])
    return (BOM + out.getvalue()).encode()


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1).encode()
