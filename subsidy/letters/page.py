"""The sheet: A4, margins, number and page i/n at the foot, the illustrative mark at the head, and the file's own data.

Bytes depend on the content alone: no clock, no random file identity (reportlab's invariant mode).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from threading import Lock
from typing import Any, Literal

import segno
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from subsidy.letters.faces import Face, font, font_name, runs
from subsidy.letters.formats import Language
from subsidy.letters.records import Bilingual, Seal

Align = Literal["left", "centre", "right"]

INK = Color(0.10, 0.10, 0.12)
GREY = Color(0.38, 0.40, 0.44)
RULE = Color(0.74, 0.76, 0.79)
RED = Color(0.78, 0.05, 0.08)
BLACK = Color(0, 0, 0)
AMBER = Color(0.60, 0.33, 0.00)

MARK = Bilingual(
    "条款为假设，仅供演示，不具有法律效力", "Assumed clauses, for demonstration only, without legal effect"
)
CODE = Bilingual("核验码：", "Verification code: ")
HEAD = Bilingual("日志检查点：", "Log head: ")
QR_SIZE = 19 * mm
#: reportlab's font objects read their file with one shared position, so one document is made at a time in a process.
ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, slots=True)
class Layout:
    """Margins and text block in points."""

    left: float
    top: float
    width: float
    height: float


LETTER = Layout(left=25 * mm, top=30 * mm, width=160 * mm, height=238 * mm)
#: GB/T 9704-2012: head margin 37 mm, binding margin 28 mm, text block 156 mm x 225 mm.
OFFICIAL = Layout(left=28 * mm, top=37 * mm, width=156 * mm, height=225 * mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What every page of one document carries."""

    number: str
    title: str
    author: str
    lang: Language
    illustrative: bool
    layout: Layout = LETTER
    seal: Seal | None = None


def text_width(text: str, face: Face, size: float) -> float:
    """The width of one line in points, along the face's chain of fonts."""
    return sum(float(stringWidth(piece, font_name(file_name), size)) for file_name, piece in runs(text, face))


def draw_text(
    canvas: Any, position: tuple[float, float], text: str, *, face: Face, size: float, align: Align = "left"
) -> None:
    """Draws one line at a baseline position, along the face's chain of fonts."""
    width = text_width(text, face, size)
    x = position[0] - {"left": 0.0, "centre": width / 2, "right": width}[align]
    for file_name, piece in runs(text, face):
        canvas.setFont(font_name(file_name), size)
        canvas.drawString(x, position[1], piece)
        x += stringWidth(piece, font_name(file_name), size)


def draw_qr(canvas: Any, content: str, top_left: tuple[float, float]) -> None:
    """Draws a QR code of QR_SIZE, level M, each run of dark modules as one rectangle."""
    rows = [list(row) for row in segno.make_qr(content, error="m").matrix]
    module = QR_SIZE / len(rows)
    path = canvas.beginPath()
    for y, row in enumerate(rows, 1):
        x = 0
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                path.rect(top_left[0] + x * module, top_left[1] - y * module, width * module, module)
            x += width
    canvas.setFillColor(BLACK)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.setFillColor(GREY)


class PagedCanvas(Canvas):  # type: ignore[misc]  # reportlab carries no types
    """Keeps the pages until the last is known, then writes head and foot on each."""

    def __init__(self, sheet: Sheet, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sheet = sheet
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  # reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        count = len(self._pages)
        for index, state in enumerate(self._pages, 1):
            self.__dict__.update(state)
            self._draw_foot(index, count)
            if self._sheet.illustrative:
                self._draw_mark()
            super().showPage()
        super().save()

    def _draw_foot(self, index: int, count: int) -> None:
        sheet, layout = self._sheet, self._sheet.layout
        base = A4[1] - layout.top - layout.height - 10 * mm
        self.setFillColor(GREY)
        page = f"第 {index}/{count} 页" if sheet.lang == "zh" else f"Page {index}/{count}"
        left = layout.left
        if sheet.seal is not None:
            left += QR_SIZE + 3 * mm
            self._draw_seal(sheet.seal, left, base)
        draw_text(self, (left, base), sheet.number, face="sans", size=9)
        draw_text(self, (layout.left + layout.width, base), page, face="sans", size=9, align="right")

    def _draw_seal(self, seal: Seal, left: float, base: float) -> None:
        """The code as a picture at the left edge, and in words beneath the number."""
        words = CODE.into(self._sheet.lang)
        draw_text(self, (left, base - 5 * mm), f"{words}{seal.code}", face="sans", size=8)
        draw_text(self, (left, base - 9 * mm), seal.url, face="sans", size=6.5)
        if seal.head:
            right = self._sheet.layout.left + self._sheet.layout.width
            head = f"{HEAD.into(self._sheet.lang)}{seal.head}"
            draw_text(self, (right, base - 5 * mm), head, face="sans", size=6.5, align="right")
        draw_qr(self, seal.url, (left - QR_SIZE - 3 * mm, base + 3.5 * mm))

    def _draw_mark(self) -> None:
        layout, height = self._sheet.layout, 7 * mm
        base = A4[1] - 16 * mm
        self.setStrokeColor(AMBER)
        self.setFillColor(AMBER)
        self.setLineWidth(0.8)
        self.rect(layout.left, base, layout.width, height, stroke=1, fill=0)
        text = f"示例 ILLUSTRATIVE · {MARK.into(self._sheet.lang)}"
        draw_text(
            self, (layout.left + layout.width / 2, base + 2.3 * mm), text, face="sans-bold", size=9.5, align="centre"
        )


def render(story: Sequence[Flowable], sheet: Sheet) -> bytes:
    """The finished PDF; the same story and sheet give the same bytes."""
    layout, target = sheet.layout, io.BytesIO()
    font("serif")  # registered before the canvas names it
    frame = Frame(
        layout.left,
        A4[1] - layout.top - layout.height,
        layout.width,
        layout.height,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
        id="text",
    )
    document = BaseDocTemplate(
        target,
        pagesize=A4,
        title=sheet.title,
        author=sheet.author,
        subject=sheet.number,
        creator="subsidy",
        producer="subsidy",
        lang="zh-Hans" if sheet.lang == "zh" else "en",
        invariant=1,
        initialFontName=font_name("serif"),
        displayDocTitle=True,
    )
    document.addPageTemplates([PageTemplate(id="all", frames=[frame])])
    with ONE_AT_A_TIME:
        document.build(list(story), canvasmaker=partial(PagedCanvas, sheet))
    return target.getvalue()
