"""Which duties may not meet in one person on one matter: separation of duties as data (design: people and duties).

The door reads every earlier duty of the actor on the matter *and on what is bound to it* (a case's round and batches,
a round's cases, a batch's rounds and cases), so a pair holds across records.
"""

from __future__ import annotations

from collections.abc import Iterable

from subsidy.accounts.enums import ADMINISTRATORS, Role
from subsidy.work.enums import Duty

_OFFICER_DUTIES = frozenset(
    {
        Duty.CHECKS_ACCEPTANCE,
        Duty.RECOMMENDS,
        Duty.SCORES,
        Duty.VISITS,
        Duty.COUNTERSIGNS_VISIT,
        Duty.CO_REVIEWS,
        Duty.CHECKS_AMOUNT,
        Duty.RECORDS_UPPER,
        Duty.RANKS,
        Duty.APPROVES,
        Duty.PUBLISHES,
        Duty.DECREES,
        Duty.DECIDES_OBJECTION,
        Duty.SIGNS_AGREEMENT,
        Duty.CHECKS_COMPLETION,
        Duty.CHECKS_SAMPLE,
        Duty.PROPOSES,
        Duty.APPROVES_PROPOSAL,
        Duty.PREPARES,
        Duty.CHECKS_BATCH,
        Duty.RELEASES,
    }
)
# What ends in a decision on the case, of the meeting or of the supervision desk.
_DECIDE = (Duty.APPROVES, Duty.DECIDES_OBJECTION)
_MONEY = (Duty.PREPARES, Duty.CHECKS_BATCH, Duty.RELEASES)


def _pairs() -> Iterable[tuple[Duty, Duty]]:
    for duty in _OFFICER_DUTIES:
        yield Duty.FILES, duty
        yield Duty.ASSISTS, duty
    yield from _on_cases()
    yield from _on_rounds()
    yield Duty.PREPARES, Duty.CHECKS_BATCH
    yield Duty.PREPARES, Duty.RELEASES
    yield Duty.CHECKS_BATCH, Duty.RELEASES
    yield Duty.RELEASES, Duty.IMPORTS
    yield Duty.ENTERS_ACCOUNT, Duty.CONFIRMS_ACCOUNT
    yield Duty.ENTERS_ACCOUNT, Duty.RELEASES
    yield Duty.CONFIRMS_ACCOUNT, Duty.RELEASES
    yield Duty.WRITES_POLICY, Duty.REVIEWS_LEGALITY
    yield Duty.WRITES_POLICY, Duty.PUBLISHES_POLICY
    yield Duty.REVIEWS_LEGALITY, Duty.PUBLISHES_POLICY
    yield Duty.PROPOSES, Duty.APPROVES_PROPOSAL


def _on_cases() -> Iterable[tuple[Duty, Duty]]:
    opinions = (Duty.RECOMMENDS, Duty.SCORES, Duty.CO_REVIEWS)
    for duty in (*opinions, Duty.CHECKS_AMOUNT, *_DECIDE):
        yield Duty.CHECKS_ACCEPTANCE, duty
    for decides in _DECIDE:
        for duty in (*opinions, Duty.CHECKS_AMOUNT):
            yield duty, decides
    yield Duty.VISITS, Duty.COUNTERSIGNS_VISIT


def _on_rounds() -> Iterable[tuple[Duty, Duty]]:
    yield Duty.RANKS, Duty.APPROVES
    for duty in (Duty.PUBLISHES, Duty.DECREES, Duty.DECIDES_OBJECTION):
        yield Duty.APPROVES, duty
    yield Duty.PUBLISHES, Duty.DECIDES_OBJECTION
    yield Duty.CHECKS_SAMPLE, Duty.APPROVES
    for decides in (Duty.APPROVES, Duty.PUBLISHES, Duty.DECREES, Duty.DECIDES_OBJECTION):
        for pays in _MONEY:
            yield decides, pays


# Symmetric: APART[a] holds every duty that may not meet a in one person.
APART: dict[Duty, frozenset[Duty]] = {
    duty: frozenset({b for a, b in _pairs() if a == duty} | {a for a, b in _pairs() if b == duty}) for duty in Duty
}

# Roles that may never be used together with any business act, whoever granted both.
WITHOUT_BUSINESS_POWER: frozenset[Role] = frozenset({*ADMINISTRATORS, Role.AUDITOR})


def clash(duty: Duty | None, earlier: Iterable[str]) -> Duty | None:
    """The earlier duty that excludes `duty`, or None."""
    if duty is None:
        return None
    done = set(earlier)
    return next((other for other in sorted(APART[duty]) if other in done), None)
