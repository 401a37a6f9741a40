"""Runs a program that ends with its parent: `python -m subsidy.demo.child PARENT_PID PROGRAM ARGUMENT…`.

A demo killed outright cannot stop its children itself; on Linux the system does it for us.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        sys.exit("the demo ended before its child began")
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
