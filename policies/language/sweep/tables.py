"""The tables of a sweep: checked as strictly as one company's facts, and laid out for the core.

`tables["cases"]` has a column `case` (a key, each once) and one column a fact; null is unknown. An optional fact may have
a second Boolean column `<fact>?`: false says that the fact does not exist (absent), and its value is then null; without
false, a value is present and null unknown. `tables[list]` has `case` and one column a field, one row a record; null is
unknown. The Boolean column `<list>+` of the cases says of a list whether there may be more records than these: false (or
no such column) that these are all, true that there may be more, null that the list is unknown and has no rows. A list
without a table is unknown in every case. A column that is missing is unknown in every row.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import polars as pl

from policies.language.findings import PolicyError, Position, Text
from policies.language.model import FactDef, Pack, Program, RecordDef
from policies.language.sweep.align import align, gapless
from policies.language.sweep.columns import Faults, read_column

CASES, CASE = "cases", "case"
_FLAG = FactDef("", "yes_no", Text("", ""), "")


@dataclass(frozen=True, slots=True)
class ListTable:
    """A list: the case and the fields of its records, how many records each case has, how many more there may be.

    The records lie in the order of the cases. `more` is None where every list is complete.
    """

    cases: pl.Series
    fields: Mapping[str, pl.Series]
    lengths: pl.Series
    more: pl.Series | None

    def row(self, keys: pl.Series) -> pl.Series:
        """Return for each record the number of its case among `keys`."""
        first = gapless(keys)
        if first is not None:
            return self.cases.cast(pl.Int64) - first
        run = self.cases.rle_id()
        if not (self.lengths == 0).any():
            return run
        return (self.lengths > 0).arg_true().gather(run)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables as integers: `present` says of optional facts whether they exist (null: unknown)."""

    keys: pl.Series
    facts: Mapping[str, pl.Series]
    present: Mapping[str, pl.Series]
    lists: Mapping[str, ListTable]


@dataclass(slots=True)
class _Reader:
    pack: Pack
    program: Program
    tables: Mapping[str, pl.DataFrame]
    faults: Faults = field(default_factory=Faults)

    @property
    def cases(self) -> pl.DataFrame:
        return self.tables[CASES]

    def read(self) -> Tables:
        self.check_names()
        beside = _Reader(self.pack, self.program, self.tables)
        # The lists are laid out while the facts are read; their faults come after.
        with ThreadPoolExecutor(1) as pool:
            pending = pool.submit(lambda: {name: beside.list(record) for name, record in self.pack.records.items()})
            facts = self.columns(self.program.facts, self.cases, CASES)
            lists = pending.result()
        present = {name: self.presence(fact, facts) for name, fact in self.program.facts.items() if fact.optional}
        self.faults.findings.extend(beside.faults.findings)
        self.faults.finish()
        return Tables(
            self.cases[CASE], facts, {name: known for name, known in present.items() if known is not None}, lists
        )

    def columns(self, facts: Mapping[str, FactDef], table: pl.DataFrame, name: str) -> dict[str, pl.Series]:
        """Read the columns of a table side by side."""
        given = [fact for fact in facts.values() if fact.name in table.columns]
        found = [Faults() for _ in given]
        with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
            read = pool.map(
                lambda fact, faults: read_column(fact, table[fact.name], table[CASE], name, faults), given, found
            )
            columns = {fact.name: column for fact, column in zip(given, read, strict=True)}
        self.faults.findings.extend(finding for faults in found for finding in faults.findings)
        return columns

    # -- names -------------------------------------------------------------------------------------------------------

    def check_names(self) -> None:
        """Refuse what makes reading pointless: no cases, no key, tables and columns that the policy does not know."""
        records = self.pack.records
        for name in set(self.tables) - {CASES} - set(records):
            self.faults.tell(name, f"the policy has no list {name}; it has {', '.join(records) or 'none'}",
                             f"政策没有清单 {name}；只有 {'、'.join(records) or '无'}")  # fmt: skip
        for name in (CASES, *records):
            if name in self.tables and CASE not in self.tables[name].columns:
                self.faults.tell(
                    name, f"the column {CASE} is missing; it holds the key of the case", f"缺少列 {CASE}（案件主键）"
                )
        if CASES not in self.tables:
            self.faults.tell(CASES, "the table cases is missing", "缺少案件表 cases")
        if CASE in self.program.facts or CASES in records:
            self.faults.tell(CASES, "a fact named case or a list named cases cannot be swept; rename it in the policy",
                             "名为 case 的事实或名为 cases 的清单无法批量计算，请在政策中改名")  # fmt: skip
        self.faults.finish()
        facts = self.program.facts
        flags = {f"{name}?" for name, fact in facts.items() if fact.optional} | {f"{name}+" for name in records}
        self.undeclared(CASES, {*facts, *flags})
        for name, record in records.items():
            if name in self.tables:
                self.undeclared(name, set(record.fields))
        self.keys()

    def undeclared(self, table: str, known: set[str]) -> None:
        for name in self.tables[table].columns:
            if name != CASE and name not in known:
                self.faults.tell(table, f"the policy declares no {name}; remove the column or correct its name",
                                 f"政策未声明 {name}；请删除该列或改正列名")  # fmt: skip

    def keys(self) -> None:
        keys = self.cases[CASE]
        if keys.dtype.is_float():
            self.faults.tell(
                CASES, "the column case holds floats; use whole numbers or text", "列 case 为浮点数，请用整数或文本"
            )
            self.faults.finish()
        self.faults.rows(CASES, CASE, keys, keys, keys.is_null(), ("a key in every row", "每行都有主键"))
        twice = (keys == keys.shift(1)) if keys.is_sorted() else keys.is_duplicated()
        self.faults.rows(CASES, CASE, keys, keys, twice.fill_null(False), ("every key once", "主键不重复"))
        self.faults.finish()

    # -- states ------------------------------------------------------------------------------------------------------

    def flag(self, name: str) -> pl.Series | None:
        """Return a column of yes and no beside the facts, None where it is not given."""
        if name not in self.cases.columns:
            return None
        return read_column(_FLAG, self.cases[name], self.cases[CASE], CASES, self.faults)

    def presence(self, fact: FactDef, facts: dict[str, pl.Series]) -> pl.Series | None:
        """Return whether an optional fact exists: true with a value, false where the flag says so, else null."""
        flag, value = self.flag(f"{fact.name}?"), facts.get(fact.name)
        if flag is None and value is None:
            return None
        given = (
            pl.repeat(False, self.cases.height, dtype=pl.Boolean, eager=True) if value is None else value.is_not_null()
        )
        if flag is None:
            return pl.select(pl.when(given).then(True)).to_series()
        keys = self.cases[CASE]
        self.faults.rows(CASES, f"{fact.name}?", keys, flag, (given & ~flag).fill_null(False),
                         ("no false beside a value", "有值时不可为 false"))  # fmt: skip
        self.faults.rows(CASES, f"{fact.name}?", keys, flag, (~given & flag).fill_null(False),
                         ("a value beside true; leave it null where the value is unknown", "true 须有值；未知时请留空"))  # fmt: skip
        return pl.select(pl.when(given).then(True).when(~flag).then(False)).to_series()

    # -- lists -------------------------------------------------------------------------------------------------------

    def list(self, record: RecordDef) -> ListTable:
        flag = self.flag(f"{record.name}+")
        count = self.cases.height
        if record.name not in self.tables:
            if flag is not None and flag.is_not_null().any():
                self.faults.tell(CASES, f"{record.name}+ speaks of a list without a table; give the table, empty if need be",
                                 f"{record.name}+ 所指清单没有表；请提供该表（可为空）")  # fmt: skip
            more = pl.repeat(record.max_length, count, dtype=pl.Int64, eager=True)
            none = self.cases[CASE].clear()
            return ListTable(none, {}, pl.zeros(count, dtype=pl.Int64, eager=True), more)
        rows, lengths = align(self.cases[CASE], self.tables[record.name], record, self.faults)
        fields = self.columns(record.fields, rows, record.name)
        return ListTable(rows[CASE], fields, lengths, self.more(record, flag, lengths))

    def more(self, record: RecordDef, flag: pl.Series | None, lengths: pl.Series) -> pl.Series | None:
        """Return how many records more each case may have; None where no case may."""
        keys = self.cases[CASE]
        self.faults.rows(record.name, CASE, keys, lengths, lengths > record.max_length,
                         (f"at most {record.max_length} records a case", f"每个案件至多 {record.max_length} 条"))  # fmt: skip
        if flag is None or (flag.null_count() == 0 and not flag.any()):
            return None
        self.faults.rows(CASES, f"{record.name}+", keys, flag, flag.is_null() & (lengths > 0),
                         ("true or false where the list has rows", "清单有记录时须为 true 或 false"))  # fmt: skip
        further = pl.when(flag.fill_null(True)).then(record.max_length - lengths).otherwise(0)
        return pl.select(further.cast(pl.Int64)).to_series()


def read_tables(pack: Pack, program: Program, tables: Mapping[str, pl.DataFrame]) -> Tables:
    """Return the tables as the core reads them; raises PolicyError that tells every fault with counts and first rows."""
    return _Reader(pack, program, tables).read()


def refused(table: str, en: str, zh: str) -> PolicyError:
    """Make the refusal of a table."""
    return PolicyError.at(Position(table, 1, 1), "FACT", en, zh)
