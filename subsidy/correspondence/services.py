"""Writers of letters. Only the door calls them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from subsidy.audit.moment import Moment
from subsidy.cases.models import Case
from subsidy.correspondence.case_papers import COMPOSE
from subsidy.correspondence.list_papers import compose_cover, compose_decree, compose_notice
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.decisions.models import Decree, Round
from subsidy.letters.formats import Language
from subsidy.payouts.models import Batch

LANGUAGES: tuple[Language, ...] = ("zh", "en")
SUFFIX = {
    LetterKind.RECEIPT: "RC",
    LetterKind.ACCEPTANCE: "AC",
    LetterKind.CORRECTION: "CR",
    LetterKind.NON_ACCEPTANCE: "NA",
    LetterKind.REJECTION: "RJ",
    LetterKind.NOT_FUNDED: "NF",
    LetterKind.AWARD: "AW",
    LetterKind.CERTIFICATE: "CT",
    LetterKind.TITLE_LOWERED: "TL",
    LetterKind.TITLE_ENDED: "TE",
}
"""What follows the case number in the number of a letter."""


def letter_issue(case: Case, kind: str, *, now: Moment, about: int = 0) -> Letter:
    """Compose the letter of that kind from what was decided, in Chinese and English, and keep both; returns the Chinese.

    `about` tells letters of one kind apart that a case may have several of.

    Raises KeyError for a kind that is not about a case, LetterError when it cannot be printed, and DoesNotExist when
    what it reports was never decided.
    """
    compose = COMPOSE[kind]
    number = f"{case.number}-{SUFFIX[LetterKind(kind)]}{about or ''}"
    return _keep(case, kind, number, lambda lang: compose(case, number, now.on, lang), now=now)


def notice_issue(round_: Round, *, now: Moment) -> Letter:
    """Keep the public notice of a round as a paper, in both languages."""
    return _keep(round_, LetterKind.NOTICE_LIST, round_.number, lambda lang: compose_notice(round_, lang), now=now)


def decree_issue(found: Decree, *, now: Moment) -> Letter:
    """Keep a decree of a round as a paper, in both languages; its number is the document number."""
    return _keep(found.round, LetterKind.DECREE, found.number, lambda lang: compose_decree(found, lang), now=now)


def cover_issue(batch: Batch, *, now: Moment) -> Letter:
    """Keep the cover sheet of a released batch, in both languages."""
    return _keep(batch, LetterKind.BATCH_COVER, batch.number, lambda lang: compose_cover(batch, lang), now=now)


def _keep(
    subject: Case | Round | Batch, kind: str, number: str, compose: Callable[[Language], bytes], *, now: Moment
) -> Letter:
    letters = []
    for lang in LANGUAGES:
        content = compose(lang)
        letters.append(
            Letter(
                authority_id=subject.authority_id,
                kind=kind,
                case=subject if isinstance(subject, Case) else None,
                subject_kind=subject.STREAM,
                subject_id=subject.pk,
                number=number,
                language=lang,
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                issued_at=now.at,
            )
        )
    return Letter.objects.bulk_create(letters)[0]
