"""What a bundle holds and how it is read: the same words for whoever writes one and whoever checks one."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

FORMAT, VERSION = "subsidy-bundle", 1
MANIFEST, EXPORT, CHECKPOINT, KEY = "manifest.json", "export.json", "checkpoint.txt", "key.txt"
EVENTS, FINDINGS, LEDGER, CASE = (
    "content/events.jsonl",
    "content/findings.json",
    "content/ledger.json",
    "content/case.json",
)
POLICY = ("content/policy.yaml", "content/source.md", "content/cases.yaml")
# Not covered by anything: the program that checks, and what to do with it.
VERIFIER, README = "verify.pyz", "README.txt"
BYTES_MAX = 500_000_000


class BundleError(ValueError):
    """The file is no bundle that this program reads; `zh` and `en` say why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class LoggedEvent:
    """An event as it was hashed; `body` is None where the bundle carries only the digest of it."""

    stream: str
    stream_id: int
    seq: int
    prev: bytes
    hash: bytes
    body: str | None
    body_digest: bytes

    @property
    def name(self) -> str:
        return f"{self.stream}-{self.stream_id}-{self.seq}"

    @property
    def proof_file(self) -> str:
        return f"proofs/{self.name}.tlog-proof"

    def chained(self) -> bytes:
        """SHA-256(prev ‖ SHA-256(body)): what `hash` must be."""
        return sha256(self.prev + self.body_digest).digest()

    def said(self) -> dict[str, Any]:
        """What the body says; empty where it is not carried."""
        found: dict[str, Any] = json.loads(self.body) if self.body is not None else {}
        return found


@dataclass
class Bundle:
    """The files of a bundle, by name."""

    files: dict[str, bytes] = field(default_factory=dict)

    def json(self, name: str) -> Any:
        return json.loads(self.text(name))

    def text(self, name: str) -> str:
        if name not in self.files:
            raise BundleError(f"缺少文件 {name}", f"the file {name} is missing")
        return self.files[name].decode("utf-8")


def read_bundle(path: Path) -> Bundle:
    """The files of a bundle (BundleError when it is none, spoilt, or too large)."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = [one.filename for one in entries]
            if len(set(names)) != len(names) or sum(one.file_size for one in entries) > BYTES_MAX:
                raise BundleError("压缩包内文件重名或过大", "files in the archive share a name, or are too large")
            return Bundle({one.filename: archive.read(one) for one in entries})
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise BundleError(f"无法作为压缩包读取：{error}", f"cannot be read as a zip file: {error}") from error


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def read_event(line: str) -> LoggedEvent:
    """An event of a bundle (BundleError when the line is none)."""
    try:
        raw = json.loads(line)
        body = raw.get("body")
        known = sha256(body.encode()).digest() if body is not None else bytes.fromhex(raw["body_sha256"])
        return LoggedEvent(
            str(raw["stream"]), int(raw["id"]), int(raw["seq"]), bytes.fromhex(raw["prev"]), bytes.fromhex(raw["hash"]),
            body, known,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(f"事件行无法读取：{line[:60]}", f"a line of events cannot be read: {line[:60]}") from error


def written_event(event: LoggedEvent) -> str:
    """The line of an event, without its newline."""
    body = {"body": event.body} if event.body is not None else {"body_sha256": event.body_digest.hex()}
    raw = {
        "stream": event.stream,
        "id": event.stream_id,
        "seq": event.seq,
        "prev": event.prev.hex(),
        "hash": event.hash.hex(),
        **body,
    }
    return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
