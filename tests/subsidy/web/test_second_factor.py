"""The second factor: who must have one, how it is shown, and what asks for it again."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from subsidy import environment
from subsidy.accounts.models import User
from subsidy.payouts.models import Batch
from tests.harness.second_factor import SECRET, code_now, give_app, prove
from tests.world import World, fresh
from workflows.common.refusals import StepUpNeeded
from workflows.common.turn import Origin
from workflows.kinds import ALL

PASSWORD = "a long pass phrase 7"
ASKS_AGAIN = {
    ("batch", "release"),
    ("company", "confirm_account"),
    ("company", "confirm_account_at_counter"),
    ("policy_version", "publish"),
    *(
        ("person", act)
        for act in (
            "open_for_bureau",
            "reopen_account",
            "renew_password",
            "grant_role",
            "remove_factors",
            "link_identity",
            "make_token",
            "make_webhook",
        )
    ),
}


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr("subsidy.web.person.business_now", lambda: made.now)
    cache.clear()
    return made


def signed_in(world: World, who: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def by_form(user: User) -> Client:
    """A client that has sent the right password, and nothing else yet."""
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    client = Client(headers={"accept-language": "en"})
    client.post("/sign-in/", {"login": user.username, "password": PASSWORD})
    return client


def checked_batch(world: World) -> Batch:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    batch = world.batch([world.accounted(case)])
    world.act("batch", batch, "check", "finance2")
    return batch


def test_an_officer_without_a_factor_is_led_to_set_one_up(world: World, settings: Any) -> None:
    settings.SECOND_FACTOR_KINDS = environment.second_factor_kinds({})
    client = signed_in(world, "finance3")
    answer = client.get("/start/")
    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))
    assert client.get(reverse("mfa_index")).status_code == 200
    give_app(world.people["finance3"])
    assert client.get("/start/", follow=True).status_code == 200


def test_a_right_password_alone_does_not_open_an_account_with_a_factor(world: World) -> None:
    officer = world.people["finance3"]
    give_app(officer)
    client = by_form(officer)
    assert client.get("/console/")["Location"].startswith("/sign-in/")
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "used before" in wrong.content.decode()
    assert client.get("/console/")["Location"].startswith("/sign-in/")
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert client.get("/console/", follow=True).status_code == 200


def test_a_code_works_once(world: World) -> None:
    officer = world.people["finance3"]
    give_app(officer)
    code = code_now()
    by_form(officer).post(reverse("mfa_authenticate"), {"code": code})
    second = by_form(officer)
    assert "used before" in second.post(reverse("mfa_authenticate"), {"code": code}).content.decode()


def test_the_last_factor_of_an_officer_stays(world: World, settings: Any) -> None:
    settings.SECOND_FACTOR_KINDS = environment.second_factor_kinds({})
    officer = world.people["finance3"]
    give_app(officer)
    client = prove(signed_in(world, "finance3"))
    session = client.session
    session["account_authentication_methods"][0]["reauthenticated"] = True
    session.save()
    client.post(reverse("mfa_deactivate_totp"))
    assert Authenticator.objects.filter(user=officer, type="totp").exists()


def test_the_last_security_key_of_an_officer_stays(world: World, settings: Any) -> None:
    settings.SECOND_FACTOR_KINDS = environment.second_factor_kinds({})
    officer = world.people["finance3"]
    key = Authenticator.objects.create(user=officer, type="webauthn", data={"name": "key"})
    client = prove(signed_in(world, "finance3"))
    session = client.session
    session["account_authentication_methods"][0]["reauthenticated"] = True
    session.save()
    assert client.post(reverse("mfa_remove_webauthn", args=[key.pk]))["Location"] == reverse("mfa_list_webauthn")
    assert Authenticator.objects.filter(pk=key.pk).exists()
    give_app(officer)
    client.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    assert not Authenticator.objects.filter(pk=key.pk).exists(), "with another factor left it may go"


def test_a_learned_password_does_not_confirm_for_somebody_with_a_factor(world: World) -> None:
    officer = world.people["finance3"]
    give_app(officer)
    officer.set_password(PASSWORD)
    officer.save(update_fields=["password"])
    client = signed_in(world, "finance3")
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer["Location"].startswith(reverse("mfa_reauthenticate"))
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 302


def test_what_asks_for_the_factor_again() -> None:
    asks = set()
    for kind in ALL:
        of_flows = [act for flow in kind.flows.values() for node in flow.instance.nodes() for act in acts_of(node)]
        acts = [*kind.free_acts, *(opening.act for opening in kind.opens.values()), *of_flows]
        asks |= {(kind.name, act.name) for act in acts if act.step_up}
    assert asks == ASKS_AGAIN


def acts_of(node: Any) -> tuple[Any, ...]:
    return tuple(getattr(node, "acts", ()))


def test_a_batch_is_released_only_by_who_has_just_shown_the_factor(world: World) -> None:
    batch = checked_batch(world)
    address = reverse("console:finance_batch_act", args=[batch.number, "release"])
    client = signed_in(world, "finance3")
    assert client.get(address)["Location"] == reverse("mfa_index"), "without a factor: set one up"
    give_app(world.people["finance3"])
    shown = client.get(address)
    assert shown["Location"].startswith(reverse("mfa_reauthenticate"))
    sent = client.post(address, {"key": "now", "version": str(fresh(batch).head_seq)})
    assert sent["Location"].startswith(reverse("mfa_reauthenticate"))
    assert fresh(batch).state == "checked"
    prove(client, ago=11 * 60)
    assert client.get(address)["Location"].startswith(reverse("mfa_reauthenticate")), "too long ago"
    back = client.post(shown["Location"], {"code": code_now(), "next": address})
    assert back["Location"] == address
    assert client.get(address).status_code == 200
    assert client.post(address, {"key": "now", "version": str(fresh(batch).head_seq)}).status_code == 302
    assert fresh(batch).state == "released"


@pytest.mark.parametrize("surface", ["page", "api", "anything new"])
def test_the_door_refuses_whoever_shows_nothing(world: World, surface: str) -> None:
    batch = checked_batch(world)
    with pytest.raises(StepUpNeeded):
        world.act("batch", batch, "release", "finance3", origin=Origin(surface=surface))
    world.act("batch", batch, "release", "finance3", origin=Origin(surface=surface, proven=True))


def test_another_persons_proof_is_none(world: World) -> None:
    client = prove(signed_in(world, "finance2"))
    client.force_login(world.people["finance3"], backend="allauth.account.auth_backends.AuthenticationBackend")
    give_app(world.people["finance3"])
    batch = checked_batch(world)
    address = reverse("console:finance_batch_act", args=[batch.number, "release"])
    assert client.get(address)["Location"].startswith(reverse("mfa_reauthenticate"))


def test_a_demo_shows_its_code_where_it_is_asked_for(world: World, settings: Any) -> None:
    officer = world.people["finance3"]
    give_app(officer)
    client = by_form(officer)
    assert SECRET not in client.get(reverse("mfa_authenticate")).content.decode()
    settings.DEMO_TOTP_SECRET = SECRET
    page = client.get(reverse("mfa_authenticate")).content.decode()
    assert SECRET in page and code_now() in page


@pytest.mark.parametrize(
    ("value", "kinds"), [("", {"officer", "expert"}), ("company", {"officer", "company"}), ("officer", {"officer"})]
)
def test_the_setting_never_leaves_officers_out(value: str, kinds: set[str]) -> None:
    assert environment.second_factor_kinds({"SUBSIDY_SECOND_FACTOR": value} if value else {}) == kinds


def test_a_misspelt_kind_stops_the_program() -> None:
    with pytest.raises(ImproperlyConfigured, match="expurt"):
        environment.second_factor_kinds({"SUBSIDY_SECOND_FACTOR": "expurt"})
