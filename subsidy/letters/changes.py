"""Papers that come after a decree: a corrigendum of one of its lines, the revocation of an award. Layout as the decree's."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from subsidy.letters.blocks import closed, gap, table
from subsidy.letters.checks import require_text
from subsidy.letters.decrees import check_number, names, paragraph, red_head, signed
from subsidy.letters.faces import LetterError
from subsidy.letters.formats import day, money, yuan
from subsidy.letters.page import OFFICIAL, Sheet, render
from subsidy.letters.records import Bilingual, DecreeChange


def decree_change(paper: DecreeChange) -> bytes:
    """The paper as PDF. Raises LetterError for a number of another form, a blank text, or a change that changes nothing."""
    check(paper)
    lang, title = paper.lang, title_of(paper)
    story = [*red_head(paper, title), *opening(paper), gap(10), compared(paper), gap(10)]
    story += [
        paragraph(value.into(lang), lang) for value in (reason_of(paper), totals_of(paper), *paper.how_to_object)
    ]
    return render(
        closed(story, signed(paper)),
        Sheet(
            number=paper.number,
            title=title.into(lang).replace("\n", ""),
            author=names(paper.issuers, lang),
            lang=lang,
            illustrative=paper.illustrative,
            layout=OFFICIAL,
            seal=paper.seal,
        ),
    )


def check(paper: DecreeChange) -> None:
    check_number(paper.number)
    check_number(paper.corrects)
    for value in (paper.name_before, paper.name_after, paper.reason):
        require_text(value)
    was, now = (paper.name_before, paper.amount_before), (paper.name_after, paper.amount_after)
    if was == now or paper.amount_before <= 0 or paper.amount_after < 0 or paper.total_fen < paper.amount_after:
        raise LetterError(
            "更正前后没有差别，或金额、合计有误。请核对后再生成文书。 / "
            "The paper changes nothing, or an amount or the total is wrong. Check it, then try again."
        )


def title_of(paper: DecreeChange) -> Bilingual:
    if paper.revokes:
        return Bilingual(
            f"关于撤销{paper.corrects}文\n所列奖补的决定", f"Revocation of an award\nunder {paper.corrects}"
        )
    return Bilingual(f"关于更正{paper.corrects}文\n有关内容的通知", f"Corrigendum to {paper.corrects}")


def opening(paper: DecreeChange) -> list[Flowable]:
    """To whom it is addressed, and what it does to which line of which decree."""
    lang = paper.lang
    if lang == "zh":
        to, basis = f"{paper.name_after}：", "、".join(item.zh for item in paper.basis)
        what = "决定撤销该文所列下述奖补" if paper.revokes else "现对该文有关内容更正如下"
        said = f"根据{basis}，经核查{paper.corrects}文（{day(paper.corrects_on, 'zh')}印发）附件第{paper.rank}号，{what}。"
    else:
        to, basis = f"To: {paper.name_after}", "; ".join(item.en for item in paper.basis)
        what = "is revoked" if paper.revokes else "is corrected"
        said = (
            f"Under {basis}, line {paper.rank} of the annex to {paper.corrects}, issued on "
            f"{day(paper.corrects_on, 'en')}, {what} as follows."
        )
    return [paragraph(to, lang) if lang == "en" else _flush(to), paragraph(said, lang)]


def _flush(value: str) -> Flowable:
    """An addressee stands at the left edge, not set in."""
    made = paragraph(value, "zh")
    made.style.firstLineIndent = 0
    return made


def compared(paper: DecreeChange) -> Flowable:
    """What the decree says and what holds from now on, side by side."""
    lang = paper.lang
    head = [Bilingual("事项", "Item"), Bilingual("原文", "As decreed"), Bilingual("现为", "From now on")]
    none = Bilingual("撤销，不予拨付", "revoked, nothing is paid").into(lang)
    rows = [
        (Bilingual("企业名称", "Company").into(lang), paper.name_before, paper.name_after),
        (
            Bilingual("金额（元）", "Amount (CNY)").into(lang),
            yuan(paper.amount_before),
            none if paper.revokes else yuan(paper.amount_after),
        ),
    ]
    return table(
        [item.into(lang) for item in head], rows, widths=(OFFICIAL.width - 124 * mm, 62 * mm, 62 * mm), lang=lang
    )


def reason_of(paper: DecreeChange) -> Bilingual:
    """Why, in the words of whoever decided it."""
    return Bilingual(f"理由：{paper.reason}", f"Reason: {paper.reason}")


def totals_of(paper: DecreeChange) -> Bilingual:
    """Count and total of the whole decree as they stand after this paper."""
    zh_total, en_total = money(paper.total_fen, "zh"), money(paper.total_fen, "en")
    companies = "company" if paper.count == 1 else "companies"
    return Bilingual(
        f"变更后，{paper.corrects}文共计下达资金{zh_total}，涉及企业{paper.count}家。该文其他内容不变。",
        f"After this change {paper.corrects} grants {en_total} in all to {paper.count} {companies}. Nothing else of it changes.",
    )
