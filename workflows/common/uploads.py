"""Keeping a file that an act brings: checked, stored under the matter, refused at its own field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from subsidy.documents.checks import Checked, check
from subsidy.documents.models import StoredFile
from subsidy.documents.refusals import UploadRefused
from subsidy.documents.services import file_store
from workflows.common.refusals import BadData
from workflows.common.turn import Turn


def upload_keep(
    turn: Turn,
    field: str,
    *,
    slot: str,
    owner: tuple[str, int] | None = None,
    look: Callable[[Any], Checked] = check,
) -> StoredFile:
    """Keep the file that came under `field`, in `slot` of the turn's matter or of `owner` (kind and key).

    `look` says what may be taken: papers, or tables. Raises BadData at the field when it cannot be taken.
    """
    kind, key = owner or (turn.kind, turn.subject.pk)
    try:
        return file_store(
            turn.data[field],
            authority_id=turn.subject.authority_id,
            owner_kind=kind,
            owner_id=key,
            slot=slot,
            actor=turn.actor,
            now=turn.now,
            look=look,
        )
    except UploadRefused as refusal:
        raise BadData(fields={field: [str(refusal.message)]}) from refusal
