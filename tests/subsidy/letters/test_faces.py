"""What can be printed, in which font, and what is refused by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from subsidy.letters import Bilingual, LetterError, award_letter, decree, missing_glyphs
from subsidy.letters.faces import FONT_FOLDER, markup, runs, to_unicode_map
from tests.subsidy.letters import samples

BIANG = "\U00030edd"  # extension G, in none of the fonts


def test_ordinary_and_rare_names_can_be_printed() -> None:
    assert missing_glyphs("杭州𠮷㛃䶮科技(集团)有限公司 Sample & Söhne GmbH 〔2024〕1号㎡") == ()


def test_missing_characters_come_once_each_in_their_order() -> None:
    assert missing_glyphs(f"甲{BIANG}乙😀{BIANG}") == (BIANG, "😀")


def test_every_character_of_gb2312_can_be_printed() -> None:
    table = bytearray()
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            if row != 0xD7 or cell < 0xFA:  # the five last cells of level 1 are unassigned
                table += bytes((row, cell))
    characters = table.decode("gb2312")
    assert len(characters) == 6763
    assert missing_glyphs(characters) == ()


def test_line_ends_are_layout_and_not_missing() -> None:
    assert missing_glyphs("第一行\r\n第二行\t第三列") == ()
    assert markup("一\r\n二\t三", "serif") == "一<br/>二 三"


def test_text_is_cut_into_one_piece_a_font() -> None:
    assert list(runs("甲𠮷乙", "serif")) == [("serif", "甲"), ("extension", "𠮷"), ("serif", "乙")]
    assert [file for file, _ in runs("业㛃𠮷", "sans-bold")] == ["sans-bold", "serif", "extension"]


def test_markup_is_escaped() -> None:
    assert markup("A<b>&", "serif") == "A&lt;b&gt;&amp;"


def test_a_letter_with_an_unprintable_name_is_refused_by_name() -> None:
    with pytest.raises(LetterError, match=r"U\+30EDD") as refused:
        award_letter(replace(samples.award(), company_name=f"杭州{BIANG}科技有限公司"))
    assert BIANG in str(refused.value)
    assert "请" in str(refused.value) and "Enter a printable form" in str(refused.value)


def test_one_unprintable_row_blocks_the_decree_by_that_name() -> None:
    made = samples.decree_of(3)
    bad = replace(made.rows[1], name=f"丽水{BIANG}公司")
    with pytest.raises(LetterError, match=f"丽水{BIANG}公司"):
        decree(replace(made, rows=(made.rows[0], bad, made.rows[2])))


def test_copied_text_beyond_the_basic_plane_is_utf16() -> None:
    made = to_unicode_map("Sample", [0x20, 0x20BB7])
    assert "<01> <D842DFB7>" in made
    assert "2 beginbfchar" in made


def test_a_long_map_is_cut_into_blocks_of_a_hundred() -> None:
    made = to_unicode_map("Sample", range(256))
    assert made.count("beginbfchar") == 3
    assert "100 beginbfchar" in made and "56 beginbfchar" in made


def test_a_text_without_one_of_its_languages_is_refused() -> None:
    with pytest.raises(LetterError, match="lacks a language"):
        Bilingual("只有中文", " ")


def test_the_fonts_stay_within_their_weight() -> None:
    assert sum(file.stat().st_size for file in FONT_FOLDER.glob("*.xz")) < 14_000_000
