"""Registering a company online: who is asked, what does not agree, who decides, and what is proved by it."""

from __future__ import annotations

from typing import Any

import pytest

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from subsidy.applicants.codes import inner_check_holds
from subsidy.applicants.enums import RegistrationConflict, RegistrationState
from subsidy.applicants.models import Company, Registration
from subsidy.applicants.selectors import rights_of
from subsidy.audit.models import Event
from subsidy.demo.uscc import check_sign, generated_uscc
from tests.world import World, days_later, fresh, pdf
from workflows.common.refusals import BadData, NotFound, Refused, WrongState

CODE = generated_uscc(77_001, region="330106")


def person(world: World, username: str, name: str) -> User:
    user = world.person(username, None, kind=UserKind.COMPANY)
    user.name = name
    user.save(update_fields=["name"])
    return user


def asked(world: World, who: User, **changes: Any) -> Registration:
    data = {
        "uscc": CODE,
        "name": "杭州新芽科技有限公司",
        "region": "330106",
        "founded_on": "2020-05-01",
        "representative": "李法人",
        "contact_phone": "13800001234",
        "basis": "letter",
        "letter_from": "2024-01-01",
        "letter_to": "2024-12-31",
        "confirmer": "",
        **changes,
    }
    files = {"licence": pdf("licence.pdf")}
    if data["basis"] == "letter":
        files["letter"] = pdf("letter.pdf")
    pk = world.open("registration", "ask", who, data, files=files)
    return Registration.objects.select_related("company").get(pk=pk)


def known(world: World, **changes: Any) -> Company:
    """A company that the bureau holds from the registry and nobody acts for yet."""
    return Company.objects.create(
        **{
            "authority": world.authority,
            "uscc": CODE,
            "name": "杭州新芽科技有限公司",
            "region": "330106",
            "founded_on": "2020-05-01",
            "representative": "李法人",
            **changes,
        }
    )


def accepted(world: World, registration: Registration, **data: Any) -> Registration:
    world.act("registration", registration, "accept", "counter", data={"compared": True, **data})
    return fresh(registration)


def test_a_known_legal_representative_confirms_and_the_company_can_act_at_once(world: World) -> None:
    company, clerk, legal = known(world), person(world, "wang", "王经办"), person(world, "li", "李法人")
    registration = asked(world, clerk, confirmer="li")
    assert registration.state == RegistrationState.AWAITING_REPRESENTATIVE and registration.conflict == ""
    assert rights_of(clerk, on=world.now.on) == {}
    world.act("registration", registration, "confirm", legal)
    assert fresh(registration).state == RegistrationState.ACCEPTED
    assert rights_of(clerk, on=world.now.on) == {company.pk: {"file_for", "administer_for"}}
    assert rights_of(legal, on=world.now.on) == {company.pk: {"confirm_for", "administer_for"}}
    given = company.companyuserobjectpermission_set.get(user=clerk, permission__codename="file_for")
    assert given.letter is not None
    assert (given.basis, str(given.valid_to), given.letter.name) == ("letter", "2024-12-31", "letter.pdf")
    assert Event.objects.filter(stream="company", stream_id=company.pk, action="admitted").count() == 1


def test_a_company_nobody_knows_waits_for_the_counter_whoever_confirms(world: World) -> None:
    clerk, legal = person(world, "wang", "王经办"), person(world, "li", "李法人")
    registration = asked(world, clerk, confirmer="li")
    assert registration.conflict == RegistrationConflict.NOT_KNOWN
    world.act("registration", registration, "confirm", legal)
    assert fresh(registration).state == RegistrationState.AWAITING_COUNTER
    assert rights_of(clerk, on=world.now.on) == {}
    done = accepted(world, registration)
    assert done.company is not None and done.decided_by is not None
    assert done.company.name == "杭州新芽科技有限公司" and done.decided_by.username == "counter"
    assert rights_of(clerk, on=world.now.on)[done.company.pk] == {"file_for", "administer_for"}


def test_somebody_of_another_name_is_no_legal_representative(world: World) -> None:
    known(world)
    impostor = person(world, "zhao", "赵某")
    registration = asked(world, impostor, basis="representative")
    assert registration.state == RegistrationState.AWAITING_COUNTER
    assert rights_of(impostor, on=world.now.on) == {}


def test_a_legal_representative_on_record_needs_nobody_else(world: World) -> None:
    company, legal = known(world), person(world, "li", "李法人")
    registration = asked(world, legal, basis="representative")
    assert registration.state == RegistrationState.ACCEPTED
    assert rights_of(legal, on=world.now.on) == {company.pk: {"file_for", "confirm_for", "administer_for"}}


def test_a_valid_code_of_another_companys_name_goes_to_the_counter_with_the_conflict(world: World) -> None:
    company, clerk, legal = known(world), person(world, "wang", "王经办"), person(world, "li", "李法人")
    registration = asked(world, clerk, confirmer="li", name="杭州别家科技有限公司")
    assert registration.conflict == RegistrationConflict.NAME and registration.company == company
    world.act("registration", registration, "confirm", legal)
    assert fresh(registration).state == RegistrationState.AWAITING_COUNTER
    with pytest.raises(BadData):
        accepted(world, registration)
    world.act("registration", registration, "refuse", "counter", data={"reason": "执照代码不符"})
    assert fresh(registration).state == RegistrationState.REFUSED
    assert rights_of(clerk, on=world.now.on) == {} and fresh(company).name == "杭州新芽科技有限公司"


def test_the_second_person_is_told_whom_to_ask(world: World) -> None:
    company, first, second = known(world), person(world, "wang", "王经办"), person(world, "sun", "孙二")
    accepted(world, asked(world, first))
    Company.objects.filter(pk=company.pk).update(contact_phone="13800001234")
    with pytest.raises(BadData) as refusal:
        asked(world, second)
    told = refusal.value.fields["uscc"][0]
    assert "王**" in told and "138****1234" in told and "王经办" not in told


def test_of_two_who_ask_at_once_one_is_accepted(world: World) -> None:
    first, second = person(world, "wang", "王经办"), person(world, "sun", "孙二")
    one, two = asked(world, first), asked(world, second)
    assert (one.conflict, two.conflict) == (RegistrationConflict.NOT_KNOWN, RegistrationConflict.ASKED_TWICE)
    accepted(world, one)
    with pytest.raises(WrongState):
        accepted(world, two)
    assert rights_of(second, on=world.now.on) == {} and Company.objects.filter(uscc=CODE).count() == 1


def test_a_letter_that_ended_yesterday_is_refused_when_asked_and_when_decided(world: World) -> None:
    clerk = person(world, "wang", "王经办")
    with pytest.raises(BadData) as refusal:
        asked(world, clerk, letter_to="2024-03-03")
    assert "letter_to" in refusal.value.fields
    registration = asked(world, clerk, letter_to="2024-03-04")
    world.now = days_later(world.now, 1)
    with pytest.raises(WrongState):
        accepted(world, registration)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"uscc": CODE[:-1] + ("0" if CODE[-1] != "0" else "1")}, "uscc"),
        ({"uscc": CODE[:-1] + "I"}, "uscc"),
        ({"letter_to": ""}, "letter_to"),
        ({"letter_from": "2024-06-01", "letter_to": "2024-05-01"}, "letter_to"),
        ({"confirmer": "nobody-of-this-name"}, "confirmer"),
        ({"region": "杭州市"}, "region"),
        ({"name": "杭州\U0002ffff公司"}, "name"),
    ],
)
def test_bad_entries_name_their_field(world: World, changes: dict[str, str], field: str) -> None:
    with pytest.raises(BadData) as refusal:
        asked(world, person(world, "wang", "王经办"), **changes)
    assert field in refusal.value.fields


def test_a_registration_is_its_persons_alone(world: World) -> None:
    known(world)
    clerk, legal, other = (person(world, f"p{n}", name) for n, name in enumerate(("王经办", "李法人", "孙二")))
    registration = asked(world, clerk, confirmer="p1")
    for act in ("confirm", "withdraw"):
        with pytest.raises(NotFound):
            world.act("registration", registration, act, other)
    with pytest.raises(NotFound):
        world.act("registration", registration, "confirm", clerk)
    with pytest.raises(Refused):
        world.act("registration", registration, "confirm", "acceptance")
    stranger = World(code="yh")
    with pytest.raises(NotFound):
        world.act("registration", registration, "accept", stranger.people["counter"], data={"compared": True})
    world.act("registration", registration, "decline", legal, data={"reason": "不是我单位人员"})
    assert fresh(registration).state == RegistrationState.REFUSED
    with pytest.raises(WrongState):
        accepted(world, registration)


def test_a_wrong_inner_check_sign_is_a_warning_and_no_refusal(world: World) -> None:
    # A code that the registry gave out with a wrong inner sign (its own last sign is right).
    wrong = "91330106799655050" if not inner_check_holds("913301067996550509") else ""
    assert wrong and wrong + check_sign(wrong) == "913301067996550509"
    assert inner_check_holds(CODE)
    registration = asked(world, person(world, "wang", "王经办"), uscc="913301067996550509")
    assert registration.state == RegistrationState.AWAITING_COUNTER
