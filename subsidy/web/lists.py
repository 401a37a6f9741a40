"""Lists of all rooms: declared columns, sorts, filters, search, keyset pages, a capped count, and export.

A list is declared once (`ListSpec`) and answered from one or several sources (one queryset a pool, not overlapping):

    page = SPEC.page(request.GET, [queryset], language=…)      # three statements, whatever the length of the list
    return respond(request, SPEC, [queryset], "console/queue.html", {...})   # page, or the export when asked for

Each sort needs an index that leads with what the source is limited to and then carries the sort's keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import urlencode

from django.core.signing import Signer
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django_filters import FilterSet

from subsidy.web import exports, keyset
from subsidy.web.components import Text

COUNT_CAP = 1_000
EXPORT_AT_ONCE = 20_000
"""Rows of a list that a page hands out while its reader waits; a longer one is written in the background."""
PAGE_SIZE = 25
EXPORT_CHUNK = 2_000
SEARCH_LENGTH_MAX = 100
OWN_PARAMETERS = ("q", "sort", "after", "before", "export")

Kind = Literal["text", "yuan", "day", "instant", "number", "state"]


class NoSuchPlace(Http404):
    """The address asks for a sort or a place that the list does not have; `parameter` is where it says so."""

    def __init__(self, parameter: str, message: str) -> None:
        self.parameter = parameter
        super().__init__(message)


@dataclass(frozen=True)
class Column:
    """A column: `value` is a path of attributes (dots) or a function of the row; `sort` names the sort of its head.

    Kinds: yuan takes fen; state takes text, its tone from `tone`; `link` gives the address the cell opens.
    """

    name: str
    label: Text
    value: str | Callable[[Any], Any] = ""
    kind: Kind = "text"
    sort: str = ""
    link: Callable[[Any], str] | None = None
    tone: Callable[[Any], str] | None = None
    exported: bool = True
    shown: bool = True

    def of(self, row: Any) -> Any:
        if callable(self.value):
            return self.value(row)
        found = row
        for name in (self.value or self.name).split("."):
            found = getattr(found, name)
            if found is None:
                return None
        return found

    @property
    def numeric(self) -> bool:
        return self.kind in ("yuan", "number")


@dataclass(frozen=True)
class Sort:
    """An order on offer: NOT NULL fields, `-` for falling; the primary key is added at the end."""

    name: str
    label: Text
    keys: tuple[str, ...]

    @property
    def order(self) -> tuple[keyset.Key, ...]:
        return keyset.order_of(self.keys)

    @property
    def aria(self) -> str:
        return "descending" if self.keys[0].startswith("-") else "ascending"


@dataclass(frozen=True)
class Cell:
    column: Column
    value: Any
    url: str
    tone: str


@dataclass(frozen=True)
class Head:
    column: Column
    aria_sort: str
    sort_name: str


@dataclass(frozen=True)
class BulkOffer:
    """What may be done with chosen rows: the acts, the page that previews them, what stands in a row's box.

    `about` names the list among others on that page, beside the query of its address.
    """

    url: str
    acts: Sequence[tuple[str, Text]]
    value: Callable[[Any], str]
    about: str = ""


@dataclass(frozen=True)
class Line:
    """A row as shown; `pick` is the value of its box, if rows can be chosen."""

    cells: Sequence[Cell]
    pick: str = ""
    name: str = ""


@dataclass(frozen=True)
class ListSpec:
    """A list as declared. `related` is fetched with the rows of a page; the first sort is the default."""

    model: type[Model]
    columns: Sequence[Column]
    sorts: Sequence[Sort]
    filterset: type[FilterSet] | None = None
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    search_label: Text = ""
    related: Sequence[str] = ()
    prepare: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None
    page_size: int = PAGE_SIZE
    file_name: str = "list"
    bulk: BulkOffer | None = None
    empty_title: Text = ""
    empty_text: Text = ""

    def page(self, query: QueryDict, sources: Sequence[QuerySet[Any]], count: int | None = None) -> ListPage:
        """The page that the address asks for. Raises NoSuchPlace on a sort or place this list does not have.

        `count` saves counting what the caller has counted already (`narrowed`), no further than one beyond the cap.
        """
        chosen = _Chosen.read(self, query, sources)
        return chosen.page(query, count)

    def narrowed(self, query: QueryDict, sources: Sequence[QuerySet[Any]]) -> Sequence[QuerySet[Any]]:
        """The sources with the filters and the search that the address asks for."""
        return _Chosen.read(self, query, sources).sources

    def rows(self, query: QueryDict, sources: Sequence[QuerySet[Any]]) -> Iterator[Any]:
        """All rows that the address asks for, in its order, without holding them: for exports."""
        return _Chosen.read(self, query, sources).all_rows()

    def count(self, query: QueryDict, sources: Sequence[QuerySet[Any]], *, most: int | None = None) -> int:
        """How many rows the address asks for; counting no further than `most`, where that is given."""
        return _Chosen.read(self, query, sources).count(most)

    def fetch(self, ids: Sequence[Any]) -> list[Any]:
        """The rows of these ids, in this order, with what belongs to them."""
        queryset = self.model._default_manager.all()
        if self.related:
            queryset = queryset.select_related(*self.related)
        if self.prepare:
            queryset = self.prepare(queryset)
        found = {row.pk: row for row in queryset.filter(pk__in=ids)}
        # A row deleted between the two statements is no longer to be shown.
        return [found[pk] for pk in ids if pk in found]

    def sort_named(self, name: str) -> Sort:
        for sort in self.sorts:
            if sort.name == name or not name:
                return sort
        raise NoSuchPlace("sort", f"This list has no sort {name!r}.")


@dataclass(frozen=True)
class ListPage:
    """One page of a list, as the component `queue_table` shows it."""

    spec: ListSpec
    rows: Sequence[Any]
    sort: Sort
    form: BaseForm | None
    text: str
    count: int
    previous: str
    next: str
    filtered: bool
    kept: Sequence[tuple[str, str]] = field(default=())
    query: QueryDict = field(default_factory=QueryDict)

    @property
    def columns(self) -> list[Column]:
        return [column for column in self.spec.columns if column.shown]

    @property
    def heads(self) -> list[Head]:
        """Heads of the columns; a sortable one turns to its other direction when it is the current sort."""
        heads = []
        for column in self.columns:
            offered = [sort for sort in self.spec.sorts if column.sort and sort.name.removeprefix("-") == column.sort]
            current = next((sort for sort in offered if sort.name == self.sort.name), None)
            other = next((sort for sort in offered if sort.name != self.sort.name), None)
            heads.append(Head(column, current.aria if current else "", other.name if other else ""))
        return heads

    @property
    def lines(self) -> list[Line]:
        return [self._line(row) for row in self.rows]

    def _line(self, row: Any) -> Line:
        cells = [
            Cell(
                column,
                column.of(row),
                column.link(row) if column.link else "",
                column.tone(row) if column.tone else "plain",
            )
            for column in self.columns
        ]
        if self.spec.bulk is None or not self.spec.bulk.acts:
            return Line(cells)
        return Line(cells, self.spec.bulk.value(row), str(cells[0].value))

    @property
    def chosen_by(self) -> str:
        """The filters, search and sort of this page, as the query of an address: what "all of them" means."""
        query = self.query.copy()
        for name in ("after", "before", "export"):
            query.pop(name, None)
        return query.urlencode()

    @property
    def searchable(self) -> bool:
        """Whether the list has a search. A template must not ask the spec: it would call the function it finds."""
        return self.spec.search is not None

    @property
    def count_capped(self) -> bool:
        return self.count > COUNT_CAP

    @property
    def cap(self) -> int:
        return COUNT_CAP


@dataclass(frozen=True)
class _Chosen:
    """What an address chose: the narrowed sources and their order."""

    spec: ListSpec
    sources: Sequence[QuerySet[Any]]
    sort: Sort
    form: BaseForm | None
    text: str

    @classmethod
    def read(cls, spec: ListSpec, query: QueryDict, sources: Sequence[QuerySet[Any]]) -> _Chosen:
        if not sources:
            raise ValueError("A list needs a source; pass an empty queryset (.none()) when there is nothing to see.")
        text = query.get("q", "").strip()[:SEARCH_LENGTH_MAX].replace("\x00", "")
        form = None
        narrowed = list(sources)
        if spec.filterset:
            sets = [spec.filterset(data=query, queryset=source) for source in sources]
            form = sets[0].form
            # A filter that cannot be understood shows nothing, and says so; it never shows everything.
            narrowed = [each.qs for each in sets] if form.is_valid() else [source.none() for source in sources]
        if text and spec.search:
            narrowed = [spec.search(source, text) for source in narrowed]
        return cls(spec, narrowed, spec.sort_named(query.get("sort", "")), form, text)

    def page(self, query: QueryDict, count: int | None) -> ListPage:
        order = self.sort.order
        after, before = query.get("after", ""), query.get("before", "")
        walked = tuple(key.reversed() for key in order) if before else order
        try:
            place = keyset.decode(before or after, self.spec.model, order) if before or after else None
        except keyset.BadCursor as fault:
            where = "before" if before else "after"
            raise NoSuchPlace(where, "This list has no such place; open it from its beginning.") from fault
        found = keyset.first_ids(self.sources, walked, place, self.spec.page_size + 1)
        more = len(found) > self.spec.page_size
        found = found[: self.spec.page_size]
        if before:
            found.reverse()
        has_next = bool(before) or more
        has_previous = more if before else bool(after)
        return ListPage(
            spec=self.spec,
            rows=self.spec.fetch([row[0] for row in found]) if found else [],
            sort=self.sort,
            form=self.form,
            text=self.text,
            count=self.count(COUNT_CAP + 1) if count is None else count,
            previous=keyset.encode(found[0][1:], self.spec.model, order) if found and has_previous else "",
            next=keyset.encode(found[-1][1:], self.spec.model, order) if found and has_next else "",
            filtered=bool(self.text) or any(query.get(name) for name in query if name not in OWN_PARAMETERS),
            kept=[("sort", query.get("sort", ""))] if query.get("sort") else [],
            query=query,
        )

    def count(self, most: int | None) -> int:
        """How many rows, counting no further than `most`."""
        limited = [source.order_by().values_list("pk")[:most] for source in self.sources]
        merged = keyset.together(limited)
        return (merged if merged.query.is_sliced else merged[:most]).count()

    def all_rows(self) -> Iterator[Any]:
        order = self.sort.order
        place: tuple[Any, ...] | None = None
        while True:
            found = keyset.first_ids(self.sources, order, place, EXPORT_CHUNK)
            if not found:
                return
            yield from self.spec.fetch([row[0] for row in found])
            place = found[-1][1:]


Told = Callable[[Iterator[Any], int], Iterator[Any]]
_TOLD = "_subsidy_told"
_ASKED_FOR = "subsidy.list-export"


def written_in_background(request: HttpRequest, told: Told) -> None:
    """Say that nobody waits for the answer to this request: `told` hears of its rows and how many there are."""
    setattr(request, _TOLD, told)


def told_of(request: HttpRequest) -> Told | None:
    return cast("Told | None", getattr(request, _TOLD, None))


def ask_url(address: str) -> str:
    """Where its reader has the list of that address written to a file; signed, so that only lists are asked for."""
    return f"{reverse('own-exports-ask')}?{urlencode({'list': Signer(salt=_ASKED_FOR).sign(address)})}"


def asked_address(signed: str) -> str:
    """The address of the list that was asked for. Raises BadSignature for one that this program has not signed."""
    return Signer(salt=_ASKED_FOR).unsign(signed)


def respond(
    request: HttpRequest,
    spec: ListSpec,
    sources: Sequence[QuerySet[Any]],
    template: str,
    context: Mapping[str, Any] | None = None,
    count: int | None = None,
) -> HttpResponseBase:
    """The list as a page (in the context as `page`), or as a file when the address says export=csv or export=xlsx.

    A list that is too long to be waited for leads its reader on to having it written in the background.
    """
    wanted = request.GET.get("export", "")
    if wanted:
        rows = spec.rows(request.GET, sources)
        told = told_of(request)
        if told is not None:
            rows = told(rows, spec.count(request.GET, sources))
        elif (
            request.user.is_authenticated
            and spec.count(request.GET, sources, most=EXPORT_AT_ONCE + 1) > EXPORT_AT_ONCE
        ):
            return HttpResponseRedirect(ask_url(request.get_full_path()))
        return exports.response(wanted, spec, rows)
    return render(request, template, {**(context or {}), "page": spec.page(request.GET, sources, count)})
