"""What every job of the routes shares: it acts through the door under a natural key, and is tried again only when that helps."""

from __future__ import annotations

from django.db import OperationalError
from procrastinate import RetryStrategy

from workflows.common.refusals import Busy
from workflows.common.turn import Origin

# A held lock or a lost connection passes; any other fault would come again, so its job fails at once and stays visible
# as failed until somebody has mended the cause and has it run again.
RETRY = RetryStrategy(max_attempts=6, exponential_wait=3, retry_exceptions={Busy, OperationalError})

ORIGIN = Origin(surface="job")
