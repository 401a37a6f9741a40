"""Who may file under a call, and when: what the door refuses, each time with what to do next."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from policies.language import Pack
from subsidy.applicants.enums import CompanyState, LegalForm
from subsidy.applicants.models import Company
from subsidy.audit.moment import ZONE
from subsidy.cases.models import Case
from subsidy.programmes.enums import CallState
from subsidy.programmes.models import Call
from subsidy.programmes.packs import pack_of
from subsidy.programmes.services import call_hold
from subsidy.programmes.window import drafts_close_at, last_minute, state_of
from workflows.common.refusals import Message, WrongState
from workflows.common.turn import Turn


def refuse_start(call: Call, company: Company, turn: Turn) -> None:
    """An application is begun within the window, by an applicant of the kind that the policy names (raises WrongState)."""
    call_hold(call)
    state = state_of(call, turn.now.at)
    if state != CallState.OPEN:
        raise WrongState(closed_words(call, state))
    words = why_not(pack_of(call.policy_version), company, call.authority.region)
    if words:
        raise WrongState(words)


def refuse_late(case: Case, turn: Turn) -> None:
    """A draft is filed within the window, or within the grace that the policy gives it (raises WrongState).

    What counts is the instant at which the request reached the program, by the clock of the database.
    """
    call = case.call
    if case.company.state != CompanyState.ACTIVE:
        raise WrongState(no_longer_active(case.company))
    call_hold(call)
    words = why_late(case, turn.now.at)
    if words:
        raise WrongState(words)


def why_late(case: Case, at: dt.datetime) -> Message:
    """Why a draft cannot be filed at that instant, and what to do; empty while it can."""
    call = case.call
    state = state_of(call, at)
    begun_in_time = case.opened_at < call.closes_at
    in_grace = state == CallState.CLOSED and begun_in_time and at < drafts_close_at(call, pack_of(case.policy_version))
    return "" if state == CallState.OPEN or in_grace else closed_words(call, state)


def told_of_call(turn: Turn) -> None:
    """A draft's own chain says what its company was told when the call changed."""
    turn.record(**turn.data)


def closed_words(call: Call, state: CallState) -> Message:
    """Why nothing can be filed under the call, and what to do."""
    if state == CallState.LATER:
        return _("The call is not open yet. Come back when its filing window begins.")
    if state == CallState.CANCELLED:
        return _(
            "This call was cancelled; nothing can be filed under it. Your draft is kept and can be read. The page of the "
            "call says why; watch for the next call."
        )
    minute = last_minute(call).astimezone(ZONE)
    return _(
        "The filing window of this call has closed: the last minute was %(minute)s (Beijing time). Late filing is not "
        "possible; what you have entered is kept and can be read. Watch for the next call, or, if an outage of this "
        "system kept you from filing, tell the bureau."
    ) % {"minute": f"{minute:%Y-%m-%d %H:%M}"}


def no_longer_active(company: Company) -> Message:
    """Why a company that was merged, split or closed files nothing new."""
    return _(
        "This company is no longer active (%(state)s), so it cannot file. After a merger or split the successor files in "
        "its own name; if the record is wrong, come to the counter with the business licence."
    ) % {"state": company.get_state_display()}


def why_not(pack: Pack, company: Company, district: str) -> Message:
    """Why a company of this kind may not file under the policy; empty where it may."""
    if company.state != CompanyState.ACTIVE:
        return no_longer_active(company)
    filing = pack.route.filing
    is_branch = company.legal_form == LegalForm.BRANCH
    if is_branch and "branch" not in filing.applicants:
        return _(
            "A branch has no legal personality and may not file under this policy. Have the company it belongs to file."
        )
    if not is_branch and "company" not in filing.applicants:
        return _("Only branches may file under this policy. Have the branch file that it concerns.")
    if filing.registered_here and company.region != district:
        return _(
            "Only companies registered in this district may file under this policy. If your company has moved here, have "
            "the counter enter its new registration first."
        )
    return ""
