"""Amounts in capital characters (大写金额), by annex 1 of 《支付结算办法》 (正确填写票据和结算凭证的基本规定).

The annex leaves some zeros to the writer: where the 元 digit (or the 万, 亿 digit) is 0 and the digit behind it is
not, 零 may be written or left out; after 角 the word 整 may be left out. One form is pinned for writing: 零 is
written after 元 and left out after 万 and 亿, 整 only after 元. Every legal form is read.
"""

from __future__ import annotations

import re
from itertools import product

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_FACTORS = {"拾": 10, "佰": 100, "仟": 1000}
_PREFIX = "人民币"
_YUAN_LIMIT = 10**16  # 万亿 is the largest unit that the annex's words express without 兆

_SHAPE = re.compile(
    r"(?:(?P<yuan>[零壹贰叁肆伍陆柒捌玖拾佰仟万亿]+)元)?"
    r"(?:零?(?P<jiao>[壹贰叁肆伍陆柒捌玖])角)?(?:零?(?P<fen>[壹贰叁肆伍陆柒捌玖])分)?整?"
)


def amount_in_capitals(fen: int) -> str:
    """``人民币`` and the amount in capitals: 140950 → 人民币壹仟肆佰零玖元伍角.

    ``fen`` is the amount in fen, 0 to 10^18 − 1. Raises ValueError outside that range.
    """
    return _PREFIX + _written(fen, unit_zero=False, yuan_zero=True, zheng_after_jiao=False)


def parse_capitals(text: str) -> int:
    """The amount in fen that a text in capitals states; every form that the annex allows is read.

    The prefix 人民币 may be missing and 正 may stand for 整. Raises ValueError for anything that no rule of the
    annex would write, among it missing or surplus zeros, so that a typing error never becomes another amount.
    """
    plain = text.removeprefix(_PREFIX).replace("正", "整")
    match = _SHAPE.fullmatch(plain)
    if match is not None and plain:
        yuan = _integer_read(match["yuan"] or "")
        fen = yuan * 100 + _digit(match["jiao"]) * 10 + _digit(match["fen"])
        if fen < _YUAN_LIMIT * 100 and plain in _legal_forms(fen):
            return fen
    raise ValueError(
        f"大写金额“{text}”不符合《支付结算办法》附一的写法，请按“人民币壹仟肆佰零玖元伍角”的格式重新填写 / "
        f"{text!r} is not an amount in capitals by annex 1 of the payment rules; "
        "write it like 人民币壹仟肆佰零玖元伍角"
    )


def _legal_forms(fen: int) -> frozenset[str]:
    flags = product((False, True), repeat=3)
    return frozenset(_written(fen, unit_zero=u, yuan_zero=y, zheng_after_jiao=z) for u, y, z in flags)


def _written(fen: int, *, unit_zero: bool, yuan_zero: bool, zheng_after_jiao: bool) -> str:
    yuan, cents = divmod(fen, 100)
    if not 0 <= yuan < _YUAN_LIMIT:
        raise ValueError(f"an amount in capitals lies between 0 and 10^18 - 1 fen, got {fen}")
    jiao, last = divmod(cents, 10)
    if cents == 0:
        return _integer_written(yuan, unit_zero) + "元整"
    head = _integer_written(yuan, unit_zero) + "元" if yuan else ""
    if jiao == 0:
        return head + ("零" if yuan else "") + _DIGITS[last] + "分"
    zero = "零" if yuan and yuan % 10 == 0 and yuan_zero else ""
    tail = _DIGITS[last] + "分" if last else ("整" if zheng_after_jiao else "")
    return head + zero + _DIGITS[jiao] + "角" + tail


def _integer_written(value: int, unit_zero: bool) -> str:
    """An integer in capitals; ``unit_zero`` writes the optional 零 behind 万 and 亿 whose own digit is 0."""
    if value == 0:
        return "零"
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        high, low = divmod(value, size)
        if high:
            return _integer_written(high, unit_zero) + unit + _below(high, low, size, unit_zero)
    return _section_written(value)


def _below(high: int, low: int, size: int, unit_zero: bool) -> str:
    """What follows 万 or 亿: nothing, or the lower digits with the 零 that the gap before them asks for."""
    if low == 0:
        return ""
    gap = low < size // 10
    zero = "零" if gap or (unit_zero and high % 10 == 0) else ""
    return zero + _integer_written(low, unit_zero)


def _section_written(value: int) -> str:
    """1 to 9999: inner zeros shrink to one 零, trailing ones vanish, leading ones are the caller's."""
    text = ""
    gap = False
    for digit, place in zip(f"{value:04d}", _PLACES, strict=True):
        if digit == "0":
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[int(digit)] + place
        gap = False
    return text


def _integer_read(text: str) -> int:
    """The value of the digits and units, zeros ignored: whether the zeros are right is judged by writing it again."""
    if "亿" in text:
        high, _, low = text.rpartition("亿")
        return _integer_read(high) * 10**8 + _integer_read(low)
    if "万" in text:
        high, _, low = text.rpartition("万")
        return _integer_read(high) * 10**4 + _integer_read(low)
    total = digit = 0
    for char in text:
        if char in _FACTORS:
            total += digit * _FACTORS[char]
            digit = 0
        else:
            digit = _DIGITS.index(char)
    return total + digit


def _digit(char: str | None) -> int:
    return _DIGITS.index(char) if char else 0
