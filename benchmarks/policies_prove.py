"""The speed of proofs: rows of the table of `benchmarks/policies.py`, one a pack, with its worked cases.

Seconds are this process's own time (other work on the machine does not count); the best of some rounds. Proving again
is as slow as proving at first, for nothing is kept from one time to the next. Loading the solver is a row of its own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks.rows import Row
from policies.language import Pack, PackSource, parse_pack
from policies.language.check.cases import Case, read_cases
from policies.language.prove.proofs import prove
from policies.language.prove.prover import PROVEN

PACKS = Path(__file__).resolve().parents[1] / "policies" / "packs"
ROUNDS = 3
LIMIT = 2.0


def loading() -> float:
    """Return the seconds of its own time that a fresh interpreter takes to load the solver."""
    code = "import time; began = time.process_time(); import z3; print(time.process_time() - began)"
    return min(
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for _ in range(ROUNDS)
    )


def proving(pack: Pack, cases: tuple[Case, ...]) -> tuple[float, Counter[str]]:
    """Return the seconds of one examination, and how many claims had which verdict."""
    best, verdicts = float("inf"), Counter[str]()
    for _ in range(ROUNDS):
        began = time.process_time()
        proofs = prove(pack, cases=cases)
        best = min(best, time.process_time() - began)
        verdicts = Counter(proof.verdict for proof in proofs)
    return best, verdicts


def rows() -> list[Row]:
    """Measure the proofs of every pack."""
    found = [Row("load the solver, once a process", loading(), "s")]
    for folder in sorted(path.parent for path in PACKS.glob("*/*/policy.yaml")):
        source = PackSource.from_folder(folder)
        pack = parse_pack(source)
        seconds, verdicts = proving(pack, read_cases(pack, source.cases, source.file("cases.yaml")))
        claims, open_ones = verdicts.total(), verdicts.total() - verdicts[PROVEN]
        name = f"prove {pack.code}@{pack.version}: {claims} claims" + (f", {open_ones} fail" if open_ones else "")
        found.append(Row(name, seconds, "s", LIMIT, at_least=False))
    return found
