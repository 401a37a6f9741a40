"""Who acts for a company: rights given, ended and handed over, by the company itself or at the counter."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import User
from subsidy.applicants.company_services import right_end, right_grant
from subsidy.applicants.enums import RightBasis
from subsidy.applicants.models import Company, CompanyUserObjectPermission
from subsidy.applicants.rights import ADMINISTER_FOR, CONFIRM_FOR, FILE_FOR, rights_in
from subsidy.documents.models import StoredFile
from subsidy.work.enums import Duty
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import BadData, WrongState
from workflows.common.turn import Turn
from workflows.common.uploads import upload_keep

RIGHT_CHOICES = (
    (FILE_FOR, _("prepares and files applications")),
    (CONFIRM_FOR, _("confirms for the company: accounts, declarations")),
    (ADMINISTER_FOR, _("administers: says who acts for the company")),
)
_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def person_named(username: str) -> User:
    """The person of companies with that user name. Raises ValidationError that says what to do."""
    found = User.objects.filter(username=username.strip(), kind=UserKind.COMPANY, is_active=True).first()
    if found is None:
        raise ValidationError(
            _("No account of a company's person has this user name. Ask the person to spell it out.")
        )
    return found


class PersonForm(ActForm):
    """Names a person by user name; cleaned to the person."""

    username = forms.CharField(label=_("User name of the person"), max_length=150)

    def clean_username(self) -> User:
        return person_named(self.cleaned_data["username"])


class GrantForm(PersonForm):
    """A right for a person, by a letter of authorisation when it says until when."""

    right = forms.ChoiceField(label=_("May"), choices=RIGHT_CHOICES)
    valid_to = forms.DateField(label=_("Authorised until"), required=False, widget=_DATE)
    letter = forms.FileField(
        label=_("Letter of authorisation (PDF or picture)"), required=False, max_length=200, allow_empty_file=True
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("letter") and not data.get("valid_to"):
            self.add_error("valid_to", _("Enter the day until which the letter authorises."))
        return data


class EndRightForm(ActForm):
    right = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=500)


class HandOverForm(PersonForm):
    reason = forms.CharField(label=_("Reason"), max_length=500)


def letter_kept(turn: Turn, field: str = "letter") -> StoredFile | None:
    """Keep an uploaded letter of the matter; None where none was sent."""
    return upload_keep(turn, field, slot=field) if turn.data.get(field) else None


def refuse_ended(valid_to: dt.date | None, turn: Turn) -> None:
    """A letter that has ended gives no right."""
    if valid_to is not None and valid_to < turn.now.on:
        raise BadData(
            fields={"valid_to": [str(_("This letter ended before today. Bring one that is still in force."))]}
        )


def _grant(turn: Turn, basis: RightBasis) -> None:
    user, right, valid_to = turn.data["username"], turn.data["right"], turn.data["valid_to"]
    refuse_ended(valid_to, turn)
    letter = letter_kept(turn)
    row = right_grant(
        turn.subject,
        user,
        right,
        basis=RightBasis.LETTER if letter else basis,
        granted_by=turn.actor,
        now=turn.now,
        valid_to=valid_to,
        letter=letter,
    )
    turn.record(right=right, person=user.pk, basis=row.basis, valid_from=row.valid_from, valid_to=valid_to)
    if letter is not None:
        turn.record(letter=letter.sha256)
    turn.record_private(name=user.name, username=user.username)


def grant_right(turn: Turn) -> None:
    _grant(turn, RightBasis.ADMINISTRATOR)


def grant_at_counter(turn: Turn) -> None:
    """The officer has seen licence and letter; whoever assists a company so acts on no case of it."""
    _grant(turn, RightBasis.COUNTER)


def end_right(turn: Turn) -> None:
    """End one right; the last administrator hands over instead."""
    row = rights_in(turn.subject, on=turn.now.on).filter(pk=turn.data["right"]).first()
    if row is None:
        raise WrongState(_("This right has ended already. Look at the list of people again."))
    if turn.act.member and row.permission.codename == ADMINISTER_FOR and _holders(turn, ADMINISTER_FOR).count() == 1:
        raise WrongState(
            _("Somebody must administer the company. Hand over to another person instead; your rights end with that.")
        )
    right_end(row, ended_by=turn.actor, now=turn.now, reason=turn.data["reason"])
    turn.record(right=row.permission.codename, person=row.user_id, reason=turn.data["reason"])
    turn.record_private(name=row.user.name, username=row.user.username)


def _holders(turn: Turn, right: str) -> QuerySet[CompanyUserObjectPermission]:
    return rights_in(turn.subject, on=turn.now.on).filter(permission__codename=right)


def hand_over(turn: Turn) -> None:
    """The administrator leaves: another person takes over what they may do, until the same day; theirs ends."""
    mine = rights_in(turn.subject, on=turn.now.on).filter(user=turn.actor)
    _move(turn, list(mine))


def appoint_administrator(turn: Turn) -> None:
    """The legal representative names an administrator in place of those who have left without handing over."""
    if turn.data["username"].pk == turn.actor.pk:
        raise BadData(fields={"username": [str(_("Name another person than yourself."))]})
    _move(turn, list(_holders(turn, ADMINISTER_FOR).exclude(user=turn.actor)))
    if not _holders(turn, ADMINISTER_FOR).filter(user=turn.data["username"]).exists():
        right_grant(
            turn.subject,
            turn.data["username"],
            ADMINISTER_FOR,
            basis=RightBasis.ADMINISTRATOR,
            granted_by=turn.actor,
            now=turn.now,
        )


def _move(turn: Turn, rows: list[CompanyUserObjectPermission]) -> None:
    company: Company = turn.subject
    heir, reason = turn.data["username"], turn.data["reason"]
    if any(row.user_id == heir.pk for row in rows):
        raise BadData(fields={"username": [str(_("Name another person than the one who leaves."))]})
    held = set(rights_in(company, on=turn.now.on).filter(user=heir).values_list("permission__codename", flat=True))
    moved: dict[str, CompanyUserObjectPermission] = {}
    for row in rows:
        moved.setdefault(row.permission.codename, row)
        right_end(row, ended_by=turn.actor, now=turn.now, reason=reason)
    for right, row in moved.items():
        if right not in held:
            right_grant(
                company,
                heir,
                right,
                basis=RightBasis.ADMINISTRATOR,
                granted_by=turn.actor,
                now=turn.now,
                valid_to=row.valid_to,
            )
    turn.record(to=heir.pk, rights=sorted(moved), ended=[row.pk for row in rows], reason=reason)
    turn.record_private(name=heir.name, username=heir.username)


def admitted(turn: Turn) -> None:
    """Rights that a registration proved: a list of {person, right, basis, valid_from, valid_to, letter, by}."""
    people = {user.pk: user for user in User.objects.filter(pk__in={entry["person"] for entry in turn.data["rights"]})}
    for entry in turn.data["rights"]:
        right_grant(
            turn.subject,
            people[entry["person"]],
            entry["right"],
            basis=RightBasis(entry["basis"]),
            granted_by=turn.actor,
            now=turn.now,
            valid_from=entry["valid_from"],
            valid_to=entry["valid_to"],
            letter=StoredFile.objects.filter(pk=entry["letter"]).first(),
        )
    turn.record(registration=turn.data["registration"], rights=turn.data["rights"])


ACTS = (
    Act("grant_right", _("Give a right"), grant_right, member=ADMINISTER_FOR, form=GrantForm),
    Act("end_right", _("End a right"), end_right, member=ADMINISTER_FOR, form=EndRightForm, danger=True),
    Act("hand_over", _("Hand over to another person"), hand_over, member=ADMINISTER_FOR, form=HandOverForm),
    Act(
        "appoint_administrator",
        _("Name another administrator"),
        appoint_administrator,
        member=CONFIRM_FOR,
        form=HandOverForm,
    ),
    Act(
        "grant_at_counter",
        _("Give a right at the counter"),
        grant_at_counter,
        role=Role.COUNTER,
        duty=Duty.ASSISTS,
        form=GrantForm,
    ),
    Act(
        "end_at_counter",
        _("End a right at the counter"),
        end_right,
        role=Role.COUNTER,
        duty=Duty.KEEPS_RECORDS,
        form=EndRightForm,
        danger=True,
    ),
    Act("admitted", _("Rights by registration"), admitted, system=True, versioned=False),
)
