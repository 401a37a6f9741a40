"""The decree: figures from the annex, the annex over its pages, the layout of GB/T 9704-2012."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reportlab.lib.units import mm

from subsidy.letters import Bilingual, LetterError, decree
from subsidy.letters.formats import yuan
from tests.subsidy.letters import samples
from tests.subsidy.letters.reading import characters_of, flat, pages_of, text_of

A4_HEIGHT = 297 * mm


def test_count_and_total_come_from_the_annex_of_219_rows() -> None:
    made = samples.decree_of(219)
    pages = pages_of(decree(made))
    total = yuan(sum(row.amount_fen or 0 for row in made.rows))
    assert f"本次下达资金共计{total}元，涉及企业219家" in flat("".join(pages))
    assert total in pages[-1] and "219家" in pages[-1]


def test_the_annex_repeats_its_head_and_loses_no_row() -> None:
    made = samples.decree_of(219)
    pages = pages_of(decree(made))
    annex = [page for page in pages if "企业名称" in page]
    assert len(annex) >= 5
    assert all("金额（元）" in page and made.number in page for page in annex)
    text = flat("".join(annex))
    assert [row.name for row in made.rows if row.name not in text] == []


def test_one_company_is_told_in_the_singular() -> None:
    made = replace(samples.decree_of(1), lang="en")
    assert "is granted to 1 company, as" in text_of(decree(made)).replace("\n", " ")


def test_running_text_holds_28_characters_a_line_and_22_lines_a_page() -> None:
    made = replace(samples.decree_of(1), body=(Bilingual("一" * 28 * 60, "one"),), illustrative=False)
    counted: dict[int, int] = {}
    for character in characters_of(decree(made), 2):  # a page of running text only
        if character.get_text() == "一":
            counted[round(character.y0)] = counted.get(round(character.y0), 0) + 1
    assert len(counted) == 22
    assert set(counted.values()) == {28}


@pytest.mark.parametrize("before", [18, 23, 24, 25, 26, 27])
@pytest.mark.parametrize("character", ["甲", "𠮷"])
def test_no_line_ends_with_an_opening_bracket_and_nothing_is_lost(before: int, character: str) -> None:
    written = (character * before + "（示科〔2024〕1号）") * 12
    text = text_of(decree(replace(samples.decree_of(1), body=(Bilingual(written, "long"),), illustrative=False)))
    assert [line for line in text.splitlines() if line[-1] in "（〔"] == []
    assert flat(text).count(f"{character}（示科〔2024〕1号）") == 12


def test_text_keeps_within_the_margins_of_the_standard() -> None:
    made = replace(samples.decree_of(60), illustrative=False)
    for page in (0, 2):
        body = [item for item in characters_of(decree(made), page) if item.size > 9.5]
        assert min(item.x0 for item in body) >= 28 * mm - 1
        assert max(item.x1 for item in body) <= (28 + 156) * mm + 16  # one mark may hang at a line's end
        assert max(item.y1 for item in body) <= A4_HEIGHT - 37 * mm + 1


def test_a_title_breaks_where_it_is_told_to() -> None:
    made = replace(samples.decree_of(1), title=Bilingual("关于下达奖补资金\n的通知", "Decree on Grants"))
    assert "关于下达奖补资金\n的通知" in text_of(decree(made))


def test_joint_issuers_stand_in_one_measure() -> None:
    head = [item for item in characters_of(samples.rendered("decree", "zh"), 0) if item.size > 30]
    lefts = [item.x0 for item in head if item.get_text() == "示"]
    rights = [item.x1 for item in head if item.get_text() == "局"]
    assert len(lefts) == len(rights) == 2
    assert abs(lefts[0] - lefts[1]) < 1 and abs(rights[0] - rights[1]) < 1


def test_a_long_english_issuer_keeps_within_the_text_block() -> None:
    long = Bilingual("示范区科学技术局", "Science, Technology and Industrial Innovation Bureau of the Sample District")
    items = characters_of(decree(replace(samples.decree_of(1), issuers=(long,), lang="en")), 0)
    assert min(item.x0 for item in items) >= 28 * mm - 1


@pytest.mark.parametrize(
    "number", ["示科[2024]1号", "示科〔2024〕01号", "示科〔24〕1号", "SK〔2024〕1号", "示科〔2024〕1号 "]
)
def test_a_document_number_of_another_form_is_refused(number: str) -> None:
    with pytest.raises(LetterError, match="no document number"):
        decree(replace(samples.decree_of(1), number=number))


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(LetterError, match="list is empty"):
        decree(replace(samples.decree_of(1), rows=()))


def test_a_sequence_number_that_occurs_twice_is_refused() -> None:
    made = samples.decree_of(2)
    with pytest.raises(LetterError, match=r"occur twice: \[1\]"):
        decree(replace(made, rows=(made.rows[0], replace(made.rows[1], rank=1))))


def test_a_row_without_a_positive_amount_is_refused() -> None:
    made = samples.decree_of(2)
    with pytest.raises(LetterError, match="positive whole number"):
        decree(replace(made, rows=(made.rows[0], replace(made.rows[1], amount_fen=0))))


@pytest.mark.parametrize("field", ["issuers", "addressees", "basis"])
def test_a_decree_without_a_necessary_part_is_refused(field: str) -> None:
    with pytest.raises(LetterError, match="lacks issuers, addressees or its basis"):
        decree(replace(samples.decree_of(1), **{field: ()}))  # type: ignore[arg-type]
