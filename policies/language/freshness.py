"""How old a value may be: the rule of the pack, counted to the day that decides."""

from __future__ import annotations

from datetime import date

from policies.language.core import shift_day
from policies.language.model import FactDef, RecordDef


def is_outdated(definition: FactDef | RecordDef, as_of: date, *, on: date) -> bool:
    """Tell whether a value as of `as_of` is too old on the deciding day; on the last day it still counts."""
    if definition.fresh_within is None:
        return False
    return on.toordinal() > shift_day(as_of.toordinal(), *definition.fresh_within)
