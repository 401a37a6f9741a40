"""Papers that confer a title: the certificate, and lists that name levels where others name amounts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from subsidy.letters import Bilingual, Certificate, Decree, LetterError, certificate, decree, notice_list
from subsidy.letters.formats import Language
from tests.subsidy.letters import samples
from tests.subsidy.letters.reading import flat, text_of

SPACE = Bilingual("众创空间", "makers' space")
MODEL, STANDARD = Bilingual("示范级", "model space"), Bilingual("标准级", "standard space")
HELD = Certificate(
    number="XH-2024-000123-CT",
    authority=Bilingual("示范区科学技术局", "Bureau of the Sample District"),
    company_name="杭州梧桐里众创空间管理有限公司",
    uscc="91330106MAFY4CL11Q",
    title=SPACE,
    level=MODEL,
    policy_title=Bilingual("众创空间认定", "Recognition of makers' spaces"),
    policy_number="示科〔2024〕8号",
    decree_number="示科〔2024〕201号",
    valid_from=dt.date(2024, 1, 25),
    valid_to=dt.date(2027, 1, 24),
    verification=Bilingual("可按编号查询", "look the number up"),
    issued_on=dt.date(2024, 1, 25),
    illustrative=True,
)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ("认定证书", "众创空间（示范级）", "2024年1月25日至2027年1月24日", "XH-2024-000123-CT", "示例")),
        ("en", ("Certificate of Recognition", "makers' space (model space)", "25 Jan 2024 to 24 Jan 2027")),
    ],
)
def test_a_certificate_says_what_is_held_until_when_in_equal_bytes(lang: Language, said: tuple[str, ...]) -> None:
    made = certificate(replace(HELD, lang=lang))
    assert made == certificate(replace(HELD, lang=lang))
    text = text_of(made).replace("\n", " ")
    assert [words for words in said if words not in text] == []


def test_a_title_without_a_level_stands_alone_and_a_blank_or_backward_one_is_refused() -> None:
    assert (
        "（"
        not in flat(text_of(certificate(replace(HELD, level=None)))).partition("认定为")[2].partition("证书编号")[0]
    )
    with pytest.raises(LetterError, match="lacks"):
        certificate(replace(HELD, number=" "))
    with pytest.raises(LetterError, match="before it starts"):
        certificate(replace(HELD, valid_to=dt.date(2024, 1, 24)))


def conferring(**more: object) -> Decree:
    made = samples.decree_of(3)
    rows = tuple(
        replace(row, amount_fen=None, tier=MODEL if place else STANDARD) for place, row in enumerate(made.rows)
    )
    return replace(made, rows=rows, conferred=SPACE, **more)  # type: ignore[arg-type]


def test_a_decree_that_pays_nothing_counts_levels_and_names_no_money() -> None:
    text = flat(text_of(decree(conferring())))
    assert "本次认定众创空间3家（标准级1家、示范级2家），名单见附件" in text and "认定名单" in text
    assert "金额" not in text
    english = text_of(decree(conferring(lang="en"))).replace("\n", " ")
    assert "3 companies are recognised as makers' space (1 standard space, 2 model space)" in english


def test_a_decree_that_pays_still_refuses_a_row_without_an_amount() -> None:
    with pytest.raises(LetterError, match="positive whole number"):
        decree(replace(conferring(), conferred=None))


def test_a_notice_of_a_title_names_no_amounts() -> None:
    made = samples.notice()
    rows = tuple(replace(row, amount_fen=None, tier=MODEL) for row in made.rows)
    text = flat(text_of(notice_list(replace(made, rows=rows, conferred=SPACE))))
    assert (
        f"拟认定为众创空间的{len(rows)}家企业予以公示" in text
        and "金额" not in text
        and "奖补" not in text.partition("予以")[2][:60]
    )
