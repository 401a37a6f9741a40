"""What each letter is given: plain frozen records, in both languages where the reader's language decides.

Amounts are integer fen, dates local dates, instants aware. Counts and totals of a list are computed, never given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from subsidy.letters.faces import LetterError
from subsidy.letters.formats import Language

Verdict = Literal["met", "not_met", "unknown", "noted"]
Certainty = Literal["verified", "recalled", "assumed"]


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One text in Chinese and English; neither may be blank, so that no letter comes out half translated."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.zh.strip() or not self.en.strip():
            raise LetterError(
                f"文字缺少一种语言：中文“{self.zh}”，英文“{self.en}”。请补全后再生成文书。 / "
                f"A text lacks a language: Chinese “{self.zh}”, English “{self.en}”. Complete it, then try again."
            )

    def into(self, lang: Language) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """By what anybody finds out whether a paper is genuine: its code as it is typed, and the address of its page.

    `head` is the newest signed head of the log at that time: whoever keeps the paper keeps the head. Empty: none yet.
    """

    code: str
    url: str
    head: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonLine:
    """One clause of the decision: its number, what was found in words, and how sure the clause's text is."""

    clause: str
    text: Bilingual
    verdict: Verdict
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardLetter:
    """Tells one company what it was granted, by which decree and for which reasons."""

    number: str
    authority: Bilingual
    company_name: str
    uscc: str
    policy_title: Bilingual
    policy_number: str
    decree_number: str
    decree_on: date
    amount_fen: int
    amount_capitals: str
    reasons: tuple[ReasonLine, ...]
    undertakings: tuple[Bilingual, ...]
    next_steps: tuple[Bilingual, ...]
    issued_on: date
    illustrative: bool
    lang: Language = "zh"
    seal: Seal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLetter:
    """Tells one company what was decided of its application, in words of its own (`title`, `opening`).

    `statement` is the officer's reason, in the officer's own words and language; `reasons` are the clauses.
    """

    number: str
    case_number: str
    authority: Bilingual
    title: Bilingual
    company_name: str
    uscc: str
    policy_title: Bilingual
    policy_number: str
    opening: Bilingual
    contact: Bilingual
    issued_on: date
    illustrative: bool
    statement: str = ""
    reasons: tuple[ReasonLine, ...] = ()
    how_to_object: tuple[Bilingual, ...] = ()
    next_steps: tuple[Bilingual, ...] = ()
    lang: Language = "zh"
    seal: Seal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecreeRow:
    """One recipient in the annex, named as in the decree (payment compares names with it). No amount: a title alone."""

    rank: int
    name: str
    tier: Bilingual
    amount_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decree:
    """The official document that grants a list; count and total in its text are computed from the rows.

    `conferred` names the title, where it grants no money.
    """

    number: str
    issuers: tuple[Bilingual, ...]
    addressees: tuple[Bilingual, ...]
    basis: tuple[Bilingual, ...]
    title: Bilingual
    body: tuple[Bilingual, ...]
    rows: tuple[DecreeRow, ...]
    issued_on: date
    illustrative: bool
    conferred: Bilingual | None = None
    lang: Language = "zh"
    seal: Seal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecreeChange:
    """A paper that corrects or revokes one line of a decree: what was, what is, and the decree's totals after it.

    Amounts are fen; `amount_after` 0 revokes the award. `count` and `total_fen` are those of the whole decree.
    """

    number: str
    issuers: tuple[Bilingual, ...]
    basis: tuple[Bilingual, ...]
    corrects: str
    corrects_on: date
    rank: int
    name_before: str
    name_after: str
    amount_before: int
    amount_after: int
    reason: str
    count: int
    total_fen: int
    how_to_object: tuple[Bilingual, ...]
    issued_on: date
    illustrative: bool
    lang: Language = "zh"
    seal: Seal | None = None

    @property
    def revokes(self) -> bool:
        return self.amount_after == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """What two officers saw on the site of an applicant, as its company is given it."""

    number: str
    case_number: str
    authority: Bilingual
    company_name: str
    policy_title: Bilingual
    visited_on: date
    place: str
    findings: str
    favourable: bool
    recorded_by: str
    signed_by: str
    contact: Bilingual
    issued_on: date
    illustrative: bool
    lang: Language = "zh"
    seal: Seal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One line of the public list; the name comes masked as the policy's notice asks. No amount: not published."""

    rank: int
    name: str
    tier: Bilingual
    amount_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeList:
    """The frozen list put up for objection, both dates included, with the hash under which it was frozen.

    `conferred` names the title, where no money is proposed.
    """

    number: str
    authority: Bilingual
    title: Bilingual
    policy_title: Bilingual
    policy_number: str
    rows: tuple[NoticeRow, ...]
    starts_on: date
    ends_on: date
    working_days: int
    list_hash: str
    how_to_object: tuple[Bilingual, ...]
    contact: Bilingual
    issued_on: date
    illustrative: bool
    conferred: Bilingual | None = None
    lang: Language = "zh"
    seal: Seal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The title of one company, both days included; `level` is empty where the title has none."""

    number: str
    authority: Bilingual
    company_name: str
    uscc: str
    title: Bilingual
    level: Bilingual | None
    policy_title: Bilingual
    policy_number: str
    decree_number: str
    valid_from: date
    valid_to: date
    verification: Bilingual
    issued_on: date
    illustrative: bool
    lang: Language = "zh"
    seal: Seal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of the filing, the value as the company sees it on its own page."""

    label: Bilingual
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Confirms that an application came in; `number` is the case number."""

    number: str
    authority: Bilingual
    company_name: str
    uscc: str
    policy_title: Bilingual
    policy_number: str
    submitted_at: datetime
    next_steps: tuple[Bilingual, ...]
    contact: Bilingual
    illustrative: bool
    answers: tuple[Answer, ...] = ()
    documents: tuple[str, ...] = ()
    content_hash: str | None = None
    lang: Language = "zh"
    seal: Seal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionField:
    """A field to be mended and the officer's reason, in the officer's own words and language."""

    label: Bilingual
    reason: str
    clause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionLetter:
    """Asks once for the named fields, within working days that begin when the letter is served."""

    number: str
    case_number: str
    authority: Bilingual
    company_name: str
    policy_title: Bilingual
    fields: tuple[CorrectionField, ...]
    working_days: int
    contact: Bilingual
    issued_on: date
    illustrative: bool
    lang: Language = "zh"
    seal: Seal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLineTotal:
    """What the batch takes from one budget line."""

    code: str
    name: Bilingual
    count: int
    total_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who did one step of the batch, and when."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCover:
    """The cover sheet of a payment file: control totals, fingerprint, and the hands that have acted so far."""

    number: str
    authority: Bilingual
    format: str
    file_name: str
    count: int
    total_fen: int
    total_capitals: str
    lines: tuple[BudgetLineTotal, ...]
    sha256: str
    sequence: int
    prepared: Hand
    checked: Hand | None
    released: Hand | None
    illustrative: bool
    lang: Language = "zh"
    seal: Seal | None = None
    notes: tuple[Bilingual, ...] = field(default=())
