"""Lending a role of one's own to another person of the bureau for a time, and taking it back."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import ADMINISTRATORS, Role, UserKind
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.selectors import grants_of
from subsidy.accounts.services import delegations_end, role_lend
from workflows.common.acts import Act, ActForm
from workflows.common.duties import WITHOUT_BUSINESS_POWER
from workflows.common.refusals import BadData, Forbidden, Message, NotFound, WrongState
from workflows.common.turn import Turn

DAYS_MAX = 92
# A seat of a panel is drawn for a person, and administration is nobody's to pass on.
NEVER_LENT = frozenset({*ADMINISTRATORS, Role.AUDITOR, Role.EXPERT})


class DelegateForm(ActForm):
    """Which own grant, to whom (a person's id), from when until when (both days included), and why."""

    grant = forms.IntegerField(label=_("Role"), min_value=1)
    to = forms.IntegerField(label=_("Person"), min_value=1)
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class EndForm(ActForm):
    grant = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class EndAllForm(ActForm):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


def delegate(turn: Turn) -> None:
    """Lend an own role: to an officer of the same unit who does not hold it, within the grant's own time."""
    grant = _own_grant(turn)
    to = _delegate(turn, grant)
    begins, ends = turn.data["valid_from"], turn.data["valid_to"]
    _refuse_days(grant, begins, ends, turn.now.on)
    held = RoleGrant.objects.filter(user=to, authority=grant.authority_id, role=grant.role, ended_at__isnull=True)
    if held.filter(valid_from__lte=ends).exclude(valid_to__lt=begins).exists():
        raise WrongState(
            _("%(name)s holds this role in that time already, as their own or lent. Choose another person.")
            % {"name": to}
        )
    made = role_lend(grant, to, valid_from=begins, valid_to=ends, reason=turn.data["reason"])
    turn.record(
        delegation=made.pk, grant=grant.pk, role=grant.role, to=to.pk, valid_from=begins, valid_to=ends,
        reason=turn.data["reason"],
    )  # fmt: skip


def _own_grant(turn: Turn) -> RoleGrant:
    grant = grants_of(turn.subject, on=turn.now.on).filter(pk=turn.data["grant"], source__isnull=True).first()
    if grant is None:
        raise NotFound(_("You hold no such role of your own. A role that was lent to you cannot be lent on."))
    if grant.role in NEVER_LENT:
        raise Forbidden(_("This role cannot be lent. Ask the security administrator to grant it to somebody else."))
    return grant


def _delegate(turn: Turn, grant: RoleGrant) -> User:
    """The person, locked: two people who lend the same role to one person come one after the other."""
    officers = User.objects.select_for_update(no_key=True).filter(kind=UserKind.OFFICER, is_active=True)
    to = officers.filter(pk=turn.data["to"], authority=grant.authority_id).exclude(pk=turn.subject.pk).first()
    if to is None:
        raise BadData(fields={"to": [str(_("Choose another active officer of your bureau."))]})
    theirs = list(grants_of(to, on=turn.now.on))
    if grant.unit_id is not None and grant.unit_id not in {one.unit_id for one in theirs}:
        raise BadData(fields={"to": [str(_("%(name)s does not work in the unit of this role.") % {"name": to})]})
    if WITHOUT_BUSINESS_POWER & {one.role for one in theirs}:
        raise BadData(
            fields={"to": [str(_("%(name)s administers or audits and may act on no matter.") % {"name": to})]}
        )
    return to


def _refuse_days(grant: RoleGrant, begins: dt.date, ends: dt.date, today: dt.date) -> None:
    wrong: dict[str, Message] = {}
    if begins < today:
        wrong["valid_from"] = _("A role is lent from today or later, not for the past.")
    if ends < begins:
        wrong["valid_to"] = _("The last day lies before the first.")
    elif (ends - begins).days >= DAYS_MAX:
        wrong["valid_to"] = _("A role is lent for at most %(n)d days. Lend it again when they are over.") % {
            "n": DAYS_MAX
        }
    elif grant.valid_to is not None and ends > grant.valid_to:
        wrong["valid_to"] = _("Your own role ends on %(day)s; it cannot be lent beyond that day.") % {
            "day": grant.valid_to.isoformat()
        }
    if wrong:
        raise BadData(fields={name: [str(words)] for name, words in wrong.items()})


def end_delegation(turn: Turn) -> None:
    """Take a role back, or give a lent one back, at once."""
    lent = RoleGrant.objects.filter(pk=turn.data["grant"], source__isnull=False, ended_at__isnull=True)
    mine = lent.filter(granted_by=turn.subject) | lent.filter(user=turn.subject)
    found = mine.first()
    if found is None:
        raise NotFound(_("There is no such delegation of yours, or it was ended before."))
    delegations_end([found.pk], at=turn.now.at)
    people = [found.user_id, found.granted_by_id]
    turn.record(delegation=found.pk, role=found.role, to=found.user_id, people=people)


def end_delegations(turn: Turn) -> None:
    """End every delegation from and to a person who leaves, on the word of a leader of the bureau."""
    lent = RoleGrant.objects.filter(authority=turn.authority_id, source__isnull=False, ended_at__isnull=True)
    rows = (lent.filter(granted_by=turn.subject) | lent.filter(user=turn.subject)).order_by("pk")
    found = list(rows.values_list("pk", "user_id", "granted_by_id"))
    ended = [pk for pk, _taker, _giver in found]
    delegations_end(ended, at=turn.now.at)
    people = sorted({taker for _pk, taker, _giver in found} | {giver for _pk, _taker, giver in found if giver})
    turn.record(delegations=ended, people=people, reason=turn.data["reason"])


ACTS = (
    Act("delegate", _("Lend a role"), delegate, own=True, form=DelegateForm, versioned=False),
    Act("end_delegation", _("End a delegation"), end_delegation, own=True, form=EndForm, versioned=False),
    Act(
        "end_delegations",
        _("End all delegations of a person"),
        end_delegations,
        role=Role.LEADER,
        form=EndAllForm,
        versioned=False,
    ),
)
