"""docs/glossary.md says the words that the program says."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db.models import TextChoices
from django.utils.translation import override

from subsidy.accounts.enums import Role
from subsidy.applicants.enums import CompanyState, FactSource, ImportState, LegalForm, RegistrationState, RightBasis
from subsidy.cases.enums import CaseState
from subsidy.cases.words import WORDS
from subsidy.correspondence.models import LetterKind
from subsidy.decisions.enums import (
    DecreeKind,
    InstalmentState,
    NoticeEntryKind,
    ObjectionState,
    RoundState,
    RowDecision,
    RowState,
)
from subsidy.ledger.enums import BudgetAccount, CashAccountKind, Kind, MoneySource
from subsidy.payouts.enums import BatchState, HoldScope, LineState, Movement, Resolution
from subsidy.payouts.recoveries import RecoveryGround, RecoveryState
from subsidy.programmes.enums import Allocation, CallNews, CallState, Filing
from subsidy.work.enums import Duty

GLOSSARY = Path(__file__).resolve().parents[3] / "docs" / "glossary.md"
ENUMS: list[type[TextChoices]] = [
    RoundState, RowState, RowDecision, NoticeEntryKind, ObjectionState, DecreeKind, InstalmentState,
    BatchState, LineState, Movement, Resolution, HoldScope,
    Role, Duty, FactSource, ImportState, Allocation, BudgetAccount, CashAccountKind, Kind, MoneySource,
    LetterKind, CompanyState, LegalForm, RightBasis, RegistrationState, RecoveryGround, RecoveryState,
    CallState, Filing, CallNews,
]  # fmt: skip


def both(text: object) -> tuple[str, str]:
    with override("en"):
        english = str(text)
    with override("zh-hans"):
        return english, str(text)


@pytest.mark.parametrize("enum", ENUMS)
def test_every_word_of_an_enum_stands_in_the_glossary(enum: type[TextChoices]) -> None:
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    for name, label in enum.choices:
        english, chinese = both(label)
        assert f"| `{name}` | {english} | {chinese} |" in lines


def test_states_of_a_case_stand_in_both_audiences_words() -> None:
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    for name, label in CaseState.choices:
        words = (*both(label), *both(WORDS[name].label))
        assert f"| `{name}` | {' | '.join(words)} |" in lines
