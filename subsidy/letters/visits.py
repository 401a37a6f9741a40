"""The record of a visit to an applicant's site, as its company is given it when both officers have signed."""

from __future__ import annotations

from reportlab.platypus import Flowable

from subsidy.letters.blocks import BODY, body, closed, gap, heading, letterhead, signature, summary, text
from subsidy.letters.checks import require_text
from subsidy.letters.formats import day
from subsidy.letters.page import Sheet, render
from subsidy.letters.records import Bilingual, VisitRecord

TITLE = Bilingual("现场考察记录", "Record of the Visit")


def visit_record(record: VisitRecord) -> bytes:
    """The record as PDF. Raises LetterError for a blank field or a glyph that no font has."""
    for value in (record.number, record.case_number, record.company_name, record.place, record.findings):
        require_text(value)
    lang = record.lang
    story: list[Flowable] = letterhead(record.authority, TITLE, record.number, lang)
    story += [body(opening(record).into(lang), lang), gap(8), summary(facts(record), lang)]
    story += [*heading(Bilingual("考察所见", "What was found"), lang), text(record.findings, BODY[lang])]
    return render(
        closed(story, signature(record.authority.into(lang), day(record.issued_on, lang), lang)),
        Sheet(
            number=record.number,
            title=f"{TITLE.into(lang)} {record.number}",
            author=record.authority.into(lang),
            lang=lang,
            illustrative=record.illustrative,
            seal=record.seal,
        ),
    )


def opening(record: VisitRecord) -> Bilingual:
    return Bilingual(
        f"本局就{record.company_name}“{record.policy_title.zh}”申报（{record.case_number}）进行了现场考察，记录如下。",
        f"The bureau visited {record.company_name} on its application {record.case_number} under "
        f"{record.policy_title.en} and recorded this.",
    )


def facts(record: VisitRecord) -> list[tuple[Bilingual, str]]:
    lang = record.lang
    agrees = Bilingual("与申报一致", "agrees with the application")
    differs = Bilingual("与申报不一致", "does not agree with the application")
    return [
        (Bilingual("考察日期", "Day of the visit"), day(record.visited_on, lang)),
        (Bilingual("地点", "Place"), record.place),
        (Bilingual("结论", "Conclusion"), (agrees if record.favourable else differs).into(lang)),
        (Bilingual("记录人", "Recorded by"), record.recorded_by),
        (Bilingual("签字人", "Signed by"), record.signed_by),
        (Bilingual("联系方式", "Contact"), record.contact.into(lang)),
    ]
