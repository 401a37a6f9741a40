"""What the counter has done when the demo begins: one of each that the README's tour names, once however often it is played."""

from __future__ import annotations

import datetime as dt

import pytest

from subsidy.accounts.models import User
from subsidy.applicants.enums import ImportState
from subsidy.applicants.holds import hold_on
from subsidy.applicants.models import Company, FactImport, PayeeAccount
from subsidy.applicants.selectors import rights_of
from subsidy.audit.models import Event
from subsidy.calendars.services import calendar_import
from subsidy.demo.accounts import People
from subsidy.demo.first_year import AWARDED, COOLING, COUNTER_NAME, FROZEN, LETTER_ENDS, FirstYear
from subsidy.demo.seed import found_bureau
from subsidy.demo.stage import Stage
from subsidy.demo.uscc import generated_uscc
from subsidy.registers.models import PriorAward, RegisterEntry

MONDAY = dt.date(2024, 3, 4)


@pytest.fixture
def stage(db: None) -> Stage:
    """The bureau with the four companies of the first batch that the story goes on with, each with an account in use."""
    calendar_import()
    people = People()
    people.systems()
    bureau = found_bureau()
    people.staff(bureau)
    made = Stage(bureau, people)
    at = made.moment(dt.date(2022, 7, 5))
    for number, username in enumerate(("company24", AWARDED, FROZEN, COOLING)):
        entry = {
            "uscc": generated_uscc(904_000 + number, region="330106"),
            "name": f"杭州示例{number}号有限公司",
            "region": "330106",
            "founded_on": "2016-05-01",
        }
        company = Company.objects.get(pk=made.open(f"c{number}", "company", "register", "counter", at, entry))
        people.members(company, username, handler="经办", legal="法人")
        account = {
            "holder_name": company.name,
            "account_number": f"622202120202400{number}",
            "bank_name": "招商银行",
            "bank_code": "308584000013",
        }
        made.act(f"c{number}:a", "company", company.pk, "propose_account", username, at, account)
        chosen = {"account": company.accounts.get().pk}
        made.act(f"c{number}:b", "company", company.pk, "confirm_account", f"{username}-legal", at, chosen)
    return made


def test_one_of_each_waits_for_the_visitor(stage: Stage) -> None:
    FirstYear(stage).play()
    now = stage.moment(MONDAY)
    assert rights_of(User.objects.get(username="newcomer"), on=MONDAY) == {}
    company = Company.objects.get(name=COUNTER_NAME)
    clerk = User.objects.get(username="company29")
    assert rights_of(clerk, on=MONDAY) == {company.pk: {"file_for", "administer_for"}}
    assert rights_of(clerk, on=LETTER_ENDS + dt.timedelta(days=1)) == {}
    said = company.facts.filter(name="registered_in_district", superseded_at__isnull=True)
    assert {(fact.source, fact.integer) for fact in said} == {("registry", 1), ("tax", 0)}
    assert {"tech_sme", "high_tech", "dishonest"} <= {entry.kind for entry in RegisterEntry.objects.all()}
    assert PriorAward.objects.get().amount_fen == 30_000_000
    waiting = FactImport.objects.get(state=ImportState.CHECKED)
    assert waiting.lines_bad == 3 and waiting.facts_new >= 1
    cooling, frozen = (
        PayeeAccount.objects.get(company__companyuserobjectpermission__user__username=name, state="confirmed")
        for name in (COOLING, FROZEN)
    )
    assert "2024-03-07" in str(hold_on(cooling, at=now.at)) and "人民法院" in str(hold_on(frozen, at=now.at))


def test_played_again_it_adds_nothing(stage: Stage) -> None:
    FirstYear(stage).play()
    before = Event.objects.count(), User.objects.count(), Company.objects.count()
    FirstYear(Stage(stage.authority, stage.people)).play()
    assert (Event.objects.count(), User.objects.count(), Company.objects.count()) == before
