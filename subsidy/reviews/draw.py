"""Drawing a panel so that anyone can repeat it: a pure function of texts, in arithmetic that any language has.

The candidates are put into the order of SHA-256("seed:id"); from the top, each is taken whom the composition still has
room for. A replacement is drawn by the same seed, so that it is the next in the same order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from subsidy.audit.canonical import canonical, digest

VERSION = 1


@dataclass(frozen=True)
class Inputs:
    """Everything that decides a draw: people by id with their branch.

    `seated` are those who sit already, `excluded` those who may not, with the reason in a word; `least` is how many
    seats of each branch there must be among all `seats`.
    """

    seed: str
    seats: int
    least: Mapping[str, int]
    candidates: Mapping[int, str]
    seated: Mapping[int, str]
    excluded: Mapping[int, str]

    def text(self) -> str:
        """The inputs as canonical JSON."""
        return canonical(
            {
                "v": VERSION,
                "seed": self.seed,
                "seats": self.seats,
                "least": dict(self.least),
                "candidates": [[pk, self.candidates[pk]] for pk in sorted(self.candidates)],
                "seated": [[pk, self.seated[pk]] for pk in sorted(self.seated)],
                "excluded": [[pk, self.excluded[pk]] for pk in sorted(self.excluded)],
            }
        )

    @classmethod
    def of(cls, text: str) -> Inputs:
        """The inputs as recorded (ValueError for a version that this program does not know)."""
        read = json.loads(text)
        if read["v"] != VERSION:
            raise ValueError(f"a draw of version {read['v']} cannot be repeated here; use the program of its day")
        return cls(
            seed=read["seed"],
            seats=read["seats"],
            least=read["least"],
            candidates=dict(map(tuple, read["candidates"])),
            seated=dict(map(tuple, read["seated"])),
            excluded=dict(map(tuple, read["excluded"])),
        )


def place(seed: str, person: int) -> str:
    """Where a person stands in the order of a seed."""
    return hashlib.sha256(f"{seed}:{person}".encode()).hexdigest()


def drawn(inputs: Inputs) -> list[int]:
    """The people for the seats that are free, in the order drawn; fewer where the composition leaves a seat empty."""
    held = list(inputs.seated.values())
    need = {branch: max(0, least - held.count(branch)) for branch, least in inputs.least.items()}
    free = inputs.seats - len(held)
    taken: list[int] = []
    for person in sorted(inputs.candidates, key=lambda pk: place(inputs.seed, pk)):
        if len(taken) == free:
            break
        branch = inputs.candidates[person]
        if need.get(branch, 0) > 0:
            need[branch] -= 1
        elif free - len(taken) <= sum(need.values()):
            continue  # every seat left is needed for another branch
        taken.append(person)
    return taken


def lacking(inputs: Inputs) -> dict[str, int]:
    """Which branches have too few candidates for the seats, and how many are missing; empty when a panel is possible."""
    held = [*inputs.seated.values(), *inputs.candidates.values()]
    return {branch: least - held.count(branch) for branch, least in inputs.least.items() if held.count(branch) < least}


def fingerprint(text: str) -> str:
    """The SHA-256 of inputs as recorded."""
    return digest(text).hex()


def repeats(text: str, taken: Sequence[int]) -> bool:
    """Whether drawing anew from recorded inputs gives the same people in the same order."""
    return drawn(Inputs.of(text)) == list(taken)
