"""What a letter is built of: paragraphs, headings, label-and-value lists and tables, in its language's measure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, Flowable, HRFlowable, KeepTogether, Paragraph, Spacer, Table, TableStyle

from subsidy.letters.faces import CHAINS, Face, font, font_name, markup
from subsidy.letters.formats import Language
from subsidy.letters.lines import ChineseParagraph
from subsidy.letters.page import GREY, INK, LETTER, RULE, Align
from subsidy.letters.records import Bilingual

FIRST_EAST_ASIAN = 0x2E80
#: (size, leading) in points of running text.
BODY: dict[Language, tuple[float, float]] = {"zh": (11, 18), "en": (10.5, 15.5)}
SMALL: dict[Language, tuple[float, float]] = {"zh": (10, 15.5), "en": (9.5, 13)}
#: Points that a heading, a table's head and its first row need together.
TABLE_BEGINS = 120
#: A hash in hexadecimal.
FINGERPRINT = re.compile(r"[0-9a-f]{40,64}")
EAST_ASIAN = "[\u2e80-\uffef\U00020000-\U0003ffff]"
LONE_QUOTE = re.compile(f"(?<!{EAST_ASIAN})[‘’“”](?!{EAST_ASIAN})")
ALIGNMENT = {"left": TA_LEFT, "centre": TA_CENTER, "right": TA_RIGHT}


@cache
def style(face: Face, size: float, leading: float, cjk: bool, grey: bool) -> ParagraphStyle:
    font(CHAINS[face][0])
    return ParagraphStyle(
        name="letter",
        fontName=font_name(CHAINS[face][0]),
        fontSize=size,
        leading=leading,
        wordWrap="CJK" if cjk else None,
        textColor=GREY if grey else INK,
    )


def text(
    value: str,
    size: tuple[float, float],
    *,
    face: Face = "serif",
    align: Align = "left",
    grey: bool = False,
    indent: float = 0,
    edge: float = 0,
    before: float = 0,
    after: float = 0,
) -> Paragraph:
    """A paragraph; text with Chinese breaks between characters, other text between words.

    `indent` sets in the first line, `edge` keeps off the right margin, `before` and `after` are the space
    above and below; all in points.
    """
    cjk = any(ord(character) >= FIRST_EAST_ASIAN for character in value)
    made = style(face, *size, cjk, grey).clone(
        "letter",
        alignment=ALIGNMENT[align],
        firstLineIndent=indent,
        rightIndent=edge,
        spaceBefore=before,
        spaceAfter=after,
    )
    return (ChineseParagraph if cjk else Paragraph)(markup(western_quotes(value), face), made)


def western_quotes(value: str) -> str:
    """Curly quotes that touch no Chinese made straight: the Chinese fonts draw them as wide as a character."""
    return LONE_QUOTE.sub(lambda found: "'" if found.group() in "‘’" else '"', value)


def body(value: str, lang: Language) -> Paragraph:
    """A paragraph of running text, in Chinese with its first line set in by two characters."""
    return text(value, BODY[lang], indent=2 * BODY[lang][0] if lang == "zh" else 0)


def gap(points: float) -> Spacer:
    return Spacer(1, points)


def heading(value: Bilingual, lang: Language) -> list[Flowable]:
    """A section heading kept with what follows it."""
    made = text(value.into(lang), (12, 18), face="sans-bold", before=9, after=2)
    made.keepWithNext = True
    return [made]


def heading_of_table(value: Bilingual, lang: Language) -> list[Flowable]:
    """A heading above a table that may run over pages: it moves on only when the table's first rows would not fit."""
    made = text(value.into(lang), (12, 18), face="sans-bold", before=9, after=2)
    return [CondPageBreak(TABLE_BEGINS), made]


def letterhead(authority: Bilingual, title: Bilingual, number: str, lang: Language) -> list[Flowable]:
    """Authority, a rule, the kind of letter, and its number."""
    return [
        text(authority.into(lang), (17, 25) if lang == "zh" else (14, 20), face="serif-bold", align="centre"),
        gap(4),
        HRFlowable(width="100%", thickness=1.2, color=INK, spaceBefore=0, spaceAfter=12),
        text(title.into(lang), (16, 24) if lang == "zh" else (15, 22), face="sans-bold", align="centre"),
        gap(3),
        text(number, (10.5, 15), face="sans", align="centre", grey=True),
        gap(10),
    ]


def listed(values: Iterable[Bilingual], lang: Language) -> list[Flowable]:
    """A numbered list, one number a paragraph."""
    size = BODY[lang]
    rows = [
        [text(f"{index}.", size, face="sans"), text(value.into(lang), size)] for index, value in enumerate(values, 1)
    ]
    return [Table(rows, colWidths=[18, LETTER.width - 18], style=TableStyle(BARE), splitInRow=1)] if rows else []


def summary(rows: Sequence[tuple[Bilingual, str]], lang: Language, *, label_width: float = 104) -> Table:
    """Label and value, a rule between rows; a hash is small enough for one line, to be copied whole."""

    def cell(value: str) -> Paragraph:
        return text(value, (8.5, 13), face="sans") if FINGERPRINT.fullmatch(value) else text(value, SMALL[lang])

    cells = [[text(label.into(lang), SMALL[lang], face="sans", grey=True), cell(value)] for label, value in rows]
    return Table(
        cells,
        colWidths=[label_width, LETTER.width - label_width],
        splitInRow=1,
        style=TableStyle(
            [*PADDED, ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE), ("LINEABOVE", (0, 0), (-1, 0), 0.5, RULE)]
        ),
    )


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    widths: Sequence[float],
    lang: Language,
    right: Sequence[int] = (),
    centre: Sequence[int] = (),
    total: Sequence[str] | None = None,
    face: Face = "serif",
) -> Table:
    """A table whose head is repeated on each page and whose total row, if any, is set apart."""

    def row(values: Sequence[str], cell_face: Face) -> list[Paragraph]:
        return [
            text(
                value,
                SMALL[lang],
                face=cell_face,
                align="right" if at in right else "centre" if at in centre else "left",
            )
            for at, value in enumerate(values)
        ]

    cells = [row(head, "sans-bold"), *(row(values, face) for values in rows)]
    rules: list[Any] = [
        *PADDED,
        ("LINEABOVE", (0, 0), (-1, 0), 1, INK),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
        ("LINEBELOW", (0, -1), (-1, -1), 1, INK),
    ]
    if total is not None:
        cells.append(row(total, "sans-bold"))
        rules.append(("LINEABOVE", (0, -1), (-1, -1), 0.8, INK))
    return Table(cells, colWidths=list(widths), repeatRows=1, splitInRow=1, style=TableStyle(rules))


def closed(story: Sequence[Flowable], ending: Sequence[Flowable], *, alone: bool = False) -> list[Flowable]:
    """The story and its ending, kept in one piece; if it may not stand alone it takes the last block along."""
    kept = len(story) if alone else len(story) - 1
    return [*story[:kept], KeepTogether([*story[kept:], *ending])]


def signature(authority: str, day: str, lang: Language) -> list[Flowable]:
    """Who issues the letter and when, at the right."""
    return [gap(20), text(authority, BODY[lang], align="right"), text(day, BODY[lang], align="right")]


#: reportlab sets the font of each cell, also of one that holds a paragraph; its own default would not be embedded.
CELL_FONT = ("FONTNAME", (0, 0), (-1, -1), font_name("serif"))
PADDED: list[Any] = [
    CELL_FONT,
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 4),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
]
BARE: list[Any] = [
    CELL_FONT,
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 0),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
]
