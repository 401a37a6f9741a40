"""Reads a finished PDF back, with libraries that had no part in making it."""

from __future__ import annotations

import io

import pikepdf
from pdfminer.high_level import extract_pages, extract_text
from pdfminer.layout import LTChar, LTCurve, LTTextContainer, LTTextLine


def text_of(pdf: bytes) -> str:
    """The text of all pages, one stripped line each, page breaks as a line of its own."""
    lines = [line.strip() for line in extract_text(io.BytesIO(pdf)).replace("\f", "\n== page end ==\n").splitlines()]
    return "\n".join(line for line in lines if line)


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page."""
    return [page for page in text_of(pdf).split("== page end ==") if page.strip()]


def flat(text: str) -> str:
    """Without line ends and spaces, so that a phrase is found across a line break."""
    return "".join(text.split())


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Every font of the file, used on a page or not: its name, and whether a TrueType program is embedded for it."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        fonts = [
            item for item in document.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
        ]
        return {
            str(item.BaseFont): "/FontDescriptor" in item and "/FontFile2" in item.FontDescriptor for item in fonts
        }


def characters_of(pdf: bytes, page: int) -> list[LTChar]:
    """The characters of one page (from 0) with their places in points."""
    layout = list(extract_pages(io.BytesIO(pdf)))[page]
    found: list[LTChar] = []
    for box in layout:
        if isinstance(box, LTTextContainer):
            for line in box:
                if isinstance(line, LTTextLine):
                    found += [character for character in line if isinstance(character, LTChar)]
    return found


def picture_of(pdf: bytes, page: int, *, side: float, modules: int) -> list[list[int]]:
    """The square of `modules` by `modules` that black rectangles draw in the page's lower left corner, 1 for dark."""
    layout = list(extract_pages(io.BytesIO(pdf)))[page]
    boxes = [
        item for item in layout if isinstance(item, LTCurve) and item.fill and item.height <= side / modules + 0.01
    ]
    left, top, step = min(box.x0 for box in boxes), max(box.y1 for box in boxes), side / modules
    found = [[0] * modules for _row in range(modules)]
    for box in boxes:
        row = round((top - box.y1) / step)
        for column in range(round((box.x0 - left) / step), round((box.x1 - left) / step)):
            found[row][column] = 1
    return found
