"""What a run finds from runs before it."""

from __future__ import annotations

import fcntl
import gc
from pathlib import Path

from tests.harness.run import FOLDER_PREFIX, clear_abandoned_runs


def test_a_run_clears_what_dead_runs_left_and_nothing_else(tmp_path: Path) -> None:
    """Warnings are errors here: a lock left open by the clearing would fail this very test."""
    abandoned, alive, starting = (tmp_path / f"{FOLDER_PREFIX}{name}" for name in ("dead", "alive", "starting"))
    for folder in (abandoned, alive, starting):
        folder.mkdir()
    (abandoned / "run.lock").touch()
    with (alive / "run.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        clear_abandoned_runs(tmp_path)
        gc.collect()
    assert not abandoned.exists()
    assert alive.exists()
    assert starting.exists()
