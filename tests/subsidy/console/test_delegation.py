"""The pages of delegation and of handing over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant, User
from subsidy.accounts.services import role_lend
from subsidy.work.models import WorkItem
from tests.workflows.copies import copies
from tests.world import World

SignIn = Callable[[str | User], Client]


def test_a_role_is_lent_and_taken_back(world: World, as_person: SignIn) -> None:
    case = world.submitted()
    stand_in = world.person("stand-in", Role.NOTICE)
    client, page = as_person("acceptance"), reverse("console:delegation-lend")
    grant = RoleGrant.objects.get(user=world.people["acceptance"])
    form = client.get(page).text
    assert f'<option value="{grant.pk}">' in form and f'<option value="{stand_in.pk}">' in form
    sent = {
        "grant": grant.pk,
        "to": stand_in.pk,
        "valid_from": "2024-03-04",
        "valid_to": "2024-03-01",
        "reason": "休假",
    }
    assert client.post(page, sent).status_code == 422
    assert client.post(page, {**sent, "valid_to": "2024-03-08"}).status_code == 302
    lent = RoleGrant.objects.get(source=grant)
    end = reverse("console:delegation-end", args=[lent.pk])
    assert end in client.get(reverse("console:delegations")).text
    queue = as_person(stand_in).get(reverse("console:queue-tab", args=["pools"]))
    assert case.number in queue.text, "the delegate finds the lender's pool in the own queue"
    assert as_person("leader").post(end).status_code == 404
    assert client.post(end).status_code == 302
    assert case.number not in as_person(stand_in).get(reverse("console:queue-tab", args=["pools"])).text


def test_the_work_of_somebody_who_leaves_is_handed_over(world: World, as_person: SignIn) -> None:
    call = world.call()
    held = copies(world.submitted(call), 3)
    for case in held:
        world.act("case", case, "claim", "acceptance")
    second, leaver = world.person("acceptance2", Role.ACCEPTANCE), world.people["acceptance"]
    page = reverse("console:hand-over")
    assert as_person("acceptance").get(page).status_code == 403
    client = as_person("leader")
    sent = {"leaver": leaver.pk, "to": second.pk, "reason": "调离", "key": "one click"}
    looked = client.post(page, {**sent, "look": "yes"})
    assert looked.context["held"] == 3 and not looked.context["preview"].refused
    wrong = client.post(page, {**sent, "to": world.people["amount"].pk, "look": "yes"})
    assert len(wrong.context["preview"].refused) == 3
    assert WorkItem.objects.filter(assignee=leaver).count() == 3, "a look changes nothing"
    same = client.post(page, {**sent, "to": leaver.pk, "confirm": "yes"})
    assert same.status_code == 422 and same.context["form"].errors.keys() == {"to"}
    assert client.post(page, {**sent, "confirm": "yes"}).status_code == 200
    assert WorkItem.objects.filter(assignee=second).count() == 3
    assert client.post(page, {"leaver": second.pk, "to": "", "reason": "调离", "confirm": "yes"}).status_code == 200
    assert not WorkItem.objects.filter(assignee__isnull=False).exists()


def test_a_leader_hands_over_only_in_the_own_bureau(world: World, as_person: SignIn) -> None:
    """One who leads here and checks at another bureau is offered nobody there, and sees nothing lent there."""
    other, leader = World(code="qt"), world.people["leader"]
    RoleGrant.objects.create(
        user=leader, authority=other.authority, role=Role.AMOUNT, valid_from=dt.date(2020, 1, 1), granted_by=None
    )
    theirs, stand_in = RoleGrant.objects.get(user=other.people["acceptance"]), other.people["notice"]
    role_lend(theirs, stand_in, valid_from=world.now.on, valid_to=world.now.on, reason="休假")
    both = world.people["acceptance"]
    role_lend(theirs, both, valid_from=world.now.on, valid_to=world.now.on, reason="休假")
    client, page = as_person("leader"), reverse("console:hand-over")
    form = client.get(page).context["form"]
    offered = {pk for pk, _name in form.fields["leaver"].choices}
    assert both.pk in offered and other.people["acceptance"].pk not in offered
    sent = {"leaver": both.pk, "to": "", "reason": "调离", "look": "yes"}
    assert not client.post(page, sent).context["preview"].changes
    assert client.post(page, {**sent, "leaver": stand_in.pk, "confirm": "yes"}).status_code == 422
