"""The title that a policy confers, in words: its levels, how long it runs, how it is tested."""

from __future__ import annotations

from policies.language.findings import Text
from policies.language.recognition import RecognitionDef, RepeatedTest
from policies.language.render.blocks import Item
from policies.language.render.rules import certainty_marks, clause_mark
from policies.language.render.words import duration, joined, same


def recognition_item(one: RecognitionDef) -> Item:
    """Return the title with its levels, its time and its test."""
    parts = [_time(one), Text(f"到期前{one.reminder}天提醒", f"a reminder {one.reminder} days before it ends")]
    if one.levels:
        named = joined((level.text for level in one.levels), "、", ", ")
        parts.insert(0, Text(f"级别（由高到低）：{named.zh}", f"levels, the highest first: {named.en}"))
    if one.test is not None:
        parts.append(_test(one.test))
    marks = (clause_mark(one.clause), *certainty_marks(one.certainty, one.source))
    return Item(joined([one.text, same(f"[{one.register}]")], " ", " "), joined(parts, "；", "; "), marks)


def _time(one: RecognitionDef) -> Text:
    if one.until is not None:
        month, day = one.until
        return Text(f"有效期至次年{month}月{day}日", f"valid until {month:02d}-{day:02d} of the next year")
    assert one.valid is not None  # one of the two is written
    time = duration(*one.valid)
    return Text(f"有效期{time.zh}", f"valid for {time.en}")


def _test(one: RepeatedTest) -> Text:
    plural = "" if one.failures == 1 else "s"
    zh = f"按“{one.stage}”复核，累计{one.failures}次未通过的取消资格"
    en = f"tested by the stage {one.stage}; {one.failures} failed test{plural} in all end it"
    if one.failures > 1:
        zh += "，此前每次降低一级" if one.lowers else "，此前保留"
        en += ", each before takes one level" if one.lowers else ", those before leave it as it is"
    return Text(zh, en)
