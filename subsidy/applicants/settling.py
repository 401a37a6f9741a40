"""Many companies at once, as a register of companies delivers them: staged by COPY, written in one statement.

Staged rows belong to this connection and to one call of the door; who is held already is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection

from subsidy.accounts.models import User
from subsidy.audit.models import EMPTY_HASH
from subsidy.audit.moment import Moment

COLUMNS = ("uscc", "name", "region", "industry", "founded_on", "representative", "contact_name", "contact_phone")
CHANGE_COLUMNS = ("uscc", "what", "before", "after", "effective_on", "document")

_TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS company_staging (
    uscc text, name text, region text, industry text, founded_on date, representative text, contact_name text,
    contact_phone text
);
CREATE TEMPORARY TABLE IF NOT EXISTS company_change_staging (
    uscc text, what text, before text, after text, effective_on date, document text
);
TRUNCATE company_staging, company_change_staging;
"""
_WRITE = """
WITH made AS (
    INSERT INTO applicants_company (
        authority_id, uscc, name, region, industry, founded_on, representative, contact_name, contact_phone,
        legal_form, state, head_seq, head_hash
    )
    SELECT %(authority)s, uscc, name, region, industry, founded_on, representative, contact_name, contact_phone,
           'legal_person', 'active', 0, %(empty)s
    FROM company_staging
    ON CONFLICT (authority_id, uscc) DO NOTHING
    RETURNING id, uscc
), noted AS (
    INSERT INTO applicants_companychange (
        authority_id, company_id, what, before, after, effective_on, document, recorded_at, recorded_by_id
    )
    SELECT %(authority)s, made.id, c.what, c.before, c.after, c.effective_on, c.document, %(now)s, %(by)s
    FROM company_change_staging c JOIN made USING (uscc)
    RETURNING id
)
SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM noted)
"""
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_BLOCK = 1_000


@dataclass(frozen=True, slots=True)
class Settled:
    """How many of the staged companies were new, and how many earlier names and districts were noted with them."""

    made: int
    changes: int


def companies_stage(companies: Iterable[Sequence[str]], changes: Iterable[Sequence[str]]) -> int:
    """Put rows (in the order of COLUMNS and CHANGE_COLUMNS, days as ISO text) in place of what was staged; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        staged = _copy("company_staging", companies)
        _copy("company_change_staging", changes)
    return staged


def _copy(table: str, rows: Iterable[Sequence[str]]) -> int:
    n, rest = 0, iter(rows)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        while block := list(islice(rest, _BLOCK)):
            copy.write("".join("\t".join(cell.translate(_ESCAPES) for cell in row) + "\n" for row in block))
            n += len(block)
    return n


def companies_staged() -> int:
    """How many companies are staged on this connection; -1 when nothing was ever staged on it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.company_staging') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return -1
        cursor.execute("SELECT count(*) FROM company_staging")
        return int(cursor.fetchone()[0])


def companies_settle(authority_id: int, *, by: User, now: Moment) -> Settled:
    """Write those staged companies that the bureau does not hold yet, with what they were before. One statement."""
    values: dict[str, Any] = {"authority": authority_id, "by": by.pk, "now": now.at, "empty": EMPTY_HASH}
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        return Settled(*cursor.fetchone())
