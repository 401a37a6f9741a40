"""Files of facts: checked line by line, applied in chunks, the same file twice, interrupted, undone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from procrastinate.contrib.django.models import ProcrastinateJob

from policies.language import RecordList, load_pack
from subsidy.applicants.enums import ImportState
from subsidy.applicants.models import COMPLETE, Company, CompanyFact, FactImport
from subsidy.applicants.selectors import held_of
from subsidy.audit.models import Event
from subsidy.decisions.facts import values_held
from subsidy.documents.services import folder
from tests.workflows.fact_import.files import HEAD, applied, companies, counts, csv_file, undone, upload, xlsx_file
from tests.world import PACKS, World, fresh
from workflows.common.refusals import BadData, Forbidden, NotFound, Stale, WrongState
from workflows.common.turn import Origin
from workflows.fact_import import chunks
from workflows.fact_import.jobs import apply_fact_import, check_fact_import, undo_fact_import

PAGE = Origin(surface="page")


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "LINES", 3)


def line(company: Company, sales: Any = 5000, before: Any = 4000, taxed: str = "是") -> str:
    return f"{company.uscc},{company.name},{sales},{before},{taxed}"


def table(*lines: str, head: str = HEAD) -> str:
    return "\r\n".join([head, *lines]) + "\r\n"


def current(company: Company, name: str = "sales_y1", **more: Any) -> CompanyFact | None:
    rows = CompanyFact.objects.filter(company=company, name=name, superseded_at__isnull=True, **more)
    return rows.get() if rows else None


def test_a_file_is_checked_first_and_nothing_is_written(world: World) -> None:
    mine = companies(world, 2)
    found = upload(world, csv_file(table(*[line(one) for one in mine])))
    assert found.state == ImportState.CHECKED
    assert counts(found) == {"new": 6}
    assert (found.lines, found.lines_bad) == (3, 0)
    assert not CompanyFact.objects.filter(company__in=mine).exists()


def test_an_applied_file_keeps_value_year_source_raw_and_who(world: World) -> None:
    [company] = companies(world, 1)
    found = applied(world, csv_file(table(line(company, "1234.56"))))
    row = current(company)
    assert row is not None
    assert (row.integer, row.period, row.source, row.raw) == (1_234_560_000, "2023", "tax", "1234.56")
    assert (row.as_of, row.entered_by, row.brought_by) == (dt.date(2024, 2, 1), world.people["counter"], found)
    before = current(company, "sales_y2")
    assert before is not None
    assert before.period == "2022"
    assert found.document is not None
    assert found.document.sha256 == found.sha256


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    mine = companies(world, 7)
    text = table(*[line(one) for one in mine])
    applied(world, csv_file(text))
    held = CompanyFact.objects.count()
    again = upload(world, csv_file(text))
    assert counts(again) == {"same": 21}
    with pytest.raises(WrongState):
        world.act("fact_import", again, "apply", "counter")
    assert CompanyFact.objects.count() == held


def test_each_fact_is_new_changed_renewed_same_or_older(world: World) -> None:
    mine = companies(world, 2)
    applied(world, csv_file(table(*[line(one) for one in mine])))
    later = upload(world, csv_file(table(line(mine[0], sales=6000), line(mine[1]))), as_of="2024-02-20")
    assert counts(later) == {"changed": 1, "renewed": 5}
    older = upload(world, csv_file(table(line(mine[0], sales=1))), as_of="2024-01-01")
    assert counts(older) == {"older": 3}
    corrected = upload(world, csv_file(table(line(mine[0], sales=7000))))
    assert counts(corrected) == {"changed": 1, "same": 2}


def test_one_bad_line_in_a_hundred_is_reported_and_the_others_are_taken(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "LINES", 50)
    mine = companies(world, 400)
    lines = [line(one, sales="很多" if n % 100 == 99 else 5000) for n, one in enumerate(mine)]
    found = applied(world, csv_file(table(*lines)))
    assert (found.lines, found.lines_bad) == (401, 4)
    assert counts(found) == {"new": 396 * 3}
    faults = list(found.faults.order_by("line").values_list("line", "column", "code", "found"))
    assert faults == [(n, "上年销售收入（万元）", "money", "很多") for n in (101, 201, 301, 401)]
    assert current(mine[99]) is None
    assert CompanyFact.objects.filter(company__in=mine).count() == 396 * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_every_encoding_of_an_office_is_read(world: World, encoding: str) -> None:
    [company] = companies(world, 1)
    found = upload(world, csv_file(table(line(company)), encoding=encoding))
    assert (found.state, counts(found)) == (ImportState.CHECKED, {"new": 3})


def test_a_workbook_is_read_by_its_values_and_formulas_are_refused(world: World) -> None:
    mine = companies(world, 2)
    rows: list[list[Any]] = [
        HEAD.split(","),
        [mine[0].uscc, mine[0].name, 5000, 4000.5, "是"],
        [mine[1].uscc, mine[1].name, "=1+1", 4000, "是"],
    ]
    found = applied(world, xlsx_file(rows))
    assert list(found.faults.values_list("line", "code")) == [(3, "formula")]
    row = current(mine[0], "sales_y2")
    assert row is not None
    assert row.integer == 4_000_500_000


def test_a_formula_in_text_is_refused(world: World) -> None:
    mine = companies(world, 3)
    lines = [line(mine[0], '"=HYPERLINK(1)"'), line(mine[1], "+cmd"), line(mine[2], "@SUM(1)")]
    found = upload(world, csv_file(table(*lines)))
    assert list(found.faults.order_by("line").values_list("code", flat=True)) == ["formula"] * 3


def test_what_a_line_cannot_be(world: World) -> None:
    mine, other = companies(world, 2), World(code="yh").company()
    lines = [
        line(mine[0]),
        line(mine[0], sales=1),
        f"{mine[1].uscc[:-1]}0,错码,1,1,是",
        f"{other.uscc},外区企业,1,1,是",
        f"{mine[1].uscc},名,1,1,也许,多一列",
    ]
    found = upload(world, csv_file(table(*lines)))
    codes = list(found.faults.order_by("line", "code").values_list("line", "code", "detail"))
    assert codes == [
        (3, "line_twice", "2"),
        (4, "code", ""),
        (5, "unknown_company", ""),
        (6, "more_columns", ""),
        (6, "yes_no", ""),
    ]
    assert counts(found) == {"new": 3}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("企业名称,上年销售收入\r\na,1\r\n", "no_code_column"),
        ("统一社会信用代码,别的\r\na,1\r\n", "no_columns"),
        ("统一社会信用代码,上年销售收入,上年销售收入（万元）\r\na,1,1\r\n", "column_twice"),
        ('统一社会信用代码,上年销售收入\r\na,"1\r\n', "quotes"),
        ("统一社会信用代码,上年销售收入\r\na,\x00\r\n", "binary"),
    ],
)
def test_a_file_that_is_no_such_table_is_said_to_be_unreadable(world: World, content: str, code: str) -> None:
    found = upload(world, csv_file(content))
    assert (found.state, found.fault.partition(":")[0]) == (ImportState.UNREADABLE, code)
    with pytest.raises(WrongState):
        world.act("fact_import", found, "apply", "counter")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tax.pdf", b"%PDF-1.4"),
        ("tax.csv", b""),
        ("tax.xlsx", b"a,b"),
        ("tax.csv", b"PK\x03\x04abc"),
        ("x.exe", b"MZ"),
    ],
)
def test_another_kind_of_file_is_not_kept(world: World, name: str, content: bytes) -> None:
    file = SimpleUploadedFile(name, content)
    with pytest.raises(BadData) as refused:
        upload(world, file)
    assert set(refused.value.fields) == {"file"}
    assert not FactImport.objects.exists()


def test_figures_of_years_need_their_year(world: World) -> None:
    with pytest.raises(BadData) as refused:
        upload(world, csv_file(HEAD), year="")
    assert set(refused.value.fields) == {"year"}


def test_an_interrupted_import_is_taken_up_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = companies(world, 10)
    found = upload(world, csv_file(table(*[line(one) for one in mine])))
    world.act("fact_import", found, "apply", "counter")
    done: list[int] = []

    def dies() -> Any:
        if len(done) == 2:
            raise RuntimeError("the machine went down")
        done.append(1)
        return world.now

    with pytest.raises(RuntimeError):
        apply_fact_import(found.pk, now=dies)
    found = fresh(found)
    assert (found.state, found.applied_to) == (ImportState.APPLYING, 7)
    assert CompanyFact.objects.filter(brought_by=found).count() == 18
    world.act("fact_import", found, "resume", "counter")
    for _twice in range(2):
        apply_fact_import(found.pk, now=lambda: world.now)
    found = fresh(found)
    assert (found.state, found.applied_to, counts(found)) == (ImportState.APPLIED, 11, {"new": 30})
    assert CompanyFact.objects.filter(brought_by=found).count() == 30


def test_an_interrupted_check_counts_every_line_once(world: World) -> None:
    mine = companies(world, 7)
    lines = [line(one, sales="坏" if n in (1, 5) else 1) for n, one in enumerate(mine)]
    pk = world.open(
        "fact_import",
        "upload",
        "counter",
        {"layout": "tax", "as_of": "2024-02-01", "year": 2023},
        files={"file": csv_file(table(*lines))},
    )
    done: list[int] = []

    def dies() -> Any:
        if done:
            raise RuntimeError("the machine went down")
        done.append(1)
        return world.now

    with pytest.raises(RuntimeError):
        check_fact_import(pk, now=dies)
    assert FactImport.objects.get(pk=pk).read_to == 4
    for _twice in range(2):
        check_fact_import(pk, now=lambda: world.now)
    found = FactImport.objects.get(pk=pk)
    assert (found.state, found.lines_bad, counts(found)) == (ImportState.CHECKED, 2, {"new": 15})


def test_undoing_brings_back_what_was_held_before(world: World) -> None:
    mine = companies(world, 5)
    first = applied(world, csv_file(table(*[line(one) for one in mine[:3]])))
    second = applied(world, csv_file(table(*[line(one, sales=9000) for one in mine])), as_of="2024-02-20")
    gone = undone(world, second)
    assert gone.state == ImportState.UNDONE
    for company in mine[:3]:
        row = current(company)
        assert row is not None
        assert (row.integer, row.as_of, row.brought_by) == (5_000_000_000, dt.date(2024, 2, 1), first)
    assert current(mine[4]) is None
    undone(world, first)
    assert current(mine[0]) is None
    undo_fact_import(first.pk, now=lambda: world.now)
    assert CompanyFact.objects.filter(company__in=mine, superseded_at__isnull=True).count() == 0


def test_undoing_leaves_alone_what_was_said_since(world: World) -> None:
    [company] = companies(world, 1)
    found = applied(world, csv_file(table(line(company))))
    applied(world, csv_file(table(line(company, sales=8000))), as_of="2024-02-20")
    undone(world, found)
    row = current(company)
    assert row is not None
    assert row.integer == 8_000_000_000


def test_a_file_that_is_half_applied_can_be_undone(world: World) -> None:
    mine = companies(world, 7)
    found = upload(world, csv_file(table(*[line(one) for one in mine])))
    world.act("fact_import", found, "apply", "counter")
    with pytest.raises(StopIteration):
        apply_fact_import(found.pk, now=iter([world.now]).__next__)
    undone(world, fresh(found))
    assert CompanyFact.objects.filter(company__in=mine, superseded_at__isnull=True).count() == 0


RIGHTS = "统一社会信用代码,证书号,类别,授权日期"


def right(company: Company, number: str, kind: str = "发明专利") -> str:
    return f"{company.uscc},{number},{kind},2020-01-02"


def rights(world: World, *lines: str, head: str = RIGHTS, **data: Any) -> FactImport:
    return upload(world, csv_file(table(*lines, head=head), name="ip.csv"), layout="ip_register", year="", **data)


def apply_it(world: World, found: FactImport) -> FactImport:
    world.act("fact_import", found, "apply", "counter")
    apply_fact_import(found.pk, now=lambda: world.now)
    return FactImport.objects.get(pk=found.pk)


def test_a_complete_list_supersedes_what_it_no_longer_names(world: World) -> None:
    mine = companies(world, 2)
    first = [right(mine[0], f"ZL{n}") for n in range(5)] + [right(mine[1], "ZL9")]
    found = apply_it(world, rights(world, *first, complete=True))
    assert found.facts_new == 6 * 3 + 2
    less = [right(mine[0], "ZL0"), right(mine[0], "ZL7")]
    second = rights(world, *less, complete=True, as_of="2024-02-20")
    assert counts(second) == {"new": 3, "renewed": 4, "gone": 12}
    apply_it(world, second)
    keys = CompanyFact.objects.filter(company=mine[0], list_name="ip", superseded_at__isnull=True)
    assert set(keys.values_list("record_key", flat=True)) == {"", "ZL0", "ZL7"}
    assert CompanyFact.objects.filter(company=mine[1], record_key="ZL9", superseded_at__isnull=True).exists()
    undone(world, FactImport.objects.get(pk=second.pk))
    assert set(keys.values_list("record_key", flat=True)) == {"", *(f"ZL{n}" for n in range(5))}


def test_a_list_with_a_bad_line_is_not_complete_for_its_company(world: World) -> None:
    mine = companies(world, 2)
    lines = [right(mine[0], "ZL1"), right(mine[0], "ZL2", kind="永动机"), right(mine[1], "ZL3")]
    apply_it(world, rights(world, *lines, complete=True))
    markers = {mine.index(row.company): row.integer for row in CompanyFact.objects.filter(name=COMPLETE)}
    assert markers == {0: 0, 1: 1}


def test_a_line_with_a_code_alone_says_that_there_is_no_record(world: World) -> None:
    [company] = companies(world, 1)
    found = apply_it(world, rights(world, f"{company.uscc},,,", complete=True))
    assert counts(found) == {"new": 1}
    row = CompanyFact.objects.get(company=company, list_name="ip")
    assert (row.name, row.record_key, row.integer) == (COMPLETE, "", 1)


def test_records_that_stand_there_twice_and_companies_that_are_scattered(world: World) -> None:
    mine = companies(world, 2)
    lines = [right(mine[0], "ZL1"), right(mine[0], "ZL1"), right(mine[1], "ZL1"), right(mine[0], "ZL4")]
    found = rights(world, *lines, f"{mine[1].uscc},,发明专利,")
    codes = list(found.faults.order_by("line", "code").values_list("line", "code"))
    assert codes == [(3, "record_twice"), (5, "not_together"), (6, "no_key"), (6, "not_together")]


def test_a_list_that_came_by_file_is_read_by_a_policy(world: World) -> None:
    [company] = companies(world, 1)
    apply_it(world, rights(world, right(company, "ZL1"), complete=True))
    folder_of = PACKS / "tech_sme" / "2017.1"
    pack = load_pack(folder_of)
    read = values_held(pack, held_of(company.pk), on=world.now.on)
    assert read["ip"] == RecordList(({"number": "ZL1", "kind": "invention"},), complete=True)


def test_who_may_do_what_and_where(world: World) -> None:
    [company] = companies(world, 1)
    other = World(code="yh")
    found = upload(world, csv_file(table(line(company))))
    for who, refusal in (("acceptance", Forbidden), ("auditor", Forbidden), (other.people["counter"], NotFound)):
        for act in ("apply", "discard", "resume"):
            with pytest.raises(refusal):
                world.act("fact_import", found, act, who)
    for act in ("check_chunk", "apply_chunk", "undo_chunk", "note_unreadable"):
        with pytest.raises(NotFound):
            world.act("fact_import", found, act, world.system, origin=PAGE, data={"after": 0, "last": 9, "staged": 0})
    with pytest.raises(WrongState):
        world.act("fact_import", found, "undo", "counter", data={"reason": "x"})
    with pytest.raises(Stale):
        world.act("fact_import", found, "apply", "counter", version=found.head_seq + 5)
    world.act("fact_import", found, "discard", "counter")
    with pytest.raises(WrongState):
        world.act("fact_import", found, "apply", "counter")
    apply_fact_import(found.pk, now=lambda: world.now)
    assert current(company) is None


def test_a_kept_file_that_was_changed_is_not_applied(world: World, settings: Any) -> None:
    [company] = companies(world, 1)
    found = upload(world, csv_file(table(line(company))))
    world.act("fact_import", found, "apply", "counter")
    assert found.document is not None
    path = folder() / found.document.path
    path.write_bytes(path.read_bytes().replace(b"5000", b"9999"))
    apply_fact_import(found.pk, now=lambda: world.now)
    found = fresh(found)
    assert (found.state, found.fault) == (ImportState.UNREADABLE, "changed:")
    assert current(company) is None


def test_every_chunk_has_its_event_with_its_counts(world: World) -> None:
    mine = companies(world, 7)
    found = applied(world, csv_file(table(*[line(one) for one in mine])))
    actions = list(
        Event.objects.filter(stream="fact_import", stream_id=found.pk).order_by("seq").values_list("action", flat=True)
    )
    assert actions == ["upload", *["check_chunk"] * 3, "apply", *["apply_chunk"] * 3]


def test_taking_up_again_has_the_right_work_done(world: World) -> None:
    [company] = companies(world, 1)
    found = upload(world, csv_file(table(line(company))))
    world.act("fact_import", found, "apply", "counter")
    world.act("fact_import", found, "resume", "counter")
    apply_fact_import(found.pk, now=lambda: world.now)
    world.act("fact_import", found, "undo", "counter", data={"reason": "传错了"})
    world.act("fact_import", found, "resume", "counter")
    jobs = ProcrastinateJob.objects.filter(args__import_id=found.pk).order_by("id")
    assert list(jobs.values_list("task_name", flat=True)) == [
        "check_fact_import",
        *["apply_fact_import"] * 2,
        *["undo_fact_import"] * 2,
    ]
