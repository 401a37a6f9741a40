"""A file of experts: comma-separated text with a head, in UTF-8 or GB18030, a person a row."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _

from subsidy.accounts.models import Authority, User
from subsidy.web.acts import origin_of
from subsidy.web.person import moment_of
from workflows.common import door

COLUMNS = ("username", "branch", "fields", "employer", "employer_uscc", "title", "valid_from", "valid_to")
NEEDED = frozenset({"username", "branch", "employer", "valid_from"})
ROWS_MAX = 1_000
OCTETS_MAX = 1_000_000


@dataclass(frozen=True)
class Row:
    """One row of the file, from 2 on as a spreadsheet counts, as the form of admission takes it."""

    number: int
    data: dict[str, Any]


def text_of(content: bytes) -> str:
    """The text of an uploaded file (empty when it is in neither encoding, or too large)."""
    if len(content) > OCTETS_MAX:
        return ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def read(text: str) -> list[Row]:
    """The rows of the file (ValueError that says what to mend)."""
    if not text.strip():
        raise ValueError(
            _("The file is empty, too large, or not text in UTF-8 or GB18030. Save it as CSV and send it.")
        )
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = {(name or "").strip() for name in reader.fieldnames or ()}
    if not names >= NEEDED:
        missing = ", ".join(sorted(NEEDED - names))
        raise ValueError(
            _("The head of the file lacks: %(columns)s. Name the columns as shown.") % {"columns": missing}
        )
    rows = [_row(number, found) for number, found in enumerate(reader, 2) if any((v or "") for v in found.values())]
    if not rows or len(rows) > ROWS_MAX:
        raise ValueError(_("The file must have between 1 and %(most)d experts.") % {"most": ROWS_MAX})
    return rows


def _row(number: int, found: dict[Any, Any]) -> Row:
    data = {name: str(found.get(name) or "").strip() for name in COLUMNS}
    data["fields_text"] = data.pop("fields").replace(";", ",")
    return Row(number, data)


def admit(request: HttpRequest, bureau: Authority, text: str, row: Row) -> None:
    """Admit the expert of one row, once for this file."""
    name = hashlib.sha256(text.encode()).hexdigest()[:32]
    door.open_matter(
        "expert",
        "admit",
        actor=cast(User, request.user),
        now=moment_of(request),
        key=f"experts:{name}:{row.number}",
        authority_id=bureau.pk,
        data=row.data,
        origin=origin_of(request),
    )
