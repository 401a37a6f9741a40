"""What came of asking live sources about a company, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subsidy.applicants.enums import AskState
from subsidy.applicants.models import Company, SourceAsk
from subsidy.audit.moment import Moment
from subsidy.sources import LAYOUTS
from subsidy.web.components import DataTable
from subsidy.web.formats import instant, pick
from workflows.live_facts.acts import ANSWERS_WITHIN

SHOWN = 5


@dataclass(frozen=True)
class Asked:
    """The newest askings; `waiting` while one of them may still be answered."""

    rows: Sequence[SourceAsk]
    table: DataTable
    waiting: bool


def asks_shown(company: Company, *, now: Moment) -> Asked:
    """The newest askings of sources about a company; one query."""
    rows = list(company.source_asks.select_related("asked_by").order_by("-id")[:SHOWN])
    table = DataTable(
        caption=_("The newest first"),
        head=(_("Source"), _("Asked"), _("By"), _("Result")),
        rows=[(_layout(one), instant(one.asked_at), str(one.asked_by), _result(one)) for one in rows],
    )
    waiting = any(one.state == AskState.ASKED and one.asked_at > now.at - ANSWERS_WITHIN for one in rows)
    return Asked(rows, table, waiting)


def _layout(one: SourceAsk) -> str:
    layout = LAYOUTS.get(one.layout)
    return pick(layout.zh, layout.en) if layout else one.layout


def _result(one: SourceAsk) -> str:
    words = {
        "slow": _("the source answered too slowly"),
        "down": _("the source cannot be reached"),
        "not said": _("the source said nothing of it"),
        "not readable": _("the answer could not be read"),
        "contradicts itself": _("the answer contradicts itself"),
        "no JSON": _("the answer could not be read"),
        "another company or another form": _("the answer was about another company, or of another form"),
        "cut off": _("the answer was cut off"),
        "too long": _("the answer was too long"),
    }
    parts = [str(one.get_state_display())]
    if one.said:
        parts.append(ngettext("%(n)d fact kept", "%(n)d facts kept", one.said) % {"n": one.said})
    if one.unknown:
        why = pick("、", ", ").join(dict.fromkeys(words.get(reason, reason) for reason in one.unknown.values()))
        n = ngettext("%(n)d stays unknown", "%(n)d stay unknown", len(one.unknown)) % {"n": len(one.unknown)}
        parts.append(f"{n} ({why})")
    if one.refusal:
        parts.append(one.refusal)
    return pick("；", "; ").join(parts)
