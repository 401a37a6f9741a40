"""Records what a person does at the door and reads behind it: two statements, in a stream of the person's own.

Reading or taking along what is not theirs; coming, going and failing to come in; changes of the own second factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from subsidy.audit.models import EMPTY_HASH, Event, Reader
from subsidy.audit.moment import Moment
from subsidy.audit.services import Entry, event_of

PAGE, FILE, EXPORT = "read_page", "read_file", "export_list"
SIGNED_IN, SIGNED_OUT, REFUSED, LOCKED = "sign_in", "sign_out", "sign_in_failed", "locked_out"
CONFIRMED, ENDED = "confirm_factor", "end_session"
FACTOR_ADDED, FACTOR_REMOVED, FACTOR_RENEWED = "add_factor", "remove_factor", "renew_factor"
COLUMNS = [field for field in Event._meta.concrete_fields if not field.primary_key]

# Makes the reader's row or locks it, and takes the next place in the stream; the head is set by the second statement.
_TAKE = """
INSERT INTO audit_reader (id, head_seq, head_hash) VALUES (%s, 1, %s)
ON CONFLICT (id) DO UPDATE SET head_seq = audit_reader.head_seq + 1
RETURNING head_seq - 1, head_hash
"""
_APPEND = f"""
WITH appended AS (
    INSERT INTO audit_event ({", ".join(str(field.column) for field in COLUMNS)})
    VALUES ({", ".join(["%s"] * len(COLUMNS))}) RETURNING stream_id, hash
)
UPDATE audit_reader r SET head_hash = a.hash FROM appended a WHERE r.id = a.stream_id
"""  # nosec B608


@dataclass(frozen=True)
class Read:
    """What was read: by which act (PAGE, FILE, EXPORT), on which page, of which matter and company where it is one's."""

    act: str
    page: str
    kind: str = ""
    subject_id: int | None = None
    company_id: int | None = None
    query: str = ""
    surface: str = "page"

    def said(self) -> dict[str, Any]:
        """What the event says: no empty values, nothing but keys and the page's own parameters."""
        data = {
            "page": self.page,
            "kind": self.kind,
            "subject": self.subject_id,
            "company": self.company_id,
            "query": self.query,
        }
        return {name: value for name, value in data.items() if value not in ("", None)}


def read_append(read: Read, *, actor: dict[str, Any], authority_id: int, now: Moment, request_id: str = "") -> None:
    """Append the event; what was read may be shown only when this returns. `actor` has id, name, username and kind."""
    own_append(
        read.act,
        actor["id"],
        read.said(),
        actor=actor,
        authority_id=authority_id,
        now=now,
        request_id=request_id,
        surface=read.surface,
    )


@transaction.atomic
def own_append(
    act: str,
    person_id: int,
    data: dict[str, Any],
    *,
    actor: dict[str, Any],
    authority_id: int,
    now: Moment,
    request_id: str = "",
    surface: str = "page",
) -> None:
    """Append an event to the person's own stream; `actor` is another than the person where nobody has proven to be them."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [person_id, EMPTY_HASH])
        seq, head = cursor.fetchone()
        reader = Reader(pk=person_id, head_seq=seq, head_hash=bytes(head))
        body = {
            "v": 1, "actor": actor, "role": "", "duty": "", "state": ["", ""], "pins": {}, "data": data,
            "surface": surface, "request": request_id, "key": "",
        }  # fmt: skip
        event, _private = event_of(Entry(reader, authority_id, act, body), actor_id=actor["id"], now=now)
        values = [field.get_db_prep_save(getattr(event, field.attname), connection) for field in COLUMNS]
        cursor.execute(_APPEND, values)


def reads_of_company(company_id: int) -> QuerySet[Event]:
    """Who read what of a company (by the index event_reads_of_company)."""
    events = Event.objects.filter(stream=Reader.STREAM)
    of = RawSQL("((audit_event.body::jsonb) -> 'data' ->> 'company')::bigint", ())
    return events.alias(of_company=of).filter(of_company=company_id)
