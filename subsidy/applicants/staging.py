"""Large numbers of facts at once: staged by COPY, judged against what is held, written in a few statements.

A chunk of a file is staged in a temporary table of this connection, outside any lock; the door then judges and writes
it in one transaction. Staged rows belong to one import; what is staged for another is never written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection

from subsidy.applicants.models import COMPLETE, FactImport
from subsidy.audit.moment import Moment

# Verdicts, and what becomes of each: `new`, `changed` and `renewed` (the same as of a later day) are written, `same`
# and `older` (a later day is held) are not, `gone` (no longer in a complete list) is superseded without a successor.
VERDICTS = ("new", "changed", "renewed", "same", "older", "gone")

_TABLES = """
CREATE TEMPORARY TABLE IF NOT EXISTS fact_staging (
    company_id bigint, name text, kind text, unit text, period text, list_name text, record_key text,
    "integer" bigint, day date, text text, absent boolean, raw text, import_id bigint
);
CREATE TEMPORARY TABLE IF NOT EXISTS fact_judged (
    company_id bigint, name text, kind text, unit text, period text, list_name text, record_key text,
    "integer" bigint, day date, text text, absent boolean, raw text, held_id bigint, verdict text
);
TRUNCATE fact_staging, fact_judged;
"""
_COPY = "COPY fact_staging FROM STDIN"
# One index probe a fact: a plan that reads the whole store for a chunk of it would be ruinous, and statistics are
# stale while a store fills.
_JUDGE = """
INSERT INTO fact_judged
SELECT s.company_id, s.name, s.kind, s.unit, s.period, s.list_name, s.record_key, s."integer", s.day, s.text, s.absent,
       s.raw, f.id,
       CASE WHEN f.id IS NULL THEN 'new'
            WHEN f.as_of > %(as_of)s THEN 'older'
            WHEN NOT (f.kind = s.kind AND f.unit = s.unit AND f.absent = s.absent
                      AND f."integer" IS NOT DISTINCT FROM s."integer" AND f.day IS NOT DISTINCT FROM s.day
                      AND f.text IS NOT DISTINCT FROM s.text) THEN 'changed'
            WHEN f.as_of = %(as_of)s THEN 'same'
            ELSE 'renewed' END
FROM fact_staging s LEFT JOIN LATERAL (
    SELECT * FROM applicants_companyfact c
    WHERE c.company_id = s.company_id AND c.name = s.name AND c.source = %(source)s AND c.period = s.period
      AND c.list_name = s.list_name AND c.record_key = s.record_key AND c.superseded_at IS NULL
    LIMIT 1
) f ON true
WHERE s.import_id = %(import)s
"""
# Of a company whose list is complete in this chunk: the records that are held and no longer named.
_GONE = """
INSERT INTO fact_judged (company_id, name, held_id, verdict)
SELECT f.company_id, f.name, f.id, 'gone'
FROM (SELECT DISTINCT company_id, list_name FROM fact_staging
      WHERE import_id = %(import)s AND name = %(complete)s AND record_key = '' AND "integer" = 1) m
CROSS JOIN LATERAL (
    SELECT * FROM applicants_companyfact c
    WHERE c.company_id = m.company_id AND c.list_name = m.list_name AND c.record_key <> '' AND c.source = %(source)s
      AND c.superseded_at IS NULL AND c.as_of <= %(as_of)s OFFSET 0
) f
WHERE NOT EXISTS (SELECT 1 FROM fact_staging s WHERE s.company_id = f.company_id AND s.list_name = f.list_name
                  AND s.record_key = f.record_key AND s.name = f.name)
"""
_LOCK = """
SELECT count(*) FROM (
    SELECT 1 FROM applicants_company WHERE id IN (SELECT company_id FROM fact_staging) ORDER BY id FOR NO KEY UPDATE
) locked
"""
_SUPERSEDE = """
UPDATE applicants_companyfact f SET superseded_at = %(now)s, superseded_in_id = %(import)s
FROM fact_judged j WHERE f.id = j.held_id AND j.verdict IN ('changed', 'renewed', 'gone')
"""
_INSERT = """
INSERT INTO applicants_companyfact (
    authority_id, company_id, source, as_of, entered_at, entered_by_id, reason, brought_by_id,
    name, kind, unit, period, list_name, record_key, "integer", day, text, absent, raw
)
SELECT %(authority)s, company_id, %(source)s, %(as_of)s, %(now)s, %(by)s, '', %(import)s,
       name, kind, unit, period, list_name, record_key, "integer", day, text, absent, raw
FROM fact_judged WHERE verdict IN ('new', 'changed', 'renewed')
"""
_UNDO_SUPERSEDE = """
UPDATE applicants_companyfact SET superseded_at = %(now)s, superseded_in_id = %(import)s
WHERE brought_by_id = %(import)s AND company_id = ANY(%(companies)s) AND superseded_at IS NULL
"""
# What the import had replaced speaks again as a new row, unless somebody has said something newer meanwhile or what
# had brought it was undone itself.
_UNDO_RESTORE = """
INSERT INTO applicants_companyfact (
    authority_id, company_id, source, as_of, entered_at, entered_by_id, reason, brought_by_id,
    name, kind, unit, period, list_name, record_key, "integer", day, text, absent, raw
)
SELECT o.authority_id, o.company_id, o.source, o.as_of, %(now)s, %(by)s, o.reason, o.brought_by_id,
       o.name, o.kind, o.unit, o.period, o.list_name, o.record_key, o."integer", o.day, o.text, o.absent, o.raw
FROM applicants_companyfact o
WHERE o.superseded_in_id = %(import)s AND o.company_id = ANY(%(companies)s)
  AND o.brought_by_id IS DISTINCT FROM %(import)s
  AND NOT EXISTS (
    SELECT 1 FROM applicants_companyfact c
    WHERE c.company_id = o.company_id AND c.name = o.name AND c.source = o.source AND c.period = o.period
      AND c.list_name = o.list_name AND c.record_key = o.record_key AND c.superseded_at IS NULL)
  AND NOT EXISTS (
    SELECT 1 FROM applicants_factimport i WHERE i.id = o.brought_by_id AND i.state IN ('undoing', 'undone'))
"""
_UNDO_NEXT = """
SELECT company_id FROM (
    (SELECT company_id FROM applicants_companyfact WHERE brought_by_id = %(import)s AND company_id > %(after)s
     GROUP BY company_id ORDER BY company_id LIMIT %(n)s)
    UNION
    (SELECT company_id FROM applicants_companyfact WHERE superseded_in_id = %(import)s AND company_id > %(after)s
     GROUP BY company_id ORDER BY company_id LIMIT %(n)s)
) both_ways ORDER BY company_id LIMIT %(n)s
"""
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"
_BLOCK = 1_000
_INTEGERS = frozenset({"money", "count", "yes_no"})


def stage(fact_import: FactImport, rows: Iterable[str]) -> int:
    """Put the rows of a chunk (made by `staged`) in place of whatever was staged before; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        with cursor.copy(_COPY) as copy:
            n, rows = 0, iter(rows)
            # A call of COPY a row costs as much as making the row.
            while block := list(islice(rows, _BLOCK)):
                copy.write("".join(block))
                n += len(block)
    return n


def staged(
    import_id: int,
    company_id: int,
    *,
    name: str,
    kind: str,
    value: Any,
    raw: str,
    unit: str = "",
    period: str = "",
    list_name: str = "",
    record_key: str = "",
) -> str:
    """One fact as a line of COPY's text format. `value` is a whole number, a day, text, or None: there is none."""
    integer = day = text = _NULL
    if value is not None:
        if kind in _INTEGERS:
            integer = str(value)
        elif kind == "date":
            day = value.isoformat()
        else:
            text = str(value).translate(_ESCAPES)
    return (
        f"{company_id}\t{name}\t{kind}\t{unit}\t{period}\t{list_name}\t{record_key.translate(_ESCAPES)}\t{integer}\t"
        f"{day}\t{text}\t{'t' if value is None else 'f'}\t{raw.translate(_ESCAPES)}\t{import_id}\n"
    )


def judge(fact_import: FactImport) -> dict[str, int]:
    """Compare what is staged with what is held; how many facts have which verdict. Nothing is written."""
    values = {**_values(fact_import), "complete": COMPLETE}
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE fact_judged")
        cursor.execute(_JUDGE, values)
        cursor.execute(_GONE, values)
        cursor.execute("SELECT verdict, count(*) FROM fact_judged GROUP BY verdict")
        return {**dict.fromkeys(VERDICTS, 0), **dict(cursor.fetchall())}


def staged_count(fact_import: FactImport) -> int:
    """How many facts of this import are staged on this connection; -1 when nothing was ever staged on it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.fact_staging') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return -1
        cursor.execute("SELECT count(*) FROM fact_staging WHERE import_id = %s", [fact_import.pk])
        return int(cursor.fetchone()[0])


def write_staged(fact_import: FactImport, *, now: Moment) -> dict[str, int]:
    """Lock the companies of the chunk, judge it now, and write it; returns the verdicts' counts."""
    values = _values(fact_import, now)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        counts = judge(fact_import)
        cursor.execute(_SUPERSEDE, values)
        cursor.execute(_INSERT, values)
    return counts


def companies_to_undo(fact_import: FactImport, *, after: int, n: int) -> list[int]:
    """The next companies (by key, beyond `after`) whose facts the import brought or replaced."""
    with connection.cursor() as cursor:
        cursor.execute(_UNDO_NEXT, {"import": fact_import.pk, "after": after, "n": n})
        return [row[0] for row in cursor.fetchall()]


def undo_of(fact_import: FactImport, companies: Sequence[int], *, by_id: int, now: Moment) -> tuple[int, int]:
    """Supersede what the import brought to these companies and let what it had replaced speak again: (ended, back)."""
    values: dict[str, Any] = {"import": fact_import.pk, "companies": list(companies), "now": now.at, "by": by_id}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM applicants_company WHERE id = ANY(%(companies)s) ORDER BY id "
            "FOR NO KEY UPDATE) locked",
            values,
        )
        cursor.execute(_UNDO_SUPERSEDE, values)
        ended = cursor.rowcount
        cursor.execute(_UNDO_RESTORE, values)
        return ended, cursor.rowcount


def _values(fact_import: FactImport, now: Moment | None = None) -> dict[str, Any]:
    return {
        "import": fact_import.pk,
        "authority": fact_import.authority_id,
        "source": fact_import.source,
        "as_of": fact_import.as_of,
        "by": fact_import.applied_by_id,
        "now": now.at if now else None,
    }
