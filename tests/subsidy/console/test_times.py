"""Time by stage and what is overdue."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from subsidy.accounts.models import User
from subsidy.reporting.times import percentile
from tests.world import World, days_later

SignIn = Callable[[str | User], Client]
PAGE = reverse("console:times")


@pytest.mark.parametrize(
    ("counted", "median", "ninetieth"),
    [({3: 1}, 3, 3), ({1: 1, 5: 1}, 1, 5), ({0: 9, 7: 1}, 0, 0), ({0: 8, 7: 2}, 0, 7), ({1: 5, 2: 4, 30: 1}, 1, 2)],
)
def test_a_percentile_is_the_least_time_within_which_so_many_were_done(
    counted: dict[int, int], median: int, ninetieth: int
) -> None:
    assert (percentile(counted, 50), percentile(counted, 90)) == (median, ninetieth)


def test_working_days_of_what_was_done_and_of_what_waits(world: World, as_person: SignIn) -> None:
    call = world.call()
    fast, slow, waiting = (world.submitted(call) for _n in range(3))
    reason = {"reason": "材料不符"}
    world.act("case", fast, "refuse", "acceptance", data=reason)
    world.now = days_later(world.now, 7)  # Monday to Monday: five working days
    world.act("case", slow, "refuse", "acceptance", data=reason)
    world.now = days_later(world.now, 21)
    page = as_person("leader").get(PAGE)
    stage = next(row for row in page.context["stages"].rows if row[0] == "受理审查" or "受理" in row[0])
    assert list(stage[1:]) == ["2", "0", "5", "5"]
    load = next(row for row in page.context["loads"].rows if "受理" in row[0])
    assert (load[1], load[2]) == ("1", "1") and int(load[3]) >= 1, waiting
    exported = b"".join(as_person("leader").get(PAGE, {"table": "stages", "export": "csv"}).streaming_content)  # type: ignore[attr-defined]
    assert "受理" in exported.decode()
    assert as_person("leader").get(PAGE, {"table": "nothing", "export": "csv"}).status_code == 404
    foreign = World(code="qt")
    assert as_person(foreign.people["leader"]).get(PAGE).context["stages"] is None
