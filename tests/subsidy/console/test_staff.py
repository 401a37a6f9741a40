"""Pages of the administrators: who sees them, what they offer, and the password that is shown once."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, User
from tests.harness.second_factor import prove
from tests.world import World, fresh

As = Callable[[str | User], Client]


def test_an_officer_is_made_through_pages(world: World, as_person: As) -> None:
    system, security = world.person("sys", Role.SYSTEM_ADMIN), world.person("sec", Role.SECURITY_ADMIN)
    client = prove(as_person(system))
    sent = {"key": "a", "username": "li.ming", "name": "李明", "kind": "officer"}
    bad = client.post(reverse("console:officer-open"), {**sent, "username": "Li Ming"})
    assert bad.status_code == 422
    shown = client.post(reverse("console:officer-open"), sent)
    made = User.objects.get(username="li.ming")
    password = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", shown.content.decode())
    assert password and made.check_password(password[0]) and shown["Cache-Control"] == "no-store"
    page = client.get(reverse("console:officer", args=[made.pk])).content.decode()
    assert "close_account" in page and "grant_role" not in page
    assert client.get(reverse("console:officer-act", args=[made.pk, "grant_role"])).status_code == 403

    client = prove(as_person(security))
    page = client.get(reverse("console:officer", args=[made.pk])).content.decode()
    assert "grant_role" in page and "close_account" not in page
    address = reverse("console:officer-act", args=[made.pk, "grant_role"])
    assert client.get(address).status_code == 200
    role = {"key": "b", "role": "amount", "valid_from": world.now.on.isoformat(), "reason": "到岗"}
    assert client.post(address, role).status_code == 302
    grant = RoleGrant.objects.get(user=made)
    ending = reverse("console:officer-act", args=[made.pk, "end_role"])
    assert f'value="{grant.pk}"' in client.get(ending, {"grant": grant.pk}).content.decode()
    assert client.post(ending, {"key": "c", "grant": str(grant.pk), "reason": "离岗"}).status_code == 302
    assert fresh(grant).ended_at is not None


def test_the_own_page_offers_nothing_and_another_bureau_is_not_there(world: World, as_person: As) -> None:
    system, other = world.person("sys", Role.SYSTEM_ADMIN), World(code="yh")
    client = prove(as_person(system))
    assert "close_account" not in client.get(reverse("console:officer", args=[system.pk])).content.decode()
    for name, *args in (
        ("officer", other.people["leader"].pk),
        ("officer-act", other.people["leader"].pk, "close_account"),
    ):
        assert client.get(reverse(f"console:{name}", args=args)).status_code == 404
    assert "yh-leader" not in client.get(reverse("console:staff")).content.decode()
