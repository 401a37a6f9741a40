"""The large district: settled in bulk, once, whatever interrupts it; decided through the store as the oracle says."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from subsidy.applicants.enums import ImportState
from subsidy.applicants.history import name_at
from subsidy.applicants.models import COMPLETE, Company, CompanyChange, CompanyFact, FactImport
from subsidy.audit.models import Event
from subsidy.demo import settle as settling
from subsidy.demo.accounts import People
from subsidy.demo.district import generated_company
from subsidy.demo.offices import FIRST, OFFICES, SECOND, write_files
from subsidy.demo.profile import profile_of
from subsidy.demo.settle import FIRST_AS_OF, Part, renamed_on, settle
from subsidy.demo.stage import Stage
from tests.world import World
from workflows.common import door
from workflows.common.jobs import ORIGIN
from workflows.common.refusals import Refused

pytestmark = pytest.mark.django_db
SCALE = 120


@pytest.fixture
def stage() -> Stage:
    return Stage(World().authority, People())


def quiet(zh: str, en: str) -> None:
    """Take a step's report and say nothing."""


def held() -> set[tuple[Any, ...]]:
    """What the store holds, without the keys of its rows."""
    names = ("company__uscc", "source", "name", "period", "list_name", "record_key", "as_of")
    values = ("integer", "day", "text", "absent", "superseded_at")
    return set(CompanyFact.objects.values_list(*names, *values))


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Company, CompanyChange, CompanyFact, FactImport, Event))


def test_running_twice_adds_nothing_and_generates_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    settle(stage, SCALE, lambda zh, en: told.append(en))
    assert Company.objects.count() == SCALE
    assert set(FactImport.objects.values_list("state", flat=True)) <= {ImportState.APPLIED, ImportState.DISCARDED}
    assert FactImport.objects.filter(state=ImportState.APPLIED).count() >= len(OFFICES)
    assert not FactImport.objects.filter(lines_bad__gt=0).exists()
    assert told == [
        f"{SCALE} of {SCALE} companies are registered",
        f"what offices hold of {SCALE} of {SCALE} companies is imported",
    ]
    before = counts()

    def refuse(*_args: object, **_named: object) -> None:
        raise AssertionError("a finished district generates nothing")

    monkeypatch.setattr(settling, "generated_company", refuse)
    settle(Stage(stage.authority, People()), SCALE, quiet)
    assert counts() == before


def test_a_larger_district_takes_in_the_smaller_one(stage: Stage) -> None:
    settle(stage, 60, quiet)
    small = held()
    settle(stage, SCALE, quiet)
    assert Company.objects.count() == SCALE
    assert small < held(), "what was held of the smaller district stands as it stood"


@pytest.mark.parametrize("at", [0, 3, 9])
def test_an_interrupted_run_is_taken_up_where_it_ended(stage: Stage, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    settle(Stage(World(code="qt").authority, People(), prefix="qt-"), 60, quiet)
    expected = held()
    bring, calls = settling._bring, Counter[str]()

    def interrupt(*args: Any) -> None:
        calls["bring"] += 1
        if calls["bring"] == at + 1:
            raise KeyboardInterrupt
        bring(*args)

    monkeypatch.setattr(settling, "_bring", interrupt)
    with pytest.raises(KeyboardInterrupt):
        settle(stage, 60, quiet)
    monkeypatch.setattr(settling, "_bring", bring)
    settle(Stage(stage.authority, People()), 60, quiet)
    ours = CompanyFact.objects.filter(authority=stage.authority)
    assert ours.count() == CompanyFact.objects.exclude(authority=stage.authority).count()
    assert held() == expected


def test_parts_are_walked_without_a_gap(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "PART", 40)
    monkeypatch.setattr(settling, "CHUNK", 15)
    settle(stage, 100, quiet)
    assert set(Company.objects.values_list("uscc", flat=True)) == {generated_company(n).uscc for n in range(100)}
    assert [part.end for part in Part(0, 100).parts(40)] == [40, 80, 100]


def test_one_event_of_the_bureau_says_how_many_companies_came(stage: Stage) -> None:
    settle(stage, 60, quiet)
    event = Event.objects.get(stream="authority", action="settle_companies")
    assert '"companies":60' in event.body and '"made":60' in event.body
    assert generated_company(0).uscc in event.body and generated_company(59).uscc in event.body


def test_companies_that_are_no_longer_staged_are_not_taken_in(stage: Stage) -> None:
    data = {"staged": 5, "digest": "0" * 64, "first": "x", "last": "y"}
    with pytest.raises(Refused):
        stage.act(
            "none", "authority", stage.authority.pk, "settle_companies", "system:imports",
            stage.moment(settling.FIRST_ON), data, origin=ORIGIN,
        )  # fmt: skip
    assert not Company.objects.exists()


def test_nobody_but_the_system_takes_in_companies(stage: Stage) -> None:
    for who in ("counter", "leader", "finance1", "auditor"):
        with pytest.raises(Refused):
            door.perform(
                "authority",
                stage.authority.pk,
                "settle_companies",
                actor=stage.user(who),
                now=stage.moment(settling.FIRST_ON),
                key=f"try:{who}",
                data={"staged": 1, "digest": "0" * 64, "first": "x", "last": "y"},
                origin=ORIGIN,
            )


def test_a_company_that_is_held_already_stays_as_it_is(stage: Stage) -> None:
    kept = stage.company(generated_company(3), stage.moment(settling.FIRST_ON))
    Company.objects.filter(pk=kept.pk).update(name="杭州先到有限公司")
    settle(stage, 20, quiet)
    assert Company.objects.count() == 20
    assert Company.objects.get(pk=kept.pk).name == "杭州先到有限公司"


def test_a_renamed_company_has_its_former_name_on_days_before(stage: Stage) -> None:
    settle(stage, SCALE, quiet)
    renamed = [company for company in map(generated_company, range(SCALE)) if company.former_name]
    assert renamed
    for generated in renamed:
        company = Company.objects.get(uscc=generated.uscc)
        on = renamed_on(generated)
        assert name_at(company, on.replace(year=2022)) == generated.former_name
        assert name_at(company, on) == generated.name == company.name


def test_late_figures_come_with_the_second_delivery(tmp_path: Path) -> None:
    numbers = [n for n in range(2_000) if profile_of(generated_company(n)).late][:3]
    assert numbers
    companies = [generated_company(n) for n in (0, *numbers)]
    first = rows_of(write_files(companies, tmp_path, delivery=FIRST, as_of=FIRST_AS_OF)["tax"])
    second = rows_of(write_files(companies, tmp_path, delivery=SECOND, as_of=FIRST_AS_OF)["tax"])
    assert len(first) == len(companies) and len(second) == len(numbers)
    late = [row for row in first if row["统一社会信用代码"] != companies[0].uscc]
    assert all(row["上年销售收入"] == "" for row in late)
    assert all(row["上年销售收入"] != "" for row in second)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_company_without_rights_has_a_complete_list_of_none(stage: Stage) -> None:
    settle(stage, 40, quiet)
    marks = CompanyFact.objects.filter(list_name="prizes", name=COMPLETE, integer=1, superseded_at__isnull=True)
    assert marks.count() == 40
