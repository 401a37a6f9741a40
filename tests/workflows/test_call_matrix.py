"""Everybody tries every act on a call, while it takes applications and when it was cancelled."""

from __future__ import annotations

from typing import Any

from tests.workflows.staff import officers
from tests.workflows.test_matrix import Place, attempts
from tests.world import World, fresh
from workflows.common.acts import Act
from workflows.common.subjects import kind_named

REASON = {"reason_zh": "系统中断", "reason_en": ""}


class CallData:
    """Data with which each act on an open call succeeds."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, _place: Place, act: Act) -> tuple[dict[str, Any], dict[str, Any]]:
        days = {"extend": {"closes_at": "2024-03-20", "cause": "other"}, "close_early": {"closes_at": "2024-03-12"}}
        return {**days.get(act.name, {}), **REASON}, {}


def test_everybody_tries_every_act_on_a_call(world: World) -> None:
    kind = kind_named("call")
    call, gone = world.call(), world.call()
    world.act("call", gone, "cancel", "policy2", data=REASON)
    staff = officers(world, World(code="yh"))
    open_one, cancelled = (Place(fresh(one), None, staff) for one in (call, gone))
    assert list(attempts(kind, [open_one], CallData(world), {})) == []
    refused = {("", act.name): "state" for act in kind.free_acts}
    assert list(attempts(kind, [cancelled], CallData(world), refused)) == []
