"""What leaves in a batch: names that only a wide character set holds, formulas, accounts that changed, sealed bytes."""

from __future__ import annotations

import csv
import io

import pytest

from subsidy.accounts.enums import Role
from subsidy.accounts.models import RoleGrant
from subsidy.applicants.models import Company, PayeeAccount
from subsidy.bankfiles import FORMATS
from subsidy.cases.models import Case
from subsidy.payouts.models import Batch
from tests.subsidy.payouts.bank import answered, imported, obligated
from tests.world import World, days_later, fresh
from workflows.common.refusals import BadData, DutiesClash, WrongState

NEW_NUMBER = "6222999988887777"
NAMES = ["杭州㛃光科技有限公司", "杭州𠮷祥科技有限公司", "=HYPERLINK科技有限公司"]


def _new_account(world: World, company: Company) -> PayeeAccount:
    """The company enters another account and confirms it, which ends the one before."""
    data = {
        "holder_name": company.name,
        "account_number": NEW_NUMBER,
        "bank_name": "招商银行杭州分行",
        "bank_code": "308584000013",
    }
    world.act("company", company, "propose_account", world.filer(company), data=data)
    account = company.accounts.get(state="proposed")
    world.act("company", company, "confirm_account", world.legal(company), data={"account": account.pk})
    return account


def _grant(world: World, who: str, role: Role) -> None:
    RoleGrant.objects.create(
        user=world.people[who], authority=world.authority, role=role, valid_from=world.now.on, granted_by=None
    )


def test_names_in_the_bank_template(world: World) -> None:
    call = world.call()
    cases = [world.ready(call, company=world.company(name)) for name in NAMES]
    world.decreed(call)
    batch = world.released([world.accounted(case) for case in cases], format="bank_csv")
    text = bytes(batch.export_file.content).decode("gb18030")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert cells.count(NAMES[0]) == cells.count(NAMES[1]) == 1
    assert f"'{NAMES[2]}" in cells, "a spreadsheet must not run the name"
    assert not [cell for cell in cells if cell.startswith("=")]
    assert "?" not in text and "�" not in text
    assert list(batch.lines.order_by("row").values_list("payee_name", flat=True)) == NAMES


def test_an_account_changed_after_the_check_stops_the_release(world: World) -> None:
    cases = obligated(world, 2)
    batch = world.batch(cases)
    world.act("batch", batch, "check", "finance2")
    changed = cases[1]
    new = _new_account(world, changed.company)
    with pytest.raises(WrongState) as refused:
        world.act("batch", batch, "release", "finance3")
    assert f"2 {changed.company.name}" in str(refused.value)
    assert f"1 {cases[0].company.name}" not in str(refused.value)
    assert fresh(batch).state == "checked"
    with pytest.raises(WrongState, match=r"batch|批次"):
        world.act("case", changed, "change_account", world.legal(changed.company), data={"account": new.pk})
    # Returned and prepared again, it pays to the new account.
    world.act("batch", batch, "refuse_release", "finance3", data={"reason": "账户已变更"})
    world.act("case", changed, "change_account", world.legal(changed.company), data={"account": new.pk})
    with pytest.raises(WrongState, match=changed.number):
        world.batch(cases)
    world.now = days_later(world.now, 7)
    again = world.batch(cases)
    world.act("batch", again, "check", "finance2")
    world.act("batch", again, "release", "finance3")
    assert again.lines.get(row=2).account_number == NEW_NUMBER


def test_three_people_and_one_batch_at_a_time(world: World) -> None:
    cases = obligated(world, 1)
    with pytest.raises(BadData):
        world.open(
            "batch",
            "prepare",
            "finance1",
            {
                "instalments": [cases[0].award.instalments.get().pk],
                "format": "nacha",
                "paying_account": world.paying_account.pk,
                "execution_on": world.now.on.isoformat(),
                "purpose": "x",
            },
        )
    batch = world.batch(cases)
    with pytest.raises(WrongState, match=cases[0].number):
        world.batch(cases)
    assert Batch.objects.count() == 1
    _grant(world, "finance1", Role.FINANCE_CHECK)
    with pytest.raises(DutiesClash):
        world.act("batch", batch, "check", "finance1")
    world.act("batch", batch, "check", "finance2")
    _grant(world, "finance2", Role.FINANCE_RELEASE)
    with pytest.raises(DutiesClash):
        world.act("batch", batch, "release", "finance2")
    world.now = days_later(world.now, 1)
    with pytest.raises(WrongState):
        world.act("batch", batch, "release", "finance3")
    assert fresh(batch).state == "checked"


def test_who_entered_an_account_releases_no_batch_that_pays_to_it_but_one_that_pays_to_another(world: World) -> None:
    _grant(world, "finance3", Role.COUNTER)
    case, other = obligated(world, 2)
    company = case.company
    entry = {
        "holder_name": company.name,
        "account_number": "6222000099990000",
        "bank_name": "招商银行杭州分行",
        "bank_code": "308584000013",
    }
    world.act("company", company, "enter_account_at_counter", "finance3", data=entry)
    entered = company.accounts.get(state="proposed")
    batch = world.batch([fresh(case)])
    assert batch.lines.get().payee_account != entered
    world.act("batch", batch, "check", "finance2")
    world.act("batch", batch, "refuse_release", "finance3", data={"reason": "换账户"})
    world.act("company", company, "confirm_account", world.legal(company), data={"account": entered.pk})
    world.act("case", case, "change_account", world.legal(company), data={"account": entered.pk})
    world.now = days_later(world.now, 10)
    paying = world.batch([fresh(case)])
    world.act("batch", paying, "check", "finance2")
    with pytest.raises(DutiesClash):
        world.act("batch", paying, "release", "finance3")
    world.act(
        "company",
        other.company,
        "enter_account_at_counter",
        "finance3",
        data={**entry, "holder_name": other.company.name},
    )
    batch = world.batch([fresh(other)])
    world.act("batch", batch, "check", "finance2")
    world.act("batch", batch, "release", "finance3")


def test_every_format_is_released_answered_and_settled(world: World) -> None:
    cases = obligated(world, len(FORMATS), line=world.line(function_code="2060499"))
    for format, case in zip(FORMATS, cases, strict=True):
        batch = world.released([case], format=format)
        assert batch.export_file.name == f"{batch.number}.{FORMATS[format].extension}"
        for document in answered(batch, world):
            imported(world, document.content, name=document.name)
        assert (fresh(batch).state, fresh(case).state) == ("settled", "paid"), format


def _due(world: World, function_code: str, decree: str) -> Case:
    call = world.call(line=world.line(function_code=function_code))
    case = world.ready(call)
    world.decreed(call, decree)
    return world.accounted(case)


def test_a_voucher_needs_one_class_of_expenditure(world: World) -> None:
    coded, bare = _due(world, "2060499", "西科〔2024〕8号"), _due(world, "", "西科〔2024〕9号")
    for cases, said in (([coded, bare], "2024 –, 2024 2060499"), ([bare], "exp_func_code")):
        with pytest.raises(BadData) as refused:
            world.batch(cases, format="treasury_xml")
        assert said in str(refused.value.fields["format"])
    assert world.batch([coded, bare]).line_count == 2
