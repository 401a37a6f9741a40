"""What the acts on a call change: opening, extending, closing early, cancelling. docs/adr/0008 has the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from policies.language import Pack
from subsidy.audit.moment import ZONE
from subsidy.calendars.selectors import working_calendar
from subsidy.cases.enums import FINAL_STATES, CaseState
from subsidy.cases.models import Case
from subsidy.decisions.models import Round
from subsidy.programmes.enums import Allocation, CallNews, CallState, ExtensionCause, Filing
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.programmes.packs import pack_of
from subsidy.programmes.services import call_lines_add, call_tell
from subsidy.programmes.window import end_of_day, last_minute_before, state_of
from subsidy.registers.enums import Register
from workflows.common.refusals import BadData, Message, WrongState
from workflows.common.subjects import kind_named
from workflows.common.turn import Turn
from workflows.policy_release.call_forms import shown_end

REOPEN_WITHIN = 10
"""Working days after the end of a window within which it may be opened again for an outage."""
ONE_DAY = dt.timedelta(days=1)


def make_call(turn: Turn) -> Call:
    data = dict(turn.data)
    version: PolicyVersion = data["policy_version"]
    named = [data["budget_line"], *(line for line, _share in data.pop("further_lines"))]
    lines = [line for line in named if line is not None]
    if any(record.authority_id != turn.authority_id for record in (version, *lines)):
        raise BadData(fields={"policy_version": [str(_("Choose a version and a budget line of your own bureau."))]})
    pack = pack_of(version)
    problems = {**_window_problems(version, data, turn), **_line_problems(pack, lines)}
    data["route"], data["route_version"] = _route(pack, data, problems)
    data["allocation"] = _allocation(pack, data, problems)
    if problems:
        raise BadData(fields={name: [str(message)] for name, message in problems.items()})
    return Call(authority_id=turn.authority_id, **data)


def _window_problems(version: PolicyVersion, data: dict[str, Any], turn: Turn) -> dict[str, Message]:
    """The window opens and ends while the version is in force, and has not ended already."""
    opens_on = data["opens_at"].astimezone(ZONE).date()
    if opens_on < version.effective_from or (version.effective_to and opens_on > version.effective_to):
        return {"opens_at": _("The call must open while the policy version is in force.")}
    if data["closes_at"] <= turn.now.at:
        return {"closes_at": _("This window has ended already. Choose a later end.")}
    return {"closes_at": words} if (words := beyond_version(version, data["closes_at"])) else {}


def beyond_version(version: PolicyVersion, closes_at: dt.datetime) -> Message:
    """Why a window may not end then; empty where the version is in force on its last day."""
    last_day = last_minute_before(closes_at).astimezone(ZONE).date()
    if version.effective_to is None or last_day <= version.effective_to:
        return ""
    return _(
        "The policy version is in force until %(day)s only; filing must end by then. For a longer window publish a "
        "version that is in force longer, and open a call of it."
    ) % {"day": version.effective_to.isoformat()}


def _line_problems(pack: Pack, lines: list[Any]) -> dict[str, Message]:
    if pack.program.amount is None and lines:
        return {"budget_line": _("This policy confers a title and pays nothing. Leave line and budget empty.")}
    if pack.program.amount is not None and not lines:
        return {
            "budget_line": _("This policy pays. Choose the budget line that bears it, and the budget of the call.")
        }
    if any(line.closed_at is not None for line in lines):
        return {"budget_line": _("This budget line is closed. Choose one of the year in which you pay.")}
    if any(line.currency != pack.currency for line in lines):
        return {"budget_line": _("The policy pays in another currency than this line holds. Choose another line.")}
    return {}


def _route(pack: Pack, data: dict[str, Any], problems: dict[str, Message]) -> tuple[str, int]:
    """The newest version of the route that the policy names; what was sent must agree with it."""
    kind = pack.route.kind
    versions = [version for route, version in kind_named("case").flows if route == kind]
    wanted = data["route_version"] or max(versions, default=0)
    if data["route"] not in ("", kind):
        problems["route"] = _("The policy names the route %(kind)s. Leave the route to the policy.") % {"kind": kind}
    elif pack.program.amount is None and (
        pack.recognition is None or pack.recognition.register not in Register.values
    ):
        problems["policy_version"] = _(
            "This policy pays nothing and confers no title of a register that is kept here, so its decree would have "
            "nothing to say. Have the version name its title under recognition."
        )
    elif wanted not in versions:
        problems["policy_version"] = _(
            "The policy goes by the route %(kind)s, which this program cannot lead yet. Choose another version."
        ) % {"kind": kind}
    return kind, wanted


def _allocation(pack: Pack, data: dict[str, Any], problems: dict[str, Message]) -> str:
    """How the policy shares the money, by rank where it does not say; what was sent must agree with it."""
    said = pack.allocation.mode if pack.allocation is not None else data["allocation"] or Allocation.RANKED.value
    if data["allocation"] not in ("", said):
        problems["allocation"] = _("The policy says how the money is shared (%(mode)s). Leave it to the policy.") % {
            "mode": Allocation(said).label
        }
    return said


def call_opened(turn: Turn) -> None:
    call: Call = turn.subject
    further = turn.data["further_lines"]
    call_lines_add(call, lines=further)
    call_tell(call, news=CallNews.OPENED, now=turn.now)
    turn.record(
        number=call.number,
        policy_version=call.policy_version.content_hash,
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        filing=call.filing,
        cut_offs=call.cut_offs,
        budget_fen=call.budget_fen,
        lines=[line.code for line in (call.budget_line, *(line for line, _share in further)) if line is not None],
        shares_fen=[share for _line, share in further],
        allocation=call.allocation,
    )


def extend(turn: Turn) -> None:
    """Move the end of filing to later: before it for any reason, after it for an outage alone and with notice."""
    call, data = turn.subject, turn.data
    refuse_cancelled(call)
    is_late = state_of(call, turn.now.at) == CallState.CLOSED
    words = beyond_version(call.policy_version, data["closes_at"])
    if words or data["closes_at"] <= call.closes_at:
        raise BadData(fields={"closes_at": [str(words or _("The new end must be later than %(end)s.") % _end(call))]})
    if is_late:
        _refuse_reopening(turn)
    _move(turn, CallNews.REOPENED if is_late else CallNews.EXTENDED, cause=data["cause"], outage=_outage(data))


def _refuse_reopening(turn: Turn) -> None:
    """A closed window is opened again only where an outage took filing from people, and so that they learn of it.

    The outage lay within the window; nobody has seen a ranking; the public line stands for one whole day before the new
    end; and it is done within ten working days, so that nothing rests unsettled for long.
    """
    call, data, now = turn.subject, turn.data, turn.now
    refuse_after_round(call)
    if data["cause"] != ExtensionCause.OUTAGE:
        raise WrongState(
            _("Filing has ended. It can be opened again only for an outage of the system; otherwise open a new call.")
        )
    if data["outage_from"] >= call.closes_at or data["outage_to"] <= call.opens_at or data["outage_from"] > now.at:
        raise BadData(
            fields={"outage_from": [str(_("The outage did not touch the filing window, so nothing is lost."))]}
        )
    latest = working_calendar().add_working_days(
        last_minute_before(call.closes_at).astimezone(ZONE).date(), REOPEN_WITHIN
    )
    if not latest.provisional and now.on > latest.on:
        raise WrongState(
            _("Filing ended more than %(n)d working days ago and stays closed. Open a new call.")
            % {"n": REOPEN_WITHIN}
        )
    if data["closes_at"] < now.at + ONE_DAY:
        raise BadData(
            fields={
                "closes_at": [str(_("Leave at least 24 hours from now, so that everybody can learn of it and file."))]
            }
        )


def _outage(data: dict[str, Any]) -> list[dt.datetime]:
    return [data["outage_from"], data["outage_to"]] if data["cause"] == ExtensionCause.OUTAGE else []


def close_early(turn: Turn) -> None:
    """Move the end of filing to earlier, never sooner than the end of the next working day."""
    call, end = turn.subject, turn.data["closes_at"]
    refuse_cancelled(call)
    if state_of(call, turn.now.at) == CallState.CLOSED:
        raise WrongState(_("Filing under this call has ended already."))
    soonest = end_of_day(working_calendar().next_working_day(turn.now.on))
    words: Message = ""
    if end >= call.closes_at:
        words = _("The new end must be earlier than %(end)s.") % _end(call)
    elif end < soonest or end <= call.opens_at:
        words = _("Companies must have until the end of the next working day at least: %(end)s.") % {
            "end": shown_end(soonest)
        }
    elif call.cut_offs and end <= call.cut_offs[-1]:
        words = _("The cut-off of an announced round lies later. Choose an end after %(end)s.") % {
            "end": shown_end(call.cut_offs[-1])
        }
    if words:
        raise BadData(fields={"closes_at": [str(words)]})
    _move(turn, CallNews.CLOSED_EARLY)


def cancel(turn: Turn) -> None:
    """Take the call back while nothing has been filed that must be decided; drafts stay as they are and are told."""
    call = turn.subject
    refuse_cancelled(call)
    refuse_after_round(call)
    filed = filed_under(call)
    if filed:
        raise WrongState(
            _(
                "%(n)d filed applications wait for their decision, which a cancelled call could not give. Close the call "
                "early and decide them; or cancel once they have been withdrawn."
            )
            % {"n": filed}
        )
    _move(turn, CallNews.CANCELLED)


def _move(turn: Turn, news: CallNews, *, outage: Sequence[dt.datetime] = (), **details: Any) -> None:
    """Change the window (or end the call), put up the public line, tell every draft."""
    call, data, before = turn.subject, turn.data, turn.subject.closes_at
    if news == CallNews.CANCELLED:
        turn.set(cancelled_at=turn.now.at)
    else:
        turn.set(closes_at=data["closes_at"])
    reasons = {"reason_zh": data["reason_zh"], "reason_en": data["reason_en"]}
    call_tell(call, news=news, now=turn.now, closed_before=before, outage=outage, **reasons)
    told = {"news": news.value, "closes_at": call.closes_at, "call": call.number, "reason": data["reason_zh"]}
    drafts = list(drafts_under(call).values_list("pk", flat=True))
    if drafts:
        turn.passage.also("case", drafts, "call_changed", told)
    if outage:
        turn.record(outage=list(outage))
    turn.record(
        news=news.value, closed_before=before, closes_at=call.closes_at, told=len(drafts), **reasons, **details
    )


def _end(call: Call) -> dict[str, str]:
    return {"end": shown_end(call.closes_at)}


def drafts_under(call: Call) -> Any:
    """The applications that are still drafts."""
    return Case.objects.filter(call=call, state=CaseState.DRAFT)


def filed_under(call: Call) -> int:
    """How many applications have been filed and wait for a decision."""
    return Case.objects.filter(call=call).exclude(state__in=(CaseState.DRAFT, *FINAL_STATES)).count()


def refuse_cancelled(call: Call) -> None:
    if call.cancelled_at is not None:
        raise WrongState(_("This call is cancelled; that is final. Open a new call."))


def refuse_after_round(call: Call) -> None:
    """Once a ranking may have been seen, who may file is settled; rounds of continuous filing change nothing for later."""
    if call.filing != Filing.CONTINUOUS and Round.objects.filter(call=call).exists():
        raise WrongState(_("A round of this call has been opened; its window stays as it was. Open a new call."))
