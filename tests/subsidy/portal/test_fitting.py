"""What fits a company: by the rules, from what is known today, with what stands in the way."""

from __future__ import annotations

import pytest

from subsidy.portal.views.fitting import fits_of, obstacles
from subsidy.web.components import Reason
from tests.subsidy.portal.conftest import SignIn
from tests.subsidy.portal.helpers import get
from tests.world import World, days_later


def said(*children: Reason, outcome: str = "not_met", name: str = "") -> Reason:
    return Reason(sentence=name, outcome=outcome, children=children)  # type: ignore[arg-type]


def test_obstacles_are_the_innermost_conditions_that_fail() -> None:
    seat, tax = said(name="seat", outcome="met"), said(name="tax")
    every = said(seat, said(tax, name="one way"), name="all of")
    assert [one.sentence for one in obstacles([every, said(outcome="unknown", name="open")])] == ["tax"]


def test_of_several_ways_that_all_fail_what_asks_for_one_is_named() -> None:
    ways = said(said(name="first"), said(name="second"), name="one of")
    assert [one.sentence for one in obstacles([said(said(outcome="met"), ways, name="all of")])] == ["one of"]


@pytest.mark.django_db
def test_a_policy_is_decided_from_what_is_known(world: World, sign_in: SignIn) -> None:
    call, company = world.call(), world.company()
    (fit,) = fits_of(company, {}, now=world.now)
    assert (fit.standing, fit.call, fit.case) == ("unknown", call, None)
    assert fit.live.asks and fit.live.amount
    page = get(sign_in(world.filer(company)), "fitting", company.pk)
    assert "飞天计划企业奖补" in page
    assert str(fit.live.asks[0].label) in page
    case = world.draft(call, company)
    assert [one.case for one in fits_of(company, {call.pk: case}, now=world.now)] == [case]
    assert case.number in get(sign_in(world.filer(company)), "fitting", company.pk)


@pytest.mark.django_db
def test_another_s_company_is_none(world: World, sign_in: SignIn) -> None:
    world.call()
    get(sign_in(world.filer(world.company())), "fitting", world.company().pk, status=404)


@pytest.mark.django_db
def test_a_closed_call_leaves_the_policy(world: World) -> None:
    world.call()
    (fit,) = fits_of(world.company(), {}, now=days_later(world.now, 60))
    assert (fit.call, fit.until) == (None, None)
