"""What an award comes to beside others of its groups, decided one case at a time under a lock on who shares the group.

`policies.language.award.combine` decides; here its claims and earlier awards are gathered. An amount that is confirmed
and waits for its decree is a claim beside this one: none of the two is paid as if the other were not there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import OuterRef, Subquery

from policies.language import Pack
from policies.language.award.combine import Claim, Key, PriorAward, combine
from policies.language.award.groups import Group, group_of
from policies.language.findings import Finding as PackFinding
from policies.language.findings import Text, finding
from policies.language.terms import Stacking
from subsidy.applicants.models import Company
from subsidy.audit.moment import ZONE
from subsidy.cases.enums import CaseState
from subsidy.cases.models import Case
from subsidy.decisions.books import Books, books_of
from subsidy.decisions.models import Finding
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of

GROUPS = Path(settings.BASE_DIR) / "policies" / "groups"
COMPANY, CORPORATE_GROUP, YEAR = "company", "corporate_group", "year"
# Whose awards meet in a group; a key of anything else would need the facts of every earlier award.
KEYS = frozenset({(COMPANY,), (COMPANY, YEAR), (CORPORATE_GROUP,), (CORPORATE_GROUP, YEAR)})
# The amount check is past, the decree is to come.
CONFIRMED = (CaseState.AWAITING_UPPER, CaseState.AWAITING_ROUND)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a group took from an amount, in fen."""

    group: str
    title: Text
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Payable:
    """What of an amount is paid, in fen, and what was forgone; the two sum to the amount.

    `displaced`: numbers of confirmed cases, not decreed yet, that would come to less if this one were paid so.
    """

    amount_fen: int
    forgone: tuple[Taken, ...] = ()
    displaced: tuple[str, ...] = ()

    def as_recorded(self) -> list[tuple[str, int]]:
        """What was forgone as an event names it: each group with fen."""
        return [(one.group, one.amount_fen) for one in self.forgone]


def payable(case: Case, pack: Pack, amount_fen: int, *, on: dt.date, lock: bool = True) -> Payable:
    """What is paid of what the policy computes, beside the awards and the confirmed cases of the pack's groups.

    With `lock` (in a transaction) the company, or every company of its group, is held until the transaction ends, so
    that two cases of one company are not confirmed side by side. Raises TooManyClaims beyond 12 cases that meet.
    """
    groups = {one.group: _group(one) for one in pack.stacking}
    if not groups or not amount_fen:
        return Payable(amount_fen)
    if lock:
        _hold(case, groups, on)
    books = books_of(case.company_id, on=on, case_id=case.pk)
    keys = {name: _key(group, on) for name, group in groups.items()}
    priority = max(one.priority for one in pack.stacking)
    mine = Claim(case.number, pack.code, amount_fen, _filed_on(case, on), on, keys, priority)
    others, prior = _confirmed(case, groups, books, on), list(_earlier(case, groups, books))
    granted, *beside = combine([mine, *others], prior, groups)
    alone = {one.key: one.amount for one in combine(others, prior, groups)}
    return Payable(
        granted.amount,
        tuple(Taken(one.group, groups[one.group].title, one.amount) for one in granted.forgone),
        tuple(one.key for one in beside if one.amount < alone[one.key]),
    )


def uncounted(pack: Pack) -> list[PackFinding]:
    """The groups of a pack whose key is none that awards are counted by here."""
    return [
        finding(
            one.at, "GROUP",
            f"{one.name} counts by {list(one.key)}; awards are counted by [company] or [corporate_group], "
            "alone or with year",
            f"组 {one.name} 按 {list(one.key)} 计数；本系统仅按 company 或 corporate_group（可加 year）计数",
        )
        for one in pack.stacking
        if one.key not in KEYS
    ]  # fmt: skip


@lru_cache(maxsize=64)
def _group(stacking: Stacking) -> Group:
    return group_of(stacking, GROUPS)


def _hold(case: Case, groups: Mapping[str, Group], on: dt.date) -> None:
    """Lock whoever shares a group with the case, always in one order."""
    held = {case.company_id}
    if any(CORPORATE_GROUP in group.key for group in groups.values()):
        held |= books_of(case.company_id, on=on).kin.keys()
    list(Company.objects.select_for_update(no_key=True).filter(pk__in=held).order_by("pk").values_list("pk"))


def _key(group: Group, on: dt.date, told: tuple[str, ...] = ()) -> Key:
    """The values of the group's key: everyone who is looked at is of one company, or of one corporate group."""
    years = {part: value for part, value in zip(group.key, told, strict=bool(told)) if part == YEAR}
    return tuple(years.get(part, str(on.year)) if part == YEAR else part for part in group.key)


def _filed_on(case: Case, on: dt.date) -> dt.date:
    return case.submitted_at.astimezone(ZONE).date() if case.submitted_at else on


def _confirmed(case: Case, groups: Mapping[str, Group], books: Books, on: dt.date) -> list[Claim]:
    """What was found for the same holder and waits for its decree, as it was found before groups were looked at."""
    newest = Finding.objects.filter(case=OuterRef("pk")).order_by("-id").values("amount_fen")[:1]
    found = (
        Case.objects.filter(company__in=[case.company_id, *books.kin], state__in=CONFIRMED, computed_fen__gt=0)
        .exclude(pk=case.pk)
        .select_related("policy_version__policy")
        .annotate(found_fen=Subquery(newest))
        .order_by("pk")
    )
    claims = []
    for other in found:
        named = pack_of(other.policy_version).stacking
        own = books.kin.get(other.company_id) != "group"
        keys = {one.group: _key(groups[one.group], on) for one in named if _meets(groups.get(one.group), own)}
        if keys:
            priority, code = max(one.priority for one in named), other.policy_version.policy.code
            claims.append(Claim(other.number, code, other.found_fen, _filed_on(other, on), on, keys, priority))
    return claims


def _earlier(case: Case, groups: Mapping[str, Group], books: Books) -> Iterator[PriorAward]:
    """Earlier awards to the company, those whose place it took and its group, with the groups that they meet in.

    An award of this system meets in the groups that its measure names, one from before it also in the one that its row
    names, of the year that the row names.
    """
    named: dict[str, set[str]] = {}
    for award in books.awards:
        if award.measure not in named:
            named[award.measure] = _groups_of(case.authority_id, award.measure)
        keys = {}
        for name, group in groups.items():
            if name in {*named[award.measure], award.group} and _meets(group, award.holder != "group"):
                told = award.group_key if award.group == name and len(award.group_key) == len(group.key) else ()
                keys[name] = _key(group, award.conferred_on, told)
        yield PriorAward(award.measure, award.amount_fen, award.conferred_on, keys)


def _meets(group: Group | None, own: bool) -> bool:
    """Whether what the company itself (or another of its corporate group) was granted counts in the group."""
    return group is not None and (own or CORPORATE_GROUP in group.key)


def _groups_of(authority_id: int, code: str) -> set[str]:
    versions = PolicyVersion.objects.filter(authority=authority_id, policy__code=code)
    return {one.group for version in versions for one in pack_of(version).stacking}
