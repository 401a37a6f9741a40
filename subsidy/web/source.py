"""The program's own source as it runs here: the licence (AGPL, section 13) gives every user of the site a right to it."""

from __future__ import annotations

import tarfile
import tempfile
from functools import cache
from pathlib import Path
from typing import IO

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

# What the program consists of, by name: a folder that is not named (data, secrets, environments) never leaves.
PARTS = (
    "policies", "workflows", "subsidy", "templates", "tests", "benchmarks", "docs", ".ci", "manage.py", "Makefile",
    "requirements.txt", "requirements-dev.txt", "pyproject.toml", "README.md", "CHANGELOG.md", "NOTICE", "LICENSE",
)  # fmt: skip
LEFT_OUT = {"__pycache__", ".git", ".data", ".venv"}


@require_safe
def archive(request: HttpRequest) -> FileResponse:
    """All files of the program as tar.gz."""
    content = Path(_packed().name).open("rb")  # noqa: SIM115 - handed to the response, which closes it
    return FileResponse(content, as_attachment=True, filename="subsidy-source.tar.gz", content_type="application/gzip")


@cache
def _packed() -> IO[bytes]:
    """The packed files, in a temporary file that goes with this process.

    Packed once: what runs does not change while it runs, and packing at every request would let anybody keep the
    server busy.
    """
    target = tempfile.NamedTemporaryFile(prefix="subsidy-source-", suffix=".tar.gz")  # noqa: SIM115 - kept open
    with tarfile.open(fileobj=target, mode="w:gz", compresslevel=4) as tar:
        for part in PARTS:
            if (Path(settings.BASE_DIR) / part).exists():
                tar.add(Path(settings.BASE_DIR) / part, arcname=f"subsidy/{part}", filter=_wanted)
    target.flush()
    return target


def _wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """The file without its owner and machine, or nothing for what is made by running."""
    if set(Path(member.name).parts) & LEFT_OUT or not (member.isfile() or member.isdir()):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
