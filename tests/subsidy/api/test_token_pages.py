"""The page of tokens: made after a second factor, shown once, revoked by their person alone."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from subsidy.accounts.models import ApiToken
from subsidy.api.authentication import digest_of
from subsidy.audit.models import Event
from tests.harness.second_factor import prove
from tests.subsidy.api.conftest import AsProgram
from tests.world import World


def browser(world: World, who: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_token_is_made_shown_once_and_works(world: World, as_program: AsProgram) -> None:
    program = as_program("acceptance")
    client = browser(world, "acceptance")
    assert client.get("/account/tokens/new/").status_code == 302, "a second factor is asked for first"
    prove(client)
    sent: dict[str, Any] = {
        "name": "ERP",
        "days": 30,
        "kinds": ["case"],
        "key": client.get("/account/tokens/new/").context["key"],
    }
    made = client.post("/account/tokens/new/", sent)
    secret = re.search(r"<code>(sub_[^<]+)</code>", made.text)
    assert made.status_code == 200 and secret is not None
    token = ApiToken.objects.get(digest=digest_of(html.unescape(secret[1])))
    assert (token.user, token.may_act, token.kinds) == (world.people["acceptance"], False, ["case"])
    shown = client.get("/account/tokens/").text
    assert secret[1] not in shown and "ERP" in shown
    event = Event.objects.filter(stream="person", stream_id=token.user_id, action="make_token").get()
    assert secret[1] not in event.body and token.digest not in event.body
    program.secret = secret[1]
    assert program.get("cases/").status_code == 200
    assert program.get("rounds/").status_code == 403
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert program.get("cases/").status_code == 401


def test_nobody_revokes_the_token_of_another(world: World, as_program: AsProgram) -> None:
    program = as_program("acceptance")
    assert browser(world, "leader").post(f"/account/tokens/{program.token.pk}/revoke/").status_code == 404
    assert program.get("cases/").status_code == 200
