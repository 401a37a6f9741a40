"""What this system has on record of a company for one day, read in one statement: its life, registers, lists, awards."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from django.db import connection, models

from subsidy.applicants.models import Company, CompanyChange
from subsidy.registers.models import RegisterEntry
from subsidy.registers.spans import Span, spans_among

Holder = Literal["own", "predecessor", "group"]
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class ListHeld:
    """The newest list said to be complete of one register, up to the day: what it does not name does not stand on it.

    `unclear`: a line of it that speaks of this company could not be taken, so its silence says nothing.
    """

    as_of: dt.date
    file_name: str
    applied_at: dt.datetime
    unclear: bool


@dataclass(frozen=True)
class EarlierAward:
    """An award in fen, made by this system or before it, to the company, one before it, or one of its group.

    `measure` is the policy's code, `known_measure` whether the bureau has a policy of that code. `certificate_day` is
    the day of issue of the certificate that it was granted for, where that is on record. `group` and `group_key` are the
    group that an imported award names for itself, with the values of its key; empty where it names none.
    """

    key: str
    holder: Holder
    company_id: int
    measure: str
    known_measure: bool
    amount_fen: int
    conferred_on: dt.date
    document: str
    certificate_day: dt.date | None
    entered_at: dt.datetime
    group: str = ""
    group_key: tuple[str, ...] = ()


@dataclass(frozen=True)
class Books:
    """Everything on record of one company for one day. `lists` is by register; prior awards stand under PRIOR_AWARDS.

    `kin` are the other companies whose awards of that day count with its own: merged into it, or of its group.
    """

    on: dt.date
    company: Company
    bureau_region: str
    moves: tuple[CompanyChange, ...]
    spans: tuple[Span, ...]
    lists: Mapping[str, ListHeld]
    awards: tuple[EarlierAward, ...]
    kin: Mapping[int, Holder]


PRIOR_AWARDS = "prior_awards"

# Whose awards count: the company's own; those of the companies merged into it or that it came out of by a split (of a
# split, what was granted before it); and those of its group on the day, joined by majority or control, up and down.
_READ = """
WITH RECURSIVE line(id, until) AS (
    SELECT %(company)s::bigint, NULL::date
    UNION
    SELECT s.predecessor_id, LEAST(line.until, CASE WHEN s.kind = 'split' THEN s.effective_on END)
    FROM applicants_succession s JOIN line ON s.successor_id = line.id
    WHERE s.effective_on <= %(on)s AND s.reversed_at IS NULL
), kin(id) AS (
    SELECT %(company)s::bigint
    UNION
    SELECT CASE WHEN g.parent_id = kin.id THEN g.child_id ELSE g.parent_id END
    FROM applicants_grouplink g JOIN kin ON kin.id IN (g.parent_id, g.child_id)
    WHERE g.valid_from <= %(on)s AND (g.valid_to IS NULL OR g.valid_to >= %(on)s)
), whose(id, holder, until) AS (
    SELECT id, CASE WHEN id = %(company)s THEN 'own' ELSE 'predecessor' END,
           CASE WHEN bool_or(until IS NULL) THEN NULL ELSE max(until) END
    FROM line GROUP BY id
    UNION ALL
    SELECT id, 'group', NULL FROM kin WHERE id NOT IN (SELECT id FROM line)
), bureau AS (
    SELECT a.id, a.region FROM accounts_authority a JOIN applicants_company c ON c.authority_id = a.id
    WHERE c.id = %(company)s
), made AS (
    SELECT w.holder, w.id AS company_id, p.code AS measure, TRUE AS known_measure, a.amount_fen,
           d.issued_on AS conferred_on, d.number AS document, (f.facts_text::jsonb ->> 'certificate_on') AS certificate_day,
           d.issued_at AS entered_at, c.number AS key, '' AS "group", '[]'::jsonb AS group_key
    FROM whose w
    JOIN decisions_award a ON a.company_id = w.id
    JOIN decisions_decree d ON d.id = a.decree_id
    JOIN decisions_finding f ON f.id = a.finding_id
    JOIN cases_case c ON c.id = a.case_id
    JOIN programmes_policyversion v ON v.id = c.policy_version_id
    JOIN programmes_policy p ON p.id = v.policy_id
    WHERE d.issued_on <= %(on)s AND (w.until IS NULL OR d.issued_on < w.until)
      AND c.state NOT IN ('lapsed', 'revoked')
      AND a.case_id IS DISTINCT FROM %(case)s
), told AS (
    SELECT w.holder, w.id AS company_id, r.pack AS measure,
           EXISTS (SELECT 1 FROM programmes_policy p WHERE p.authority_id = r.authority_id AND p.code = r.pack)
               AS known_measure,
           r.amount_fen, r.conferred_on, r.document_number AS document, r.certificate_day::text AS certificate_day,
           r.entered_at, r.document_number || ' ' || r.pack || ' ' || r.title || ' ' || r.company_id AS key,
           r."group", r.group_key
    FROM whose w
    JOIN registers_prioraward r ON r.company_id = w.id
    WHERE r.conferred_on <= %(on)s AND (w.until IS NULL OR r.conferred_on < w.until) AND r.amount_fen > 0
      AND NOT EXISTS (SELECT 1 FROM registers_prioraward later WHERE later.follows_id = r.id)
      AND NOT EXISTS (
        SELECT 1 FROM decisions_award a
        JOIN decisions_decree d ON d.id = a.decree_id
        JOIN cases_case c ON c.id = a.case_id
        JOIN programmes_policyversion v ON v.id = c.policy_version_id
        JOIN programmes_policy p ON p.id = v.policy_id
        WHERE a.company_id = r.company_id AND d.number = r.document_number AND p.code = r.pack)
), newest AS (
    SELECT DISTINCT ON (i.kind, i.register) i.id, i.kind, i.register, i.as_of, i.file_name, i.applied_at
    FROM registers_registerimport i JOIN bureau b ON b.id = i.authority_id
    WHERE i.state = 'applied' AND i.complete AND i.as_of <= %(on)s
    ORDER BY i.kind, i.register, i.as_of DESC, i.id DESC
)
SELECT 'company', to_jsonb(c) FROM applicants_company c WHERE c.id = %(company)s
UNION ALL SELECT 'bureau', to_jsonb(b) FROM bureau b
UNION ALL SELECT 'move', to_jsonb(m) FROM applicants_companychange m
    WHERE m.company_id = %(company)s AND m.what = 'region'
UNION ALL SELECT 'entry', to_jsonb(e) FROM registers_registerentry e WHERE e.company_id = %(company)s
UNION ALL SELECT 'list', to_jsonb(n) || jsonb_build_object('unclear', EXISTS (
        SELECT 1 FROM registers_registerimportline l, applicants_company c
        WHERE l.register_import_id = n.id AND l.outcome = 'bad' AND c.id = %(company)s
          AND (l.company_id = c.id OR l.uscc = c.uscc)))
    FROM newest n
UNION ALL SELECT 'award', to_jsonb(made) FROM made
UNION ALL SELECT 'award', to_jsonb(told) FROM told
UNION ALL SELECT 'kin', to_jsonb(whose) FROM whose WHERE id <> %(company)s AND until IS NULL
"""


def books_of(company_id: int, *, on: dt.date, case_id: int | None = None) -> Books:
    """What is on record of a company for that day; one statement. The award of `case_id` is no earlier one.

    An imported award that this system made itself (the same company, decree and measure) counts once.
    Raises Company.DoesNotExist.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"company": company_id, "on": on, "case": case_id})
        for what, content in cursor.fetchall():
            found.setdefault(what, []).append(json.loads(content) if isinstance(content, str) else content)
    if "company" not in found:
        raise Company.DoesNotExist(f"There is no company {company_id}.")
    moves = sorted(_rows(CompanyChange, found.get("move", ())), key=lambda one: (one.effective_on, one.pk))
    return Books(
        on=on,
        company=_rows(Company, found["company"])[0],
        bureau_region=found["bureau"][0]["region"],
        moves=tuple(moves),
        spans=tuple(spans_among(_rows(RegisterEntry, found.get("entry", ())))),
        lists={one["register"] or PRIOR_AWARDS: _list(one) for one in found.get("list", ())},
        awards=tuple(sorted(map(_award, found.get("award", ())), key=lambda one: (one.conferred_on, one.key))),
        kin={one["id"]: one["holder"] for one in found.get("kin", ())},
    )


def _rows(model: type[Row], contents: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Rows of a model from what the database says of each as JSON; bytes, which JSON cannot hold, are left deferred."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.BinaryField)]
    names = [field.attname for field in fields]
    return [
        model.from_db(
            connection.alias, names, [field.to_python(content[field.column or field.attname]) for field in fields]
        )
        for content in contents
    ]


def _list(content: Mapping[str, Any]) -> ListHeld:
    return ListHeld(
        as_of=dt.date.fromisoformat(content["as_of"]),
        file_name=content["file_name"],
        applied_at=dt.datetime.fromisoformat(content["applied_at"]),
        unclear=content["unclear"],
    )


def _award(content: Mapping[str, Any]) -> EarlierAward:
    day = content["certificate_day"]
    return EarlierAward(
        **{name: content[name] for name in ("key", "holder", "company_id", "measure", "known_measure", "amount_fen")},
        conferred_on=dt.date.fromisoformat(content["conferred_on"]),
        document=content["document"],
        certificate_day=dt.date.fromisoformat(day) if day else None,
        entered_at=dt.datetime.fromisoformat(content["entered_at"]),
        group=content["group"],
        group_key=tuple(content["group_key"]),
    )
