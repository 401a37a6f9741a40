"""The speeds of the policy language in one table, each with its limit and its peer.

``python benchmarks/policies.py [decide] [sweep] [prove]`` prints it, all parts unless some are named; nothing fails on a
slow machine. Each part is a module `benchmarks/policies_<part>.py` with `rows()`.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

PARTS = ("decide", "sweep", "prove")


def main() -> None:
    # This file is called like the package that it measures: found beside it, it would be taken for that package.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    wanted = sys.argv[1:] or PARTS
    found = [row for part in wanted for row in importlib.import_module(f"benchmarks.policies_{part}").rows()]
    print(importlib.import_module("benchmarks.rows").table(found))


if __name__ == "__main__":
    main()
