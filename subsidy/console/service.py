"""The letters of a case, and by which ways its reader may serve those that nobody has opened."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from subsidy.accounts.enums import Role
from subsidy.cases.models import Case
from subsidy.console import scope
from subsidy.correspondence.models import Letter
from subsidy.programmes.packs import pack_of
from subsidy.web.acts import find_act
from subsidy.web.components import Text
from workflows.common.duties import WITHOUT_BUSINESS_POWER

SERVE_ACTS: dict[str, Role] = {
    "serve_at_counter": Role.COUNTER,
    "serve_by_post": Role.ACCEPTANCE,
    "announce_letter": Role.ACCEPTANCE,
}


def offered_ways(request: HttpRequest, case: Case) -> list[str]:
    """The acts of service that the reader's roles in the bureau of the case allow."""
    standing = scope.standing(request)
    if standing.roles & WITHOUT_BUSINESS_POWER:
        return []
    roles = {pool.role for pool in standing.pools if pool.authority_id == case.authority_id}
    can_announce = pack_of(case.policy_version).route.announcement_days is not None
    return [name for name, role in SERVE_ACTS.items() if role in roles and (name != "announce_letter" or can_announce)]


def service_rows(request: HttpRequest, case: Case) -> list[tuple[Letter, list[tuple[Text, str]]]]:
    """Each letter of a case with what its reader may do to serve it; one that was served needs nothing."""
    ways = offered_ways(request, case)
    letters = case.letters.defer("content").select_related("serving", "announcement").order_by("id")
    return [
        (letter, _ways(letter, ways) if letter.served_at is None and letter.language == "zh" else [])
        for letter in letters
    ]


def _ways(letter: Letter, ways: list[str]) -> list[tuple[Text, str]]:
    return [
        (find_act("case", letter.case, name).title, reverse("console:letter-serve", args=[letter.pk, name]))
        for name in ways
    ]
