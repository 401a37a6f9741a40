"""A decision as lines of text: outcome, amount, the reasons clause by clause, what is still to be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MARKS = {"met": "✓", "not_met": "✗", "unknown": "?"}
WORDS = {
    "zh": {
        "met": "符合", "not_met": "不符合", "unknown": "尚不能确定", "outcome": "结论", "tier": "等级", "amount": "金额",
        "range": "金额范围", "ask": "待查事实", "from": "来源", "reasons": "理由", "open": "未定金额",
    },
    "en": {
        "met": "met", "not_met": "not met", "unknown": "unknown", "outcome": "outcome", "tier": "tier",
        "amount": "amount", "range": "amount between", "ask": "still to ask", "from": "from", "reasons": "reasons",
        "open": "amount still open",
    },
}  # fmt: skip


def decision_lines(decision: Mapping[str, Any], *, lang: str, decimals: int = 2) -> Iterator[str]:
    """The JSON form of a decision in words; `lang` is zh or en, amounts are printed in currency units."""
    words = WORDS[lang]
    yield f"{decision['code']}@{decision['version']}  {decision['content_hash'][:16]}"
    yield f"{words['outcome']}: {words[decision['outcome']]}"
    if decision["tier"]:
        yield f"{words['tier']}: {decision['tier']}"
    if decision["amount"] is not None:
        yield f"{words['amount']}: {_money(decision['amount'], decision['currency'], lang, decimals)}"
    elif decision["amount_range"]:
        low, high = (_money(bound, decision["currency"], lang, decimals) for bound in decision["amount_range"])
        yield f"{words['range']}: {low} – {high}"
    yield f"{words['reasons']}:"
    for reason in decision["reasons"]:
        yield from _reason(reason, lang, 1)
    if decision["ask"]:
        yield f"{words['ask']}:"
        for one in decision["ask"]:
            yield f"  {one['fact']}: {one['text'][lang]} ({words['from']} {one['from']})"


def _reason(reason: Mapping[str, Any], lang: str, depth: int) -> Iterator[str]:
    indent = "  " * depth
    clause = f"[{reason['clause']}] " if reason["clause"] else ""
    certainty = f" ({reason['certainty']})" if reason["certainty"] else ""
    shown = f": {reason['shown'][lang]}" if reason["shown"] else ""
    yield f"{indent}{MARKS[reason['verdict']]} {clause}{reason['text'][lang]}{shown}{certainty}"
    for one in reason["inputs"]:
        yield f"{indent}    {one['text'][lang]} = {one['shown'][lang]}"
    for child in reason["children"]:
        yield from _reason(child, lang, depth + 1)


def _money(minor: int, currency: str, lang: str, decimals: int) -> str:
    whole, rest = divmod(abs(minor), 10**decimals)
    number = f"{'-' if minor < 0 else ''}{whole:,}" + (f".{rest:0{decimals}d}" if decimals else "")
    return f"{number} 元" if lang == "zh" and currency == "CNY" else f"{currency} {number}"
