"""Keeping files. Only the door calls the writers."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File

from subsidy.audit.moment import Moment
from subsidy.documents.checks import ALLOWED, TABLES, Checked, check
from subsidy.documents.models import StoredFile


def folder() -> Path:
    """Where documents lie; never inside a folder that a web server hands out."""
    return Path(settings.DATA_DIR) / "documents"


def file_store(
    upload: File,
    *,
    authority_id: int,
    owner_kind: str,
    owner_id: int,
    slot: str,
    actor: Any,
    now: Moment,
    look: Callable[[File], Checked] = check,
) -> StoredFile:
    """Check an upload, write it under a generated name and record it (UploadRefused if it cannot be taken).

    `look` says what may be taken: papers (`check`), or tables of facts (`check_table`).

    Written to a temporary name, flushed and renamed first: a crash leaves an unreferenced file, never a row without one.
    """
    checked = look(upload)
    extension = next(suffix for suffix, media in {**ALLOWED, **TABLES}.items() if media == checked.media_type)
    path = f"{now.on:%Y/%m}/{uuid.uuid4().hex}{extension}"
    target = folder() / path
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(".part")
    with temporary.open("wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    temporary.rename(target)
    return StoredFile.objects.create(
        authority_id=authority_id,
        owner_kind=owner_kind,
        owner_id=owner_id,
        slot=slot,
        name=checked.name,
        media_type=checked.media_type,
        size=checked.size,
        sha256=checked.sha256,
        path=path,
        uploaded_by=actor,
        uploaded_at=now.at,
    )


def file_replace(file: StoredFile, *, now: Moment) -> None:
    """Take a file out of use; its row and its bytes stay for the audit."""
    file.replaced_at = now.at
    file.save(update_fields=["replaced_at"])
