"""`python verify.pyz BUNDLE.zip`: exit 0 when it holds, 1 when something is wrong, 2 for bad usage."""

from __future__ import annotations

import sys
from pathlib import Path

from subsidy.audit.offline.check import check_file


def main(words: list[str]) -> int:
    """Check the bundle named and say what was found."""
    if len(words) != 1 or not Path(words[0]).is_file():
        sys.stderr.write("用法 / usage: python3 verify.pyz BUNDLE.zip\n")
        return 2
    verdict = check_file(Path(words[0]))
    for line in verdict.lines:
        sys.stdout.write(f"{line}\n")
    ending = "核验通过 / it holds" if verdict.holds else "核验不通过 / it does NOT hold"
    sys.stdout.write(f"\n{ending}\n")
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
