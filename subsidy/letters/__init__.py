"""Letters as PDF: given plain records, they return bytes. No database, no clock, no app of this program.

Every letter has embedded fonts, a number and page i/n on each page, and the same bytes for the same record.
One with a character that no font has is refused with LetterError, which names it; `missing_glyphs` tells when a
name is entered.
"""

from __future__ import annotations

from subsidy.letters.awards import award_letter
from subsidy.letters.batches import batch_cover
from subsidy.letters.certificates import certificate
from subsidy.letters.changes import decree_change
from subsidy.letters.corrections import correction_letter
from subsidy.letters.decisions import decision_letter
from subsidy.letters.decrees import decree
from subsidy.letters.faces import LetterError, missing_glyphs
from subsidy.letters.notices import notice_list
from subsidy.letters.receipts import receipt
from subsidy.letters.records import (
    Answer,
    AwardLetter,
    BatchCover,
    Bilingual,
    BudgetLineTotal,
    Certificate,
    CorrectionField,
    CorrectionLetter,
    DecisionLetter,
    Decree,
    DecreeChange,
    DecreeRow,
    Hand,
    NoticeList,
    NoticeRow,
    ReasonLine,
    Receipt,
    Seal,
    VisitRecord,
)
from subsidy.letters.visits import visit_record

__all__ = [
    "Answer",
    "AwardLetter",
    "BatchCover",
    "Bilingual",
    "BudgetLineTotal",
    "Certificate",
    "CorrectionField",
    "CorrectionLetter",
    "DecisionLetter",
    "Decree",
    "DecreeChange",
    "DecreeRow",
    "Hand",
    "LetterError",
    "NoticeList",
    "NoticeRow",
    "ReasonLine",
    "Receipt",
    "Seal",
    "VisitRecord",
    "award_letter",
    "batch_cover",
    "certificate",
    "correction_letter",
    "decision_letter",
    "decree",
    "decree_change",
    "missing_glyphs",
    "notice_list",
    "receipt",
    "visit_record",
]
