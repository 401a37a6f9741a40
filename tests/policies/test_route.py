"""How a case travels: what a pack may write under `route`, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.language import PolicyError, parse_pack
from policies.language.diff.versions import diff
from policies.language.model import RouteDef
from policies.language.route import DEPARTMENTS
from tests.policies.packs import source_of

BEFORE = "route: {kind: R1, acceptance: 5 working days, correction: 5 working days, co_review: no, "


def route_of(start: str) -> RouteDef:
    """The route of the small pack when its first keys are written as `start`."""
    source = source_of()
    text = source.policy.replace(BEFORE, "route: {acceptance: 5 working days, correction: 5 working days, " + start)
    return parse_pack(replace(source, policy=text)).route


def test_a_route_names_the_departments_that_are_asked() -> None:
    assert route_of("kind: R2, co_review: no, ").co_review == ()
    assert route_of("kind: R2, co_review: yes, ").co_review == DEPARTMENTS
    assert route_of("kind: R2, co_review: [tax, court], ").co_review == ("tax", "court")


def test_a_route_says_who_else_looks_at_a_case() -> None:
    route = route_of("kind: R4, co_review: no, recommendation: yes, visit: yes, upper: city, ")
    assert (route.recommendation, route.visit, route.upper) == (True, True, "city")
    plain = route_of("kind: R2, co_review: no, ")
    assert (plain.recommendation, plain.visit, plain.upper) == (False, False, None)


def test_a_route_may_say_by_when_an_account_is_confirmed() -> None:
    assert route_of("kind: R2, co_review: no, confirmation: 40 working days, ").confirmation_days == 40
    assert route_of("kind: R2, co_review: no, ").confirmation_days is None


def test_a_change_of_the_time_to_confirm_is_a_difference_that_people_read() -> None:
    source = source_of()
    longer = replace(
        source, policy=source.policy.replace("co_review: no, ", "co_review: no, confirmation: 9 working days, ")
    )
    changes = diff(parse_pack(source), parse_pack(longer))
    assert any("9 working days" in str(change) and "lapses" in str(change) for change in changes), changes


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("kind: R2, co_review: [], ", "names each department once"),
        ("kind: R2, co_review: [tax, tax], ", "names each department once"),
        ("kind: R2, co_review: [police], ", "expected one of tax"),
        ("kind: R4, co_review: no, ", "names under upper the level that decides"),
        ("kind: R2, co_review: no, upper: city, ", "other routes name none"),
        ("kind: R4, co_review: no, upper: village, ", "expected one of city, province, state"),
        ("kind: R1, co_review: yes, ", "is decided by rule"),
        ("kind: R0, co_review: no, visit: yes, ", "is decided by rule"),
        ("kind: R2, co_review: no, confirmation: 40 days, ", 'expected "5 working days" for route.confirmation'),
        (
            "kind: R2, co_review: no, confirmation: 0 working days, ",
            'expected "5 working days" for route.confirmation',
        ),
        ("kind: R9, co_review: no, ", "expected one of R0"),
    ],
)
def test_what_a_route_may_not_say(start: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        route_of(start)
