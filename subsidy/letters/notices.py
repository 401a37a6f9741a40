"""The public notice: the frozen, masked list put up for objection, with its dates and its hash."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from subsidy.letters.blocks import body, closed, gap, heading, letterhead, listed, signature, summary, table
from subsidy.letters.checks import require_amount, require_period, require_rows, require_text
from subsidy.letters.faces import LetterError
from subsidy.letters.formats import day, money, yuan
from subsidy.letters.levels import by_level
from subsidy.letters.page import Sheet, render
from subsidy.letters.records import Bilingual, DecreeRow, NoticeList, NoticeRow


def notice_list(notice: NoticeList) -> bytes:
    """The notice as PDF, with amounts for all rows or for none. Raises LetterError for a list it cannot print."""
    require_rows(notice.rows, [row.rank for row in notice.rows])
    require_period(notice.starts_on, notice.ends_on)
    require_text(notice.list_hash)
    amounts = published_amounts(notice.rows)
    lang = notice.lang
    story: list[Flowable] = letterhead(notice.authority, notice.title, notice.number, lang)
    story += [body(opening(notice, amounts), lang), gap(8), listing(notice, amounts)]
    story += [*heading(Bilingual("公示与核验", "Notice and verification"), lang), summary(facts(notice), lang)]
    story += [*heading(Bilingual("如何提出异议", "How to object"), lang), *listed(notice.how_to_object, lang)]
    story = closed(story, signature(notice.authority.into(lang), day(notice.issued_on, lang), lang))
    return render(
        story,
        Sheet(
            number=notice.number,
            title=notice.title.into(lang),
            author=notice.authority.into(lang),
            lang=lang,
            illustrative=notice.illustrative,
            seal=notice.seal,
        ),
    )


def published_amounts(rows: Sequence[NoticeRow] | Sequence[DecreeRow]) -> list[int]:
    """The amounts, when the list has them; some with and some without would hide something."""
    amounts = [row.amount_fen for row in rows if row.amount_fen is not None]
    if amounts and len(amounts) != len(rows):
        raise LetterError(
            "公示名单中部分行有金额、部分行没有。请按政策规定统一公示字段。 / "
            "Some rows of the notice carry an amount and some do not. Publish the same fields for every row."
        )
    for amount in amounts:
        require_amount(amount)
    return amounts


def opening(notice: NoticeList, amounts: list[int]) -> str:
    count = len(notice.rows)
    if notice.conferred is not None:
        return conferring(notice, notice.conferred)
    if notice.lang == "zh":
        total = f"，金额合计{money(sum(amounts), 'zh')}" if amounts else ""
        return (
            f"依据《{notice.policy_title.zh}》（{notice.policy_number}），经申报、受理、评审和审定，"
            f"现将拟奖补的{count}家企业予以公示"
            f"{total}。公示期为{day(notice.starts_on, 'zh')}至{day(notice.ends_on, 'zh')}"
            f"（共{notice.working_days}个工作日）。"
        )
    total = f", {money(sum(amounts), 'en')} in all" if amounts else ""
    return (
        f"Under “{notice.policy_title.en}” ({notice.policy_number}), after filing, acceptance, review and approval, "
        f"{count} {'company is' if count == 1 else 'companies are'} proposed for an award{total}. "
        f"The list is open to objection from {day(notice.starts_on, 'en')} to {day(notice.ends_on, 'en')}, "
        f"{notice.working_days} working days."
    )


def conferring(notice: NoticeList, title: Bilingual) -> str:
    """The opening of a list that proposes a title and no money, counted by level."""
    count, levels = len(notice.rows), by_level((row.tier for row in notice.rows), notice.lang)
    if notice.lang == "zh":
        return (
            f"依据《{notice.policy_title.zh}》（{notice.policy_number}），经申报、受理、评审和审定，"
            f"现将拟认定为{title.zh}的{count}家企业{f'（{levels}）' if levels else ''}予以公示。"
            f"公示期为{day(notice.starts_on, 'zh')}至{day(notice.ends_on, 'zh')}（共{notice.working_days}个工作日）。"
        )
    return (
        f"Under “{notice.policy_title.en}” ({notice.policy_number}), after filing, acceptance, review and approval, "
        f"{count} {'company is' if count == 1 else 'companies are'} proposed for recognition as {title.en}"
        f"{f' ({levels})' if levels else ''}. "
        f"The list is open to objection from {day(notice.starts_on, 'en')} to {day(notice.ends_on, 'en')}, "
        f"{notice.working_days} working days."
    )


def listing(notice: NoticeList, amounts: list[int]) -> Flowable:
    lang = notice.lang
    head = [Bilingual("序号", "No."), Bilingual("企业名称", "Company"), Bilingual("类别", "Tier")]
    rows = [[str(row.rank), row.name, row.tier.into(lang)] for row in notice.rows]
    if not amounts:
        return table(
            [item.into(lang) for item in head], rows, widths=(16 * mm, 104 * mm, 40 * mm), lang=lang, centre=(0,)
        )
    head.append(Bilingual("拟奖补金额（元）", "Proposed (CNY)"))
    for row, amount in zip(rows, amounts, strict=True):
        row.append(yuan(amount))
    total = (Bilingual("合计", "Total").into(lang), f"{len(rows)}家" if lang == "zh" else f"{len(rows)} in all", "")
    return table(
        [item.into(lang) for item in head],
        rows,
        widths=(16 * mm, 78 * mm, 30 * mm, 36 * mm),
        lang=lang,
        right=(3,),
        centre=(0,),
        total=(*total, yuan(sum(amounts))),
    )


def facts(notice: NoticeList) -> list[tuple[Bilingual, str]]:
    lang = notice.lang
    return [
        (Bilingual("公示期", "Notice period"), f"{day(notice.starts_on, lang)} – {day(notice.ends_on, lang)}"),
        (Bilingual("名单校验值", "Hash of the list"), notice.list_hash),
        (Bilingual("联系方式", "Contact"), notice.contact.into(lang)),
    ]
