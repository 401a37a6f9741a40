"""Writers of webhooks and of what they were told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import F

from subsidy.accounts.models import User
from subsidy.correspondence.enums import HookState
from subsidy.correspondence.models import Webhook, WebhookMessage

TRIES = 8
"""How often a message is tried before it is given up (waits of 4, 16, 64 … seconds, workflows.common.hooks)."""


def webhook_new(
    user: User, *, authority_id: int, name: str, url: str, kinds: Sequence[str], secret: str, next_place: int,
    made_at: dt.datetime,
) -> Webhook:  # fmt: skip
    return Webhook.objects.create(
        user=user,
        authority_id=authority_id,
        name=name,
        url=url,
        kinds=sorted(kinds),
        secret=secret,
        next_place=next_place,
        made_at=made_at,
    )


def webhook_end(webhook: Webhook, *, at: dt.datetime) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(ended_at=at)


def messages_make(webhook: Webhook, rows: Iterable[WebhookMessage], *, next_place: int) -> list[int]:
    """Keep what a webhook is to be told, once an event, and how far it has been told; returns the new messages."""
    before = WebhookMessage.objects.filter(webhook=webhook).order_by("-pk").values_list("pk", flat=True).first() or 0
    WebhookMessage.objects.bulk_create(rows, ignore_conflicts=True)
    Webhook.objects.filter(pk=webhook.pk).update(next_place=next_place)
    return list(
        WebhookMessage.objects.filter(webhook=webhook, pk__gt=before).order_by("pk").values_list("pk", flat=True)
    )


def message_taken(pk: int, *, at: dt.datetime) -> None:
    WebhookMessage.objects.filter(pk=pk).update(state=HookState.SENT, sent_at=at, fault="", tries=F("tries") + 1)


def message_failed(message: WebhookMessage, fault: str) -> bool:
    """Note that a message was not taken; True while it is to be tried again."""
    tries = message.tries + 1
    again = tries < TRIES
    WebhookMessage.objects.filter(pk=message.pk).update(
        state=HookState.FAILED if again else HookState.DEAD, tries=tries, fault=fault[:60]
    )
    return again


def message_again(pk: int, *, user: User) -> bool:
    """Let a message that was given up be tried anew; False for any other, and for one of somebody else."""
    mine = WebhookMessage.objects.filter(pk=pk, webhook__user=user, webhook__ended_at__isnull=True)
    return mine.filter(state=HookState.DEAD).update(state=HookState.WAITING, tries=0) == 1
