"""Is an upload what it says it is? Content and extension must agree, and only a few kinds are let in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

import puremagic
from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from subsidy.documents.refusals import UploadRefused
from subsidy.documents.scanning import scan

MAX_BYTES = 20 * 1024 * 1024
_HEAD = 4096
ALLOWED = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
# Tables that offices deliver; what stands in them is checked line by line when they are read.
TABLES = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TABLE_MAX_BYTES = 256 * 1024 * 1024
_SAME = {".jpeg": ".jpg", ".jpe": ".jpg", ".jfif": ".jpg"}


@dataclass(frozen=True)
class Checked:
    """What an accepted upload is: its name as shown, media type, size in bytes, SHA-256 in hexadecimal."""

    name: str
    media_type: str
    size: int
    sha256: str


def check(upload: File) -> Checked:
    """Look at name, size and content; raises UploadRefused with what to do instead. Leaves the file rewound."""
    name = PurePath(upload.name or "").name[-200:]
    extension = PurePath(name).suffix.lower()
    if extension not in ALLOWED:
        raise UploadRefused(_("Only PDF, PNG and JPEG files can be taken. Convert the file and add it again."))
    if not upload.size:
        raise UploadRefused(_("The file is empty. Choose the right file and add it again."))
    if upload.size > MAX_BYTES:
        raise UploadRefused(_("The file is larger than 20 MB. Make it smaller or split it, and add it again."))
    upload.seek(0)
    head = upload.read(_HEAD)
    if not _content_fits(head, extension):
        raise UploadRefused(
            _("The content of the file is not what its name says. Save it again as PDF, PNG or JPEG and add it again.")
        )
    return _whole(upload, name, ALLOWED[extension])


def check_table(upload: File) -> Checked:
    """The same for a CSV or XLSX of facts; its content is known by its first bytes, its rows are read later."""
    name = PurePath(upload.name or "").name[-200:]
    extension = PurePath(name).suffix.lower()
    if extension not in TABLES:
        raise UploadRefused(_("Only CSV and XLSX files can be imported. Save the table as one of them."))
    if not upload.size:
        raise UploadRefused(_("The file is empty. Choose the right file and add it again."))
    if upload.size > TABLE_MAX_BYTES:
        raise UploadRefused(_("The file is larger than 256 MB. Split it and import the parts."))
    upload.seek(0)
    if (upload.read(4) == b"PK\x03\x04") != (extension == ".xlsx"):
        raise UploadRefused(_("The content of the file is not what its name says. Save it again as CSV or XLSX."))
    return _whole(upload, name, TABLES[extension])


def _whole(upload: File, name: str, media_type: str) -> Checked:
    """Count and hash the content and have it looked at for viruses, all in one reading."""
    digest, size = hashlib.sha256(), 0

    def read() -> Iterator[bytes]:
        nonlocal size
        for chunk in _chunks(upload):
            digest.update(chunk)
            size += len(chunk)
            yield chunk

    content = read()
    scan(content, name)
    for _rest in content:
        pass  # what no scanner wanted is counted all the same
    upload.seek(0)
    return Checked(name=name, media_type=media_type, size=size, sha256=digest.hexdigest())


def _chunks(upload: File) -> Iterator[bytes]:
    upload.seek(0)
    stream: IO[bytes] = upload.file if upload.file is not None else upload
    while chunk := stream.read(64 * 1024):
        yield chunk


def _content_fits(head: bytes, extension: str) -> bool:
    try:
        found = puremagic.from_string(head)
    except puremagic.PureError:
        return False
    plain = found.lower()
    return _SAME.get(plain, plain) == _SAME.get(extension, extension)
