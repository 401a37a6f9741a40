"""Tells webhooks of events, in the order of the log: nothing is lost that commits late, and the door pays nothing for it.

Once a minute the log numbers what is pending; each webhook is told of the events of its kinds since the place that it
was told of last, as far as its person may see the matter on that day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.types import JSONDict

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from subsidy.accounts.selectors import SEES_CASES, grants_of
from subsidy.audit.canonical import canonical
from subsidy.audit.log.sequencer import sequence
from subsidy.audit.models import Leaf
from subsidy.audit.moment import Moment
from subsidy.calendars.clock import business_now
from subsidy.cases.selectors import cases_of_member
from subsidy.correspondence.enums import HookState
from subsidy.correspondence.hooking import NotTaken, Sender
from subsidy.correspondence.models import Webhook, WebhookMessage
from subsidy.correspondence.webhooks import TRIES, message_failed, message_taken, messages_make
from subsidy.decisions.models import Round
from subsidy.decisions.recusals import recused_from
from subsidy.ledger.selectors import SEES_BUDGET
from subsidy.payouts.models import Recovery
from subsidy.payouts.selectors import batches_of
from subsidy.programmes.models import Call, PolicyVersion
from subsidy.signing import signature
from subsidy.work.selectors import cases_seen

CHUNK = 500


def _cases(user: User, on: dt.date) -> QuerySet[Any]:
    return cases_of_member(user, on=on) if user.kind == UserKind.COMPANY else cases_seen(user, on=on)


def _rounds(user: User, on: dt.date) -> QuerySet[Any]:
    return Round.objects.filter(authority__in=grants_of(user, on=on, roles=SEES_CASES).values("authority"))


def _recoveries(user: User, on: dt.date) -> QuerySet[Any]:
    bureaus = grants_of(user, on=on, roles=(*SEES_CASES, *SEES_BUDGET)).values("authority")
    return Recovery.objects.filter(authority__in=bureaus).exclude(recused_from("recovery", user))


# By kind the matters that a person sees, and the field that names one on the API.
HEARD: Mapping[str, tuple[Callable[[User, dt.date], QuerySet[Any]], str]] = {
    "case": (_cases, "number"),
    "round": (_rounds, "number"),
    "batch": (lambda user, on: batches_of(user, on=on), "number"),
    "recovery": (_recoveries, "number"),
    "call": (lambda _user, _on: Call.objects.all(), "number"),
    "policy_version": (lambda _user, _on: PolicyVersion.objects.all(), "pk"),
}
# People of companies hear of these; the rest is the bureau's. Experts judge blind and hear of nothing that has a case.
OF_COMPANIES = frozenset({"case", "call", "policy_version"})
PUBLIC = frozenset({"call", "policy_version"})


def may_hear(user: User) -> frozenset[str]:
    """The kinds that a person of that sort may ask to hear of."""
    by_sort = {UserKind.OFFICER: frozenset(HEARD), UserKind.COMPANY: OF_COMPANIES}
    return by_sort.get(UserKind(user.kind), PUBLIC)


def gather(webhook_id: int, *, now: Moment) -> list[int]:
    """Make the messages of the events since a webhook was told last; returns those to send. Safe to repeat."""
    with transaction.atomic():
        live = Webhook.objects.select_for_update(of=("self",)).select_related("user").filter(ended_at__isnull=True)
        hook = live.filter(pk=webhook_id).first()
        if hook is None:
            return []
        found = Leaf.objects.filter(idx__gte=hook.next_place).select_related("event").order_by("idx")[:CHUNK]
        leaves = list(found)
        if not leaves:
            return []
        rows = _messages(hook, leaves, now) if hook.user.is_active else []
        made = messages_make(hook, rows, next_place=leaves[-1].idx + 1)
        if made:
            wanted: list[JSONDict] = [{"message_id": pk} for pk in made]
            app.configure_task("send_webhook").batch_defer(*wanted)
        return made


def _messages(hook: Webhook, leaves: Sequence[Leaf], now: Moment) -> list[WebhookMessage]:
    names = _named(hook, leaves, now.on)
    rows = []
    for leaf in leaves:
        event = leaf.event
        key = names.get((event.stream, event.stream_id))
        if key is None:
            continue
        said = {"kind": event.stream, "key": key, "seq": event.seq, "place": leaf.idx, "at": event.at.isoformat()}
        if hook.user.kind == UserKind.OFFICER or event.stream in PUBLIC:
            # What the bureau does with a case, a company learns from its letters.
            said["action"] = event.action
        rows.append(
            WebhookMessage(
                authority_id=hook.authority_id,
                webhook=hook,
                stream=event.stream,
                stream_id=event.stream_id,
                seq=event.seq,
                body=canonical(said),
                made_at=now.real,
            )
        )
    return rows


def _named(hook: Webhook, leaves: Sequence[Leaf], on: dt.date) -> dict[tuple[str, int], str]:
    """By matter its key on the API, for those that the person may see on that day; a statement a kind."""
    ids: dict[str, set[int]] = defaultdict(set)
    for leaf in leaves:
        ids[leaf.event.stream].add(leaf.event.stream_id)
    names: dict[tuple[str, int], str] = {}
    for kind in set(hook.kinds) & may_hear(hook.user) & ids.keys():
        seen, lookup = HEARD[kind]
        for pk, key in seen(hook.user, on).filter(pk__in=ids[kind]).values_list("pk", lookup):
            names[kind, pk] = str(key)
    return names


@app.periodic(cron="* * * * *")
@app.task(name="tell_webhooks", queueing_lock="tell_webhooks")
def tell_webhooks_job(timestamp: int) -> None:
    """Every minute, as long as anybody listens."""
    tell_webhooks(business_now())


def tell_webhooks(now: Moment) -> int:
    """Number what is pending and tell every live webhook; returns how many messages were made."""
    live = list(Webhook.objects.filter(ended_at__isnull=True).order_by("pk").values_list("pk", flat=True))
    if live:
        sequence()
    return sum(len(gather(pk, now=now)) for pk in live)


class WebhookFailed(Exception):
    """The receiver did not take a message; it is tried again later."""


# 4, 16, 64 … seconds apart, for about six hours; then it is given up, where its owner sees it and has it sent again.
HOOK_RETRY = RetryStrategy(
    max_attempts=TRIES, exponential_wait=4, retry_exceptions={WebhookFailed, OperationalError}
)  # fmt: skip


def send_webhook(message_id: int, *, now: Moment, sender: Sender) -> bool:
    """Send one message; False when there is nothing to send any more. Raises WebhookFailed while it is to be tried again."""
    message = WebhookMessage.objects.select_related("webhook").get(pk=message_id)
    hook = message.webhook
    if message.state in (HookState.SENT, HookState.DEAD) or hook.ended_at is not None:
        return False
    at, body, name = int(now.real.timestamp()), message.body.encode(), f"msg_{message.pk}"
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": name,
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": signature(hook.secret, name, at, body),
    }
    try:
        sender.send(hook.url, headers, body)
    except NotTaken as fault:
        if message_failed(message, str(fault)):
            raise WebhookFailed(str(fault)) from fault
        return False
    message_taken(message.pk, at=now.real)
    return True


@app.task(name="send_webhook", retry=HOOK_RETRY)
def send_webhook_job(message_id: int) -> None:
    send_webhook(message_id, now=business_now(), sender=Sender(settings.WEBHOOK_NETWORKS))
