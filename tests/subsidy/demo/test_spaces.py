"""The demo's makers' spaces: levels conferred, one raised, one lowered, one taken back, one that ends soon."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django.fixtures import Settings

from subsidy.audit.verify import verify_all
from subsidy.calendars.services import calendar_import, clock_start
from subsidy.correspondence.models import Letter
from subsidy.demo.accounts import People
from subsidy.demo.deadlines import run_deadlines
from subsidy.demo.seed import found_bureau, publish_routes
from subsidy.demo.spaces import NAMES, Spaces
from subsidy.demo.stage import Stage
from subsidy.ledger.invariants import violations
from subsidy.registers.enums import Change
from subsidy.registers.models import RegisterEntry
from subsidy.registers.selectors import current_entries
from workflows.common.consistency import differences, stuck


@pytest.mark.django_db
def test_the_makers_spaces_stand_as_the_tour_says(settings: Settings) -> None:
    settings.DEMO_MODE = True
    clock_start()
    calendar_import()
    people = People()
    people.systems()
    bureau = found_bureau()
    people.staff(bureau)
    stage = Stage(bureau, people)
    publish_routes(stage)
    Spaces(stage).play()
    Spaces(stage).play()

    stands = {row.company.name: row for row in current_entries().select_related("company")}
    found = [
        (stands[f"杭州{name}众创空间管理有限公司"].level, stands[f"杭州{name}众创空间管理有限公司"].change)
        for name in NAMES
    ]
    assert found == [
        ("model", Change.NOTED),
        ("model", Change.UPGRADED),
        ("standard", Change.UPGRADED),
        ("standard", Change.ENDED),
        ("standard", Change.NOTED),
    ]
    assert RegisterEntry.objects.count() == 8
    kinds = Letter.objects.filter(language="zh").values_list("kind", flat=True)
    assert {kind: list(kinds).count(kind) for kind in ("certificate", "title_lowered", "title_ended", "award")} == {
        "certificate": 6,
        "title_lowered": 1,
        "title_ended": 1,
        "award": 0,
    }
    run_deadlines(stage.moment(dt.date(2024, 3, 5)))
    assert differences() == [] and stuck() == []
    assert list(violations()) == [] and list(verify_all()) == []
