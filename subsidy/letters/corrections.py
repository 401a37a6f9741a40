"""The correction letter: once, the named fields, each with its reason, within working days from its service."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from subsidy.letters.blocks import BODY, body, closed, gap, heading, letterhead, signature, summary, table, text
from subsidy.letters.checks import require_text
from subsidy.letters.faces import LetterError
from subsidy.letters.formats import day
from subsidy.letters.page import Sheet, render
from subsidy.letters.records import Bilingual, CorrectionLetter

TITLE = Bilingual("补正通知书", "Notice of Correction")


def correction_letter(letter: CorrectionLetter) -> bytes:
    """The letter as PDF. Raises LetterError when no field is named, a reason is blank or no day is given."""
    if not letter.fields:
        raise LetterError(
            "补正通知未列明任何事项。请至少指明一项及理由。 / "
            "The letter names no field. Name at least one and say why."
        )
    for value in (letter.number, letter.case_number, letter.company_name, *(item.reason for item in letter.fields)):
        require_text(value)
    if letter.working_days < 1:
        raise LetterError(
            "补正期限至少一个工作日。请核对流程。 / A correction has at least one working day. Check the route."
        )
    lang = letter.lang
    story: list[Flowable] = letterhead(letter.authority, TITLE, letter.number, lang)
    story += [*opening(letter), *heading(Bilingual("需补正的事项", "What to correct"), lang), items(letter)]
    story += [*heading(Bilingual("期限与联系", "Deadline and contact"), lang), summary(facts(letter), lang)]
    story = closed(story, signature(letter.authority.into(lang), day(letter.issued_on, lang), lang))
    return render(
        story,
        Sheet(
            number=letter.number,
            title=f"{TITLE.into(lang)} {letter.number}",
            author=letter.authority.into(lang),
            lang=lang,
            illustrative=letter.illustrative,
            seal=letter.seal,
        ),
    )


def opening(letter: CorrectionLetter) -> list[Flowable]:
    count = len(letter.fields)
    if letter.lang == "zh":
        sentence = (
            f"贵单位提交的“{letter.policy_title.zh}”申报（{letter.case_number}）"
            f"有{count}项内容需要补正。请自本通知书送达之日起"
            f"{letter.working_days}个工作日内修改并重新提交。补正期间不计入办理时限；其余内容无需改动。"
        )
        return [text(f"{letter.company_name}：", BODY["zh"]), body(sentence, "zh")]
    sentence = (
        f"{count} {'item' if count == 1 else 'items'} of your application {letter.case_number} "
        f"under “{letter.policy_title.en}” "
        f"must be corrected. Correct and submit again within {_days(letter)} of the service of this letter. "
        "The clock of the review stands still until then; nothing else need be changed."
    )
    return [text(f"{letter.company_name},", BODY["en"]), gap(4), body(sentence, "en")]


def items(letter: CorrectionLetter) -> Flowable:
    lang = letter.lang
    head = [
        Bilingual("序号", "No."),
        Bilingual("事项", "Field"),
        Bilingual("需补正的原因", "Reason"),
        Bilingual("条款", "Clause"),
    ]
    rows = [
        (str(index), item.label.into(lang), item.reason, item.clause or "—")
        for index, item in enumerate(letter.fields, 1)
    ]
    return table(
        [item.into(lang) for item in head], rows, widths=(14 * mm, 42 * mm, 82 * mm, 22 * mm), lang=lang, centre=(0,)
    )


def facts(letter: CorrectionLetter) -> list[tuple[Bilingual, str]]:
    lang = letter.lang
    days = f"自送达之日起{letter.working_days}个工作日" if lang == "zh" else f"{_days(letter)} from service"
    return [
        (Bilingual("补正期限", "Time to correct"), days),
        (Bilingual("申报编号", "Case number"), letter.case_number),
        (Bilingual("联系方式", "Contact"), letter.contact.into(lang)),
    ]


def _days(letter: CorrectionLetter) -> str:
    return f"{letter.working_days} working {'day' if letter.working_days == 1 else 'days'}"
