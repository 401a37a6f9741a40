"""A process killed between any two statements while a payout file is sealed or handed out: batch and file, or neither."""

from __future__ import annotations

import hashlib
import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from subsidy.payouts.enums import BatchState
from subsidy.payouts.files import header_of, written
from subsidy.payouts.models import Batch, ExportFile
from tests.faults.sound import counts, faults
from tests.subsidy.payouts.bank import obligated
from tests.world import World, fresh

Work = Callable[[], object]
MOST = 400
# Behind every statement by `make test-deep ARGS=tests/faults/test_exports.py`, in the suite behind every seventh.
STRIDE = 1 if "SUBSIDY_EXAMPLES" in os.environ else 7


def killed(work: Work, after: int) -> bool:
    """Do it in a process that kills itself (SIGKILL) behind so many statements; whether it came to that."""
    connection.close()
    mine = connections["default"]
    child = os.fork()
    if child == 0:
        # A browser's event loop, left by an earlier test, runs in the parent alone: Django keeps connections by it, and
        # the child would find one to the database of a test long gone.
        connections["default"] = mine
        try:
            with connection.execute_wrapper(Killer(after)):
                work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0, "the act failed by itself"
    return os.WIFSIGNALED(status)


class Killer:
    """Lets so many statements through, and ends the process by SIGKILL when the last of them is done."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = execute(sql, params, many, context)
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def killed_everywhere(work: Work) -> int:
    """Kill it behind one statement after another until it comes through; nothing is ever left of the killed ones.

    Returns how many statements it took at least.
    """
    before = counts()
    for after in range(1, MOST, STRIDE):
        if not killed(work, after):
            return after - STRIDE
        assert counts() == before, f"killed behind statement {after}"
    raise AssertionError(f"more than {MOST} statements")


@pytest.mark.long
def test_release_and_export_killed_between_any_two_statements(bureau: World) -> None:
    batch = bureau.batch(obligated(bureau, 2))
    bureau.act("batch", batch, "check", "finance2")
    assert killed_everywhere(lambda: bureau.act("batch", batch, "release", "finance3", key="released")) > 10
    assert fresh(batch).state == BatchState.RELEASED
    sealed = ExportFile.objects.get(batch=batch)
    assert killed_everywhere(lambda: bureau.act("batch", batch, "export", "finance1", key="exported")) >= 1
    assert fresh(batch).state == BatchState.EXPORTED
    for action, who, key in (("release", "finance3", "released"), ("export", "finance1", "exported")):
        assert bureau.act("batch", batch, action, who, key=key).replayed
    is_the_same(sealed, batch)
    assert faults() == []


def is_the_same(sealed: ExportFile, batch: Batch) -> None:
    """One file, unchanged, and written once more to the same bytes under the same message id."""
    file = ExportFile.objects.get()
    assert (file.pk, file.sha256) == (sealed.pk, hashlib.sha256(bytes(sealed.content)).hexdigest())
    assert bytes(file.content) == bytes(sealed.content)
    batch = fresh(batch)
    header = header_of(batch, file.paying_account, sequence=file.sequence, made_at=file.sealed_at)
    assert written(batch, header) == bytes(file.content)
