from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def keys(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """Keys and memory of this test's own; what is refused is said in English."""
    settings.LOG_KEYS_DIR = tmp_path / "keys"
    settings.LOG_ORIGIN = "grants.example/log"
    with override("en"):
        yield tmp_path / "keys"
