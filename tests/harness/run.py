"""What concerns the run as a whole: clearing away, and saying what was not tried."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from django.utils import translation

from subsidy.postgres import EmbeddedServer
from tests.harness.browser import ABSENT, browser_program

FOLDER_PREFIX = "subsidy-test-"
_held = pytest.StashKey[IO[str] | None]()


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fresh_db: the test commits, in a database of its own (tests/README.md)")
    config.addinivalue_line("markers", "long: a walk through much of the program; `make test-long` runs these alone")
    if _is_worker(config):
        return
    clear_abandoned_runs(Path(tempfile.gettempdir()))
    # Held until the run ends, however it ends: that is how the next run knows an abandoned folder.
    config.stash[_held] = _hold(Path(os.environ["SUBSIDY_TEST_DATA_DIR"]))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _is_worker(config):
        _remove(Path(os.environ["SUBSIDY_TEST_DATA_DIR"]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if browser_program() is None:
        terminalreporter.write_line(f"NOTE: {ABSENT}", yellow=True)


def _hold(folder: Path) -> IO[str] | None:
    """The lock that a run keeps on its folder, or None when its run is alive."""
    handle = (folder / "run.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


def clear_abandoned_runs(parent: Path) -> None:
    """Remove what runs that did not end by themselves left below `parent`, their servers with it."""
    mine = Path(os.environ["SUBSIDY_TEST_DATA_DIR"])
    for folder in parent.glob(f"{FOLDER_PREFIX}*"):
        # Only a folder with a lock file was a run's; one without may belong to a run that is just starting.
        if folder == mine or not os.access(folder, os.W_OK) or not (folder / "run.lock").exists():
            continue
        handle = _hold(folder)
        if handle is not None:
            # Closed by hand: a file left to the collector is a warning, and a warning fails the run's first test.
            with handle:
                _remove(folder)


def _remove(folder: Path) -> None:
    if (folder / "postgres").exists():
        EmbeddedServer(folder / "postgres", durable=False).remove()
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Each test begins in the site's language: a request in another leaves it switched on in this thread."""
    translation.deactivate()
    yield
    translation.deactivate()
