"""The decree that grants a list: red head, text, and the annex from which count and total come (GB/T 9704-2012)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, HRFlowable, PageBreak

from subsidy.letters.blocks import closed, gap, table, text
from subsidy.letters.checks import require_amount, require_rows, require_text
from subsidy.letters.faces import LetterError
from subsidy.letters.formats import Language, day, money, yuan
from subsidy.letters.levels import by_level
from subsidy.letters.page import OFFICIAL, RED, Sheet, draw_text, render, text_width
from subsidy.letters.records import Bilingual, Decree, DecreeChange

#: Issuer's short name, year in hexagonal brackets, serial number without a leading zero.
NUMBER = re.compile(r"[\u4e00-\u9fa5]+〔\d{4}〕[1-9]\d*号")
#: Size 3 on the standard's grid of 28 characters by 22 lines; Latin text needs less.
TEXT: dict[Language, tuple[float, float]] = {"zh": (15.75, 225 * mm / 22), "en": (12, 18)}
TITLE: dict[Language, tuple[float, float]] = {"zh": (22, 33), "en": (17, 24)}
#: From the text block's upper edge to the issuers (GB/T 9704-2012).
HEAD_DROP = 35 * mm
SUFFIX = Bilingual("文件", "Official Document")
ANNEX = Bilingual("附件", "Annex")
ANNEX_TITLE = Bilingual("补助资金明细表", "List of grants")
RECOGNISED_TITLE = Bilingual("认定名单", "List of those recognised")


def decree(document: Decree) -> bytes:
    """The decree as PDF; a title may hold line ends where it is to break.

    Raises LetterError for a number of another form, an empty or doubly numbered list, a bad amount.
    """
    check(document)
    lang = document.lang
    story = [*red_head(document, document.title), *opening(document)]
    story += [paragraph(value.into(lang), lang) for value in document.body]
    story = closed(story, closing(document)) + annex(document)
    return render(
        story,
        Sheet(
            number=document.number,
            title=document.title.into(lang).replace("\n", ""),
            author=names(document.issuers, lang),
            lang=lang,
            illustrative=document.illustrative,
            seal=document.seal,
            layout=OFFICIAL,
        ),
    )


def check_number(number: str) -> None:
    """Raises LetterError for a document number of another form."""
    if not NUMBER.fullmatch(number):
        raise LetterError(
            f"发文字号“{number}”格式不对，应如 西科〔2024〕1号"
            "（六角括号，序号不加零）。请改正。 / "
            f"“{number}” is no document number; write it like 西科〔2024〕1号 "
            "(brackets 〔〕, no leading zero)."
        )


def check(document: Decree) -> None:
    check_number(document.number)
    if not document.issuers or not document.addressees or not document.basis:
        raise LetterError(
            "发文缺少发文机关、主送机关或依据。请补全。 / "
            "The decree lacks issuers, addressees or its basis. Complete it."
        )
    require_rows(document.rows, [row.rank for row in document.rows])
    for row in document.rows:
        require_text(row.name)
    if document.conferred is None:
        for row in document.rows:
            require_amount(row.amount_fen)


def names(issuers: Sequence[Bilingual], lang: Language) -> str:
    return ("、" if lang == "zh" else ", ").join(issuer.into(lang) for issuer in issuers)


def paragraph(value: str, lang: Language) -> Flowable:
    """Running text; in Chinese the first line is set in by two characters."""
    return text(value, TEXT[lang], indent=2 * TEXT[lang][0] if lang == "zh" else 0, after=0 if lang == "zh" else 7)


class RedHead(Flowable):  # type: ignore[misc]  # reportlab carries no types
    """Issuers in red, one line each, in one measure, with the word for document beside (zh) or below (en) them."""

    def __init__(self, issuers: Sequence[str], lang: Language) -> None:
        super().__init__()
        self.issuers, self.lang = tuple(issuers), lang
        longest = max(map(len, issuers))
        self.size = min(34.0, OFFICIAL.width / (longest + 3)) if lang == "zh" else latin_size(issuers)
        self.measure = self.size * longest
        self.leading = self.size * 1.4

    def wrap(self, available_width: float, _available_height: float) -> tuple[float, float]:
        lines = len(self.issuers) + (self.lang == "en")
        return available_width, lines * self.leading

    def draw(self) -> None:
        self.canv.setFillColor(RED)
        top = len(self.issuers) + (self.lang == "en")
        for index, issuer in enumerate(self.issuers, 1):
            base = (top - index) * self.leading + self.size * 0.3
            if self.lang == "zh":
                self._draw_spread(issuer, base)
            else:
                draw_text(
                    self.canv, (OFFICIAL.width / 2, base), issuer, face="serif-bold", size=self.size, align="centre"
                )
        if self.lang == "zh":
            start = (OFFICIAL.width - self.measure - 3 * self.size) / 2 + self.measure + self.size
            middle = (top - 1) * self.leading / 2 + self.size * 0.3
            draw_text(self.canv, (start, middle), SUFFIX.zh, face="serif-bold", size=self.size)
        else:
            draw_text(self.canv, (OFFICIAL.width / 2, 6), SUFFIX.en, face="serif-bold", size=14, align="centre")

    def _draw_spread(self, issuer: str, base: float) -> None:
        start = (OFFICIAL.width - self.measure - 3 * self.size) / 2
        step = (self.measure - self.size) / max(len(issuer) - 1, 1)
        for index, character in enumerate(issuer):
            draw_text(self.canv, (start + index * step, base), character, face="serif-bold", size=self.size)


def latin_size(issuers: Sequence[str]) -> float:
    """The largest size up to 20 points at which every issuer's name stands on one line."""
    widest = max(text_width(issuer, "serif-bold", 1.0) for issuer in issuers)
    return min(20.0, OFFICIAL.width / widest)


def red_head(document: Decree | DecreeChange, title: Bilingual) -> list[Flowable]:
    """The head of the first page: issuers, number, red rule, title."""
    lang = document.lang
    return [
        gap(HEAD_DROP),
        RedHead([issuer.into(lang) for issuer in document.issuers], lang),
        gap(20),
        text(document.number, (TEXT["zh"][0], 24), align="centre"),
        HRFlowable(width="100%", thickness=2, color=RED, spaceBefore=4 * mm, spaceAfter=26),
        text(title.into(lang), TITLE[lang], face="serif-bold", align="centre"),
        gap(20),
    ]


def opening(document: Decree) -> list[Flowable]:
    """Addressees, basis, and the sentence whose figures come from the annex."""
    lang = document.lang
    count = len(document.rows)
    if document.conferred is not None:
        return conferring(document, document.conferred)
    total = sum(amounts(document))
    if lang == "zh":
        to = "、".join(item.zh for item in document.addressees) + "："
        basis = f"根据{'、'.join(item.zh for item in document.basis)}，经审核、公示，现就资金下达有关事项通知如下："
        grant = f"本次下达资金共计{money(total, 'zh')}，涉及企业{count}家，明细见附件。"
    else:
        to = "To: " + "; ".join(item.en for item in document.addressees)
        basis = (
            f"Under {'; '.join(item.en for item in document.basis)}, after review and public notice, it is decreed:"
        )
        companies = "company" if count == 1 else "companies"
        grant = f"{money(total, 'en')} in all is granted to {count} {companies}, as listed in the annex."
    return [text(to, TEXT[lang]), gap(0 if lang == "zh" else 8), paragraph(basis, lang), paragraph(grant, lang)]


def amounts(document: Decree) -> list[int]:
    """The amount of each row, of a decree that grants money."""
    return [row.amount_fen for row in document.rows if row.amount_fen is not None]


def conferring(document: Decree, title: Bilingual) -> list[Flowable]:
    """Addressees, basis, and the sentence that confers a title, counted by level from the annex."""
    lang, count = document.lang, len(document.rows)
    levels = by_level((row.tier for row in document.rows), lang)
    if lang == "zh":
        to = "、".join(item.zh for item in document.addressees) + "："
        basis = f"根据{'、'.join(item.zh for item in document.basis)}，经审核、公示，现将认定结果通知如下："
        grant = f"本次认定{title.zh}{count}家{f'（{levels}）' if levels else ''}，名单见附件。"
    else:
        to = "To: " + "; ".join(item.en for item in document.addressees)
        basis = (
            f"Under {'; '.join(item.en for item in document.basis)}, after review and public notice, it is decreed:"
        )
        companies = "company is" if count == 1 else "companies are"
        said = f" ({levels})" if levels else ""
        grant = f"{count} {companies} recognised as {title.en}{said}, as listed in the annex."
    return [text(to, TEXT[lang]), gap(0 if lang == "zh" else 8), paragraph(basis, lang), paragraph(grant, lang)]


def annex_title(document: Decree) -> Bilingual:
    return ANNEX_TITLE if document.conferred is None else RECOGNISED_TITLE


def closing(document: Decree) -> list[Flowable]:
    """The annex named, the issuers, the date."""
    lang = document.lang
    named = f"{ANNEX.into(lang)}{'：' if lang == 'zh' else ': '}{annex_title(document).into(lang)}"
    return [gap(TEXT[lang][1]), paragraph(named, lang), *signed(document)]


def signed(document: Decree | DecreeChange) -> list[Flowable]:
    """Who issues the paper, each on a line, and when."""
    lang = document.lang
    edge = 4 * TEXT[lang][0] if lang == "zh" else 0  # the date stands four characters from the right edge
    return [
        gap(TEXT[lang][1]),
        *(text(issuer.into(lang), TEXT[lang], align="right", edge=edge / 2) for issuer in document.issuers),
        text(day(document.issued_on, lang), TEXT[lang], align="right", edge=edge),
    ]


def annex(document: Decree) -> list[Flowable]:
    """The table over as many pages as it needs, its head repeated, its last row the computed total."""
    lang, rows = document.lang, document.rows
    head = [Bilingual("序号", "No."), Bilingual("企业名称", "Company"), Bilingual("类别", "Tier")]
    total = [Bilingual("合计", "Total").into(lang), f"{len(rows)}家" if lang == "zh" else f"{len(rows)} in all"]
    lines = [[str(row.rank), row.name, row.tier.into(lang)] for row in rows]
    pays = document.conferred is None
    if pays:
        head.append(Bilingual("金额（元）", "Amount (CNY)"))
        for line, amount in zip(lines, amounts(document), strict=True):
            line.append(yuan(amount))
        total += ["", yuan(sum(amounts(document)))]
    else:
        total.append(by_level((row.tier for row in rows), lang))
    return [
        PageBreak(),
        text(ANNEX.into(lang), TEXT[lang], face="sans-bold"),
        gap(8),
        text(annex_title(document).into(lang), (18, 28), face="serif-bold", align="centre"),
        gap(8),
        table(
            [item.into(lang) for item in head],
            lines,
            widths=(16 * mm, 76 * mm, 30 * mm, 34 * mm) if pays else (16 * mm, 84 * mm, 56 * mm),
            lang=lang,
            right=(3,) if pays else (),
            centre=(0,),
            total=total,
        ),
    ]
