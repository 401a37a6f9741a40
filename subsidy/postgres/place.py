"""Where the data folder lies."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

SHARED_ROOT = Path("/var/lib/subsidy")


def data_dir(*, clone: Path, environ: Mapping[str, str], is_root: bool | None = None) -> Path:
    """Folder of the embedded database, documents, exports and keys.

    SUBSIDY_DATA_DIR when given. Otherwise `.data` in the clone; for root a folder outside any home, because the
    database server refuses to run as root and its own account cannot enter a home folder. The folder is named by a
    hash of fixed length, so that no clone's path is the beginning of another's.
    """
    given = environ.get("SUBSIDY_DATA_DIR", "")
    if given:
        return Path(given).expanduser().resolve()
    if (os.geteuid() == 0) if is_root is None else is_root:
        digest = hashlib.sha256(os.fsencode(clone.resolve())).hexdigest()
        return SHARED_ROOT / f"clone-{digest[:12]}"
    return clone / ".data"
