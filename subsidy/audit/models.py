from __future__ import annotations

from typing import ClassVar

from django.db import models

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


class EventPrivate(models.Model):
    """Personal values of one event, salted; the event's body holds SHA-256(salt ‖ values)."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="private")
    salt = models.BinaryField(max_length=16)
    values = models.TextField(help_text="canonical JSON, hashed as stored")

    def __str__(self) -> str:
        return f"private values of event {self.pk}"
