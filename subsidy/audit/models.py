from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from subsidy.sealing import SealedField

EMPTY_HASH = bytes(32)


class Chained(models.Model):
    """A record whose changes form a stream of events, one chain a record.

    The row carries the head of its own chain, so that appending an event costs one INSERT beside the UPDATE that the
    row needs anyway. `head_seq` counts the changes and therefore serves as the version that a stale form is told by.
    """

    STREAM: ClassVar[str]

    head_seq = models.PositiveIntegerField(default=0, editable=False)
    head_hash = models.BinaryField(default=EMPTY_HASH, max_length=32, editable=False)

    class Meta:
        abstract = True


class Event(models.Model):
    """One change, stored as the canonical text that was hashed; the table takes no UPDATE, DELETE or TRUNCATE.

    `hash` = SHA-256(prev_hash ‖ SHA-256(body)). Personal values are not in the body: it carries the digest of a salted
    `EventPrivate` row instead, so that erasing them leaves the chain whole (docs/adr/0003).
    What lies above this room is named by plain key: `stream` is a kind (case, round, batch …), `stream_id` its row.
    """

    stream = models.CharField(max_length=20)
    stream_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    authority_id = models.BigIntegerField()
    action = models.CharField(max_length=60)
    actor_id = models.BigIntegerField()
    at = models.DateTimeField(help_text="business time")
    recorded_at = models.DateTimeField(help_text="real time")
    body = models.TextField()
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "stream_id", "seq"], name="event_once_per_seq")]
        indexes = [
            models.Index(fields=["authority_id", "-id"], name="event_by_authority"),
            models.Index(fields=["authority_id", "-at", "-id"], name="event_by_time"),
            models.Index(fields=["actor_id", "-id"], name="event_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.stream_id} #{self.seq} {self.action}"


class Reader(Chained):
    """Whose coming, going and reading of other people's data is recorded: one stream a person, under the person's own key.

    Apart from the person's record, so that signing in or opening a document makes no form about the person stale.
    """

    STREAM = "reader"

    id = models.BigIntegerField(primary_key=True, help_text="the person's")

    class Meta:
        verbose_name = _("reader")
        verbose_name_plural = _("readers")

    def __str__(self) -> str:
        return f"reader {self.pk}"


class EventPrivate(models.Model):
    """Personal values of one event, salted and sealed; the event's body holds SHA-256(salt ‖ values), values being open."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="private")
    salt = models.BinaryField(max_length=16)
    values = SealedField(help_text="canonical JSON, hashed as it reads when it is opened")

    def __str__(self) -> str:
        return f"private values of event {self.pk}"


class Pending(models.Model):
    """An event that has no place in the log yet. A trigger on the event's INSERT writes the row, the sequencer takes it.

    No foreign key: it would cost a look-up with every event; the sequencer refuses a row without its event.
    """

    event_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"event {self.event_id}"


class Leaf(models.Model):
    """The place of an event in the log: dense from 0, given once. `hash` = SHA-256(0x00 ‖ hash of the event)."""

    idx = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="leaf")
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"leaf {self.idx}"


class Subtree(models.Model):
    """The hash over 256^`level` leaves, the first of them `idx`·256^`level`: what keeps proofs short to compute."""

    level = models.PositiveSmallIntegerField()
    idx = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "idx"], name="subtree_once")]

    def __str__(self) -> str:
        return f"subtree {self.level}/{self.idx}"


class LogKey(models.Model):
    """A public key that checkpoints are signed with; its private half lies in the data folder and nowhere else.

    `name` is the origin of the log. Keys are made, retired (a new one took over) and revoked (it may be known to
    others), each told by a row of its own.
    """

    name = models.CharField(max_length=200, help_text="origin of the log")
    public = models.BinaryField(max_length=32)
    text = models.CharField(max_length=300, unique=True, help_text="as published: name+id+base64")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100, help_text="operating-system account, or the job")

    def __str__(self) -> str:
        return self.text


class LogKeyEnd(models.Model):
    """Why and since when a key signs no more."""

    key = models.OneToOneField(LogKey, on_delete=models.PROTECT, related_name="end")
    revoked = models.BooleanField(help_text="not to be trusted from then on; else merely replaced")
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    reason = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"end of {self.key_id}"


class Checkpoint(models.Model):
    """A signed head of the log, published; the table takes no UPDATE, DELETE or TRUNCATE. `text` is the signed note."""

    key = models.ForeignKey(LogKey, on_delete=models.PROTECT, related_name="checkpoints")
    size = models.BigIntegerField(help_text="number of leaves")
    root = models.BinaryField(max_length=32)
    text = models.TextField()
    made_at = models.DateTimeField(help_text="real time")

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        constraints = [models.UniqueConstraint(fields=["size", "key"], name="checkpoint_once_per_size")]

    def __str__(self) -> str:
        return f"checkpoint of {self.size}"
