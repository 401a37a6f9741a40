"""The certificate of a title: framed, who holds it, at which level, from when to when, by which decree (GB/T 9704 A4 sheet)."""

from __future__ import annotations

from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from subsidy.letters.blocks import gap, summary, text
from subsidy.letters.checks import require_period, require_text
from subsidy.letters.formats import day
from subsidy.letters.page import LETTER, RED, RULE, Sheet, render
from subsidy.letters.records import Bilingual, Certificate

TITLE = Bilingual("认定证书", "Certificate of Recognition")


class Frame(Flowable):  # type: ignore[misc]  # reportlab carries no types
    """Two rules around the text block of the page, the outer one red; takes no room."""

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        self.height = available_height
        return available_width, 0

    def draw(self) -> None:
        canvas: Any = self.canv
        for colour, width, out in ((RED, 1.6, 8 * mm), (RULE, 0.6, 6 * mm)):
            canvas.setStrokeColor(colour)
            canvas.setLineWidth(width)
            beyond = out - 6 * mm
            canvas.rect(
                -out, -self.height - beyond, LETTER.width + 2 * out, self.height + 2 * beyond, stroke=1, fill=0
            )


def certificate(record: Certificate) -> bytes:
    """The certificate as PDF. Raises LetterError for a blank identity or a title that ends before it begins."""
    for value in (record.number, record.company_name, record.uscc, record.decree_number):
        require_text(value)
    require_period(record.valid_from, record.valid_to)
    lang = record.lang
    story: list[Flowable] = [
        Frame(),
        gap(18 * mm),
        text(TITLE.into(lang), (30, 44) if lang == "zh" else (24, 34), face="serif-bold", align="centre"),
        gap(3 * mm),
        text(record.number, (10.5, 15), face="sans", align="centre", grey=True),
        gap(16 * mm),
        text(record.company_name, (20, 30) if lang == "zh" else (17, 25), face="serif-bold", align="centre"),
        gap(9 * mm),
        text(sentence(record), (13, 24) if lang == "zh" else (12, 19), align="centre"),
        gap(7 * mm),
        text(conferred(record), (22, 33) if lang == "zh" else (18, 27), face="sans-bold", align="centre"),
        gap(14 * mm),
        summary(facts(record), lang, label_width=120),
        gap(18 * mm),
        text(record.authority.into(lang), (14, 22), align="right"),
        text(day(record.issued_on, lang), (12, 20), align="right"),
    ]
    return render(
        story,
        Sheet(
            number=record.number,
            title=f"{TITLE.into(lang)} {record.number}",
            author=record.authority.into(lang),
            lang=lang,
            illustrative=record.illustrative,
            seal=record.seal,
        ),
    )


def sentence(record: Certificate) -> str:
    if record.lang == "zh":
        return f"依据《{record.policy_title.zh}》（{record.policy_number}），经审核、公示，认定为"
    return (
        f"is recognised, under “{record.policy_title.en}” ({record.policy_number}), after review and public notice, as"
    )


def conferred(record: Certificate) -> str:
    """The title, with its level where that says more."""
    title, level = record.title.into(record.lang), record.level.into(record.lang) if record.level else ""
    if not level or level == title:
        return title
    return f"{title}（{level}）" if record.lang == "zh" else f"{title} ({level})"


def facts(record: Certificate) -> list[tuple[Bilingual, str]]:
    lang = record.lang
    to = "至" if lang == "zh" else " to "
    return [
        (Bilingual("证书编号", "Certificate number"), record.number),
        (Bilingual("统一社会信用代码", "Unified social credit code"), record.uscc),
        (Bilingual("有效期", "Valid"), f"{day(record.valid_from, lang)}{to}{day(record.valid_to, lang)}"),
        (Bilingual("认定文件", "Decree"), record.decree_number),
        (Bilingual("核验", "Verification"), record.verification.into(lang)),
    ]
