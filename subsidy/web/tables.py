"""Small complete tables declared by columns like lists: shown on a page, and taken along as files.

TABLE = SmallTable("stages", _("Time by stage"), STAGES, rows)
{% data_table tables.stages.shown %}  …  if "export" in request.GET: return taken(request, tables)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from subsidy.web import exports, formats
from subsidy.web.components import DataTable, Linked, Text
from subsidy.web.lists import Column

NOTHING = "—"


@dataclass(frozen=True)
class SmallTable:
    """Rows by columns, and a last row of totals if given. `short` shows amounts in the unit that the caption names."""

    name: str
    caption: Text
    columns: Sequence[Column]
    rows: Sequence[Any]
    foot: Any = None
    caption_shown: bool = False
    dense: bool = False
    short: bool = False

    @property
    def file_name(self) -> str:
        return self.name

    @property
    def all_rows(self) -> list[Any]:
        return [*self.rows, *([] if self.foot is None else [self.foot])]

    @property
    def shown(self) -> DataTable:
        return DataTable(
            caption=f"{self.caption} ({formats.money_column_unit()})" if self.short else self.caption,
            head=[str(column.label) if self.short else exports.head(column) for column in self.columns],
            rows=[self._cells(row) for row in self.rows],
            numeric=[place for place, column in enumerate(self.columns) if column.numeric],
            foot=[] if self.foot is None else self._cells(self.foot),
            caption_shown=self.caption_shown,
            dense=self.dense,
        )

    def _cells(self, row: Any) -> list[Text | Linked]:
        return [self._cell(column, row) for column in self.columns]

    def _cell(self, column: Column, row: Any) -> Text | Linked:
        value = column.of(row)
        if value is None:
            return NOTHING
        # Behind a figure that is nothing there is nothing to open.
        url = column.link(row) if column.link and value else ""
        if self.short and column.kind == "yuan":
            return Linked(formats.money_column(value), url, formats.money(value))
        text = formats.yuan(value) if column.kind == "yuan" else str(value)
        return Linked(text, url) if url else text


def taken(request: HttpRequest, tables: Mapping[str, SmallTable]) -> HttpResponseBase:
    """The table that `table` in the address names, as the file that `export` names (Http404 where there is none)."""
    table = tables.get(request.GET.get("table", ""))
    if table is None:
        raise Http404("There is no such table.")
    return exports.response(request.GET.get("export", ""), table, table.all_rows)
