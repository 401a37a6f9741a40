"""Reading `recognition`: the title that a policy confers.

recognition:
  register: rd_platform                 # the register that keeps it
  level: {id: city_centre, zh: …, en: …}   # absent: the tiers are the levels, the highest first; without either none
  valid: 3年                            # or until: 03-31, that day of the next year
  reminder: 90 days                     # calendar days before the last day; absent: 60
  test: {stage: yearly, failures: 2, meanwhile: lower}   # or kept
  clause, zh, en, certainty, source     # zh and en name the title
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from policies.language.declare import constant_of
from policies.language.findings import Position
from policies.language.model import Program, Tier
from policies.language.reader import Node
from policies.language.recognition import Level, RecognitionDef, RepeatedTest
from policies.language.schema import CERTAINTIES, both, fields, identifier, one_of, refuse, scalar, source_of, whole
from policies.language.typed import DURATION, Type

Cite = Callable[[str, Position, str], None]
DEFAULT_REMINDER = 60
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_DAYS = re.compile(r"([1-9]\d{0,2}) days")
_LAST = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}


def read_recognition(
    node: Node | None, tiers: tuple[Tier, ...], stages: Mapping[str, Program], cite: Cite
) -> RecognitionDef | None:
    """Read `recognition`; `tiers` are those of the first decision, `stages` the later ones."""
    if node is None:
        return None
    values = fields(node, "recognition", "register clause zh en certainty source", "level valid until reminder test")
    certainty = one_of(values["certainty"], "certainty", CERTAINTIES)
    clause = scalar(values["clause"], "clause").value
    cite(clause, values["clause"].at, certainty)
    if ("valid" in values) == ("until" in values):
        raise refuse(
            values.at, "recognition: write either valid (how long) or until (MM-DD of the next year)",
            "recognition 须写且只写 valid（时长）或 until（次年的月日）之一",
        )  # fmt: skip
    level, test, reminder = values.get("level"), values.get("test"), values.get("reminder")
    if level is not None and tiers:
        raise refuse(
            level.at, "the tiers of this policy are its levels; leave out level", "本政策的等级即认定级别，不写 level"
        )
    levels = tuple(Level(tier.id, tier.text) for tier in tiers) if level is None else (_level(level),)
    return RecognitionDef(
        identifier(values["register"], "recognition.register"),
        both(values, "recognition"),
        clause,
        certainty,
        source_of(values),
        levels,
        None if "valid" not in values else _duration(values["valid"]),
        None if "until" not in values else _day(values["until"]),
        DEFAULT_REMINDER if reminder is None else _days(reminder),
        None if test is None else _test(test, levels, stages),
    )


def _level(node: Node) -> Level:
    values = fields(node, "recognition.level", "id zh en")
    return Level(identifier(values["id"], "id"), both(values, "recognition.level"))


def _duration(node: Node) -> tuple[int, int]:
    value = constant_of(node, Type(DURATION), "recognition.valid").value
    assert isinstance(value, tuple)
    months, days = int(value[0]), int(value[1])
    if months < 0 or days < 0 or months + days == 0:
        raise refuse(node.at, "recognition.valid must be longer than nothing", "valid 应大于零")
    return months, days


def _day(node: Node) -> tuple[int, int]:
    match = _DAY.fullmatch(scalar(node, "recognition.until").value)
    month, day = (int(match[1]), int(match[2])) if match else (0, 0)
    if not month or day > _LAST.get(month, 31):
        raise refuse(
            node.at, "expected MM-DD of a day that every year has for recognition.until",
            "until 应为每年都有的 MM-DD",
        )  # fmt: skip
    return month, day


def _days(node: Node) -> int:
    match = _DAYS.fullmatch(scalar(node, "recognition.reminder").value)
    if match is None:
        raise refuse(node.at, 'expected "90 days" for recognition.reminder', "reminder 应如“90 days”")
    return int(match[1])


def _test(node: Node, levels: tuple[Level, ...], stages: Mapping[str, Program]) -> RepeatedTest:
    values = fields(node, "recognition.test", "stage failures", "meanwhile")
    stage = one_of(values["stage"], "recognition.test.stage", stages)
    strange = {tier.id for tier in stages[stage].tiers} - {level.id for level in levels}
    if strange:
        raise refuse(
            values["stage"].at, f"the stage {stage} has tiers that are no levels: {', '.join(sorted(strange))}",
            f"阶段 {stage} 的等级不是认定级别：{'、'.join(sorted(strange))}",
        )  # fmt: skip
    meanwhile = values.get("meanwhile")
    lowers = meanwhile is not None and one_of(meanwhile, "recognition.test.meanwhile", ("kept", "lower")) == "lower"
    return RepeatedTest(stage, whole(values["failures"], "recognition.test.failures", 1, 9), lowers)
