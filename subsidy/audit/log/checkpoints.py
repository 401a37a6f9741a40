"""Signs heads of the log. Never one that contradicts a head that was signed before, whatever the database says now.

The last signed head is remembered beside the key as well: a database that was put back from an old backup, or whose
newest events were taken away together with their checkpoints, is shorter than what its own signer remembers.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from subsidy.audit.log.keys import key_in_use, key_make, keys_folder, public_of, signed, write_private
from subsidy.audit.log.refusals import LogRefused
from subsidy.audit.log.sequencer import lock_log, sequence
from subsidy.audit.log.tree import StoredTree, log_size
from subsidy.audit.models import Checkpoint, LogKey
from subsidy.audit.moment import Moment
from subsidy.audit.offline.note import Head, NoteError, note_text, read_head, read_note


def checkpoint_make(*, now: Moment, by: str, also: Iterable[LogKey] = ()) -> Checkpoint:
    """Number what is pending and sign the head of the log; the very checkpoint again when nothing was added.

    The first one makes the first key. `also` sign beside it (a key that is being replaced). Raises LogRefused when the
    log contradicts a head that was signed, or the key is not on this host.
    """
    sequence(wait=True)
    with transaction.atomic():
        lock_log(wait=True)
        key = key_in_use()
        if key is None:
            if LogKey.objects.exists():
                raise LogRefused(_("No key is in use. Make one with: audit key new"))
            key = key_make(now=now, by=by)
        tree = StoredTree(log_size())
        head = Head(key.name, tree.size, tree.root())
        _refuse_contradiction(head, tree)
        made = Checkpoint.objects.filter(size=head.size, key=key).first()
        if made is not None:
            return made
        lines = [signed(one, head.as_text()) for one in (key, *also)]
        text = note_text(head.as_text(), lines)
        transaction.on_commit(lambda: write_private(_memory(head.origin), text.encode()))
        return Checkpoint.objects.create(key=key, size=head.size, root=head.root, text=text, made_at=now.real)


def _heads_signed(origin: str) -> list[tuple[str, Head]]:
    """The newest heads that were signed for an origin, with where each was found: the database, and the memory."""
    found = []
    last = Checkpoint.objects.filter(key__name=origin).order_by("-size", "-pk").first()
    if last is not None:
        found.append((str(_("the database")), Head(origin, last.size, bytes(last.root))))
    kept = remembered(origin)
    if kept is not None:
        found.append((_memory(origin).name, kept))
    return found


def _refuse_contradiction(head: Head, tree: StoredTree) -> None:
    for place, before in _heads_signed(head.origin):
        told = {"place": place, "before": before.size, "size": head.size}
        if before.size > head.size:
            raise LogRefused(
                _(
                    "A head over %(before)s events was signed (%(place)s), but the log has %(size)s: events are missing, or "
                    "an old backup was restored. Restore the newest backup. If those events are lost for good, revoke "
                    "the key with the reason and begin a new log: audit key revoke, then audit key new --origin NAME"
                )
                % told
            )
        if tree.root(before.size) != before.root:
            raise LogRefused(
                _(
                    "The first %(before)s events are not those over which a head was signed (%(place)s): the log was "
                    "changed. Keep the database as it is and tell the audit administrator. Nothing was signed."
                )
                % told
            )


def _memory(origin: str) -> Path:
    """Where the last head of an origin is remembered."""
    name = "".join(one if one.isalnum() or one in ".-" else "_" for one in origin)
    return keys_folder() / f"{name}.checkpoint"


def remembered(origin: str) -> Head | None:
    """The last head that this host signed for an origin (LogRefused when the file cannot be read).

    One that no key of this database signed belongs to another database, such as a demo's that was begun afresh.
    """
    try:
        note = read_note(_memory(origin).read_text(encoding="utf-8"))
        head = read_head(note.text)
    except FileNotFoundError:
        return None
    except (NoteError, UnicodeDecodeError) as error:
        raise LogRefused(
            _("The file %(file)s in the folder keys is spoilt. Move it away after asking why, and try again.")
            % {"file": _memory(origin).name}
        ) from error
    ours = {public_of(key).key_id for key in LogKey.objects.filter(name=origin)}
    return head if ours.intersection(one.key_id for one in note.signatures) else None
