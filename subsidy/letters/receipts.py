"""The receipt: an application came in, under this number, and what happens next."""

from __future__ import annotations

from reportlab.platypus import Flowable

from subsidy.letters.blocks import body, gap, heading, letterhead, listed, summary
from subsidy.letters.checks import require_text
from subsidy.letters.formats import instant, titled
from subsidy.letters.page import Sheet, render
from subsidy.letters.records import Bilingual, Receipt

TITLE = Bilingual("申报回执", "Receipt of Application")


def receipt(record: Receipt) -> bytes:
    """The receipt as PDF. Raises LetterError for a blank identity and ValueError for a naive instant."""
    for value in (record.number, record.company_name, record.uscc):
        require_text(value)
    lang = record.lang
    story: list[Flowable] = letterhead(record.authority, TITLE, record.number, lang)
    story += [body(opening(record), lang), gap(8), summary(facts(record), lang)]
    if record.answers:
        story += [
            *heading(Bilingual("申报内容", "What was filed"), lang),
            summary([(answer.label, answer.value) for answer in record.answers], lang, label_width=180),
        ]
    if record.documents:
        files = [
            (Bilingual(f"材料 {index}", f"Document {index}"), name) for index, name in enumerate(record.documents, 1)
        ]
        story += [*heading(Bilingual("所附材料", "Documents filed"), lang), summary(files, lang)]
    story += [*heading(Bilingual("接下来", "What happens next"), lang), *listed(record.next_steps, lang)]
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


def opening(record: Receipt) -> str:
    if record.lang == "zh":
        return (
            f"{record.company_name}提交的“{record.policy_title.zh}”申报已收到，"
            f"申报编号为 {record.number}。请妥善保存本回执。"
        )
    return (
        f"The application of {record.company_name} under “{record.policy_title.en}” has come in. "
        f"Its case number is {record.number}. Keep this receipt."
    )


def facts(record: Receipt) -> list[tuple[Bilingual, str]]:
    lang = record.lang
    rows = [
        (Bilingual("申报编号", "Case number"), record.number),
        (Bilingual("单位名称", "Company"), record.company_name),
        (Bilingual("统一社会信用代码", "Unified social credit code"), record.uscc),
        (Bilingual("政策", "Policy"), titled(record.policy_title.into(lang), record.policy_number, lang)),
        (Bilingual("提交时间", "Submitted"), instant(record.submitted_at, lang)),
        (Bilingual("联系方式", "Contact"), record.contact.into(lang)),
    ]
    if record.content_hash:
        rows.append((Bilingual("申报内容校验值", "Hash of the filing"), record.content_hash))
    return rows
