"""Requests that ask for more than their page offers."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from tests.world import World, fresh
from workflows.common.refusals import Refused

GREEDY = {
    "is_superuser": "1",
    "is_staff": "1",
    "kind": "officer",
    "password": "x",
    "authority": "2",
    "name_checked": "1",
}


def test_fields_that_the_form_does_not_have_change_nothing(world: World) -> None:
    filer = world.filer(world.company())
    client = Client()
    client.force_login(filer)
    sent = {"key": "a", "name": "新名", "email": "a@example.org", **GREEDY}
    assert client.post(reverse("own-details"), sent).status_code == 302
    after = fresh(filer)
    assert (after.name, after.email) == ("新名", "a@example.org")
    assert (after.kind, after.is_superuser, after.is_staff, after.name_checked) == (
        UserKind.COMPANY,
        False,
        False,
        False,
    )
    assert (after.authority, after.password) == (world.authority, filer.password)


def test_the_public_sign_up_makes_nobody_of_the_bureau(world: World) -> None:
    secret = "three quiet herons 5"
    sent = {"bureau": world.authority.code, "username": "li@example.cn", "name": "李明", "password1": secret}
    answer = Client().post(
        reverse("account_signup"), {"key": "a", "password2": secret, "role": "leader", **sent, **GREEDY}
    )
    assert answer.status_code == 302
    made = User.objects.get(username="li@example.cn")
    assert (made.kind, made.is_superuser, made.is_staff, made.name_checked) == (UserKind.COMPANY, False, False, False)
    assert not made.grants.exists()


def _callbacks(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found: set[str] = set()
    for one in patterns:
        if isinstance(one, URLResolver):
            found |= _callbacks(one.url_patterns)
        elif one.callback is not None:
            found.add(one.callback.__module__)
    return found


def superuser(world: World) -> User:
    found = world.person("chief", None)
    found.is_superuser = found.is_staff = True
    found.save()
    return found


def test_no_admin_site_is_served(world: World) -> None:
    assert not {name for name in _callbacks(get_resolver().url_patterns) if name.startswith("django.contrib.admin")}
    chief = superuser(world)
    client = Client()
    client.force_login(chief)
    assert client.get("/admin/").status_code == 404


def test_a_superuser_decides_nothing(world: World) -> None:
    case = world.submitted()
    chief = superuser(world)
    client = Client()
    client.force_login(chief)
    assert client.get(reverse("console:case", args=[case.number])).status_code in {403, 404}
    with pytest.raises(Refused):
        world.act("case", case, "accept", chief)
    assert fresh(case).state == case.state
