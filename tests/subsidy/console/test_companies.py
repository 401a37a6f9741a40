"""The counter finds companies, registers one, decides what was asked online, and enters what changed."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from subsidy.accounts.enums import UserKind
from subsidy.accounts.models import User
from subsidy.applicants.models import Company, Registration
from subsidy.applicants.selectors import rights_of
from subsidy.demo.uscc import generated_uscc
from tests.architecture.urls import registration_of
from tests.world import World, fresh, pdf

AsPerson = Callable[[str | User], Client]
CODE = generated_uscc(91_001, region="330106")


def test_a_company_is_registered_at_the_counter_and_found(world: World, as_person: AsPerson) -> None:
    clerk = world.person("wang", None, kind=UserKind.COMPANY)
    client = as_person("counter")
    page = reverse("console:company-register")
    assert client.get(page).status_code == 200
    data = {
        "uscc": CODE,
        "name": "杭州柜台科技有限公司",
        "region": "330106",
        "founded_on": "2019-01-01",
        "representative": "李法人",
        "legal_form": "legal_person",
        "administrator": "wang",
        "valid_to": "2024-12-31",
        "letter": pdf("letter.pdf"),
    }
    sent = client.post(page, data)
    company = Company.objects.get(uscc=CODE)
    assert sent.status_code == 302 and sent.headers["location"] == reverse("console:company", args=[company.pk])
    assert rights_of(clerk, on=world.now.on) == {company.pk: {"file_for", "administer_for"}}
    assert "wang" in client.get(sent.headers["location"]).content.decode()
    assert CODE in client.get(reverse("console:companies"), {"q": CODE}).content.decode()
    again = client.post(page, {**data, "letter": pdf("letter.pdf")})
    assert again.status_code == 422 and "杭州柜台科技有限公司" in again.content.decode()
    assert as_person("acceptance").get(page).status_code == 403


def test_a_request_of_another_name_is_shown_beside_the_record(world: World, as_person: AsPerson) -> None:
    company = world.company()
    company.uscc = generated_uscc(90_001, region="330106")
    company.save(update_fields=["uscc"])
    pk, _licence = registration_of(world, world.person("wang", None, kind=UserKind.COMPANY))
    client = as_person("counter")
    assert "杭州新芽科技有限公司" in client.get(reverse("console:registrations")).content.decode()
    shown = client.get(reverse("console:registration", args=[pk])).content.decode()
    assert company.name in shown and "杭州新芽科技有限公司" in shown
    accept = reverse("console:registration-act", args=[pk, "accept"])
    assert client.get(accept).status_code == 200
    assert client.post(accept, {"compared": "on"}).status_code == 422
    refuse = reverse("console:registration-act", args=[pk, "refuse"])
    assert client.post(refuse, {"reason": "执照代码不符"}).status_code == 302
    assert Registration.objects.get(pk=pk).state == "refused"


def test_a_renamed_company_shows_both_names_where_it_is_paid(world: World, as_person: AsPerson) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    case = world.accounted(case)
    was, company = case.company_name, case.company
    client = as_person("counter")
    rename = reverse("console:company-act", args=[company.pk, "rename"])
    assert client.get(rename).status_code == 200
    data = {"name": "杭州二名科技有限公司", "effective_on": "2024-03-04", "document": "杭市监〔2024〕1号"}
    assert client.post(rename, data).status_code == 302
    assert fresh(company).name == "杭州二名科技有限公司"
    page = client.get(reverse("console:company", args=[company.pk])).content.decode()
    assert was in page and "杭市监〔2024〕1号" in page
    paying = as_person("finance1").get(reverse("console:finance_pay")).content.decode()
    assert was in paying and "杭州二名科技有限公司" in paying
    assert (
        "杭州二名科技有限公司" in as_person("amount").get(reverse("console:case", args=[case.number])).content.decode()
    )


def test_a_merged_company_is_marked_where_it_is_paid(world: World, as_person: AsPerson) -> None:
    call = world.call()
    case = world.ready(call)
    world.decreed(call)
    heir = world.company()
    data = {"other": heir.uscc, "effective_on": "2024-03-04", "document": "杭市监〔2024〕2号"}
    assert (
        as_person("counter").post(reverse("console:company-act", args=[case.company_id, "merge"]), data).status_code
        == 302
    )
    assert heir.name in as_person("finance1").get(reverse("console:finance_pay")).content.decode()
