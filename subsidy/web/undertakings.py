"""An undertaking in words, for the company and for officers."""

from __future__ import annotations

from django.utils.translation import gettext as _

from policies.language.model import Undertaking as Said
from subsidy.decisions.models import Undertaking
from subsidy.programmes.packs import pack_of
from subsidy.web.components import SummaryRow
from subsidy.web.formats import day
from workflows.case.fields import spoken


def said_of(one: Undertaking | Said) -> str:
    """What is to be done or kept, as the pinned version of the policy says it."""
    if isinstance(one, Said):
        return spoken(one.text)
    found = _said(one)
    return spoken(found.text) if found is not None else one.term


def _said(one: Undertaking) -> Said | None:
    return next((said for said in pack_of(one.case.policy_version).undertakings if said.id == one.term), None)


def what_rows(one: Undertaking) -> list[SummaryRow]:
    """What, on which clause, by when, and what a breach leads to."""
    said = _said(one)
    rows = [SummaryRow(_("Undertaking"), said_of(one))]
    if said is not None and said.clause:
        rows.append(SummaryRow(_("Clause"), said.clause))
    if one.occurred_on is not None:
        rows.append(SummaryRow(_("Occurred on"), day(one.occurred_on)))
    rows.append(SummaryRow(_("Due"), day(one.due_on)))
    rows.append(SummaryRow(_("If not kept"), one.get_breach_display()))
    return rows
