"""The program that goes with a bundle: one file that runs on bare Python, made of the sources that this program runs on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import policies
import subsidy

_START = """import sys

if sys.version_info < (3, 11):
    sys.exit("需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed")

from subsidy.audit.offline.__main__ import main

sys.exit(main(sys.argv[1:]))
"""
_EPOCH = (1980, 1, 1, 0, 0, 0)


@cache
def verifier() -> bytes:
    """The same bytes from the same sources."""
    made = io.BytesIO()
    made.write(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_files()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _files() -> Iterator[tuple[str, bytes]]:
    """The pure policy language, the checks, and the reader of YAML that the language stands on, with its licence."""
    yield "__main__.py", _START.encode()
    for package, folder in (("policies", "language"), ("subsidy", "audit/offline")):
        root = _folder(package)
        parents = [root, *(root / part for part in _parents(folder))]
        for path in [*(parent / "__init__.py" for parent in parents), *sorted((root / folder).rglob("*.py"))]:
            if path.exists():
                yield f"{package}/{path.relative_to(root).as_posix()}", path.read_bytes()
    yaml = distribution("ruamel.yaml")
    yield "ruamel/__init__.py", b""  # an archive knows no package without one
    for file in yaml.files or ():
        if file.suffix == ".py" or "LICENSE" in file.name.upper():
            yield file.as_posix(), Path(str(file.locate())).read_bytes()


def _parents(folder: str) -> Iterator[str]:
    """The packages between a package and the folder below it, the folder itself left out."""
    parts = folder.split("/")
    yield from ("/".join(parts[:count]) for count in range(1, len(parts)))


def _folder(package: str) -> Path:
    found = {"policies": policies, "subsidy": subsidy}[package].__file__
    assert found is not None, "a package of this program lies in a folder"
    return Path(found).parent
