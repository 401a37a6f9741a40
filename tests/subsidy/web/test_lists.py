"""Lists over work items: the table that must stay fast at a million rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from typing import Any

import django_filters
import openpyxl
import pytest
from django.db import connection
from django.db.models import QuerySet
from django.http import Http404, QueryDict
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from subsidy.accounts.enums import Role
from subsidy.accounts.models import Authority
from subsidy.audit.moment import ZONE
from subsidy.web import exports, lists
from subsidy.web.lists import Column, ListPage, ListSpec, Sort
from subsidy.work.models import Pool, WorkItem

pytestmark = pytest.mark.django_db
MADE = dt.datetime(2024, 3, 4, 9, 0, tzinfo=ZONE)


class ItemFilter(django_filters.FilterSet):
    due = django_filters.DateFilter(field_name="due_on")

    class Meta:
        model = WorkItem
        fields = ("node",)


def search(queryset: QuerySet[WorkItem], text: str) -> QuerySet[WorkItem]:
    return queryset.filter(title__contains=text)


SPEC = ListSpec(
    model=WorkItem,
    columns=(
        Column("number", "Number", link=lambda row: f"/{row.number}"),
        Column("title", "Company"),
        Column("role", "Role", value="pool.role"),
        Column("amount_fen", "Amount", kind="yuan", sort="amount"),
        Column("due_on", "Due", kind="day", sort="due"),
        Column("subject_id", "Subject", kind="number"),
    ),
    sorts=(
        Sort("due", "Due", ("due_on",)),
        Sort("-due", "Due, last first", ("-due_on",)),
        Sort("amount", "Amount, largest first", ("-amount_fen", "id")),
    ),
    filterset=ItemFilter,
    search=search,
    related=("pool",),
    page_size=7,
    file_name="queue",
)


@pytest.fixture
def pools() -> list[Pool]:
    bureau = Authority.objects.create(
        code="xk", name_zh="西科局", name_en="Bureau", short_name="西科", region="610100"
    )
    made = [Pool.objects.create(authority=bureau, role=role) for role in (Role.ACCEPTANCE, Role.AMOUNT)]
    WorkItem.objects.bulk_create(
        WorkItem(
            authority=bureau, task_id=n, node="accept" if n % 3 else "amount", subject_kind="case", subject_id=n,
            number=f"C-{n:03d}", title=f"=企业{n}", pool=made[n % 2], created_at=MADE,
            # Many equal keys, so that only the primary key tells rows apart.
            amount_fen=n % 4 * 100_05, due_on=dt.date(2024, 3, 4) + dt.timedelta(days=n % 5),
        )
        for n in range(40)
    )  # fmt: skip
    return made


def sources(pools: list[Pool]) -> list[QuerySet[WorkItem]]:
    return [WorkItem.objects.filter(pool=pool) for pool in pools]


def walk(pools: list[Pool], sort: str, *, backwards: bool = False) -> list[list[int]]:
    """All pages from one end to the other, as the numbers of their rows."""
    pages: list[list[int]] = []
    query = f"sort={sort}"
    page = SPEC.page(QueryDict(query), sources(pools))
    while True:
        pages.append([row.subject_id for row in page.rows])
        cursor = page.previous if backwards else page.next
        if not cursor:
            return pages
        page = SPEC.page(QueryDict(f"{query}&{'before' if backwards else 'after'}={cursor}"), sources(pools))


EXPECTED = {
    "due": lambda row: (row.due_on, row.pk),
    "-due": lambda row: (-row.due_on.toordinal(), -row.pk),
    "amount": lambda row: (-row.amount_fen, row.pk),
}


@pytest.mark.parametrize("sort", list(EXPECTED))
@pytest.mark.parametrize("count", [1, 2])
def test_pages_meet_every_row_once_in_order(pools: list[Pool], sort: str, count: int) -> None:
    mine = pools[:count]
    expected = [row.subject_id for row in sorted(WorkItem.objects.filter(pool__in=mine), key=EXPECTED[sort])]
    pages = walk(mine, sort)
    assert [number for page in pages for number in page] == expected
    assert all(len(page) == SPEC.page_size for page in pages[:-1])


@pytest.mark.parametrize("sort", list(EXPECTED))
def test_the_way_back_is_the_way_there(pools: list[Pool], sort: str) -> None:
    there = walk(pools, sort)
    page = SPEC.page(QueryDict(f"sort={sort}"), sources(pools))
    seen = [page]
    while page.next:
        page = SPEC.page(QueryDict(f"sort={sort}&after={page.next}"), sources(pools))
        seen.append(page)
    assert not seen[0].previous
    back = [[row.subject_id for row in page.rows]]
    while page.previous:
        page = SPEC.page(QueryDict(f"sort={sort}&before={page.previous}"), sources(pools))
        back.insert(0, [row.subject_id for row in page.rows])
    assert back[-2:] == there[-2:]
    assert [n for rows in back for n in rows] == [n for rows in there for n in rows]


def test_a_page_costs_the_same_whatever_the_pools_and_the_depth(pools: list[Pool]) -> None:
    def statements(query: str, count: int) -> int:
        with CaptureQueriesContext(connection) as caught:
            page = SPEC.page(QueryDict(query), sources(pools[:count]))
            assert [cell.value for line in page.lines for cell in line.cells]
        return len(caught)

    deep = walk(pools, "due") and SPEC.page(QueryDict("sort=due"), sources(pools)).next
    assert statements("", 1) == statements("", 2) == statements(f"sort=due&after={deep}", 2) == 3


def test_falling_and_rising_orders_compare_rows(pools: list[Pool]) -> None:
    cursor = SPEC.page(QueryDict("sort=due"), sources(pools)).next
    with CaptureQueriesContext(connection) as caught:
        SPEC.page(QueryDict(f"sort=due&after={cursor}"), [WorkItem.objects.all()])
    assert '("work_workitem"."due_on", "work_workitem"."id") > (' in caught[0]["sql"]


def test_filters_and_search_narrow_rows_and_count(pools: list[Pool]) -> None:
    page = SPEC.page(QueryDict("node=amount&q=企业3"), sources(pools))
    assert {row.subject_id for row in page.rows} == {3, 30, 33, 36, 39}
    assert page.count == 5
    assert page.filtered


def test_a_list_with_a_search_shows_its_field(pools: list[Pool]) -> None:
    page = SPEC.page(QueryDict("q=企业3"), sources(pools))
    shown = render_to_string("components/list_filters.html", {"page": page})
    assert 'type="search"' in shown
    assert 'value="企业3"' in shown
    plain = replace(SPEC, search=None).page(QueryDict(""), sources(pools))
    assert 'type="search"' not in render_to_string("components/list_filters.html", {"page": plain})


def test_a_filter_that_cannot_be_understood_shows_nothing_and_says_so(pools: list[Pool]) -> None:
    page = SPEC.page(QueryDict("due=yesterday"), sources(pools))
    assert page.rows == []
    assert page.count == 0
    assert page.form is not None
    assert "due" in page.form.errors


def test_the_count_stops_at_the_cap(pools: list[Pool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "COUNT_CAP", 10)
    for some in (pools[:1], pools):
        page = SPEC.page(QueryDict(""), sources(some))
        assert page.count == 11
        assert page.count_capped


@pytest.mark.parametrize(
    "query", ["sort=unknown", "after=rubbish", "after=W10", "before=WyJ4IiwgMV0", "after=" + "a" * 3000]
)
def test_places_that_the_list_never_gave_out_are_not_found(pools: list[Pool], query: str) -> None:
    with pytest.raises(Http404):
        SPEC.page(QueryDict(query), sources(pools))


def test_heads_offer_the_other_direction(pools: list[Pool]) -> None:
    page: ListPage = SPEC.page(QueryDict("sort=-due"), sources(pools))
    due = next(head for head in page.heads if head.column.name == "due_on")
    assert (due.aria_sort, due.sort_name) == ("descending", "due")


def rows_of_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(exports.BOM))))


def test_csv_holds_the_whole_filtered_list_and_runs_no_formula(
    pools: list[Pool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "EXPORT_CHUNK", 4)
    query = QueryDict("node=amount&sort=amount")
    answer = exports.response("csv", SPEC, SPEC.rows(query, sources(pools)))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith(exports.BOM)
    rows = rows_of_csv(text)
    assert len(rows) == 1 + 14
    assert rows[1] == ["C-003", "'=企业3", "amount", "300.15", "2024-03-07", "3"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "＝1"])
def test_texts_that_a_spreadsheet_would_run_are_marked(text: str) -> None:
    assert exports.safe(text) == "'" + text


def test_xlsx_holds_texts_as_texts_and_amounts_as_numbers(pools: list[Pool]) -> None:
    answer: Any = exports.response("xlsx", SPEC, SPEC.rows(QueryDict("node=amount&sort=amount"), sources(pools)))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    answer.close()
    sheet = book.worksheets[0]
    assert sheet.max_row == 15
    cells = sheet[2]
    assert (cells[1].value, cells[1].data_type) == ("=企业3", "s")
    assert cells[3].value == 300.15


def test_a_full_sheet_continues_on_the_next(pools: list[Pool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "SHEET_ROWS_MAX", 31)
    with exports.xlsx_file(list(SPEC.columns), SPEC.rows(QueryDict(""), sources(pools))) as file:
        book = openpyxl.load_workbook(file)
    assert [sheet.max_row for sheet in book.worksheets] == [31, 11]
    assert book.worksheets[1]["A1"].value == "Number"


def test_an_empty_list_exports_its_heads() -> None:
    answer: Any = exports.response("csv", SPEC, SPEC.rows(QueryDict(""), [WorkItem.objects.none()]))
    assert len(rows_of_csv(b"".join(answer.streaming_content).decode())) == 1


def test_other_formats_are_not_found() -> None:
    with pytest.raises(Http404):
        exports.response("pdf", SPEC, [])
