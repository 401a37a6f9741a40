"""JSON bodies: read strictly, and bounded; where many rows may come, larger than the framework takes elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

OCTETS_MAX = 16 * 1024 * 1024
_MAY_BE_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


class Json(BaseParser):  # type: ignore[misc]
    """JSON in UTF-8 up to DATA_UPLOAD_MAX_MEMORY_SIZE.

    The framework's own parser lets a body that is nested too deep, or that holds half a character (an escaped surrogate
    without its other half), through to where it is a fault of the program.
    """

    media_type = "application/json"

    def octets_max(self) -> int:
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raises RequestDataTooBig, ParseError."""
        most = self.octets_max()
        octets = stream.read(most + 1)
        if len(octets) > most:
            raise RequestDataTooBig(most)
        try:
            found = json.loads(octets.decode(), parse_constant=_refuse)
            if _MAY_BE_HALF.search(octets):
                json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise ParseError(f"JSON: {error}") from error
        return found


class LongJson(Json):
    """The same up to OCTETS_MAX."""

    def octets_max(self) -> int:
        return OCTETS_MAX


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
