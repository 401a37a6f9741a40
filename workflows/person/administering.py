"""What administrators do to accounts of the bureau: two of them are needed to make anybody able to act.

The system administrator opens and closes accounts and gives no role; the security administrator grants and ends roles
and opens no account. Neither may do either to the own account, and nobody holds an administrator's role with another.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import RoleGrant, Unit, User
from subsidy.accounts.services import (
    delegations_end,
    factors_remove,
    identities_unlink,
    identity_link,
    officer_new,
    role_end,
    role_grant,
)
from workflows.common.acts import Act, ActForm, ReasonForm
from workflows.common.duties import WITHOUT_BUSINESS_POWER
from workflows.common.refusals import BadData, Forbidden, NotFound, WrongState
from workflows.common.subjects import Opening
from workflows.common.turn import Turn
from workflows.person.forms import PasswordForm
from workflows.person.steps import NameTaken

UNITS_OF = (Role.TOWNSHIP, Role.DEPARTMENT)
_NAME = RegexValidator(
    r"\A[a-z][a-z0-9.-]{1,29}\Z", _("Small letters, digits, dots and hyphens, beginning with a letter.")
)
_KINDS = [(kind.value, kind.label) for kind in (UserKind.OFFICER, UserKind.EXPERT)]


class OfficerForm(PasswordForm):
    username = forms.CharField(label=_("User name"), max_length=30, validators=[_NAME])
    name = forms.CharField(label=_("Full name"), max_length=60, help_text=_("as on the identity card"))
    kind = forms.ChoiceField(label=_("Works as"), choices=_KINDS)


class GrantForm(ActForm):
    """Which role, for which unit where it belongs to one, from when until when (both days included), and why."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Unit"), required=False, help_text=_("for a township or a department")
    )
    valid_from = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.filter(authority=self.subject.authority_id).order_by("code")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]  # a model choice field has one


class EndRoleForm(ActForm):
    grant = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


def make_officer(turn: Turn) -> User:
    """An account of the bureau without any role, with a password for one sign-in."""
    data = turn.data
    if User.objects.filter(username__iexact=data["username"]).exists():
        raise NameTaken(fields={"username": [str(_("Somebody has this user name already. Choose another one."))]})
    return officer_new(
        data["username"],
        name=data["name"].strip(),
        kind=UserKind(data["kind"]),
        authority_id=turn.authority_id,
        password_hash=data["password_hash"],
        now=turn.now,
    )


def officer_opened(turn: Turn) -> None:
    turn.record(kind=turn.subject.kind)
    turn.record_private(name=turn.subject.name, username=turn.subject.username)


def close_account(turn: Turn) -> None:
    """End sign-in at once: every session falls with the password, and what was lent from or to the person ends."""
    person = _of_the_bureau(turn)
    if not person.is_active:
        raise WrongState(_("This account is closed already. Nothing needs to be done."))
    lent = RoleGrant.objects.filter(source__isnull=False, ended_at__isnull=True)
    rows = lent.filter(granted_by=person) | lent.filter(user=person)
    ended = list(rows.order_by("pk").values_list("pk", flat=True))
    delegations_end(ended, at=turn.now.at)
    person.set_unusable_password()
    turn.set(is_active=False, password=person.password)
    turn.record(reason=turn.data["reason"], delegations=ended)


def reopen_account(turn: Turn) -> None:
    """Let the person in again, with a new password for one sign-in; no session of before comes back."""
    if _of_the_bureau(turn).is_active:
        raise WrongState(_("This account is open. Nothing needs to be done."))
    turn.set(is_active=True, password=turn.data["password_hash"], password_to_change=True)


def renew_password(turn: Turn) -> None:
    """A new password for one sign-in for somebody of the bureau who has forgotten theirs."""
    if not _of_the_bureau(turn).is_active:
        raise WrongState(_("This account is closed. Open it again first."))
    turn.set(password=turn.data["password_hash"], password_to_change=True)


def remove_factors(turn: Turn) -> None:
    """The telephone or key is lost: a new one is set up at the next sign-in. Sessions end with the password."""
    person = _of_the_bureau(turn)
    removed = factors_remove(person)
    if not removed:
        raise WrongState(_("This account has no second factor. Nothing needs to be done."))
    person.set_unusable_password()
    turn.set(password=person.password)
    turn.record(factors=removed, reason=turn.data["reason"])


def grant_role(turn: Turn) -> None:
    """Give a role to an active person of the bureau who is not the one who grants it."""
    person, data = _of_the_bureau(turn), turn.data
    role, begins, ends = Role(data["role"]), data["valid_from"], data["valid_to"]
    _refuse_role(turn, person, role)
    wrong: dict[str, list[str]] = {}
    if begins < turn.now.on:
        wrong["valid_from"] = [str(_("A role is granted from today or later, not for the past."))]
    if ends is not None and ends < begins:
        wrong["valid_to"] = [str(_("The last day lies before the first."))]
    if (role in UNITS_OF) != (data["unit"] is not None):
        wrong["unit"] = [str(_("A township or a department has its unit; other roles are for the whole bureau."))]
    if wrong:
        raise BadData(fields=wrong)
    made = role_grant(
        person,
        role,
        authority_id=turn.authority_id,
        unit=data["unit"],
        valid_from=begins,
        valid_to=ends,
        granted_by=turn.actor,
        reason=data["reason"],
    )
    unit = made.unit_id
    turn.record(grant=made.pk, role=role, unit=unit, valid_from=begins, valid_to=ends, reason=data["reason"])


def _refuse_role(turn: Turn, person: User, role: Role) -> None:
    if not person.is_active:
        raise WrongState(_("This account is closed. Open it again first."))
    if (role == Role.EXPERT) != (person.kind == UserKind.EXPERT):
        raise BadData(fields={"role": [str(_("An expert has the role of an expert, and nobody else has it."))]})
    open_grants = RoleGrant.objects.filter(user=person, ended_at__isnull=True).exclude(valid_to__lt=turn.now.on)
    held = set(open_grants.values_list("role", flat=True))
    # One administrator is one; and whoever administers or audits acts on nothing else.
    if held - {role} and (role in WITHOUT_BUSINESS_POWER or held & WITHOUT_BUSINESS_POWER):
        raise BadData(
            fields={
                "role": [
                    str(
                        _(
                            "Whoever administers or audits holds no other role. End the other role of this person first."
                        )
                    )
                ]
            }
        )


def end_role(turn: Turn) -> None:
    """End a role, and with it what was lent of it, at once."""
    person = _of_the_bureau(turn)
    own = RoleGrant.objects.filter(user=person, source__isnull=True, ended_at__isnull=True)
    found = own.filter(pk=turn.data["grant"], authority=turn.authority_id).first()
    if found is None:
        raise NotFound(_("This person holds no such role of their own, or it was ended before."))
    role_end(found, at=turn.now.at)
    turn.record(grant=found.pk, role=found.role, reason=turn.data["reason"])


def _of_the_bureau(turn: Turn) -> User:
    """The officer or expert, who is not the administrator (NotFound for people of companies and system actors)."""
    person: User = turn.subject
    if person.kind not in (UserKind.OFFICER, UserKind.EXPERT):
        raise NotFound
    if person.pk == turn.actor.pk:
        raise Forbidden(_("Nobody administers the own account. Ask another administrator."))
    return person


class IdentityForm(ActForm):
    """Which identity provider of the settings, and under which lasting identifier it knows the person."""

    provider = forms.ChoiceField(label=_("Identity provider"))
    identifier = forms.CharField(
        label=_("Identifier at the provider"),
        max_length=191,
        help_text=_("its “sub”, not a name or an e-mail address"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        providers = [(one["provider_id"], one["name"]) for one in settings.IDENTITY_PROVIDERS]
        self.fields["provider"].choices = providers  # type: ignore[attr-defined]  # a choice field has them


def link_identity(turn: Turn) -> None:
    """Let the person sign in by an identity provider; what was linked with that provider before ends."""
    person, data = _of_the_bureau(turn), turn.data
    if not identity_link(person, provider=data["provider"], identifier=data["identifier"].strip()):
        raise BadData(fields={"identifier": [str(_("This identity is linked with another account."))]})
    turn.record(provider=data["provider"])
    turn.record_private(identifier=data["identifier"].strip())


def unlink_identities(turn: Turn) -> None:
    """End every link of the person with identity providers."""
    ended = identities_unlink(_of_the_bureau(turn))
    if not ended:
        raise WrongState(_("This account is linked with no identity provider. Nothing needs to be done."))
    turn.record(providers=ended, reason=turn.data["reason"])


SYSTEM, SECURITY = Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN
ACTS = (
    Act("close_account", _("Close the account"), close_account, role=SYSTEM, form=ReasonForm, danger=True),
    Act("reopen_account", _("Open the account again"), reopen_account, role=SYSTEM, form=PasswordForm, step_up=True),
    Act("renew_password", _("Give a new password"), renew_password, role=SYSTEM, form=PasswordForm, step_up=True),
    Act("grant_role", _("Grant a role"), grant_role, role=SECURITY, form=GrantForm, step_up=True),
    Act("end_role", _("End a role"), end_role, role=SECURITY, form=EndRoleForm, danger=True),
    Act("link_identity", _("Link an identity"), link_identity, role=SECURITY, form=IdentityForm, step_up=True),
    Act(
        "unlink_identities",
        _("End links with identities"),
        unlink_identities,
        role=SECURITY,
        form=ReasonForm,
        danger=True,
    ),
    Act(
        "remove_factors",
        _("Remove the second factor"),
        remove_factors,
        role=SECURITY,
        form=ReasonForm,
        danger=True,
        step_up=True,
    ),
)
OPENING = Opening(
    act=Act(
        "open_for_bureau",
        _("Open an account of the bureau"),
        officer_opened,
        role=SYSTEM,
        form=OfficerForm,
        step_up=True,
    ),
    make=make_officer,
)
