"""Folders that the database server's own account can enter; pytest's tmp_path is closed to it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder below the run's own."""
    folder = Path(tempfile.mkdtemp(dir=settings.DATA_DIR))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def files_unflushed() -> Iterator[None]:
    """What a test writes need not outlive a loss of power, as its database need not: no file waits for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: None)
        yield
