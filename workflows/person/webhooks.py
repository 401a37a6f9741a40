"""Webhooks: what a person has the program tell another program of, and to which address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from subsidy.audit.models import Leaf
from subsidy.correspondence.hooking import problem_of
from subsidy.correspondence.models import Webhook
from subsidy.correspondence.webhooks import message_again, webhook_end, webhook_new
from workflows.common.acts import Act, ActForm
from workflows.common.hooks import HEARD, may_hear
from workflows.common.refusals import NotFound, WrongState
from workflows.common.subjects import kind_named
from workflows.common.turn import Turn

WEBHOOKS_MAX = 10


class WebhookForm(ActForm):
    """What the webhook is for, where it is, of which kinds it hears; the page makes the secret that signs."""

    name = forms.CharField(label=_("What it is for"), max_length=60)
    url = forms.CharField(
        label=_("Address"), max_length=300, help_text=_("https, reachable from here; redirects are not followed")
    )
    kinds = forms.MultipleChoiceField(label=_("Kinds of matter"), widget=forms.CheckboxSelectMultiple)
    secret = forms.CharField(widget=forms.HiddenInput, validators=[RegexValidator(r"\Awhsec_[A-Za-z0-9+/]{43}=\Z")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heard = may_hear(self.subject) if self.subject is not None else frozenset(HEARD)
        chosen = self.fields["kinds"]
        chosen.choices = [  # type: ignore[attr-defined]
            (name, kind_named(name).model._meta.verbose_name) for name in HEARD if name in heard
        ]

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        problem = problem_of(url)
        if problem == "credentials":
            raise forms.ValidationError(_("Leave name and password out of the address; the signature proves us."))
        if problem:
            raise forms.ValidationError(_("Give a whole address, such as https://erp.example.com/grants."))
        return url


class EndForm(ActForm):
    webhook = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class AgainForm(ActForm):
    message = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


def make_webhook(turn: Turn) -> None:
    """Keep a webhook of the person's own, which hears of what happens from now on."""
    data = turn.data
    if Webhook.objects.filter(user=turn.subject, ended_at__isnull=True).count() >= WEBHOOKS_MAX:
        raise WrongState(_("You have %(n)d webhooks already. End one that is not used.") % {"n": WEBHOOKS_MAX})
    last = Leaf.objects.aggregate(last=Max("idx"))["last"]
    made = webhook_new(
        turn.subject,
        authority_id=turn.authority_id,
        name=data["name"],
        url=data["url"],
        kinds=data["kinds"],
        secret=data["secret"],
        next_place=0 if last is None else last + 1,
        made_at=turn.now.real,
    )
    turn.record(webhook=made.pk, host=urlsplit(made.url).hostname or "", kinds=made.kinds)


def end_webhook(turn: Turn) -> None:
    """End one of the person's own webhooks at once; what waits is not sent any more."""
    mine = Webhook.objects.filter(user=turn.subject, ended_at__isnull=True)
    found = mine.filter(pk=turn.data["webhook"]).first()
    if found is None:
        raise NotFound(_("There is no such webhook of yours, or it was ended before."))
    webhook_end(found, at=turn.now.real)
    turn.record(webhook=found.pk)


def send_webhook_again(turn: Turn) -> None:
    """Try a message anew that was given up."""
    if not message_again(turn.data["message"], user=turn.subject):
        raise NotFound(_("There is no such message of yours that was given up. Reload the list."))
    turn.record(message=turn.data["message"])
    turn.passage.defer("send_webhook", message_id=turn.data["message"])


ACTS = (
    Act("make_webhook", _("Make a webhook"), make_webhook, own=True, form=WebhookForm, versioned=False, step_up=True),
    Act("end_webhook", _("End a webhook"), end_webhook, own=True, form=EndForm, versioned=False),
    Act(
        "send_webhook_again",
        _("Send a message to a webhook again"),
        send_webhook_again,
        own=True,
        form=AgainForm,
        versioned=False,
    ),
)
