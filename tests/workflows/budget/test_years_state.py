"""Any order of reserving, binding, falling, flying and ending years keeps the books, and no fen is lost between years."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from subsidy.ledger.enums import Kind, ReservationState
from subsidy.ledger.invariants import violations
from subsidy.ledger.models import BudgetLine, Reservation
from subsidy.ledger.posting import Posting
from subsidy.ledger.services import NotEnough, post
from tests.world import World, days_later, fresh
from workflows.common.refusals import WrongState

BOOKS = ("I1", "I2", "I3", "I4")
YEAR_DAYS = 366
LINES = 2
serial = itertools.count(1)
PLACE = st.integers(0, LINES - 1)
FEN = st.integers(1, 300)


class Years(RuleBasedStateMachine):
    """`held` is what each case is promised in fen, whatever the year; `free` what is available on each line."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.atomic()
        self.point.__enter__()
        self.now, self.year = self.world.now, 2024
        self.lines = [self.world.line(0), self.world.line(0)]
        self.free = [0] * LINES
        self.held: dict[int, tuple[int, int]] = {}
        self.flying: set[int] = set()
        self.ended: list[tuple[BudgetLine, int]] = []

    def teardown(self) -> None:
        self.world.now = self.now
        transaction.set_rollback(True)
        self.point.__exit__(None, None, None)

    def move(self, kind: Kind, at: int, fen: int, case_id: int) -> None:
        key = f"{kind.value}:{next(serial)}"
        authority = self.world.authority.pk
        with transaction.atomic():
            post([Posting(kind, key, fen, authority, "case", case_id, line_id=self.lines[at].pk)], now=self.world.now)

    @rule(at=PLACE, fen=FEN)
    def appropriate(self, at: int, fen: int) -> None:
        data = {"amount_fen": fen, "document": f"D{next(serial)}"}
        self.world.act("budget_line", self.lines[at], "appropriate", "finance2", data=data)
        self.free[at] += fen

    @rule(at=PLACE, fen=FEN)
    def reserve(self, at: int, fen: int) -> None:
        case_id = next(serial)
        if fen > self.free[at]:
            with pytest.raises(NotEnough):
                self.move(Kind.RESERVE, at, fen, case_id)
            return
        self.move(Kind.RESERVE, at, fen, case_id)
        Reservation.objects.create(
            authority=self.world.authority,
            case_id=case_id,
            line=self.lines[at],
            amount_fen=fen,
            reserved_at=self.world.now.at,
        )
        self.free[at] -= fen
        self.held[case_id] = (at, fen)

    def one(self, state: ReservationState) -> Reservation | None:
        live = Reservation.objects.filter(case_id__in=self.held, state=state)
        return live.exclude(case_id__in=self.flying).order_by("pk").first()

    @rule()
    def bind(self) -> None:
        if found := self.one(ReservationState.RESERVED):
            self.move(Kind.OBLIGATE, self.held[found.case_id][0], found.amount_fen, found.case_id)
            Reservation.objects.filter(pk=found.pk).update(state=ReservationState.OBLIGATED)

    @rule()
    def fall(self) -> None:
        if found := self.one(ReservationState.RESERVED):
            at, fen = self.held.pop(found.case_id)
            self.move(Kind.UNRESERVE, at, fen, found.case_id)
            Reservation.objects.filter(pk=found.pk).update(state=ReservationState.FALLEN)
            self.free[at] += fen

    @rule()
    def release(self) -> None:
        if found := self.one(ReservationState.OBLIGATED):
            self.move(Kind.RELEASE, self.held[found.case_id][0], found.amount_fen, found.case_id)
            self.flying.add(found.case_id)

    @precondition(lambda self: self.flying)
    @rule()
    def refuse(self) -> None:
        case_id = self.flying.pop()
        self.move(Kind.REFUSE, *self.held[case_id], case_id)

    @precondition(lambda self: self.year < 2026)
    @rule(carry=st.sets(PLACE))
    def end_year(self, carry: set[int]) -> None:
        data = {"year": self.year, "document": f"E{self.year}", "reason": "年终"}
        data |= {"carry": [self.lines[at].pk for at in carry]}
        if self.flying:
            with pytest.raises(WrongState):
                self.world.open("proposal", "propose_year_end", "finance1", data)
            return
        proposal = self.world.open("proposal", "propose_year_end", "finance1", data)
        self.world.act("proposal", proposal, "approve", "finance2")
        self.world.now, self.year = days_later(self.world.now, YEAR_DAYS), self.year + 1
        for at, line in enumerate(self.lines):
            self.free[at] *= at in carry
            self.ended.append(
                (fresh(line), self.free[at] + sum(fen for where, fen in self.held.values() if where == at))
            )
            after = fresh(line).carried_to
            self.lines[at] = after or self.next_of(line)

    def next_of(self, line: BudgetLine) -> BudgetLine:
        names = {name: getattr(line, name) for name in ("code", "name_zh", "name_en", "source", "programme")}
        pk = self.world.open("budget_line", "establish", "finance2", {**names, "year": line.year + 1})
        return BudgetLine.objects.get(pk=pk)

    @invariant()
    def books_hold(self) -> None:
        assert list(violations(BOOKS)) == []

    @invariant()
    def every_promise_is_borne_by_an_open_line(self) -> None:
        borne: dict[int, int] = defaultdict(int)
        live = Reservation.objects.filter(case_id__in=self.held).exclude(state=ReservationState.FALLEN)
        for one in live:
            borne[one.case_id] += one.amount_fen
            assert one.line_id == self.lines[self.held[one.case_id][0]].pk
        assert borne == {case_id: fen for case_id, (_at, fen) in self.held.items()}

    @invariant()
    def lines_hold_what_is_free_and_promised(self) -> None:
        for at, line in enumerate(self.lines):
            found = fresh(line)
            promised = sum(fen for where, fen in self.held.values() if where == at)
            assert found.available == self.free[at]
            assert found.committed + found.obligated + found.in_flight == promised
        for line, over in self.ended:
            assert line.closed_at is not None and line.carried_out == over
            assert line.lapsed == line.appropriated - over


def test_no_fen_is_lost_between_years(world: World) -> None:
    quiet = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(
        type("YearsHere", (Years,), {"world": world}),
        settings=settings(max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=quiet),
    )
