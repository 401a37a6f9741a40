"""The award letter: what one company was granted, by which decree, and why, clause by clause."""

from __future__ import annotations

from collections.abc import Iterable

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

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
    table,
    text,
)
from subsidy.letters.checks import require_amount, require_text
from subsidy.letters.formats import Language, day, money, titled
from subsidy.letters.page import Sheet, render
from subsidy.letters.records import AwardLetter, Bilingual, Certainty, ReasonLine, Verdict

TITLE = Bilingual("奖补资金核定通知书", "Notice of Award")
VERDICTS: dict[Verdict, Bilingual] = {
    "met": Bilingual("符合", "met"),
    "not_met": Bilingual("不符合", "not met"),
    "unknown": Bilingual("待查实", "unknown"),
    "noted": Bilingual("说明", "noted"),
}
CERTAINTIES: dict[Certainty, Bilingual] = {
    "verified": Bilingual("已核对原文", "checked against the text"),
    "recalled": Bilingual("凭记忆，待核对", "from memory, to be checked"),
    "assumed": Bilingual("假设", "assumed"),
}


def award_letter(letter: AwardLetter) -> bytes:
    """The letter as PDF. Raises LetterError for a blank field, an amount not positive or a glyph that no font has."""
    require_amount(letter.amount_fen)
    for value in (letter.number, letter.company_name, letter.uscc, letter.amount_capitals, letter.decree_number):
        require_text(value)
    lang = letter.lang
    story: list[Flowable] = letterhead(letter.authority, TITLE, letter.number, lang)
    story += [*opening(letter), gap(8), summary(facts(letter), lang)]
    if letter.reasons:
        story += [
            *heading_of_table(Bilingual("核定理由", "Reasons, clause by clause"), lang),
            reasons(letter.reasons, lang),
        ]
    if letter.undertakings:
        story += [
            *heading(Bilingual("贵单位的承诺事项", "What you have undertaken"), lang),
            *listed(letter.undertakings, lang),
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
            title=f"{TITLE.into(lang)} {letter.number}",
            author=letter.authority.into(lang),
            lang=lang,
            illustrative=letter.illustrative,
            seal=letter.seal,
        ),
    )


def opening(letter: AwardLetter) -> list[Flowable]:
    """Salutation and the one sentence that grants."""
    if letter.lang == "zh":
        sentence = (
            f"依据《{letter.policy_title.zh}》（{letter.policy_number}），经审核、公示，根据{letter.decree_number}，"
            f"核定贵单位奖补资金{money(letter.amount_fen, 'zh')}（{letter.amount_capitals}）。"
        )
        return [text(f"{letter.company_name}：", BODY["zh"]), body(sentence, "zh")]
    sentence = (
        f"Under “{letter.policy_title.en}” ({letter.policy_number}), after review and public notice, and by decree "
        f"{letter.decree_number}, you are granted {money(letter.amount_fen, 'en')} ({letter.amount_capitals})."
    )
    return [text(f"{letter.company_name},", BODY["en"]), gap(4), body(sentence, "en")]


def facts(letter: AwardLetter) -> list[tuple[Bilingual, str]]:
    lang = letter.lang
    return [
        (Bilingual("单位名称", "Company"), letter.company_name),
        (Bilingual("统一社会信用代码", "Unified social credit code"), letter.uscc),
        (Bilingual("政策", "Policy"), titled(letter.policy_title.into(lang), letter.policy_number, lang)),
        (
            Bilingual("下达文件", "Decree"),
            f"{letter.decree_number}，{day(letter.decree_on, 'zh')}"
            if lang == "zh"
            else f"{letter.decree_number}, {day(letter.decree_on, 'en')}",
        ),
        (Bilingual("核定金额", "Amount"), money(letter.amount_fen, lang)),
        (Bilingual("金额大写", "Amount in Chinese capitals"), letter.amount_capitals),
    ]


def reasons(lines: Iterable[ReasonLine], lang: Language) -> Flowable:
    """One row a clause: what was found, the verdict, and how sure the clause's text is."""
    head = [
        Bilingual("条款", "Clause"),
        Bilingual("查明的情况", "Finding"),
        Bilingual("结论", "Result"),
        Bilingual("条款依据", "Source of the clause"),
    ]
    rows = [
        (line.clause, line.text.into(lang), VERDICTS[line.verdict].into(lang), CERTAINTIES[line.certainty].into(lang))
        for line in lines
    ]
    return table([item.into(lang) for item in head], rows, widths=(20 * mm, 88 * mm, 20 * mm, 32 * mm), lang=lang)
