"""Renamed companies of the district at the rule of payee names, which must notice every one of them and nobody else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from subsidy.accounts.enums import UserKind
from subsidy.applicants.banks import same_name
from subsidy.applicants.models import Company, CompanyUserObjectPermission, PayeeAccount
from subsidy.demo.accounts import People
from subsidy.demo.district import generate_companies, generated_company
from subsidy.demo.settle import settle
from subsidy.demo.stage import Stage
from tests.world import World
from workflows.common.refusals import BadData

MANY = 2_000


def test_the_rule_notices_the_renamed_and_nobody_else() -> None:
    noticed = {
        company.uscc
        for company in generate_companies(scale=MANY)
        if not same_name(company.account.holder_name, company.name)
    }
    assert noticed == {company.uscc for company in generate_companies(scale=MANY) if company.former_name}
    assert len(noticed) > MANY // 100


@pytest.mark.django_db
def test_an_account_that_still_bears_the_former_name_needs_its_explanation() -> None:
    world = World()
    number = next(n for n in range(MANY) if generated_company(n).former_name)
    settle(Stage(world.authority, People()), number + 1, lambda zh, en: None)
    for n, refused in ((number, True), (number - 1, False)):
        generated = generated_company(n)
        company = Company.objects.get(uscc=generated.uscc)
        filer = world.person(f"c{company.pk}", None, kind=UserKind.COMPANY)
        CompanyUserObjectPermission.objects.create(
            permission=Permission.objects.get(codename="file_for", content_type__app_label="applicants"),
            user=filer,
            content_object=company,
        )
        account = generated.account
        data = {
            "holder_name": account.holder_name,
            "account_number": account.number,
            "bank_name": account.bank_name,
            "bank_code": account.bank_code,
        }
        if refused:
            with pytest.raises(BadData) as refusal:
                world.act("company", company, "propose_account", filer, data=data)
            assert set(refusal.value.fields) == {"holder_name"}
        else:
            world.act("company", company, "propose_account", filer, data=data)
        assert PayeeAccount.objects.filter(company=company).exists() is not refused
