"""Verifies the log itself: places, leaves, groups, and every checkpoint that was ever signed, in one pass over the leaves.

A chain shows what happened to one record; the log shows that no event was taken out of it together with its traces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.audit.log.checkpoints import remembered
from subsidy.audit.log.keys import key_in_use, public_of
from subsidy.audit.log.proofs import signed_by
from subsidy.audit.log.refusals import LogRefused
from subsidy.audit.log.sequencer import GROUP
from subsidy.audit.log.tree import log_size
from subsidy.audit.models import Checkpoint, LogKey
from subsidy.audit.offline.merkle import EMPTY_ROOT, leaf_hash, node_hash
from subsidy.audit.offline.note import Head, NoteError, read_head, read_note
from subsidy.audit.reading import rows

PROBLEMS: dict[str, str | Promise] = {
    "place": _("The places in the log jump here from %(expected)s to %(found)s: leaves are missing, or were added."),
    "leaf": _("This leaf is not the hash of its event: the leaf or the event was changed."),
    "event": _("The event of this leaf is missing."),
    "order": _("This event stands in the log before one that came earlier in its chain (%(matter)s)."),
    "group": _("The stored hash of this group of leaves is not the hash of its leaves."),
    "group_missing": _("The stored hash of a complete group of leaves is missing."),
    "outside": _("%(count)s events are neither in the log nor waiting for their place, the first is event %(first)s."),
    "root": _("The log does not have the root that was signed here: events were changed, added or taken away."),
    "cut": _(
        "More events were signed than the log has (%(size)s): its end was cut off, or an old backup was restored."
    ),
    "signature": _("The signature does not fit: the checkpoint was changed, or is not of this key."),
    "text": _("The text of this checkpoint says something else than its columns."),
    "note": _("The text of this checkpoint cannot be read."),
    "fork": _("Another checkpoint over the same number of events has another root: two logs were signed."),
    "unknown_key": _("No key of this log signed this checkpoint."),
    "path": _("This event is not in the log that the newest head was signed for."),
    "damaged": _("The path to this head cannot be walked: hashes of the log are missing. Run: audit verify"),
    "refused": _("%(why)s"),
}


@dataclass(frozen=True)
class LogFinding:
    """One thing wrong with the log: `what` (leaf, group, checkpoint, memory) and at which place or number of events."""

    what: str
    place: int
    code: str
    details: tuple[tuple[str, str], ...] = ()

    def in_words(self) -> str:
        """What is wrong, in the active language."""
        return str(PROBLEMS[self.code]) % dict(self.details)


@dataclass
class LogReport:
    """How much was read; complete when the findings have been consumed."""

    leaves: int = 0
    checkpoints: int = 0


def verify_log(report: LogReport | None = None) -> Iterator[LogFinding]:
    """Verify all of it; the caller gives the snapshot (`subsidy.audit.verify.snapshot`)."""
    report = report if report is not None else LogReport()
    heads = list(Checkpoint.objects.select_related("key").order_by("size", "pk"))
    spoilt: list[LogFinding] = []
    memory = _memory(spoilt)
    tree = _Growing(wanted={one.size for one in (*heads, memory) if one is not None})
    yield from _leaves(tree, report)
    yield from _groups(tree)
    yield from _outside()
    for checkpoint in heads:
        report.checkpoints += 1
        yield from _checkpoint(checkpoint, tree)
    yield from _forks(heads)
    yield from spoilt
    if memory is not None:
        yield from _head(memory, tree, "memory")


def verify_checkpoint(text: str) -> list[LogFinding]:
    """Whether a checkpoint from outside (a letter, the public page, a bundle) is of this log (NoteError: not one)."""
    note = read_note(text)
    head = read_head(note.text)
    if not any(signed_by(note, public_of(key)) for key in LogKey.objects.filter(name=head.origin)):
        return [LogFinding("checkpoint", head.size, "unknown_key")]
    tree = _Growing(wanted={head.size})
    list(_leaves(tree, LogReport()))
    return list(_head(head, tree))


class _Growing:
    """The roots of a tree that grows leaf by leaf: one hash is held for each bit of the size."""

    def __init__(self, wanted: set[int]) -> None:
        self.size = 0
        self.roots: dict[int, bytes] = {}
        self.groups: dict[tuple[int, int], bytes] = {}
        self._wanted = wanted
        self._peaks: list[bytes] = []
        self._keep()

    def add(self, leaf: bytes) -> None:
        self._peaks.append(leaf)
        self.size += 1
        height, size = 0, self.size
        while size & 1 == 0:
            right = self._peaks.pop()
            self._peaks[-1] = node_hash(self._peaks[-1], right)
            height, size = height + 1, size >> 1
            if height % 8 == 0:
                self.groups[height // 8, size - 1] = self._peaks[-1]
        if self.size in self._wanted:
            self._keep()

    def _keep(self) -> None:
        if not self._peaks:
            self.roots[0] = EMPTY_ROOT
            return
        found = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            found = node_hash(peak, found)
        self.roots[self.size] = found


_LEAVES = """
SELECT l.idx, l.hash, e.hash, e.stream, e.stream_id, e.seq
FROM audit_leaf l LEFT JOIN audit_event e ON e.id = l.event_id ORDER BY l.idx
"""


def _leaves(tree: _Growing, report: LogReport) -> Iterator[LogFinding]:
    expected = 0
    last: dict[tuple[str, int], int] = {}
    for idx, leaf, event, stream, stream_id, seq in rows(_LEAVES):
        if idx != expected:
            yield LogFinding("leaf", idx, "place", (("expected", str(expected - 1)), ("found", str(idx))))
        expected = idx + 1
        report.leaves += 1
        tree.add(leaf)
        if event is None:
            yield LogFinding("leaf", idx, "event")
            continue
        if leaf_hash(event) != leaf:
            yield LogFinding("leaf", idx, "leaf")
        if seq <= last.get((stream, stream_id), 0):
            yield LogFinding("leaf", idx, "order", (("matter", f"{stream} {stream_id} #{seq}"),))
        last[stream, stream_id] = seq


def _groups(tree: _Growing) -> Iterator[LogFinding]:
    stored = {(level, idx): found for level, idx, found in rows("SELECT level, idx, hash FROM audit_subtree")}
    for (level, idx), found in tree.groups.items():
        kept = stored.pop((level, idx), None)
        if kept != found:
            yield LogFinding("group", idx * GROUP**level, "group" if kept else "group_missing")
    for level, idx in sorted(stored):
        yield LogFinding("group", idx * GROUP**level, "group")


def _outside() -> Iterator[LogFinding]:
    """Events that somebody kept from the sequencer."""
    found = list(
        rows(
            "SELECT count(*), min(e.id) FROM audit_event e LEFT JOIN audit_leaf l ON l.event_id = e.id"
            " LEFT JOIN audit_pending p ON p.event_id = e.id WHERE l.idx IS NULL AND p.event_id IS NULL"
        )
    )
    for count, first in found:
        if count:
            yield LogFinding("leaf", log_size(), "outside", (("count", str(count)), ("first", str(first))))


def _checkpoint(one: Checkpoint, tree: _Growing) -> Iterator[LogFinding]:
    try:
        note = read_note(one.text)
        head = read_head(note.text)
    except NoteError:
        yield LogFinding("checkpoint", one.size, "note")
        return
    if (head.origin, head.size, head.root) != (one.key.name, one.size, bytes(one.root)):
        yield LogFinding("checkpoint", one.size, "text")
    if not signed_by(note, public_of(one.key)):
        yield LogFinding("checkpoint", one.size, "signature")
        return
    yield from _head(head, tree)


def _head(head: Head, tree: _Growing, what: str = "checkpoint") -> Iterator[LogFinding]:
    if head.size > tree.size:
        yield LogFinding(what, head.size, "cut", (("size", str(tree.size)),))
    elif tree.roots.get(head.size) != head.root:
        yield LogFinding(what, head.size, "root")


def _forks(heads: list[Checkpoint]) -> Iterator[LogFinding]:
    roots: dict[tuple[str, int], bytes] = {}
    for one in heads:
        if roots.setdefault((one.key.name, one.size), bytes(one.root)) != bytes(one.root):
            yield LogFinding("checkpoint", one.size, "fork")


def _memory(report: list[LogFinding]) -> Head | None:
    """What this host remembers to have signed for the log in use; a finding when it cannot be read."""
    key = key_in_use()
    try:
        return remembered(key.name) if key is not None else None
    except LogRefused as refused:
        report.append(LogFinding("memory", 0, "refused", (("why", str(refused.message)),)))
        return None
