"""The verifier that knows nothing of this program: golang.org/x/mod (sumdb/note, sumdb/tlog), as Debian packages it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
PACKAGES = "golang-go and golang-golang-x-mod-dev"


def can_be_built() -> bool:
    """Whether this machine has what it is built from; in CI it must (AssertionError)."""
    found = shutil.which("go") is not None and SOURCES.is_dir()
    assert found or os.environ.get("CI") != "true", f"install {PACKAGES}; CI must run this"
    return found


def built(folder: Path) -> Path:
    """The program, made in this folder; nothing is fetched."""
    environment = {
        **os.environ, "GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOFLAGS": "", "GOCACHE": str(folder / "cache"),
        "GOPROXY": "off",
    }  # fmt: skip
    made = folder / "verify_proof"
    subprocess.run(["go", "build", "-o", made, HERE / "verify_proof.go"], env=environment, check=True, timeout=300)
    return made


def said(program: Path, key: str, entry: str, proof: Path) -> tuple[int, str]:
    """Exit code and words for an entry (hexadecimal) and a tlog-proof under a key as it is published."""
    done = subprocess.run([program, key, entry, proof], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout
