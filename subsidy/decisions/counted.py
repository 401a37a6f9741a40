"""What is known under one name of a pack, and by which precedence one of several values counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from policies.language import FactDef, Outdated, PolicyError, is_outdated
from policies.language.facts import encode_value
from subsidy.applicants.models import CompanyFact
from subsidy.applicants.records import TypedValue
from subsidy.cases.models import Answer, AnswerRecord
from subsidy.cases.values import value_of
from subsidy.decisions.known import outweighs


@dataclass(frozen=True)
class Known:
    """What is known under one name of the pack: the value that counts, the row it stands in, and what others say.

    `row` is an answer of the application or a company fact; the rows of a list stand in `rows`, or in `records` where the
    application gives it (then `row` is the company's word on its completeness). `others` are current values of other
    sources, `conflicts` those among them that say something else. `unfit` says that the row cannot be a value of this
    fact (another kind, out of its range), an `Outdated` value that it is older than the pack allows: both count as
    unknown.
    """

    name: str
    value: Any = None
    row: TypedValue | None = None
    rows: tuple[CompanyFact, ...] = ()
    records: tuple[AnswerRecord, ...] = ()
    others: tuple[CompanyFact, ...] = ()
    conflicts: tuple[CompanyFact, ...] = ()
    unfit: bool = False

    @property
    def is_held(self) -> bool:
        """Whether there is anything that could be a value, however old."""
        return not self.unfit and (self.row is not None or bool(self.rows) or bool(self.records))

    @property
    def is_known(self) -> bool:
        return self.is_held and self.too_old is None

    @property
    def too_old(self) -> dt.date | None:
        """As of which day the value was known that is too old to count."""
        return self.value.as_of if isinstance(self.value, Outdated) else None


def ranked(rows: Iterable[CompanyFact], source: str) -> list[CompanyFact]:
    """Best first: an officer's override with its reason, a place on an adverse list, then the newest of the source that
    the pack names and of what this system knows by itself, then the newest of the others."""
    return sorted(
        rows,
        key=lambda row: (
            row.is_override,
            outweighs(row),
            row.source == source or not row.is_kept,
            bool(row.period),
            row.as_of,
            row.entered_at,
            row.pk or 0,
        ),
        reverse=True,
    )


def of_answer(fact: FactDef, answer: TypedValue | None, candidates: list[CompanyFact], *, on: dt.date) -> Known:
    """An asked fact is what the company answered, unless an officer has set it against that with a reason."""
    if candidates and candidates[0].is_override:
        return of_store(fact, candidates, on=on)
    if answer is None:
        return Known(fact.name, others=tuple(candidates))
    return _known(fact, answer, candidates, on)


def of_store(fact: FactDef, candidates: list[CompanyFact], *, on: dt.date) -> Known:
    return _known(fact, candidates[0], candidates[1:], on) if candidates else Known(fact.name)


def _known(fact: FactDef, row: TypedValue, others: Sequence[CompanyFact], on: dt.date) -> Known:
    value, day = value_of(row), as_of(row)
    old = day is not None and is_outdated(fact, day, on=on)
    return Known(
        fact.name,
        value=Outdated(day) if old and day is not None else value,
        row=row,
        others=tuple(others),
        conflicts=tuple(other for other in others if value_of(other) != value),
        unfit=not fits(fact, row.kind, value),
    )


def as_of(row: TypedValue) -> dt.date | None:
    """The day of which a value speaks; what the company itself has said it says today (None)."""
    if isinstance(row, Answer):
        return row.prefilled_from.as_of if row.prefilled_from is not None else None
    return row.as_of if isinstance(row, CompanyFact) else None


def fits(fact: FactDef, kind: str, value: Any) -> bool:
    """Whether a value of that kind can be one of this fact."""
    if fact.kind != kind:
        return False
    try:
        encode_value(fact, value)
    except PolicyError:
        return False
    return True
