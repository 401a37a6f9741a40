"""Taking back a merger, a split or a closing that was entered wrongly: rows are added that correct it, none is edited.

The company is then as if it had never been otherwise, on every day (the correction holds from the day of the wrong
change). Whoever lost a right by it has it again from today, the successor's people lose theirs. An account that ended
stays ended: the company enters it anew, two people confirm it, and it cools like any changed one.

It is refused once something rests on it: a case of the companies was decided since, or money of one is to go to the
other's account. What is true then is entered as a new change.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role
from subsidy.applicants.company_services import change_note, right_end, right_grant, succession_reverse
from subsidy.applicants.enums import ChangeOf, CompanyState, RightBasis, SuccessionKind
from subsidy.applicants.history import standing_successions, successors_of
from subsidy.applicants.models import Company, CompanyChange, CompanyUserObjectPermission, Succession
from subsidy.applicants.rights import rights_in
from subsidy.audit.models import Event
from subsidy.cases.models import Case
from subsidy.decisions.models import Award, Finding
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import WrongState
from workflows.common.turn import Turn

GONE = frozenset({CompanyState.MERGED.value, CompanyState.SPLIT.value, CompanyState.CLOSED.value})
_ENDING = ("merge", "split", "close")


class ReversalForm(ActForm):
    document = forms.CharField(
        label=_("Number of the document"), max_length=100, help_text=_("that shows that the entry was wrong")
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class SplitReversalForm(ReversalForm):
    succession = forms.IntegerField(widget=forms.HiddenInput)


@dataclass(frozen=True)
class Ended:
    """What the wrong entry ended, as its event has it."""

    rights: list[int]
    accounts: list[int]


def reverse(turn: Turn) -> None:
    """Take back what ended the company: the change of its state, its succession, and what became of its people."""
    company: Company = turn.subject
    wrong = CompanyChange.objects.filter(company=company, what=ChangeOf.STATE).order_by("-id").first()
    ended = _what_ended(company)
    if wrong is None or wrong.after != company.state or ended is None:
        raise WrongState(_("No entry made here ended this company, so there is none to take back."))
    succession = standing_successions().filter(predecessor=company, recorded_at=wrong.recorded_at).last()
    _refuse_relied_on(company, succession, wrong)
    document = turn.data["document"]
    change_note(
        company,
        ChangeOf.STATE,
        after=CompanyState.ACTIVE,
        effective_on=wrong.effective_on,
        document=document,
        actor=turn.actor,
        now=turn.now,
    )
    turn.set(state=CompanyState.ACTIVE)
    turn.record(takes_back=wrong.pk, before=wrong.after, document=document, reason=turn.data["reason"])
    if succession is not None:
        _take_back(turn, succession)
        _return_people(turn, ended.rights)
        turn.record(accounts_that_stay_ended=ended.accounts)


def reverse_split(turn: Turn) -> None:
    """Take back that another company came out of this one, which went on."""
    company: Company = turn.subject
    splits = standing_successions().filter(predecessor=company, kind=SuccessionKind.SPLIT)
    found = splits.filter(pk=turn.data["succession"]).first()
    if found is None:
        raise WrongState(_("This split has been taken back already. Look at the company's history."))
    _refuse_relied_on(company, found, found)
    turn.record(document=turn.data["document"], reason=turn.data["reason"])
    _take_back(turn, found)


def _what_ended(company: Company) -> Ended | None:
    """Rights and accounts that ended with the company, from the event that ended it."""
    events = Event.objects.filter(stream=Company.STREAM, stream_id=company.pk, action__in=_ENDING).order_by("-seq")
    for event in events:
        body = json.loads(event.body)
        if body["state"][1] == company.state:
            data: dict[str, Any] = body["data"]
            return Ended(rights=data.get("rights_ended", []), accounts=data.get("accounts_ended", []))
    return None


def _refuse_relied_on(company: Company, succession: Succession | None, entry: CompanyChange | Succession) -> None:
    """Refuse when a case was decided since, or money is to go to another company's account (raises WrongState)."""
    concerned = {company.pk}
    if succession is not None:
        concerned |= {succession.successor_id} | successors_of(succession.successor)
    since = entry.recorded_at
    decided = Finding.objects.filter(case__company__in=concerned, made_at__gte=since).values_list(
        "case__number", flat=True
    )
    granted = Award.objects.filter(company__in=concerned, decree__issued_at__gte=since).values_list(
        "case__number", flat=True
    )
    paid_elsewhere = Case.objects.filter(company=company, payee_account__isnull=False).exclude(
        payee_account__company=F("company")
    )
    numbers = sorted({*decided, *granted, *paid_elsewhere.values_list("number", flat=True)})
    if numbers:
        raise WrongState(
            _(
                "Since this was entered, something was decided or is to be paid on its ground (%(numbers)s). It can no "
                "longer be taken back: enter what is true as a new change, and have the decisions looked at."
            )
            % {"numbers": ", ".join(numbers[:5])}
        )


def _take_back(turn: Turn, succession: Succession) -> None:
    succession_reverse(succession, document=turn.data["document"], actor=turn.actor, now=turn.now)
    turn.record(succession=succession.pk, successor=succession.successor_id, kind=succession.kind)


def _return_people(turn: Turn, ended: list[int]) -> None:
    """Who acted for the successor acts no longer; who lost a right has it again from today, as long as before."""
    company: Company = turn.subject
    guests = list(rights_in(company, on=turn.now.on).filter(basis=RightBasis.SUCCESSION))
    for row in guests:
        right_end(row, ended_by=turn.actor, now=turn.now, reason=turn.data["document"])
    lost = CompanyUserObjectPermission.objects.filter(pk__in=ended).select_related("user", "permission", "letter")
    given = []
    for row in lost.order_by("pk"):
        if row.valid_to is not None and row.valid_to < turn.now.on:
            continue
        right_grant(
            company,
            row.user,
            row.permission.codename,
            basis=RightBasis(row.basis),
            granted_by=turn.actor,
            now=turn.now,
            valid_to=row.valid_to,
            letter=row.letter,
        )
        given.append(row.pk)
    turn.record(rights_ended=[row.pk for row in guests], rights_returned=given)


ACTS = (
    Act(
        "reverse",
        _("Take back what ended the company"),
        reverse,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=ReversalForm,
        states=GONE,
        danger=True,
    ),
    Act(
        "reverse_split",
        _("Take back a split"),
        reverse_split,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=SplitReversalForm,
        states=frozenset({CompanyState.ACTIVE.value}),
        danger=True,
    ),
)
