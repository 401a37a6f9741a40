from __future__ import annotations

from django.utils.functional import Promise


class UploadRefused(Exception):
    """A file that cannot be taken; the message says what to do instead."""

    def __init__(self, message: str | Promise) -> None:
        self.message = message
        super().__init__(str(message))
