"""Webhooks: whoever may see a matter is told of its events in the order of the log, at least once, and sees what failed."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from subsidy.accounts.models import User
from subsidy.audit.log.sequencer import sequence
from subsidy.correspondence.enums import HookState
from subsidy.correspondence.hooking import Sender
from subsidy.correspondence.models import Webhook, WebhookMessage
from subsidy.correspondence.webhooks import TRIES
from subsidy.signing import new_secret, signature
from tests.harness.second_factor import give_app, prove
from tests.subsidy.api.conftest import AsProgram
from tests.subsidy.api.test_token_pages import browser
from tests.subsidy.correspondence.test_hooking import HERE, receiver, status
from tests.world import World, fresh
from workflows.common.hooks import WebhookFailed, gather, send_webhook, tell_webhooks
from workflows.common.refusals import BadData, NotFound


def hooked(world: World, who: User, *kinds: str, url: str = "https://erp.example.com/") -> Webhook:
    """A webhook of a person, told of nothing that was before."""
    sequence()
    give_app(who)
    world.act(
        "person", who, "make_webhook", who, data={"name": "ERP", "url": url, "kinds": kinds, "secret": new_secret()}
    )
    return Webhook.objects.get(user=who)


def told(hook: Webhook) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in WebhookMessage.objects.filter(webhook=hook).order_by("pk")]


def test_people_hear_of_what_they_may_see(world: World) -> None:
    call = world.call()
    case, other = world.submitted(call), world.submitted(call)
    officer, filer = (
        hooked(world, world.people["amount"], "case", "batch"),
        hooked(world, world.filer(case.company), "case"),
    )
    stranger = hooked(world, World(code="yh").people["amount"], "case")
    for one in (case, other):
        world.act("case", one, "accept", "acceptance")
    tell_webhooks(world.now)
    assert {one["key"] for one in told(officer)} == {case.number, other.number}
    assert {one["key"] for one in told(filer)} == {case.number}
    assert told(stranger) == []
    mine = [one for one in told(officer) if one["key"] == case.number]
    assert [one["seq"] for one in mine] == sorted({one["seq"] for one in mine}) and mine[-1]["seq"] == fresh(
        case
    ).head_seq
    # A company is told that something happened, and learns what from its letters.
    assert "action" in mine[0] and "action" not in told(filer)[0]
    before = WebhookMessage.objects.count()
    assert tell_webhooks(world.now) == 0 and WebhookMessage.objects.count() == before


def test_nobody_hears_of_kinds_that_are_not_theirs(world: World) -> None:
    filer = world.filer(world.company())
    give_app(filer)
    data = {"name": "ERP", "url": "https://erp.example.com/", "kinds": ["batch"], "secret": new_secret()}
    wrongs = {"kinds": data, "url": {**data, "kinds": ["case"], "url": "https://a:b@erp.example.com/"}}
    for field, wrong in wrongs.items():
        with pytest.raises(BadData) as refused:
            world.act("person", filer, "make_webhook", filer, data=wrong)
        assert set(refused.value.fields) == {field}


def message_of(world: World, url: str) -> WebhookMessage:
    hook = hooked(world, world.people["amount"], "call", url=url)
    world.call()
    sequence()
    (first, *_more) = gather(hook.pk, now=world.now)
    return WebhookMessage.objects.select_related("webhook").get(pk=first)


def test_a_message_is_signed_and_taken_once(world: World) -> None:
    with receiver(status(200)) as (url, got):
        message = message_of(world, url)
        assert ProcrastinateJob.objects.filter(task_name="send_webhook").count() >= 1
        assert send_webhook(message.pk, now=world.now, sender=Sender(HERE))
        assert not send_webhook(message.pk, now=world.now, sender=Sender(HERE))
    ((_path, headers, body),) = got
    at = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == signature(message.webhook.secret, headers["webhook-id"], at, body)
    assert at == int(world.now.real.timestamp()) and json.loads(body)["seq"] == message.seq


def test_a_message_that_nobody_takes_is_given_up_and_sent_again_by_its_owner(world: World) -> None:
    message = message_of(world, "https://erp.example.com/")
    inside = Sender(lookup=lambda _host, _port: ["10.0.0.8"])
    for _try in range(TRIES - 1):
        with pytest.raises(WebhookFailed, match=r"^inside address$"):
            send_webhook(message.pk, now=world.now, sender=inside)
    assert not send_webhook(message.pk, now=world.now, sender=inside)
    assert (fresh(message).state, fresh(message).fault) == (HookState.DEAD, "inside address")
    owner = message.webhook.user
    with pytest.raises(NotFound):
        world.act(
            "person",
            world.people["leader"],
            "send_webhook_again",
            world.people["leader"],
            data={"message": message.pk},
        )
    world.act("person", owner, "send_webhook_again", owner, data={"message": message.pk})
    assert (fresh(message).state, fresh(message).tries) == (HookState.WAITING, 0)
    world.act("person", owner, "end_webhook", owner, data={"webhook": message.webhook_id})
    assert not send_webhook(message.pk, now=world.now, sender=inside)


def test_the_page_shows_a_secret_once_and_what_was_not_taken(world: World, as_program: AsProgram) -> None:
    as_program("amount")
    client = prove(browser(world, "amount"))
    key = client.get("/account/webhooks/new/").context["key"]
    sent: dict[str, Any] = {"name": "ERP", "url": "https://erp.example.com/", "kinds": ["call"], "key": key}
    made = client.post("/account/webhooks/new/", sent)
    assert made.status_code == 200
    hook = Webhook.objects.get()
    assert hook.secret in html.unescape(made.text)
    world.call()
    sequence()
    gather(hook.pk, now=world.now)
    WebhookMessage.objects.update(state=HookState.DEAD, fault="status 503")
    page = html.unescape(client.get("/account/webhooks/").text)
    assert hook.secret not in page and "it answered 503" in page and "Send again" in page
    message = WebhookMessage.objects.get()
    assert client.post(f"/account/webhooks/messages/{message.pk}/again/").status_code == 302
    assert client.post(f"/account/webhooks/{hook.pk}/end/").status_code == 302
    assert fresh(hook).ended_at is not None and fresh(message).state == HookState.WAITING
