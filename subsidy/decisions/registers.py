"""What the bureau's own registers say, as rows beside what other sources say of the same facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import CompanyFact
from subsidy.audit.moment import ZONE
from subsidy.registers.enums import Register
from subsidy.registers.spans import Span

# A title gives the day until which it is held; a place on a list says yes while it lasts. That a company does not stand
# in a register says nothing here: an entry may be missing, and what nobody has said is unknown.
UNTIL: Mapping[str, str] = {Register.HIGH_TECH: "high_tech_until", Register.TECH_SME: "tech_sme_until"}
LISTED: Mapping[str, str] = {
    Register.DISHONEST: "is_dishonest",
    Register.SERIOUS_VIOLATION: "serious_violation",
    Register.ABNORMAL: "abnormal_operation",
    Register.ABOVE_SCALE: "above_scale",
}


def rows_of_registers(company_id: int, found: Iterable[Span], *, on: dt.date) -> list[CompanyFact]:
    """The facts that register entries give on a day, as rows that are not (and must not be) saved."""
    rows: dict[str, CompanyFact] = {}
    # The spans come newest first: turned round, the newest certificate and listing is the one that stays.
    for span in sorted(found, key=lambda one: (one.first, one.entry.pk)):
        kind = span.entry.kind
        if kind in UNTIL and span.first <= on and span.last is not None:
            rows[UNTIL[kind]] = _row(company_id, span, UNTIL[kind], "date", day=span.last)
        elif kind in LISTED and span.holds(on):
            rows[LISTED[kind]] = _row(company_id, span, LISTED[kind], "yes_no", integer=1)
    return list(rows.values())


def _row(
    company_id: int, span: Span, name: str, kind: str, *, day: dt.date | None = None, integer: int | None = None
) -> CompanyFact:
    entry = span.entry
    return CompanyFact(
        authority_id=entry.authority_id,
        company_id=company_id,
        source=FactSource.REGISTER,
        as_of=entry.entered_at.astimezone(ZONE).date(),
        entered_at=entry.entered_at,
        entered_by_id=entry.entered_by_id,
        raw=f"{entry.certificate_number} {entry.valid_from} – {span.last or ''}".strip(),
        name=name,
        kind=kind,
        day=day,
        integer=integer,
    )
