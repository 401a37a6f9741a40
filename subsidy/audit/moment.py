from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Moment:
    """Now, passed in: `at` is business time, `real` the real time; they differ only in demo and training mode."""

    at: dt.datetime
    real: dt.datetime

    @property
    def on(self) -> dt.date:
        """The business date in the bureau's time zone."""
        return self.at.astimezone(ZONE).date()
