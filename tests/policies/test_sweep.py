"""The sweep says of every row what `decide` says, and refuses what `decide` refuses."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from policies.language import ABSENT, UNKNOWN, Pack, PolicyError, RecordList, Value, decide, facts_from_json
from policies.language.core import TRANSFER, Move, shift_day
from policies.language.sweep import ops as sweep_ops
from policies.language.sweep import whole as sweeping
from policies.language.sweep.layout import Layout, Reads
from policies.language.sweep.plan import Planner
from policies.language.sweep.population import population
from policies.language.sweep.tables import read_tables
from policies.language.sweep.whole import RESULTS, sweep
from tests.policies.generated import company_from, pack_from, packs, tables_of
from tests.policies.packs import pack_of

# Examples count pairs of a pack and a company; each pack is tried on many companies, for reading a pack is what takes time.
EACH = 20
EXAMPLES = int(os.environ.get("SUBSIDY_EXAMPLES", "160"))
CALM = settings(
    max_examples=max(1, EXAMPLES // EACH),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
AGGREGATES = {"agg"}


def assert_equal(
    pack: Pack,
    found: Sequence[Mapping[str, Value]],
    stage: str | None = None,
    tables: Mapping[str, pl.DataFrame] | None = None,
) -> None:
    """Assert that a sweep of these companies says what deciding each of them says, clause by clause."""
    result = sweep(pack, tables or tables_of(pack, found, stage=stage), stage=stage, clauses=True)
    assert result.height == len(found)
    for facts, row in zip(found, result.iter_rows(named=True), strict=True):
        decision = decide(pack, facts, stage=stage)
        low, high = decision.amount_range or (decision.amount, decision.amount)
        said = (decision.outcome, decision.tier, decision.amount, low, high)
        assert tuple(row[name] for name in RESULTS) == said, facts
        verdicts = {leaf.id: leaf.verdict for leaf in decision.leaves()}
        assert {name: row[name] for name in verdicts} == verdicts, facts


# -- generated packs -----------------------------------------------------------------------------------------------------


@given(pack=packs(), seed=st.integers(0, 10**9))
@CALM
def test_the_sweep_says_what_decide_says(pack: Pack, seed: int) -> None:
    for stage in (None, *pack.stages):
        assert_equal(pack, [company_from(pack, seed + i, stage=stage) for i in range(EACH)], stage)


@given(pack=packs(), seed=st.integers(0, 10**9))
@settings(CALM, max_examples=3)
def test_blocks_give_what_one_block_gives(pack: Pack, seed: int) -> None:
    """Rows with and without unknown facts lie in many blocks, each split, in the order of the table."""
    assert_blocks(pack, seed)


def test_a_block_whose_rows_all_come_to_one_value() -> None:
    """polars holds such a column as one value, and compares a constant with it to a single row."""
    assert_blocks(pack_from(770), 481)


def assert_blocks(pack: Pack, seed: int) -> None:
    found = [company_from(pack, seed + i) for i in range(60)]
    tables = tables_of(pack, found)
    whole = sweep(pack, tables, clauses=True)
    before = sweeping.BLOCK
    try:
        sweeping.BLOCK = 7
        assert sweep(pack, tables, clauses=True).equals(whole)
    finally:
        sweeping.BLOCK = before


def test_a_population_is_swept_as_it_is_decided() -> None:
    pack = pack_from(11)
    tables = population(pack, 300, seed=5, unknown=0.02)
    result = sweep(pack, tables)
    assert set(result["outcome"].unique()) >= {"not_met", "unknown"}
    assert_equal(pack, [facts_of(pack, tables, row) for row in range(300)], None, tables)
    assert population(pack, 300, seed=5, unknown=0.02)["cases"].equals(tables["cases"])


def test_a_population_has_no_record_key_twice_in_a_case() -> None:
    """Also where the key has few values: a year, a small count, a choice."""
    for key in ("slot: {type: count, max: 4}", "slot: {type: choice, of: [red, green]}", "slot: {type: yes_no}"):
        shape = f"when: {{type: date}}, {key}, cost: {{type: money}}"
        listed = f"records: {{ip: {{key: slot, max_length: 9, from: ip_register, fields: {{{shape}}}}}}}"
        pack = pack_of(more=listed, when='"count(ip) >= 2"', formula="sum(ip, cost)")
        tables = population(pack, 200, seed=3, records_per_case=4)
        assert not tables["ip"].select("case", "slot").is_duplicated().any()
        assert sweep(pack, tables).height == 200


def facts_of(pack: Pack, tables: Mapping[str, pl.DataFrame], row: int) -> dict[str, Value]:
    """Return one row of the tables as facts, by way of their JSON: the convention of null, `?` and `+` goes round."""
    cells = tables["cases"].row(row, named=True)
    found: dict[str, object] = {}
    for name, fact in pack.facts.items():
        if cells[name] is not None:
            found[name] = _json(cells[name])
        elif fact.optional and cells[f"{name}?"] is False:
            found[name] = None
    for name, record in pack.records.items():
        rows = tables[name].filter(pl.col("case") == cells["case"]).iter_rows(named=True)
        found[name] = [{key: _json(value) for key, value in line.items() if key in record.fields and value is not None}
                       for line in rows]  # fmt: skip
    return facts_from_json(pack, found)


def _json(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


# -- named cases ---------------------------------------------------------------------------------------------------------

LIST = (
    "records: {ip: {key: number, max_length: 5, from: ip_register, fields: {number: {type: text}, "
    "core: {type: yes_no}, points: {type: count, max: 9}, granted_on: {type: date}, cost: {type: money}}}}"
)
ON = date(2024, 3, 1)


def listed(*rows: Mapping[str, Value], complete: bool = True) -> RecordList:
    return RecordList(tuple({"number": f"no{i}", **row} for i, row in enumerate(rows)), complete)


def test_null_is_unknown_and_a_missing_column_too() -> None:
    """polars' `when(null)` takes `otherwise` and its sums skip null: neither may decide a case."""
    pack = pack_of(facts="a: {type: money, from: tax}\nb: {type: money, from: tax}", when='"a > b"', formula="a")
    found: list[dict[str, Value]] = [
        {"filed_on": ON, "a": 10, "b": 5}, {"filed_on": ON, "a": 10}, {"a": 10, "b": 5}, {"filed_on": ON, "b": 10**15},
    ]  # fmt: skip
    assert_equal(pack, found)
    result = sweep(pack, {"cases": tables_of(pack, found)["cases"].drop("b")})
    assert result["outcome"].to_list() == ["unknown", "unknown", "unknown", "unknown"]
    assert result["amount"].to_list() == [None] * 4


def test_an_unknown_veto_does_not_pay() -> None:
    """Two-valued code given an unknown veto once paid out."""
    pack = pack_of(
        facts="bad: {type: yes_no, from: registry}", formula="5元",
        more="vetoes:\n  - {id: veto, when: bad, clause: T-1, zh: 不, en: no, certainty: recalled, source: trial}",
    )  # fmt: skip
    found: list[dict[str, Value]] = [{"filed_on": ON, "bad": state} for state in (True, False, UNKNOWN)]
    assert_equal(pack, found)
    result = sweep(pack, tables_of(pack, found), clauses=True)
    assert result["amount"].to_list() == [0, 500, None]
    assert result["veto"].to_list() == ["not_met", "met", "unknown"]


def test_absent_is_not_unknown() -> None:
    pack = pack_of(
        facts="a: {type: money, optional: yes, from: tax}", when='"not has(a) or a > 5元"', formula="given(a, 7元)"
    )
    found: list[dict[str, Value]] = [{"filed_on": ON, "a": value} for value in (ABSENT, UNKNOWN, 600, 400)]
    assert_equal(pack, found)
    assert sweep(pack, tables_of(pack, found))["amount"].to_list() == [700, None, 600, 0]


def test_intervals_over_records_with_unknown_fields() -> None:
    pack = pack_of(
        more=LIST, when='"sum(ip, points, core) >= 10 and count(ip, core) >= 2"',
        formula="sum(ip, cost, core) + largest(ip, cost, core, 3元) + smallest(ip, cost, points > 4, 2元)",
    )  # fmt: skip
    rows: list[dict[str, Value]] = [
        {"core": True, "points": 9, "cost": 100}, {"core": UNKNOWN, "points": 5, "cost": 50},
        {"core": True, "points": UNKNOWN, "cost": UNKNOWN}, {"core": False, "points": 9, "cost": 7},
    ]  # fmt: skip
    lists: list[Value] = [listed(), *(listed(*rows[:n]) for n in range(1, 5)), listed(*rows, complete=False), listed(complete=False),
             UNKNOWN, listed(rows[3]), listed(rows[1], complete=False)]  # fmt: skip
    found: list[dict[str, Value]] = [{"filed_on": ON, "ip": item} for item in lists]
    assert_equal(pack, found)
    assert "unknown" in sweep(pack, tables_of(pack, found))["outcome"].to_list()


def test_records_in_any_order_and_of_cases_without_any() -> None:
    pack = pack_of(more=LIST, when='"count(ip, core) >= 2"', formula="sum(ip, cost) + largest(ip, cost, core, 1元)")
    found: list[dict[str, Value]] = [
        {"filed_on": ON, "ip": listed(*({"core": n % 2 == 0, "points": 1, "cost": 10 * i + n} for n in range(i % 4)))}
        for i in range(12)
    ]
    tables = tables_of(pack, found)
    assert_equal(pack, found)
    shuffled = {**tables, "ip": tables["ip"].sample(fraction=1.0, shuffle=True, seed=3)}
    assert sweep(pack, shuffled).equals(sweep(pack, tables))
    text = {name: table.with_columns(pl.col("case").cast(pl.String)) for name, table in tables.items()}
    assert sweep(pack, text).drop("case").equals(sweep(pack, tables).drop("case"))
    turned = {**tables, "cases": tables["cases"].reverse()}
    assert sweep(pack, turned).equals(sweep(pack, tables).reverse())


def test_a_list_without_a_table_is_unknown() -> None:
    pack = pack_of(more=LIST, when='"count(ip) >= 2"', formula="10元 * count(ip)")
    result = sweep(pack, {"cases": pl.DataFrame({"case": [1], "filed_on": [ON]})})
    assert result.row(0) == (1, "unknown", None, None, 0, 5000)


def test_what_leaves_63_bits_is_computed_in_128() -> None:
    pack = pack_of(
        facts="a: {type: money, from: tax}\nb: {type: money, from: tax, min: 1元}\nc: {type: money, from: tax}",
        when='"a / b * (c / b) >= 66%"', formula="round_half_even(a * (1/3) + c * (1/7), 3元)",
    )  # fmt: skip
    high = 10**15
    values = [(high, high, high), (high - 1, high, high), (2 * high // 3, high, high), (2 * high // 3 + 1, high, high)]
    assert_equal(pack, [{"filed_on": ON, "a": a, "b": b, "c": c} for a, b, c in values])
    assert_equal(pack, [{"filed_on": ON, "a": a, "b": b} for a, b, _ in values])


def test_sums_of_records_may_leave_63_bits() -> None:
    """Running sums over a whole table wrap; the difference of two of them does not."""
    wide = LIST.replace("{type: money}", "{type: money, max: 90000000000000000分}")
    pack = pack_of(more=wide, when='"sum(ip, cost * 99%, core) > 1元"', formula="sum(ip, cost)")
    row: dict[str, Value] = {"core": True, "points": 1, "cost": 9 * 10**16 - 1}
    found: list[dict[str, Value]] = [{"filed_on": ON, "ip": listed(*[row] * (1 + i % 5))} for i in range(400)]
    assert_equal(pack, found)


def test_floors_of_negative_numbers_go_down() -> None:
    pack = pack_of(
        facts="a: {type: money, from: tax}\nb: {type: money, from: tax}",
        when='"round_down(a - b, 3元) == round_up(a - b, 3元) or round_half_up(a - b, 3元) < 0元"',
        formula="max(0元, round_half_even(a - b, 2元))",
    )  # fmt: skip
    assert_equal(pack, [{"filed_on": ON, "a": 1000, "b": 1000 + by} for by in range(-700, 700, 50)])


def test_months_clip_at_their_end_and_years_are_the_calendars() -> None:
    """The sweep's calendar is `shift_day` and `date.year` on every day of eight years, by either way it computes."""
    days = pl.DataFrame({"d": pl.int_range(date(2019, 1, 1).toordinal(), date(2026, 12, 31).toordinal(), eager=True)})
    span = (days["d"][0], days["d"][-1])
    for reach in (span, (date(1900, 1, 1).toordinal(), date(2200, 12, 31).toordinal())):
        held = sweep_ops.Held(pl.col("d"), sweep_ops.form_of(reach), reach)
        for move in ((-1, 0), (1, 0), (12, -1), (-12, 1), (37, 5), (0, -3)):
            target = sweep_ops.Target(Move(*move), (1, 10**7))
            got = days.select(sweep_ops.PLAIN["shift"](target, held)[0]).to_series().to_list()
            assert got == [shift_day(day, *move) for day in days["d"]], move
        years = days.select(sweep_ops.PLAIN["year"](sweep_ops.Target(None, (1, 9999)), held)[0]).to_series().to_list()
        assert years == [date.fromordinal(day).year for day in days["d"]]


def test_a_window_ends_on_the_day_that_the_policy_shifts() -> None:
    pack = pack_of(
        more=LIST, when='"any(ip, granted_on + 1年 > filed_on)"', formula="sum(ip, cost, granted_on >= filed_on - 1年)"
    )
    found: list[dict[str, Value]] = [
        {"filed_on": date(2024, 2, 29) + timedelta(days=i % 3 - 1),
         "ip": listed({"granted_on": date(2023, 2, 28) + timedelta(days=i // 3 - 1), "cost": 100})}
        for i in range(12)
    ]  # fmt: skip
    assert_equal(pack, found)


def test_an_operation_that_the_sweep_lacks_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = pack_of(facts="a: {type: money, from: tax}", when='"whole(a, 3元) > 2"')
    monkeypatch.delitem(sweep_ops.PLAIN, "floordiv")
    with pytest.raises(PolicyError, match="operation floordiv"):
        sweep(pack, {"cases": pl.DataFrame({"case": [1, 2], "filed_on": [ON, ON], "a": [1, 900]})})


def test_every_operation_of_the_core_has_both_expressions() -> None:
    assert set(sweep_ops.PLAIN) == set(sweep_ops.SPANS) == set(TRANSFER) - AGGREGATES


def test_the_planner_makes_each_node_once() -> None:
    pack = pack_of(
        facts="a: {type: money, from: tax}", when='"a > 1元 and a * 2 > 3元"', formula="min(a * 2, a * 2 + 1元)"
    )
    planner = Planner(Layout(pack.program, read_tables(pack, pack.program, {
        "cases": pl.DataFrame({"case": [1, 2], "filed_on": [ON, ON], "a": [5, 600]})}),
        Reads.below([pack.program.eligible_core])).inputs(doubts=False))  # fmt: skip
    planner.plan([pack.program.eligible_core])
    names = [expr.meta.output_name() for step in planner.steps for expr in step.columns]
    assert len(names) == len(set(names)) == 1  # the clause, which is the outcome too


def test_further_nodes_stand_beside_the_result() -> None:
    """A promise's condition on every row: kept, broken, or open between the bounds where something is unknown."""
    pack = pack_of(
        facts="a: {type: money, from: tax}", when='"a > 1元"', formula="a",
        more='guarantees:\n  - always: "amount <= 5元 or not eligible"',
    )  # fmt: skip
    found: list[dict[str, Value]] = [{"filed_on": ON, "a": value} for value in (90, 400, 500, 501, 10**15, UNKNOWN)]
    kept = pack.guarantees[0].core
    assert kept is not None and pack.program.amount_core is not None
    result = sweep(pack, tables_of(pack, found), extra={"kept": kept, "paid": pack.program.amount_core})
    assert result["kept"].to_list() == [1, 1, 1, 0, 0, None]
    assert (result["kept_low"][5], result["kept_high"][5]) == (0, 1)
    assert result.select("kept", "kept_low", "kept_high").head(5).to_dict(as_series=False) == {
        name: [1, 1, 1, 0, 0] for name in ("kept", "kept_low", "kept_high")
    }
    assert result["paid_low"].equals(result["amount_low"].alias("paid_low"))
    assert result["paid_high"].equals(result["amount_high"].alias("paid_high"))


def test_two_result_columns_never_have_one_name() -> None:
    pack = pack_of(facts="a: {type: money, from: tax}", when='"a > 1元"', formula="a")
    tables = tables_of(pack, [{"filed_on": ON, "a": 90}])
    for name in ("amount", "case", pack.program.leaves()[0].id):
        with pytest.raises(PolicyError, match=f"two result columns would be named {name}"):
            sweep(pack, tables, clauses=True, extra={name: pack.program.eligible_core})
