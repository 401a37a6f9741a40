"""The functions of the language in words, and its aggregates over lists of records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from policies.language.findings import Text
from policies.language.render.phrase import ATOM, COMPARE, PHRASE, Phrase, say
from policies.language.render.words import joined, label
from policies.language.typed import DATE, Typed

if TYPE_CHECKING:
    from policies.language.render.expression import Wording

    Rendering = Callable[[Wording, Typed], Phrase]


def _extreme(words: Wording, typed: Typed) -> Phrase:
    least, dates, many = typed.op == "min", typed.type.kind == DATE, len(typed.args) > 2
    zh = ("早" if least else "晚") if dates else ("小" if least else "大")
    short, long = {
        (True, True): ("earlier", "earliest"), (True, False): ("smaller", "smallest"),
        (False, True): ("later", "latest"), (False, False): ("larger", "largest"),
    }[least, dates]  # fmt: skip
    parts = [words.within(arg, ATOM) for arg in typed.args]
    listed = Text(
        ("、" if many else "与").join(p.zh for p in parts),
        ", ".join(p.en for p in parts[:-1]) + f" and {parts[-1].en}",
    )
    zh_word, en_word = (f"最{zh}者", long) if many else (f"较{zh}者", short)
    return say(PHRASE, f"{{0}}中的{zh_word}", f"the {en_word} of {{0}}", listed)


def _round(zh: str, en: str) -> Rendering:
    def rendering(words: Wording, typed: Typed) -> Phrase:
        value, unit = words.within(typed.args[0], ATOM), words.within(typed.args[1], ATOM)
        return say(PHRASE, f"{{0}}按{{1}}{zh}", f"{{0}} {en} {{1}}", value, unit)

    return rendering


def _whole(words: Wording, typed: Typed) -> Phrase:
    parts = (words.within(arg, ATOM) for arg in typed.args)
    return say(PHRASE, "{0}中满{1}的个数", "how many whole {1} there are in {0}", *parts)


def _given(words: Wording, typed: Typed) -> Phrase:
    fact, default = words.name(str(typed.args[0].value)), words.text(typed.args[1])
    return say(ATOM, "{0}（没有的按{1}）", "{0} (if there is none: {1})", fact, default)


def _has(words: Wording, typed: Typed) -> Phrase:
    return say(COMPARE, "有“{0}”", "there is a {0}", words.name(str(typed.value)))


def _number_of(words: Wording, typed: Typed) -> Phrase:
    parts = joined((words.text(arg) for arg in typed.args), "；", "; ")
    return say(ATOM, "以下各项中成立的项数（{0}）", "how many of these hold ({0})", parts)


def _cagr(words: Wording, typed: Typed) -> Phrase:
    parts = (words.within(arg, ATOM) for arg in typed.args)
    return say(
        PHRASE, "从{0}到{1}的{2}年复合增长率", "the compound yearly growth from {0} to {1} over {2} years", *parts
    )


def _calendar(zh: str, en: str) -> Rendering:
    def rendering(words: Wording, typed: Typed) -> Phrase:
        return say(PHRASE, f"{{0}}{zh}", f"{en} {{0}}", words.within(typed.args[0], ATOM))

    return rendering


# lists -------------------------------------------------------------------------------------------------------------


def _records(words: Wording, typed: Typed) -> tuple[Wording, Text]:
    record = words.pack.records[str(typed.value)]
    return replace(words, fields=record.fields), label(record.text, record.name)


def _which(inner: Wording, listed: Text, condition: Typed | None) -> Text:
    if condition is None or (condition.op == "const" and condition.value is True):
        return listed
    found = inner.text(condition)
    return Text(f"符合“{found.zh}”的{listed.zh}", f"{listed.en} with ({found.en})")


def _count(words: Wording, typed: Typed) -> Phrase:
    inner, listed = _records(words, typed)
    which = _which(inner, listed, typed.args[0] if typed.args else None)
    return say(PHRASE, "{0}的数量", "the number of {0}", which)


def _any(words: Wording, typed: Typed) -> Phrase:
    inner, listed = _records(words, typed)
    zh, en = ("至少一条", "at least one of") if typed.op == "any" else ("每一条均", "each of")
    return say(COMPARE, f"{{0}}中{zh}符合“{{1}}”", f"{en} {{0}} has ({{1}})", listed, inner.text(typed.args[0]))


def _sum_of(words: Wording, typed: Typed) -> Phrase:
    inner, listed = _records(words, typed)
    which = _which(inner, listed, typed.args[1] if typed.args[1:] else None)
    return say(PHRASE, "{0}的{1}之和", "the sum of {1} over {0}", which, inner.within(typed.args[0], ATOM))


def _pick(zh: str, en: str) -> Rendering:
    def rendering(words: Wording, typed: Typed) -> Phrase:
        inner, listed = _records(words, typed)
        parts = (_which(inner, listed, typed.args[1]), inner.within(typed.args[0], ATOM), words.text(typed.args[2]))
        return say(
            ATOM, f"{{0}}中{zh}的{{1}}（没有的按{{2}}）", f"the {en} {{1}} of {{0}} (if there is none: {{2}})", *parts
        )

    return rendering


CALLS: dict[str, Rendering] = {
    "min": _extreme,
    "max": _extreme,
    "round_down": _round("向下取整", "rounded down to whole"),
    "round_up": _round("向上取整", "rounded up to whole"),
    "round_half_up": _round("四舍五入", "rounded (halves up) to whole"),
    "round_half_even": _round("四舍六入五成双", "rounded (halves to even) to whole"),
    "whole": _whole,
    "given": _given,
    "has": _has,
    "number_of": _number_of,
    "cagr": _cagr,
    "year": _calendar("的年份", "the year of"),
    "fiscal_year": _calendar("所在的财政年度", "the fiscal year of"),
    "count": _count,
    "any": _any,
    "all": _any,
    "sum": _sum_of,
    "largest": _pick("最大", "largest"),
    "smallest": _pick("最小", "smallest"),
    "latest": _pick("最晚", "latest"),
    "earliest": _pick("最早", "earliest"),
}
