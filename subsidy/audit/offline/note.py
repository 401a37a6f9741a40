"""Signed notes, checkpoints and proofs as text: C2SP signed-note (Ed25519, type 0x01), tlog-checkpoint, tlog-proof@v1."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

PROOF_HEAD = "c2sp.org/tlog-proof@v1"
_ED25519 = b"\x01"
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_NAME = re.compile(r"[^\s+]+")
_DASH = "— "


class NoteError(ValueError):
    """A text that is no note, checkpoint, key or proof of these formats."""


@dataclass(frozen=True)
class VerifierKey:
    """A public key under its name; `key_id` is the first four bytes of SHA-256(name ‖ LF ‖ 0x01 ‖ key)."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def as_text(self) -> str:
        """The key as it is published: name+id+base64."""
        return f"{self.name}+{self.key_id.hex()}+{encoded(_ED25519 + self.public)}"


@dataclass(frozen=True)
class Signature:
    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True)
class Note:
    """A text and who signed it; nothing is verified by reading it."""

    text: str
    signatures: tuple[Signature, ...]

    def by(self, key: VerifierKey) -> bytes:
        """The signature of that key (NoteError when there is none)."""
        for one in self.signatures:
            if (one.name, one.key_id) == (key.name, key.key_id):
                return one.value
        raise NoteError(f"not signed by {key.name} ({key.key_id.hex()})")


@dataclass(frozen=True)
class Head:
    """What a checkpoint says: whose log, how many leaves, and their root."""

    origin: str
    size: int
    root: bytes

    def as_text(self) -> str:
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


@dataclass(frozen=True)
class Proof:
    """That the leaf at `index` is in the log of `checkpoint` (a signed note, verbatim)."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def as_text(self) -> str:
        lines = [PROOF_HEAD, f"index {self.index}", *map(encoded, self.hashes), "", self.checkpoint]
        return "\n".join(lines)


def encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def signature_line(key: VerifierKey, signature: bytes) -> str:
    return f"{_DASH}{key.name} {encoded(key.key_id + signature)}\n"


def note_text(text: str, lines: Sequence[str]) -> str:
    """A note of a text that ends in a newline, and its signature lines."""
    return f"{text}\n{''.join(lines)}"


def read_key(text: str) -> VerifierKey:
    """A published key (NoteError when it is none, or its id does not fit)."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise NoteError("a key is written as name+id+base64")
    found = _decoded(parts[2])
    if len(found) != 33 or found[:1] != _ED25519:
        raise NoteError("the key is not of Ed25519")
    key = VerifierKey(parts[0], found[1:])
    if key.key_id.hex() != parts[1]:
        raise NoteError("the id of the key does not fit the key")
    return key


def read_note(text: str) -> Note:
    """A signed note (NoteError when the text is none)."""
    body, blank, tail = text.rpartition("\n\n")
    lines = tail.split("\n")
    if not blank or lines[-1] != "" or len(lines) < 2 or any(ord(one) < 32 and one != "\n" for one in text):
        raise NoteError("a signed note ends in a blank line and signature lines")
    return Note(body + "\n", tuple(_signature(line) for line in lines[:-1]))


def read_head(text: str) -> Head:
    """What the text of a checkpoint says (NoteError when it is none). Extension lines are passed over."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] != "" or not all(lines[:-1]) or not _SIZE.fullmatch(lines[1]):
        raise NoteError("a checkpoint has three lines: origin, number of leaves, root")
    root = _decoded(lines[2])
    if len(root) != 32:
        raise NoteError("the root of a checkpoint is 32 bytes")
    return Head(lines[0], int(lines[1]), root)


def read_proof(text: str) -> Proof:
    """A proof with its checkpoint (NoteError when the text is none)."""
    top, blank, checkpoint = text.partition("\n\n")
    lines = top.split("\n")
    if not blank or lines[0] != PROOF_HEAD:
        raise NoteError(f"a proof begins with {PROOF_HEAD}")
    rest = lines[2:] if len(lines) > 1 and lines[1].startswith("extra ") else lines[1:]
    if not rest or not rest[0].startswith("index ") or not _SIZE.fullmatch(rest[0][6:]):
        raise NoteError("a proof names the index of its leaf")
    hashes = tuple(_decoded(line) for line in rest[1:])
    if any(len(one) != 32 for one in hashes):
        raise NoteError("each step of a proof is 32 bytes")
    return Proof(int(rest[0][6:]), hashes, checkpoint)


def _signature(line: str) -> Signature:
    name, blank, value = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not blank or not _NAME.fullmatch(name):
        raise NoteError("a signature line is an em dash, a name and base64")
    found = _decoded(value)
    if len(found) < 5:
        raise NoteError("a signature has a key id and a value")
    return Signature(name, found[:4], found[4:])


def _decoded(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not base64") from error
    if encoded(found) != text:  # padding bits could otherwise be changed unseen
        raise NoteError("not base64 as it is written by everybody")
    return found
