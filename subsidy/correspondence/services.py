"""Writers of letters. Only the door calls them."""

from __future__ import annotations

from subsidy.audit.moment import Moment
from subsidy.cases.models import Case
from subsidy.correspondence.models import Letter


def letter_issue(case: Case, kind: str, *, now: Moment) -> Letter:
    raise NotImplementedError
