"""Accounts of people of companies: opened online or at the counter, names checked, passwords given and changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError

from subsidy.accounts.enums import Role, UserKind
from subsidy.accounts.models import User
from subsidy.accounts.services import system_actor
from subsidy.applicants.enums import RegistrationState
from subsidy.audit.models import Event, EventPrivate
from subsidy.audit.verify import verify_record
from subsidy.work.models import Hand
from tests.workflows.test_registration import asked, known
from tests.world import World, fresh
from workflows.common.refusals import BadData, Forbidden, NotFound, Refused, WrongState
from workflows.person.forms import clean_username
from workflows.person.steps import NameTaken

SECRET = "three quiet herons 5"


def signed_up(world: World, username: str = "li@example.cn", name: str = "李法人") -> User:
    data = {"username": username, "name": name, "password_hash": make_password(SECRET)}
    return User.objects.get(pk=world.open("person", "sign_up", system_actor("system:accounts"), data))


def at_counter(world: World, **changes: Any) -> User:
    data = {"username": "13800001234", "name": "王经办", "password_hash": make_password(SECRET), "compared": True}
    return User.objects.get(pk=world.open("person", "open_at_counter", "counter", {**data, **changes}))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Li.Ming@Example.CN ", "li.ming@example.cn"),
        ("138 0000 1234", "13800001234"),
        ("+86-138-0000-1234", "13800001234"),
        ("１３８００００１２３４", "13800001234"),
    ],
)
def test_an_address_or_number_is_known_however_it_is_typed(typed: str, kept: str) -> None:
    assert clean_username(typed) == kept


@pytest.mark.parametrize("typed", ["counter", "12345", "system:clock", "li@", "138000012345", "23800001234", ""])
def test_nothing_else_is_a_name_to_sign_in_with(typed: str) -> None:
    with pytest.raises(ValidationError):
        clean_username(typed)


def test_who_signed_up_is_a_person_of_a_company_whose_name_nobody_has_checked(world: World) -> None:
    person = signed_up(world)
    assert (person.kind, person.authority, person.name_checked) == (UserKind.COMPANY, world.authority, False)
    assert not person.is_staff and not person.is_superuser and check_password(SECRET, person.password)
    event = Event.objects.get(stream="person", stream_id=person.pk)
    assert event.action == "sign_up" and "李法人" not in event.body and "li@example.cn" not in event.body
    assert "li@example.cn" in EventPrivate.objects.get(event=event).values
    assert verify_record("person", person.pk) == []


def test_only_the_program_opens_accounts_online(world: World) -> None:
    data = {"username": "li@example.cn", "name": "李", "password_hash": make_password(SECRET)}
    for who in ("counter", "leader", world.filer(world.company())):
        with pytest.raises(Refused):
            world.open("person", "sign_up", who, data)
    assert not User.objects.filter(username="li@example.cn").exists()


def test_a_name_is_taken_once_whoever_opens(world: World) -> None:
    signed_up(world)
    with pytest.raises(NameTaken):
        signed_up(world, "LI@example.cn")
    with pytest.raises(BadData) as refusal:
        at_counter(world, username="li@example.cn")
    assert "username" in refusal.value.fields


def test_a_clear_password_does_not_pass_the_door(world: World) -> None:
    with pytest.raises(BadData):
        at_counter(world, password_hash=SECRET)
    at_counter(world)
    assert SECRET not in "".join(Event.objects.values_list("body", flat=True))


def test_who_types_the_name_of_a_legal_representative_gets_no_company_by_it(world: World) -> None:
    """A name typed in online proves nothing: the counter decides, however well all agrees."""
    company, stranger = known(world), signed_up(world, name="李法人")
    registration = asked(world, stranger, basis="representative")
    assert registration.state == RegistrationState.AWAITING_COUNTER and registration.conflict == ""
    other = signed_up(world, "sun@example.cn", "孙二")
    asked_by_letter = asked(world, other, confirmer="li@example.cn")
    world.act("registration", asked_by_letter, "confirm", stranger)
    assert fresh(asked_by_letter).state == RegistrationState.AWAITING_COUNTER
    assert not company.companyuserobjectpermission_set.exists()


def test_once_the_counter_has_seen_the_identity_card_the_name_counts(world: World) -> None:
    known(world)
    person = signed_up(world, name="李发人")
    with pytest.raises(BadData):
        world.act("person", person, "check_name", "counter", data={"name": "李法人"})
    world.act("person", person, "check_name", "counter", data={"name": "李法人", "compared": True})
    person = fresh(person)
    assert person.name == "李法人" and person.name_checked
    assert asked(world, person, basis="representative").state == RegistrationState.ACCEPTED
    with pytest.raises(WrongState):
        world.act("person", person, "check_name", "counter", data={"name": "李法人", "compared": True})


def test_an_account_of_the_counter_is_assisted_and_its_password_is_for_once(world: World) -> None:
    person = at_counter(world)
    assert person.name_checked and person.password_to_change
    assert Hand.objects.get(subject_kind="person", subject_id=person.pk).duty == "assists"
    world.act("person", person, "change_password", person, data={"password_hash": make_password("my own long one 8")})
    person = fresh(person)
    assert check_password("my own long one 8", person.password) and not person.password_to_change
    world.act("person", person, "give_password", "counter", data={"password_hash": make_password(SECRET)})
    assert fresh(person).password_to_change and check_password(SECRET, fresh(person).password)


def test_the_counter_touches_no_officers_account(world: World) -> None:
    data = {"password_hash": make_password(SECRET)}
    for name in ("leader", "counter", "auditor"):
        with pytest.raises(NotFound):
            world.act("person", world.people[name], "give_password", "counter", data=data)
        with pytest.raises(NotFound):
            world.act("person", world.people[name], "check_name", "counter", data={"name": "x", "compared": True})
    assert not check_password(SECRET, fresh(world.people["leader"]).password)


def test_a_password_is_changed_by_its_person_alone(world: World) -> None:
    person, other = signed_up(world), signed_up(world, "sun@example.cn", "孙二")
    data = {"password_hash": make_password("stolen stolen stolen")}
    for who in (other, world.people["counter"], world.person("secadmin", Role.SECURITY_ADMIN)):
        with pytest.raises(NotFound):
            world.act("person", person, "change_password", who, data=data)
    officer = world.people["leader"]
    world.act("person", officer, "change_password", officer, data=data)
    assert check_password("stolen stolen stolen", fresh(officer).password)


def test_a_person_changes_the_own_name_and_address_and_a_checked_name_counts_no_longer(world: World) -> None:
    person = at_counter(world)
    wanted = {"name": "王经理", "email": "wang@example.cn"}
    with pytest.raises(NotFound):
        world.act("person", person, "change_details", "leader", data=wanted)
    for wrong in ({"name": ""}, {"email": "wang@"}, {"name": "王\U0003106c"}):
        with pytest.raises(BadData):
            world.act("person", person, "change_details", person, data={**wanted, **wrong})
    world.act("person", person, "change_details", person, data={"name": person.name, "email": "wang@example.cn"})
    assert fresh(person).email == "wang@example.cn" and fresh(person).name_checked
    world.act("person", person, "change_details", person, data=wanted)
    assert fresh(person).name == "王经理" and not fresh(person).name_checked
    event = Event.objects.filter(stream="person", stream_id=person.pk).latest("pk")
    assert "wang" not in event.body.replace(person.username, "") and "王经理" not in event.body.partition('"data"')[2]
    with pytest.raises(WrongState):
        world.act("person", person, "change_details", person, data=wanted)


def test_accounts_are_the_counters_of_the_bureau_that_keeps_them(world: World) -> None:
    person, other = signed_up(world), World(code="yh")
    data = {"password_hash": make_password(SECRET)}
    with pytest.raises(NotFound):
        world.act("person", person, "give_password", other.people["counter"], data=data)
    for who in ("acceptance", "auditor", "leader"):
        with pytest.raises(Forbidden):
            world.act("person", person, "give_password", who, data=data)
    with pytest.raises(Forbidden):
        world.open(
            "person", "open_at_counter", "acceptance", {**data, "username": "a@b.cn", "name": "x", "compared": True}
        )
