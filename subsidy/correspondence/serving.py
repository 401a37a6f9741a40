"""Service of letters (送达). Only the door calls the writer."""

from __future__ import annotations

from subsidy.audit.moment import Moment
from subsidy.correspondence.models import Letter


def letter_serve(letter: Letter, *, now: Moment) -> bool:
    """Note that the recipient has opened a letter; all its languages are one letter. False if it was opened before."""
    same = Letter.objects.filter(
        subject_kind=letter.subject_kind,
        subject_id=letter.subject_id,
        kind=letter.kind,
        number=letter.number,
        served_at__isnull=True,
    )
    return same.update(served_at=now.at) > 0
