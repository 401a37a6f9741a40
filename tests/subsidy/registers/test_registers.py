"""Registers: delivered lists and their differences, changes as new rows, what holds on a day, earlier awards."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from subsidy.decisions.books import books_of
from subsidy.registers.enums import Change, RegisterImportState
from subsidy.registers.models import PriorAward, RegisterEntry, RegisterImport
from subsidy.registers.selectors import current_awards, recognised, spans_of
from tests.subsidy.registers.lists import AWARDS, apply, deliver, note, said, table
from tests.world import World, fresh
from workflows.common.refusals import BadData, Forbidden, NotFound, WrongState

DAY = dt.date.fromisoformat


@pytest.fixture
def world(db: None) -> World:
    return World()


def counts(about: RegisterImport) -> tuple[int, int, int, int, int]:
    return about.added, about.changed, about.gone, about.same, about.bad


def held(company: Any, day: str, kind: str = "high_tech") -> str | None:
    found = recognised(company.pk, kind, on=DAY(day))
    return None if found is None else f"{found.entry.certificate_number} {found.entry.level}".strip()


def change(world: World, entry: RegisterEntry, what: str, on: str, **data: Any) -> RegisterEntry:
    data = {"entry": entry.pk, "change": what, "effective_on": on, "reason": "杭科〔2024〕1号", **data}
    world.act("company", entry.company, "change_entry", "counter", data=data)
    return RegisterEntry.objects.latest("pk")


def test_the_same_list_twice_changes_nothing_the_second_time(world: World) -> None:
    one, two = world.company(), world.company()
    lines = said(one), said(two, "GR202333000002,国家级,2023-12-01,2026-11-30")
    first = deliver(world, *lines)
    assert counts(first) == (2, 0, 0, 0, 0) and not RegisterEntry.objects.exists()
    assert apply(world, first).applied == 2
    second = deliver(world, *lines, complete=True)
    assert counts(second) == (0, 0, 0, 2, 0)
    assert apply(world, second).applied == 0
    assert RegisterEntry.objects.count() == 2
    assert held(one, "2024-01-31") == "GR202333000001 国家级"
    with pytest.raises(WrongState):
        apply(world, first)  # once only


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_lists_come_in_other_encodings(world: World, encoding: str) -> None:
    company = world.company()
    assert counts(deliver(world, said(company), encoding=encoding)) == (1, 0, 0, 0, 0)


def test_a_complete_list_takes_off_whoever_is_missing_and_only_then(world: World) -> None:
    stays, goes, unclear = world.company(), world.company(), world.company()
    lines = [said(one, ",,2022-01-01,") for one in (stays, goes, unclear)]
    apply(world, deliver(world, *lines, register="above_scale"))
    part = deliver(world, lines[0], register="above_scale", as_of="2024-03-01")
    assert counts(part) == (0, 0, 0, 1, 0)
    bad = said(unclear, ",,不知道,")
    whole = deliver(world, lines[0], bad, register="above_scale", as_of="2024-03-01", complete=True)
    assert counts(whole) == (0, 0, 1, 1, 1)
    apply(world, whole)
    assert held(goes, "2024-02-29", "above_scale") is not None
    assert held(goes, "2024-03-01", "above_scale") is None
    # A company whose line could not be read is not taken off for that.
    assert held(stays, "2024-03-01", "above_scale") == held(unclear, "2024-03-01", "above_scale") == ""


def test_off_a_list_and_on_it_again(world: World) -> None:
    company = world.company()
    apply(world, deliver(world, said(company, ",,2022-01-01,"), register="dishonest"))
    other = world.company()
    apply(world, deliver(world, said(other, ",,2023-01-01,"), register="dishonest", as_of="2023-06-01", complete=True))
    again = deliver(world, said(company, ",,2024-01-15,"), register="dishonest")
    assert counts(again) == (0, 1, 0, 0, 0)
    apply(world, again)
    on = [bool(recognised(company.pk, "dishonest", on=DAY(day))) for day in ("2023-05-31", "2023-06-01", "2024-01-15")]
    assert on == [True, False, True]
    # A list from before it was taken off changes nothing.
    older = deliver(world, said(company, ",,2021-01-01,"), register="dishonest", as_of="2022-01-01")
    assert counts(older) == (0, 0, 0, 0, 1) and older.rows.get().code == "later_held"


def test_a_new_certificate_renews_and_a_new_level_raises(world: World) -> None:
    company = world.company()
    apply(world, deliver(world, said(company, "GR202133000001,市级,2021-12-01,2024-11-30")))
    raised = deliver(world, said(company, "GR202133000001,省级,2021-12-01,2024-11-30"), as_of="2023-05-01")
    assert counts(raised) == (0, 1, 0, 0, 0)
    apply(world, raised)
    renewed = deliver(world, said(company, "GR202433000009,省级,2024-10-01,2027-09-30"), as_of="2024-11-01")
    apply(world, renewed)
    changes = list(RegisterEntry.objects.order_by("pk").values_list("change", flat=True))
    assert changes == [Change.NOTED, Change.UPGRADED, Change.RENEWED]
    assert held(company, "2023-04-30") == "GR202133000001 市级"
    assert held(company, "2023-05-01") == "GR202133000001 省级"
    assert held(company, "2024-10-01") == "GR202433000009 省级"
    assert held(company, "2027-10-01") is None
    # The certificate before, in a list that is older, is no change; an unknown older one is refused.
    older = (
        said(company, "GR202133000001,市级,2021-12-01,2024-11-30"),
        said(company, "GR2018,市级,2018-01-01,2020-12-31"),
    )
    assert counts(deliver(world, *older)) == (0, 0, 0, 1, 1)


def test_the_number_of_another_company_is_refused_and_named(world: World) -> None:
    one, two = world.company(), world.company()
    apply(world, deliver(world, said(one)))
    about = deliver(world, said(two), complete=True)
    row = about.rows.get(code="number_of_other")
    assert row.detail == one.name and row.company == two
    assert counts(about) == (0, 0, 1, 0, 1)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("913301067494950271,G1,,2023-01-01,2025-12-31", "code"),
        ("{stranger},G1,,2023-01-01,2025-12-31", "unknown_company"),
        ("{uscc},G1,,2023-13-01,2025-12-31", "date"),
        ("{uscc},G1,,2026-01-01,2025-12-31", "last_before_first"),
        ("{uscc},G1,,2023-01-01,", "cell_missing"),
        ("{uscc},,,2023-01-01,2025-12-31", "cell_missing"),
        ('{uscc},"=cmd()",,2023-01-01,2025-12-31', "formula"),
        ("{uscc}," + "9" * 61 + ",,2023-01-01,2025-12-31", "too_long"),
        ("{uscc},OK,,2023-01-01,2025-12-31", "line_twice"),
    ],
)
def test_a_bad_line_is_told_and_the_others_are_taken(world: World, line: str, code: str) -> None:
    company, other = world.company(), World(code="yh").company()
    good = said(company, "OK,,2023-01-01,2025-12-31")
    about = deliver(world, good, line.format(uscc=company.uscc, stranger=other.uscc))
    assert counts(about) == (1, 0, 0, 0, 1)
    assert about.rows.get(outcome="bad").code == code and about.rows.get(outcome="bad").line == 3
    assert apply(world, about).applied == 1


@pytest.mark.parametrize(
    "heading", ["证书编号,起始日期", "统一社会信用代码,证书编号", "统一社会信用代码,起始日期,起始日期"]
)
def test_a_file_that_is_no_such_list_is_refused_whole(world: World, heading: str) -> None:
    with pytest.raises(BadData) as refused:
        deliver(world, "a,b,c", heading=heading)
    assert set(refused.value.fields) == {"file"} and not RegisterImport.objects.exists()


def test_what_changed_since_the_comparison_is_compared_anew(world: World) -> None:
    company = world.company()
    about = deliver(world, said(company, "GR202333000001,省级,2023-12-01,2026-11-30"))
    note(world, company, certificate_number="GR202333000001", valid_from="2023-12-01", valid_to="2026-11-30")
    with pytest.raises(WrongState):
        apply(world, about)
    world.act("register_import", about, "discard", "counter")
    assert fresh(about).state == RegisterImportState.DISCARDED
    with pytest.raises(WrongState):
        apply(world, about)


def test_only_the_counter_of_the_own_bureau_imports(world: World) -> None:
    other = World(code="yh")
    about = deliver(world, said(world.company()))
    for who, refusal in (("acceptance", Forbidden), ("finance1", Forbidden), ("auditor", Forbidden)):
        with pytest.raises(refusal):
            world.act("register_import", about, "apply", who)
    with pytest.raises(NotFound):
        other.act("register_import", about, "apply", "counter")


def test_a_revoked_title_is_gone_from_that_day_with_all_before_it(world: World) -> None:
    company = world.company()
    first = note(world, company)
    renewed = change(
        world,
        first,
        "renewed",
        "2024-06-01",
        certificate_number="GR2024",
        valid_from="2024-06-01",
        valid_to="2027-05-31",
    )
    change(world, renewed, "ended", "2024-08-01")
    assert held(company, "2024-07-31") == "GR2024 市级"
    # The old certificate would have run until November.
    assert held(company, "2024-08-01") is None and held(company, "2024-10-01") is None
    assert [span.last for span in spans_of(company.pk)] == [DAY("2024-07-31"), DAY("2024-07-31")]


def test_a_correction_takes_the_place_of_what_it_corrects(world: World) -> None:
    company = world.company()
    entry = note(world, company)
    change(world, entry, "corrected", "2024-01-01", valid_from="2022-01-01", valid_to="2024-12-31")
    assert held(company, "2021-12-15") is None and held(company, "2024-12-15") is not None


def test_each_row_is_followed_once_and_an_ended_one_only_renewed(world: World) -> None:
    entry = note(world, world.company())
    ended = change(world, entry, "ended", "2024-02-01")
    with pytest.raises(BadData):
        change(world, entry, "ended", "2024-03-01")  # no longer the newest row
    with pytest.raises(WrongState):
        change(world, ended, "corrected", "2024-03-01", level="省级")
    with pytest.raises(BadData):
        note(world, world.company(), kind="high_tech", valid_to="")


@pytest.mark.parametrize("model", [RegisterEntry, PriorAward])
def test_rows_are_never_edited(world: World, model: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(entered_at=world.now.at)


def test_earlier_awards_count_in_groups_once_and_are_corrected_by_a_later_statement(world: World) -> None:
    company = world.company()
    line = f'{company.uscc},rd_platform_award,省级,rd_platform,{company.uscc},"300,000.00",2021-06-01,杭财〔2021〕3号'
    about = deliver(world, line, register="prior_awards", heading=AWARDS)
    assert counts(about) == (1, 0, 0, 0, 0)
    apply(world, about)
    assert counts(deliver(world, line, register="prior_awards", heading=AWARDS)) == (0, 0, 0, 1, 0)
    [award] = books_of(company.pk, on=world.now.on).awards
    assert (award.measure, award.amount_fen, award.conferred_on) == (
        "rd_platform_award",
        30_000_000,
        DAY("2021-06-01"),
    )
    assert (award.group, award.group_key) == ("rd_platform", (company.uscc,))
    assert books_of(company.pk, on=DAY("2021-05-31")).awards == ()
    lower = line.replace("300,000.00", "200,000.00")
    apply(world, deliver(world, lower, register="prior_awards", heading=AWARDS))
    assert current_awards().get(company=company).amount_fen == 20_000_000
    apply(world, deliver(world, line.replace("300,000.00", "0"), register="prior_awards", heading=AWARDS))
    assert books_of(company.pk, on=world.now.on).awards == () and PriorAward.objects.count() == 3


@pytest.mark.parametrize("amount", ["-1", "0.001", "三十万"])
def test_an_award_of_no_sensible_amount_is_not_taken(world: World, amount: str) -> None:
    company = world.company()
    line = f"{company.uscc},p,,,,{amount},2021-06-01,杭财〔2021〕3号"
    about = deliver(world, line, register="prior_awards", heading=AWARDS)
    assert about.rows.get().code == "money"


def test_a_silent_list_of_awards_takes_nothing_back(world: World) -> None:
    one, two = world.company(), world.company()
    lines = [f"{company.uscc},p,,,,100,2021-06-01,文{company.pk}" for company in (one, two)]
    apply(world, deliver(world, *lines, register="prior_awards", heading=AWARDS))
    about = deliver(world, lines[0], register="prior_awards", heading=AWARDS, complete=True)
    assert counts(about) == (0, 0, 0, 1, 0) and about.complete


def test_a_picture_is_no_list(world: World) -> None:
    file = table([])
    file.name = "list.pdf"
    with pytest.raises(BadData):
        world.open(
            "register_import",
            "upload",
            "counter",
            {"register": "high_tech", "as_of": "2024-01-01"},
            files={"file": file},
        )
