"""How many requests a person's programs may send: counted in one statement, over all hosts."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection
from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from subsidy.web.person import moment_of

WINDOW_SECONDS = 60
# The table of accounts.ApiUse.
_COUNT = """
INSERT INTO accounts_apiuse AS u (user_id, "window", used) VALUES (%s, %s, 1)
ON CONFLICT (user_id) DO UPDATE SET
    used = CASE WHEN u."window" = excluded."window" THEN u.used + 1 ELSE 1 END, "window" = excluded."window"
RETURNING used
"""


def requests_now(user_id: int, real: dt.datetime) -> int:
    """Count one more request of the person's programs; returns how many they have sent in this minute of real time."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [user_id, int(real.timestamp()) // WINDOW_SECONDS])
        (used,) = cursor.fetchone()
    return int(used)


class PersonThrottle(BaseThrottle):
    """API_REQUESTS_A_MINUTE for each person, whatever the number of tokens."""

    def __init__(self) -> None:
        self.limit = settings.API_REQUESTS_A_MINUTE
        self.left = self.limit
        self.seconds = WINDOW_SECONDS

    def allow_request(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return True
        real = moment_of(request).real
        used = requests_now(request.user.pk, real)
        self.left, self.seconds = max(0, self.limit - used), WINDOW_SECONDS - int(real.timestamp()) % WINDOW_SECONDS
        # The request itself remembers, for the headers of its answer.
        request._request._api_throttle = self  # type: ignore[attr-defined]
        return used <= self.limit

    def wait(self) -> float:
        return float(self.seconds)


def tell(request: Request, response: HttpResponseBase) -> None:
    """Say in the answer how many requests are left in this minute."""
    found = getattr(request._request, "_api_throttle", None)
    if found is not None:
        response["RateLimit-Limit"] = str(found.limit)
        response["RateLimit-Remaining"] = str(found.left)
        response["RateLimit-Reset"] = str(found.seconds)
