"""What looks odd about a bank code: a warning for the people who enter, confirm and accept, never a refusal."""

from __future__ import annotations

import unicodedata

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subsidy.bankfiles import cnaps_check_digit_holds, is_cnaps

# The first three digits are the bank's class; any one of the words in the bank's name fits.
_BANK_WORDS: dict[str, tuple[str, ...]] = {
    "102": ("工商银行", "工行"),
    "103": ("农业银行", "农行"),
    "104": ("中国银行", "中行"),
    "105": ("建设银行", "建行"),
    "201": ("开发银行", "国开行"),
    "202": ("进出口银行",),
    "203": ("农业发展银行", "农发行"),
    "301": ("交通银行", "交行"),
    "302": ("中信银行",),
    "303": ("光大银行",),
    "304": ("华夏银行",),
    "305": ("民生银行",),
    "306": ("广发银行", "广东发展银行"),
    "307": ("平安银行", "深圳发展银行"),
    "308": ("招商银行", "招行"),
    "309": ("兴业银行",),
    "310": ("浦东发展银行", "浦发银行"),
    "315": ("恒丰银行",),
    "316": ("浙商银行",),
    "318": ("渤海银行",),
    "403": ("邮政储蓄银行", "邮储银行"),
}
_CHECK_DIGIT = _("The check digit of the bank code does not fit. Compare the code with the bank's papers.")
_BANK_NAME = _("The bank code belongs to another bank than the name says. Compare both with the bank's papers.")


def same_name(one: str, other: str) -> bool:
    """Whether two names differ in nothing but spaces and the width of their signs (（） and () are the same)."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def bank_warnings(*, bank_name: str, bank_code: str) -> list[str | Promise]:
    """What to compare again: the check digit (ISO 7064 MOD 11,10) and whether code and name are of one bank.

    A name is judged only where the class of its code is that of one bank; a code of another form says nothing.
    """
    if not is_cnaps(bank_code):
        return []
    warnings: list[str | Promise] = [] if cnaps_check_digit_holds(bank_code) else [_CHECK_DIGIT]
    words = _BANK_WORDS.get(bank_code[:3])
    named = _plain(bank_name)
    if words is not None and not any(word in named for word in words):
        warnings.append(_BANK_NAME)
    return warnings
