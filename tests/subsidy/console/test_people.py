"""The counter opens an account for somebody who stands there, then registers the company with them."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import authenticate
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.applicants.models import Company
from subsidy.applicants.selectors import rights_of
from subsidy.demo.uscc import generated_uscc
from tests.world import World, pdf

AsPerson = Callable[[str | User], Client]
FORM = {"username": "138 0000 1234", "name": "王经办", "compared": "on"}


def test_an_account_is_opened_and_its_password_shown_once(world: World, as_person: AsPerson) -> None:
    client, page = as_person("counter"), reverse("console:person-open")
    assert client.get(page).status_code == 200
    assert client.post(page, {**FORM, "compared": ""}).status_code == 422
    shown = client.post(page, {**FORM, "key": "page:k"})
    person = User.objects.get(username="13800001234")
    password = shown.context["rows"][1].value
    assert shown.status_code == 200 and shown["Cache-Control"] == "no-store" and password in shown.content.decode()
    assert authenticate(None, username="13800001234", password=password) == person
    again = client.post(page, {**FORM, "key": "page:k"})
    assert again.status_code == 409 and password not in again.content.decode()
    taken = client.post(page, FORM)
    assert taken.status_code == 422 and "username" in taken.context["form"].errors
    listed = client.get(reverse("console:people"), {"q": "1380000"}).content.decode()
    assert reverse("console:person", args=[person.pk]) in listed


def test_then_the_company_is_registered_with_them(world: World, as_person: AsPerson) -> None:
    client = as_person("counter")
    client.post(reverse("console:person-open"), FORM)
    data = {
        "uscc": generated_uscc(91_009, region="330106"),
        "name": "杭州柜台科技有限公司",
        "region": "330106",
        "founded_on": "2019-01-01",
        "representative": "李法人",
        "legal_form": "legal_person",
        "administrator": "13800001234",
        "valid_to": "2024-12-31",
        "letter": pdf("letter.pdf"),
    }
    assert client.post(reverse("console:company-register"), data).status_code == 302
    company, person = Company.objects.get(uscc=data["uscc"]), User.objects.get(username="13800001234")
    assert rights_of(person, on=world.now.on) == {company.pk: {"file_for", "administer_for"}}
    assert company.name in client.get(reverse("console:person", args=[person.pk])).content.decode()


def test_a_new_password_ends_the_old_one_and_the_sessions_under_it(world: World, as_person: AsPerson) -> None:
    client = as_person("counter")
    first = client.post(reverse("console:person-open"), FORM).context["rows"][1].value
    person = User.objects.get(username="13800001234")
    User.objects.filter(pk=person.pk).update(password_to_change=False)
    theirs = Client()
    theirs.post("/sign-in/", {"login": "13800001234", "password": first})
    assert theirs.get("/my/").status_code == 200
    page = reverse("console:person-password", args=[person.pk])
    assert client.get(page).status_code == 200
    shown = client.post(page, {"key": "page:new"})
    second = shown.context["rows"][1].value
    assert second != first and shown["Cache-Control"] == "no-store"
    assert theirs.get("/my/").status_code == 302, "signed out"
    assert authenticate(None, username="13800001234", password=first) is None
    assert authenticate(None, username="13800001234", password=second) == person


def test_a_checked_name_shows_and_an_unchecked_one_warns(world: World, as_person: AsPerson) -> None:
    client, person = as_person("counter"), world.filer(world.company())
    User.objects.filter(pk=person.pk).update(name_checked=False)
    page = reverse("console:person", args=[person.pk])
    warning = "姓名尚未与身份证核对"
    assert warning in client.get(page).content.decode()
    act = reverse("console:person-act", args=[person.pk, "check_name"])
    assert client.post(act, {"name": person.name, "compared": "on"}).status_code == 302
    assert warning not in client.get(page).content.decode()
    reader = as_person("auditor")
    assert reader.get(page).status_code == 200 and act not in reader.get(page).content.decode()
    assert client.get(reverse("console:person", args=[world.people["leader"].pk])).status_code == 404
