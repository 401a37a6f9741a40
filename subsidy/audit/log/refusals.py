"""Why the log is not numbered or signed; each says what to do."""

from __future__ import annotations

from django.utils.functional import Promise


class LogRefused(Exception):
    """Nothing was signed. `message` is for the person who runs the log, in the active language."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message
