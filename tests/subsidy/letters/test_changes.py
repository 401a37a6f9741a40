"""Papers after a decree: what was, what is, why, and the decree's totals restated. And the seal at the foot of every page."""

from __future__ import annotations

from dataclasses import replace

import pytest
import segno

from subsidy.letters import LetterError, award_letter, decree, decree_change
from subsidy.letters.page import QR_SIZE
from tests.subsidy.letters import samples
from tests.subsidy.letters.reading import flat, pages_of, picture_of, text_of


def test_a_corrigendum_states_before_after_reason_and_totals() -> None:
    text = flat(text_of(samples.rendered("corrigendum", "zh")))
    for said in ("杭州𠮷科技有限公司", samples.RARE_NAME, "3,647,058.12", "3,000,000.00", "企业名称登记有误"):
        assert said in text, said
    assert "变更后，示科〔2024〕1号文共计下达资金7,352,941.18元，涉及企业40家" in text
    assert "关于更正示科〔2024〕1号文" in text and "附件第2号" in text


def test_a_revocation_pays_nothing_and_restates_the_totals() -> None:
    text = flat(text_of(samples.rendered("revocation", "zh")))
    assert "撤销，不予拨付" in text and "4,352,941.18元，涉及企业39家" in text and "迁出本区" in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "示科(2024)12号"},
        {"corrects": "〔2024〕1号"},
        {"reason": " "},
        {"name_after": "杭州𠮷科技有限公司", "amount_after": 364705812},
        {"amount_before": 0},
        {"amount_after": -1},
        {"total_fen": 1},
    ],
)
def test_a_paper_that_says_nothing_or_something_wrong_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(LetterError):
        decree_change(replace(samples.corrigendum(), **wrong))  # type: ignore[arg-type]


def test_the_picture_on_every_page_holds_the_address() -> None:
    made = decree(replace(samples.decree_of(40), seal=samples.SEAL))
    expected = [list(row) for row in segno.make_qr(samples.SEAL.url, error="m").matrix]
    pages = pages_of(made)
    assert len(pages) > 2
    for number, page in enumerate(pages):
        assert samples.SEAL.code in page and samples.SEAL.url in page
        assert picture_of(made, number, side=QR_SIZE, modules=len(expected)) == expected


def test_without_a_seal_nothing_is_claimed() -> None:
    assert "核验码" not in text_of(award_letter(samples.award()))
