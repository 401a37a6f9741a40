"""A call in words, the same for everybody who reads it: its window, its rounds, its lines, what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policies.language import Pack
from subsidy.programmes.enums import CallNews, CallState, Filing
from subsidy.programmes.models import Call, CallNotice
from subsidy.programmes.selectors import shares_of
from subsidy.programmes.window import drafts_close_at, last_minute, last_minute_before, state_of
from subsidy.web.components import KeyFact, Text, Tone
from subsidy.web.formats import instant, money, money_short, pick

TONES: dict[str, Tone] = {
    CallState.LATER: "info",
    CallState.OPEN: "done",
    CallState.CLOSED: "plain",
    CallState.CANCELLED: "stop",
}


@dataclass(frozen=True)
class News:
    """A public line about a call: what, when, why, and until when one may file from then on."""

    news: str
    what: Text
    at: dt.datetime
    reason: str
    window: str
    tone: Tone


@dataclass(frozen=True)
class Row:
    """One thing to know of a call; lines after the first are remarks on it, unless all are `equal`."""

    label: Text
    lines: list[str]
    equal: bool = False


def title_of(call: Call) -> str:
    return pick(call.title_zh, call.title_en)


def state_words(call: Call, at: dt.datetime) -> tuple[Text, Tone]:
    """Where the call stands at that instant, in words, with the tone."""
    state = state_of(call, at)
    return state.label, TONES[state]


def news_of(call: Call) -> list[News]:
    """The public lines, the newest first; a reason that has no English is given as it is."""
    return [one for _call_id, one in news_about([call.pk])]


def news_about(calls: QuerySet[Any] | Iterable[int]) -> list[tuple[int, News]]:
    """The public lines of several calls (their ids) with the call's id, in one query, the newest first."""
    return [(row.call_id, _news(row)) for row in CallNotice.objects.filter(call__in=calls).order_by("-id")]


def _news(row: CallNotice) -> News:
    window = ""
    if row.news != CallNews.CANCELLED:
        window = _("Filing ends at %(end)s.") % {"end": instant(last_minute_before(row.closes_at))}
    if row.closed_before is not None and row.closed_before != row.closes_at:
        window += " " + _("Until then it was %(end)s.") % {"end": instant(last_minute_before(row.closed_before))}
    if row.outage_from is not None and row.outage_to is not None:
        window += " " + outage_words(row.outage_from, row.outage_to)
    tone: Tone = "stop" if row.news == CallNews.CANCELLED else "info" if row.news == CallNews.OPENED else "wait"
    reason = pick(row.reason_zh, row.reason_en or row.reason_zh)
    return News(row.news, CallNews(row.news).label, row.published_at, reason, window, tone)


def outage_words(since: dt.datetime, until: dt.datetime) -> str:
    return _("The system was down from %(since)s to %(until)s.") % {"since": instant(since), "until": instant(until)}


def rows_of(call: Call, pack: Pack) -> list[Row]:
    """The window, the rounds, who may file, how the money is shared and from where it comes."""
    return [
        Row(_("Filing window"), window_lines(call, pack)),
        Row(_("Rounds"), round_lines(call), equal=True),
        Row(_("Who may file"), who_lines(pack)),
        Row(_("How the money is shared"), [str(call.get_allocation_display())]),
        Row(_("Paid from"), line_lines(call), equal=True),
    ]


def window_lines(call: Call, pack: Pack) -> list[str]:
    first = _("%(start)s to %(end)s, Beijing time (UTC+8)") % {
        "start": instant(call.opens_at),
        "end": instant(last_minute(call)),
    }
    lines = [first, _("The last minute counts in full: filing is refused from the minute after it.")]
    outages = call.notices.filter(outage_from__isnull=False).order_by("id").values_list("outage_from", "outage_to")
    lines += [outage_words(since, until) for since, until in outages if since and until]
    days = pack.route.filing.draft_grace_days
    if days:
        words = ngettext(
            "A draft begun within the window may be filed for %(n)d more working day, to %(end)s.",
            "A draft begun within the window may be filed for %(n)d more working days, to %(end)s.",
            days,
        )
        lines.append(words % {"n": days, "end": instant(last_minute_before(drafts_close_at(call, pack)))})
    else:
        lines.append(_("There is no time of grace: a draft that is not filed by then cannot be filed."))
    return lines


def round_lines(call: Call) -> list[str]:
    if call.filing == Filing.CONTINUOUS:
        return [_("Applications are taken all the time and decided in rounds as they are ready.")]
    if call.filing == Filing.WINDOW:
        return [_("All applications are decided together after the window has closed.")]
    ends = [*call.cut_offs, call.closes_at]
    return [
        _("Round %(n)d: filed by %(end)s") % {"n": place, "end": instant(last_minute_before(end))}
        for place, end in enumerate(ends, start=1)
    ]


def who_lines(pack: Pack) -> list[str]:
    filing = pack.route.filing
    kinds = {"company": _("companies (legal persons)"), "branch": _("branches (no legal persons)")}
    lines = [pick("、", ", ").join(kinds[kind] for kind in filing.applicants)]
    if filing.registered_here:
        lines.append(_("registered in this district on the day on which the application is begun"))
    return lines


def budget_fact(call: Call) -> KeyFact:
    """The budget of the call, or that it gives no money."""
    if not call.pays:
        return KeyFact(_("Budget of the call"), _("no money"), _("a title is conferred"))
    return KeyFact(_("Budget of the call"), money_short(call.budget_fen), money(call.budget_fen))


def line_lines(call: Call) -> list[str]:
    shares = shares_of(call)
    if not shares:
        return [_("none; a title is conferred and no money")]
    named = [(f"{pick(line.name_zh, line.name_en)} ({line.year})", fen) for line, fen in shares]
    if len(named) == 1:
        return [named[0][0]]
    return [f"{name}{pick('：', ': ')}{money(fen)}" for name, fen in named]
