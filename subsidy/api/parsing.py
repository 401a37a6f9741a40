"""JSON bodies: read strictly, and bounded; where many rows may come, larger than the framework takes elsewhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from subsidy.api.problems import BadRequest

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
        """Raises RequestDataTooBig, ParseError; BadRequest for a name that stands twice in one object: readers of JSON
        differ in which of the two they take, so that the one who sends and the one who checks may see different things.
        """
        most = self.octets_max()
        octets = stream.read(most + 1)
        if len(octets) > most:
            raise RequestDataTooBig(most)
        twice: list[str] = []

        def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            made = dict(pairs)
            if len(made) < len(pairs):
                twice.extend(name for name, times in Counter(name for name, _value in pairs).items() if times > 1)
            return made

        try:
            found = json.loads(octets.decode(), parse_constant=_refuse, object_pairs_hook=once)
            if _MAY_BE_HALF.search(octets):
                json.dumps([found, twice], ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise ParseError(f"JSON: {error}") from error
        if twice:
            raise BadRequest(
                _("One object of the body has the same name twice. Send each name once."),
                fields={name: [_("This name stands there more than once.")] for name in twice},
            )
        return found


class LongJson(Json):
    """The same up to OCTETS_MAX."""

    def octets_max(self) -> int:
        return OCTETS_MAX


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
