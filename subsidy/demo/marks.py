"""Companies that stand right at the marks of every policy of the tree: one fen, one person or one day apart.

They are taken from the worked cases, so that each is complete for its policy, and carry no other facts. What each comes
to is not written here: tests hold it against a second calculation that knows nothing of the language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.language import ABSENT, Pack, RecordList, load_pack
from policies.language.check.cases import read_cases
from policies.language.check.neighbours import neighbours
from policies.language.facts import Facts
from subsidy.applicants.models import COMPLETE
from subsidy.cases.values import as_json
from subsidy.demo.district import HOME
from subsidy.demo.settle import FIRST_ON
from subsidy.demo.stage import Stage
from subsidy.demo.summary import Report
from subsidy.demo.uscc import generated_uscc

PACKS = Path(__file__).resolve().parents[2] / "policies" / "packs"
FIRST_NUMBER = 910_000  # beyond districts, fitted companies and those of boundary.py
NUMBERS_A_PACK = 1_000
FOUNDED_ON = dt.date(2018, 5, 2)
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class MarkFirm:
    """A company at the mark `words` of a policy; `facts` are those of the policy's decision (of `stage`, or the first).

    `decides` says that the policy decides it and one of its neighbours at the mark (those of the same `mark`) differently.
    """

    number: int
    pack: Pack
    stage: str | None
    mark: int
    words: str
    facts: Facts
    decides: bool

    @property
    def uscc(self) -> str:
        return generated_uscc(self.number, region=HOME)

    @property
    def name(self) -> str:
        return f"杭州临界{self.number}测试有限公司"

    @property
    def founded_on(self) -> dt.date:
        known = self.facts.get("founded_on", self.facts.get("registered_on"))
        return known if isinstance(known, dt.date) else FOUNDED_ON

    @property
    def filed_on(self) -> dt.date:
        """The day of filing that its facts name, else the day on which the policy decides."""
        day = self.facts.get("submitted_on", self.facts.get(self.pack.program_of(self.stage).decides_on))
        assert isinstance(day, dt.date), "every decision has its day"
        return day


def mark_firms(folder: Path) -> Iterator[MarkFirm]:
    """The companies at the marks of one version of a policy, numbered by the place of the version in the tree."""
    versions = sorted(path.parent for path in PACKS.glob("*/*/policy.yaml"))
    number = FIRST_NUMBER + NUMBERS_A_PACK * versions.index(folder)
    pack = load_pack(folder)
    cases = read_cases(pack, (folder / "cases.yaml").read_text(encoding="utf-8"), "cases.yaml")
    for mark, one in enumerate(neighbours(pack, cases)):
        for facts in one.facts:
            yield MarkFirm(number, pack, one.stage, mark, one.words, facts, one.decides)
            number += 1


def all_mark_firms() -> Iterator[MarkFirm]:
    """Those of every version in the tree."""
    for path in sorted(PACKS.glob("*/*/policy.yaml")):
        yield from mark_firms(path.parent)


def deliveries(firm: MarkFirm) -> dict[str, list[dict[str, Any]]]:
    """What each source says of the company, as the act `keep_facts` takes it; what this system itself knows is left out."""
    program = firm.pack.program_of(firm.stage)
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, value in firm.facts.items():
        if isinstance(value, RecordList):
            record = firm.pack.records[name]
            rows.setdefault(record.source, []).extend(_records(name, record.key, record.fields, value))
        elif program.facts[name].source != SYSTEM:
            fact = program.facts[name]
            rows.setdefault(fact.source, []).append(_fact(name, fact.kind, value))
    return rows


def _fact(name: str, kind: str, value: Any) -> dict[str, Any]:
    return {"name": name, "kind": kind, "value": None if value is ABSENT else as_json(value)}


def _records(list_name: str, key: str, fields: Mapping[str, Any], value: RecordList) -> Iterator[dict[str, Any]]:
    yield {"name": COMPLETE, "kind": "yes_no", "value": value.complete, "list_name": list_name}
    for record in value.rows:
        of = {"list_name": list_name, "record_key": str(as_json(record[key]))}
        for name, field in record.items():
            yield {**_fact(name, fields[name].kind, field), **of}


def settle_marks(stage: Stage, report: Report) -> None:
    """Register the companies at the marks of all policies with their facts, at the counter, each once."""
    count = 0
    for firm in all_mark_firms():
        settle_mark(stage, firm)
        count += 1
    report(f"各政策界线上的{count}家企业已登记", f"{count} companies at the marks of all policies are registered")


def settle_mark(stage: Stage, firm: MarkFirm) -> int:
    """Register one company at a mark and keep its facts, as of the day on which it files; returns its id."""
    now = stage.moment(FIRST_ON, 16)
    pk = stage.open(
        f"company:{firm.uscc}",
        "company",
        "register",
        "counter",
        now,
        {"uscc": firm.uscc, "name": firm.name, "region": HOME, "founded_on": firm.founded_on.isoformat()},
    )
    for source, facts in deliveries(firm).items():
        data = {"source": source, "as_of": firm.filed_on.isoformat(), "facts": facts}
        stage.act(f"mark:{firm.uscc}:{source}", "company", pk, "keep_facts", "counter", now, data)
    return pk
