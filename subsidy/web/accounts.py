"""Payee accounts as pages show them: how each stands, what holds it back, what looks odd, and its papers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from subsidy.applicants.banks import bank_warnings, same_name
from subsidy.applicants.enums import AccountState
from subsidy.applicants.holds import ENDED, NOT_CONFIRMED, hold_on
from subsidy.applicants.models import AccountFreeze, Company, PayeeAccount
from subsidy.documents.models import StoredFile
from subsidy.web.components import File, Text, Tone

STATE_WORDS: dict[str, tuple[Text, Tone]] = {
    AccountState.PROPOSED: (_("waits for confirmation by a second person"), "wait"),
    AccountState.CONFIRMED: (_("in use"), "done"),
    AccountState.ENDED: (_("no longer in use"), "plain"),
    AccountState.REFUSED: (_("refused"), "stop"),
}
HELD: tuple[Text, Tone] = (_("not payable now"), "stop")
UNEXPLAINED: tuple[Text, Tone] = (_("waits for the explanation to be accepted"), "wait")
_OTHER_NAME = _("The holder has another name than the company.")


@dataclass(frozen=True)
class Offer:
    """An act on an account that this reader may do now."""

    title: Text
    url: str


@dataclass(frozen=True)
class AccountShown:
    """A payee account; `number` hides all but the last four digits unless the reader may see it whole."""

    row: PayeeAccount
    number: str
    words: Text
    tone: Tone
    hold: Text
    warnings: Sequence[Text]
    files: Sequence[File]
    freezes: Sequence[AccountFreeze]
    unexplained: bool
    acts: Sequence[Offer] = ()


def masked(number: str) -> str:
    """An account number of which only the last four digits are shown."""
    return f"**** {number[-4:]}"


def accounts_shown(
    company: Company, *, at: dt.datetime, whole: bool, file_url: Callable[[StoredFile], str]
) -> list[AccountShown]:
    """Every account that the company ever had, the newest first, as it stands at `at`."""
    rows = PayeeAccount.objects.filter(company=company).select_related(
        "proposed_by", "confirmed_by", "accepted_by", "certification", "explanation"
    )
    rows = rows.prefetch_related(
        "freezes__order", "freezes__lifting_order", "freezes__frozen_by", "freezes__lifted_by"
    )
    return [_shown(row, company, at, whole, file_url) for row in rows.order_by("-id")]


def _shown(
    row: PayeeAccount, company: Company, at: dt.datetime, whole: bool, file_url: Callable[[StoredFile], str]
) -> AccountShown:
    hold = hold_on(row, at=at)
    waits_for_nothing_else = hold in (NOT_CONFIRMED, ENDED)
    words, tone = STATE_WORDS[row.state] if not hold or waits_for_nothing_else else HELD
    foreign = not same_name(row.holder_name, company.name)
    unexplained = row.state == AccountState.PROPOSED and foreign and row.accepted_at is None
    if unexplained:
        words, tone = UNEXPLAINED
    warnings = bank_warnings(bank_name=row.bank_name, bank_code=row.bank_code)
    return AccountShown(
        row=row,
        number=row.account_number if whole else masked(row.account_number),
        words=words,
        tone=tone,
        hold="" if waits_for_nothing_else else hold,
        warnings=[*warnings, *([_OTHER_NAME] if foreign else [])],
        files=_files(row, file_url),
        freezes=sorted(row.freezes.all(), key=lambda freeze: (freeze.frozen_at, freeze.pk)),
        unexplained=unexplained,
    )


def _files(row: PayeeAccount, file_url: Callable[[StoredFile], str]) -> list[File]:
    papers: list[tuple[StoredFile | None, Text]] = [
        (row.certification, _("letter of the bank")),
        (row.explanation, _("stamped explanation of the name")),
    ]
    for freeze in row.freezes.all():
        papers += [(freeze.order, _("order that freezes")), (freeze.lifting_order, _("order that lifts"))]
    return [
        File(paper.name, url=file_url(paper), octets=paper.size, at=paper.uploaded_at, what=what, sha256=paper.sha256)
        for paper, what in papers
        if paper is not None
    ]


def paper_of(company: Company, pk: int) -> StoredFile | None:
    """A paper of one of the company's accounts; None for anything else that is kept."""
    papers = StoredFile.objects.filter(owner_kind="company", owner_id=company.pk, slot__startswith="account_")
    return papers.filter(pk=pk).first()
