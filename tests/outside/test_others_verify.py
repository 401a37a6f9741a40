"""A program of others verifies what we sign and prove; over a demo it does so in tests/subsidy/demo/test_demo_command.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.audit.log.proofs import proofs
from subsidy.audit.models import Leaf
from tests.outside.program import PACKAGES, built, can_be_built, said
from tests.subsidy.audit.log.test_sequencer import written
from tests.world import START


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not can_be_built():
        pytest.skip(f"needs the packages {PACKAGES}")
    return built(tmp_path_factory.mktemp("outside"))


@pytest.mark.django_db
def test_others_verify_our_checkpoint_and_our_proofs(program: Path, settings: Any, tmp_path: Path) -> None:
    settings.LOG_KEYS_DIR = tmp_path / "keys"
    written(300)
    made = checkpoint_make(now=START, by="test")
    wanted = [0, 1, 7, 255, 256, made.size - 1]
    leaves = {one.idx: one for one in Leaf.objects.filter(idx__in=wanted).select_related("event")}
    found = proofs([one.event_id for one in leaves.values()], made)
    for index, leaf in leaves.items():
        path = tmp_path / "x.tlog-proof"
        path.write_text(found[leaf.event_id].as_text(), encoding="utf-8")
        entry = bytes(leaf.event.hash).hex()
        words = f"{made.key.name}: entry {index} of {made.size} verified\n"
        assert said(program, made.key.text, entry, path) == (0, words)
        other = entry.replace(entry[0], "0" if entry[0] != "0" else "1", 1)
        assert said(program, made.key.text, other, path)[0] == 1
        path.write_text(
            path.read_text(encoding="utf-8").replace(f"\n{made.size}\n", f"\n{made.size + 1}\n"), encoding="utf-8"
        )
        assert said(program, made.key.text, entry, path)[0] == 1
