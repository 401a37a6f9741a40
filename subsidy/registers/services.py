"""Writers of registers. Only the door calls them."""

from __future__ import annotations

import datetime as dt

from subsidy.applicants.models import Company
from subsidy.registers.models import Recognition


def recognition_note(
    company: Company, *, kind: str, level: str, certificate_number: str, valid_from: dt.date, valid_to: dt.date
) -> Recognition:
    """Note a title that the company holds; `valid_to` is its last day."""
    return Recognition.objects.create(
        authority_id=company.authority_id,
        company=company,
        kind=kind,
        level=level,
        certificate_number=certificate_number,
        valid_from=valid_from,
        valid_to=valid_to,
    )
