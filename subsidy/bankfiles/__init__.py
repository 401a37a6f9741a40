"""Bank files out and in: a pure, streaming library over plain data. It knows no database, no clock and no app."""

from subsidy.bankfiles.capitals import amount_in_capitals, parse_capitals
from subsidy.bankfiles.cnaps import cnaps_check_digit_holds, is_cnaps
from subsidy.bankfiles.formats import FORMATS, check_head, check_payment, parts, write, write_preview
from subsidy.bankfiles.model import (
    AMOUNT_FEN_MAX,
    Answer,
    AnswerFile,
    BankFileError,
    FormatInfo,
    Party,
    Payment,
    PaymentFile,
    Problem,
    Statement,
    TreasuryHead,
)
from subsidy.bankfiles.reading import read

__all__ = [
    "AMOUNT_FEN_MAX",
    "FORMATS",
    "Answer",
    "AnswerFile",
    "BankFileError",
    "FormatInfo",
    "Party",
    "Payment",
    "PaymentFile",
    "Problem",
    "Statement",
    "TreasuryHead",
    "amount_in_capitals",
    "check_head",
    "check_payment",
    "cnaps_check_digit_holds",
    "is_cnaps",
    "parse_capitals",
    "parts",
    "read",
    "write",
    "write_preview",
]
