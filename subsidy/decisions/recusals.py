"""On which case a matter stands for whoever is recused from it: read by the door, by lists and by those who tell.

A matter of a kind that is not named here concerns no single case: nobody is recused from it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q

from subsidy.accounts.models import User
from subsidy.cases.models import Recusal
from subsidy.decisions.models import Proposal


def _of_proposal(ref: Any) -> Q:
    inner = OuterRef(ref) if isinstance(ref, OuterRef) else ref  # one query further in
    about = Proposal.objects.filter(pk=inner)
    cases = Q(case__in=about.filter(about_kind="case").values("about_id"))
    return cases | Q(case__recoveries__in=about.filter(about_kind="recovery").values("about_id"))


RECUSED_ON: Mapping[str, Callable[[Any], Q]] = {
    "case": lambda ref: Q(case=ref),
    "objection": lambda ref: Q(case__objections=ref),
    "proposal": _of_proposal,
    "recovery": lambda ref: Q(case__recoveries=ref),
    "undertaking": lambda ref: Q(case__undertakings=ref),
}
"""By kind of matter: the condition over recusals for the matter of this id, which may be a reference to an outer query."""


def recused_from(kind: str, user: Any, matter: Any = None) -> Exists:
    """Whether `user` (a person or a reference) is recused from the matter, of its own rows that of the row.

    Raises KeyError for a kind that is not named above.
    """
    ref = OuterRef("pk") if matter is None else matter
    return Exists(Recusal.objects.filter(RECUSED_ON[kind](ref), user=user))


def recused_rows(user: Any, *, kind: str, matter: str) -> Q:
    """The rows about matters that `user` is recused from; `kind` and `matter` are the columns that name the matter."""
    found = Q(pk__in=[])
    for name in RECUSED_ON:
        found |= Q(recused_from(name, user, OuterRef(matter))) & Q(**{kind: name})
    return found


def closed_to(user: User) -> Mapping[str, Collection[int]]:
    """The matters that the person is recused from, by kind; kinds without any are left out.

    For lists that ask it of many sources: one statement, and another where the person is recused at all. It finds what
    `recused_from` says row by row.
    """
    paths = {"objection": "case__objections", "recovery": "case__recoveries", "undertaking": "case__undertakings"}
    rows = list(Recusal.objects.filter(user=user).values_list("case", *paths.values()))
    found = {name: {row[place] for row in rows} - {None} for place, name in enumerate(("case", *paths))}
    if found["case"]:
        about = Q(about_kind="case", about_id__in=found["case"])
        about |= Q(about_kind="recovery", about_id__in=found["recovery"])
        found["proposal"] = set(Proposal.objects.filter(about).values_list("pk", flat=True))
    return {name: ids for name, ids in found.items() if ids}


def rows_closed(closed: Mapping[str, Collection[int]], *, kind: str, matter: str) -> Q:
    """The rows about these matters; `kind` and `matter` are the columns that name the matter."""
    found = Q(pk__in=[])
    for name, ids in closed.items():
        found |= Q(**{kind: name, f"{matter}__in": ids})
    return found


def people_recused(kind: str, matter: int) -> set[int]:
    """Everybody who has no part in this matter."""
    if kind not in RECUSED_ON:
        return set()
    return set(Recusal.objects.filter(RECUSED_ON[kind](matter)).values_list("user_id", flat=True))
