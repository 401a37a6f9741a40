"""Tokens of the API: what a person gives a program so that it acts as them. The secret never passes the door."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from subsidy.accounts.models import ApiToken
from subsidy.accounts.services import token_new, token_revoke
from workflows.common.acts import Act, ActForm
from workflows.common.refusals import NotFound, WrongState
from workflows.common.subjects import kinds
from workflows.common.turn import Turn

DAYS_MAX = 366
TOKENS_MAX = 20


class TokenForm(ActForm):
    """What a token is for, how far it reaches and how long; the page sends the SHA-256 of the secret, not the secret."""

    name = forms.CharField(label=_("What it is for"), max_length=60)
    may_act = forms.BooleanField(
        label=_("It may act, not only read"), required=False, help_text=_("Whatever it does counts as done by you.")
    )
    kinds = forms.MultipleChoiceField(
        label=_("Only these kinds of matter"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("none chosen: all that you may see"),
    )
    days = forms.IntegerField(label=_("Days until it ends"), min_value=1, max_value=DAYS_MAX, initial=90)
    digest = forms.CharField(widget=forms.HiddenInput, validators=[RegexValidator(r"\A[0-9a-f]{64}\Z")])
    hint = forms.CharField(widget=forms.HiddenInput, max_length=12)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["kinds"]
        chosen.choices = [(kind.name, kind.model._meta.verbose_name) for kind in kinds()]  # type: ignore[attr-defined]


class RevokeForm(ActForm):
    token = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


def make_token(turn: Turn) -> None:
    """Keep a token of the person's own; at most TOKENS_MAX are in force at once."""
    data, begins = turn.data, turn.now.real
    live = ApiToken.objects.filter(user=turn.subject, revoked_at__isnull=True, expires_at__gt=begins)
    if live.count() >= TOKENS_MAX:
        raise WrongState(_("You have %(n)d tokens already. Revoke one that is not used.") % {"n": TOKENS_MAX})
    ends = begins + dt.timedelta(days=data["days"])
    made = token_new(
        turn.subject,
        authority_id=turn.authority_id,
        name=data["name"],
        digest=data["digest"],
        hint=data["hint"],
        may_act=data["may_act"],
        kinds=data["kinds"],
        made_at=begins,
        expires_at=ends,
    )
    turn.record(token=made.pk, may_act=made.may_act, kinds=made.kinds, days=data["days"])


def revoke_token(turn: Turn) -> None:
    """End one of the person's own tokens at once."""
    mine = ApiToken.objects.filter(user=turn.subject, revoked_at__isnull=True)
    found = mine.filter(pk=turn.data["token"]).first()
    if found is None:
        raise NotFound(_("There is no such token of yours, or it was revoked before."))
    token_revoke(found, at=turn.now.real)
    turn.record(token=found.pk)


ACTS = (
    Act(
        "make_token",
        _("Make a token for the API"),
        make_token,
        own=True,
        form=TokenForm,
        versioned=False,
        step_up=True,
    ),
    Act("revoke_token", _("Revoke a token for the API"), revoke_token, own=True, form=RevokeForm, versioned=False),
)
