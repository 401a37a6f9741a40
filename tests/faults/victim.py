"""A process of its own that does one act and dies at a named point of it: `python -m tests.faults.victim POINT …`."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

DIED = 43
# Each point is the return of one function of the door's writing.
POINTS = {"events": "_write_events", "hand": "_write_hands", "before_commit": "write"}


def _die_after(real: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        os._exit(DIED)

    return wrapped


def _wait_after(real: Callable[..., Any]) -> Callable[..., Any]:
    """Say that the point is reached, and stay there until killed."""

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        sys.stdout.write("there\n")
        sys.stdout.flush()
        signal.pause()

    return wrapped


def main(point: str, case_id: str, action: str, username: str, key: str, data: str, at: str) -> None:
    django.setup()
    import datetime as dt

    from subsidy.accounts.models import User
    from subsidy.audit.moment import Moment
    from workflows.common import door, flush

    if point == "killed":
        flush.write = _wait_after(flush.write)  # type: ignore[assignment]
    elif point in POINTS:
        setattr(flush, POINTS[point], _die_after(getattr(flush, POINTS[point])))
    moment = dt.datetime.fromisoformat(at)
    actor = User.objects.get(username=username)
    door.perform(
        "case",
        int(case_id),
        action,
        actor=actor,
        now=Moment(at=moment, real=moment),
        key=key,
        data=json.loads(data),
    )
    os._exit(DIED)  # after the commit, before any answer


if __name__ == "__main__":
    main(*sys.argv[1:])
