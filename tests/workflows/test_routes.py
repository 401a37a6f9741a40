"""Published routes: a flow class that matters stand in is not changed unseen."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from viewflow.workflow.base import Flow

from subsidy.management.base import Findings
from subsidy.work.models import RouteVersion, WorkItem
from tests.workflows.test_graph import human, made, sound
from tests.world import START, World
from workflows.case.flow import CaseR3V1
from workflows.common import routes, subjects
from workflows.common.routes import fingerprint


def variants() -> dict[str, type[Flow]]:
    """The small flow with one thing changed that open matters rely on."""
    from viewflow import this

    from subsidy.accounts.enums import Role
    from subsidy.work.enums import Duty
    from tests.workflows.test_graph import act
    from workflows.common.nodes import End

    changes: dict[str, dict[str, Any]] = {
        "role": {"approve": human("approve", Role.AMOUNT).Next(this.paid)},
        "act": {"approve": human("approve", Role.LEADER, act("yes", Role.LEADER)).Next(this.paid)},
        "duty": {
            "approve": human("approve", Role.LEADER, act("do_approve", Role.LEADER, duty=Duty.APPROVES)).Next(
                this.paid
            )
        },
        "edge": {"approve": human("approve", Role.LEADER).Next(this.refused), "paid": End(state="paid", title="p")},
        "state": {"paid": End(state="settled", title="paid")},
        "node": {"more": human("more").Next(this.paid), "approve": human("approve", Role.LEADER).Next(this.more)},
    }
    return {name: made({**sound(), **change}) for name, change in changes.items()}


def test_the_fingerprint_tells_every_change_and_nothing_else() -> None:
    base = fingerprint(made(sound()))
    assert base == fingerprint(made(sound()))
    prints = {name: fingerprint(flow) for name, flow in variants().items()}
    assert base not in prints.values()
    assert len(set(prints.values())) == len(prints), prints


@pytest.mark.django_db
def test_publishing_records_once_and_tells_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert routes.publish(now=START) == []
    rows = list(RouteVersion.objects.order_by("route").values("route", "version", "flow_ref", "fingerprint"))
    assert [(row["route"], row["version"]) for row in rows] == sorted(
        (route, version) for _kind, route, version, _flow in routes.all_routes()
    )
    assert {("R2", 1), ("R3", 1), ("R4", 1), ("round", 1)} <= {(row["route"], row["version"]) for row in rows}
    assert routes.publish(now=START) == []
    assert RouteVersion.objects.count() == len(rows)

    kept = RouteVersion.objects.get(route="R3")
    RouteVersion.objects.filter(pk=kept.pk).update(fingerprint="0" * 64)
    assert ["changed after it was published" in text for text in routes.changed()] == [True]
    RouteVersion.objects.filter(pk=kept.pk).update(fingerprint=kept.fingerprint, flow_ref="workflows/elsewhere.Case")
    assert ["put the class back" in text for text in routes.publish(now=START)] == [True]
    RouteVersion.objects.filter(pk=kept.pk).update(flow_ref=kept.flow_ref)

    case = subjects._KINDS["case"]
    monkeypatch.setitem(subjects._KINDS, "case", replace(case, flows={}))
    assert ["registered no more" in text for text in routes.changed()] == [True] * len(case.flows)
    monkeypatch.setitem(subjects._KINDS, "case", replace(case, flows={**case.flows, ("R3", 2): CaseR3V1}))
    assert routes.publish(now=START) == []
    assert RouteVersion.objects.filter(route="R3").count() == 2


def test_the_command_answers_with_its_exit_status(world: World) -> None:
    case = world.draft(world.call())
    with pytest.raises(Findings) as found:
        call_command("workflows", "check", stdout=StringIO())
    assert found.value.returncode == 1
    routes.publish(now=world.now)
    said = StringIO()
    call_command("workflows", "check", stdout=said)
    assert said.getvalue().startswith("✓")
    WorkItem.objects.filter(subject_kind="case", subject_id=case.pk).delete()
    with pytest.raises(Findings):
        call_command("workflows", "check", stdout=said)
    assert "no work item" in said.getvalue()
    call_command("workflows", "rebuild", stdout=said)
    call_command("workflows", "check", stdout=said)
