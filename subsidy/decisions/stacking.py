"""What an award comes to beside earlier ones of its group: of an upgrade only the difference is paid.

Groups in which the higher award stands (`higher_only`) are applied here, one case at a time, under a lock on the company.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from policies.language import Pack
from policies.language.award.combine import Claim, PriorAward, combine
from policies.language.award.groups import Group, group_of
from policies.language.terms import Stacking
from subsidy.applicants.models import Company
from subsidy.cases.models import Case
from subsidy.decisions.books import books_of
from subsidy.programmes.models import PolicyVersion
from subsidy.programmes.packs import pack_of

HIGHER_ONLY = "higher_only"
GROUPS = Path(settings.BASE_DIR) / "policies" / "groups"


def payable(case: Case, pack: Pack, amount_fen: int, *, on: dt.date) -> tuple[int, list[tuple[str, int]]]:
    """What of the amount is paid, and what each group took from it, in fen; locks the company where a group counts."""
    groups = {one.group: _group(one) for one in pack.stacking}
    groups = {name: group for name, group in groups.items() if group.mode == HIGHER_ONLY}
    if not groups or not amount_fen:
        return amount_fen, []
    Company.objects.select_for_update(no_key=True).filter(pk=case.company_id).values_list("pk", flat=True).get()
    keys = {name: _key(group, on) for name, group in groups.items()}
    claim = Claim(case.number, pack.code, amount_fen, on, on, keys)
    (granted,) = combine([claim], list(_earlier(case, groups, on=on)), groups)
    return granted.amount, [(one.group, one.amount) for one in granted.forgone]


@lru_cache(maxsize=64)
def _group(stacking: Stacking) -> Group:
    return group_of(stacking, GROUPS)


def _key(group: Group, on: dt.date) -> tuple[str, ...]:
    """The values of the group's key for the one company that is looked at."""
    values = {"company": "the company", "year": str(on.year)}
    return tuple(values[part] for part in group.key)


def _earlier(case: Case, groups: dict[str, Group], *, on: dt.date) -> Iterator[PriorAward]:
    """Earlier awards to the company, and to those whose place it took, with the groups that their measures name."""
    named: dict[str, set[str]] = {}
    for award in books_of(case.company_id, on=on, case_id=case.pk).awards:
        if award.holder == "group":
            continue
        if award.measure not in named:
            named[award.measure] = _groups_of(case.authority_id, award.measure)
        keys = {name: _key(groups[name], award.conferred_on) for name in named[award.measure] & groups.keys()}
        yield PriorAward(award.measure, award.amount_fen, award.conferred_on, keys)


def _groups_of(authority_id: int, code: str) -> set[str]:
    versions = PolicyVersion.objects.filter(authority=authority_id, policy__code=code)
    return {one.group for version in versions for one in pack_of(version).stacking}
