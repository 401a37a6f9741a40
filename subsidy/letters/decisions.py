"""The letter of any decision on an application: accepted, not accepted, rejected, not funded; with reasons and remedies."""

from __future__ import annotations

from reportlab.platypus import Flowable

from subsidy.letters.awards import reasons
from subsidy.letters.blocks import (
    BODY,
    body,
    closed,
    gap,
    heading,
    heading_of_table,
    letterhead,
    listed,
    signature,
    summary,
    text,
)
from subsidy.letters.checks import require_text
from subsidy.letters.formats import day, titled
from subsidy.letters.page import Sheet, render
from subsidy.letters.records import Bilingual, DecisionLetter


def decision_letter(letter: DecisionLetter) -> bytes:
    """The letter as PDF. Raises LetterError for a blank identity or a glyph that no font has."""
    for value in (letter.number, letter.case_number, letter.company_name, letter.uscc):
        require_text(value)
    lang = letter.lang
    story: list[Flowable] = letterhead(letter.authority, letter.title, letter.number, lang)
    story += [*opening(letter), gap(8), summary(facts(letter), lang)]
    if letter.statement:
        story += [*heading(Bilingual("说明", "Statement"), lang), text(letter.statement, BODY[lang])]
    if letter.reasons:
        title = Bilingual("逐条理由", "Reasons, clause by clause")
        story += [*heading_of_table(title, lang), reasons(letter.reasons, lang)]
    if letter.how_to_object:
        story += [
            *heading(Bilingual("不服本决定的救济途径", "If you disagree"), lang),
            *listed(letter.how_to_object, lang),
        ]
    ending: list[Flowable] = []
    if letter.next_steps:
        ending += [*heading(Bilingual("接下来", "What happens next"), lang), *listed(letter.next_steps, lang)]
    ending += signature(letter.authority.into(lang), day(letter.issued_on, lang), lang)
    story = closed(story, ending, alone=bool(letter.next_steps))
    return render(
        story,
        Sheet(
            number=letter.number,
            title=f"{letter.title.into(lang)} {letter.number}",
            author=letter.authority.into(lang),
            lang=lang,
            illustrative=letter.illustrative,
            seal=letter.seal,
        ),
    )


def opening(letter: DecisionLetter) -> list[Flowable]:
    """Salutation, and the decision in one sentence after the application that it is about."""
    if letter.lang == "zh":
        sentence = f"贵单位提交的“{letter.policy_title.zh}”申报（{letter.case_number}），{letter.opening.zh}"
        return [text(f"{letter.company_name}：", BODY["zh"]), body(sentence, "zh")]
    sentence = (
        f"This concerns your application {letter.case_number} under “{letter.policy_title.en}”. {letter.opening.en}"
    )
    return [text(f"{letter.company_name},", BODY["en"]), gap(4), body(sentence, "en")]


def facts(letter: DecisionLetter) -> list[tuple[Bilingual, str]]:
    lang = letter.lang
    return [
        (Bilingual("申报编号", "Case number"), letter.case_number),
        (Bilingual("单位名称", "Company"), letter.company_name),
        (Bilingual("统一社会信用代码", "Unified social credit code"), letter.uscc),
        (Bilingual("政策", "Policy"), titled(letter.policy_title.into(lang), letter.policy_number, lang)),
        (Bilingual("联系方式", "Contact"), letter.contact.into(lang)),
    ]
