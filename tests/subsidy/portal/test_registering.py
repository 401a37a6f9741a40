"""A person registers a company online, the legal representative or the counter confirms, and the company's people are kept."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from subsidy.applicants.enums import RegistrationState
from subsidy.applicants.models import Company, CompanyUserObjectPermission, Registration
from subsidy.applicants.selectors import rights_of
from subsidy.demo.uscc import generated_uscc
from tests.subsidy.portal.conftest import SignIn
from tests.world import World, days_later, pdf

CODE = generated_uscc(79_001, region="330106")
FORM = {
    "uscc": CODE,
    "name": "杭州新芽科技有限公司",
    "region": "330106",
    "founded_on": "2020-05-01",
    "representative": "李法人",
    "contact_phone": "13800001234",
    "basis": "letter",
    "letter_from": "2024-01-01",
    "letter_to": "2024-12-31",
    "confirmer": "li",
}


def person(world: World, username: str, name: str) -> User:
    user = world.person(username, None, kind=UserKind.COMPANY)
    user.name = name
    user.save(update_fields=["name"])
    return user


def ask(client: Client, **changes: str) -> Registration | str:
    files = {"licence": pdf("licence.pdf"), "letter": pdf("letter.pdf")}
    response = client.post(reverse("portal:register", args=["xh"]), {**FORM, **changes, **files})
    if response.status_code == 302:
        return Registration.objects.order_by("-pk")[0]
    assert response.status_code == 422
    return response.content.decode()


@pytest.fixture
def known(world: World) -> Company:
    return Company.objects.create(
        authority=world.authority,
        uscc=CODE,
        name="杭州新芽科技有限公司",
        region="330106",
        founded_on="2020-05-01",
        representative="李法人",
        contact_phone="13800001234",
    )


def test_online_from_asking_to_the_first_application(world: World, sign_in: SignIn, known: Company) -> None:
    clerk, legal = person(world, "wang", "王经办"), person(world, "li", "李法人")
    mine, theirs = sign_in(clerk), sign_in(legal)
    assert "Register" in mine.get(reverse("portal:companies"), headers={"accept-language": "en"}).content.decode()
    assert mine.get(reverse("portal:register-at")).headers["location"] == reverse("portal:register", args=["xh"])
    assert mine.get(reverse("portal:register", args=["xh"])).status_code == 200
    registration = ask(mine)
    assert isinstance(registration, Registration)
    assert mine.get(reverse("portal:registration", args=[registration.pk])).status_code == 200
    assert CODE in theirs.get(reverse("portal:companies")).content.decode()
    confirm = reverse("portal:registration-act", args=[registration.pk, "confirm"])
    assert mine.get(confirm).status_code == 404
    assert "王经办" in theirs.get(confirm).content.decode()
    assert theirs.post(confirm).status_code == 302
    registration.refresh_from_db()
    assert registration.state == RegistrationState.ACCEPTED
    call = world.call()
    started = mine.post(reverse("portal:start", args=[call.number]), {"company": known.pk})
    assert started.status_code == 302 and "tasks" in started.headers["location"]
    assert registration.company is not None
    paper = registration.company.companyuserobjectpermission_set.filter(letter__isnull=False)[0].letter_id
    letter = mine.get(reverse("portal:team-letter", args=[known.pk, paper]))
    assert b"".join(letter).startswith(b"%PDF")  # type: ignore[arg-type]
    assert (
        sign_in(world.filer(world.company())).get(reverse("portal:registration", args=[registration.pk])).status_code
        == 404
    )


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(world: World, sign_in: SignIn) -> None:
    client = sign_in(person(world, "wang", "王经办"))
    person(world, "li", "李法人")
    text = ask(client, letter_to="2024-03-03")
    assert isinstance(text, str) and 'id="id_letter_to_error"' in text
    assert not Registration.objects.exists()


def test_the_second_is_told_whom_to_ask_and_sees_no_name(world: World, sign_in: SignIn, known: Company) -> None:
    world.act(
        "company",
        known,
        "grant_at_counter",
        "counter",
        data={"username": person(world, "sun", "孙管理").username, "right": "administer_for"},
    )
    person(world, "li", "李法人")
    text = ask(sign_in(person(world, "wang", "王经办")))
    assert isinstance(text, str) and "孙**" in text and "孙管理" not in text


def test_the_team_page_gives_ends_and_hands_over(world: World, sign_in: SignIn) -> None:
    company = world.company()
    chief, clerk, heir = world.filer(company), person(world, "wang", "王经办"), person(world, "sun", "孙管理")
    data = {"username": chief.username, "right": "administer_for"}
    world.act("company", company, "grant_at_counter", "counter", data=data)
    client = sign_in(chief)
    grant = reverse("portal:team-act", args=[company.pk, "grant_right"])
    assert client.get(grant).status_code == 200
    sent = {"username": "wang", "right": "file_for", "valid_to": "2024-03-31", "letter": pdf("letter.pdf")}
    assert client.post(grant, sent).status_code == 302
    row = CompanyUserObjectPermission.objects.get(user=clerk)
    page = client.get(reverse("portal:team", args=[company.pk])).content.decode()
    assert "王经办" in page and f"?right={row.pk}" in page
    end = reverse("portal:team-act", args=[company.pk, "end_right"]) + f"?right={row.pk}"
    assert f'value="{row.pk}"' in client.get(end).content.decode()
    assert client.post(end, {"right": row.pk, "reason": "离职"}).status_code == 302
    assert rights_of(clerk, on=world.now.on) == {}
    over = client.post(
        reverse("portal:team-act", args=[company.pk, "hand_over"]), {"username": "sun", "reason": "离职"}
    )
    assert over.status_code == 302 and over.headers["location"] == reverse("portal:companies")
    assert rights_of(heir, on=world.now.on)[company.pk] == {"file_for", "administer_for"}
    assert client.get(reverse("portal:company", args=[company.pk])).status_code == 403


def test_an_expired_right_says_so_on_every_page(world: World, sign_in: SignIn) -> None:
    case = world.submitted()
    company, clerk = case.company, person(world, "wang", "王经办")
    data = {"username": "wang", "right": "file_for", "valid_to": "2024-03-04"}
    world.act("company", company, "grant_at_counter", "counter", data=data)
    client = sign_in(clerk)
    pages = [reverse("portal:company", args=[company.pk]), reverse("portal:case", args=[case.number])]
    assert [client.get(page).status_code for page in pages] == [200, 200]
    world.now = days_later(world.now, 1)
    for page in pages:
        response = client.get(page)
        assert response.status_code == 403 and "2024-03-04" in response.content.decode()
    assert rights_of(clerk, on=world.now.on) == {}


def test_the_history_shows_each_name_with_its_day(world: World, sign_in: SignIn) -> None:
    company = world.company()
    was = company.name
    data = {"name": "杭州二名科技有限公司", "effective_on": "2024-02-01", "document": "杭市监〔2024〕1号"}
    world.act("company", company, "rename", "counter", data=data)
    text = sign_in(world.filer(company)).get(reverse("portal:history", args=[company.pk])).content.decode()
    assert was in text and "杭州二名科技有限公司" in text and "杭市监〔2024〕1号" in text
