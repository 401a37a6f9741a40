"""Long lists are worked through in parts by jobs, and any applied list can be taken back by rows that follow."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from subsidy.applicants.models import Company
from subsidy.audit.models import Event
from subsidy.documents.services import folder
from subsidy.registers.enums import Change, RegisterImportState
from subsidy.registers.models import PriorAward, RegisterEntry, RegisterImport
from subsidy.registers.selectors import current_awards, recognised
from tests.subsidy.registers.lists import AWARDS, apply, deliver, note, said
from tests.world import World, fresh
from workflows.common.parts import take_part
from workflows.common.refusals import BadData, Forbidden, NotFound, WrongState
from workflows.registers import jobs, steps
from workflows.registers.jobs import apply_register_import, compare_register_import, undo_register_import

DAY = dt.date.fromisoformat
COUNTS = ("added", "changed", "gone", "same", "bad")


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list of more than two lines is a long one, worked through two lines or companies at a time."""
    monkeypatch.setattr(steps, "AT_ONCE", 2)
    monkeypatch.setattr(jobs, "LINES", 2)
    monkeypatch.setattr(jobs, "COMPANIES", 2)


def counts(about: RegisterImport) -> tuple[int, ...]:
    return tuple(getattr(about, name) for name in COUNTS)


def compared(world: World, *lines: str, **more: Any) -> RegisterImport:
    about = deliver(world, *lines, **more)
    assert about.state == RegisterImportState.UPLOADED and counts(about) == (0, 0, 0, 0, 0)
    compare_register_import(about.pk, now=lambda: world.now)
    return fresh(about)


def applied(world: World, about: RegisterImport) -> RegisterImport:
    assert apply(world, about).state == RegisterImportState.APPLYING
    apply_register_import(about.pk, now=lambda: world.now)
    return fresh(about)


def titles(companies: list[Company], first: int = 1) -> list[str]:
    return [said(one, f"GR2023330000{n:02},国家级,2023-12-01,2026-11-30") for n, one in enumerate(companies, first)]


def undo(world: World, about: RegisterImport, who: str = "counter") -> RegisterImport:
    world.act("register_import", about, "undo", who, data={"reason": "发错文件"})
    return fresh(about)


def held(company: Company, on: str = "2024-01-31", kind: str = "high_tech") -> str | None:
    found = recognised(company.pk, kind, on=DAY(on))
    return found.entry.certificate_number if found else None


@pytest.mark.usefixtures("long")
class TestLong:
    def test_a_long_list_is_compared_and_applied_in_parts(self, world: World) -> None:
        companies = [world.company() for _ in range(5)]
        lines = titles(companies)
        about = compared(world, *lines, "91330106XXXXXXXXXX,GR9,国家级,2023-12-01,2026-11-30")
        assert about.state == RegisterImportState.CHECKED and counts(about) == (5, 0, 0, 0, 1)
        assert not RegisterEntry.objects.exists()
        about = applied(world, about)
        assert (about.state, about.applied, about.passed_over) == (RegisterImportState.APPLIED, 5, 0)
        assert [held(one) for one in companies] == [f"GR2023330000{n:02}" for n in range(1, 6)]
        assert RegisterEntry.objects.filter(entered_by=world.people["counter"], brought_by=about).count() == 5
        parts = Event.objects.filter(stream="register_import", stream_id=about.pk, action="compare_part")
        assert parts.count() == 3
        again = compared(world, *lines)
        assert counts(again) == (0, 0, 0, 5, 0)

    def test_what_a_complete_long_list_no_longer_has_is_found_over_all_parts(self, world: World) -> None:
        companies = [world.company() for _ in range(7)]
        applied(world, compared(world, *titles(companies)))
        stays = [0, 2, 3, 6]
        lines = [line for n, line in enumerate(titles(companies)) if n in stays]
        bad = said(companies[5], "GR202333000006,国家级,不知道,2026-11-30")
        about = compared(world, *lines, bad, complete=True, as_of="2024-03-01")
        assert counts(about) == (0, 0, 2, 4, 1)
        apply(world, about)
        assert [n for n, one in enumerate(companies) if held(one, "2024-03-01")] == [0, 2, 3, 5, 6]

    def test_an_interrupted_comparison_goes_on_where_it_stopped(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        companies = [world.company() for _ in range(5)]
        about = deliver(world, *titles(companies), complete=True)
        taken: list[Any] = []

        def dies(*args: Any, **more: Any) -> None:
            if len(taken) == 2:
                raise RuntimeError("the worker was stopped")
            taken.append(args)
            take_part(*args, **more)

        with monkeypatch.context() as patch, pytest.raises(RuntimeError):
            patch.setattr(jobs, "take_part", dies)
            compare_register_import(about.pk, now=lambda: world.now)
        assert fresh(about).read_to == 5 and fresh(about).state == RegisterImportState.UPLOADED
        world.act("register_import", about, "resume", "counter")
        compare_register_import(about.pk, now=lambda: world.now)
        assert counts(fresh(about)) == (5, 0, 0, 0, 0) and fresh(about).state == RegisterImportState.CHECKED
        # It has ended: run once more, the job finds nothing to do.
        compare_register_import(about.pk, now=lambda: world.now)
        assert about.rows.count() == 5

    def test_a_line_beside_which_something_has_changed_is_passed_over_and_counted(self, world: World) -> None:
        companies = [world.company() for _ in range(4)]
        about = compared(world, *titles(companies))
        note(world, companies[1], certificate_number="GR202333000002", valid_from="2023-12-01", valid_to="2026-11-30")
        about = applied(world, about)
        assert (about.applied, about.passed_over) == (3, 1)

    def test_a_long_list_that_cannot_be_read_says_so(self, world: World) -> None:
        about = deliver(world, *titles([world.company() for _ in range(3)]))
        assert about.document is not None
        path = folder() / about.document.path
        path.chmod(0o644)
        path.write_bytes(path.read_bytes() + b"\n")
        compare_register_import(about.pk, now=lambda: world.now)
        assert (fresh(about).state, fresh(about).fault) == (RegisterImportState.UNREADABLE, "changed:")
        with pytest.raises(WrongState):
            apply(world, about)

    def test_a_long_list_is_undone_in_parts(self, world: World) -> None:
        companies = [world.company() for _ in range(5)]
        about = applied(world, compared(world, *titles(companies)))
        assert undo(world, about).state == RegisterImportState.UNDOING
        undo_register_import(about.pk, now=lambda: world.now)
        about = fresh(about)
        assert (about.state, about.undone, about.left_alone) == (RegisterImportState.UNDONE, 5, 0)
        assert [held(one) for one in companies] == [None] * 5

    def test_a_half_applied_list_can_be_undone(self, world: World) -> None:
        companies = [world.company() for _ in range(4)]
        about = compared(world, *titles(companies))
        apply(world, about)
        rows = list(about.rows.order_by("pk").values_list("pk", flat=True)[:2])
        data = {"after": 0, "last": rows[-1], "final": False}
        world.act("register_import", about, "apply_part", world.system, data=data)
        assert [held(one) is not None for one in companies] == [True, True, False, False]
        undo(world, about)
        with pytest.raises(WrongState):
            data = {"after": rows[-1], "last": rows[-1] + 5, "final": True}
            world.act("register_import", about, "apply_part", world.system, data=data)
        undo_register_import(about.pk, now=lambda: world.now)
        assert [held(one) for one in companies] == [None] * 4

    def test_a_part_is_taken_once_and_in_its_order(self, world: World) -> None:
        about = deliver(world, *titles([world.company() for _ in range(3)]))
        with pytest.raises(WrongState):
            data = {"after": 7, "last": 9, "final": False, "lines": []}
            world.act("register_import", about, "compare_part", world.system, data=data)


def test_undoing_a_list_lets_what_stood_before_stand_again(world: World) -> None:
    new, renewed, raised, ended = (world.company() for _ in range(4))
    before = [
        said(renewed, "GR202033000002,市级,2021-01-01,2023-12-31"),
        said(raised, "GR202033000003,市级,2021-01-01,2026-12-31"),
        said(ended, "GR202033000004,市级,2021-01-01,2026-12-31"),
    ]
    apply(world, deliver(world, *before, as_of="2023-01-01"))
    lines = [
        said(new, "GR202333000001,国家级,2023-12-01,2026-11-30"),
        said(renewed, "GR202333000002,市级,2023-06-01,2026-05-31"),
        said(raised, "GR202033000003,省级,2021-01-01,2026-12-31"),
    ]
    about = apply(world, deliver(world, *lines, complete=True))
    assert (about.added, about.changed, about.gone) == (1, 2, 1)
    day = "2024-02-01"
    assert held(ended, day) is None and held(renewed, day) == "GR202333000002"
    about = undo(world, about)
    assert (about.state, about.undone, about.left_alone) == (RegisterImportState.UNDONE, 4, 0)
    assert about.undone_by == world.people["counter"] and about.undo_reason == "发错文件"
    assert held(new, day) is None
    assert held(renewed, day) is None and held(renewed, "2023-12-31") == "GR202033000002"
    found: Any = recognised(raised.pk, "high_tech", on=DAY(day))
    assert found.entry.level == "市级"
    assert held(ended, day) == "GR202033000004"
    last = RegisterEntry.objects.filter(company=new).latest("pk")
    assert "发错文件" in last.reason and last.change == Change.ENDED
    # The list is delivered anew, mended: everything of it counts again.
    again = apply(world, deliver(world, *lines, complete=True))
    assert again.applied == 4 and held(new, day) == "GR202333000001" and held(ended, day) is None


def test_what_somebody_changed_since_is_left_alone(world: World) -> None:
    one, other = world.company(), world.company()
    about = apply(world, deliver(world, *titles([one, other])))
    entry = RegisterEntry.objects.get(company=one)
    data = {"entry": entry.pk, "change": "corrected", "effective_on": "2024-02-01", "reason": "更正", "level": "省级"}
    world.act("company", one, "change_entry", "counter", data=data)
    about = undo(world, about)
    assert (about.undone, about.left_alone) == (1, 1)
    assert held(one) is not None and held(other) is None


def test_undone_awards_count_as_they_were_stated_before(world: World) -> None:
    company, other = world.company(), world.company()
    first = f"{company.uscc},a,,,,100.00,2021-06-01,文1"
    apply(world, deliver(world, first, register="prior_awards", heading=AWARDS))
    about = apply(
        world,
        deliver(
            world,
            first.replace("100.00", "90.00"),
            f"{other.uscc},a,,,,5.00,2021-06-01,文2",
            register="prior_awards",
            heading=AWARDS,
        ),
    )
    stands = (
        current_awards().filter(amount_fen__gt=0).order_by("conferred_on", "pk").values_list("amount_fen", flat=True)
    )
    assert list(stands.all()) == [90_00, 5_00]
    undo(world, about)
    assert list(stands.all()) == [100_00]
    assert PriorAward.objects.count() == 5


def test_only_an_applied_list_of_the_own_bureau_is_undone_and_once(world: World) -> None:
    about = deliver(world, *titles([world.company()]))
    with pytest.raises(WrongState):
        undo(world, about)
    about = apply(world, about)
    with pytest.raises(Forbidden):
        undo(world, about, "acceptance")
    with pytest.raises(NotFound):
        world.act("register_import", about, "undo", World(code="yh").people["counter"], data={"reason": "x"})
    with pytest.raises(BadData):
        world.act("register_import", about, "undo", "counter", data={"reason": " "})
    undo(world, about)
    with pytest.raises(WrongState):
        undo(world, about)


def test_parts_are_the_systems_own(world: World) -> None:
    about = apply(world, deliver(world, *titles([world.company()])))
    for action in ("compare_part", "compare_gone", "apply_part", "undo_part", "note_unreadable"):
        with pytest.raises((NotFound, Forbidden)):
            world.act("register_import", about, action, "counter", data={"after": 0, "last": 0})
