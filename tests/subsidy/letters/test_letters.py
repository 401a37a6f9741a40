"""Every letter, in both languages: its words, its fonts, its pages, its bytes."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pikepdf
import pytest

from subsidy.letters import (
    LetterError,
    award_letter,
    batch_cover,
    correction_letter,
    notice_list,
    receipt,
)
from subsidy.letters.blocks import western_quotes
from subsidy.letters.formats import Language
from tests.subsidy.letters import samples
from tests.subsidy.letters.reading import flat, fonts_of, pages_of, text_of

LANGUAGES: tuple[Language, ...] = ("zh", "en")
ALL = [(name, lang) for name in samples.MAKERS for lang in LANGUAGES]
GOLDEN = Path(__file__).parent / "golden"
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(("name", "lang"), ALL)
def test_text_is_as_it_was_read_and_approved(name: str, lang: Language) -> None:
    expected = (GOLDEN / f"{name}-{lang}.txt").read_text(encoding="utf-8")
    assert text_of(samples.rendered(name, lang)) + "\n" == expected


@pytest.mark.parametrize(("name", "lang"), ALL)
def test_every_font_is_embedded_truetype(name: str, lang: Language) -> None:
    fonts = fonts_of(samples.rendered(name, lang))
    assert fonts
    assert [font for font, embedded in fonts.items() if not embedded] == []


@pytest.mark.parametrize(("name", "lang"), ALL)
def test_the_same_record_gives_the_same_bytes(name: str, lang: Language) -> None:
    assert samples.MAKERS[name](lang) == samples.MAKERS[name](lang)


@pytest.mark.parametrize(("name", "lang"), ALL)
def test_every_page_has_its_number_of_all_and_the_mark(name: str, lang: Language) -> None:
    pages = pages_of(samples.rendered(name, lang))
    for index, page in enumerate(pages, 1):
        assert (f"第 {index}/{len(pages)} 页" if lang == "zh" else f"Page {index}/{len(pages)}") in page
        assert "示例 ILLUSTRATIVE" in page


@pytest.mark.parametrize(("name", "lang"), ALL)
def test_the_file_names_its_title_author_and_language(name: str, lang: Language) -> None:
    with pikepdf.open(io.BytesIO(samples.rendered(name, lang))) as document:
        assert str(document.Root.Lang) == ("zh-Hans" if lang == "zh" else "en")
        assert samples.BUREAU.into(lang) in str(document.docinfo["/Author"])
        assert str(document.docinfo["/Title"]).strip()


@pytest.mark.parametrize("name", sorted(samples.MAKERS))
def test_nothing_is_left_untranslated(name: str) -> None:
    text = flat(text_of(samples.latin_letters()[name])).replace("示例ILLUSTRATIVE", "").replace("示科〔2024〕1号", "")
    assert HAN.findall(text) == []


def test_letters_made_at_once_do_not_mix() -> None:
    names = sorted(samples.MAKERS) * 2
    with ThreadPoolExecutor(max_workers=6) as pool:
        made = list(pool.map(lambda name: samples.MAKERS[name]("zh"), names))
    assert [name for name, pdf in zip(names, made, strict=True) if pdf != samples.rendered(name, "zh")] == []


def test_rare_names_are_printed_and_can_be_copied() -> None:
    for name in ("award", "decree", "notice", "receipt", "correction"):
        assert samples.RARE_NAME in flat(text_of(samples.rendered(name, "zh"))), name


def test_a_letter_that_is_no_example_carries_no_mark() -> None:
    assert "ILLUSTRATIVE" not in text_of(award_letter(replace(samples.award(), illustrative=False)))


def test_amount_stands_in_figures_and_in_capitals() -> None:
    text = flat(text_of(samples.rendered("award", "zh")))
    assert "核定贵单位奖补资金3,647,058.12元（人民币叁佰陆拾肆万柒仟零伍拾捌元壹角贰分）" in text


@pytest.mark.parametrize("amount", [0, -1, 1.5, True])
def test_an_amount_that_is_no_positive_whole_number_of_fen_is_refused(amount: int) -> None:
    with pytest.raises(LetterError, match="positive whole number of fen"):
        award_letter(replace(samples.award(), amount_fen=amount))


def test_an_award_without_capitals_is_refused() -> None:
    with pytest.raises(LetterError, match="required text"):
        award_letter(replace(samples.award(), amount_capitals=" "))


def test_a_notice_computes_count_and_total_from_its_rows() -> None:
    made = samples.notice()
    text = flat(text_of(notice_list(replace(made, rows=made.rows[:2]))))
    assert "拟奖补的2家企业予以公示，金额合计400,004.13元" in text


def test_a_notice_without_amounts_prints_none() -> None:
    made = samples.notice()
    text = text_of(notice_list(replace(made, rows=tuple(replace(row, amount_fen=None) for row in made.rows))))
    assert "金额" not in text and "200,001.38" not in text


def test_a_notice_with_some_amounts_is_refused() -> None:
    made = samples.notice()
    with pytest.raises(LetterError, match="same fields for every row"):
        notice_list(replace(made, rows=(replace(made.rows[0], amount_fen=None), *made.rows[1:])))


def test_a_notice_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(LetterError, match="ends before it starts"):
        notice_list(replace(samples.notice(), ends_on=date(2024, 2, 25)))


def test_a_hash_is_printed_on_one_line_so_that_it_can_be_copied() -> None:
    assert "9f" * 32 in text_of(samples.rendered("notice", "zh")).splitlines()
    assert "0123456789abcdef" * 4 in text_of(samples.rendered("cover", "zh")).splitlines()


def test_a_receipt_of_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        receipt(replace(samples.receipt_record(), submitted_at=datetime(2023, 9, 4, 9, 5)))  # noqa: DTZ001


def test_a_correction_names_at_least_one_field() -> None:
    with pytest.raises(LetterError, match="names no field"):
        correction_letter(replace(samples.correction(), fields=()))


def test_a_reason_longer_than_a_page_runs_on() -> None:
    made = samples.correction()
    text = text_of(correction_letter(replace(made, fields=(replace(made.fields[0], reason="需补正。" * 900),))))
    assert flat(text).count("需补正") >= 900


def test_a_cover_whose_lines_do_not_add_up_is_refused() -> None:
    made = samples.cover()
    with pytest.raises(LetterError, match="do not add up"):
        batch_cover(replace(made, total_fen=made.total_fen + 1))


def test_a_cover_with_a_cut_hash_is_refused() -> None:
    with pytest.raises(LetterError, match="64 lower-case"):
        batch_cover(replace(samples.cover(), sha256="ab" * 31))


def test_a_step_not_yet_done_says_so() -> None:
    assert "尚未办理" in text_of(samples.rendered("cover", "zh"))
    assert "not yet done" in text_of(samples.rendered("cover", "en"))


def test_curly_quotes_are_straight_between_western_letters_only() -> None:
    assert western_quotes("the firm’s “Plan”") == 'the firm\'s "Plan"'
    assert western_quotes("提交的“飞天计划”申报") == "提交的“飞天计划”申报"
