"""The draw: a pure function that anyone can repeat, in whatever language."""

from __future__ import annotations

import hashlib
import json
import random

import pytest

from subsidy.reviews.draw import Inputs, drawn, fingerprint, lacking, repeats


def inputs(
    seed: str = "ab" * 16, *, seats: int = 5, financial: int = 1, technical: int = 3, people: int = 12
) -> Inputs:
    branch = {number: "financial" if number % 4 == 0 else "technical" for number in range(1, people + 1)}
    least = {"technical": technical, "financial": financial}
    return Inputs(seed=seed, seats=seats, least=least, candidates=branch, seated={}, excluded={99: "kin"})


def test_the_order_is_that_of_the_hashes_written_out() -> None:
    made = inputs(technical=0, financial=0)
    by_hand = sorted(range(1, 13), key=lambda one: hashlib.sha256(f"{made.seed}:{one}".encode()).hexdigest())
    assert drawn(made) == by_hand[:5]


@pytest.mark.parametrize("number", range(40))
def test_every_draw_meets_the_composition_and_comes_out_the_same_from_its_text(number: int) -> None:
    made = inputs(f"{number:032x}")
    taken = drawn(made)
    branches = [made.candidates[one] for one in taken]
    assert len(set(taken)) == 5 and branches.count("technical") >= 3 and branches.count("financial") >= 1
    text = made.text()
    assert Inputs.of(text) == made and repeats(text, taken)
    assert fingerprint(text) == hashlib.sha256(text.encode()).hexdigest()


def test_the_order_in_which_candidates_are_listed_does_not_matter() -> None:
    made = inputs()
    mixed = list(made.candidates.items())
    random.Random(1).shuffle(mixed)
    again = Inputs(made.seed, made.seats, made.least, dict(mixed), made.seated, made.excluded)
    assert drawn(again) == drawn(made) and again.text() == made.text()


def test_a_replacement_is_the_next_of_the_same_order_that_the_composition_has_room_for() -> None:
    made = inputs()
    taken = drawn(made)
    left = taken[2]
    rest = {one: made.candidates[one] for one in taken if one != left}
    free = {one: branch for one, branch in made.candidates.items() if one not in taken}
    again = Inputs(made.seed, 5, made.least, free, rest, {left: "left_the_panel"})
    order = sorted(free, key=lambda one: hashlib.sha256(f"{made.seed}:{one}".encode()).hexdigest())
    wanted = "financial" if list(rest.values()).count("financial") == 0 else None
    expected = next(one for one in order if wanted in (None, free[one]))
    assert drawn(again) == [expected]


def test_a_seat_stays_empty_rather_than_break_the_composition() -> None:
    made = Inputs("s", 3, {"financial": 1}, {1: "technical"}, {2: "technical", 3: "technical"}, {})
    assert drawn(made) == [] and lacking(made) == {"financial": 1}
    assert drawn(Inputs("s", 2, {}, {}, {}, {})) == []


def test_a_draw_that_was_tampered_with_does_not_repeat() -> None:
    made = inputs()
    taken = drawn(made)
    assert not repeats(made.text(), taken[::-1])
    read = json.loads(made.text())
    read["v"] = 2
    with pytest.raises(ValueError, match="version 2"):
        repeats(json.dumps(read), taken)
