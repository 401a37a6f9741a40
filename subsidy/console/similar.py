"""Which cases that a policy has judged already are most like this one, and what they got."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Avg, Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from policies.language import FactDef, Pack, PolicyError, format_value
from policies.language.facts import value_from_json
from policies.language.model import RecordDef
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.console.rules import outcome_words
from subsidy.decisions.facts import CASE_DAYS
from subsidy.decisions.models import Finding
from subsidy.web import formats
from subsidy.web.components import Text

NEWEST = 200
SHOWN = 5
DIFFERENCES = 3
# Ended by the company itself: what the bureau would have given nobody knows.
LEFT = (CaseState.WITHDRAWN, CaseState.LAPSED, CaseState.DECLINED)
NUMBERS = ("money", "count", "rate", "number")
COMPARED = (*NUMBERS, "yes_no", "choice")

RawFacts = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A fact that is not the same: what it is here, and what it was there."""

    label: Text
    here: Text
    there: Text


@dataclass(frozen=True)
class Alike:
    """A case that was judged. `distance` is 0 (all compared facts are the same) to 1; the amounts are in fen."""

    case: Case
    outcome: str
    by_rule_fen: int | None
    distance: Decimal
    differences: Sequence[Difference]

    @property
    def percent(self) -> int:
        """How much is the same, rounded down: only cases that are the same are 100% alike."""
        return int((1 - self.distance) * 100)

    @property
    def outcome_words(self) -> Text:
        return outcome_words(self.outcome)


@dataclass(frozen=True)
class ByTier:
    tier: Text
    n: int
    mean_fen: int


@dataclass(frozen=True)
class Similar:
    """The nearest of `compared` judged cases, and what the policy gave by tier on average."""

    nearest: Sequence[Alike]
    compared: int
    tiers: Sequence[ByTier]


def similar(case: Case, facts: RawFacts, pack: Pack, seen: QuerySet[Case]) -> Similar:
    """The cases of this policy among those that the reader has `seen` whose facts are nearest; two statements.

    `facts` are those of the case as JSON. Every other case is taken as its last finding pinned it, the newest
    `NEWEST` of them. How far two cases lie apart is the mean over the facts that either has (Gower 1971): of a number
    |a - b| / (|a| + |b|) (Lance and Williams 1967, for companies differ by orders of magnitude), of a yes or no and of a
    choice 0 or 1, of a list by the number of its records; a fact that only one of them has counts 1.
    """
    others = seen.filter(policy_version__policy=case.policy_version.policy_id).exclude(pk=case.pk)
    others = others.exclude(state__in=LEFT)
    findings = list(_findings(others))
    found = [_alike(pack, facts, finding) for finding in findings]
    nearest = sorted(filter(None, found), key=lambda one: (one.distance, -one.case.pk))
    return Similar(nearest[:SHOWN], len(findings), _tiers(others, pack))


def _findings(cases: QuerySet[Case]) -> QuerySet[Finding]:
    """The last finding of each of the newest judged cases."""
    newest = cases.filter(findings__isnull=False).order_by("-pk").values("pk").distinct()[:NEWEST]
    last = Finding.objects.filter(case__in=newest).order_by("case", "-pk").distinct("case")
    return last.defer("decision_text").select_related("case")


def _alike(pack: Pack, facts: RawFacts, finding: Finding) -> Alike | None:
    """How the other case compares; None where the two have no fact in common that could be compared."""
    theirs = json.loads(finding.facts_text)
    parts = [
        (_distance(definition, facts.get(name), theirs.get(name)), definition)
        for name, definition in _compared(pack)
        if name in facts or name in theirs
    ]
    if not any(definition.name in facts and definition.name in theirs for _part, definition in parts):
        return None
    apart = sorted(((part, definition) for part, definition in parts if part), key=lambda one: one[0], reverse=True)
    return Alike(
        case=finding.case,
        outcome=finding.outcome,
        by_rule_fen=finding.amount_fen,
        distance=sum((part for part, _definition in parts), Decimal()) / len(parts),
        differences=[_difference(one, facts, theirs) for _part, one in apart[:DIFFERENCES]],
    )


def _compared(pack: Pack) -> Iterable[tuple[str, FactDef | RecordDef]]:
    """What cases are compared by: no days, which differ of themselves, and no words."""
    yield from ((name, fact) for name, fact in pack.facts.items() if fact.kind in COMPARED and name not in CASE_DAYS)
    yield from pack.records.items()


def _distance(definition: FactDef | RecordDef, here: Any, there: Any) -> Decimal:
    if here == there:
        return Decimal(0)
    a, b = _size(definition, here), _size(definition, there)
    if a is None or b is None:
        return Decimal(1)
    return abs(a - b) / (abs(a) + abs(b)) if a != b else Decimal(0)


def _size(definition: FactDef | RecordDef, raw: Any) -> Decimal | None:
    """What has one: a number, and a list by its records. None for all else, and where another version says otherwise."""
    if isinstance(definition, RecordDef):
        rows = raw["rows"] if isinstance(raw, dict) else raw
        return Decimal(len(rows)) if isinstance(rows, list) else None
    if raw is None or definition.kind not in NUMBERS:
        return None
    try:
        value = value_from_json(definition, raw)
    except PolicyError:
        return None
    return Decimal(value) if isinstance(value, int | Decimal) else None


def _difference(definition: FactDef | RecordDef, facts: RawFacts, theirs: RawFacts) -> Difference:
    words = partial(_words, definition)
    name = definition.name
    return Difference(formats.pick(definition.text.zh, definition.text.en), words(facts, name), words(theirs, name))


def _words(definition: FactDef | RecordDef, facts: RawFacts, name: str) -> Text:
    if name not in facts:
        return _("not known")
    if isinstance(definition, RecordDef):
        n = int(_size(definition, facts[name]) or 0)
        return ngettext("%(n)d record", "%(n)d records", n) % {"n": n}
    try:
        value = value_from_json(definition, facts[name])
    except PolicyError:  # an earlier version declared it otherwise: what was pinned is shown as it is written
        return str(facts[name])
    return format_value(definition, value, formats.pick("zh", "en"))


def _tiers(cases: QuerySet[Case], pack: Pack) -> list[ByTier]:
    """How many got an amount in each tier, and how much on average."""
    given = cases.filter(computed_fen__isnull=False).values("tier")
    rows = given.annotate(n=Count("pk"), mean=Avg("computed_fen")).order_by("tier")
    titles = {tier.id: formats.pick(tier.text.zh, tier.text.en) for tier in pack.tiers}
    return [ByTier(titles.get(row["tier"], row["tier"]), row["n"], int(row["mean"])) for row in rows]
