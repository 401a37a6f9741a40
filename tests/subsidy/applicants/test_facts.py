"""One store of facts: what counts where sources differ, what is shown beside it, and that no row is ever edited."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from policies.language import ABSENT, PackSource, RecordList, parse_pack
from subsidy.applicants.enums import FactSource
from subsidy.applicants.models import COMPLETE, Company, CompanyFact
from subsidy.applicants.selectors import held_of, history_of
from subsidy.decisions.facts import assembled, best_rows, facts_of, gathered, held_on
from subsidy.decisions.rows import Reads
from subsidy.programmes.packs import pack_of
from tests.world import PACKS, World, fresh
from workflows.common.refusals import BadData, Forbidden, NotFound, WrongState

FILED = dt.date(2024, 3, 4)
MONEY = {"name": "contribution_y1", "kind": "money"}


@pytest.fixture
def world(db: None) -> World:
    return World()


def keep(world: World, company: Company, source: str, *facts: dict[str, Any], as_of: str = "2024-01-31") -> None:
    data = {"source": source, "as_of": as_of, "facts": list(facts)}
    world.act("company", company, "keep_facts", "counter", data=data)


def known(world: World, company: Company, name: str, filed_on: dt.date = FILED) -> Any:
    return assembled(pack_of(world.policy()), held_of(company.pk), filed_on=filed_on)[name]


def test_the_source_that_the_pack_names_counts_before_a_newer_one(world: World) -> None:
    company = world.company()
    keep(world, company, "tax", {**MONEY, "value": 100}, as_of="2024-01-01")
    keep(world, company, "statistics", {**MONEY, "value": 300}, as_of="2024-02-01")
    found = known(world, company, "contribution_y1")
    assert pack_of(world.policy()).facts["contribution_y1"].source == "tax"
    assert found.value == 100
    # The world's own value of the registry differs as well: both are shown.
    assert {(row.source, row.integer) for row in found.conflicts} == {("statistics", 300), ("registry", 500_000_000)}


def test_without_the_source_that_the_pack_names_the_newest_counts(world: World) -> None:
    company = world.company()
    keep(world, company, "statistics", {**MONEY, "value": 300}, as_of="2024-02-01")
    found = known(world, company, "contribution_y1")
    assert found.value == 300
    assert [row.source for row in found.others] == ["registry"]


def test_the_same_value_of_two_sources_is_no_conflict(world: World) -> None:
    company = world.company()
    keep(world, company, "tax", {**MONEY, "value": 500_000_000})
    found = known(world, company, "contribution_y1")
    assert [row.source for row in found.others] == ["registry"]
    assert found.conflicts == ()


def test_an_override_counts_before_every_source_and_says_who_and_why(world: World) -> None:
    company = world.company()
    keep(world, company, "tax", {**MONEY, "value": 100})
    world.policy()
    data = {"name": "contribution_y1", "value": "1.50", "period": "", "as_of": "2024-03-01", "reason": "见税单原件"}
    world.act("company", company, "override_fact", "acceptance", data=data)
    found = known(world, company, "contribution_y1")
    assert (found.value, found.row.reason, found.row.entered_by) == (150, "见税单原件", world.people["acceptance"])
    assert len(found.conflicts) == 2
    end = {"fact": found.row.pk, "reason": "已更正"}
    world.act("company", company, "end_override", "acceptance", data=end)
    assert known(world, company, "contribution_y1").value == 100
    with pytest.raises(WrongState):
        world.act("company", company, "end_override", "acceptance", data=end)


def test_an_officers_own_finding_without_a_reason_is_no_override(world: World) -> None:
    company = world.company()
    keep(world, company, "tax", {**MONEY, "value": 100}, as_of="2024-01-01")
    keep(world, company, "officer", {**MONEY, "value": 7}, as_of="2024-02-01")
    assert known(world, company, "contribution_y1").value == 100


def test_who_may_override_and_what(world: World) -> None:
    company = world.company()
    good = {"name": "contribution_y1", "value": "1.50", "as_of": "2024-03-01", "reason": "见税单"}
    for who, refusal in (("counter", Forbidden), ("auditor", Forbidden), (world.filer(company), NotFound)):
        with pytest.raises(refusal):
            world.act("company", company, "override_fact", who, data=good)
    world.policy()
    bad = (
        {"name": "nothing_known"},
        {"name": "submitted_on"},
        {"reason": ""},
        {"value": ""},
        {"value": "many"},
        {"period": "24"},
    )
    for wrong in bad:
        with pytest.raises(BadData) as refused:
            world.act("company", company, "override_fact", "acceptance", data={**good, **wrong})
        assert set(refused.value.fields) == set(wrong), wrong


def test_an_override_stands_above_the_companys_own_answer(world: World) -> None:
    case = world.submitted()
    pack = pack_of(case.policy_version)
    data = {"name": "sales_y1", "value": "10", "as_of": "2024-03-01", "reason": "审计报告第3页"}
    world.act("company", case.company, "override_fact", "acceptance", data=data)
    assert facts_of(case, pack, on=world.now.on)["sales_y1"] == 1_000


def test_the_answer_of_the_company_counts_and_what_a_source_says_stands_beside_it(world: World) -> None:
    call = world.call()
    company = world.company()
    sales = {"name": "sales_y1", "kind": "money", "value": 5}
    keep(world, company, "tax", sales)
    case = world.submitted(call, company)
    found = gathered(case, pack_of(case.policy_version), on=world.now.on)["sales_y1"]
    assert found.value == 12_000_000_000
    assert [(row.source, row.integer) for row in found.conflicts] == [("tax", 5)]


@pytest.mark.parametrize(
    ("name", "periods", "expected"),
    [
        ("contribution_y1", {"2023": 23, "2022": 22, "2024": 24}, 23),
        ("contribution_y2", {"2023": 23, "2022": 22}, 22),
        ("contribution_y2", {"2023": 23, "2021": 21}, None),
    ],
)
def test_a_figure_of_another_year_never_counts(
    world: World, name: str, periods: dict[str, int], expected: int | None
) -> None:
    company = world.company()
    CompanyFact.objects.filter(company=company, name=name).update(superseded_at=world.now.at)
    for period, value in periods.items():
        keep(world, company, "tax", {"name": name, "kind": "money", "value": value, "period": period})
    found = known(world, company, name)
    assert (found.value if found.is_known else None) == expected


def test_without_a_number_of_years_the_latest_year_before_filing_counts(world: World) -> None:
    company = world.company()
    for period in ("2022", "2023", "2024"):
        keep(world, company, "tax", {"name": "sales", "kind": "money", "value": int(period), "period": period})
    pack = parse_pack(_source("tech_sme", "2017.1"))
    assert assembled(pack, held_of(company.pk), filed_on=FILED)["sales"].value == 2023
    assert assembled(pack, held_of(company.pk), filed_on=dt.date(2025, 1, 1))["sales"].value == 2024


def test_a_value_that_cannot_be_one_of_this_fact_is_unknown(world: World) -> None:
    company = world.company()
    keep(world, company, "registry", {"name": "is_dishonest", "kind": "text", "value": "也许"})
    keep(world, company, "tax", {**MONEY, "value": -1})
    assert not known(world, company, "is_dishonest").is_known
    assert not known(world, company, "contribution_y1").is_known
    assert {row.name for row in best_rows(pack_of(world.policy()), held_of(company.pk), on=FILED)}.isdisjoint(
        {"is_dishonest", "contribution_y1"}
    )


def _source(code: str, version: str) -> Any:
    folder = PACKS / code / version
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in ("policy.yaml", "source.md", "cases.yaml")}
    return PackSource(
        policy=texts["policy.yaml"], source=texts["source.md"], cases=texts["cases.yaml"], name=f"{code}/{version}"
    )


def record(key: str, *, list_name: str = "rights", **fields: Any) -> list[dict[str, Any]]:
    kinds = {"number": "text", "kind": "choice", "class": "choice", "granted_on": "date"}
    return [
        {"name": name, "kind": kinds.get(name, "text"), "value": value, "list_name": list_name, "record_key": key}
        for name, value in fields.items()
    ]


def marker(complete: bool = True, *, list_name: str = "rights") -> dict[str, Any]:
    return {"name": COMPLETE, "kind": "yes_no", "value": complete, "list_name": list_name, "record_key": ""}


@pytest.fixture
def with_list(world: World) -> Any:
    """A pack with a list of records, and the name of its list, key and a choice field with two of its values."""
    pack = parse_pack(_source("tech_sme", "2017.1"))
    name, definition = next(iter(pack.records.items()))
    choice = next(field for field in definition.fields.values() if field.kind == "choice")
    return pack, name, definition.key, choice.name, [one.value for one in choice.choices]


def test_a_list_is_read_with_its_records_and_is_complete_only_with_its_marker(world: World, with_list: Any) -> None:
    pack, name, key, field, values = with_list
    company = world.company()
    rows = [
        {"name": key, "kind": "text", "value": "ZL1", "list_name": name, "record_key": "ZL1"},
        {"name": field, "kind": "choice", "value": values[0], "list_name": name, "record_key": "ZL1"},
        {"name": key, "kind": "text", "value": "ZL2", "list_name": name, "record_key": "ZL2"},
        {"name": field, "kind": "choice", "value": "no_such_value", "list_name": name, "record_key": "ZL2"},
    ]
    assert not assembled(pack, held_of(company.pk), filed_on=FILED)[name].is_known
    keep(world, company, "ip_register", *rows)
    found = assembled(pack, held_of(company.pk), filed_on=FILED)[name]
    assert found.value == RecordList(({key: "ZL1", field: values[0]}, {key: "ZL2"}), complete=False)
    keep(world, company, "ip_register", marker(list_name=name))
    assert assembled(pack, held_of(company.pk), filed_on=FILED)[name].value.complete
    # Its rows are no facts of their own name.
    assert "number" not in {row.name for row in best_rows(pack, held_of(company.pk), on=FILED)}


def test_a_marker_alone_says_that_there_is_no_record(world: World, with_list: Any) -> None:
    pack, name, *_rest = with_list
    company = world.company()
    keep(world, company, "ip_register", marker(list_name=name))
    assert assembled(pack, held_of(company.pk), filed_on=FILED)[name].value == RecordList((), complete=True)


def test_lists_of_two_sources_are_never_mixed(world: World, with_list: Any) -> None:
    pack, name, key, *_rest = with_list
    company = world.company()
    for source, number in (("ip_register", "ZL1"), ("register", "ZL9")):
        row = {"name": key, "kind": "text", "value": number, "list_name": name, "record_key": number}
        keep(world, company, source, row, marker(list_name=name))
    found = assembled(pack, held_of(company.pk), filed_on=FILED)[name]
    assert found.value.rows == ({key: "ZL1"},)
    assert [row.record_key for row in found.conflicts] == ["ZL9"]


def test_facts_of_a_company_for_a_policy_take_three_statements(world: World) -> None:
    case = fresh(world.submitted())
    pack = pack_of(case.policy_version)
    for name in ("a", "b"):
        keep(world, case.company, "ip_register", *record(f"ZL{name}", number=f"ZL{name}"))
    with CaptureQueriesContext(connection) as asked:
        facts_of(case, pack, on=world.now.on)
    assert len(asked) <= 3, [one["sql"] for one in asked]


def test_the_same_said_twice_changes_nothing(world: World) -> None:
    company = world.company()
    for _turn in range(2):
        keep(world, company, "tax", {**MONEY, "value": 100}, *record("ZL1", number="ZL1"))
    assert CompanyFact.objects.filter(company=company, source=FactSource.TAX).count() == 2


def test_a_newer_value_supersedes_and_the_history_keeps_both(world: World) -> None:
    company = world.company()
    keep(world, company, "tax", {**MONEY, "value": 100, "raw": "1.00元"})
    keep(world, company, "tax", {**MONEY, "value": None}, as_of="2024-02-29")
    rows = [row for row in history_of(company.pk, "contribution_y1") if row.source == "tax"]
    assert [(row.absent, row.raw, row.superseded_at is None) for row in rows] == [
        (True, "", True),
        (False, "1.00元", False),
    ]
    assert rows[0].entered_by == world.people["counter"]
    assert known(world, company, "contribution_y1").row.absent
    assert known(world, company, "contribution_y1").value is ABSENT


@pytest.mark.parametrize(
    "change",
    [
        {"integer": 1},
        {"as_of": dt.date(2020, 1, 1)},
        {"reason": "x"},
        {"source": "tax"},
        {"raw": "1"},
        {"period": "2020"},
    ],
)
def test_no_fact_is_ever_edited(world: World, change: dict[str, Any]) -> None:
    company = world.company()
    row = CompanyFact.objects.filter(company=company, name="contribution_y1")
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(**change)


def test_a_superseded_fact_stays_so_and_none_is_deleted(world: World) -> None:
    company = world.company()
    row = CompanyFact.objects.filter(company=company, name="contribution_y1")
    row.update(superseded_at=world.now.at)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(superseded_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        row._raw_delete(row.db)


def test_a_fact_needs_what_it_is(world: World) -> None:
    company = world.company()
    for wrong in ({"name": "a", "kind": "money"}, {**MONEY, "value": 1, "colour": "red"}):
        with pytest.raises(BadData):
            keep(world, company, "tax", wrong)


def note(world: World, company: Company, kind: str, **more: Any) -> None:
    data = {"kind": kind, "level": "", "certificate_number": f"N{kind}", "valid_from": "2023-01-01", **more}
    world.act("company", company, "note_recognition", "counter", data=data)


def test_a_certificate_in_the_register_is_read_by_the_decision(world: World) -> None:
    case = world.submitted()
    pack = pack_of(case.policy_version)
    note(world, case.company, "high_tech", valid_to="2026-06-30")
    found: Any = gathered(case, pack, on=world.now.on)["high_tech_until"]
    assert (found.value, found.row.source) == (dt.date(2026, 6, 30), FactSource.REGISTER)
    assert [row.source for row in found.conflicts] == ["registry"]


def test_a_place_on_a_list_says_yes_while_it_lasts_and_its_absence_says_nothing(world: World) -> None:
    company = world.company()
    CompanyFact.objects.filter(company=company, name="is_dishonest").update(superseded_at=world.now.at)
    pack = pack_of(world.policy())

    def read(on: dt.date) -> Any:
        return assembled(pack, held_on(company.pk, Reads.of(pack), on=on), filed_on=FILED)["is_dishonest"]

    assert not read(FILED).is_known
    note(world, company, "dishonest", valid_to="2024-02-28")
    assert read(dt.date(2024, 2, 28)).value is True
    assert not read(dt.date(2024, 2, 29)).is_known


def test_what_a_register_says_prefills_without_a_row_of_its_own(world: World) -> None:
    company = world.company()
    note(world, company, "high_tech", valid_to="2026-06-30")
    CompanyFact.objects.filter(company=company, name="high_tech_until").update(superseded_at=world.now.at)
    pack = pack_of(world.policy())
    rows = best_rows(pack, held_on(company.pk, Reads.of(pack), on=FILED), on=FILED)
    [row] = [row for row in rows if row.name == "high_tech_until"]
    assert not row.is_kept
