"""The speeds of deciding, beside zen-engine on the same rules and inputs: rows of the table of `benchmarks/policies.py`.

Rates are per second of one core's own time (other work on the machine does not count), ratios are taken in one run.
Before anything is timed, every company's clauses and amount are compared between the two engines; a difference stops
the run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

import zen

from benchmarks.policies_pack import CLAUSES, companies, jdm, pack, plain
from benchmarks.rows import Row
from policies.language import Pack, Value, decide

COMPANIES = 2_000
ROUNDS = 7
HIDDEN = ("rd", "certificate_until")


def rate(work: Callable[[Any], object], inputs: Sequence[Any], rounds: int = ROUNDS) -> float:
    """Return how many inputs are done in a second of this process's own time; the best of some rounds."""
    best = 0.0
    for _ in range(rounds):
        began = time.process_time()
        for item in inputs:
            work(item)
        best = max(best, len(inputs) / (time.process_time() - began))
    return best


def compared(policy: Pack, decision: zen.ZenDecision, inputs: list[dict[str, Value]]) -> None:
    """Stop unless both engines give every company the same clauses and the same amount."""
    eligible = 0
    for facts in inputs:
        ours, theirs = decide(policy, facts), decision.evaluate(plain(facts), {"trace": True})["result"]
        verdicts = {name: verdict == "met" for name, verdict in ours.verdicts.items()}
        if verdicts != {name: theirs[name] for name in CLAUSES} or ours.amount != theirs["amount"]:
            raise SystemExit(f"the engines differ on {facts}: {verdicts}, {ours.amount}; {theirs}")
        eligible += ours.outcome == "met"
    if not len(inputs) // 20 < eligible < len(inputs) * 19 // 20:
        raise SystemExit(f"{eligible} of {len(inputs)} companies are eligible: the inputs test too little")


def deciding() -> list[Row]:
    """Measure deciding, with and without reasons and unknown facts."""
    policy, inputs = pack(), companies(COMPANIES)
    decision = zen.ZenEngine().create_decision(jdm())
    compared(policy, decision, inputs)
    foreign = [plain(facts) for facts in inputs]
    partly = [{name: value for name, value in facts.items() if name not in HIDDEN} for facts in inputs]
    ours = rate(lambda facts: decide(policy, facts), inputs)
    texts = rate(lambda facts: decide(policy, facts).reasons, inputs)
    unknown = rate(lambda facts: decide(policy, facts), partly)
    asked = rate(lambda facts: decide(policy, facts).reasons, partly)
    # zen-engine works in threads of its own: its time is the wall's.
    traced = wall_rate(lambda facts: decision.evaluate(facts, {"trace": True}), foreign)
    bare = wall_rate(lambda facts: decision.evaluate(facts), foreign)
    return [
        Row("decide, 8 clauses kept", ours, "/s", 150_000, True, "zen-engine, trace", ours / traced, 40),
        Row("decide, 8 clauses kept", ours, "/s", 150_000, True, "zen-engine, no trace", ours / bare),
        Row("decide with reasons and texts", texts, "/s", 20_000, True, "zen-engine, trace", texts / traced),
        Row("decide, 2 of 12 facts unknown", unknown, "/s", 5_000),
        Row("decide with reasons and texts, 2 of 12 unknown", asked, "/s"),
    ]


def wall_rate(work: Callable[[Any], object], inputs: Sequence[Any], rounds: int = 3) -> float:
    """Return how many inputs are done in a second by the clock; the best of some rounds."""
    best = 0.0
    for _ in range(rounds):
        began = time.perf_counter()
        for item in inputs:
            work(item)
        best = max(best, len(inputs) / (time.perf_counter() - began))
    return best


def importing() -> list[Row]:
    """Measure what `import policies.language` adds to an empty interpreter: seconds of its own time, the best of some.

    The bytecode is cached, as it is for everybody who imports a second time.
    """
    code = "import time; began = time.process_time(); import policies.language; print(time.process_time() - began)"
    with tempfile.TemporaryDirectory() as cache:
        keep = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": cache}
        spent = [
            float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=keep).stdout)
            for _ in range(12)
        ]
    return [Row("import policies.language", min(spent), "s", 0.15, False)]


def rows() -> list[Row]:
    """Return the rows of deciding and importing."""
    return [*deciding(), *importing()]
