"""Long work in parts: each part passes the door once, under a key of its own, in its order.

A job that died is run again and goes on behind the last part that was taken; two at once do nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _

from subsidy.accounts.services import system_actor
from subsidy.audit.moment import Moment
from subsidy.documents.models import StoredFile
from subsidy.documents.services import folder
from subsidy.sources import SourceFault
from workflows.common import door
from workflows.common.jobs import ORIGIN
from workflows.common.refusals import WrongState

Clock = Callable[[], Moment]


def take_part(kind: str, subject_id: int, action: str, key: str, data: dict[str, Any], *, now: Clock) -> None:
    """Have one part done. Raises Refused as the door does."""
    door.perform(
        kind,
        subject_id,
        action,
        actor=system_actor("system:imports"),
        now=now(),
        key=f"{kind}:{subject_id}:{key}"[:100],
        data=data,
        origin=ORIGIN,
    )


@contextmanager
def kept_file(document: StoredFile | None, sha256: str) -> Iterator[BinaryIO]:
    """The kept file, proved to be the one that was uploaded (SourceFault when it is not)."""
    assert document is not None, "the upload keeps its file before anything reads it"
    with (folder() / document.path).open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
            raise SourceFault("changed")
        stream.seek(0)
        yield stream


def refuse_out_of_turn(after: int, reached: int) -> None:
    """Refuse a part that was taken already, and one whose part before is missing."""
    if after < reached:
        raise WrongState(_("This part of the file was taken already."))
    if after > reached:
        raise WrongState(_("The part of the file before this one is missing. Take the import up again."))
