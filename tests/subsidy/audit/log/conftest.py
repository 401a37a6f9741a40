from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Path) -> Path:
    """Keys and memory of this test's own."""
    settings.LOG_KEYS_DIR = tmp_path / "keys"
    settings.LOG_ORIGIN = "grants.example/log"
    return tmp_path / "keys"
