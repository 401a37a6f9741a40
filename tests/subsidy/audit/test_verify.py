"""Verification sees every way in which somebody with the rights of a superuser could bend a chain."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import override

from subsidy.audit.canonical import canonical
from subsidy.audit.models import Event
from subsidy.audit.services import Entry, append
from subsidy.audit.verify import PROBLEMS, Report, _agrees, _Row, chained_models, verify_all, verify_record
from subsidy.cases.models import Case
from subsidy.sealing import seal
from tests.harness.database import FreshDatabase
from tests.world import START, World

OPEN_DOORS = [
    "ALTER TABLE audit_event DISABLE TRIGGER USER",
    "ALTER TABLE audit_eventprivate DISABLE TRIGGER USER",
]
CHAIN = "stream = 'case' AND stream_id = {case}"
# What is done to the chain of a case of `last` events, and what must be found at which event (0: the chain as a whole).
TAMPERINGS: dict[str, tuple[list[str], set[tuple[int | str, str]]]] = {
    "change a body": (
        [f'UPDATE audit_event SET body = replace(body, \'"surface":"\', \'"surface":"x\') WHERE {CHAIN} AND seq = 2'],
        {(2, "hash")},
    ),
    "change a body and rehash it alone": (
        [
            f'UPDATE audit_event SET body = replace(body, \'"surface":"\', \'"surface":"x\') WHERE {CHAIN} AND seq = 2',
            f"UPDATE audit_event SET hash = sha256(prev_hash || sha256(convert_to(body, 'UTF8'))) WHERE {CHAIN} AND seq = 2",
        ],
        {(3, "link")},
    ),
    "delete an event": (
        [
            f"DELETE FROM audit_eventprivate WHERE event_id IN (SELECT id FROM audit_event WHERE {CHAIN} AND seq = 3)",
            f"DELETE FROM audit_event WHERE {CHAIN} AND seq = 3",
        ],
        {(4, "gap"), (4, "link")},
    ),
    "delete an event and close the gap": (
        [
            f"DELETE FROM audit_eventprivate WHERE event_id IN (SELECT id FROM audit_event WHERE {CHAIN} AND seq = {{last}} - 1)",
            f"DELETE FROM audit_event WHERE {CHAIN} AND seq = {{last}} - 1",
            f"UPDATE audit_event SET seq = seq - 1 WHERE {CHAIN} AND seq = {{last}}",
        ],
        {("last-1", "link"), ("last-1", "columns"), (0, "head")},
    ),
    "swap two events": (
        [
            f"UPDATE audit_event SET seq = 1000 WHERE {CHAIN} AND seq = 2",
            f"UPDATE audit_event SET seq = 2 WHERE {CHAIN} AND seq = 3",
            f"UPDATE audit_event SET seq = 3 WHERE {CHAIN} AND seq = 1000",
        ],
        {(2, "link"), (2, "columns"), (3, "link"), (3, "columns"), (4, "link")},
    ),
    "cut the tail": (
        [
            f"DELETE FROM audit_eventprivate WHERE event_id IN (SELECT id FROM audit_event WHERE {CHAIN} AND seq > 4)",
            f"DELETE FROM audit_event WHERE {CHAIN} AND seq > 4",
        ],
        {(0, "head")},
    ),
    "change a column that lists search by": (
        [f"UPDATE audit_event SET actor_id = actor_id + 1, at = at + interval '1 day' WHERE {CHAIN} AND seq = 3"],
        {(3, "columns")},
    ),
    "spoil the text": (
        [f"UPDATE audit_event SET body = '{{{{' || body WHERE {CHAIN} AND seq = 3"],
        {(3, "hash"), (3, "text")},
    ),
    "change a personal value": (
        [
            "UPDATE audit_eventprivate SET values = '{other}' "
            f"WHERE event_id IN (SELECT id FROM audit_event WHERE {CHAIN} AND seq = {{last}})"
        ],
        {("last", "private")},
    ),
    "change a byte of a sealed value": (
        [
            "UPDATE audit_eventprivate SET values = values || 'AAAA' "
            f"WHERE event_id IN (SELECT id FROM audit_event WHERE {CHAIN} AND seq = {{last}})"
        ],
        {("last", "private_closed")},
    ),
    "put an open value in the place of a sealed one": (
        [
            "UPDATE audit_eventprivate SET values = '{{{{}}}}' "
            f"WHERE event_id IN (SELECT id FROM audit_event WHERE {CHAIN} AND seq = {{last}})"
        ],
        {("last", "private_closed")},
    ),
    "remove personal values": (
        [
            f"DELETE FROM audit_eventprivate WHERE event_id IN (SELECT id FROM audit_event WHERE {CHAIN} AND seq = {{last}})"
        ],
        {("last", "private_missing")},
    ),
    "add personal values": (
        [
            "INSERT INTO audit_eventprivate (event_id, salt, values) "
            f"SELECT id, '\\x00', '{{{{}}}}' FROM audit_event WHERE {CHAIN} AND seq = 1"
        ],
        {(1, "private_unknown")},
    ),
    "move the head": (
        ["UPDATE cases_case SET head_hash = '\\x00' WHERE id = {case}"],
        {(0, "head_hash")},
    ),
}


@pytest.fixture
def case(world: World) -> Case:
    """A case with eight events and more, the last of them with personal values."""
    found: Case = world.submitted()
    append(
        [
            Entry(
                record=found,
                authority_id=found.authority_id,
                action="note",
                body={"actor": {"id": world.people["acceptance"].pk}},
                private={"contact": "张三"},
            )
        ],
        actor_id=world.people["acceptance"].pk,
        now=world.now,
    )
    found.save(update_fields=["head_seq", "head_hash"])
    return found


def tampered(case: Case, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in [*OPEN_DOORS, *statements]:
            cursor.execute(statement.format(case=case.pk, last=case.head_seq, other=seal('{"contact":"李四"}')))


def test_whole_chains_hold(world: World, case: Case) -> None:
    report = Report()
    assert list(verify_all(report)) == []
    assert report.events == Event.objects.count()
    assert report.streams == Event.objects.values("stream", "stream_id").distinct().count()
    assert verify_record("case", case.pk) == []


@pytest.mark.parametrize("name", TAMPERINGS)
def test_each_tampering_is_found(case: Case, name: str) -> None:
    statements, expected = TAMPERINGS[name]
    tampered(case, statements)
    places = {"last": case.head_seq, "last-1": case.head_seq - 1}
    wanted = {(places.get(str(seq), seq), code) for seq, code in expected}
    found = verify_record("case", case.pk)
    assert {(one.seq, one.code) for one in found} == wanted
    assert [one for one in verify_all() if one.stream == "case"] == found
    assert {one.label for one in found} == {case.number}


def test_a_record_taken_away_leaves_its_events_behind(world: World, case: Case) -> None:
    line = world.line()
    tampered(case, [
        "ALTER TABLE ledger_leg DISABLE TRIGGER USER",
        f"DELETE FROM ledger_leg WHERE line_id = {line.pk}",
        f"DELETE FROM ledger_budgetline WHERE id = {line.pk}",
    ])  # fmt: skip
    assert {(one.stream, one.stream_id, one.code) for one in verify_all()} == {("budget_line", line.pk, "subject")}


def test_a_record_that_no_act_made_is_told(world: World, case: Case) -> None:
    company = case.company
    tampered(case, [
        "INSERT INTO applicants_company (authority_id, uscc, name, region, industry, founded_on, contact_name, "
        "contact_phone, representative, head_seq, head_hash) "
        "SELECT authority_id, 'X', name, region, industry, founded_on, "
        f"contact_name, contact_phone, representative, 0, decode(repeat('00', 32), 'hex') FROM applicants_company WHERE id = {company.pk}"
    ])  # fmt: skip
    assert [(one.stream, one.code) for one in verify_all()] == [("company", "silent")]


def test_events_of_no_stream_are_told(case: Case) -> None:
    tampered(case, [f"UPDATE audit_event SET stream = 'cases' WHERE {CHAIN}"])
    found = {(one.stream, one.code) for one in verify_all()}
    assert found == {("case", "head"), ("cases", "stream")}


def test_an_unknown_stream_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError):
        verify_record("nothing", 1)


def test_every_stream_has_a_model() -> None:
    assert {"case", "round", "batch", "company", "call", "policy_version", "budget_line", "authority"} <= set(
        chained_models()
    )


def test_one_state_of_the_database_is_read_from_first_to_last(fresh_db: FreshDatabase) -> None:
    """What commits while the log is read must not look like a break between a chain and its record."""
    line = World().line()
    with fresh_db.connect() as other:
        # The first stream in order gives the first finding: there the reader stops while the other writes.
        other.execute("UPDATE accounts_authority SET head_seq = 7")
        reading = verify_all()
        assert next(reading).stream == "authority"
        other.execute("UPDATE ledger_budgetline SET head_seq = head_seq + 1 WHERE id = %s", [line.pk])
        assert list(reading) == []
    assert [(one.stream, one.code) for one in verify_all()] == [("authority", "head"), ("budget_line", "head")]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_problem_has_words(language: str) -> None:
    with override(language):
        for code, words in PROBLEMS.items():
            assert str(words), code


@pytest.mark.parametrize("name", ["stream_id", "seq", "authority_id", "action", "actor_id", "at", "recorded_at"])
def test_the_short_look_never_takes_an_inner_value_for_the_outer_one(name: str) -> None:
    """What a column says is repeated within the data; the text itself says otherwise."""
    later = START.at + dt.timedelta(days=1)
    columns: dict[str, Any] = {
        "stream_id": 7,
        "seq": 3,
        "authority_id": 1,
        "action": "note",
        "actor_id": 5,
        "at": START.at,
        "recorded_at": START.at,
    }
    other = {
        "stream_id": 8,
        "seq": 4,
        "authority_id": 2,
        "action": "x",
        "actor_id": 6,
        "at": later,
        "recorded_at": later,
    }
    for told, agrees in ((columns, True), ({**columns, name: other[name]}, False)):
        inner = {"actor": {}, "at": columns["at"], "authority": 1, "recorded_at": columns["at"], "request": "", "seq": 3,
                 "state": ["", ""], "stream": "case", "stream_id": 7, "surface": ""}  # fmt: skip
        body = canonical({
            "action": told["action"], "actor": {"id": told["actor_id"], "name": ',"seq":3,'}, "at": told["at"],
            "authority": told["authority_id"], "data": inner, "pins": {}, "recorded_at": told["recorded_at"], "request": "",
            "seq": told["seq"], "state": ["", ""], "stream": "case", "stream_id": told["stream_id"], "surface": "page",
        })  # fmt: skip
        row = _Row(body=body, prev_hash=b"", hash=b"", salt=None, values=None, **columns)
        assert _agrees(row, "case") is agrees
