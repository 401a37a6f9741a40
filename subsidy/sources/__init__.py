"""Where facts come from: files that offices deliver and services that answer at once. Pure: no app, no database.

table = rows_of(stream)                             # CSV (UTF-8, with or without BOM, GB18030) or XLSX, as a stream
binding = bind(LAYOUTS["tax"], next(table), year=2023)
for row in table: line = read_line(binding, row)     # typed facts, or what is wrong with which column
"""

from __future__ import annotations

from subsidy.sources.faults import SourceFault, fault_words
from subsidy.sources.layouts import LAYOUTS, Column, Layout
from subsidy.sources.lines import Binding, Cell, Line, Wrong, bind, read_line
from subsidy.sources.live import Answer, HttpSource, LiveSource, Said
from subsidy.sources.tables import Row, rows_of

__all__ = [
    "LAYOUTS",
    "Answer",
    "Binding",
    "Cell",
    "Column",
    "HttpSource",
    "Layout",
    "Line",
    "LiveSource",
    "Row",
    "Said",
    "SourceFault",
    "Wrong",
    "bind",
    "fault_words",
    "read_line",
    "rows_of",
]
