"""The log is dense, holds each event once and keeps every chain's order, whatever happens to the sequencer (F12)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from subsidy.accounts.models import Authority
from subsidy.audit.log import sequencer
from subsidy.audit.log.sequencer import LogDamaged, sequence
from subsidy.audit.log.tree import StoredTree, log_size
from subsidy.audit.models import Event, Leaf, Pending, Subtree
from subsidy.audit.offline.merkle import included, leaf_hash, levels, nodes_of, root
from subsidy.audit.services import Entry, append
from subsidy.postgres.binaries import find_binaries
from tests.harness.database import Cluster, FreshDatabase
from tests.harness.together import Together
from tests.world import START, World

ROOT = Path(__file__).resolve().parents[4]


def written(count: int, authority: Authority | None = None) -> Authority:
    """This many events in the chain of one bureau, committed or in the test's transaction."""
    bureau = authority or Authority.objects.order_by("pk").first()
    if bureau is None:
        bureau = World().authority
    entries = [Entry(bureau, bureau.pk, "note", {"actor": {"id": 1}, "n": number}) for number in range(count)]
    append(entries, actor_id=1, now=START)
    bureau.save(update_fields=["head_seq", "head_hash"])
    return bureau


def contradictions() -> list[str]:
    """What is wrong with the places given so far; empty when all is as it should be."""
    places = list(Leaf.objects.order_by("idx").values_list("idx", "event__stream", "event__stream_id", "event__seq"))
    found = [f"place {at} is {place[0]}" for at, place in enumerate(places) if place[0] != at]
    last: dict[tuple[str, int], int] = {}
    for _idx, stream, stream_id, seq in places:
        if seq != last.get((stream, stream_id), 0) + 1:
            found.append(f"{stream} {stream_id} #{seq} stands after #{last.get((stream, stream_id))}")
        last[stream, stream_id] = seq
    if Event.objects.count() != len(places) + Pending.objects.count():
        found.append("an event is neither numbered nor pending")
    return found


@pytest.mark.django_db
def test_events_get_dense_places_in_the_order_of_their_chains() -> None:
    bureau = written(3)
    assert Pending.objects.count() == Event.objects.count()
    first = sequence()
    written(2, bureau)
    assert sequence() == 2
    assert sequence() == 0
    assert log_size() == first + 2
    assert contradictions() == []
    assert not Pending.objects.exists()
    leaf = Leaf.objects.select_related("event").order_by("-idx")[0]
    assert bytes(leaf.hash) == leaf_hash(bytes(leaf.event.hash))


@pytest.mark.django_db
def test_proofs_from_the_stored_tree_are_those_of_the_tree_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups of 4 instead of 256, so that three levels of subtrees stand in a hundred leaves."""
    monkeypatch.setattr(sequencer, "GROUP", 4)
    monkeypatch.setattr("subsidy.audit.log.tree.GROUP", 4)
    monkeypatch.setattr("subsidy.audit.log.tree.GROUP_BITS", 2)
    bureau = written(30)
    sequence()
    for count in (1, 2, 3, 4, 5, 60):
        written(count, bureau)
        sequence()
    leaves = [bytes(one) for one in Leaf.objects.order_by("idx").values_list("hash", flat=True)]
    assert Subtree.objects.filter(level=3).exists()
    for size in (1, 3, 4, 5, 16, 17, 63, 64, 65, len(leaves)):
        tree, memory = StoredTree(size), nodes_of(leaves[:size])
        assert tree.root() == root(memory, size)
        for index in range(0, size, 3):
            assert included(leaves[index], index, size, tree.inclusion(index), tree.root())
    tree = StoredTree(len(leaves))
    tree.read_around([0, 5, 66])
    assert included(leaves[5], 5, tree.size, tree.inclusion(5), tree.root())


@pytest.mark.django_db
def test_a_group_of_256_is_hashed_once_and_kept() -> None:
    written(600)
    sequence()
    leaves = [bytes(one) for one in Leaf.objects.order_by("idx").values_list("hash", flat=True)]
    kept = [bytes(one) for one in Subtree.objects.order_by("level", "idx").values_list("hash", flat=True)]
    assert kept == [levels(leaves[:256])[-1][0], levels(leaves[256:512])[-1][0]]
    assert StoredTree(len(leaves)).root() == root(nodes_of(leaves), len(leaves))


@pytest.mark.django_db
def test_a_pending_row_without_its_event_stops_the_sequencer() -> None:
    written(1)
    Pending.objects.create(event_id=10**12)
    with pytest.raises(IntegrityError), transaction.atomic():
        sequence()
    assert log_size() == 0


@pytest.mark.django_db
def test_a_missing_leaf_stops_the_tree() -> None:
    written(3)
    sequence()
    with pytest.raises(LogDamaged):
        StoredTree(log_size() + 1).root()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table", ["audit_leaf", "audit_subtree", "audit_checkpoint", "audit_logkey", "audit_logkeyend"]
)
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET id = 0 WHERE false", "DELETE FROM {} WHERE false", "TRUNCATE {} CASCADE"]
)
def test_the_log_refuses_every_change(table: str, change: str) -> None:
    statement = change.format(table).replace("SET id", "SET idx" if table == "audit_leaf" else "SET id")
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_two_sequencers_and_several_writers_at_once(fresh_db: FreshDatabase, together: Together) -> None:
    """Eight processes' worth of writers on streams of their own, two sequencers that start while they write."""
    bureaus = [World(code=f"b{number}").authority for number in range(3)]

    def write(bureau: Authority) -> None:
        for _ in range(15):
            with transaction.atomic():
                written(1, Authority.objects.select_for_update(no_key=True).get(pk=bureau.pk))

    def number() -> None:
        for _ in range(20):
            sequence()

    for outcome in together([*(lambda bureau=bureau: write(bureau) for bureau in bureaus), number, number]):  # type: ignore[misc]
        assert outcome.ok, outcome.error
    sequence(wait=True)
    assert not Pending.objects.exists()
    assert contradictions() == []


def test_a_transaction_that_stays_open_holds_nothing_up(fresh_db: FreshDatabase) -> None:
    bureau = written(2)
    with fresh_db.connect() as other:
        other.execute("BEGIN")
        other.execute(
            "INSERT INTO audit_event (stream, stream_id, seq, authority_id, action, actor_id, at, recorded_at, body, prev_hash, hash)"
            " SELECT 'call', 1, 1, authority_id, action, actor_id, at, recorded_at, body, prev_hash, hash"
            " FROM audit_event ORDER BY id LIMIT 1"
        )
        written(3, bureau)
        before = sequence()
        assert before == Event.objects.count()
        other.execute("COMMIT")
    assert sequence() == 1
    assert contradictions() == []


def test_a_sequencer_that_is_killed_a_hundred_times_leaves_no_trace(fresh_db: FreshDatabase) -> None:
    """One process takes the batch and dies before its commit, again and again; what it took is pending still."""
    written(40)
    expected = Event.objects.count()
    script = (
        "import os, django; django.setup()\n"
        "from django.db import connection, transaction\n"
        "from subsidy.audit.log import sequencer\n"
        "for turn in range(100):\n"
        "    if os.fork() == 0:\n"
        "        sequencer._grow = lambda before, size: os._exit(9)\n"
        "        sequencer.sequence(wait=True)\n"
        "    assert os.waitstatus_to_exitcode(os.wait()[1]) == 9\n"
    )
    environment = {**os.environ, "DATABASE_URL": fresh_db.url, "DJANGO_SETTINGS_MODULE": "subsidy.settings"}
    subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, check=True, timeout=300)
    assert Pending.objects.count() == expected
    assert sequence(wait=True) == expected
    assert contradictions() == []


def test_a_sequencer_killed_while_it_holds_the_lock_frees_it(fresh_db: FreshDatabase) -> None:
    written(5)
    script = (
        "import signal, sys, django; django.setup()\n"
        "from subsidy.audit.log import sequencer\n"
        "def stay(before, size):\n"
        "    sys.stdout.write('there\\n'); sys.stdout.flush(); signal.pause()\n"
        "sequencer._grow = stay\n"
        "sequencer.sequence()\n"
    )
    environment = {**os.environ, "DATABASE_URL": fresh_db.url, "DJANGO_SETTINGS_MODULE": "subsidy.settings"}
    with subprocess.Popen([sys.executable, "-c", script], env=environment, cwd=ROOT, stdout=subprocess.PIPE) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"there\n"
        assert sequence() == 0  # another is at it
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    assert sequence(wait=True) == Event.objects.count()
    assert contradictions() == []


def test_a_dump_that_is_restored_goes_on_where_it_was(
    fresh_db: FreshDatabase, cluster: Cluster, tmp_path: Path
) -> None:
    """Into another database, whose transaction numbers and triggers start anew."""
    bureau = written(4)
    sequence()
    written(2, bureau)
    if cluster.embedded is None:
        pytest.skip("the programs of the server are those of the embedded one")
    programs = find_binaries(environ=os.environ, major=cluster.embedded.data_version()).folder
    target = f"{fresh_db.name}_restored"
    dump = tmp_path / "dump.sql"
    subprocess.run([programs / "pg_dump", "--dbname", fresh_db.url, "--file", dump], check=True)
    cluster.create(target, template="template0")
    try:
        subprocess.run(
            [
                programs / "psql",
                "--quiet",
                "--set",
                "ON_ERROR_STOP=1",
                "--dbname",
                cluster.url(target),
                "--file",
                dump,
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        script = (
            "import django; django.setup()\n"
            "from subsidy.accounts.models import Authority\n"
            "from tests.subsidy.audit.log.test_sequencer import contradictions, written\n"
            "from subsidy.audit.log.sequencer import sequence\n"
            "assert sequence() == 2\n"
            "written(3); assert sequence() == 3\n"
            "assert contradictions() == [], contradictions()\n"
        )
        environment = {**os.environ, "DATABASE_URL": cluster.url(target), "DJANGO_SETTINGS_MODULE": "subsidy.settings"}
        subprocess.run([sys.executable, "-c", script], env=environment, cwd=ROOT, check=True, timeout=120)
    finally:
        cluster.drop(target)
