"""A statement of payments: of a budget line, a policy or a company; totals beside those of the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from subsidy.letters.blocks import gap, heading_of_table, letterhead, summary, table, text
from subsidy.letters.checks import require_text
from subsidy.letters.formats import Language, day, money, yuan
from subsidy.letters.page import Sheet, render
from subsidy.letters.records import Bilingual

TITLE = Bilingual("资金支付对账单", "Statement of payments")
PAYMENTS = Bilingual("支付明细", "Payments")
AGREES = Bilingual("与总账核对一致。", "Agrees with the ledger.")
DIFFERS = Bilingual(
    "与总账不一致，请先核对再使用本对账单。",
    "Does not agree with the ledger. Have it looked into before using this statement.",
)
TOO_LONG = Bilingual(
    "明细行数较多，请下载电子表格查看；本页为合计。",
    "There are too many rows for paper: they are in the spreadsheet of the same name, this page has the totals.",
)
HEAD = (
    Bilingual("支付日期", "Paid on"),
    Bilingual("收款单位", "Paid to"),
    Bilingual("事项编号", "Case"),
    Bilingual("付款流水号", "Payment"),
    Bilingual("金额（元）", "Amount (CNY)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """One payment, or the part of it that one line bore."""

    paid_on: date | None
    payee: str
    case: str
    payment: str
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """`paid` is None where there are too many rows for paper; totals in fen, `ledger_fen` is what the books say."""

    number: str
    authority: Bilingual
    about: Bilingual
    facts: tuple[tuple[Bilingual, str], ...]
    paid: Sequence[Paid] | None
    count: int
    total_fen: int
    ledger_fen: int
    as_of: date
    lang: Language = "zh"


def statement(record: Statement) -> bytes:
    """The statement as PDF; one that differs from the ledger says so on its face."""
    require_text(record.number)
    lang = record.lang
    agrees = record.total_fen == record.ledger_fen
    facts = [
        (Bilingual("对象", "About"), record.about.into(lang)),
        (Bilingual("截至", "As of"), day(record.as_of, lang)),
        *record.facts,
        (Bilingual("笔数", "Payments"), str(record.count)),
        (Bilingual("支付合计", "Paid in total"), money(record.total_fen, lang)),
        (Bilingual("总账支出", "Spent by the ledger"), money(record.ledger_fen, lang)),
    ]
    story: list[Flowable] = letterhead(record.authority, TITLE, record.number, lang)
    story += [
        summary(facts, lang),
        gap(6),
        text((AGREES if agrees else DIFFERS).into(lang), (10.5, 16), face="sans-bold"),
    ]
    if record.paid is None:
        story.append(text(TOO_LONG.into(lang), (10.5, 16)))
    else:
        story += [*heading_of_table(PAYMENTS, lang), _payments(record.paid, record)]
    title = f"{TITLE.into(lang)} {record.number}"
    return render(
        story,
        Sheet(number=record.number, title=title, author=record.authority.into(lang), lang=lang, illustrative=False),
    )


def _payments(paid: Sequence[Paid], record: Statement) -> Flowable:
    lang = record.lang
    rows = [
        (day(one.paid_on, lang) if one.paid_on else "—", one.payee, one.case, one.payment, yuan(one.fen))
        for one in paid
    ]
    return table(
        [item.into(lang) for item in HEAD],
        rows,
        widths=(31 * mm, 31 * mm, 32 * mm, 40 * mm, 26 * mm),
        lang=lang,
        right=(4,),
        total=(Bilingual("合计", "Total").into(lang), "", "", "", yuan(record.total_fen)),
    )
