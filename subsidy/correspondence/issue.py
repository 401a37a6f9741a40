"""What every paper is issued with: number, day, language, and the seal by which it is verified."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from subsidy.letters import Seal
from subsidy.letters.formats import Language


@dataclass(frozen=True, slots=True)
class Issue:
    """One printing of one paper; the same values print the same bytes. Without a seal it is a preview."""

    number: str
    on: dt.date
    lang: Language
    seal: Seal | None = None
