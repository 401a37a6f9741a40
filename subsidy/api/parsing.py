"""A JSON body of many rows: larger than the framework takes elsewhere, and still bounded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

OCTETS_MAX = 16 * 1024 * 1024


class LongJson(BaseParser):  # type: ignore[misc]
    """JSON in UTF-8 up to OCTETS_MAX. The framework's own parser holds every body to DATA_UPLOAD_MAX_MEMORY_SIZE."""

    media_type = "application/json"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raises RequestDataTooBig, ParseError."""
        octets = stream.read(OCTETS_MAX + 1)
        if len(octets) > OCTETS_MAX:
            raise RequestDataTooBig(OCTETS_MAX)
        try:
            return json.loads(octets.decode(), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"JSON: {error}") from error


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
