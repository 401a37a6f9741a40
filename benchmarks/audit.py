"""The log: writing a chained event beside a plain insert, verifying, one case's proofs, signing, and deciding again.

``python -m benchmarks.audit [EVENTS]`` prints the table on a PostgreSQL of its own. Limits: a chained event at most twice the
time of a plain INSERT of the same row through the ORM, commit included (the peer, in turn, the trigger off);
`audit verify` at least 100,000 events a second including the reading; a million events offline in at most 10 s; one
case's proofs in at most 50 ms; deciding again at least 20,000 awards a second. Nothing fails on a slow machine.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from statistics import median
from typing import Any

from benchmarks.rows import Row, table

EVENTS, WRITES, CHAIN = 1_000_000, 100, 20

# A million events as the writer would leave them: chains of CHAIN, hashed by the database in one pass a link.
_FILL = """
INSERT INTO audit_event (stream, stream_id, seq, authority_id, action, actor_id, at, recorded_at, body, prev_hash, hash)
SELECT 'case', n, %(seq)s, 1, 'note', 1, TIMESTAMPTZ '2024-03-04 09:00+08', TIMESTAMPTZ '2024-03-04 09:00+08', b.body, p.hash,
       sha256(p.hash || sha256(convert_to(b.body, 'UTF8')))
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
CROSS JOIN LATERAL (SELECT %(body)s || n || ',"v":1}' AS body) b
LEFT JOIN audit_event e ON e.stream = 'case' AND e.stream_id = n AND e.seq = %(seq)s - 1
CROSS JOIN LATERAL (SELECT coalesce(e.hash, decode(repeat('00', 32), 'hex')) AS hash) p
"""
_BODY = (
    '{"action":"note","actor":{"id":1,"kind":"officer","name":"王受理","username":"acceptance"},"at":"2024-03-04T09:00:00+08:00",'
    '"authority":1,"data":{"reason":"材料完整，符合受理条件"},"duty":"checks_acceptance","key":"k","pins":{"policy_version":'
    '"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","route":"R3 v1"},"recorded_at":"2024-03-04T09:00:00+08:00",'
    '"request":"","role":"acceptance","seq":%d,"state":["submitted","accepted"],"stream":"case","stream_id":'
)


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def writing() -> list[Row]:
    """One event and its head in a transaction, and a plain INSERT of the same row, one after the other in turn."""
    from django.db import connection, transaction

    from subsidy.accounts.models import Authority
    from subsidy.audit.models import Event
    from subsidy.audit.services import Entry, append
    from tests.world import START

    bureau = Authority.objects.get(code="xh")
    spent: dict[str, list[float]] = {"chained": [], "plain": []}
    serial = 10**9

    def chained() -> None:
        with transaction.atomic():
            append([Entry(bureau, bureau.pk, "note", {"actor": {"id": 1}, "n": 1})], actor_id=1, now=START)
            bureau.save(update_fields=["head_seq", "head_hash"])

    def plain() -> None:
        with transaction.atomic():
            Event.objects.bulk_create([Event(
                stream="bench", stream_id=serial, seq=1, authority_id=bureau.pk, action="note", actor_id=1, at=START.at,
                recorded_at=START.real, body="x" * 250, prev_hash=bytes(32), hash=bytes(32),
            )])  # fmt: skip
            Authority.objects.filter(pk=bureau.pk).update(head_seq=bureau.head_seq)

    def alone() -> None:
        Event.objects.bulk_create([Event(
            stream="bench", stream_id=serial, seq=1, authority_id=bureau.pk, action="note", actor_id=1, at=START.at,
            recorded_at=START.real, body="x" * 250, prev_hash=bytes(32), hash=bytes(32),
        )])  # fmt: skip

    spent["alone"] = []
    for _turn in range(WRITES):
        spent["chained"].append(timed(chained))
        for name, work in (("plain", plain), ("alone", alone)):
            serial += 1
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_pending")
            spent[name].append(timed(work))
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER audit_event_pending")
    _take_away("bench")
    ours, peer, bare = (median(spent[name]) * 1_000 for name in ("chained", "plain", "alone"))
    return [
        Row("a chained event, head and commit", ours, "ms", peer=f"plain INSERT {bare:.2f} ms", times=bare / ours, times_limit=0.5),
        Row("  beside the same two statements, unchained", ours, "ms", peer=f"INSERT and UPDATE {peer:.2f} ms", times=peer / ours),
    ]  # fmt: skip


def _take_away(stream: str) -> None:
    """Take rows away that were kept from the log, so that verifying it finds nothing missing."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_event WHERE stream = %s", [stream])
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")


def fill(events: int) -> None:
    """Chains of CHAIN events on cases that do not exist: verification tells so, and reads all the same."""
    from django.db import connection

    with connection.cursor() as cursor:
        for seq in range(1, CHAIN + 1):
            values: dict[str, Any] = {
                "seq": seq,
                "first": 10**6,
                "last": 10**6 + events // CHAIN - 1,
                "body": _BODY % seq,
            }
            cursor.execute(_FILL, values)
        cursor.execute("ANALYZE audit_event")


def log(events: int) -> list[Row]:
    from subsidy.audit.log.proofs import proofs
    from subsidy.audit.log.sequencer import sequence
    from subsidy.audit.log.tree import StoredTree, log_size
    from subsidy.audit.log.verify import LogReport, verify_log
    from subsidy.audit.models import Checkpoint, Event, LogKey
    from subsidy.audit.reading import snapshot
    from subsidy.audit.verify import Report, verify_all
    from tests.world import START

    numbered = timed(lambda: sequence(wait=True))
    found: dict[str, Any] = {}

    def everything() -> None:
        report = Report()
        with snapshot():
            found["codes"] = {one.code for one in verify_all(report)}
            found["log"] = list(verify_log(LogReport()))
        found["events"] = report.events

    spent = timed(everything)
    assert found["codes"] <= {"subject", "stream", "gap", "hash", "text", "columns"}, found["codes"]
    assert found["log"] == [], found["log"][:3]
    key = LogKey.objects.create(name="bench/log", public=b"k" * 32, text="k", made_at=START.at, made_by="bench")
    size = log_size()
    head = Checkpoint.objects.create(key=key, size=size, root=StoredTree(size).root(), text="-", made_at=START.at)
    rooted = median(timed(lambda: StoredTree(size).root()) for _ in range(9))
    case = list(Event.objects.filter(stream="case", stream_id=10**6 + 7).values_list("pk", flat=True))
    proven = median(timed(lambda: proofs(case, head)) for _ in range(9))
    return [
        Row("numbering", found["events"] / numbered, "/s"),
        Row("audit verify: chains and log, reading included", found["events"] / spent, "/s", 100_000),
        Row(f"proofs of one case, {len(case)} events among {size:,}", proven * 1_000, "ms", 50, at_least=False),
        Row("root of the log", rooted * 1_000, "ms"),
    ]


def offline(events: int) -> list[Row]:
    """Hashing bodies, links and leaves, and the tree over them, from memory."""
    from subsidy.audit.offline.merkle import leaf_hash, levels

    body = (_BODY % 1 + "1}").encode()

    def work() -> None:
        previous, leaves = bytes(32), []
        for _event in range(events):
            previous = sha256(previous + sha256(body).digest()).digest()
            leaves.append(leaf_hash(previous))
        levels(leaves)

    return [Row(f"{events:,} events offline: chain, leaves, tree", timed(work), "s", 10, at_least=False)]


def reproving() -> list[Row]:
    """Deciding again from pinned texts, as the nightly job does a finding."""
    from policies.language import decide, facts_from_json
    from subsidy.decisions.models import Finding
    from subsidy.programmes.packs import pack_of
    from subsidy.reporting.reproving import Pinned, reproved
    from tests.world import World

    world = World(code="rp")
    case = world.ready(world.call())
    one = Finding.objects.get(case=case)
    pinned = Pinned(
        one.facts_text, one.decision_text, one.decision_hash, one.outcome, one.tier, one.amount_fen, one.amount_fen
    )
    pack, count = pack_of(case.policy_version), 3_000
    facts = facts_from_json(pack, json.loads(one.facts_text))
    stored = (one.outcome, one.tier, one.amount_fen)

    def settled() -> None:
        for _again in range(count):
            again = decide(pack, facts)
            assert (again.outcome, again.tier or "", again.amount) == stored

    alone = timed(settled)
    spent = timed(lambda: [list(reproved(pack, pinned)) for _ in range(count)])
    return [
        Row("deciding again: outcome, tier and amount", count / alone, "/s", 20_000),
        Row(
            f"  with reading facts and comparing {len(one.decision_text):,} characters of reasons", count / spent, "/s"
        ),
    ]


def main(events: int = EVENTS) -> None:
    from tests.harness.database import Cluster, point_to
    from tests.world import World

    cluster = Cluster()
    cluster.ensure_template()
    cluster.create("audit", template=cluster.template)
    point_to(cluster, "audit")
    try:
        World()
        rows = [*writing(), *offline(events)]
        fill(events)
        rows += [*log(events), *reproving()]
        print(table(rows))
    finally:
        cluster.drop("audit")
        if cluster.embedded:
            cluster.embedded.release()
        shutil.rmtree(os.environ["SUBSIDY_TEST_DATA_DIR"], ignore_errors=True)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "subsidy.settings.testing"
    import django

    django.setup()
    main(*map(int, sys.argv[1:2]))
