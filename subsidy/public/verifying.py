"""Whether a paper is genuine: by the code that is printed on it, or by the file itself. Nothing of the file is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.audit.models import Event
from subsidy.audit.moment import ZONE
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.correspondence.serving import ADVERSE
from subsidy.decisions.models import Award, AwardChange, Decree, Notice, Round
from subsidy.public.proving import Logged, logged
from subsidy.web.formats import day, pick

MAX_BYTES = 10 * 1024 * 1024
TOO_LARGE = _("The file is larger than 10 MB, which no paper of this system is. Choose the PDF that you were given.")
PDF_BEGINS = b"%PDF-"
_GRANTS = (LetterKind.DECREE, LetterKind.AWARD, LetterKind.CORRIGENDUM)


@dataclass(frozen=True)
class Later:
    """Something that happened to a paper after it was issued; `url` leads to what says so."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Paper:
    """What anybody may know of a genuine paper: no name, no account, no amount that is not published."""

    letter: Letter
    kind: str
    bureau: str
    hashes: list[tuple[str, str]]
    later: list[Later]
    published_at: str
    logged: Logged


class HashOnly(FileUploadHandler):
    """Takes an upload in pieces, hashes them and forgets them: neither memory nor disk ever holds the file."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.digest, self.size, self.head = hashlib.sha256(), 0, b""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        self.head = (self.head + raw_data)[: len(PDF_BEGINS)]
        if self.size <= MAX_BYTES:
            self.digest.update(raw_data)

    def file_complete(self, file_size: int) -> Hashed:
        return Hashed(self.digest.hexdigest(), self.size, self.head)


class Hashed(UploadedFile):
    """What is left of an upload: its hash, its size in bytes, and how it begins."""

    def __init__(self, sha256: str, octets: int, head: bytes) -> None:
        super().__init__(file=io.BytesIO(), name="upload", size=octets)
        self.sha256, self.octets, self.head = sha256, octets, head

    def refusal(self) -> str | Promise:
        """Why the file cannot be looked up; empty when it can."""
        if self.octets == 0:
            return _("The file is empty. Choose the PDF that you were given.")
        if self.octets > MAX_BYTES:
            return TOO_LARGE
        if self.head != PDF_BEGINS:
            return _("This is not a PDF. A photograph or a scan cannot be compared: enter its code instead.")
        return ""


def paper_by_code(code: str) -> Paper | None:
    """The paper with that code; None when none was ever issued with it."""
    return _paper(_letters().filter(code=code)) if code else None


def paper_by_hash(sha256: str) -> Paper | None:
    """The paper whose bytes, in one of its languages, have this hash."""
    found = _letters().filter(sha256=sha256).first()
    if found is None:
        return None
    same = Q(kind=found.kind, subject_kind=found.subject_kind, subject_id=found.subject_id, number=found.number)
    return _paper(_letters().filter(same))


def _letters() -> QuerySet[Letter]:
    return Letter.objects.defer("content").select_related("authority").order_by("id")


def _paper(versions: Iterable[Letter]) -> Paper | None:
    letters = list(versions)
    if not letters:
        return None
    letter = letters[0]
    languages = {"zh": _("in Chinese"), "en": _("in English")}
    return Paper(
        letter=letter,
        kind=str(LetterKind(letter.kind).label),
        bureau=pick(letter.authority.name_zh, letter.authority.name_en),
        hashes=[(str(languages.get(one.language, one.language)), one.sha256) for one in letters],
        later=list(_later(letter)),
        published_at=_published_at(letter),
        logged=logged(letters),
    )


def _published_at(letter: Letter) -> str:
    """Where the same paper stands on this site for everybody to read; empty when it was sent to one recipient alone."""
    if letter.kind == LetterKind.NOTICE_LIST:
        notice = Notice.objects.filter(round=letter.subject_id).values_list("pk", flat=True).first()
        return reverse("public:notice", args=[notice]) if notice else ""
    decree = _decree(letter)
    return reverse("public:decree", args=[decree]) if decree else ""


def _decree(letter: Letter) -> int | None:
    """The decree that the paper is, or by which it grants."""
    if letter.kind == LetterKind.AWARD:
        return Award.objects.filter(case=letter.case_id).values_list("decree", flat=True).first()
    if letter.subject_kind != Round.STREAM or letter.kind == LetterKind.NOTICE_LIST:
        return None
    return Decree.objects.filter(round=letter.subject_id, number=letter.number).values_list("pk", flat=True).first()


def _later(letter: Letter) -> Iterator[Later]:
    """What corrected, revoked, ended or overtook it since, oldest first."""
    if letter.kind in _GRANTS:
        yield from _changes(letter)
    if letter.kind == LetterKind.AWARD and letter.case_id is not None:
        yield from _ended(letter.case_id)
    if letter.kind == LetterKind.NOTICE_LIST:
        notice = Notice.objects.filter(round=letter.subject_id, entries__isnull=False).first()
        if notice is not None:
            words = _("Lines were appended to the list after it was published; its page shows them.")
            yield Later(str(words), reverse("public:notice", args=[notice.pk]))
    if letter.kind in ADVERSE and letter.case_id is not None:
        reopened = Event.objects.filter(stream=Case.STREAM, stream_id=letter.case_id, action="reopen")
        for event in reopened.filter(at__gt=letter.issued_at).order_by("seq"):
            when = day(event.at.astimezone(ZONE).date())
            yield Later(str(_("The matter was reopened on %(day)s; this decision no longer ends it.") % {"day": when}))


def _changes(letter: Letter) -> Iterator[Later]:
    changes = AwardChange.objects.select_related("decree").order_by("id")
    if letter.kind == LetterKind.DECREE:
        changes = changes.filter(award__decree__round=letter.subject_id, award__decree__number=letter.number)
    else:
        changes = changes.filter(award__case=letter.case_id)
    if letter.kind == LetterKind.CORRIGENDUM:
        changes = changes.filter(decree__pk__gt=_decree(letter) or 0)
    for change in changes:
        words = _("corrected by %(number)s of %(day)s") if change.after_fen else _("revoked by %(number)s of %(day)s")
        if letter.kind == LetterKind.DECREE:
            words = (
                _("one line corrected by %(number)s of %(day)s")
                if change.after_fen
                else _("one award revoked by %(number)s of %(day)s")
            )
        said = str(words) % {"number": change.decree.number, "day": day(change.decree.issued_on)}
        yield Later(said, reverse("public:decree", args=[change.decree_id]))


def _ended(case_id: int) -> Iterator[Later]:
    """An award of which no account was confirmed in time."""
    event = Event.objects.filter(stream=Case.STREAM, stream_id=case_id, action="lapse").order_by("-seq").first()
    if event is not None and Case.objects.filter(pk=case_id, state=CaseState.LAPSED).exists():
        due = day(dt.date.fromisoformat(json.loads(event.body)["data"]["due_on"]))
        yield Later(str(_("lapsed: no account was confirmed by %(day)s") % {"day": due}))
