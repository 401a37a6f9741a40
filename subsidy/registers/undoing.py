"""Takes back what an applied list brought, by rows that follow: what stood before stands again, nothing is erased."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence

from subsidy.accounts.models import User
from subsidy.audit.moment import Moment
from subsidy.registers.enums import Change
from subsidy.registers.models import PriorAward, RegisterEntry, RegisterImport
from subsidy.registers.services import entry_follow
from subsidy.registers.spans import chains


def companies_of_import(about: RegisterImport, *, after: int, n: int) -> list[int]:
    """The next companies (by key, beyond `after`) to which the import brought something."""
    brought: set[int] = set()
    for model in (RegisterEntry, PriorAward):
        rows = model._default_manager.filter(brought_by=about, company__gt=after).order_by("company")
        brought |= set(rows.values_list("company", flat=True).distinct()[:n])
    return sorted(brought)[:n]


def import_undo(
    about: RegisterImport, companies: Sequence[int], *, reason: str, actor: User, now: Moment
) -> tuple[int, int]:
    """Have everything that the import brought to these companies count no more: (restored, left alone).

    What somebody has changed since is left as it is. `reason` stands on every row that follows.
    """
    entries = RegisterEntry.objects.filter(company__in=companies, kind=about.register)
    restored = left = 0
    for chain in chains(entries):
        brought = [row.brought_by_id for row in chain]
        tail = _brought_last(about, brought)
        if tail:
            _entry_back(chain, tail, reason=reason, actor=actor, now=now)
            restored += 1
        elif about.pk in brought:
            left += 1
    for awards in _award_lines(PriorAward.objects.filter(company__in=companies)):
        brought = [row.brought_by_id for row in awards]
        tail = _brought_last(about, brought)
        if tail:
            _award_back(awards, tail, actor=actor, now=now)
            restored += 1
        elif about.pk in brought:
            left += 1
    return restored, left


def _brought_last(about: RegisterImport, brought_by: Sequence[int | None]) -> int:
    """How many of the newest rows of a line of descent the import brought."""
    older = itertools.dropwhile(lambda one: one == about.pk, reversed(brought_by))
    return len(brought_by) - sum(1 for _one in older)


def _entry_back(chain: Sequence[RegisterEntry], tail: int, *, reason: str, actor: User, now: Moment) -> None:
    head, before = chain[-1], chain[-tail - 1] if len(chain) > tail else None
    if before is None:
        # Ended from its first day on, it was never held.
        first = min(row.valid_from for row in chain)
        _follow(head, head, Change.ENDED, first, reason, actor, now)
    elif before.change == Change.ENDED:
        _follow(head, before, Change.ENDED, before.effective_on, reason, actor, now)
    else:
        change = Change.RENEWED if head.change == Change.ENDED else Change.CORRECTED
        _follow(head, before, change, before.effective_on, reason, actor, now)


def _follow(
    head: RegisterEntry,
    like: RegisterEntry,
    change: Change,
    on: dt.date,
    reason: str,
    actor: User,
    now: Moment,
) -> None:
    """A row after `head` that says what `like` says."""
    entry_follow(
        head,
        change=change,
        effective_on=on,
        now=now,
        actor=actor,
        level=like.level,
        certificate_number=like.certificate_number,
        valid_from=like.valid_from,
        valid_to=like.valid_to,
        reason=reason,
    )


def _award_lines(rows: Iterable[PriorAward]) -> list[list[PriorAward]]:
    """Statements of awards in lines of descent, each the oldest first."""
    found: dict[int, list[PriorAward]] = {}
    for row in sorted(rows, key=lambda one: one.pk):
        line = found.pop(row.follows_id) if row.follows_id is not None else []
        found[row.pk] = [*line, row]
    return list(found.values())


def _award_back(line: Sequence[PriorAward], tail: int, *, actor: User, now: Moment) -> None:
    """A statement after the newest that says what was stated before the import; nothing, where nothing was."""
    head, before = line[-1], line[-tail - 1] if len(line) > tail else None
    like = before or head
    PriorAward.objects.create(
        authority_id=head.authority_id,
        company_id=head.company_id,
        pack=like.pack,
        title=like.title,
        group=like.group,
        group_key=like.group_key,
        amount_fen=before.amount_fen if before is not None else 0,
        conferred_on=like.conferred_on,
        certificate_day=like.certificate_day,
        document_number=like.document_number,
        follows=head,
        entered_at=now.at,
        entered_by=actor,
    )
