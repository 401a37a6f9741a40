"""Ways to a bank: a pair of folders, or an HTTP service. Each hands a sealed file over, asks for it, and fetches answers.

What a channel says is one of four things: it is acknowledged, it is handed over, it is refused, or nobody knows. A way
that fails before the first octet has left says so (NotReached), and only then may be tried again as it is.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import ssl
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from subsidy.payouts.enums import TransferState
from subsidy.signing import signature

OCTETS_MAX = 64 * 1024 * 1024
SETTLED_SECONDS = 60
_UNFINISHED = (".part", ".tmp", ".ack")


class NotReached(Exception):
    """Nothing has left: the way is down."""


class Silent(Exception):
    """The bank cannot be asked at this moment, or says what cannot be understood."""


@dataclass(frozen=True)
class Sealed:
    """A sealed file as a channel carries it."""

    message_id: str
    name: str
    sequence: int
    sha256: str
    content: bytes


@dataclass(frozen=True)
class Arrived:
    """A file of the bank; `sequence` where its channel counts."""

    name: str
    content: bytes
    sequence: int | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class Channel(Protocol):
    def hand_over(self, file: Sealed, *, at: int) -> TransferState:
        """Raises NotReached while nothing has left."""

    def enquire(self, file: Sealed, *, at: int) -> TransferState | None:
        """What became of a file; None: the bank has nothing of it. Raises Silent."""

    def fetch(self, *, after: int, at: int) -> Iterator[Arrived]:
        """Files of the bank beyond that sequence number. `at`: seconds since 1970. Raises Silent."""


@dataclass(frozen=True)
class Folders:
    """A folder that the bank empties and one that it fills; `NAME.ack` with the hash in it acknowledges a file."""

    drop: Path
    pick_up: Path

    def hand_over(self, file: Sealed, *, at: int) -> TransferState:
        """The file appears whole or not at all, and under its name once."""
        target = self.drop / file.name
        part = self.drop / f".{file.name}.{os.getpid()}.part"
        try:
            with part.open("wb") as out:
                out.write(file.content)
                out.flush()
                os.fsync(out.fileno())
            try:
                os.link(part, target)
            except FileExistsError:
                if target.read_bytes() != file.content:
                    return TransferState.REFUSED
            finally:
                part.unlink()
        except OSError as error:
            raise NotReached(type(error).__name__) from error
        return TransferState.SENT

    def enquire(self, file: Sealed, *, at: int) -> TransferState | None:
        """A file that is gone without an acknowledgement is unknown: somebody took it."""
        try:
            note = self.pick_up / f"{file.name}.ack"
            if note.exists():
                same = file.sha256 in note.read_text(encoding="utf-8", errors="replace").lower()
                return TransferState.ACKNOWLEDGED if same else TransferState.UNKNOWN
            return TransferState.SENT if (self.drop / file.name).exists() else TransferState.UNKNOWN
        except OSError as error:
            raise Silent(type(error).__name__) from error

    def fetch(self, *, after: int, at: int) -> Iterator[Arrived]:
        """Files that nobody has written to for a minute, by name. They stay; each is known by its hash."""
        try:
            for path in sorted(self.pick_up.iterdir()):
                about = path.stat()
                unfinished = path.name.startswith(".") or path.name.endswith(_UNFINISHED)
                if unfinished or not path.is_file() or about.st_mtime > at - SETTLED_SECONDS:
                    continue
                if about.st_size > OCTETS_MAX:
                    raise Silent("too long")
                yield Arrived(path.name, path.read_bytes())
        except OSError as error:
            raise Silent(type(error).__name__) from error


@dataclass(frozen=True)
class Service:
    """An HTTP service of the bank (docs/bank-channel.md); every request is signed with the secret both sides hold."""

    url: str
    secret: str
    seconds: float = 10.0

    def hand_over(self, file: Sealed, *, at: int) -> TransferState:
        path = f"/files/{urllib.parse.quote(file.message_id, safe='')}"
        digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Digest": f"sha-256=:{digest}:",
            "Idempotency-Key": file.message_id,
            "File-Name": urllib.parse.quote(file.name),
            "File-Sequence": str(file.sequence),
        }
        try:
            status, body = self._ask("POST", path, at, file.content, headers)
        except Silent:
            return TransferState.UNKNOWN
        if status in (200, 201, 409):
            return TransferState.ACKNOWLEDGED if _names(body, file) else TransferState.UNKNOWN
        return TransferState.REFUSED if 400 <= status < 500 else TransferState.UNKNOWN

    def enquire(self, file: Sealed, *, at: int) -> TransferState | None:
        try:
            status, body = self._ask("GET", f"/files/{urllib.parse.quote(file.message_id, safe='')}", at)
        except NotReached as error:
            raise Silent(str(error)) from error
        said = _object(body)
        if status == http.HTTPStatus.NOT_FOUND and said.get("message_id") == file.message_id:
            # Any 404 will not do: one of a gateway in between must not have a payment sent again.
            return None if said.get("received") is False else TransferState.UNKNOWN
        if status == http.HTTPStatus.OK and _names(body, file):
            return TransferState.ACKNOWLEDGED
        return TransferState.UNKNOWN

    def fetch(self, *, after: int, at: int) -> Iterator[Arrived]:
        try:
            status, body = self._ask("GET", f"/answers?after={after}", at)
            listed = _object(body).get("answers")
            if status != http.HTTPStatus.OK or not isinstance(listed, list):
                raise Silent(f"status {status}")
            for one in listed:
                number, name, digest = int(one["sequence"]), str(one["name"]), str(one["sha256"])
                status, content = self._ask("GET", f"/answers/{number}", at)
                if status != http.HTTPStatus.OK or hashlib.sha256(content).hexdigest() != digest:
                    raise Silent("answer is not what was listed")
                yield Arrived(name, content, number)
        except NotReached as error:
            raise Silent(str(error)) from error
        except (KeyError, TypeError, ValueError) as error:
            raise Silent("not understood") from error

    def _ask(
        self, method: str, path: str, at: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body. Raises NotReached when no connection came about, Silent for whatever fails afterwards."""
        parts = urllib.parse.urlsplit(self.url)
        made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = made(parts.hostname or "", parts.port, timeout=self.seconds)
        try:
            connection.connect()
        except (OSError, ssl.SSLError) as error:
            raise NotReached(type(error).__name__) from error
        target = parts.path.rstrip("/") + path
        signed = signature(self.secret, f"{method} {target}", at, body)
        try:
            known = {"Request-Timestamp": str(at), "Request-Signature": signed, **(headers or {})}
            connection.request(method, target, body or None, known)
            response = connection.getresponse()
            content = response.read(OCTETS_MAX + 1)
        except (OSError, http.client.HTTPException) as error:
            raise Silent(type(error).__name__) from error
        finally:
            connection.close()
        if len(content) > OCTETS_MAX:
            raise Silent("too long")
        return response.status, content


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _names(body: bytes, file: Sealed) -> bool:
    """Whether the bank names this very file: message, number and hash."""
    said = _object(body)
    return (said.get("message_id"), said.get("sequence"), said.get("sha256")) == (
        file.message_id,
        file.sequence,
        file.sha256,
    )


def channel_of(config: Mapping[str, Any]) -> Channel:
    """The channel that the settings describe (SUBSIDY_BANK_CHANNELS)."""
    if config["kind"] == "folder":
        return Folders(Path(config["drop"]), Path(config["pick_up"]))
    return Service(config["url"], config["secret"], float(config.get("timeout", 10)))
