"""A program of others verifies what we sign and prove: golang.org/x/mod (sumdb/note, sumdb/tlog), as Debian packages it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from subsidy.audit.log.checkpoints import checkpoint_make
from subsidy.audit.log.proofs import proofs
from subsidy.audit.models import Leaf
from tests.subsidy.audit.log.test_sequencer import written
from tests.world import START

HERE = Path(__file__).parent
SOURCES = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier, built from Debian's source package of the module; nothing is fetched."""
    if shutil.which("go") is None or not SOURCES.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("install golang-go and golang-golang-x-mod-dev; CI must run this")
        pytest.skip("needs the packages golang-go and golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("outside")
    environment = {
        **os.environ, "GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOFLAGS": "", "GOCACHE": str(folder / "cache"),
        "GOPROXY": "off",
    }  # fmt: skip
    built = folder / "verify_proof"
    subprocess.run(["go", "build", "-o", built, HERE / "verify_proof.go"], env=environment, check=True, timeout=300)
    return built


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
        done = subprocess.run([program, made.key.text, entry, path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"{made.key.name}: entry {index} of {made.size} verified\n"
        other = entry.replace(entry[0], "0" if entry[0] != "0" else "1", 1)
        assert subprocess.run([program, made.key.text, other, path], capture_output=True, check=False).returncode == 1
        path.write_text(
            path.read_text(encoding="utf-8").replace(f"\n{made.size}\n", f"\n{made.size + 1}\n"), encoding="utf-8"
        )
        assert subprocess.run([program, made.key.text, entry, path], capture_output=True, check=False).returncode == 1
