"""Writers of letters. Only the door calls them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from subsidy.audit.moment import Moment
from subsidy.audit.selectors import latest_checkpoint
from subsidy.cases.models import Case
from subsidy.correspondence import case_papers, later_papers
from subsidy.correspondence.case_papers import Compose
from subsidy.correspondence.codes import new_code, seal_of
from subsidy.correspondence.issue import Issue
from subsidy.correspondence.list_papers import compose_cover, compose_decree, compose_notice
from subsidy.correspondence.models import Letter, LetterKind
from subsidy.correspondence.recovery_papers import compose_recovery
from subsidy.decisions.enums import DecreeKind
from subsidy.decisions.models import Decree, Round
from subsidy.letters.formats import Language
from subsidy.payouts.models import Batch, Recovery

LANGUAGES: tuple[Language, ...] = ("zh", "en")
COMPOSE: dict[str, Compose] = {
    LetterKind.RECEIPT: case_papers.compose_receipt,
    LetterKind.ACCEPTANCE: case_papers.compose_acceptance,
    LetterKind.CORRECTION: case_papers.compose_correction,
    LetterKind.NON_ACCEPTANCE: case_papers.compose_non_acceptance,
    LetterKind.REJECTION: case_papers.compose_rejection,
    LetterKind.NOT_FUNDED: case_papers.compose_not_funded,
    LetterKind.AWARD: case_papers.compose_award,
    LetterKind.CERTIFICATE: case_papers.compose_certificate,
    LetterKind.TITLE_ENDED: case_papers.compose_title_ended,
    LetterKind.TITLE_LOWERED: case_papers.compose_title_lowered,
    LetterKind.LAPSE: later_papers.compose_lapse,
    LetterKind.VISIT_RECORD: later_papers.compose_visit,
}
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
    LetterKind.LAPSE: "LP",
    LetterKind.VISIT_RECORD: "VR",
}
"""What follows the case number in the number of a letter."""
OF_DECREE: dict[str, LetterKind] = {
    DecreeKind.CORRIGENDUM: LetterKind.CORRIGENDUM,
    DecreeKind.REVOCATION: LetterKind.REVOCATION,
}
"""The paper of a decree that is not one that grants."""


@dataclass(frozen=True)
class Issued:
    """A paper that was kept, in all its languages: `letter` is the Chinese one."""

    letters: tuple[Letter, ...]

    @property
    def letter(self) -> Letter:
        return self.letters[0]

    def recorded(self) -> dict[str, object]:
        """What the event says of it: the hash of every language, so that the log covers each."""
        hashes = {one.language: one.sha256 for one in self.letters}
        first = self.letter
        return {
            "letter": first.pk, "kind": first.kind, "number": first.number, "sha256": first.sha256, "hashes": hashes
        }  # fmt: skip


def letter_issue(case: Case, kind: str, *, now: Moment, about: int = 0) -> Issued:
    """Compose the letter of that kind from what was decided, in Chinese and English, and keep both.

    `about` tells letters of one kind apart that a case may have several of.

    Raises KeyError for a kind that is not about a case, LetterError when it cannot be printed, and DoesNotExist when
    what it reports was never decided.
    """
    compose = COMPOSE[kind]
    number = f"{case.number}-{SUFFIX[LetterKind(kind)]}{about or ''}"
    return _keep(case, kind, number, lambda issue: compose(case, issue), now=now, case=case)


def notice_issue(round_: Round, *, now: Moment) -> Issued:
    """Keep the public notice of a round as a paper, in both languages."""
    kind = LetterKind.NOTICE_LIST
    return _keep(round_, kind, round_.number, lambda issue: compose_notice(round_, issue.lang, issue.seal), now=now)


def decree_issue(found: Decree, *, now: Moment) -> Issued:
    """Keep a decree of a round as a paper, in both languages; its number is the document number.

    What corrects or revokes an award is one paper for everybody, and a letter to the company of that award.
    """
    kind = OF_DECREE.get(found.kind)
    if kind is None:
        compose: Callable[[Issue], bytes] = lambda issue: compose_decree(found, issue.lang, issue.seal)  # noqa: E731
        return _keep(found.round, LetterKind.DECREE, found.number, compose, now=now)
    case = later_papers.change_of(found).award.case
    return _keep(
        found.round, kind, found.number, lambda issue: later_papers.compose_change(found, issue), now=now, case=case
    )


def cover_issue(batch: Batch, *, now: Moment) -> Issued:
    """Keep the cover sheet of a released batch, in both languages."""
    kind = LetterKind.BATCH_COVER
    return _keep(batch, kind, batch.number, lambda issue: compose_cover(batch, issue.lang, issue.seal), now=now)


def recovery_issue(recovery: Recovery, *, now: Moment) -> Issued:
    """Keep the notice of an ordered recovery, in both languages; it lies with the letters of its case."""
    kind = LetterKind.RECOVERY
    return _keep(
        recovery, kind, recovery.number, lambda issue: compose_recovery(recovery, issue), now=now, case=recovery.case
    )


def _keep(
    subject: Case | Round | Batch | Recovery,
    kind: str,
    number: str,
    compose: Callable[[Issue], bytes],
    *,
    now: Moment,
    case: Case | None = None,
) -> Issued:
    letters = []
    code = new_code()
    seal = seal_of(code, latest_checkpoint())
    for lang in LANGUAGES:
        content = compose(Issue(number, now.on, lang, seal))
        letters.append(
            Letter(
                authority_id=subject.authority_id,
                kind=kind,
                case=case,
                subject_kind=subject.STREAM,
                subject_id=subject.pk,
                number=number,
                code=code,
                language=lang,
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                issued_at=now.at,
            )
        )
    return Issued(tuple(Letter.objects.bulk_create(letters)))
