"""The cover sheet of a payment batch: control totals, the file's fingerprint, and the three hands."""

from __future__ import annotations

import re

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from subsidy.letters.blocks import heading, letterhead, listed, summary, table
from subsidy.letters.checks import require_amount, require_text
from subsidy.letters.faces import LetterError
from subsidy.letters.formats import instant, money, yuan
from subsidy.letters.page import Sheet, render
from subsidy.letters.records import BatchCover, Bilingual, Hand

TITLE = Bilingual("资金拨付批次封面", "Payment Batch Cover Sheet")
SHA256 = re.compile(r"[0-9a-f]{64}")


def batch_cover(cover: BatchCover) -> bytes:
    """The sheet as PDF. Raises LetterError when the lines do not add up to the batch or the hash is no SHA-256."""
    check(cover)
    lang = cover.lang
    story: list[Flowable] = letterhead(cover.authority, TITLE, cover.number, lang)
    story += [
        summary(facts(cover), lang),
        *heading(Bilingual("按预算科目合计", "Totals by budget line"), lang),
        totals(cover),
    ]
    story += [*heading(Bilingual("经办记录", "Prepared, checked, released"), lang), hands(cover)]
    if cover.notes:
        story += [*heading(Bilingual("说明", "Notes"), lang), *listed(cover.notes, lang)]
    return render(
        story,
        Sheet(
            number=cover.number,
            title=f"{TITLE.into(lang)} {cover.number}",
            author=cover.authority.into(lang),
            lang=lang,
            illustrative=cover.illustrative,
            seal=cover.seal,
        ),
    )


def check(cover: BatchCover) -> None:
    for value in (cover.number, cover.format, cover.file_name, cover.total_capitals):
        require_text(value)
    require_amount(cover.total_fen)
    lines = sum(line.count for line in cover.lines), sum(line.total_fen for line in cover.lines)
    # A payment that two budget lines bear counts in both.
    if lines[0] < cover.count or lines[1] != cover.total_fen:
        raise LetterError(
            f"科目合计（{lines[0]}笔，{yuan(lines[1])}元）与批次"
            f"（{cover.count}笔，{yuan(cover.total_fen)}元）不符。请核对后再出封面。 / "
            f"The budget lines ({lines[0]} payments, CNY {yuan(lines[1])}) do not add up to the batch "
            f"({cover.count} payments, CNY {yuan(cover.total_fen)}). Check the batch before printing its cover."
        )
    if not SHA256.fullmatch(cover.sha256):
        raise LetterError(
            "文件校验值应为64位十六进制小写字符。请重新导出文件。 / "
            "The file's SHA-256 must be 64 lower-case hexadecimal digits. Export the file again."
        )


def facts(cover: BatchCover) -> list[tuple[Bilingual, str]]:
    lang = cover.lang
    return [
        (Bilingual("文件名", "File"), cover.file_name),
        (Bilingual("文件格式", "Format"), cover.format),
        (Bilingual("文件序号", "Sequence"), str(cover.sequence)),
        (Bilingual("笔数", "Payments"), str(cover.count)),
        (Bilingual("总金额", "Total"), money(cover.total_fen, lang)),
        (Bilingual("金额大写", "Total in Chinese capitals"), cover.total_capitals),
        (Bilingual("SHA-256", "SHA-256"), cover.sha256),
    ]


def totals(cover: BatchCover) -> Flowable:
    lang = cover.lang
    head = [
        Bilingual("科目编码", "Code"),
        Bilingual("预算科目", "Budget line"),
        Bilingual("笔数", "Payments"),
        Bilingual("金额（元）", "Amount (CNY)"),
    ]
    rows = [(line.code, line.name.into(lang), str(line.count), yuan(line.total_fen)) for line in cover.lines]
    return table(
        [item.into(lang) for item in head],
        rows,
        widths=(32 * mm, 70 * mm, 22 * mm, 36 * mm),
        lang=lang,
        right=(2, 3),
        total=(Bilingual("合计", "Total").into(lang), "", str(cover.count), yuan(cover.total_fen)),
    )


def hands(cover: BatchCover) -> Flowable:
    """Who prepared, checked and released; a step not yet done says so."""
    lang = cover.lang
    steps: list[tuple[Bilingual, Hand | None]] = [
        (Bilingual("经办", "Prepared"), cover.prepared),
        (Bilingual("复核", "Checked"), cover.checked),
        (Bilingual("审批放行", "Released"), cover.released),
    ]
    waiting = Bilingual("尚未办理", "not yet done").into(lang)
    rows = [
        (step.into(lang), hand.name if hand else waiting, instant(hand.at, lang) if hand else "—", "")
        for step, hand in steps
    ]
    head = [
        Bilingual("环节", "Step"),
        Bilingual("姓名", "Name"),
        Bilingual("时间", "Time"),
        Bilingual("签字", "Signature"),
    ]
    return table([item.into(lang) for item in head], rows, widths=(24 * mm, 32 * mm, 66 * mm, 38 * mm), lang=lang)
