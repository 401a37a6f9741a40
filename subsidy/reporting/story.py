"""The story of a case: every step from all streams that touched it, in the order in which it was written.

One query reads the events of the case, of its rounds and batches, and of the payee account it is paid to. What is told
depends on the reader: `auditor` and `officer` get every step with its details, `company` what concerns the company, in
its own words, without the names of officers and experts and without what the panel and the meeting keep to themselves.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies.language import Pack
from subsidy.accounts.enums import Role, UserKind
from subsidy.audit.models import Event
from subsidy.cases.models import Case
from subsidy.decisions.models import RoundRow
from subsidy.payouts.models import BatchLine
from subsidy.programmes.packs import pack_of
from subsidy.reporting.act_words import ACT_WORDS
from subsidy.work.enums import Duty

Text = str | Promise
Audience = Literal["company", "officer", "auditor"]

ACCOUNT_ACTS = ("propose_account", "confirm_account")
# What a company is told of why an act was done; a panel's comments and a meeting's statements stay inside.
TOLD_WHY = {
    *("return_for_correction", "refuse", "reject", "withdraw", "payment_refused"),
    *("return_agreement", "return_part", "find_irregular", "question_offer", "decline_offer"),
}
TOLD_AMOUNT = {"award", "payment_settled"}
# Small steps that follow each other are told to a company as one.
GATHERED = {"save_answers", "attach", "detach", "score"}
MANUAL_BY = {"accept": "acceptance", "refuse": "acceptance", "score": "expert", "publish": "officer"}


@dataclass(frozen=True)
class StoryEntry:
    """One step. `at` is business time, `recorded_at` real time; `amount_fen` in fen; `hash` is the event's, in hex.

    `letter_id` names the letter that the step issued or served; `times` is above one where small steps were gathered.
    `details` are the recorded values, empty for a company.
    """

    event_id: int
    stream: str
    seq: int
    action: str
    at: dt.datetime
    recorded_at: dt.datetime
    what: Text
    who: Text
    role: Text = ""
    duty: Text = ""
    why: str = ""
    clause: str = ""
    amount_fen: int | None = None
    letter_id: int | None = None
    letter_kind: str = ""
    before: str = ""
    after: str = ""
    surface: str = ""
    hash: str = ""
    details: tuple[tuple[str, str], ...] = ()
    times: int = 1


def story(case: Case, audience: Audience) -> list[StoryEntry]:
    """Every step that concerns the case, oldest first, in the words of its reader."""
    pack = pack_of(case.policy_version)
    told = (_entry(event, json.loads(event.body), pack, case, audience) for event in _events(case))
    entries = [entry for entry in told if entry is not None]
    return _gathered(entries) if audience == "company" else entries


def _events(case: Case) -> Iterable[Event]:
    rounds = RoundRow.objects.filter(case=case).values("round")
    batches = BatchLine.objects.filter(case=case).values("batch")
    wanted = (
        Q(stream="case", stream_id=case.pk)
        | Q(stream="round", stream_id__in=rounds)
        | Q(stream="batch", stream_id__in=batches)
    )
    if case.payee_account_id is not None:
        wanted |= Q(stream="company", stream_id=case.company_id, action__in=ACCOUNT_ACTS)
    return Event.objects.filter(wanted).order_by("id")


def _entry(event: Event, body: Mapping[str, Any], pack: Pack, case: Case, audience: Audience) -> StoryEntry | None:
    data: Mapping[str, Any] = body["data"]
    if event.stream == "company" and data.get("account") != case.payee_account_id:
        return None
    if event.stream == "round" and data.get("case") not in (None, case.number):
        return None  # of another row of the same list
    full, brief = ACT_WORDS.get((event.stream, event.action), (event.action, ""))
    to_company = audience == "company"
    if to_company and not brief:
        return None
    before, after = body["state"]
    return StoryEntry(
        event_id=event.pk,
        stream=event.stream,
        seq=event.seq,
        action=event.action,
        at=event.at,
        recorded_at=event.recorded_at,
        what=brief if to_company else full,
        who=_who_for_company(body["actor"]) if to_company else body["actor"]["name"] or body["actor"]["username"],
        role=Role(body["role"]).label if body["role"] else "",
        duty=Duty(body["duty"]).label if body["duty"] and not to_company else "",
        why=_why(event.action, data, audience),
        clause=clause_of(event.action, pack),
        amount_fen=_amount(event.action, data, audience),
        letter_id=data.get("letter"),
        letter_kind=str(data.get("kind", "")) if "letter" in data else "",
        before=before,
        after=after,
        surface="" if to_company else body["surface"],
        hash="" if to_company else bytes(event.hash).hex(),
        details=() if to_company else _details(data),
    )


def _who_for_company(actor: Mapping[str, Any]) -> Text:
    """Members of companies by name; officers and experts by what they are, which `role` says."""
    if actor["kind"] == UserKind.COMPANY:
        return str(actor["name"] or actor["username"])
    if actor["kind"] == UserKind.SYSTEM:
        return _("this system")
    return _("expert of the panel") if actor["kind"] == UserKind.EXPERT else _("the bureau")


def _why(action: str, data: Mapping[str, Any], audience: Audience) -> str:
    if audience == "company" and action not in TOLD_WHY:
        return ""
    names = ("reason", "message", "statement", "remark", "comment", "reason_text")
    return next((str(data[name]) for name in names if data.get(name)), "")


def _amount(action: str, data: Mapping[str, Any], audience: Audience) -> int | None:
    """What the step says of money, in fen; nothing where it confers a title alone (0)."""
    if audience == "company" and action not in TOLD_AMOUNT:
        return None
    found = data.get("amount_fen", data.get("total_fen"))
    return int(found) or None if found is not None else None


def _details(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))
        for name, value in sorted(data.items())
    )


def clause_of(action: str, pack: Pack) -> str:
    """The clause under which an act is done, where the policy has one for it."""
    if action in ("confirm_amount", "reject", "award"):
        return pack.amount.clause if pack.amount is not None else ""
    if action in ("enter_round", "close_collection", "leave_unfunded"):
        return pack.allocation.clause if pack.allocation is not None else ""
    by = MANUAL_BY.get(action)
    return next((rule.clause for rule in pack.manual if rule.by == by), "") if by else ""


def _gathered(entries: list[StoryEntry]) -> list[StoryEntry]:
    """Runs of the same small step by the same people as one, with how often and the time of the last."""
    found: list[StoryEntry] = []
    for entry in entries:
        last = found[-1] if found else None
        if last and entry.action in GATHERED and (last.action, last.who) == (entry.action, entry.who):
            found[-1] = replace(entry, times=last.times + 1)
        else:
            found.append(entry)
    return found
