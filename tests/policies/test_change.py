"""What would have to change: found values satisfy the requirement, and one unit less does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from policies.language import ABSENT, RecordList, Value, decide, facts_from_json, load_pack
from policies.language.change import nearest_change
from tests.policies.packs import FOLDER, pack_of
from tests.policies.test_flying_sky import TYPICAL

PACK = load_pack(FOLDER / "2022.1")


def changes(leaf: str, **changed: Any) -> dict[str, tuple[object, bool]]:
    """Return fact → (value, nearest)."""
    facts = facts_from_json(PACK, {**TYPICAL, **changed})
    return {change.fact: (change.value, change.nearest) for change in nearest_change(PACK, facts, leaf)}


def test_the_nearest_values_of_research_intensity() -> None:
    found = changes("flying_rd", rd_y1=700_000_000)
    assert found["rd_y1"] == (750_000_000, True)
    assert found["sales_y1"][0] == 14_000_000_000


def test_the_nearest_values_of_growth() -> None:
    found = changes("flying_rise", sales_y1=14_000_000_000)
    assert found["sales_y1"] == (14_400_000_000, True)
    value = found["sales_y3"][0]
    assert isinstance(value, int) and value == 14_000_000_000 * 25 // 36


def test_an_absent_fact_may_come_to_exist() -> None:
    assert changes("flying_value")["valuation"][0] == 100_000_000_000


def test_a_veto_changes_by_its_fact() -> None:
    assert changes("dishonest", is_dishonest=True) == {"is_dishonest": (False, True)}


def test_history_does_not_change_and_met_requirements_need_nothing() -> None:
    assert changes("nearly_young", founded_on="2000-01-01") == {}
    assert changes("flying_rd") == {}
    with pytest.raises(KeyError, match="ghost"):
        changes("ghost")


def test_a_value_that_is_not_the_nearest_says_so() -> None:
    pack = pack_of(
        facts="a: {type: money, from: tax, max: 1万元}", when='"a > 500元 if a < 100元 or a > 900元 else no"'
    )
    facts: dict[str, Value] = {"filed_on": date(2024, 3, 1), "a": 0}
    (change,) = nearest_change(pack, facts, "only")
    assert not change.nearest
    assert decide(pack, {**facts, "a": change.value}).outcome == "met"
    assert ABSENT is not change.value


LIST = "records: {ip: {key: nr, from: tax, max_length: 9, zh: 专利, en: patents, fields: {nr: {type: text}, core: {type: yes_no}}}}"


def patents(core: int, other: int = 0) -> RecordList:
    """Return so many core patents and others."""
    return RecordList(tuple({"nr": str(n), "core": n < core} for n in range(core + other)))


@pytest.mark.parametrize(
    ("when", "core", "value"), [(">= 5", 2, 5), ("< 2", 4, 1), ("== 3", 1, None), (">= 1", 1, None)]
)
def test_a_count_that_is_not_met_says_how_many_would_do(when: str, core: int, value: int | None) -> None:
    pack = pack_of(more=LIST, when=f'"count(ip, core) {when}"')
    found = nearest_change(pack, {"filed_on": date(2024, 3, 1), "ip": patents(core, 2)}, "only")
    assert [(one.fact, one.text.en, one.value, one.nearest) for one in found] == (
        [] if value is None else [("ip", "patents", value, True)]
    )


def test_counts_that_hang_together_are_not_changed_apart() -> None:
    pack = pack_of(more=LIST, when='"count(ip, core) >= 50% * count(ip)"')
    assert nearest_change(pack, {"filed_on": date(2024, 3, 1), "ip": patents(1, 3)}, "only") == ()


def test_a_list_that_is_not_complete_has_no_nearest_count() -> None:
    pack = pack_of(more=LIST, when='"count(ip, core) >= 5"')
    some = RecordList(patents(1).rows, complete=False)
    assert nearest_change(pack, {"filed_on": date(2024, 3, 1), "ip": some}, "only") == ()
