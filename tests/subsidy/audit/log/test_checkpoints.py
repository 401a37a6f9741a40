"""Heads that are signed, and every way in which log and checkpoints can be bent by whoever owns the database."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.audit.log.keys import key_in_use, key_make, key_revoke, key_rotate, public_of
from subsidy.audit.log.places import verify_places
from subsidy.audit.log.refusals import LogRefused
from subsidy.audit.log.sequencer import sequence
from subsidy.audit.log.verify import LogReport, verify_checkpoint, verify_log
from subsidy.audit.models import Checkpoint, Leaf, LogKey
from subsidy.audit.offline import ed25519
from subsidy.audit.offline.note import read_head, read_key, read_note
from subsidy.audit.selectors import latest_checkpoint
from subsidy.audit.verify import verify_all
from tests.subsidy.audit.log.test_sequencer import written
from tests.world import START, days_later

pytestmark = pytest.mark.django_db
TABLES = ("audit_event", "audit_eventprivate", "audit_leaf", "audit_subtree", "audit_checkpoint", "audit_logkey")


def signed(events: int = 1, *, day: int = 0) -> Checkpoint:
    """More events and a checkpoint over them; remembered as after a commit."""
    if events:
        written(events)
    made = checkpoint_make(now=days_later(START, day), by="test")
    for one in list(connection.run_on_commit):
        one[1]()
    connection.run_on_commit.clear()
    return made


def as_superuser(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)


def found() -> set[tuple[str, int, str]]:
    return {(one.what, one.place, one.code) for one in verify_log()}


def test_the_first_checkpoint_makes_the_key_and_the_next_ones_continue_it(keys: Path) -> None:
    first = signed(3)
    key = key_in_use()
    assert key is not None
    assert key.name == "grants.example/log"
    note = read_note(first.text)
    assert read_head(note.text).size == first.size == Leaf.objects.count()
    assert ed25519.verifies(read_key(key.text).public, note.text.encode(), note.by(read_key(key.text)))
    file = keys / f"log-{public_of(key).key_id.hex()}.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert signed(0).pk == first.pk  # nothing was added: no second signature
    second = signed(300)
    assert latest_checkpoint() == second
    report = LogReport()
    assert list(verify_log(report)) == []
    assert (report.leaves, report.checkpoints) == (second.size, 2)
    assert verify_checkpoint(first.text) == verify_checkpoint(second.text) == []


def test_a_clock_that_was_set_back_changes_nothing() -> None:
    """Order comes from places; the time of a checkpoint is only told."""
    signed(2, day=5)
    later = signed(2, day=-300)
    assert latest_checkpoint() == later
    assert found() == set()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE audit_leaf SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE idx = 2",
         {("leaf", 2, "leaf"), ("group", 0, "group"), ("checkpoint", 10, "root"), ("checkpoint", 310, "root"), ("memory", 310, "root")}),
        ("UPDATE audit_event SET hash = set_byte(hash, 9, 0) WHERE id = (SELECT event_id FROM audit_leaf WHERE idx = 2)",
         {("leaf", 2, "leaf")}),
        ("UPDATE audit_subtree SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1)", {("group", 0, "group")}),
        ("DELETE FROM audit_subtree", {("group", 0, "group_missing")}),
        ("UPDATE audit_checkpoint SET text = replace(text, E'\\n10\\n', E'\\n4\\n') WHERE size = 10",
         {("checkpoint", 10, "text"), ("checkpoint", 10, "signature")}),
        ("UPDATE audit_checkpoint SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE size = 10", {("checkpoint", 10, "text")}),
        ("UPDATE audit_checkpoint SET text = 'nothing' WHERE size = 10", {("checkpoint", 10, "note")}),
        ("UPDATE audit_logkey SET public = set_byte(public, 0, get_byte(public, 0) # 1)",
         {("checkpoint", 10, "signature"), ("checkpoint", 310, "signature")}),
        ("DELETE FROM audit_leaf WHERE idx = 3",
         {("leaf", 4, "place"), ("leaf", 310, "outside"), ("group", 0, "group"), ("checkpoint", 10, "root"),
          ("checkpoint", 310, "cut"), ("memory", 310, "cut")}),
    ],
)  # fmt: skip
def test_one_byte_changed_is_found_and_named(statement: str, expected: set[tuple[str, int, str]]) -> None:
    written(10 - _founding())
    signed(0)
    signed(300)
    as_superuser(statement)
    assert found() == expected


def _founding() -> int:
    """How many events the founding of the tests' bureau leaves; it is founded by the first writing."""
    written(0)
    sequence()
    return Leaf.objects.count()


def test_the_last_events_dropped_with_all_their_traces_are_missed() -> None:
    """Events, leaves, newer checkpoints and the head on the record: the chain is whole, and still it shows."""
    signed(5)
    kept = Leaf.objects.count()
    second = signed(3)
    as_superuser(
        f"DELETE FROM audit_checkpoint WHERE size > {kept}",
        f"CREATE TEMP TABLE gone AS SELECT event_id FROM audit_leaf WHERE idx >= {kept}",
        f"DELETE FROM audit_leaf WHERE idx >= {kept}",
        "DELETE FROM audit_event WHERE id IN (SELECT event_id FROM gone)",
        "UPDATE accounts_authority a SET head_seq = e.seq, head_hash = e.hash FROM audit_event e WHERE e.stream = 'authority'"
        " AND e.stream_id = a.id AND e.seq = (SELECT max(seq) FROM audit_event x WHERE x.stream = 'authority' AND x.stream_id = a.id)",
    )
    assert [one for one in verify_all() if one.stream == "authority"] == []
    assert found() == {("memory", second.size, "cut")}
    assert [(one.place, one.code) for one in verify_checkpoint(second.text)] == [(second.size, "cut")]
    with pytest.raises(LogRefused, match=f"{second.size}"):
        signed(1)


def test_an_old_backup_that_was_restored_signs_nothing_and_says_so(keys: Path) -> None:
    """The database of yesterday beside today's memory; a new log under a new name may begin once the old is revoked."""
    signed(2)
    with transaction.atomic():
        newest = signed(4)
        transaction.set_rollback(True)
    assert found() == {("memory", newest.size, "cut")}
    with pytest.raises(LogRefused, match="backup"):
        signed(1)
    key = key_in_use()
    assert key is not None
    key_revoke(key, now=START, by="test", reason="restored from the backup of yesterday")
    with pytest.raises(LogRefused, match="audit key new"):
        signed(1)
    key_make(now=START, by="test", origin="grants.example/log-2")
    assert signed(1).text.startswith("grants.example/log-2\n")
    assert found() == set()


def test_a_database_begun_afresh_beside_the_old_folder_has_a_log_of_its_own() -> None:
    with transaction.atomic():
        signed(9)
        transaction.set_rollback(True)
    assert signed(1).size < 9 + 7
    assert found() == set()


def test_a_log_that_was_rewritten_is_not_signed_again() -> None:
    """Everything consistent in itself after the change, leaf and group included: the old head tells."""
    signed(5)
    as_superuser(
        "UPDATE audit_event SET body = body || ' ' WHERE id = (SELECT event_id FROM audit_leaf WHERE idx = 1)",
        "UPDATE audit_event SET hash = sha256(prev_hash || sha256(convert_to(body, 'UTF8')))",
        r"UPDATE audit_leaf l SET hash = sha256('\x00'::bytea || e.hash) FROM audit_event e WHERE e.id = l.event_id",
    )
    size = Leaf.objects.count()
    assert found() == {("checkpoint", size, "root"), ("memory", size, "root")}
    with pytest.raises(LogRefused, match="changed"):
        signed(2)


def test_two_heads_of_one_size_with_different_roots_are_a_fork() -> None:
    first = signed(3)
    old, new = key_rotate(now=START, by="test", reason="yearly")
    again = checkpoint_make(now=START, by="test", also=[old])
    assert (again.size, again.key) == (first.size, new)
    note = read_note(again.text)
    assert len(note.signatures) == 2  # both keys under one head: whoever knew the old one can go over
    assert found() == set()
    as_superuser(f"UPDATE audit_checkpoint SET root = sha256('other'::bytea) WHERE id = {again.pk}")
    assert ("checkpoint", first.size, "fork") in found()


def test_an_event_kept_from_the_sequencer_is_missed() -> None:
    signed(3)
    written(1)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_pending")
    assert {code for _what, _place, code in found()} == {"outside"}


def test_a_leaf_in_the_place_of_a_later_one_of_its_chain_is_told() -> None:
    signed(6)
    as_superuser(
        "ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_event_id_key",
        "CREATE TEMP TABLE two AS SELECT * FROM audit_leaf WHERE idx IN (8, 9)",
        "UPDATE audit_leaf l SET event_id = t.event_id, hash = t.hash FROM two t WHERE l.idx + t.idx = 17 AND l.idx IN (8, 9)",
    )
    assert ("leaf", 9, "order") in found()


def test_another_key_in_the_place_of_ours_signs_nothing(keys: Path) -> None:
    signed(1)
    file = next(keys.glob("*.pem"))
    key_rotate(now=START, by="test", reason="x")
    other = next(one for one in keys.glob("*.pem") if one != file)
    other.write_bytes(file.read_bytes())
    with pytest.raises(LogRefused, match="another key"):
        signed(1)
    other.unlink()
    with pytest.raises(LogRefused, match="not on this host"):
        signed(1)


def test_a_spoilt_memory_is_told_not_passed_over(keys: Path) -> None:
    signed(1)
    next(keys.glob("*.checkpoint")).write_text("spoilt")
    assert found() == {("memory", 0, "refused")}
    with pytest.raises(LogRefused, match="spoilt"):
        signed(1)


def test_keys_end_once_and_are_never_two() -> None:
    first = key_make(now=START, by="test")
    with pytest.raises(LogRefused, match="audit key rotate"):
        key_make(now=START, by="test")
    key_revoke(first, now=START, by="test", reason="stolen")
    with pytest.raises(LogRefused, match="ended"):
        key_revoke(first, now=START, by="test", reason="again")
    with pytest.raises(LogRefused, match="audit key new"):
        key_rotate(now=START, by="test", reason="x")
    assert LogKey.objects.count() == 1


def test_a_checkpoint_of_somebody_else_is_not_ours() -> None:
    made = signed(1)
    strange = made.text.replace("grants.example", "elsewhere.example")
    assert [one.code for one in verify_checkpoint(strange)] == ["unknown_key"]


def test_a_head_is_signed_once_per_size_and_key() -> None:
    made = signed(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Checkpoint.objects.create(key=made.key, size=made.size, root=b"", text="", made_at=START.at)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE audit_leaf SET hash = sha256(hash) WHERE idx = {last}", "leaf"),
        ("UPDATE audit_leaf SET hash = sha256(hash) WHERE idx = 0", "path"),  # an event of another matter
        ("DELETE FROM audit_leaf WHERE idx = {last}", "outside"),
        ("UPDATE audit_checkpoint SET text = replace(text, E'\\n{size}\\n', E'\\n{last}\\n')", "signature"),
        ("UPDATE audit_checkpoint SET text = 'x'", "note"),
    ],
)
def test_the_places_of_one_matter_are_verified_by_themselves(statement: str, code: str) -> None:
    bureau = written(3)
    made = signed(0)
    matter = [("authority", bureau.pk)]
    assert list(verify_places(matter)) == []
    as_superuser(statement.format(last=made.size - 1, size=made.size))
    assert code in {one.code for one in verify_places(matter)}
