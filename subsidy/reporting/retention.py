"""How long each kind of paper in the file of a case is kept, and until which day.

The years of vouchers and bank records follow the rules for accounting records (会计档案管理办法, order 79 of 2015, annex:
vouchers 30 years, bank statements 10), the others those for the documents of offices (order 8 of the archives
administration, 2006: permanent, 30 or 10 years). Both are recalled, not read again: a bureau compares them with its own
approved table. A term counts from the end of the year in which the case ended.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Category(StrEnum):
    """The parts of a package; each value is the name of its folder there."""

    DECISIONS = "decisions"
    APPLICATION = "application"
    CORRESPONDENCE = "correspondence"
    VOUCHERS = "vouchers"
    BANK = "bank"
    AUDIT = "audit"


TITLES = {
    Category.DECISIONS: _("decisions, notices, agreements"),
    Category.APPLICATION: _("the application and its evidence"),
    Category.CORRESPONDENCE: _("letters on the way to the decision"),
    Category.VOUCHERS: _("vouchers and entries of the books"),
    Category.BANK: _("what the bank said"),
    Category.AUDIT: _("events with their proofs"),
}
PERMANENT = pgettext_lazy("retention", "permanent")
_YEARS: dict[Category, int | None] = {
    Category.DECISIONS: None,
    Category.APPLICATION: 30,
    Category.CORRESPONDENCE: 10,
    Category.BANK: 10,
    Category.AUDIT: None,
}


def years_of(category: Category) -> int | None:
    """For how many years papers of this kind are kept; None: for ever."""
    return settings.RECORD_RETENTION_YEARS if category == Category.VOUCHERS else _YEARS[category]


def kept_until(category: Category, ended_on: dt.date) -> dt.date | None:
    """The last day on which papers of this kind of a case that ended on that day must be kept; None: for ever."""
    years = years_of(category)
    return None if years is None else dt.date(ended_on.year + years, 12, 31)
