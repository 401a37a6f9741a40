"""Decides again, from what was pinned, everything that money rests on: version and facts must give the same decision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies.language import Pack, PackSource, PolicyError, decide, facts_from_json, parse_pack
from subsidy.audit.reading import rows, snapshot
from subsidy.programmes.models import PolicyVersion

PROBLEMS: dict[str, str | Promise] = {
    "rules": _("The rules of the version are no longer those that were pinned."),
    "facts": _("The pinned facts cannot be decided on any more: %(why)s"),
    "outcome": _("Decided again, the case is %(found)s; recorded is %(stored)s."),
    "text": _("Decided again, the reasons are others than those recorded."),
    "more": _("%(granted)s fen were granted, the rules give %(found)s."),
}
_FINDINGS = """
SELECT f.id, c.number, f.content_hash, f.facts_text, f.decision_text, f.decision_hash, f.outcome, f.tier, f.amount_fen,
       a.amount_fen
FROM decisions_finding f JOIN cases_case c ON c.id = f.case_id LEFT JOIN decisions_award a ON a.finding_id = f.id
ORDER BY f.content_hash, f.id
"""


@dataclass(frozen=True)
class Difference:
    """A finding that does not come out again as it was pinned."""

    number: str
    finding: int
    code: str
    details: tuple[tuple[str, str], ...] = ()

    def in_words(self) -> str:
        """What is different, in the active language."""
        return str(PROBLEMS[self.code]) % dict(self.details)


@dataclass
class Reproved:
    """How much was decided again; complete when the differences have been consumed."""

    findings: int = 0
    awards: int = 0


@dataclass(frozen=True)
class Pinned:
    """What was pinned of one decision."""

    facts: str
    text: str
    hash: str
    outcome: str
    tier: str
    amount: int | None
    granted: int | None


def differences(read: Reproved | None = None) -> Iterator[Difference]:
    """Every finding that comes out otherwise, in one snapshot; memory does not grow with their number."""
    read = read if read is not None else Reproved()
    packs = _Packs()
    with snapshot():
        for pk, number, content_hash, *pinned in rows(_FINDINGS):
            one = Pinned(*pinned)
            read.findings += 1
            read.awards += one.granted is not None
            pack = packs.of(content_hash)
            if pack is None:
                yield Difference(number, pk, "rules")
                continue
            for code, details in reproved(pack, one):
                yield Difference(number, pk, code, details)


def reproved(pack: Pack, pinned: Pinned) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """What comes out otherwise when the pinned facts are decided again; nothing when all is as it was."""
    try:
        facts = json.loads(pinned.facts)
        if not isinstance(facts, dict):
            raise ValueError("facts are given by name")
        again = decide(pack, facts_from_json(pack, facts))
    except (PolicyError, ValueError) as error:
        yield "facts", (("why", str(error)),)
        return
    found = (again.outcome, again.tier or "", again.amount)
    stored = (pinned.outcome, pinned.tier, pinned.amount)
    if found != stored:
        yield "outcome", (("found", _told(found)), ("stored", _told(stored)))
    elif hashlib.sha256(again.canonical().encode()).hexdigest() != pinned.hash:
        yield "text", ()
    if pinned.granted is not None and pinned.granted > (again.amount or 0):
        yield "more", (("granted", str(pinned.granted)), ("found", str(again.amount)))


def _told(values: tuple[object, ...]) -> str:
    return " ".join(str(one) for one in values if one not in ("", None))


class _Packs:
    """The rules of each version, read from the database (never from a cache of this process) and checked once."""

    def __init__(self) -> None:
        self._known: dict[str, Pack | None] = {}

    def of(self, content_hash: str) -> Pack | None:
        """The rules of that hash; None when no stored version has it any more."""
        if content_hash not in self._known:
            self._known[content_hash] = _pack(content_hash)
        return self._known[content_hash]


def _pack(content_hash: str) -> Pack | None:
    for version in PolicyVersion.objects.filter(content_hash=content_hash):
        source = PackSource(
            version.policy_text, version.source_text, version.cases_text, f"policy version {version.pk}"
        )
        try:
            pack = parse_pack(source)
        except PolicyError:
            continue
        if pack.content_hash == content_hash:
            return pack
    return None
