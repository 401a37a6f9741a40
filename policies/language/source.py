"""The three texts of a pack version, and the hash of its rules."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from policies.language.findings import PolicyError, Position
from policies.language.reader import Node, plain


@dataclass(frozen=True, slots=True)
class PackSource:
    """The texts of one version; `name` stands before the file names in positions."""

    policy: str
    source: str
    cases: str
    name: str

    @classmethod
    def from_folder(cls, folder: Path) -> PackSource:
        """Read the three files of a version folder; raises PolicyError naming the one that is missing or no UTF-8."""
        texts = []
        for name in ("policy.yaml", "source.md", "cases.yaml"):
            at = Position(str(folder / name), 1, 1)
            try:
                texts.append((folder / name).read_text(encoding="utf-8"))
            except FileNotFoundError as error:
                raise PolicyError.at(
                    at, "FILE", "the file is missing; a version has policy.yaml, source.md and cases.yaml",
                    "缺少文件；每个版本应有 policy.yaml、source.md、cases.yaml",
                ) from error  # fmt: skip
            except UnicodeDecodeError as error:
                raise PolicyError.at(at, "FILE", "the file is not UTF-8; save it so", "文件不是 UTF-8 编码") from error
        return cls(texts[0], texts[1], texts[2], str(folder))

    def file(self, name: str) -> str:
        """Return what positions call one of the three files."""
        return f"{self.name}/{name}" if self.name else name


def content_hash(policy: Node, source: str) -> str:
    """Return the SHA-256 of the canonical form: the tree of policy.yaml without order and comments, and source.md.

    The worked cases do not belong to it: they check the rules and are not part of them.
    """
    form = {"policy": plain(policy), "source": [line.rstrip() for line in source.strip().splitlines()]}
    text = json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
